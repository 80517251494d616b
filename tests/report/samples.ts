// Fixed inputs of the report's tests: real returns, and series that only edge cases have. Made by
// rule from a seed, so that a failure can be run again.

import type { JoinedBenchmark, Returns } from "../../lib/metrics/mod.ts";
import type { TearSheetOptions } from "../../lib/report/mod.ts";

export const DAY_MS = 86_400_000;

/** 2026-01-02 03:04 UTC. */
export const GENERATED_AT: number = Date.UTC(2026, 0, 2, 3, 4);

export const OPTIONS: TearSheetOptions = {
  heading: "Momentum",
  periods: 252,
  generatedAt: GENERATED_AT,
};

/** The rows of an example file from a row on. */
export function exampleReturns(name: string, from: number = 0, count: number = Infinity): Returns {
  const lines = Deno.readTextFileSync(new URL(`../../examples/${name}`, import.meta.url))
    .trim().split("\n").slice(1 + from, 1 + from + count).map((line) => line.split(","));
  return {
    dates: Float64Array.from(lines, ([date = ""]) => Date.parse(date)),
    values: Float64Array.from(lines, ([, value]) => Number(value)),
  };
}

/** The S&P 500 beside the NASDAQ, on the same days. */
export function examplePair(
  from: number = 0,
  count: number = Infinity,
): { returns: Returns; joined: JoinedBenchmark } {
  const returns = exampleReturns("sp500_returns.csv", from, count);
  const benchmark = exampleReturns("nasdaq_returns.csv", from, count);
  return {
    returns,
    joined: {
      dates: returns.dates ?? new Float64Array(0),
      strategy: returns.values,
      benchmark: benchmark.values,
    },
  };
}

/** Numbers from 0 to 1 by a rule of their own: the recorded structure of the pages depends on them. */
function byRule(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Returns that surely have dates. */
export type DatedReturns = Returns & { readonly dates: Float64Array };

/** A made-up series: rows at even distances. */
export function madeUp(
  count: number,
  stepMs: number,
  options: { seed?: number; size?: number } = {},
): DatedReturns {
  const next = byRule(options.seed ?? 7);
  const size = options.size ?? 0.01;
  const start = Date.UTC(2015, 0, 1);
  return {
    dates: Float64Array.from({ length: count }, (_, row) => start + row * stepMs),
    values: Float64Array.from({ length: count }, () => (next() + next() + next() - 1.49) * size),
  };
}

/** Text that must stay text wherever it stands. */
export const HOSTILE: readonly string[] = [
  "</script><img src=x onerror=alert(1)>",
  "--><script>alert(2)</script><!--",
  `" onmouseover="alert(3)" x="`,
  "' onfocus='alert(4)' autofocus '",
  "\u202egnp.exe\u202c \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
  "&lt;b&gt; ${alert(5)} {{7*7}} javascript:alert(6)",
  "\u2028\u2029\u0000\u001b[31m\ud800",
  "x".repeat(10_000),
];
