// The shape of the returns' distribution, from the shared moments. Apart from ratios.ts because
// the probabilistic ratios need both.

import type { Basis } from "./basis.ts";

/**
 * Asymmetry of the returns, bias-corrected; below 0 the long tail is the losing one.
 *
 * - Formula: n√(n − 1)/(n − 2) · Σ(r − mean)³ / (Σ(r − mean)²)^1.5.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: fewer than 3 rows, or a standard deviation of zero.
 * - Errors: those of `basisOf`.
 * - Source: Joanes and Gill (1998), Comparing Measures of Sample Skewness and Kurtosis, The
 * Statistician 47(1), G₁.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(skew(basis), 0.08638166995314996, 1e-12);
 * ```
 */
export function skew(basis: Basis): number {
  const { count, deviation, moments } = basis;
  if (count < 3 || deviation === 0) return NaN;
  const bias = count * Math.sqrt(count - 1) / (count - 2);
  return bias * moments.third / moments.second ** 1.5;
}

/**
 * Weight of the tails against a normal distribution's (excess, 0 for normal), bias-corrected.
 *
 * - Formula: n(n + 1)(n − 1)/((n − 2)(n − 3)) · Σ(r − mean)⁴ / (Σ(r − mean)²)² − 3(n − 1)²/((n −
 * 2)(n − 3)).
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: fewer than 4 rows, or a standard deviation of zero.
 * - Errors: those of `basisOf`.
 * - Source: Joanes and Gill (1998), Comparing Measures of Sample Skewness and Kurtosis, The
 * Statistician 47(1), G₂.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(kurtosis(basis), -0.6413518282326969, 1e-12);
 * ```
 */
export function kurtosis(basis: Basis): number {
  const { count, deviation, moments } = basis;
  if (count < 4 || deviation === 0) return NaN;
  const freedom = (count - 2) * (count - 3);
  const bias = count * (count + 1) * (count - 1) / freedom;
  return bias * moments.fourth / moments.second ** 2 - 3 * (count - 1) ** 2 / freedom;
}
