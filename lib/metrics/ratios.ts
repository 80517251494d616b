// Reward over risk: the Sharpe, Sortino, omega and gain-to-pain families. Each reads the shared
// sums of the basis, so the whole file costs no pass of its own.

import type { Basis } from "./basis.ts";
import { kurtosis, skew } from "./distribution.ts";
import { quotient } from "./kernel.ts";
import { normalCdf } from "./normal.ts";
import { cagr } from "./returns.ts";

/**
 * Mean excess return over its standard deviation, annualised.
 *
 * - Formula: mean(r − f) / sd(r − f) · √P, with f = (1 + rf)^(1/P) − 1 and sd with n − 1.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: fewer than 2 rows, or a standard deviation of zero.
 * - Errors: those of `basisOf`.
 * - Source: Sharpe (1994), The Sharpe Ratio, Journal of Portfolio Management 21(1).
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(sharpeRatio(basis), 3.6737098359653952, 1e-12);
 * ```
 */
export function sharpeRatio(basis: Basis): number {
  return excessSharpe(basis) * Math.sqrt(basis.periods);
}

/**
 * Sharpe ratio divided by the autocorrelation penalty, so that smoothed returns do not flatter
 * it.
 *
 * - Formula: sharpe_ratio / autocorrelation_penalty.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: sharpe_ratio or autocorrelation_penalty is undefined.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats, after Red Rock Capital's autocorrelation penalty.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(smartSharpeRatio(basis), 2.166473893831638, 1e-12);
 * ```
 */
export function smartSharpeRatio(basis: Basis): number {
  return sharpeRatio(basis) / autocorrelationPenalty(basis);
}

/**
 * Probability that the true Sharpe ratio per period exceeds the risk-free rate given, as
 * QuantStats defines it.
 *
 * - Formula: Φ((s − rf) / √((1 + s²/2 − g₃·s + (g₄ − 3)/4·s²) / (n − 1))), s = mean(r)/sd(r) per
 * period, g₃ skew, g₄ excess kurtosis.
 * - Input: returns[n], fractions a period; result: probability.
 * - Undefined: fewer than 4 rows, a standard deviation of zero, or a negative variance estimate.
 * - Errors: those of `basisOf`.
 * - Source: after Bailey and López de Prado (2012), The Sharpe Ratio Efficient Frontier.
 * - QuantStats: Same. QuantStats takes the annual rate for the hurdle per period and excess
 * kurtosis for raw; psr_bailey has the paper's form.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(probabilisticSharpeRatio(basis), 0.7014889782512863, 1e-12);
 * ```
 */
export function probabilisticSharpeRatio(basis: Basis): number {
  return probabilisticRatio(basis, plainSharpe(basis));
}

/**
 * Mean excess return over its downside deviation, annualised.
 *
 * - Formula: mean(r − f) / √(Σ min(r − f, 0)² / n) · √P, with f = (1 + rf)^(1/P) − 1.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: no row below the rate.
 * - Errors: those of `basisOf`.
 * - Source: Sortino and Price (1994), Performance Measurement in a Downside Risk Framework,
 * Journal of Investing 3(3).
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(sortinoRatio(basis), 7.245688373094718, 1e-12);
 * ```
 */
export function sortinoRatio(basis: Basis): number {
  return excessSortino(basis) * Math.sqrt(basis.periods);
}

/**
 * Sortino ratio divided by the autocorrelation penalty.
 *
 * - Formula: sortino_ratio / autocorrelation_penalty.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: sortino_ratio or autocorrelation_penalty is undefined.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats, after Red Rock Capital's autocorrelation penalty.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(smartSortinoRatio(basis), 4.272954425924074, 1e-12);
 * ```
 */
export function smartSortinoRatio(basis: Basis): number {
  return sortinoRatio(basis) / autocorrelationPenalty(basis);
}

/**
 * Probability that the true Sortino ratio per period exceeds the risk-free rate given, as
 * QuantStats defines it.
 *
 * - Formula: as probabilistic_sharpe_ratio with s = mean(r) / √(Σ min(r, 0)² / n).
 * - Input: returns[n], fractions a period; result: probability.
 * - Undefined: fewer than 4 rows, no losing row, a standard deviation of zero, or a negative
 * variance estimate.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats, after Bailey and López de Prado (2012), The Sharpe Ratio Efficient
 * Frontier.
 * - QuantStats: Same, with the two readings named at probabilistic_sharpe_ratio.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(probabilisticSortinoRatio(basis), 0.8623715432255429, 1e-12);
 * ```
 */
export function probabilisticSortinoRatio(basis: Basis): number {
  return probabilisticRatio(basis, plainSortino(basis));
}

/**
 * Sortino ratio over √2, which makes it comparable with a Sharpe ratio.
 *
 * - Formula: sortino_ratio / √2.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: no row below the rate.
 * - Errors: those of `basisOf`.
 * - Source: Schwager, via Rollinger and Hoffman (2013), Sortino: A Sharper Ratio, Red Rock
 * Capital.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(adjustedSortinoRatio(basis), 5.123475382979798, 1e-12);
 * ```
 */
export function adjustedSortinoRatio(basis: Basis): number {
  return sortinoRatio(basis) / Math.SQRT2;
}

/**
 * Smart Sortino ratio over √2.
 *
 * - Formula: smart_sortino_ratio / √2.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: smart_sortino_ratio is undefined.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(smartAdjustedSortinoRatio(basis), 3.021435050271984, 1e-12);
 * ```
 */
export function smartAdjustedSortinoRatio(basis: Basis): number {
  return smartSortinoRatio(basis) / Math.SQRT2;
}

