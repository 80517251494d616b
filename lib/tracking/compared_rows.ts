// What the returns of compared runs say of them together: which rows they share, and which runs are so
// alike that they are one idea.

import { readSplitDate } from "../backtest/split_date.ts";
import { commonRows } from "../judge/matrix.ts";
import { meanOf, type Returns } from "../metrics/mod.ts";
import { OOS_TAG } from "../own_names.ts";
import type { ComparedRows } from "../report/mod.ts";
import type { ComparedRuns } from "./compared_runs.ts";

/** Runs whose returns correlate as much as this are one idea. */
const ALIKE = 0.9;
const DAILY = 252;

/** The rows that most runs share, and which runs are alike on them; null of fewer than two runs. */
export function sharedRows(
  { columns, periods, outOfSample }: ComparedRuns,
  wanted: readonly number[],
  returns: ReadonlyMap<number, Returns>,
): ComparedRows | null {
  const runs = wanted.filter((run) => returns.has(run));
  const common = commonRows(runs.map((run) => returns.get(run) ?? null));
  if (common.kept.length < 2 || common.rows < 4) return null;
  const kept = common.kept.map((place) => runs[place] as number);
  return {
    runs: kept,
    columns: common.columns,
    dates: common.dates,
    periods: periods.get(kept[0] ?? -1) ?? DAILY,
    outOfSample: outOfSample === null || columns.count === 0
      ? null
      : readSplitDate(`tag ${OOS_TAG}`, outOfSample),
    clusters: clustersOf(common.columns),
  };
}

/** Of each column the first, which is the best, that it correlates with. */
function clustersOf(columns: readonly Float64Array[]): readonly number[] {
  const leaders: { readonly place: number; readonly column: Float64Array }[] = [];
  return columns.map((returns, place) => {
    const column = standardised(returns);
    const leader = leaders.find((one) => product(one.column, column) >= ALIKE);
    if (leader !== undefined) return leader.place;
    leaders.push({ place, column });
    return place;
  });
}

/** Mean 0 and length 1, so that products are correlations. */
function standardised(returns: Float64Array): Float64Array {
  const mean = meanOf(returns);
  const column = returns.map((value) => value - mean);
  const length = Math.sqrt(product(column, column));
  return column.map((value) => value / length);
}

function product(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < one.length; row++) sum += (one[row] as number) * (other[row] as number);
  return sum;
}
