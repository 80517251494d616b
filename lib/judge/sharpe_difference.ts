// Do two runs on the same rows differ in Sharpe ratio? What they have in common cancels, so the test
// needs the rows of both and not two standard errors.

import { deviationOf, meanOf, normalCdf } from "../metrics/mod.ts";

/** A difference of two Sharpe ratios a row, and how far chance explains it. */
export interface SharpeDifference {
  /** The first less the second. */
  readonly difference: number;
  /** Standard error of the difference. */
  readonly error: number;
  /** Two-sided, by the normal distribution. */
  readonly pValue: number;
  /** Number of lags that the standard error takes in. */
  readonly bandwidth: number;
}

/** Fewer rows than this say nothing about a spread that is only asymptotic. */
export const MIN_DIFFERENCE_ROWS = 20;

/**
 * Tests whether two series of returns on the same rows have the same Sharpe ratio (Ledoit and Wolf
 * 2008, Journal of Empirical Finance 15, section 3.1): the delta method over the two means and the
 * two means of squares (eq. 4), with a covariance that holds under heteroskedasticity and serial
 * correlation; Bartlett's kernel, ⌊4(T/100)^(2/9)⌋ lags, at least one.
 *
 * Null where there is nothing to test: fewer than 20 rows, a series that never varies, two that are
 * equal or multiples of each other.
 *
 * Throws `RangeError` for series of different lengths.
 */
export function sharpeDifference(
  first: Float64Array,
  second: Float64Array,
): SharpeDifference | null {
  const rows = first.length;
  if (second.length !== rows) {
    throw new RangeError(`Cannot compare ${rows} rows with ${second.length}`);
  }
  const [one, other] = [readMoments(first), readMoments(second)];
  if (rows < MIN_DIFFERENCE_ROWS || one === null || other === null) return null;
  const bandwidth = Math.max(1, Math.floor(4 * (rows / 100) ** (2 / 9)));
  // The gradient applied to each row first: what is left is the long-run variance of one series.
  const influence = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    influence[row] = influenceOf(one, first[row] as number) -
      influenceOf(other, second[row] as number);
  }
  const variance = longRunVariance(influence, bandwidth) / rows;
  if (!(variance > ROUNDING_SHARE * (1 + one.sharpe ** 2 + other.sharpe ** 2) / rows)) return null;
  const error = Math.sqrt(variance);
  const difference = one.sharpe - other.sharpe;
  const pValue = 2 * normalCdf(-Math.abs(difference / error));
  return { difference, error, pValue, bandwidth };
}

/** A variance below this share of one Sharpe ratio's own is that of rounding. */
const ROUNDING_SHARE = 1e-20;

interface SharpeMoments {
  readonly sharpe: number;
  readonly mean: number;
  /** With n, as the delta method has it; the Sharpe ratio itself has n − 1. */
  readonly deviation: number;
}

function readMoments(values: Float64Array): SharpeMoments | null {
  const deviation = deviationOf(values);
  if (!(deviation > 0)) return null;
  const mean = meanOf(values);
  const biased = deviation * Math.sqrt((values.length - 1) / values.length);
  return { sharpe: mean / deviation, mean, deviation: biased };
}

/**
 * What a row moves the Sharpe ratio by: with z its distance from the mean in deviations and s the
 * ratio, z − s(z² − 1)/2. That is the gradient (g/σ³, −m/2σ³) of m/√(g − m²) applied to the row and
 * its square, each less its mean.
 */
function influenceOf({ mean, deviation }: SharpeMoments, value: number): number {
  const distance = (value - mean) / deviation;
  return distance - mean / deviation * (distance * distance - 1) / 2;
}

function longRunVariance(values: Float64Array, bandwidth: number): number {
  let variance = 0;
  for (let lag = 0; lag <= bandwidth; lag++) {
    let product = 0;
    for (let row = lag; row < values.length; row++) {
      product += (values[row] as number) * (values[row - lag] as number);
    }
    variance += (lag === 0 ? 1 : 2 * (1 - lag / (bandwidth + 1))) * product / values.length;
  }
  return variance;
}
