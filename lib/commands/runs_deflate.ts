// `btflow runs deflate`: how much of the best Sharpe ratio of an experiment chance explains. The
// experiment itself is the record of trials: their number and the variance of their Sharpe ratios
// come from its runs, so nobody has to keep the books that the deflated Sharpe ratio needs.

import { defineCommand } from "../command/declare.ts";
import type { Command, Context } from "../command/declare.ts";
import type { Result } from "../command/answer.ts";
import { CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { NotFoundError, UsageError } from "../errors.ts";
import { parseFilter } from "../filter/mod.ts";
import { number, text, toggle } from "../command/flags.ts";
import { deflatedSharpe, expectedMaximumSharpe, varianceOf } from "../metrics/mod.ts";
import type { Row } from "../command/answer.ts";
import { ROW_FORMATS } from "../output/mod.ts";
import type { Run, Tracker } from "../tracker.ts";
import { chosenExperiments } from "../tracking/find.ts";
import { releaseWatch } from "../tracking/releases.ts";
import { withTracker } from "../tracking/session.ts";

const MIN_TRIALS = 2;

/** Sets the Sharpe ratios of runs against the number of them. */
export const deflate: Command = defineCommand({
  name: "runs deflate",
  summary: "Deflated Sharpe ratios: how good the best of so many runs is beyond chance",
  description:
    "Takes the number of trials and the variance of their Sharpe ratios from the runs of the " +
    "experiment (Bailey and López de Prado 2014). A deflated Sharpe ratio is the probability that the " +
    "true one exceeds what the best of as many runs without skill would show; below 0.95 it is weak " +
    "evidence. Correlated trials are fewer than they look: --trials takes an effective number.",
  flags: {
    experiment: text({
      short: "e",
      summary: "The experiment whose runs are the trials",
      value: "NAME",
      fallback: "MLFLOW_EXPERIMENT_NAME",
    }),
    filter: text({
      short: "f",
      summary: "Only runs the filter holds for are trials",
      value: "FILTER",
    }),
    trials: number({
      summary: "Number of independent trials in place of the number of runs",
      min: 1,
      fallback: "the runs",
    }),
    best: toggle({ summary: "Only the run with the highest Sharpe ratio" }),
    log: toggle({ summary: "Write deflated_sharpe_ratio to the runs as a metric" }),
    ...CONNECTION_FLAGS,
  },
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
    withTracker(context, flags, async ({ tracker, backends }): Promise<Result> => {
      const named = flags.experiment === undefined ? [] : [flags.experiment];
      const experiments = await chosenExperiments(tracker, backends, named);
      const [experiment] = experiments ?? [];
      if (experiment === undefined) {
        throw new UsageError("Cannot deflate: name the experiment with --experiment");
      }
      const trials = await readTrials(context, tracker, experiment.id, flags.filter);
      if (trials.length < MIN_TRIALS) {
        throw new NotFoundError("run", "with a Sharpe ratio", {
          hint: `experiment "${experiment.name}" has ${trials.length} that count as trials, ` +
            `at least ${MIN_TRIALS} are needed`,
        });
      }
      const sharpes = Float64Array.from(trials, ({ sharpe }) => sharpe);
      const spread = { trials: flags.trials ?? trials.length, variance: varianceOf(sharpes) };
      const ranked = trials.toSorted((a, b) => b.sharpe - a.sharpe);
      const shown = (flags.best ? ranked.slice(0, 1) : ranked).map((trial): Deflated => ({
        trial,
        value: deflatedSharpe(trial, spread),
      }));
      if (flags.log) await write(context, tracker, shown);
      const expected = expectedMaximumSharpe(spread.trials, spread.variance);
      return {
        rows: {
          columns: COLUMNS,
          noun: "runs",
          pages: pages(shown, ({ trial, value }) => row(trial, value, spread, expected)),
        },
      };
    }, flags.log ? "change" : "read"),
});

const COLUMNS: readonly string[] = [
  "run_id",
  "run_name",
  "sharpe_ratio",
  "expected_maximum_sharpe",
  "deflated_sharpe_ratio",
  "trials",
  "trials_variance",
];

/** What counts of a run as a trial; its Sharpe ratio is per period, not annualised. */
interface Trial {
  readonly id: string;
  readonly name: string;
  readonly sharpe: number;
  readonly count: number;
  readonly skew: number;
  readonly kurtosis: number;
  readonly periods: number;
}

/** A trial and its deflated Sharpe ratio, NaN where it has none. */
interface Deflated {
  readonly trial: Trial;
  readonly value: number;
}

const PAGE_ROWS = 1000;

function* pages<Item>(items: readonly Item[], rowOf: (item: Item) => Row): Iterable<Row[]> {
  for (let from = 0; from < items.length; from += PAGE_ROWS) {
    yield items.slice(from, from + PAGE_ROWS).map(rowOf);
  }
}

async function readTrials(
  context: Context,
  tracker: Tracker,
  experimentId: string,
  filter: string | undefined,
): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  let left = 0;
  const watch = releaseWatch();
  const pages = tracker.searchRuns({
    experimentIds: [experimentId],
    filter: filter === undefined ? null : parseFilter(filter),
    orderBy: [],
    view: "active",
    limit: Infinity,
  });
  for await (const page of pages) {
    for (const run of page) {
      const trial = asTrial(run);
      if (trial === null) left++;
      else {
        trials.push(trial);
        watch.add(run);
      }
    }
  }
  if (left > 0) {
    context.warn({
      code: "not-trials",
      message:
        `${left} runs are no trials: they lack sharpe_ratio, skew, kurtosis, returns_count or ` +
        `periods_per_year`,
    });
  }
  for (const warning of watch.warnings(null)) context.warn(warning);
  if (new Set(trials.map(({ periods }) => periods)).size > 1) {
    context.warn({
      code: "mixed-periods",
      message:
        "The runs have different periods a year; their Sharpe ratios per period are compared",
    });
  }
  return trials;
}

function asTrial(run: Run): Trial | null {
  const { sharpe_ratio: annual, skew, kurtosis } = run.metrics;
  const count = Number(run.params.returns_count);
  const periods = Number(run.params.periods_per_year);
  if (annual === undefined || skew === undefined || kurtosis === undefined) return null;
  if (!(count > 1 && periods > 0) || !Number.isFinite(annual)) return null;
  const { id, name } = run;
  return { id, name, sharpe: annual / Math.sqrt(periods), count, skew, kurtosis, periods };
}

function row(
  { id, name, sharpe, periods }: Trial,
  value: number,
  spread: { readonly trials: number; readonly variance: number },
  expected: number,
): Row {
  return {
    run_id: id,
    run_name: name,
    sharpe_ratio: sharpe * Math.sqrt(periods),
    expected_maximum_sharpe: expected * Math.sqrt(periods),
    deflated_sharpe_ratio: Number.isFinite(value) ? value : null,
    trials: spread.trials,
    trials_variance: spread.variance,
  };
}

async function write(
  context: Context,
  tracker: Tracker,
  shown: readonly Deflated[],
): Promise<void> {
  const timestamp = context.io.now();
  let written = 0;
  for (const { trial, value } of shown) {
    if (!Number.isFinite(value)) continue;
    const metrics = [{ key: "deflated_sharpe_ratio", value, timestamp, step: 0 }];
    await tracker.logBatch(trial.id, { metrics });
    context.progress({ done: ++written, total: shown.length, failed: 0, label: trial.name });
  }
  context.note(`Wrote deflated_sharpe_ratio to ${written} runs`);
}
