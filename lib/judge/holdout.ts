// What became of the run that would have been picked on a date, by the rows from that date on.

import { deviationOf, meanOf } from "../metrics/mod.ts";
import { roundingOf } from "./rounding.ts";

/** The run picked in sample, and how it did out of sample. Sharpe ratios are a row. */
export interface HeldOut {
  /** The column with the highest Sharpe ratio in sample, the first of those equal but for rounding. */
  readonly best: number;
  readonly inSample: number;
  readonly outOfSample: number;
  /** Its rank out of sample among all columns with a Sharpe ratio there: 1 best, the average of equals. */
  readonly rank: number;
  /** Number of columns it is ranked among. */
  readonly ranked: number;
}

/**
 * Picks the best column by the first `rows` rows and ranks it by the rest.
 *
 * A part of zeros has a Sharpe ratio of 0, another part that never varies has none: such a column is
 * not picked, and not ranked. Null where either part has fewer than two rows, no column has a Sharpe
 * ratio in sample, or the one picked has none out of sample.
 */
export function holdOut(columns: readonly Float64Array[], rows: number): HeldOut | null {
  const inSample = columns.map((column) => sharpeOf(column.subarray(0, rows)));
  const outOfSample = columns.map((column) => sharpeOf(column.subarray(rows)));
  const highest = inSample.reduce((most, sharpe) => sharpe > most ? sharpe : most, -Infinity);
  const best = inSample.findIndex((sharpe) => sharpe >= highest - roundingOf(highest));
  const reached = outOfSample[best];
  if (reached === undefined || Number.isNaN(reached)) return null;
  const rounding = roundingOf(reached);
  const above = outOfSample.filter((sharpe) => sharpe > reached + rounding).length;
  const equal = outOfSample.filter((sharpe) => Math.abs(sharpe - reached) <= rounding).length;
  return {
    best,
    inSample: inSample[best] as number,
    outOfSample: reached,
    rank: above + (equal + 1) / 2,
    ranked: outOfSample.filter((sharpe) => !Number.isNaN(sharpe)).length,
  };
}

/** The Sharpe ratio a row; 0 of zeros, NaN of other rows that never vary, or of fewer than two. */
export function sharpeOf(values: Float64Array): number {
  const deviation = deviationOf(values);
  if (deviation > 0) return meanOf(values) / deviation;
  return deviation === 0 && values.every((value) => value === 0) ? 0 : NaN;
}
