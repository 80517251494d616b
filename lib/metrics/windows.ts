// What the last months earned. Windows end at the last date of the series, never at today, so the
// same file gives the same figures tomorrow.

import type { Basis } from "./basis.ts";
import { firstRowFrom, monthsBefore, startOfMonth, startOfYear } from "./calendar.ts";
import { annualGrowth, growthOf } from "./kernel.ts";

/**
 * Compounded return of the last calendar month, to its last row.
 *
 * - Formula: Π(1 + r) − 1 over the rows from the first of the last date's month.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates.
 * - Errors: those of `basisOf`.
 * - Source: compounding.
 * - QuantStats: Same expression; QuantStats' report ends the window at today's clock, this one at
 * the last date of the series.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(returnMtd(basis), 0.01970000000000005, 1e-12);
 * ```
 */
export function returnMtd(basis: Basis): number {
  return windowTotal(basis, startOfMonth(lastDate(basis)));
}

/**
 * Compounded return of the three calendar months to the last row.
 *
 * - Formula: Π(1 + r) − 1 over the rows from 3 months before the last date.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates.
 * - Errors: those of `basisOf`.
 * - Source: compounding.
 * - QuantStats: Same expression; the window ends at the last date of the series.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(return3m(basis), 0.02443854589999983, 1e-12);
 * ```
 */
export function return3m(basis: Basis): number {
  return windowTotal(basis, monthsBefore(lastDate(basis), 3));
}

/**
 * Compounded return of the six calendar months to the last row.
 *
 * - Formula: Π(1 + r) − 1 over the rows from 6 months before the last date.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates.
 * - Errors: those of `basisOf`.
 * - Source: compounding.
 * - QuantStats: Same expression; the window ends at the last date of the series.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(return6m(basis), 0.02443854589999983, 1e-12);
 * ```
 */
export function return6m(basis: Basis): number {
  return windowTotal(basis, monthsBefore(lastDate(basis), 6));
}

/**
 * Compounded return of the last calendar year, to its last row.
 *
 * - Formula: Π(1 + r) − 1 over the rows from January 1 of the last date's year.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates.
 * - Errors: those of `basisOf`.
 * - Source: compounding.
 * - QuantStats: Same expression; the window ends at the last date of the series.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(returnYtd(basis), 0.03499549999999996, 1e-12);
 * ```
 */
export function returnYtd(basis: Basis): number {
  return windowTotal(basis, startOfYear(lastDate(basis)));
}

/**
 * Compounded return of the twelve calendar months to the last row.
 *
 * - Formula: Π(1 + r) − 1 over the rows from 12 months before the last date.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates.
 * - Errors: those of `basisOf`.
 * - Source: compounding.
 * - QuantStats: Same expression; the window ends at the last date of the series.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(return1y(basis), 0.02443854589999983, 1e-12);
 * ```
 */
export function return1y(basis: Basis): number {
  return windowTotal(basis, monthsBefore(lastDate(basis), 12));
}

/**
 * Compound annual growth rate of the last 35 calendar months.
 *
 * - Formula: |Π(1 + r)|^(P/rows) − 1 over the rows from 35 months before the last date.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats' report, which counts 35 months for three years.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(cagr3y(basis), 1.756819062624004, 1e-12);
 * ```
 */
export function cagr3y(basis: Basis): number {
  return windowCagr(basis, 35);
}

/**
 * Compound annual growth rate of the last 59 calendar months.
 *
 * - Formula: |Π(1 + r)|^(P/rows) − 1 over the rows from 59 months before the last date.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats' report, which counts 59 months for five years.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(cagr5y(basis), 1.756819062624004, 1e-12);
 * ```
 */
export function cagr5y(basis: Basis): number {
  return windowCagr(basis, 59);
}

/**
 * Compound annual growth rate of the last 120 calendar months.
 *
 * - Formula: |Π(1 + r)|^(P/rows) − 1 over the rows from 120 months before the last date.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats' report.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(cagr10y(basis), 1.756819062624004, 1e-12);
 * ```
 */
export function cagr10y(basis: Basis): number {
  return windowCagr(basis, 120);
}

function lastDate(basis: Basis): number {
  return basis.dates?.at(-1) ?? NaN;
}

/** Compounded return of the rows from an instant on. */
function windowTotal(basis: Basis, fromMs: number): number {
  if (basis.dates === null || basis.growth.ruined) return NaN;
  const first = firstRowFrom(basis.dates, fromMs);
  return first === 0 ? basis.growth.total : growthOf(basis.values, first) - 1;
}

function windowCagr(basis: Basis, months: number): number {
  if (basis.dates === null) return NaN;
  const fromMs = monthsBefore(lastDate(basis), months);
  const rows = basis.count - firstRowFrom(basis.dates, fromMs);
  return annualGrowth(windowTotal(basis, fromMs), rows / basis.periods);
}
