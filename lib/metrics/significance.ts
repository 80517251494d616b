// How much of a Sharpe ratio is chance: its standard error, what a track record of this length can
// show, and what is left of it when it was the best of many. The formulas are in overfitting.ts.

import type { Basis } from "./basis.ts";
import { kurtosis, skew } from "./distribution.ts";
import { compensatedSum, quotient } from "./kernel.ts";
import { normalQuantile } from "./normal.ts";
import {
  deflatedSharpeRatio as deflate,
  probabilisticSharpe,
  type SharpeEstimate,
  sharpeVariance,
  trackRecordNeeded,
} from "./overfitting.ts";
import { sharpeRatio } from "./ratios.ts";

const NORMAL_97_5 = normalQuantile(0.975);

/**
 * Probability that the true Sharpe ratio exceeds that of the risk-free rate.
 *
 * - Formula: Φ(s · √(n − 1) / √(1 − g₃·s + (g₄ − 1)/4·s²)), s = mean(r − f)/sd(r) per period, f =
 * (1 + rf)^(1/P) − 1, g₃ skew, g₄ raw kurtosis.
 * - Input: returns[n], fractions a period; result: probability.
 * - Undefined: fewer than 4 rows, a standard deviation of zero, or a negative variance estimate.
 * - Errors: those of `basisOf`.
 * - Source: Bailey and López de Prado (2012), The Sharpe Ratio Efficient Frontier, Journal of
 * Risk 15(2).
 * - QuantStats: Differs from probabilistic_sharpe_ratio, which takes excess kurtosis for raw and
 * the annual rate for the hurdle per period.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(psrBailey(basis), 0.6977504611632059, 1e-12);
 * ```
 */
export function psrBailey(basis: Basis): number {
  return probabilisticSharpe(estimateOf(basis));
}

/**
 * Sharpe ratio annualised by the returns' autocorrelations rather than by √P.
 *
 * - Formula: s · q / √(q + 2 Σ_{k=1..q−1} (q − k) ρₖ), q = P rounded, ρₖ = Σ dₜdₜ₊ₖ / Σ dₜ², d
 * the distance from the mean.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: no more rows than periods a year, or a standard deviation of zero.
 * - Errors: those of `basisOf`.
 * - Source: Lo (2002), The Statistics of Sharpe Ratios, Financial Analysts Journal 58(4).
 * - QuantStats: QuantStats has none; smart_sharpe_ratio takes the size of the first
 * autocorrelation only.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns, { periods: 3 });
 * assertAlmostEquals(sharpeRatioLo(basis), 0.5983746285175109, 1e-12);
 * ```
 */
export function sharpeRatioLo(basis: Basis): number {
  const lags = Math.round(basis.periods);
  if (basis.count <= lags) return NaN;
  return quotient(sharpeOf(basis) * lags, Math.sqrt(annualSpread(basis, lags)));
}

/**
 * Standard error of the annualised Sharpe ratio, for returns of any shape.
 *
 * - Formula: √((1 − g₃·s + (g₄ − 1)/4·s²) / (n − 1)) · √P.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: fewer than 4 rows, a standard deviation of zero, or a negative variance estimate.
 * - Errors: those of `basisOf`.
 * - Source: Mertens (2002), Comments on Variance of the IID Estimator in Lo; Opdyke (2007),
 * Journal of Asset Management 8(5).
 * - QuantStats: QuantStats has none.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(sharpeRatioSe(basis), 7.09290480132263, 1e-12);
 * ```
 */
export function sharpeRatioSe(basis: Basis): number {
  return Math.sqrt(sharpeVariance(estimateOf(basis)) * basis.periods);
}

/**
 * Lower end of the 95 % confidence interval of the annualised Sharpe ratio.
 *
 * - Formula: sharpe_ratio − Φ⁻¹(0.975) · sharpe_ratio_se.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: sharpe_ratio_se is undefined.
 * - Errors: those of `basisOf`.
 * - Source: Mertens (2002), Comments on Variance of the IID Estimator in Lo; Opdyke (2007),
 * Journal of Asset Management 8(5).
 * - QuantStats: QuantStats has none.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(sharpeRatioLower95(basis), -10.228128120398187, 1e-12);
 * ```
 */
