// From an experiment to its judgement: the trials are counted, the runs' returns read where they are
// attached, and what lib/judge makes of both becomes the command's answer.

import { readSplitDate, splitDateText } from "../backtest/split_date.ts";
import type { Context } from "../command/declare.ts";
import { sharpeOf } from "../judge/holdout.ts";
import { judge } from "../judge/judge.ts";
import type { JudgedRun, Judgement, JudgementDetails, RecordedTrial } from "../judge/judgement.ts";
import type { Returns } from "../metrics/mod.ts";
import { OOS_TAG, TRIAL_TAG } from "../own_names.ts";
import { stateOf } from "../store/read_trials.ts";
import { parseTrialTag } from "../store/trial_tag.ts";
import type { Run, Tracker } from "../tracker.ts";
import { type AttachedReturns, attachedReturns } from "./attached_returns.ts";
import { type CountingTrials, countingTrials, type TrialCounts, type Trials } from "./trials.ts";

/** How to judge. */
export interface JudgementOptions {
  /** Returns to beat, joined to the dates of the runs; none: returns of 0. */
  readonly benchmark: ((dates: Float64Array | null) => Returns) | null;
  /** Its file; null without one. */
  readonly benchmarkFile: string | null;
  /** What the candidates were chosen by; null: by nothing. */
  readonly filter: string | null;
  readonly splits: number;
  readonly resamples: number;
  readonly blockLength: number | null;
  readonly seed: number;
  /** Where the holdout begins, ms since the epoch on the runs' own dates; null: as logged. */
  readonly holdout: number | null;
  readonly trialsFrom: "all" | "active";
  /** In place of the number counted. */
  readonly trials: number | null;
  /** Runs whose returns are read at once. */
  readonly jobs: number;
}

/** The runs that are judged, and who has the files of each. */
export interface Candidate {
  readonly run: Run;
  readonly tracker: Tracker;
}

/** What the command answers, under the keys of its JSON; what is null has its reason in `undefined`. */
export interface JudgementAnswer extends
  Omit<
    Judgement,
    "start" | "end" | "holdout" | "spa_p_value" | "haircut_sharpe_ratio"
  > {
  readonly experiment: string;
  /** Runs compared on the common rows. */
  readonly runs: number;
  readonly trials: TrialCounts;
  readonly trials_from: CountingTrials["from"];
  /** ISO 8601, as the runs write their dates. */
  readonly start: string | null;
  readonly end: string | null;
  readonly spa_p_value: Nullable<NonNullable<Judgement["spa_p_value"]>>;
  readonly haircut_sharpe_ratio: Nullable<NonNullable<Judgement["haircut_sharpe_ratio"]>>;
  readonly holdout:
    | (Omit<NonNullable<Judgement["holdout"]>, "date"> & { readonly date: string })
    | null;
  readonly splits: number;
  readonly resamples: number;
  /** Mean rows of a block of the resamples. */
  readonly block_length: number | null;
  readonly seed: number;
  /** The file of the returns to beat; null: returns of 0. */
  readonly benchmark: string | null;
  /** What narrowed the runs compared; null: nothing. */
  readonly filter: string | null;
}

type Nullable<T> = { readonly [Key in keyof T]: T[Key] | null };

/** The answer, and what a page shows besides. */
export interface Judged {
  readonly answer: JudgementAnswer;
  readonly details: JudgementDetails;
  /** Those compared, in the order of `details.columns`. */
  readonly compared: readonly JudgedRun[];
  /** The best run; null where none has a Sharpe ratio. */
  readonly best: Candidate | null;
  /** What was read of each candidate, by its id. */
  readonly returns: ReadonlyMap<string, AttachedReturns>;
}

/**
 * Judges the runs of an experiment.
 *
 * @throws {TrackerError} when a server cannot be reached.
 */
export async function judgement(
  context: Context,
  experiment: string,
  candidates: readonly Candidate[],
  counted: Trials,
  options: JudgementOptions,
): Promise<Judged> {
  const ordered = candidates.toSorted((a, b) =>
    a.run.startTime - b.run.startTime || (a.run.id < b.run.id ? -1 : 1)
  );
  const returns = await attachedReturns(
    ordered.map(({ run, tracker }) => ({ id: run.id, tracker })),
    {
      jobs: options.jobs,
      signal: context.interrupted,
      onProgress: (done) => progress(context, done, ordered.length),
    },
  );
  const why = new Map<string, string>();
  const runs = ordered.map(({ run }, index): JudgedRun => {
    const read = returns[index];
    if (read === undefined) return judgedRun(run, null);
    const missing = "missing" in read ? read.missing : otherThanRecorded(run, read);
    if (missing !== null) why.set(run.id, missing);
    return judgedRun(run, missing !== null || "missing" in read ? null : read);
  });
  const counting = countingTrials(counted, options.trialsFrom, options.trials);
  const dates = runs.find((run) => run.returns !== null)?.returns?.dates ?? null;
  const { answer, details } = judge({
    runs,
    // Without a trial there is no best run, and nothing that the number would count in.
    trials: Math.max(1, counting.total),
    recorded: recordedAmong(counting),
    benchmark: options.benchmark?.(dates) ?? null,
    splits: options.splits,
    resamples: options.resamples,
    blockLength: options.blockLength,
    seed: options.seed,
    holdout: options.holdout ?? loggedHoldout(context, ordered.map(({ run }) => run)),
  });
  const columns = new Map(runs.map((run) => [run.id, run]));
  return {
    answer: answerOf(experiment, { counted, counting, options }, { answer, details, why }),
    details,
    compared: details.columns.flatMap((id) => columns.get(id) ?? []),
    best: ordered.find(({ run }) => run.id === answer.best?.run_id) ?? null,
    returns: new Map(ordered.flatMap(({ run }, index) => {
      const read = returns[index];
      return read === undefined ? [] : [[run.id, read]];
    })),
  };
}

