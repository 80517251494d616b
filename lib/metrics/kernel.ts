// The arithmetic every metric stands on: compensated sums, central moments, means. Each is one
// flat loop over a Float64Array; sums run in short blocks whose totals are added with Neumaier's
// correction, which costs nothing per row and keeps the error independent of the number of rows.
// A part of an array is given as a view of it: JavaScriptCore takes ten times as long for a loop that
// begins at a parameter.

/** Rows summed plainly before their total goes to a compensated sum. */
export const BLOCK_ROWS = 256;

/** A running sum that carries its own rounding error. */
export interface CompensatedSum {
  add(value: number): void;
  value(): number;
}

/** A sum by Neumaier's variant of Kahan's method (Neumaier 1974, ZAMM 54, 39–51). */
export function compensatedSum(): CompensatedSum {
  let sum = 0;
  let correction = 0;
  return {
    add(value) {
      const next = sum + value;
      correction += Math.abs(sum) >= Math.abs(value) ? (sum - next) + value : (value - next) + sum;
      sum = next;
    },
    // An overflow leaves Infinity − Infinity in the correction; the plain sum says what happened.
    value: () => Number.isFinite(sum) ? sum + correction : sum,
  };
}

/** The value where it is below 0, else 0; without a branch, which a processor cannot guess of returns. */
export function partBelow0(value: number): number {
  return 0.5 * (value - Math.abs(value));
}

/** The value where it is above 0, else 0; as `partBelow0`. */
export function partAbove0(value: number): number {
  return 0.5 * (value + Math.abs(value));
}

/** The sum of the values. */
export function sumOf(values: Float64Array): number {
  const total = compensatedSum();
  for (let start = 0; start < values.length; start += BLOCK_ROWS) {
    const end = Math.min(values.length, start + BLOCK_ROWS);
    let block = 0;
    for (let row = start; row < end; row++) block += values[row] as number;
    total.add(block);
  }
  return total.value();
}

/** The arithmetic mean; NaN of nothing. */
export function meanOf(values: Float64Array): number {
  return values.length === 0 ? NaN : sumOf(values) / values.length;
}

/** The product of `1 + value`, multiplied in row order as pandas' `prod` does. */
export function growthOf(values: Float64Array): number {
  let growth = 1;
  for (let row = 0; row < values.length; row++) growth *= 1 + (values[row] as number);
  return growth;
}

/** A total return taken to a year, as QuantStats does: from |1 + total|, with its rounding. */
export function annualGrowth(total: number, years: number): number {
  return Math.abs(total + 1) ** (1 / years) - 1;
}

/** A standard deviation at or below this share of the largest magnitude is rounding noise. */
export const NEGLIGIBLE_SHARE = 1e-12;

/** The deviation itself, or 0 where it is only the rounding noise of values of that magnitude. */
export function withoutNoise(deviation: number, largestMagnitude: number): number {
  return deviation <= NEGLIGIBLE_SHARE * largestMagnitude ? 0 : deviation;
}

/** Sums of powers of the distance from the mean, and of its product with the next row's. */
export interface Moments {
  /** Sum of squared distances. */
  readonly second: number;
  /** Sum of cubed distances. */
  readonly third: number;
  /** Sum of distances to the fourth power. */
  readonly fourth: number;
  /** Sum over rows of distance × the next row's distance. */
  readonly lagged: number;
  /** The true mean less the given one, which is rounded: it counts where rows hardly vary. */
  readonly shift: number;
}

