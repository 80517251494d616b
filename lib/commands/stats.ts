// `btflow stats`: compute and print; logs nothing, needs no store and no network.

import { BACKTEST_FLAGS, backtestOptions } from "../backtest/flags.ts";
import { evaluateFile } from "../backtest/mod.ts";
import type { Backtest } from "../backtest/mod.ts";
import {
  backtestJson,
  intervalsWarning,
  sourceMarkdown,
  sourceText,
  undefinedWarning,
} from "../backtest/text.ts";
import { metricLines, sourceLines } from "../backtest/screen.ts";
import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import type { Json, Result } from "../command/answer.ts";
import { loadConfig } from "../config/values.ts";
import { present } from "../errors.ts";
import { number, text } from "../command/flags.ts";
import { REQUIRE_FLAGS, requirementsOf, unmetAmong, withUnmet } from "../backtest/require.ts";
import { CATALOGUE } from "../metrics/mod.ts";
import type { Row } from "../command/answer.ts";
import { inCatalogueOrder } from "../output/figure_groups.ts";
import { ROW_FORMATS } from "../output/mod.ts";
import { THREAD_FLAGS } from "../sweep/threads.ts";

/** Computes and prints; keeps nothing. */
export const command: Command = defineCommand({
  name: "stats",
  summary: "Compute and print the metrics of a file; logs nothing",
  description: "Of one file a row a metric; of several a row a file, as a search of runs has it.",
  operands: [{
    name: "FILE",
    summary: "Files of the returns",
    many: true,
    completes: "file",
    stdin: true,
  }],
  flags: {
    ...BACKTEST_FLAGS,
    montecarlo: number({
      summary: "Resample the returns this many times: ruin, goal, drawdown and final value",
      min: 1,
      max: 1_000_000,
      whole: true,
    }),
    ruin: number({ summary: "Loss that counts as ruin, a fraction", fallback: "0.5" }),
    goal: number({ summary: "Gain that counts as reaching the goal, a fraction", fallback: "1" }),
    ...REQUIRE_FLAGS,
    ...THREAD_FLAGS,
    envFile: text({ summary: "Read settings from this file", value: "FILE", completes: "file" }),
  },
  examples: [
    { command: "btflow stats returns.csv", does: "All metrics of a file" },
    { command: "btflow stats prices.csv --kind prices --format json", does: "As one JSON object" },
    {
      command: "btflow stats returns.csv --intervals",
      does: "With a 95 % interval beside each metric",
    },
    { command: "zcat r.csv.gz | btflow stats - --metrics sharpe_ratio,cagr", does: "From a pipe" },
    {
      command: "btflow stats returns.csv --require 'sharpe_ratio > 1 AND max_drawdown > -0.2'",
      does: "Exit code 10 unless the metrics are so: a check for CI",
    },
    {
      command: "btflow stats results/*.csv --format parquet --output metrics.parquet",
      does: "Many files, on all cores, as a table for DuckDB or polars",
    },
  ],
  exits: [3, 9, 10],
  formats: ROW_FORMATS,
  run: async (context, { flags, operands, format }): Promise<Result> => {
    const { io, warn, note } = context;
    const config = await loadConfig(io, { flags: { envFile: flags.envFile } });
    // The seed may be that of the paths alone.
    const isPaths = flags.montecarlo !== undefined && !flags.intervals;
    const options = backtestOptions(isPaths ? { ...flags, seed: undefined } : flags, config);
    if (operands.length > 1) {
      const { statsOfMany } = await import("./stats_many.ts");
      return await statsOfMany(context, operands, flags, options);
    }
    const required = requirementsOf(flags.require, options, await simulatedNames(flags));
    const backtests = await evaluateFile(io, present(operands[0], "the file"), options, context);
    const simulated = await Promise.all(
      backtests.map(({ series }) => simulate(series.returns.values, flags)),
    );
    const unmet = unmetAmong(required, backtests, simulated);
    const several = backtests.length > 1;
    for (const backtest of backtests) {
      for (const warning of backtest.warnings) warn(warning);
      for (const warning of undefinedWarning(backtest)) warn(warning);
      for (const warning of intervalsWarning(backtest)) warn(warning);
      if (format === "table" && !context.io.stdout.isTerminal) note(sourceText(backtest).trimEnd());
    }
    const answers = backtests.map((backtest, index) => statsJson(backtest, simulated[index]));
    return withUnmet(context, unmet, {
      markdown: backtests.map(sourceMarkdown).join("\n\n"),
      screen: (screen) =>
        backtests.flatMap((backtest, index) => [
          ...index === 0 ? [] : [[]],
          ...sourceLines(backtest, screen),
          ...metricLines(backtest, Object.entries(simulated[index] ?? {}), screen),
        ]),
      json: answers.length === 1 ? answers[0] ?? null : answers,
      rows: {
        columns: [
          ...several ? ["strategy"] : [],
          "metric",
          "category",
          "value",
          ...flags.intervals ? ["low", "high"] : [],
          "unit",
        ],
        noun: null,
        pages: backtests.map((backtest, index) => statsRows(backtest, several, simulated[index])),
      },
    });
  },
});

