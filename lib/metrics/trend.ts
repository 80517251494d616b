// The straight line through the logarithm of equity: how steadily a series grew.

import type { Basis } from "./basis.ts";
import { compensatedSum } from "./kernel.ts";

/** The straight line through the logarithm of equity. */
export interface Trend {
  readonly slope: number;
  /** The slope's standard error; 0 where nothing is left over but rounding. */
  readonly error: number;
  /** The share of the variance that the line explains. */
  readonly rSquared: number;
}

/** Least squares of the logarithm of equity on the row number; NaN below 3 rows. */
export function trendOf({ values, count }: Pick<Basis, "values" | "count">): Trend {
  if (count < 3) return { slope: NaN, error: NaN, rSquared: NaN };
  const logs = new Float64Array(count);
  let log = 0;
  for (let row = 0; row < count; row++) logs[row] = log += Math.log1p(values[row] as number);
  const centre = (count - 1) / 2;
  const sum = compensatedSum();
  for (const value of logs) sum.add(value);
  const mean = sum.value() / count;
  const product = compensatedSum();
  const squares = compensatedSum();
  logs.forEach((value, row) => {
    product.add((row - centre) * (value - mean));
    squares.add((value - mean) ** 2);
  });
  const spread = count * (count * count - 1) / 12;
  const slope = product.value() / spread;
  const left = compensatedSum();
  logs.forEach((value, row) => left.add((value - mean - slope * (row - centre)) ** 2));
  const explained = 1 - left.value() / squares.value();
  const isLine = left.value() <= 1e-24 * squares.value();
  return {
    slope,
    error: isLine ? 0 : Math.sqrt(left.value() / (count - 2) / spread),
    rSquared: squares.value() === 0 ? NaN : explained,
  };
}
