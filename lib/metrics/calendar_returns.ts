// What calendar months and years earned. A period without rows does not exist here: it is neither a
// month of 0 nor one that counts.

import { geometricMean, largest, meanAbove, monthsOf, smallest, yearsOf } from "./aggregates.ts";
import type { Basis } from "./basis.ts";
import { meanBelow } from "./kernel.ts";

/**
 * Best compounded calendar month.
 *
 * - Formula: max over months of Π(1 + r) − 1.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates.
 * - Errors: those of `basisOf`.
 * - Source: extreme value.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(bestMonth(basis), 0.01970000000000005, 1e-12);
 * ```
 */
export function bestMonth(basis: Basis): number {
  return largest(monthsOf(basis));
}

/**
 * Worst compounded calendar month.
 *
 * - Formula: min over months of Π(1 + r) − 1.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates.
 * - Errors: those of `basisOf`.
 * - Source: extreme value.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(worstMonth(basis), -0.010199999999999987, 1e-12);
 * ```
 */
export function worstMonth(basis: Basis): number {
  return smallest(monthsOf(basis));
}

/**
 * Best compounded calendar year.
 *
 * - Formula: max over years of Π(1 + r) − 1.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates.
 * - Errors: those of `basisOf`.
 * - Source: extreme value.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(bestYear(basis), 0.03499549999999996, 1e-12);
 * ```
 */
export function bestYear(basis: Basis): number {
  return largest(yearsOf(basis));
}

/**
 * Worst compounded calendar year.
 *
 * - Formula: min over years of Π(1 + r) − 1.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates.
 * - Errors: those of `basisOf`.
 * - Source: extreme value.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(worstYear(basis), -0.010199999999999987, 1e-12);
 * ```
 */
export function worstYear(basis: Basis): number {
  return smallest(yearsOf(basis));
}

/**
 * Geometric mean of the calendar months that have rows.
 *
 * - Formula: Π(1 + r)^(1/months) − 1.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates.
 * - Errors: those of `basisOf`.
 * - Source: geometric mean.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(expectedReturnMonthly(basis), 0.008080708236779088, 1e-12);
 * ```
 */
export function expectedReturnMonthly(basis: Basis): number {
  return geometricMean(monthsOf(basis));
}

/**
 * Geometric mean of the calendar years that have rows.
 *
 * - Formula: Π(1 + r)^(1/years) − 1.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates.
 * - Errors: those of `basisOf`.
 * - Source: geometric mean.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(expectedReturnYearly(basis), 0.012145516168500459, 1e-12);
 * ```
 */
export function expectedReturnYearly(basis: Basis): number {
  return geometricMean(yearsOf(basis));
}

/**
 * Mean of the calendar months that gained.
 *
 * - Formula: mean of the compounded months above 0.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates, or no month that gained.
 * - Errors: those of `basisOf`.
 * - Source: arithmetic mean.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(avgUpMonth(basis), 0.017349999999999977, 1e-12);
 * ```
 */
export function avgUpMonth(basis: Basis): number {
  return meanAbove(monthsOf(basis));
}

/**
 * Mean of the calendar months that lost, below 0.
 *
 * - Formula: mean of the compounded months below 0.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates, or no month that lost.
 * - Errors: those of `basisOf`.
 * - Source: arithmetic mean.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(avgDownMonth(basis), -0.010199999999999987, 1e-12);
 * ```
 */
export function avgDownMonth(basis: Basis): number {
  return meanBelow(monthsOf(basis), 0);
}
