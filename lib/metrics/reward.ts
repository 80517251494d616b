// Growth over time and over drawdowns as the textbooks have it, where QuantStats counts rows, totals
// or absolute values instead.

import type { Basis } from "./basis.ts";
import { DAY_MS } from "./calendar.ts";
import { quotient } from "./kernel.ts";
import { cagr } from "./returns.ts";

const YEAR_MS = 365.25 * DAY_MS;

/**
 * Compound annual growth rate, counting years by the calendar.
 *
 * - Formula: Π(1 + r)^(1/years) − 1, years = (last date − first date) · n/(n − 1) / 365.25 days:
 * the first row's own period is taken to be as long as the mean one.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: fewer than 2 rows, or no dates.
 * - Errors: those of `basisOf`.
 * - Source: geometric mean, annualised; 365.25 days as in ffn.
 * - QuantStats: Differs from cagr, which counts rows: sparse or patchy series grow faster there
 * than time passed.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(cagrCalendar(basis), 0.22646997661907786, 1e-12);
 * ```
 */
export function cagrCalendar(basis: Basis): number {
  const { dates, count } = basis;
  if (dates === null || count < 2) return NaN;
  const span = (dates[count - 1] as number) - (dates[0] as number);
  const years = span * count / (count - 1) / YEAR_MS;
  return (basis.growth.total + 1) ** (1 / years) - 1;
}

/**
 * Sum of returns less one annual risk-free rate, over the deepest drawdown.
 *
 * - Formula: (Σ r − rf) / |max_drawdown|.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: no drawdown.
 * - Errors: those of `basisOf`.
 * - Source: recovery_factor with its sign.
 * - QuantStats: Differs from recovery_factor, whose absolute value turns a loss into a recovery.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(recoveryFactorSigned(basis), 1.250000000000002, 1e-12);
 * ```
 */
export function recoveryFactorSigned(basis: Basis): number {
  return quotient(basis.totals.sum - basis.riskFreeRate, Math.abs(basis.growth.deepest));
}

/**
 * Compound annual growth rate less the risk-free rate, over the root mean square drawdown.
 *
 * - Formula: (cagr − rf) / √(Σ drawdown² / n).
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: no drawdown.
 * - Errors: those of `basisOf`.
 * - Source: Martin and McCann (1989), The Investor's Guide to Fidelity Funds.
 * - QuantStats: Differs from ulcer_performance_index, which takes the total return and divides by
 * n − 1.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(martinRatio(basis), 182.4714724028032, 1e-12);
 * ```
 */
export function martinRatio(basis: Basis): number {
  const ulcer = Math.sqrt(basis.growth.drawdownSquares / basis.count);
  return quotient(cagr(basis) - basis.riskFreeRate, ulcer);
}

/**
 * Mean distance below the running peak, at least 0.
 *
 * - Formula: Σ |drawdown| / n.
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: never with rows.
 * - Errors: those of `basisOf`.
 * - Source: Zephyr Associates (2006), Pain Index; Bacon (2008), Practical Portfolio Performance
 * Measurement and Attribution.
 * - QuantStats: QuantStats has none.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(painIndex(basis), 0.006766666666666754, 1e-12);
 * ```
 */
export function painIndex(basis: Basis): number {
  return -basis.growth.drawdownSum / basis.count;
}