/** Every key in the order of the contract. */
function answerOf(
  experiment: string,
  { counted, counting, options }: {
    readonly counted: Trials;
    readonly counting: CountingTrials;
    readonly options: JudgementOptions;
  },
  { answer, details, why }: {
    readonly answer: Judgement;
    readonly details: JudgementDetails;
    /** By run, why its returns cannot be had. */
    readonly why: ReadonlyMap<string, string>;
  },
): JudgementAnswer {
  const { start, end, holdout } = answer;
  return {
    experiment,
    runs: details.columns.length,
    trials: { ...counted.trials, total: counting.total },
    trials_from: counting.from,
    effective_trials: answer.effective_trials,
    effective_trials_by: answer.effective_trials_by,
    rows: answer.rows,
    start: start === null ? null : splitDateText(start),
    end: end === null ? null : splitDateText(end),
    best: answer.best,
    deflated_sharpe_ratio: answer.deflated_sharpe_ratio,
    expected_maximum_sharpe: answer.expected_maximum_sharpe,
    probability_of_backtest_overfitting: answer.probability_of_backtest_overfitting,
    degradation_slope: answer.degradation_slope,
    probability_of_loss: answer.probability_of_loss,
    reality_check_p_value: answer.reality_check_p_value,
    spa_p_value: answer.spa_p_value ?? { lower: null, consistent: null, upper: null },
    stepdown: answer.stepdown,
    haircut_sharpe_ratio: answer.haircut_sharpe_ratio ??
      { bonferroni: null, holm: null, bhy: null },
    minimum_backtest_length_years: answer.minimum_backtest_length_years,
    left_out: [
      ...answer.left_out.map(({ run_id: id, reason }) => ({
        run_id: id,
        reason: why.get(id) ?? reason,
      })),
      ...prunedOf(counted),
    ],
    rows_cut: answer.rows_cut,
    holdout: holdout === null ? null : { ...holdout, date: splitDateText(holdout.date) },
    splits: options.splits,
    resamples: options.resamples,
    block_length: details.blockLength,
    seed: options.seed,
    benchmark: options.benchmarkFile,
    filter: options.filter,
    undefined: answer.undefined,
    warnings: answer.warnings,
  };
}

/** Trials whose runs are gone, with their returns. */
function* prunedOf(counted: Trials): Iterable<JudgementAnswer["left_out"][number]> {
  if (counted.trials.pruned === 0) return;
  for (const { id, state } of counted.distinct()) {
    if (state === "pruned") yield { run_id: id, reason: "it was pruned from the store" };
  }
}

/** Above this many runs, progress is shown. */
const QUICK = 50;

function progress(context: Context, done: number, total: number): void {
  if (total > QUICK) context.progress({ done, total, failed: 0, label: "returns read" });
}

function judgedRun(run: Run, returns: Returns | null): JudgedRun {
  const { id, name, status, metrics, params, tags, lifecycleStage } = run;
  const periods = Number(params["periods_per_year"]);
  const { sharpe_ratio: sharpe, skew, kurtosis } = metrics;
  return {
    id,
    name: name === "" ? id : name,
    sharpe: sharpe ?? null,
    periods: periods > 0 ? periods : DAILY,
    recorded: recordedOf(tags[TRIAL_TAG]),
    returns,
    moments: skew === undefined || kurtosis === undefined ? null : { skew, kurtosis },
    isActive: stateOf(lifecycleStage, status) === "active",
  };
}

/** Of a run that does not say. */
const DAILY = 252;

/** How far the Sharpe ratio of the very returns may be from the recorded one. */
const ROUNDING = 1e-9;

/** Files of runs can be replaced, and runs logged into again: those are not the returns of the trial. */
function otherThanRecorded(run: Run, { values }: Returns): string | null {
  const recorded = recordedOf(run.tags[TRIAL_TAG]);
  const isSame = recorded === null || recorded.rows === values.length &&
      Math.abs(sharpeOf(values) - recorded.sharpe) <=
        ROUNDING * Math.max(1, Math.abs(recorded.sharpe));
  return isSame ? null : "the returns attached to it are not those of its record";
}

/** What the run's own record says. */
function recordedOf(tag: string | undefined): RecordedTrial | null {
  const trial = parseTrialTag(tag);
  return trial === null || trial.sharpe === null
    ? null
    : { sharpe: trial.sharpe, rows: trial.rows };
}

/** What is recorded of the trials that count. */
function recordedAmong(counting: CountingTrials): readonly RecordedTrial[] {
  const recorded: RecordedTrial[] = [];
  for (const { sharpe, rows, periods } of counting.distinct()) {
    if (sharpe === null || rows === null) continue;
    recorded.push({ sharpe, rows, ...(periods === null ? {} : { periods }) });
  }
  // In an order of their own: sums over them are the same wherever they were found.
  return recorded.sort((a, b) =>
    a.sharpe - b.sharpe || a.rows - b.rows || (a.periods ?? 0) - (b.periods ?? 0)
  );
}

/** Where the runs were logged to begin out of sample; null where they do not say, or not alike. */
function loggedHoldout(context: Context, runs: readonly Run[]): number | null {
  const named = new Set(runs.flatMap(({ tags }) => tags[OOS_TAG] ?? []));
  if (named.size > 1) {
    context.warn({
      code: "several-holdouts",
      message: `the runs were logged with different --oos (${
        [...named].slice(0, 3).join(", ")
      }): --holdout says which day counts`,
    });
    return null;
  }
  const [date] = named;
  return date === undefined ? null : readSplitDate(`tag ${OOS_TAG}`, date);
}
