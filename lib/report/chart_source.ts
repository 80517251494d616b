// What the charts over time are made from and made of, before they are thinned. Every file of
// charts needs it.

import type { JoinedBenchmark, RateSeries, Release, Returns, TradeList } from "../metrics/mod.ts";
import type { DrawnIntervals, Line, TimeChart } from "./model.ts";

/** A line before it is thinned: one value a row, NaN where there is none. */
export interface FullLine extends Pick<Line, "label" | "paint">, Partial<Pick<Line, "kind">> {
  readonly values: Float64Array;
  /** The growth factors that it is made of, where it follows the range in view. */
  readonly factors?: Float64Array;
}

/** A chart before it is thinned. */
export interface FullChart extends
  Pick<TimeChart, "id" | "title" | "unit" | "height">,
  Partial<
    Pick<
      TimeChart,
      "growth" | "follows" | "most" | "bands" | "fan" | "ticks" | "levels" | "viewLabel"
    >
  > {
  readonly lines: readonly FullLine[];
  readonly views?: readonly { readonly label: string; readonly lines: readonly FullLine[] }[];
}

/** What all charts are made from. */
export interface ChartSource {
  readonly returns: Returns;
  readonly joined: JoinedBenchmark | null;
  readonly benchmarkName: string;
  readonly periods: number;
  readonly riskFreeRate: number;
  /** A rate that changes, in place of the one above. */
  readonly rates?: RateSeries;
  readonly release: Release;
  /** Of resamples of the returns, where they were drawn. */
  readonly fan: DrawnIntervals["fan"];
  readonly trades: TradeList | null;
  /** On the charts' x: one row before the first. */
  readonly origin: number;
  /** What one unit became. */
  readonly wealth: Float64Array;
  /** What one unit of the benchmark became, at the strategy's rows; null without one. */
  readonly benchmarkWealth: Float64Array | null;
  /** How far below the peak; empty where nothing can be compounded. */
  readonly fall: Float64Array;
}

/** Values at some of the dates, carried forward to all; NaN before the first. */
export function carriedTo(
  dates: Float64Array,
  someDates: Float64Array,
  values: ArrayLike<number>,
): Float64Array {
  const carried = new Float64Array(dates.length).fill(NaN);
  let next = 0;
  let value = NaN;
  for (let row = 0; row < dates.length; row++) {
    while (next < someDates.length && (someDates[next] as number) <= (dates[row] as number)) {
      value = values[next++] as number;
    }
    carried[row] = value;
  }
  return carried;
}
