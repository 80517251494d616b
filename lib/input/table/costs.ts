// What a trade cost, beside its profit: added or taken off as its layout says. Where a platform may
// already have taken it off (NinjaTrader does where its user set commissions), the running total in
// the file tells, and where that does not, nothing does.

import type { Fail } from "../cells/number_column.ts";

/** The columns of costs of the results, with the sign that they count with. */
export interface CostColumn {
  readonly sign: 1 | -1;
  readonly values: Float64Array;
}

/** A running total is rounded to hundredths, and so are the profits that it is of. */
const LARGEST_ROUNDING = 0.011;

/**
 * Takes the costs off the profits, in place; `totals` is a running total of what was left of each, in
 * the order of the rows or against it. Throws `InputError` where it is that of neither.
 */
export function applyCosts(
  profits: Float64Array,
  costs: readonly CostColumn[],
  totals: { readonly values: Float64Array; readonly name: string } | null,
  fail: Fail,
): void {
  const counted = totals === null ? costs.length : countedIn(profits, costs, totals.values);
  if (counted < 0) {
    fail(
      0,
      `whether the profits are after their costs cannot be told: ${totals?.name} does not rise by ` +
        "them; sort the trades as the platform lists them, all of them",
    );
  }
  if (counted > 0) profits.set(netOf(profits, costs.slice(0, counted)));
}

function netOf(profits: Float64Array, costs: readonly CostColumn[]): Float64Array {
  return profits.map((profit, row) =>
    costs.reduce((net, { sign, values }) => {
      const cost = values[row] as number;
      return Number.isNaN(cost) ? net : net + sign * cost;
    }, profit)
  );
}

/** How many of the costs the running total is after: none, the first, or all; −1 where that is open. */
function countedIn(
  profits: Float64Array,
  costs: readonly CostColumn[],
  totals: Float64Array,
): number {
  const ways = [0, 1, costs.length].filter((count, at, all) =>
    count <= costs.length && all.indexOf(count) === at
  );
  const nets = ways.map((count) => netOf(profits, costs.slice(0, count)));
  const fitting = ways.findIndex((_, at) => isTotalOf(totals, nets[at] as Float64Array));
  if (fitting >= 0) return ways[fitting] as number;
  const [gross] = nets;
  return nets.every((net) => net.every((value, row) => value === gross?.[row])) ? 0 : -1;
}

function isTotalOf(totals: Float64Array, nets: Float64Array): boolean {
  const rises = (step: 1 | -1): boolean =>
    totals.every((total, row) => {
      const isFirst = step === 1 ? row === 0 : row === totals.length - 1;
      const before = isFirst ? 0 : totals[row - step] as number;
      return Math.abs(total - before - (nets[row] as number)) <= LARGEST_ROUNDING;
    });
  return rises(1) || rises(-1);
}
