// What was earned: in all, a year, a period, and in the periods that won or lost. From the shared
// totals; calendar periods and windows have files of their own.

import type { Basis } from "./basis.ts";
import { annualGrowth, quotient } from "./kernel.ts";

/**
 * Compound annual growth rate, counting years as rows over periods a year.
 *
 * - Formula: |Π(1 + r)|^(P/n) − 1.
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: a growth beyond the number range.
 * - Errors: those of `basisOf`.
 * - Source: geometric mean, annualised.
 * - QuantStats: Same; cagr_calendar counts calendar time instead.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(cagr(basis), 1.756819062624004, 1e-12);
 * ```
 */
export function cagr(basis: Basis): number {
  return annualGrowth(basis.growth.total, basis.count / basis.periods);
}

/**
 * Compound annual growth rate divided by the share of periods in the market.
 *
 * - Formula: cagr / exposure.
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: no row other than 0.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats.
 * - QuantStats: Same as `cagr / exposure`; `st.rar` takes the annual rate off every period and
 * fixes 252 periods, which is not copied.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(riskAdjustedReturn(basis), 2.091451265028576, 1e-12);
 * ```
 */
export function riskAdjustedReturn(basis: Basis): number {
  return cagr(basis) / exposure(basis);
}

/**
 * Compounded return of the whole series.
 *
 * - Formula: Π(1 + r) − 1.
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: a growth beyond the number range.
 * - Errors: those of `basisOf`.
 * - Source: compounding.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(totalReturn(basis), 0.02443854589999983, 1e-12);
 * ```
 */
export function totalReturn(basis: Basis): number {
  return basis.growth.total;
}

/**
 * Share of periods in the market (return not 0), rounded up to whole percent.
 *
 * - Formula: ⌈100 · #(r ≠ 0) / n⌉ / 100.
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: no rows.
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
 * assertAlmostEquals(exposure(basis), 0.84, 1e-12);
 * ```
 */
export function exposure(basis: Basis): number {
  const { wins, losses } = basis.totals;
  return Math.ceil((wins + losses) / basis.count * 100) / 100;
}

/**
 * Mean return of the periods in the market.
 *
 * - Formula: Σ r / #(r ≠ 0).
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: no row other than 0.
 * - Errors: those of `basisOf`.
 * - Source: arithmetic mean.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(avgReturn(basis), 0.004999999999999999, 1e-12);
 * ```
 */
export function avgReturn(basis: Basis): number {
  const { sum, wins, losses } = basis.totals;
  return quotient(sum, wins + losses);
}

/**
 * Mean of the winning periods.
 *
 * - Formula: Σ max(r, 0) / #(r > 0).
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: no winning row.
 * - Errors: those of `basisOf`.
 * - Source: arithmetic mean.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(avgWin(basis), 0.018333333333333333, 1e-12);
 * ```
 */
export function avgWin(basis: Basis): number {
  return quotient(basis.totals.winSum, basis.totals.wins);
}

/**
 * Mean of the losing periods, below 0.
 *
 * - Formula: Σ min(r, 0) / #(r < 0).
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: no losing row.
 * - Errors: those of `basisOf`.
 * - Source: arithmetic mean.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(avgLoss(basis), -0.015, 1e-12);
 * ```
 */
export function avgLoss(basis: Basis): number {
  return quotient(basis.totals.lossSum, basis.totals.losses);
}

/**
 * Best period of the input.
 *
 * - Formula: max(r).
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: no rows.
 * - Errors: those of `basisOf`.
 * - Source: extreme value.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(bestDay(basis), 0.03, 1e-12);
 * ```
 */
export function bestDay(basis: Basis): number {
  return basis.totals.maximum;
}

/**
 * Worst period of the input.
 *
 * - Formula: min(r).
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: no rows.
 * - Errors: those of `basisOf`.
 * - Source: extreme value.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(worstDay(basis), -0.02, 1e-12);
 * ```
 */
export function worstDay(basis: Basis): number {
  return basis.totals.minimum;
}

/**
 * Geometric mean return per period.
 *
 * - Formula: Π(1 + r)^(1/n) − 1.
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: a growth beyond the number range.
 * - Errors: those of `basisOf`.
 * - Source: geometric mean.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(expectedReturn(basis), 0.004032224700372344, 1e-12);
 * ```
 */
export function expectedReturn(basis: Basis): number {
  return basis.growth.wealth ** (1 / basis.count) - 1;
}
