// The runs of an experiment that can be judged beside its trials: active ones with what the spread of a
// Sharpe ratio depends on. They are gathered while the trials are counted, in one reading of all runs.

import type { Context } from "../command/declare.ts";
import { parseFilter } from "../filter/mod.ts";
import { varianceAmong } from "../judge/trial_variance.ts";
import { deflatedSharpe, expectedMaximumSharpe, type SharpeEstimate } from "../metrics/mod.ts";
import { TRIAL_TAG } from "../own_names.ts";
import { parseTrialTag } from "../store/trial_tag.ts";
import type { Experiment, Run } from "../tracker.ts";
import { releaseWatch } from "./releases.ts";
import type { Session } from "./session.ts";
import { column } from "./trial_table.ts";
import { type CountingTrials, SHARPE_METRICS, type Trials, trialsIn } from "./trials.ts";

/** A Sharpe ratio a row, with no rate taken off where btflow recorded it, as that of the trials. */
export interface Estimate extends SharpeEstimate {
  /** A year. */
  readonly periods: number;
}

/** A run that can be judged. */
export interface Judged extends Estimate {
  readonly id: string;
  readonly name: string;
  /** The Sharpe ratio as it was logged, annualised. */
  readonly annual: number;
}

/** How many trials count, and how much their Sharpe ratios vary. */
export interface Spread {
  readonly trials: number;
  /**
   * Of their Sharpe ratios a row of a run with so many periods a year: those of trials with others are
   * compared as annual ones. NaN of fewer than two.
   */
  varianceFor(periods: number): number;
  /** Trials whose Sharpe ratio is known. */
  readonly known: number;
  readonly from: CountingTrials["from"];
}

/** The spread of the trials that count. */
export function spreadOf(counting: CountingTrials): Spread {
  const sharpes: number[] = [];
  const owned: number[] = [];
  for (const { sharpe, periods } of counting.distinct()) {
    if (sharpe === null) continue;
    sharpes.push(sharpe);
    owned.push(periods ?? NaN);
  }
  const { total: trials, from } = counting;
  const known = new Map<number, number>();
  const varianceFor = (periods: number): number => {
    if (sharpes.length < 2) return NaN;
    const before = known.get(periods);
    if (before !== undefined) return before;
    const variance = varianceAmong(sharpes, owned, periods);
    known.set(periods, variance);
    return variance;
  };
  return { trials, varianceFor, known: sharpes.length, from };
}

/** The probability that a run's true Sharpe ratio exceeds what the best of the trials shows without skill. */
export function deflatedAmong(estimate: Estimate, spread: Spread): number {
  const { trials } = spread;
  return deflatedSharpe(estimate, { trials, variance: spread.varianceFor(estimate.periods) });
}

/** What the best of the trials is expected to show without skill, a row of so many periods a year. */
export function expectedAmong(periods: number, spread: Spread): number {
  return expectedMaximumSharpe(spread.trials, spread.varianceFor(periods));
}

/** Runs by their place, the best Sharpe ratio first; each is put together when it is asked for. */
export interface JudgedRuns {
  readonly length: number;
  at(place: number): Judged;
}

/** The runs to be judged, and all trials. `filter` narrows the former alone. */
export async function judgedRuns(
  session: Session,
  experiment: Experiment,
  filter: string | undefined,
): Promise<{ readonly runs: JudgedRuns; readonly trials: Trials }> {
  const { context, tracker } = session;
  const gathered = gathering();
  const left: string[] = [];
  const watch = releaseWatch();
  const add = (run: Run): void => {
    const judged = asJudged(run);
    if (judged === null) left.push(run.id);
    else {
      gathered.add(judged);
      watch.add(run);
    }
  };
  const parsed = filter === undefined ? null : parseFilter(filter);
  const trials = await trialsIn(session, experiment, {
    isSharpeOnly: true,
    onRun: (run) => {
      if (parsed === null && run.lifecycleStage === "active") add(run);
    },
  });
  if (parsed !== null) {
    const pages = tracker.searchRuns({
      ...{ experimentIds: [experiment.id], filter: parsed, orderBy: [], view: "active" },
      ...{ limit: Infinity, metrics: SHARPE_METRICS },
    });
    for await (const page of pages) page.forEach(add);
  }
  warnOfLeft(context, left.filter((id) => !trials.groups.has(id)).length);
  for (const warning of watch.warnings(null)) context.warn(warning);
  const runs = gathered.sorted();
  warnOfMixture(context, runs);
  return { runs, trials };
}