export function sharpeRatioLower95(basis: Basis): number {
  return sharpeRatio(basis) - NORMAL_97_5 * sharpeRatioSe(basis);
}

/**
 * Upper end of the 95 % confidence interval of the annualised Sharpe ratio.
 *
 * - Formula: sharpe_ratio + Φ⁻¹(0.975) · sharpe_ratio_se.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: sharpe_ratio_se is undefined.
 * - Errors: those of `basisOf`.
 * - Source: Mertens (2002), Comments on Variance of the IID Estimator in Lo; Opdyke (2007),
 * Journal of Asset Management 8(5).
 * - QuantStats: QuantStats has none.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(sharpeRatioUpper95(basis), 17.575547792328976, 1e-12);
 * ```
 */
export function sharpeRatioUpper95(basis: Basis): number {
  return sharpeRatio(basis) + NORMAL_97_5 * sharpeRatioSe(basis);
}

/**
 * Number of periods needed before the Sharpe ratio differs from 0 with 95 % confidence.
 *
 * - Formula: 1 + (1 − g₃·s + (g₄ − 1)/4·s²) · (Φ⁻¹(0.95) / s)².
 * - Input: returns[n], fractions a period; result: periods.
 * - Undefined: fewer than 4 rows, a standard deviation of zero, a Sharpe ratio of 0 or below, or
 * a negative variance estimate.
 * - Errors: those of `basisOf`.
 * - Source: Bailey and López de Prado (2012), The Sharpe Ratio Efficient Frontier, Journal of
 * Risk 15(2).
 * - QuantStats: QuantStats has none.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(minimumTrackRecordLength(basis), 51.426993705548156, 1e-12);
 * ```
 */
export function minimumTrackRecordLength(basis: Basis): number {
  return trackRecordNeeded(estimateOf(basis));
}

/**
 * Probability that the true Sharpe ratio exceeds what the best of so many trials reaches without
 * skill.
 *
 * - Formula: Φ((s − s₀) · √(n − 1) / √(1 − g₃·s + (g₄ − 1)/4·s²)), s₀ = √V · ((1 − γ)Φ⁻¹(1 − 1/N)
 * + γΦ⁻¹(1 − 1/(N·e))), γ = 0.5772…, N trials, V the variance of their Sharpe ratios per period.
 * - Input: returns[n], fractions a period; result: probability.
 * - Undefined: fewer than 4 rows, a standard deviation of zero, or a negative variance estimate.
 * - Errors: those of `basisOf`.
 * - Source: Bailey and López de Prado (2014), The Deflated Sharpe Ratio, Journal of Portfolio
 * Management 40(5).
 * - QuantStats: QuantStats has none.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns, { trials: 10, trialsVariance: 0.01 });
 * assertAlmostEquals(deflatedSharpeRatio(basis), 0.565737911612842, 1e-12);
 * ```
 */
export function deflatedSharpeRatio(basis: Basis): number {
  const { trials, trialsVariance: variance } = basis;
  if (trials === undefined || variance === undefined) return NaN;
  return deflate(estimateOf(basis), { trials, variance });
}

/** Mean excess return over its standard deviation, per period. */
function sharpeOf(basis: Basis): number {
  return quotient(basis.totals.mean - basis.ratePerPeriod, basis.excessDeviation);
}

function estimateOf(basis: Basis): SharpeEstimate {
  return {
    sharpe: sharpeOf(basis),
    count: basis.count,
    skew: skew(basis),
    kurtosis: kurtosis(basis),
  };
}

/**
 * q + 2 Σ (q − k) ρₖ in one pass: it is the sum of the squares of all sums of q rows in
 * succession (rows before the first and after the last being 0), over the sum of squares, because
 * rows k apart share q − k of those sums. So it takes no autocorrelation at all, and is never
 * negative.
 */
function annualSpread({ values, totals, moments }: Basis, lags: number): number {
  const squares = compensatedSum();
  const running = compensatedSum();
  for (let row = 0; row < values.length + lags - 1; row++) {
    if (row < values.length) running.add((values[row] as number) - totals.mean);
    if (row >= lags) running.add(totals.mean - (values[row - lags] as number));
    squares.add(running.value() ** 2);
  }
  return squares.value() / moments.second;
}
