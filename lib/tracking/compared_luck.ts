// What `judge` says of the runs of a comparison page, in its own words: the page and the command are
// made of the same lines. Of very many runs only what their records say is computed.

import type { Context } from "../command/declare.ts";
import { evaluate, parseFilter } from "../filter/mod.ts";
import { sharpeRatio } from "../metrics/mod.ts";
import type { ComparisonLuck } from "../report/mod.ts";
import { stateOf } from "../store/read_trials.ts";
import type { Experiment, Run } from "../tracker.ts";
import type { AttachedReturns } from "./attached_returns.ts";
import type { ComparedRuns } from "./compared_runs.ts";
import { deflatedAmong, type Spread, spreadOf } from "./judged_runs.ts";
import { type Candidate, type Judged, judgement, type JudgementOptions } from "./judgement.ts";
import { judgementLines, judgementSentence } from "./judgement_text.ts";
import type { Session } from "./session.ts";
import { brokenWarning, countingTrials, repeatsText, statesText, trialsIn } from "./trials.ts";

/** What is said, and what was read for it. */
export interface ComparedLuck {
  readonly luck: ComparisonLuck;
  /** The whole judgement; null where the runs were too many to compare them all. */
  readonly judged: Judged | null;
  /** The best run, which need not be among those on the page. */
  readonly best: { readonly id: string; readonly name: string };
  readonly returns: ReadonlyMap<string, AttachedReturns>;
  /** Of all trials, which every run of the page is set against. */
  readonly spread: Spread;
}

/** Runs whose returns are read for it: of more the command says all. */
const MOST_JUDGED = 1_000;

/** What needs the returns of all runs, not those of the best alone. */
const OF_RETURNS = ["effective_trials", "probability_of_backtest_overfitting"];

/** The lines of the judgement that the page shows; none of them needs a resample. */
const SHOWN = ["expected_maximum_sharpe", "deflated_sharpe_ratio", ...OF_RETURNS];

const OPTIONS: Omit<JudgementOptions, "filter" | "resamples"> = {
  ...{ benchmark: null, benchmarkFile: null, splits: 16, blockLength: null },
  ...{ seed: 1, holdout: null, trialsFrom: "all" as const, trials: null, jobs: 8 },
};

/** How the runs are judged. */
export interface LuckOptions {
  /** By the returns of all runs, where they are no more. */
  readonly most?: number;
  /** Of the tests by bootstrap, which the lines do not need. */
  readonly resamples?: number;
}

/** Judges the runs of an experiment; null of nothing to judge. */
export async function comparedLuck(
  session: Session,
  experiment: Experiment,
  filter: string | null,
  { most = MOST_JUDGED, resamples = 100 }: LuckOptions = {},
): Promise<ComparedLuck | null> {
  const { context } = session;
  const parsed = filter === null ? null : parseFilter(filter);
  const gathered = gathering(most);
  const counted = await trialsIn(session, experiment, {
    isSharpeOnly: parsed === null,
    onRun(run, tracker) {
      if (parsed === null || evaluate(parsed, run)) gathered.add({ run, tracker });
    },
  });
  for (const line of counted.breaks) context.warn(brokenWarning(line));
  const candidates = gathered.judged().filter(({ run }) => !counted.groups.has(run.id));
  if (candidates.length === 0) return null;
  const judged = await judgement(quietly(context), experiment.name, candidates, counted, {
    ...OPTIONS,
    ...{ filter, resamples },
  });
  const { best } = judged.answer;
  if (best === null) return null;
  const command = `btflow judge -e ${shellWord(experiment.name)}` +
    (filter === null ? "" : ` -f ${shellWord(filter)}`);
  return {
    luck: luckOf(judged, command, gathered.isAll()),
    judged: gathered.isAll() ? judged : null,
    best: { id: best.run_id, name: best.run_name },
    returns: judged.returns,
    spread: spreadOf(countingTrials(counted, "all", null)),
  };
}

/** By run the deflated Sharpe ratio that `runs deflate` prints; null where no run has one. */
export function deflatedRatios(
  { columns, estimateAt }: ComparedRuns,
  spread: Spread,
): Float64Array | null {
  if (spread.known < 2) return null;
  const ratios = Float64Array.from({ length: columns.count }, (_, run) => {
    const estimate = estimateAt(run);
    return estimate === null ? NaN : deflatedAmong(estimate, spread);
  });
  return ratios.some(Number.isFinite) ? ratios : null;
}

/** What the judgement warns of is said by the command that it names. */
function quietly(context: Context): Context {
  return { ...context, warn: () => {} };
}

interface Gathering {
  add(candidate: Candidate): void;
  isAll(): boolean;
  judged(): readonly Candidate[];
}

/** All candidates where they are few, else those that decide which is the best. */
function gathering(most: number): Gathering {
  const few: Candidate[] = [];
  let count = 0;
  let [active, any]: [Candidate | null, Candidate | null] = [null, null];
  return {
    add(candidate) {
      if (++count <= most) few.push(candidate);
      else few.length = 0;
      if (isBetter(candidate.run, any?.run)) any = candidate;
      const isActive = stateOf(candidate.run.lifecycleStage, candidate.run.status) === "active";
      if (isActive && isBetter(candidate.run, active?.run)) active = candidate;
    },
    isAll: () => count <= most,
    judged: () =>
      count <= most
        ? few
        : [...new Set([active, any])].filter((one): one is Candidate => one !== null),
  };
}

/** By Sharpe ratio, the earlier of equals. */
function isBetter(one: Run, other: Run | undefined): boolean {
  const [a, b] = [one, other].map((run) => run?.metrics[sharpeRatio.name] ?? NaN) as [
    number,
    number,
  ];
  if (!Number.isFinite(a)) return false;
  if (!Number.isFinite(b) || a !== b) return !(a <= b);
  const [from, to] = [one.startTime, other?.startTime ?? Infinity];
  return from < to || from === to && one.id < (other?.id ?? "");
}

function luckOf(judged: Judged, command: string, isAll: boolean): ComparisonLuck {
  const { answer } = judged;
  const lines = judgementLines(judged);
  const whole = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");
  const states = statesText(answer.trials, whole);
  return {
    sentence: judgementSentence(answer),
    command,
    lines: [
      {
        label: "Trials",
        value: whole(answer.trials.total),
        meaning: `distinct ${
          answer.trials.total === 1 ? "backtest" : "backtests"
        } ever logged: ${states}${repeatsText(answer.trials, whole)}`,
      },
      ...SHOWN.flatMap((field) => lines.filter((line) => line.field === field)).map((line) =>
        isAll || !OF_RETURNS.includes(line.field)
          ? line
          : { ...line, value: "–", meaning: "of so many runs: by the command below" }
      ),
    ],
  };
}

/** A word for a shell. */
export function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
