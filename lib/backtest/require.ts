// What --require asks of a backtest's metrics: which names there are is known from the flags, before a
// file is read; whether the conditions are met, once its metrics are computed.

import type { Result } from "../command/answer.ts";
import type { Context } from "../command/declare.ts";
import { type FlagsOf, texts } from "../command/flags.ts";
import { UnmetError } from "../errors.ts";
import { readRequirements, type Requirement, unmet } from "../filter/mod.ts";
import { CATALOGUE, computeMetrics } from "../metrics/mod.ts";
import { boundNames } from "../own_names.ts";
import { boundFigures } from "./intervals.ts";
import { type Backtest, type BacktestOptions, requireNoBenchmark } from "./mod.ts";

export type { Requirement };

/** The flag itself, to be spread into a command's. */
export const REQUIRE_FLAGS: FlagsOf<{ readonly require: readonly string[] }> = {
  require: texts({
    summary: "Exit with 10 unless the metrics meet this, such as 'sharpe_ratio > 1'",
    value: "CONDITION",
  }),
};

/**
 * What is required of metrics that are computed so; `more` are figures besides the metrics.
 *
 * @throws {FilterSyntaxError} for what is no condition, and for a metric that is not computed so.
 */
export function requirementsOf(
  texts: readonly string[],
  { names, extended, trials, definitions, intervals }: BacktestOptions,
  more: readonly string[] = [],
): readonly Requirement[] {
  const computed = new Set(definitions.map(({ name }) => name));
  const elsewhere = new Map<string, string>();
  const decide = (name: string, lack: string | null): void => {
    const advice = names === undefined || names.includes(name) ? lack : "add it to --metrics";
    if (advice === null) computed.add(name);
    else elsewhere.set(name, advice);
  };
  for (const { name, extended: isExtended, needs } of CATALOGUE) {
    const lacksTrials = needs.includes("trials") && trials === undefined;
    const isLeftOut = isExtended === true && !extended && names === undefined;
    if (lacksTrials) decide(name, "give --trials and --trials-variance");
    else decide(name, isLeftOut ? "--extended computes it" : null);
  }
  for (const bound of [...computed].flatMap((name) => Object.values(boundNames(name)))) {
    if (intervals === undefined) elsewhere.set(bound, "--intervals computes it");
    else computed.add(bound);
  }
  for (const name of more) computed.add(name);
  return readRequirements(texts, computed, elsewhere);
}

/**
 * The conditions that backtests of one file do not meet, each with its values; of several backtests
 * also with the strategy. `more` has figures of each besides its metrics.
 *
 * @throws {UsageError} for a metric that needs a benchmark, where there is none.
 */
export function unmetAmong(
  required: readonly Requirement[],
  backtests: readonly Backtest[],
  more: readonly (Readonly<Record<string, number>> | undefined)[] = [],
): readonly string[] {
  if (required.length === 0) return [];
  return backtests.flatMap((backtest, index) => {
    const lines = unmetBy(required, backtest, more[index] ?? {});
    return backtests.length === 1 ? lines : lines.map((line) => `${backtest.series.name}: ${line}`);
  });
}

function unmetBy(
  required: readonly Requirement[],
  backtest: Backtest,
  more: Readonly<Record<string, number>>,
): readonly string[] {
  const { intervals } = backtest;
  const asked = required.flatMap(({ metrics }) => metrics);
  if (backtest.benchmark === null) requireNoBenchmark(asked);
  const values = new Map([
    ...backtest.metrics,
    ...boundFigures(intervals),
    ...Object.entries(more),
  ]);
  // Figures of trades are left out of the answer of a file without trades that was not asked for them.
  const ofTrades = CATALOGUE.filter(({ name, needs }) =>
    needs.includes("trades") && asked.includes(name) && !values.has(name)
  ).map(({ name }) => name);
  const { returns, trades } = backtest.series;
  const lacking = computeMetrics(returns, { trades, names: ofTrades }).undefined;
  const missing = [
    ...lacking,
    ...backtest.undefined,
    ...(intervals?.without ?? []).flatMap(({ metric, reason }) =>
      Object.values(boundNames(metric)).map((bound) => ({ metric: bound, reason }))
    ),
  ];
  return unmet(required, values, new Map(missing.map(({ metric, reason }) => [metric, reason])));
}

/** An answer that fails by what is not met, unless it fails by something else; then that is said beside it. */
export function withUnmet(
  { warn }: Pick<Context, "warn">,
  conditions: readonly string[],
  result: Result,
): Result {
  if (conditions.length === 0) return result;
  const failure = new UnmetError(conditions);
  if (result.failure === undefined) return { ...result, failure };
  warn({ code: "unmet", message: failure.message });
  return result;
}
