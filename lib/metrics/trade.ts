// Wins against losses, a row counting as a trade: QuantStats has no trades either. Read them as
// statements about periods.

import { monthsOf, positiveShare, quartersOf, shareOf, yearsOf } from "./aggregates.ts";
import type { Basis } from "./basis.ts";
import { quotient } from "./kernel.ts";
import { avgLoss, avgWin } from "./returns.ts";

/**
 * Share of winning periods among those in the market.
 *
 * - Formula: #(r > 0) / #(r ≠ 0), 0 when no row is other than 0.
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
 * assertAlmostEquals(winRate(basis), 0.6, 1e-12);
 * ```
 */
export function winRate(basis: Basis): number {
  const { wins, losses } = basis.totals;
  return basis.count === 0 ? NaN : shareOf(wins, wins + losses);
}

/**
 * Share of calendar months that gained among those that moved.
 *
 * - Formula: #(month > 0) / #(month ≠ 0), 0 when no month moved.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(winRateMonthly(basis), 0.6666666666666666, 1e-12);
 * ```
 */
export function winRateMonthly(basis: Basis): number {
  return positiveShare(monthsOf(basis));
}

/**
 * Share of calendar quarters that gained among those that moved.
 *
 * - Formula: #(quarter > 0) / #(quarter ≠ 0), 0 when no quarter moved.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(winRateQuarterly(basis), 0.5, 1e-12);
 * ```
 */
export function winRateQuarterly(basis: Basis): number {
  return positiveShare(quartersOf(basis));
}

/**
 * Share of calendar years that gained among those that moved.
 *
 * - Formula: #(year > 0) / #(year ≠ 0), 0 when no year moved.
 * - Input: returns[n], fractions a period, with dates[n], ms; result: fraction.
 * - Undefined: no dates.
 * - Errors: those of `basisOf`.
 * - Source: QuantStats.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-31", "2024-02-01", "2024-02-02"];
 * const basis = basisOf(returns, { dates: days.map((day) => Date.parse(day)) });
 * assertAlmostEquals(winRateYearly(basis), 0.5, 1e-12);
 * ```
 */
export function winRateYearly(basis: Basis): number {
  return positiveShare(yearsOf(basis));
}

/**
 * Sum of wins over the sum of losses.
 *
 * - Formula: Σ max(r, 0) / |Σ min(r, 0)|, 0 when every row is 0.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: wins but no losing row.
 * - Errors: those of `basisOf`.
 * - Source: in common use among traders; QuantStats.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(profitFactor(basis), 1.8333333333333335, 1e-12);
 * ```
 */
export function profitFactor(basis: Basis): number {
  const { winSum, lossSum, wins, losses } = basis.totals;
  if (wins + losses === 0 && basis.count > 0) return 0;
  return quotient(winSum, -lossSum);
}

/**
 * Mean win divided by the number of wins, over the same of losses.
 *
 * - Formula: (mean(r ≥ 0) / #(r ≥ 0)) / (|mean(r < 0)| / #(r < 0)), 0 when every row lost.
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
 * assertAlmostEquals(profitRatio(basis), 0.45833333333333337, 1e-12);
 * ```
 */
export function profitRatio(basis: Basis): number {
  const { winSum, lossSum, losses } = basis.totals;
  const others = basis.count - losses;
  if (others === 0 && losses > 0) return 0;
  return quotient(winSum / others / others, -lossSum / losses / losses);
}

/**
 * Mean win over mean loss.
 *
 * - Formula: avg_win / |avg_loss|.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: no winning or no losing row.
 * - Errors: those of `basisOf`.
 * - Source: in common use among traders; QuantStats.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(payoffRatio(basis), 1.2222222222222223, 1e-12);
 * ```
 */
export function payoffRatio(basis: Basis): number {
  return quotient(avgWin(basis), Math.abs(avgLoss(basis)));
}

/**
 * Longest run of winning periods.
 *
 * - Formula: max length of rows in succession with r > 0.
 * - Input: returns[n], fractions a period; result: count.
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
 * assertAlmostEquals(consecutiveWins(basis), 1, 1e-12);
 * ```
 */
export function consecutiveWins(basis: Basis): number {
  return basis.count === 0 ? NaN : basis.totals.longestWinStreak;
}

/**
 * Longest run of losing periods.
 *
 * - Formula: max length of rows in succession with r < 0.
 * - Input: returns[n], fractions a period; result: count.
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
 * assertAlmostEquals(consecutiveLosses(basis), 1, 1e-12);
 * ```
 */
export function consecutiveLosses(basis: Basis): number {
  return basis.count === 0 ? NaN : basis.totals.longestLossStreak;
}
