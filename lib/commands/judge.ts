// `btflow judge`: is the best run of an experiment luck? The runs are here, each once, with their
// returns, and so is the record of all that was tried: nobody has to be believed about the number of
// trials.

import { readBenchmarkAlone } from "../backtest/benchmark_alone.ts";
import { BENCHMARK_FLAGS } from "../backtest/flags.ts";
import { REQUIRE_FLAGS, withUnmet } from "../backtest/require.ts";
import { readSplitDate } from "../backtest/split_date.ts";
import type { Json, Result } from "../command/answer.ts";
import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import { choice, number, text, toggle } from "../command/flags.ts";
import { ARTIFACT_HOST_FLAGS, CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { UsageError } from "../errors.ts";
import { evaluate, parseFilter, readRequirements, unmet } from "../filter/mod.ts";
import { withExperiment } from "../tracking/judged_experiment.ts";
import { type Candidate, judgement } from "../tracking/judgement.ts";
import {
  JUDGEMENT_NUMBERS,
  logJudgement,
  numbersOf,
  reasonsOf,
} from "../tracking/judgement_log.ts";
import { judgementMarkdown, judgementText } from "../tracking/judgement_text.ts";
import { releaseWatch } from "../tracking/releases.ts";
import { brokenWarning } from "../tracking/trials.ts";

/** Judges the runs of an experiment. */
export const command: Command = defineCommand({
  name: "judge",
  summary: "Is the best run of an experiment luck? Overfitting statistics of its own runs",
  description:
    "Counts every distinct backtest that was ever logged to the experiment, deleted and pruned ones " +
    "too, and compares the runs on the dates that they share, by the returns attached to them: " +
    "deflated Sharpe ratio, probability of backtest overfitting, White's reality check, Hansen's SPA, " +
    "Romano and Wolf's stepdown, haircut Sharpe ratio, minimum backtest length. docs/judge.md says what each " +
    "means for a decision, and when it misleads.",
  operands: [{
    name: "STORE",
    summary: "Stores or exports to judge together, in place of the server or the store",
    optional: true,
    many: true,
    completes: "file",
  }],
  flags: {
    experiment: text({
      short: "e",
      summary: "The experiment whose runs are judged",
      value: "NAME",
      fallback: "MLFLOW_EXPERIMENT_NAME",
    }),
    filter: text({
      short: "f",
      summary: "Compare only the runs the filter holds for; all remain trials",
      value: "FILTER",
    }),
    ...BENCHMARK_FLAGS,
    splits: number({
      summary: "Blocks of rows, even, from which the halves are put together",
      min: 2,
      max: 20,
      whole: true,
      fallback: "16",
    }),
    resamples: number({
      summary: "Resamples of the bootstrap tests",
      min: 100,
      max: 100_000,
      whole: true,
      fallback: "1000",
    }),
    blockLength: number({
      summary: "Mean length of the blocks drawn, in rows",
      min: 1,
      fallback: "by Politis and White, from the returns",
    }),
    seed: number({ summary: "Seed of the resamples", min: 0, whole: true, fallback: "1" }),
    holdout: text({
      summary: "First day out of sample: the best before it, after it",
      value: "DATE",
      fallback: "the one that the runs were logged with (--oos)",
    }),
    trialsFrom: choice(["all", "active"] as const, {
      summary: "Which backtests are trials",
      fallback: "all",
    }),
    trials: number({
      summary: "Number of trials in place of those counted",
      min: 1,
      whole: true,
    }),
    jobs: number({
      short: "j",
      summary: "Runs whose returns are read at once",
      min: 1,
      max: 64,
      whole: true,
      fallback: "8",
    }),
    output: text({
      short: "o",
      summary: "Write to this file instead of stdout; its ending gives the format",
      value: "FILE",
      completes: "file",
      writes: true,
    }),
    ...REQUIRE_FLAGS,
    log: toggle({
      summary: "Write the results to the best run and to its parent as metrics",
      writes: true,
    }),
    ...ARTIFACT_HOST_FLAGS,
    ...CONNECTION_FLAGS,
  },
  examples: [
    { command: "btflow judge -e sweep", does: "Every number, with what it says" },
    {
      command: "btflow judge -e sweep --holdout 2024-01-01 --benchmark spy.csv",
      does: "Against a benchmark, and the best before a day after it",
    },
    {
      command: "btflow judge -e sweep --require 'deflated_sharpe_ratio > 0.95' --output judge.html",
      does: "A page, and exit code 10 where the best is weak",
    },
  ],
  exits: [3, 4, 5, 7, 10],
  formats: ["text", "json", "markdown", "html"],
  graceful: true,
  run: async (context, { flags, operands }): Promise<Result> => {
    const required = readRequirements(flags.require, JUDGEMENT_NUMBERS);
    const filter = flags.filter === undefined ? null : parseFilter(flags.filter);
    const options = {
      benchmark: await readBenchmarkAlone(context.io, flags),
      benchmarkFile: flags.benchmark ?? null,
      filter: flags.filter ?? null,
      splits: evenSplits(flags.splits ?? 16),
      resamples: flags.resamples ?? 1000,
      blockLength: flags.blockLength ?? null,
      seed: flags.seed ?? 1,
      holdout: flags.holdout === undefined ? null : readSplitDate("--holdout", flags.holdout),
      trialsFrom: flags.trialsFrom ?? "all",
      trials: flags.trials ?? null,
      jobs: flags.jobs ?? 8,
    };
    if (operands.length > 0 && flags.log) {
      throw new UsageError("Cannot log the results to stores named as operands: use --store FILE");
    }
    return await withExperiment(context, { ...flags, stores: operands }, async (experiment) => {
      const candidates: Candidate[] = [];
      const watch = releaseWatch();
      const counted = await experiment.trials((run, tracker) => {
        if (filter !== null && !evaluate(filter, run)) return;
        candidates.push({ run, tracker });
        watch.add(run);
      }, { isSharpeOnly: filter === null });
      for (const line of counted.breaks) context.warn(brokenWarning(line));
      for (const warning of watch.warnings(null)) context.warn(warning);
      const judged = await judgement(
        context,
        experiment.name,
        candidates.filter(({ run }) => !counted.groups.has(run.id)),
        counted,
        options,
      );
      const { answer } = judged;
      for (const warning of answer.warnings) context.warn(warning);
      if (flags.log) await logJudgement(context, judged);
      const lines = unmet(required, numbersOf(answer), reasonsOf(answer));
      return withUnmet(context, lines, {
        text: judgementText(judged),
        markdown: judgementMarkdown(judged),
        json: answer as unknown as Json,
        html: async () => {
          const { judgementPage } = await import("../tracking/judgement_page.ts");
          return judgementPage(judged, { now: context.io.now() });
        },
      });
    });
  },
});

/** Halves are made of whole blocks. */
function evenSplits(splits: number): number {
  if (splits % 2 === 0) return splits;
  throw new UsageError(`Cannot use --splits ${splits}: an even number from 2 to 20 is needed`);
}
