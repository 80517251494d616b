// How much the Sharpe ratios of trials vary, where not all of them have the same periods a year.

import { varianceOf } from "../metrics/mod.ts";

/**
 * The variance of Sharpe ratios a row, as those of a run with so many periods a year: a ratio of other
 * periods is put to rows of these by its annual value. `owned`: the periods of each, NaN where they are not
 * known, which are taken to be these.
 */
export function varianceAmong(
  sharpes: readonly number[],
  owned: readonly number[],
  periods: number,
): number {
  return varianceOf(Float64Array.from(sharpes, (sharpe, trial) => {
    const own = owned[trial] as number;
    return own === periods || Number.isNaN(own) ? sharpe : sharpe * Math.sqrt(own / periods);
  }));
}
