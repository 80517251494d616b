// Serial correlation: how a row goes with the next one, and what that does to annualised ratios.
// From the shared moments, except where one of the two shifted series hardly varies and
// subtracting its end would cancel away its digits.

import { deviationOf, meanOf, type Moments, momentsOf, withoutNoise } from "./kernel.ts";

/** Below this share of the whole series' variance a shifted series is computed on its own. */
const CANCELLATION_SHARE = 1e-4;

/**
 * The correlation of rows 0…n−2 with rows 1…n−1; NaN below 3 rows or where either only varies by
 * the rounding noise of values of the largest magnitude given.
 */
export function serialCorrelation(
  values: Float64Array,
  mean: number,
  moments: Moments,
  largestMagnitude: number,
): number {
  const pairs = values.length - 1;
  if (pairs < 2) return NaN;
  const firstGap = (values[0] as number) - mean - moments.shift;
  const lastGap = (values[pairs] as number) - mean - moments.shift;
  // The gaps of all rows add up to 0, so those of all but one add up to minus that one.
  const leading = moments.second - lastGap ** 2 - lastGap ** 2 / pairs;
  const trailing = moments.second - firstGap ** 2 - firstGap ** 2 / pairs;
  const least = Math.min(leading, trailing);
  if (!(least > CANCELLATION_SHARE * moments.second)) {
    return directCorrelation(values.subarray(0, pairs), values.subarray(1));
  }
  if (withoutNoise(Math.sqrt(least / (pairs - 1)), largestMagnitude) === 0) return NaN;
  const product = moments.lagged - firstGap * lastGap / pairs;
  return clip(product / Math.sqrt(leading * trailing));
}

function directCorrelation(first: Float64Array, second: Float64Array): number {
  if (deviationOf(first) === 0 || deviationOf(second) === 0) return NaN;
  const firstMean = meanOf(first);
  const secondMean = meanOf(second);
  let product = 0;
  for (let row = 0; row < first.length; row++) {
    product += ((first[row] as number) - firstMean) * ((second[row] as number) - secondMean);
  }
  const squares = momentsOf(first, firstMean).second * momentsOf(second, secondMean).second;
  return clip(product / Math.sqrt(squares));
}

/** Rounding cannot take a correlation beyond ±1. */
function clip(correlation: number): number {
  return Math.max(-1, Math.min(1, correlation));
}

/** √(1 + 2 Σ (n − k)/n · |c|^k) over k = 1…n − 1; 1 for a single row, whose sum is empty. */
export function serialPenalty(correlation: number, count: number): number {
  if (count === 1) return 1;
  const ratio = Math.abs(correlation);
  let power = 1;
  let sum = 0;
  for (let lag = 1; lag < count; lag++) {
    power *= ratio;
    sum += (count - lag) / count * power;
    // All that remains is below the last bit of the sum.
    if (power * count < 1e-17) break;
  }
  return Math.sqrt(1 + 2 * sum);
}