/** Central moment sums about a mean already known; what the mean's own rounding adds is taken off. */
export function momentsOf(values: Float64Array, mean: number): Moments {
  const sums = [compensatedSum(), compensatedSum(), compensatedSum(), compensatedSum()] as const;
  const rest = compensatedSum();
  let previous = 0;
  for (let start = 0; start < values.length; start += BLOCK_ROWS) {
    const end = Math.min(values.length, start + BLOCK_ROWS);
    let first = 0;
    let second = 0;
    let third = 0;
    let fourth = 0;
    let lagged = 0;
    for (let row = start; row < end; row++) {
      const distance = (values[row] as number) - mean;
      const square = distance * distance;
      first += distance;
      second += square;
      third += square * distance;
      fourth += square * square;
      lagged += previous * distance;
      previous = distance;
    }
    rest.add(first);
    sums[0].add(second);
    sums[1].add(third);
    sums[2].add(fourth);
    sums[3].add(lagged);
  }
  const count = values.length;
  const shift = count === 0 ? 0 : rest.value() / count;
  const second = sums[0].value();
  const third = sums[1].value();
  const ends = count === 0
    ? 0
    : (values[0] as number) - mean + (values[count - 1] as number) - mean;
  return {
    second: Math.max(0, second - count * shift * shift),
    third: third - 3 * shift * second + 2 * count * shift ** 3,
    fourth: sums[2].value() - 4 * shift * third + 6 * shift * shift * second,
    lagged: sums[3].value() - shift * ((count + 1) * shift - ends),
    shift,
  };
}

/** The sample variance (n − 1); NaN of fewer than 2 rows. */
export function varianceOf(values: Float64Array): number {
  return values.length < 2 ? NaN : momentsOf(values, meanOf(values)).second / (values.length - 1);
}

/** The sample standard deviation (n − 1) of any array; noise counts as 0, fewer than 2 rows NaN. */
export function deviationOf(values: Float64Array): number {
  let largest = 0;
  for (let row = 0; row < values.length; row++) {
    largest = Math.max(largest, Math.abs(values[row] as number));
  }
  return withoutNoise(Math.sqrt(varianceOf(values)), largest);
}

/**
 * The sample standard deviation of ln(1 + value), in one pass around the logarithm of a central
 * value, which keeps the subtraction of squares harmless. Values must be above −1.
 */
export function logDeviationOf(values: Float64Array, centre: number): number {
  if (values.length < 2) return NaN;
  const around = Math.log(1 + centre);
  const sum = compensatedSum();
  const squares = compensatedSum();
  for (let start = 0; start < values.length; start += BLOCK_ROWS) {
    const end = Math.min(values.length, start + BLOCK_ROWS);
    let block = 0;
    let blockSquares = 0;
    for (let row = start; row < end; row++) {
      const distance = Math.log(1 + (values[row] as number)) - around;
      block += distance;
      blockSquares += distance * distance;
    }
    sum.add(block);
    squares.add(blockSquares);
  }
  const rest = sum.value() ** 2 / values.length;
  return Math.sqrt(Math.max(0, squares.value() - rest) / (values.length - 1));
}

/** Standard deviation, skewness and excess kurtosis of the rows themselves: all with n. */
export function shapeOf(
  { second, third, fourth }: Moments,
  count: number,
): { readonly spread: number; readonly asymmetry: number; readonly excess: number } {
  const spread = Math.sqrt(second / count);
  return {
    spread,
    asymmetry: third / count / spread ** 3,
    excess: fourth / count / spread ** 4 - 3,
  };
}

/** A quotient that is NaN, not infinite, over nothing. */
export function quotient(numerator: number, denominator: number): number {
  return denominator === 0 ? NaN : numerator / denominator;
}

/** The mean of the values strictly below a threshold; NaN when there are none. */
export function meanBelow(values: Float64Array, threshold: number): number {
  return meanWithin(values, threshold, false);
}

/** The mean of the values at or below a threshold; NaN when there are none. */
export function meanUpTo(values: Float64Array, threshold: number): number {
  return meanWithin(values, threshold, true);
}

function meanWithin(values: Float64Array, threshold: number, inclusive: boolean): number {
  const total = compensatedSum();
  let count = 0;
  for (let start = 0; start < values.length; start += BLOCK_ROWS) {
    const end = Math.min(values.length, start + BLOCK_ROWS);
    let block = 0;
    for (let row = start; row < end; row++) {
      const value = values[row] as number;
      if (value < threshold || (inclusive && value === threshold)) {
        block += value;
        count++;
      }
    }
    total.add(block);
  }
  return count === 0 ? NaN : total.value() / count;
}
