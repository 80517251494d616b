// `btflow stats`: compute and print; logs nothing, needs no store and no network.

import { BACKTEST_FLAGS, backtestOptions } from "../backtest/flags.ts";
import { evaluateFile } from "../backtest/mod.ts";
import type { Backtest } from "../backtest/mod.ts";
import { backtestJson, sourceText, undefinedWarning } from "../backtest/text.ts";
import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import type { Json, Result } from "../command/answer.ts";
import { loadConfig } from "../config/values.ts";
import { present } from "../errors.ts";
import { number, text } from "../command/flags.ts";
import { CATALOGUE, TRADE_METRICS } from "../metrics/mod.ts";
import type { Row } from "../command/answer.ts";
import { ROW_FORMATS } from "../output/mod.ts";

/** Computes and prints; keeps nothing. */
export const command: Command = defineCommand({
  name: "stats",
  summary: "Compute and print the metrics of a file; logs nothing",
  operands: [{ name: "FILE", summary: "File of the returns; - is stdin", completes: "file" }],
  flags: {
    ...BACKTEST_FLAGS,
    montecarlo: number({
      summary: "Resample the returns this many times: ruin, goal, drawdown and final value",
      min: 1,
      max: 1_000_000,
      whole: true,
    }),
    seed: number({ summary: "Seed of the resampling", min: 0, whole: true, fallback: "1" }),
    ruin: number({ summary: "Loss that counts as ruin, a fraction", fallback: "0.5" }),
    goal: number({ summary: "Gain that counts as reaching the goal, a fraction", fallback: "1" }),
    envFile: text({ summary: "Read settings from this file", value: "FILE", completes: "file" }),
  },
  examples: [
    { command: "btflow stats returns.csv", does: "All metrics of a file" },
    { command: "btflow stats prices.csv --kind prices --format json", does: "As one JSON object" },
    { command: "zcat r.csv.gz | btflow stats - --metrics sharpe_ratio,cagr", does: "From a pipe" },
  ],
  exits: [3],
  formats: ROW_FORMATS,
  run: async ({ io, warn, note }, { flags, operands, format }): Promise<Result> => {
    const config = await loadConfig(io, { flags: { envFile: flags.envFile } });
    const options = backtestOptions(flags, config);
    const backtests = await evaluateFile(io, present(operands[0], "the file"), options);
    const several = backtests.length > 1;
    for (const backtest of backtests) {
      for (const warning of backtest.warnings) warn(warning);
      for (const warning of undefinedWarning(backtest)) warn(warning);
      if (format === "table") note(sourceText(backtest).trimEnd());
    }
    const answers = await Promise.all(backtests.map((backtest) => statsJson(backtest, flags)));
    return {
      json: answers.length === 1 ? answers[0] ?? null : answers,
      rows: {
        columns: [...several ? ["strategy"] : [], "metric", "category", "value", "unit"],
        noun: null,
        pages: await Promise.all(backtests.map((backtest) => statsRows(backtest, several, flags))),
      },
    };
  },
});

interface MonteCarloFlags {
  readonly montecarlo: number | undefined;
  readonly seed: number | undefined;
  readonly ruin: number | undefined;
  readonly goal: number | undefined;
}

async function statsJson(backtest: Backtest, flags: MonteCarloFlags): Promise<Json> {
  const { file, series } = backtest;
  const simulated = await simulate(backtest, flags);
  return {
    file: file.path,
    ...(series.name === null ? {} : { strategy: series.name }),
    ...backtestJson(backtest),
    ...(simulated === null ? {} : { montecarlo: simulated }),
    warnings: backtest.warnings.map(({ code, message }) => ({ code, message })),
  };
}

async function statsRows(
  backtest: Backtest,
  several: boolean,
  flags: MonteCarloFlags,
): Promise<readonly Row[]> {
  const facts = new Map<string, { readonly category: string; readonly unit: string }>([
    ...CATALOGUE.map((metric) => [metric.name, metric] as const),
    ...TRADE_METRICS.map(({ name, unit }) => [name, { category: "trade list", unit }] as const),
  ]);
  const row = (metric: string, category: string, value: number | null, unit: string): Row => ({
    ...(several ? { strategy: backtest.series.name ?? "" } : {}),
    metric,
    category,
    value,
    unit,
  });
  const values = new Map<string, number | null>(backtest.metrics);
  for (const { metric } of backtest.undefined) values.set(metric, null);
  const order = new Map([...facts.keys()].map((name, index) => [name, index]));
  const names = [...values.keys()].sort((a, b) =>
    (order.get(a) ?? order.size) - (order.get(b) ?? order.size)
  );
  const rows = names.map((name) => {
    const metric = facts.get(name);
    return row(name, metric?.category ?? "defined", values.get(name) ?? null, metric?.unit ?? "");
  });
  for (const [name, value] of Object.entries(await simulate(backtest, flags) ?? {})) {
    rows.push(row(name, "montecarlo", value, ""));
  }
  return rows;
}

async function simulate(
  { series }: Backtest,
  flags: MonteCarloFlags,
): Promise<Readonly<Record<string, number>> | null> {
  if (flags.montecarlo === undefined) return null;
  const { monteCarlo } = await import("../metrics/montecarlo.ts");
  return monteCarlo(series.returns.values, {
    paths: flags.montecarlo,
    seed: flags.seed ?? 1,
    ruin: flags.ruin ?? 0.5,
    goal: flags.goal ?? 1,
  });
}
