// What curves and columns of returns come to: falls, values between points, the mean of columns.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

/** Points of a line over time or rows. */
export interface Curve {
  readonly x: ArrayLike<number>;
  /** Growth factors: 1 where nothing is gained. */
  readonly y: ArrayLike<number | null>;
}

/** How far each growth factor is below the highest before it, which is at least 1. */
export function fallsOf(growth: ArrayLike<number | null>): (number | null)[] {
  let peak = 1;
  return Array.from(growth, (value) => {
    if (value === null) return null;
    peak = Math.max(peak, value);
    return value / peak - 1;
  });
}

/** Mean of some columns of returns, row by row: the same share in each, rebalanced every row. */
export function equalWeight(columns: readonly ArrayLike<number>[]): Float64Array {
  const mean = new Float64Array(columns[0]?.length ?? 0);
  for (const column of columns) {
    for (let row = 0; row < mean.length; row++) {
      mean[row] = (mean[row] as number) + (column[row] as number) / columns.length;
    }
  }
  return mean;
}

/** A curve's value at a place: straight between its points, none outside them. */
export function valueAt({ x, y }: Curve, at: number): number | null {
  let [low, high] = [0, x.length - 1];
  if (!(at >= (x[low] ?? NaN) && at <= (x[high] ?? NaN))) return null;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((x[middle] as number) <= at) low = middle;
    else high = middle;
  }
  const [from, to] = [x[low] as number, x[high] as number];
  const [before = null, after = null] = [y[low], y[high]];
  if (at === from) return before;
  if (at === to) return after;
  if (before === null || after === null) return null;
  return before + ((after - before) * (at - from)) / (to - from);
}

/** All places of some curves in order, each once. */
export function mergedX(all: readonly ArrayLike<number>[]): number[] {
  return [...new Set(all.flatMap((x) => Array.from(x)))].sort((one, other) => one - other);
}
