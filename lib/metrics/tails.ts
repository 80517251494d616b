// The losing tail without the assumption of a normal distribution: from the returns and drawdowns
// themselves, or with the normal quantile corrected for their shape.

import type { Basis } from "./basis.ts";
import { meanUpTo } from "./kernel.ts";
import { normalQuantile } from "./normal.ts";
import { quantilesOf } from "./quantiles.ts";

const NORMAL_5 = normalQuantile(0.05);

/**
 * Value at risk at 95 % from the returns themselves: their 5th percentile.
 *
 * - Formula: q₀.₀₅(r), quantiles of Hyndman and Fan's type 7.
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: no rows.
 * - Errors: those of `basisOf`.
 * - Source: Jorion (2006), Value at Risk; empyrical.
 * - QuantStats: Differs from var, which assumes a normal distribution.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(historicalVar(basis), -0.0175, 1e-12);
 * ```
 */
export function historicalVar(basis: Basis): number {
  return basis.tails.fifth;
}

/**
 * Mean of the returns at or below historical_var.
 *
 * - Formula: mean(r | r ≤ q₀.₀₅).
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: no rows.
 * - Errors: those of `basisOf`.
 * - Source: Acerbi and Tasche (2002), On the Coherence of Expected Shortfall, Journal of Banking
 * & Finance 26(7).
 * - QuantStats: Differs from cvar, whose threshold assumes a normal distribution.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(historicalCvar(basis), -0.02, 1e-12);
 * ```
 */
export function historicalCvar(basis: Basis): number {
  return meanUpTo(basis.values, basis.tails.fifth);
}

/**
 * Value at risk at 95 % with the quantile corrected for skew and kurtosis (Cornish–Fisher).
 *
 * - Formula: mean + z'·σ, z' = z + (z² − 1)/6·S + (z³ − 3z)/24·K − (2z³ − 5z)/36·S², z =
 * Φ⁻¹(0.05), S skew, K excess kurtosis, σ, S and K with n.
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: fewer than 2 rows, or a standard deviation of zero.
 * - Errors: those of `basisOf`.
 * - Source: Favre and Galeano (2002), Mean-Modified Value-at-Risk Optimization with Hedge Funds,
 * Journal of Alternative Investments 5(2).
 * - QuantStats: Differs from var, which assumes a normal distribution. PerformanceAnalytics has
 * it as VaR(method = "modified").
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(modifiedVar(basis), -0.022929267752911136, 1e-12);
 * ```
 */
export function modifiedVar(basis: Basis): number {
  const { count, deviation, moments, totals } = basis;
  if (count < 2 || deviation === 0) return NaN;
  const spread = Math.sqrt(moments.second / count);
  const asymmetry = moments.third / count / spread ** 3;
  const excess = moments.fourth / count / spread ** 4 - 3;
  return totals.mean + cornishFisher(NORMAL_5, asymmetry, excess) * spread;
}

/**
 * Conditional drawdown at risk at 95 %: mean of the deepest twentieth of the drawdown series, at
 * most 0.
 *
 * - Formula: mean(drawdown | drawdown ≤ q₀.₀₅(drawdown)).
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: a growth beyond the number range.
 * - Errors: those of `basisOf`.
 * - Source: Chekhlov, Uryasev and Zabarankin (2005), Drawdown Measure in Portfolio Optimization,
 * International Journal of Theoretical and Applied Finance 8(1).
 * - QuantStats: QuantStats has none.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(cdar(basis), -0.020000000000000018, 1e-12);
 * ```
 */
export function cdar(basis: Basis): number {
  const { drawdown } = basis.growth;
  const [threshold = NaN] = quantilesOf(drawdown, [1 - 0.95]);
  return meanUpTo(drawdown, threshold);
}

/** A normal quantile corrected for skew and excess kurtosis (Cornish and Fisher 1938). */
function cornishFisher(quantile: number, asymmetry: number, excess: number): number {
  const cube = quantile ** 3;
  return quantile + (quantile ** 2 - 1) / 6 * asymmetry + (cube - 3 * quantile) / 24 * excess -
    (2 * cube - 5 * quantile) / 36 * asymmetry ** 2;
}
