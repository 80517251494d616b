// Whether the best of a few runs is better than each of the others, or only ahead: two Sharpe ratios
// whose intervals overlap may still differ, since what both runs have in common cancels.

import { commonRows } from "../judge/matrix.ts";
import { MIN_DIFFERENCE_ROWS, sharpeDifference } from "../judge/sharpe_difference.ts";
import type { Returns } from "../metrics/mod.ts";

/** A run beside others. */
export interface Contender {
  /** Its logged Sharpe ratio; NaN where it has none. */
  readonly sharpe: number;
  /** When it was logged, ms since the epoch: the earliest of equals is the best. */
  readonly startTime: number;
  /** Null where they are not attached. */
  readonly returns: Returns | null;
}

/** The best run beside another. */
export type Difference =
  | { readonly index: number; readonly pValue: number }
  | { readonly index: number; readonly lack: string };

/** The best run, and how it compares with each of the others, in their order. */
export interface BestAgainstOthers {
  readonly best: number;
  readonly differences: readonly Difference[];
}

/** A p-value at or below it says that two Sharpe ratios differ. */
export const SIGNIFICANT_P_VALUE = 0.05;

/**
 * Tests whether the highest logged Sharpe ratio differs from each of the others (Ledoit and Wolf 2008),
 * on the rows that both runs have, no rate taken off. Null where no run has a Sharpe ratio.
 */
export function bestAgainstOthers(runs: readonly Contender[]): BestAgainstOthers | null {
  const ranked = runs.map((run, index) => ({ ...run, index }))
    .filter(({ sharpe }) => Number.isFinite(sharpe))
    .sort((a, b) => b.sharpe - a.sharpe || a.startTime - b.startTime || a.index - b.index);
  const best = ranked[0]?.index;
  if (best === undefined) return null;
  const others = [...runs.keys()].filter((index) => index !== best);
  return {
    best,
    differences: others.map((index) => ({ index, ...difference(runs, best, index) })),
  };
}

function difference(
  runs: readonly Contender[],
  best: number,
  other: number,
): { readonly pValue: number } | { readonly lack: string } {
  const pair = [runs[best]?.returns ?? null, runs[other]?.returns ?? null];
  if (pair[0] === null) return { lack: "the best run's returns are not attached" };
  if (pair[1] === null) return { lack: "its returns are not attached" };
  const { columns: [first, second], leftOut: [left], rows } = commonRows(pair);
  if (first === undefined || second === undefined) {
    return { lack: left === undefined ? "they have no common rows" : left.reason };
  }
  if (rows < MIN_DIFFERENCE_ROWS) return { lack: `they have only ${rows} common rows` };
  const found = sharpeDifference(first, second);
  return found === null ? { lack: "the two are equal or multiples" } : { pValue: found.pValue };
}
