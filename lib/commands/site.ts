// `btflow site`: experiments as a folder of pages that need no server.

import { join } from "node:path";
import { BACKTEST_FLAGS, backtestOptions } from "../backtest/flags.ts";
import type { Json, Result } from "../command/answer.ts";
import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import { type Flag, text, texts, valuesOf } from "../command/flags.ts";
import { ARTIFACT_HOST_FLAGS, CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { UsageError } from "../errors.ts";
import { sharpeRatio } from "../metrics/mod.ts";
import { counted } from "../output/mod.ts";
import type { MadeSite } from "../site/make_site.ts";
import { limitFlag } from "../tracking/selection_flags.ts";
import { withTracker } from "../tracking/session.ts";

/** Tear sheets of an experiment unless more are asked for. */
const BEST = 200;

/** Writes a folder of pages. */
export const command: Command = defineCommand({
  name: "site",
  summary: "Write experiments as a folder of pages: index, leaderboards, judgements, tear sheets",
  description:
    "The pages open from the disk as from any web server, without a network, and lead to each other " +
    "wherever the folder is. Made again, only the pages that changed are written, and those of runs " +
    "and experiments that are gone are removed; nothing else in the folder is touched. A run has a " +
    "tear sheet where its returns are attached (log --attach-returns).",
  operands: [{ name: "DIR", summary: "The folder: new, empty, or a site", completes: "folder" }],
  flags: {
    experiment: texts({
      short: "e",
      summary: "Only this experiment (name or id)",
      value: "NAME",
      fallback: "MLFLOW_EXPERIMENT_NAME, else all",
    }),
    filter: text({ short: "f", summary: "Only runs the filter holds for", value: "FILTER" }),
    maxResults: {
      ...limitFlag("all"),
      summary: "Only so many runs of an experiment, the best; all for no limit",
    },
    metric: text({
      summary: "The metric by which runs are the best",
      value: "NAME",
      fallback: sharpeRatio.name,
      completes: "none",
    }),
    sheets: sheetsFlag(),
    title: text({ summary: "Heading of the index", fallback: "Experiments", completes: "none" }),
    ...ARTIFACT_HOST_FLAGS,
    ...CONNECTION_FLAGS,
  },
  examples: [
    { command: "btflow site site", does: "All experiments; open site/index.html" },
    {
      command: "btflow site site -e crypto --metric calmar_ratio --sheets all",
      does: "One of them, with a tear sheet of every run that has returns",
    },
  ],
  exits: [4, 5, 7],
  formats: ["text", "json"],
  graceful: true,
  writes: true,
  run: async (context, { flags, operands: [folder = ""] }): Promise<Result> =>
    await withTracker(context, flags, async (session) => {
      const { makeSite } = await import("../site/make_site.ts");
      const made = await makeSite(session, {
        ...{ folder, experiments: flags.experiment, filter: flags.filter ?? null },
        limit: flags.maxResults ?? Infinity,
        metric: flags.metric ?? sharpeRatio.name,
        sheets: flags.sheets,
        title: flags.title ?? "Experiments",
        backtest: backtestOptions(valuesOf(BACKTEST_FLAGS, {}), session.backends.config),
      });
      const index = join(folder, "index.html");
      return { text: textOf(made, index), json: jsonOf(made, folder, index) };
    }),
});

/** `--sheets N|all|none`. */
function sheetsFlag(): Flag<number> {
  return {
    kind: "text",
    summary: "Tear sheets of so many runs of an experiment, the best; all, or none",
    value: "N|all|none",
    fallback: String(BEST),
    repeats: false,
    completes: "none",
    read: ([word], name) => {
      if (word === undefined) return BEST;
      if (word === "all") return Infinity;
      if (word === "none") return 0;
      if (/^\d{1,15}$/.test(word)) return Number(word);
      throw new UsageError(
        `Cannot use ${name} ${JSON.stringify(word)}: expected a whole number, all or none`,
      );
    },
  };
}

interface SheetCounts {
  readonly made: number;
  readonly left_out: number;
  readonly without_returns: number;
  readonly failed: readonly Readonly<Record<"run_id" | "reason", string>>[];
}

function sheetCounts({ experiments }: MadeSite): SheetCounts {
  const sum = (count: (made: MadeSite["experiments"][number]) => number): number =>
    experiments.reduce((total, made) => total + count(made), 0);
  return {
    made: sum(({ sheets }) => sheets.made.size),
    left_out: sum(({ leftOut }) => leftOut),
    without_returns: sum(({ sheets }) => sheets.withoutReturns),
    failed: experiments.flatMap(({ sheets }) =>
      sheets.failed.map(({ run, reason }) => ({ run_id: run.id, reason }))
    ),
  };
}

function textOf(made: MadeSite, index: string): string {
  const { pages, experiments } = made;
  const sheets = sheetCounts(made);
  const runs = experiments.reduce((sum, { runs: some }) => sum + some, 0);
  const missing = [
    ...(sheets.left_out === 0
      ? []
      : [`${counted(sheets.left_out, "runs")} left out (--sheets all takes all)`]),
    ...(sheets.without_returns === 0 ? [] : [
      `${counted(sheets.without_returns, "runs")} without attached returns (log --attach-returns)`,
    ]),
    ...(sheets.failed.length === 0 ? [] : [`${counted(sheets.failed.length, "runs")} unreadable`]),
  ];
  return [
    `${counted(experiments.length, "experiments")}, ${counted(runs, "runs")}: ${index}`,
    `Pages: ${pages.written} written, ${pages.unchanged} unchanged, ${pages.removed} removed`,
    `Tear sheets: ${[sheets.made, ...missing].join("; ")}`,
  ].map((line) => `${line}\n`).join("");
}

function jsonOf(made: MadeSite, folder: string, index: string): Json {
  return {
    folder,
    index,
    experiments: made.experiments.map(({ experiment, runs, best, sheets, pages }) => ({
      experiment_id: experiment.id,
      experiment: experiment.name,
      runs,
      best: best === null ? null : { run_id: best.id, run_name: best.name, value: best.value },
      page: pages.runs,
      judgement: pages.judgement,
      sheets: sheets.made.size,
    })),
    pages: { ...made.pages },
    sheets: { ...sheetCounts(made) },
  };
}
