// Falls below the running peak: how deep, how long, how many, and what was earned for them.
// The drawdown series and its periods are computed once, in the basis.

import type { Basis } from "./basis.ts";
import { deviationOf, quotient } from "./kernel.ts";
import { tailLoss } from "./value_at_risk.ts";

/**
 * Deepest fall below the running peak, at most 0; the start counts as a peak.
 *
 * - Formula: min over rows of price / running peak − 1.
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: a growth beyond the number range.
 * - Errors: those of `basisOf`.
 * - Source: Magdon-Ismail and Atiya (2004), Maximum Drawdown, Risk 17(10).
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(maxDrawdown(basis), -0.020000000000000018, 1e-12);
 * ```
 */
export function maxDrawdown(basis: Basis): number {
  return basis.growth.deepest;
}

/**
 * Mean depth of the drawdown periods, at most 0.
 *
 * - Formula: mean over drawdown periods of their deepest point.
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: no drawdown period counted.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats' drawdown_details.
 * - QuantStats: Same, its blind spot included: when the only drawdown begins with the first row,
 * none is counted.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(avgDrawdown(basis), -0.015000000000000069, 1e-12);
 * ```
 */
export function avgDrawdown(basis: Basis): number {
  const { depthSum, count } = basis.drawdowns;
  return quotient(depthSum, count);
}

/**
 * Mean length of the drawdown periods in calendar days, first and last day included.
 *
 * - Formula: mean over drawdown periods of ⌊(last row − first row) in days⌋ + 1.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: days.
 * - Undefined: no dates, or no drawdown period counted.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats' drawdown_details.
 * - QuantStats: Same, its blind spot included: when the only drawdown begins with the first row,
 * none is counted.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(avgDrawdownDays(basis), 17.5, 1e-12);
 * ```
 */
export function avgDrawdownDays(basis: Basis): number {
  const { daySum, count } = basis.drawdowns;
  return quotient(daySum, count);
}

/**
 * Longest drawdown period in calendar days, first and last day included.
 *
 * - Formula: max over drawdown periods of ⌊(last row − first row) in days⌋ + 1.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: days.
 * - Undefined: no dates, or no drawdown period counted.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats' drawdown_details.
 * - QuantStats: Same, its blind spot included: when the only drawdown begins with the first row,
 * none is counted.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(longestDrawdownDays(basis), 34, 1e-12);
 * ```
 */
export function longestDrawdownDays(basis: Basis): number {
  const { longestDays, count } = basis.drawdowns;
  return count === 0 ? NaN : longestDays;
}

/**
 * Number of drawdown periods.
 *
 * - Formula: number of stretches of rows below the running peak.
 * - Input: returns[n], fractions a period; result: count.
 * - Undefined: never with rows.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats' drawdown_details.
 * - QuantStats: Same, its blind spot included: when the only drawdown begins with the first row,
 * none is counted.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(drawdownCount(basis), 2, 1e-12);
 * ```
 */
export function drawdownCount(basis: Basis): number {
  return basis.drawdowns.count;
}

/**
 * Root mean square of the drawdown series.
 *
 * - Formula: √(Σ drawdown² / (n − 1)).
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: fewer than 2 rows.
 * - Errors: those of `basisOf`.
 * - Source: Martin and McCann (1989), The Investor's Guide to Fidelity Funds.
 * - QuantStats: Same, with its n − 1 for Martin's n.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(ulcerIndex(basis), 0.010546847870335547, 1e-12);
 * ```
 */
export function ulcerIndex(basis: Basis): number {
  return ulcerIndexOf(basis);
}

/**
 * Total return less one annual risk-free rate, over the ulcer index.
 *
 * - Formula: (total_return − rf) / ulcer_index.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: fewer than 2 rows, or no drawdown.
 * - Errors: those of `basisOf`.
 * - Source: Martin and McCann (1989), The Investor's Guide to Fidelity Funds.
 * - QuantStats: Same; martin_ratio annualises the return as the book does.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(ulcerPerformanceIndex(basis), 2.3171421642229797, 1e-12);
 * ```
 */
export function ulcerPerformanceIndex(basis: Basis): number {
  return quotient(basis.growth.total - basis.riskFreeRate, ulcerIndexOf(basis));
}

/**
 * Sum of returns less one annual risk-free rate, over ulcer index times the drawdowns' tail loss
 * in deviations.
 *
 * - Formula: (Σ r − rf) / (ulcer_index · −CVaR(drawdown series) / sd(r)).
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: fewer than 2 rows, a standard deviation of zero, no drawdown, or a drawdown that
 * never changes.
 * - Errors: those of `basisOf`.
 * - Source: KeyQuant, Introducing the Serenity Ratio.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(serenityIndex(basis), 2.133887448619719, 1e-12);
 * ```
 */
export function serenityIndex(basis: Basis): number {
  const pitfall = -tailLossOf(basis) / basis.deviation;
  const { sum } = basis.totals;
  return basis.deviation === 0
    ? NaN
    : quotient(sum - basis.riskFreeRate, ulcerIndexOf(basis) * pitfall);
}

/**
 * Absolute sum of returns less one annual risk-free rate, over the deepest drawdown.
 *
 * - Formula: |Σ r − rf| / |max_drawdown|.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: no drawdown.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats.
 * - QuantStats: Same; recovery_factor_signed keeps the sign, which this one hides.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(recoveryFactor(basis), 1.2499999999999987, 1e-12);
 * ```
 */
export function recoveryFactor(basis: Basis): number {
  return quotient(
    Math.abs(basis.totals.sum - basis.riskFreeRate),
    Math.abs(basis.growth.deepest),
  );
}

function ulcerIndexOf(basis: Basis): number {
  return Math.sqrt(basis.growth.drawdownSquares / (basis.count - 1));
}

/** The cvar of the drawdown series itself. */
function tailLossOf(basis: Basis): number {
  const { drawdown, drawdownSum } = basis.growth;
  return tailLoss(drawdown, drawdownSum / drawdown.length, deviationOf(drawdown));
}
