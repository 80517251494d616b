// Products of other metrics that traders use to pick systems. Nothing here reads a row.

import type { Basis } from "./basis.ts";
import { quotient } from "./kernel.ts";
import { tailRatio } from "./risk.ts";
import { payoffRatio, profitFactor, winRate } from "./trade.ts";

/**
 * Share of capital that maximises growth when every bet wins or loses the mean amount.
 *
 * - Formula: (b·w − (1 − w)) / b, b = payoff_ratio, w = win_rate.
 * - Input: returns[n], fractions a period; result: fraction.
 * - Undefined: no winning or no losing row.
 * - Errors: those of `basisOf`.
 * - Source: Kelly (1956), A New Interpretation of Information Rate, Bell System Technical Journal
 * 35(4).
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const basis = basisOf(returns);
 * assertAlmostEquals(kellyCriterion(basis), 0.27272727272727276, 1e-12);
 * ```
 */
export function kellyCriterion(basis: Basis): number {
  const payoff = payoffRatio(basis);
  const wins = winRate(basis);
  return quotient(payoff * wins - (1 - wins), payoff);
}

/**
 * Profit factor times tail ratio.
 *
 * - Formula: profit_factor · tail_ratio.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: profit_factor or tail_ratio is undefined.
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
 * assertAlmostEquals(commonSenseRatio(basis), 2.75, 1e-12);
 * ```
 */
export function commonSenseRatio(basis: Basis): number {
  return profitFactor(basis) * tailRatio(basis);
}

/**
 * Profit factor times win rate times payoff ratio.
 *
 * - Formula: profit_factor · win_rate · payoff_ratio.
 * - Input: returns[n], fractions a period; result: ratio.
 * - Undefined: profit_factor or payoff_ratio is undefined.
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
 * assertAlmostEquals(cpcIndex(basis), 1.3444444444444446, 1e-12);
 * ```
 */
export function cpcIndex(basis: Basis): number {
  return profitFactor(basis) * winRate(basis) * payoffRatio(basis);
}
