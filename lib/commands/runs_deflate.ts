// `btflow runs deflate`: how much of the best Sharpe ratio of an experiment chance explains. The
// experiment itself is the record of trials: their number and the variance of their Sharpe ratios
// come from all that was ever logged to it, so nobody has to keep the books that the deflated Sharpe
// ratio needs, and nobody improves the best by deleting the rest.

import { defineCommand } from "../command/declare.ts";
import type { Command, Context } from "../command/declare.ts";
import type { Result } from "../command/answer.ts";
import { CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { NotFoundError, UsageError } from "../errors.ts";
import { choice, number, text, toggle } from "../command/flags.ts";
import type { FlagValues } from "../command/flags.ts";
import type { Column, Line } from "../command/screen.ts";
import type { Unit } from "../metrics/mod.ts";
import type { Row } from "../command/answer.ts";
import { figureText } from "../output/figures.ts";
import { counted, ROW_FORMATS } from "../output/mod.ts";
import { idLength } from "../tracking/found.ts";
import { metricColumn, runColumn } from "../tracking/run_columns.ts";
import type { Tracker } from "../tracker.ts";
import {
  deflatedAmong,
  expectedAmong,
  type Judged,
  type JudgedRuns,
  judgedRuns,
  type Spread,
  spreadOf,
} from "../tracking/judged_runs.ts";
import { chosenExperiments } from "../tracking/find.ts";
import { withTracker } from "../tracking/session.ts";
import { brokenWarning, countingTrials, type Trials, trialsText } from "../tracking/trials.ts";

const MIN_TRIALS = 2;

const FLAGS = {
  experiment: text({
    short: "e",
    summary: "The experiment whose runs are the trials",
    value: "NAME",
    fallback: "MLFLOW_EXPERIMENT_NAME",
  }),
  filter: text({
    short: "f",
    summary: "Judge only runs the filter holds for; all trials count",
    value: "FILTER",
  }),
  trialsFrom: choice(["all", "active"], {
    summary: "Which trials count: all that were ever logged, or those that are active",
    fallback: "all",
  }),
  trials: number({
    summary: "Number of independent trials in place of the number of trials logged",
    min: 1,
    fallback: "the trials logged",
  }),
  best: toggle({ summary: "Only the run with the highest Sharpe ratio" }),
  log: toggle({ summary: "Write deflated_sharpe_ratio to the runs as a metric", writes: true }),
  ...CONNECTION_FLAGS,
};

/** Sets the Sharpe ratios of runs against the number of them. */
export const deflate: Command = defineCommand({
  name: "runs deflate",
  summary: "Deflated Sharpe ratios: how good the best of so many runs is beyond chance",
  description:
    "Takes the number of trials and the variance of their Sharpe ratios from the distinct backtests " +
    "that were ever logged to the experiment, deleted, failed and pruned ones included (Bailey and " +
    "López de Prado 2014). A deflated Sharpe ratio is the probability that the " +
    "true one exceeds what the best of as many runs without skill would show; below 0.95 it is weak " +
    "evidence. Correlated trials are fewer than they look: --trials takes an effective number.",
  flags: FLAGS,
  examples: [
    { command: "btflow runs deflate -e sweep", does: "Every run, the best first" },
    {
      command: "btflow runs deflate -e sweep --best --log",
      does: "The best one, noted on the run",
    },
  ],
  exits: [4, 5, 7],
  formats: ROW_FORMATS,
  run: (context, { flags }) =>
    withTracker(context, flags, async (session): Promise<Result> => {
      const { tracker, backends } = session;
      const named = flags.experiment === undefined ? [] : [flags.experiment];
      const experiments = await chosenExperiments(tracker, backends, named);
      const [experiment] = experiments ?? [];
      if (experiment === undefined) {
        throw new UsageError("Cannot deflate: name the experiment with --experiment");
      }
      const { runs, trials } = await judgedRuns(session, experiment, flags.filter);
      for (const line of trials.breaks) context.warn(brokenWarning(line));
      const spread = spreadAmong(trials, flags, experiment.name);
      context.note(trialsText(trials.trials) + exceptionText(flags));
      const shown = flags.best ? { ...runs, length: Math.min(1, runs.length) } : runs;
      if (flags.log) await write(context, tracker, shown, spread);
      const some = Math.min(shown.length, PAGE_ROWS);
      const length = await idLength(
        session,
        Array.from({ length: some }, (_, at) => shown.at(at).id),
      );
      return {
        rows: {
          columns: COLUMNS,
          view: {
            columns: () => SHOWN,
            idLength: () => length,
            ...(runs.length === 0
              ? {}
              : { conclusion: [headline(row(runs.at(0), spread), spread)] }),
          },
          noun: "runs",
          pages: pages(shown, (run) => row(run, spread)),
        },
      };
    }, flags.log ? "change" : "read"),
});

type Flags = FlagValues<typeof FLAGS>;

function spreadAmong(trials: Trials, flags: Flags, experiment: string): Spread {
  const spread = spreadOf(
    countingTrials(trials, flags.trialsFrom ?? "all", flags.trials ?? null),
  );
  if (spread.known < MIN_TRIALS) {
    throw new NotFoundError("metric", "sharpe_ratio", {
      hint: `of the trials of experiment "${experiment}" ${
        spread.known === 0 ? "none" : `only ${spread.known}`
      } has one, at least ${MIN_TRIALS} must`,
    });
  }
  return spread;
}

/** What counts in place of all that was logged. */
function exceptionText({ trials, trialsFrom }: Flags): string {
  if (trials !== undefined) return `; ${trials} count, as given`;
  return trialsFrom === "active" ? "; the active ones count" : "";
}

const COLUMNS: readonly string[] = [
  "run_id",
  "run_name",
  "sharpe_ratio",
  "expected_maximum_sharpe",
  "deflated_sharpe_ratio",
  "trials",
  "trials_from",
  "trials_variance",
];

/** The columns on a terminal: what all rows have in common is said below them. */
const SHOWN: readonly Column[] = [
  runColumn("run_name"),
  { ...metricColumn("sharpe_ratio", "sharpe_ratio"), title: "sharpe" },
  { ...metricColumn("deflated_sharpe_ratio", "deflated_sharpe_ratio"), title: "deflated" },
  runColumn("run_id"),
];

/** A deflated Sharpe ratio that is no weak evidence. */
const EVIDENCE = 0.95;

/**
 * "Best 1.41; luck in 47 trials 0.79; probability of a true one above that 99.80%". The best of those
 * judged need not be that of the trials: a filter holds for fewer, and deleted runs are not judged.
 */
function headline(best: Row, { trials }: Spread): Line {
  const figure = (name: string, unit: Unit): string =>
    figureText(best[name] as number | null, unit);
  const deflated = best["deflated_sharpe_ratio"];
  const isEvidence = typeof deflated === "number" && deflated >= EVIDENCE;
  return [
    { text: `Best ${figure("sharpe_ratio", "ratio")}`, style: "bold" },
    `; luck in ${counted(trials, "trials")} ${
      figure("expected_maximum_sharpe", "ratio")
    }; probability of a true one above that `,
    {
      text: figure("deflated_sharpe_ratio", "probability").replace(/^100\.00/, "> 99.99")
        .replace(/^0\.00/, "< 0.01"),
      style: isEvidence ? "good" : "caution",
    },
  ];
}

const PAGE_ROWS = 1000;

function* pages(runs: JudgedRuns, rowOf: (run: Judged) => Row): Iterable<Row[]> {
  for (let from = 0; from < runs.length; from += PAGE_ROWS) {
    const length = Math.min(PAGE_ROWS, runs.length - from);
    yield Array.from({ length }, (_, index) => rowOf(runs.at(from + index)));
  }
}

function row(run: Judged, spread: Spread): Row {
  const value = deflatedAmong(run, spread);
  return {
    run_id: run.id,
    run_name: run.name,
    sharpe_ratio: run.annual,
    expected_maximum_sharpe: expectedAmong(run.periods, spread) * Math.sqrt(run.periods),
    deflated_sharpe_ratio: Number.isFinite(value) ? value : null,
    trials: spread.trials,
    trials_from: spread.from,
    trials_variance: spread.varianceFor(run.periods),
  };
}

async function write(
  context: Context,
  tracker: Tracker,
  shown: JudgedRuns,
  spread: Spread,
): Promise<void> {
  const timestamp = context.io.now();
  let written = 0;
  for (let place = 0; place < shown.length; place++) {
    const run = shown.at(place);
    const value = deflatedAmong(run, spread);
    if (!Number.isFinite(value)) continue;
    const metrics = [{ key: "deflated_sharpe_ratio", value, timestamp, step: 0 }];
    await tracker.logBatch(run.id, { metrics });
    context.progress({ done: ++written, total: shown.length, failed: 0, label: run.name });
  }
  context.note(`Wrote deflated_sharpe_ratio to ${written} runs`);
}