/**
 * Probability that the true adjusted Sortino ratio per period exceeds the risk-free rate given,
 * as QuantStats defines it.
 *
 * - Formula: as probabilistic_sharpe_ratio with s = mean(r) / √(2 Σ min(r, 0)² / n).
 * - Input: returns[n], fractions a period; result: probability.
 * - Undefined: fewer than 4 rows, no losing row, a standard deviation of zero, or a negative
 * variance estimate.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats, after Bailey and López de Prado (2012), The Sharpe Ratio Efficient
 * Frontier.
 * - QuantStats: Same, with the two readings named at probabilistic_sharpe_ratio.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(probabilisticAdjustedSortinoRatio(basis), 0.7729527182469147, 1e-12);
 * ```
 */
export function probabilisticAdjustedSortinoRatio(basis: Basis): number {
  return probabilisticRatio(basis, plainSortino(basis) / Math.SQRT2);
}

/**
 * Compound annual growth rate over the deepest drawdown.
 *
 * - Formula: cagr / |max_drawdown|.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: no drawdown.
 * - Errors: those of `basisOf`.
 * - Source: Young (1991), Calmar Ratio: A Smoother Tool, Futures 20(1).
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(calmarRatio(basis), 87.84095313120012, 1e-12);
 * ```
 */
export function calmarRatio(basis: Basis): number {
  return cagr(basis) / Math.abs(basis.growth.deepest);
}

/**
 * Sum of excess gains over the sum of excess losses.
 *
 * - Formula: Σ max(r − f, 0) / Σ max(f − r, 0), with f = (1 + rf)^(1/P) − 1.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: fewer than 2 rows, or no row below the rate.
 * - Errors: those of `basisOf`.
 * - Source: Keating and Shadwick (2002), A Universal Performance Measure, Journal of Performance
 * Measurement 6(3).
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(omegaRatio(basis), 1.8333333333333335, 1e-12);
 * ```
 */
export function omegaRatio(basis: Basis): number {
  const { excessGain, excessLoss } = basis.totals;
  return basis.count < 2 ? NaN : quotient(excessGain, -excessLoss);
}

/**
 * Sum of returns over the sum of losing calendar days.
 *
 * - Formula: Σ r / |Σ min(day sum, 0)|.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: ratio.
 * - Undefined: no dates, or no calendar day with a loss.
 * - Errors: those of `basisOf`.
 * - Source: Schwager (2012), Hedge Fund Market Wizards.
 * - QuantStats: Same; the risk-free rate has no effect there either.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(gainToPainRatio(basis), 0.8333333333333331, 1e-12);
 * ```
 */
export function gainToPainRatio(basis: Basis): number {
  return quotient(basis.totals.sum, -(basis.calendar?.dailyLoss ?? NaN));
}

/**
 * Sum of returns over the sum of losing calendar months.
 *
 * - Formula: Σ r / |Σ min(month sum, 0)|.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: ratio.
 * - Undefined: no dates, or no calendar month with a loss.
 * - Errors: those of `basisOf`.
 * - Source: Schwager (2012), Hedge Fund Market Wizards.
 * - QuantStats: Same; the risk-free rate has no effect there either.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(gainToPainRatioMonthly(basis), 2.4999999999999996, 1e-12);
 * ```
 */
export function gainToPainRatioMonthly(basis: Basis): number {
  return quotient(basis.totals.sum, -(basis.calendar?.monthlyLoss ?? NaN));
}

/**
 * Mean return over its standard deviation, per period, without a risk-free rate.
 *
 * - Formula: mean(r) / sd(r).
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: fewer than 2 rows, or a standard deviation of zero.
 * - Errors: those of `basisOf`.
 * - Source: Sharpe (1966), Mutual Fund Performance, Journal of Business 39(1), with a rate of 0.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(riskReturnRatio(basis), 0.23142196702324586, 1e-12);
 * ```
 */
export function riskReturnRatio(basis: Basis): number {
  return plainSharpe(basis);
}

/**
 * Factor by which serial correlation inflates annualised ratios.
 *
 * - Formula: √(1 + 2 Σ_{k=1..n−1} (n − k)/n · c^k), c = |correlation of r with its next row|.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: 2 rows, or no variation among the rows but the last or the rows but the first.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats, after Rollinger and Hoffman (2013), Red Rock Capital.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(autocorrelationPenalty(basis), 1.6957092566059273, 1e-12);
 * ```
 */
export function autocorrelationPenalty(basis: Basis): number {
  return basis.serialPenalty;
}

function excessSharpe(basis: Basis): number {
  return quotient(basis.totals.mean - basis.ratePerPeriod, basis.excessDeviation);
}

function plainSharpe(basis: Basis): number {
  return quotient(basis.totals.mean, basis.deviation);
}

function excessSortino(basis: Basis): number {
  const { mean, excessLossSquares } = basis.totals;
  return quotient(mean - basis.ratePerPeriod, Math.sqrt(excessLossSquares / basis.count));
}

function plainSortino(basis: Basis): number {
  const { mean, lossSquares } = basis.totals;
  return quotient(mean, Math.sqrt(lossSquares / basis.count));
}

/** QuantStats' reading of the paper: the annual rate as hurdle, excess kurtosis for raw. */
function probabilisticRatio(basis: Basis, ratio: number): number {
  const tails = (kurtosis(basis) - 3) / 4;
  const variance = (1 + 0.5 * ratio ** 2 - skew(basis) * ratio + tails * ratio ** 2) /
    (basis.count - 1);
  return normalCdf((ratio - basis.riskFreeRate) / Math.sqrt(variance));
}
