// Value at risk and the mean loss beyond it, of any series: the returns, and the drawdown series
// for the serenity index. Apart from risk.ts so that drawdown.ts need not import it.

import { meanBelow } from "./kernel.ts";
import { normalDensity, normalQuantile } from "./normal.ts";

// 1 − 0.95 in floating point, as QuantStats passes it on.
const FIVE_PERCENT = normalQuantile(1 - 0.95);
const DENSITY = normalDensity(FIVE_PERCENT);

/** The 5 % quantile of a normal distribution; NaN without a deviation to scale it by. */
export function normalVar(mean: number, deviation: number): number {
  return deviation > 0 ? mean + FIVE_PERCENT * deviation : NaN;
}

/** The mean beyond the 5 % quantile of a normal distribution: of one that never varies, its mean. */
export function normalShortfall(mean: number, deviation: number): number {
  return deviation > 0 ? mean - deviation * DENSITY / (1 - 0.95) : mean;
}

/** The mean of the values below `normalVar`, or that itself when there are none. */
export function tailLoss(values: Float64Array, mean: number, deviation: number): number {
  const threshold = normalVar(mean, deviation);
  const loss = meanBelow(values, threshold);
  return Number.isNaN(loss) ? threshold : loss;
}

/** A normal quantile corrected for skew and excess kurtosis (Cornish and Fisher 1938). */
export function cornishFisher(quantile: number, asymmetry: number, excess: number): number {
  const cube = quantile ** 3;
  return quantile + (quantile ** 2 - 1) / 6 * asymmetry + (cube - 3 * quantile) / 24 * excess -
    (2 * cube - 5 * quantile) / 36 * asymmetry ** 2;
}