interface MonteCarloFlags {
  readonly montecarlo: number | undefined;
  readonly seed: number | undefined;
  readonly ruin: number | undefined;
  readonly goal: number | undefined;
}

/** Figures by name; undefined where nothing is simulated. */
type Simulated = Readonly<Record<string, number>> | undefined;

function statsJson(backtest: Backtest, simulated: Simulated): Json {
  const { file, series } = backtest;
  return {
    file: file.path,
    ...(series.name === null ? {} : { strategy: series.name }),
    ...backtestJson(backtest),
    ...(simulated === undefined ? {} : { montecarlo: simulated }),
    warnings: backtest.warnings.map(({ code, message }) => ({ code, message })),
  };
}

function statsRows(backtest: Backtest, several: boolean, simulated: Simulated): readonly Row[] {
  const facts = new Map(CATALOGUE.map((metric) => [metric.name, metric] as const));
  const { intervals } = backtest;
  const bounds = (metric: string): Row => {
    const { low = null, high = null } = intervals?.intervals.get(metric) ?? {};
    return intervals === null ? {} : { low, high };
  };
  const row = (metric: string, category: string, value: number | null, unit: string): Row => ({
    ...(several ? { strategy: backtest.series.name ?? "" } : {}),
    metric,
    category,
    value,
    ...bounds(metric),
    unit,
  });
  const values = new Map<string, number | null>(backtest.metrics);
  for (const { metric } of backtest.undefined) values.set(metric, null);
  const rows = inCatalogueOrder(values.keys()).map((name) => {
    const metric = facts.get(name);
    return row(name, metric?.category ?? "defined", values.get(name) ?? null, metric?.unit ?? "");
  });
  for (const [name, value] of Object.entries(simulated ?? {})) {
    rows.push(row(name, "montecarlo", value, ""));
  }
  return rows;
}

async function simulate(returns: Float64Array, flags: MonteCarloFlags): Promise<Simulated> {
  if (flags.montecarlo === undefined) return undefined;
  const { monteCarlo } = await import("../metrics/montecarlo.ts");
  return monteCarlo(returns, {
    paths: flags.montecarlo,
    seed: flags.seed ?? 1,
    ruin: flags.ruin ?? 0.5,
    goal: flags.goal ?? 1,
  });
}

/** What is simulated, whatever the returns are. */
async function simulatedNames(flags: MonteCarloFlags): Promise<readonly string[]> {
  if (flags.montecarlo === undefined) return [];
  const montecarlo = Math.min(flags.montecarlo, 2);
  return Object.keys(await simulate(Float64Array.of(0), { ...flags, montecarlo }) ?? {});
}
