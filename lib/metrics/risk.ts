// How bad it can get: spread, value at risk, tails. Parametric and empirical definitions are
// QuantStats' own; the historical and modified ones are among the extended metrics.

import type { Basis } from "./basis.ts";
import { logDeviationOf, quotient } from "./kernel.ts";
import { winRate } from "./trade.ts";
import { normalVar, tailLoss } from "./value_at_risk.ts";

/**
 * Standard deviation of returns, annualised.
 *
 * - Formula: sd(r) · √P, sd with n − 1.
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: fewer than 2 rows.
 * - Errors: those of `basisOf`.
 * - Source: Markowitz (1952), Portfolio Selection, Journal of Finance 7(1).
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(volatility(basis), 0.2858146252381078, 1e-12);
 * ```
 */
export function volatility(basis: Basis): number {
  return basis.deviation * Math.sqrt(basis.periods);
}

/**
 * Standard deviation of log returns, per period.
 *
 * - Formula: sd(ln(1 + r)), sd with n − 1.
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: fewer than 2 rows.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats; realised, not implied by options, whatever its name.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(impliedVolatility(basis), 0.01792428620960417, 1e-12);
 * ```
 */
export function impliedVolatility(basis: Basis): number {
  return basis.growth.ruined ? NaN : logDeviationOf(basis.values, basis.totals.mean);
}

/**
 * Value at risk at 95 % under a normal distribution: the return that one period in twenty falls
 * below.
 *
 * - Formula: mean(r) + Φ⁻¹(0.05) · sd(r).
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: fewer than 2 rows, or a standard deviation of zero.
 * - Errors: those of `basisOf`.
 * - Source: J.P. Morgan (1996), RiskMetrics Technical Document.
 * - QuantStats: Same; historical_var and modified_var do not assume normality.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(valueAtRisk(basis), -0.025448312702495986, 1e-12);
 * ```
 */
export function valueAtRisk(basis: Basis): number {
  return normalVar(basis.totals.mean, basis.deviation);
}

/**
 * Mean of the returns below var, or var when none is.
 *
 * - Formula: mean(r | r < var).
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: fewer than 2 rows, or a standard deviation of zero.
 * - Errors: those of `basisOf`.
 * - Source: Rockafellar and Uryasev (2000), Optimization of Conditional Value-at-Risk, Journal of
 * Risk 2(3).
 * - QuantStats: Same: an empirical mean below a parametric threshold; historical_cvar uses the
 * empirical one.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(cvar(basis), -0.025448312702495986, 1e-12);
 * ```
 */
export function cvar(basis: Basis): number {
  return tailLoss(basis.values, basis.totals.mean, basis.deviation);
}

/**
 * Chance of losing everything at equal stakes, by the win rate alone.
 *
 * - Formula: ((1 − w) / (1 + w))^n, w = win_rate.
 * - Input: returns[n], fractions a period; result: probability.
 * - Undefined: no rows.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats.
 * - QuantStats: Same; it is close to 0 for any long series, because n counts rows, not stakes.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(riskOfRuin(basis), 0.000244140625, 1e-12);
 * ```
 */
export function riskOfRuin(basis: Basis): number {
  const wins = winRate(basis);
  return ((1 - wins) / (1 + wins)) ** basis.count;
}

/**
 * Size of the 95th percentile over that of the 5th.
 *
 * - Formula: |q₀.₉₅ / q₀.₀₅|.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: a 5th percentile of 0.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats; quantiles of Hyndman and Fan's type 7.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(tailRatio(basis), 1.5, 1e-12);
 * ```
 */
export function tailRatio(basis: Basis): number {
  return Math.abs(quotient(basis.tails.ninetyFifth, basis.tails.fifth));
}

/**
 * 99th percentile over the mean of the rows that do not lose.
 *
 * - Formula: q₀.₉₉ / mean(r ≥ 0).
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: no row above 0.
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
 * assertAlmostEquals(outlierWinRatio(basis), 2.1272727272727274, 1e-12);
 * ```
 */
export function outlierWinRatio(basis: Basis): number {
  const { winSum, losses } = basis.totals;
  return quotient(basis.tails.ninetyNinth, winSum / (basis.count - losses));
}

/**
 * 1st percentile over the mean losing row.
 *
 * - Formula: q₀.₀₁ / mean(r < 0).
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: no losing row.
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
 * assertAlmostEquals(outlierLossRatio(basis), 1.3, 1e-12);
 * ```
 */
export function outlierLossRatio(basis: Basis): number {
  const { lossSum, losses } = basis.totals;
  return quotient(basis.tails.first, lossSum / losses);
}
