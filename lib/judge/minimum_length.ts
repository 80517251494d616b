// How many years a backtest needs before the best of so many tries stops looking this good by chance.

import { expectedMaximumSharpe } from "../metrics/mod.ts";

/**
 * The minimum backtest length in years: E[max]² / SR², E[max] the expected maximum of so many annual
 * Sharpe ratios of one year without skill, SR the best one's annual Sharpe ratio (Bailey, Borwein,
 * López de Prado and Zhu 2014, Notices of the AMS 61(5), theorem 2 and eq. 6).
 *
 * NaN for a Sharpe ratio that is not above 0, and for fewer than two trials.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * // The paper: 45 tries reach an annual Sharpe ratio of 1 in five years of noise.
 * assertAlmostEquals(minimumBacktestYears(45, 1), 5, 0.005);
 * ```
 */
export function minimumBacktestYears(trials: number, sharpe: number): number {
  if (!(sharpe > 0 && trials >= 2)) return NaN;
  return (expectedMaximumSharpe(trials, 1) / sharpe) ** 2;
}