/** Runs as they come in: a hundred thousand objects would take three times the memory. */
function gathering(): { add(run: Judged): void; sorted(): JudgedRuns } {
  const ids: string[] = [];
  const names: string[] = [];
  const [annual, sharpe, count] = [column(), column(), column()];
  const [skew, kurtosis, periods] = [column(), column(), column()];
  return {
    add(run) {
      const row = ids.push(run.id) - 1;
      names.push(run.name);
      annual.set(row, run.annual);
      sharpe.set(row, run.sharpe);
      count.set(row, run.count);
      skew.set(row, run.skew);
      kurtosis.set(row, run.kurtosis);
      periods.set(row, run.periods);
    },
    sorted() {
      const annualised = (row: number): number => sharpe.at(row) * Math.sqrt(periods.at(row));
      const order = Uint32Array.from(ids, (_, row) => row)
        .sort((a, b) => annualised(b) - annualised(a) || sharpe.at(b) - sharpe.at(a) || a - b);
      return {
        length: order.length,
        at(place) {
          const row = order[place] as number;
          return {
            ...{ id: ids[row] as string, name: names[row] as string },
            ...{ annual: annual.at(row), sharpe: sharpe.at(row), count: count.at(row) },
            ...{ skew: skew.at(row), kurtosis: kurtosis.at(row), periods: periods.at(row) },
          };
        },
      };
    },
  };
}

/** What a run can be judged by; null where it lacks a part. */
export function asJudged({ id, name, metrics, params, tags }: Run): Judged | null {
  const { sharpe_ratio: annual, skew, kurtosis } = metrics;
  const count = Number(params["returns_count"]);
  const periods = Number(params["periods_per_year"]);
  if (annual === undefined || skew === undefined || kurtosis === undefined) return null;
  if (!(count > 1 && periods > 0) || !Number.isFinite(annual)) return null;
  const sharpe = parseTrialTag(tags[TRIAL_TAG])?.sharpe ?? annual / Math.sqrt(periods);
  return { id, name, annual, sharpe, count, skew, kurtosis, periods };
}

function warnOfLeft(context: Context, left: number): void {
  if (left === 0) return;
  context.warn({
    code: "not-judged",
    message:
      `${left} runs are trials but cannot be judged: they lack sharpe_ratio, skew, kurtosis, ` +
      "returns_count or periods_per_year",
  });
}

/** Sharpe ratios are put side by side as annual ones, without a rate. */
function warnOfMixture(context: Context, runs: JudgedRuns): void {
  let [mixed, rated] = [false, 0];
  for (let place = 0; place < runs.length; place++) {
    const { annual, sharpe, periods } = runs.at(place);
    mixed ||= periods !== runs.at(0).periods;
    const gap = Math.abs(sharpe * Math.sqrt(periods) - annual);
    if (gap > 1e-9 * Math.max(1, Math.abs(annual))) rated++;
  }
  if (mixed) {
    context.warn({
      code: "mixed-periods",
      message:
        "The runs have different periods a year; their Sharpe ratios are compared as annual ones",
    });
  }
  if (rated === 0) return;
  context.warn({
    code: "rate-taken-off",
    message: `${rated === 1 ? "1 run was" : `${rated} runs were`} logged with a risk-free rate, ` +
      "which sharpe_ratio has taken off; " +
      "deflated_sharpe_ratio compares all trials without one",
  });
}
