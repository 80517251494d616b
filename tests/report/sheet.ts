// The tear sheet that the browser tests look at: six years of the S&P 500 beside the NASDAQ.

import type { JoinedBenchmark, Returns } from "../../lib/metrics/mod.ts";
import { buildModel, renderTearSheet } from "../../lib/report/mod.ts";
import { examplePair, OPTIONS } from "./samples.ts";

const pair = examplePair(0, 1_500);

export const SHEET_RETURNS: Returns = pair.returns;
export const SHEET_JOINED: JoinedBenchmark = pair.joined;

/** The page. */
export const SHEET: string = renderTearSheet(
  buildModel(SHEET_RETURNS, SHEET_JOINED, {
    ...OPTIONS,
    benchmarkName: "NASDAQ",
    source: "sp500_returns.csv",
    params: { fast: "10", slow: "50" },
    warnings: [{ code: "missing", message: "2 missing values taken as 0" }],
  }),
);

/** Its charts and the colours that each is drawn in. */
export const CHARTS: readonly (readonly [string, string])[] = [
  ["cumulative", "strategy"],
  ["cumulative", "benchmark"],
  ["cumulative", "band"],
  ["underwater", "loss"],
  ["returns", "strategy"],
  ["rolling-beta", "strategy"],
  ["rolling-beta", "muted"],
  ["rolling-volatility", "strategy"],
  ["rolling-volatility", "benchmark"],
  ["rolling-sharpe", "strategy"],
  ["rolling-sortino", "strategy"],
  ["underwater", "benchmark"],
];
