// What chance does to Sharpe ratios: the spread of an estimate, the best of many trials without
// skill, and the probability that is left. Plain functions of a few numbers, so that a command can
// apply them to figures logged long ago, without the returns.

import { normalCdf, normalQuantile } from "./normal.ts";

/** A Sharpe ratio with what its spread depends on. */
export interface SharpeEstimate {
  /** Per period, not annualised. */
  readonly sharpe: number;
  /** Number of returns it was estimated from. */
  readonly count: number;
  /** Skewness of the returns; 0 for a normal distribution. */
  readonly skew: number;
  /** Excess kurtosis: 0 for a normal distribution. */
  readonly kurtosis: number;
}

/** How many strategies were tried, and how much their Sharpe ratios per period varied. */
export interface Trials {
  /** Number of trials, at least 1. */
  readonly trials: number;
  /** Variance of the trials' Sharpe ratios, per period. */
  readonly variance: number;
}

const EULER_MASCHERONI = 0.5772156649015329;

/**
 * The variance of a Sharpe ratio estimated from returns of any shape, per period:
 * (1 − g₃·s + (g₄ − 1)/4·s²) / (n − 1), with raw kurtosis g₄ = excess + 3 (Mertens 2002; Bailey and
 * López de Prado 2012). NaN where that is not above 0, which extreme moments of short series give.
 */
export function sharpeVariance({ sharpe, count, skew, kurtosis }: SharpeEstimate): number {
  const variance = (1 - skew * sharpe + (kurtosis + 2) / 4 * sharpe ** 2) / (count - 1);
  return variance > 0 && Number.isFinite(variance) ? variance : NaN;
}

/** The probability that the true Sharpe ratio exceeds a hurdle, both per period; NaN as `sharpeVariance`. */
export function probabilisticSharpe(estimate: SharpeEstimate, hurdle = 0): number {
  return normalCdf((estimate.sharpe - hurdle) / Math.sqrt(sharpeVariance(estimate)));
}

/**
 * The Sharpe ratio per period to expect of the best of so many independent trials without skill:
 * √V · ((1 − γ)Φ⁻¹(1 − 1/N) + γΦ⁻¹(1 − 1/(N·e))), γ = 0.5772… (Bailey and López de Prado 2014).
 * Of a single trial it is 0. Trials need not be whole: an effective number will do.
 *
 * Throws `RangeError` for fewer than one trial or a negative variance.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * // The paper's example: 100 trials, annual variance 0.5, 250 days a year.
 * assertAlmostEquals(expectedMaximumSharpe(100, 0.5 / 250), 0.1132, 0.00005);
 * ```
 */
export function expectedMaximumSharpe(trials: number, variance: number): number {
  if (!(trials >= 1 && trials < Infinity)) {
    throw new RangeError(`Cannot use ${trials} trials: at least one is needed`);
  }
  if (!(variance >= 0 && variance < Infinity)) {
    throw new RangeError(`Cannot use a variance of ${variance}: it must not be negative`);
  }
  if (trials === 1) return 0;
  const expected = -(1 - EULER_MASCHERONI) * normalQuantile(1 / trials) -
    EULER_MASCHERONI * normalQuantile(1 / (trials * Math.E));
  // Just above one trial the approximation falls below what any one trial is expected to give.
  return Math.sqrt(variance) * Math.max(0, expected);
}

/**
 * The probability that the true Sharpe ratio exceeds what the best of so many trials reaches
 * without skill (Bailey and López de Prado 2014). NaN as `sharpeVariance`.
 *
 * Throws `RangeError` as `expectedMaximumSharpe`.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * // The paper's example: an annual 2.5 over five years of 250 days, skew −3, raw kurtosis 10.
 * const estimate = { sharpe: 2.5 / Math.sqrt(250), count: 1250, skew: -3, kurtosis: 10 - 3 };
 * const probability = deflatedSharpe(estimate, { trials: 100, variance: 0.5 / 250 });
 * assertAlmostEquals(probability, 0.9004, 0.00005);
 * ```
 */
export function deflatedSharpe(
  estimate: SharpeEstimate,
  { trials, variance }: Trials,
): number {
  return probabilisticSharpe(estimate, expectedMaximumSharpe(trials, variance));
}

/** Against what, and how surely, a track record must tell. */
export interface TrackRecordOptions {
  /** Sharpe ratio per period to be exceeded; 0 by default. */
  readonly hurdle?: number;
  /** 0.95 by default. */
  readonly confidence?: number;
}

/**
 * The number of returns needed before a Sharpe ratio like this exceeds the hurdle with the given
 * confidence: 1 + (1 − g₃·s + (g₄ − 1)/4·s²) · (Φ⁻¹(confidence) / (s − hurdle))² (Bailey and López
 * de Prado 2012). NaN when it does not exceed the hurdle now, since no length would help.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * // The paper: an annual 2 against 1, daily, normal: 2.73 years.
 * const daily = { sharpe: 2 / Math.sqrt(250), count: 2, skew: 0, kurtosis: 0 };
 * assertAlmostEquals(trackRecordNeeded(daily, { hurdle: 1 / Math.sqrt(250) }) / 250, 2.73, 0.005);
 * ```
 */
export function trackRecordNeeded(
  estimate: SharpeEstimate,
  { hurdle = 0, confidence = 0.95 }: TrackRecordOptions = {},
): number {
  if (!(estimate.sharpe > hurdle)) return NaN;
  const spread = sharpeVariance(estimate) * (estimate.count - 1);
  return 1 + spread * (normalQuantile(confidence) / (estimate.sharpe - hurdle)) ** 2;
}
