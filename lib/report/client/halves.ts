// Sharpe ratios before and after a day, of all runs at once: from sums that the page holds for some
// days, so that moving the day costs nothing and the numbers are those of all the rows.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import { doublesOf, type EmbeddedRows } from "../embedded.ts";

/** The two parts of the rows, and where they are split. */
export interface Halves {
  readonly splits: EmbeddedRows["splits"];
  /** Position in `splits`. */
  split: number;
  /** By run; NaN of those without returns on the shared rows. */
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** Runs that have both. */
  readonly runs: readonly number[];
  moveTo(split: number): void;
}

/** A variance this small beside the mean square is rounding: the rows never vary. */
const ROUNDING = 1e-12;

/** Annualised, no rate taken off; 0 of zeros, NaN of other rows that never vary, as `judge` has it. */
export function sharpeOfSums(
  { rows, sum, squares, periods }: {
    readonly rows: number;
    readonly sum: number;
    readonly squares: number;
    readonly periods: number;
  },
): number {
  if (rows < 2) return NaN;
  if (squares === 0) return 0;
  const variance = (squares - sum * sum / rows) / (rows - 1);
  if (!(variance > ROUNDING * squares / rows)) return NaN;
  return sum / rows / Math.sqrt(variance) * Math.sqrt(periods);
}

/** The parts as the page begins with them; null where the rows cannot be split. */
export function halvesOf(shared: EmbeddedRows, count: number): Halves | null {
  const { runs, rows, periods, splits } = shared;
  if (splits.length === 0) return null;
  const [sums, squares] = [doublesOf(shared.sums), doublesOf(shared.squares)];
  const width = splits.length + 1;
  const halves: Halves = {
    ...{ splits, split: shared.split, runs },
    before: new Float64Array(count).fill(NaN),
    after: new Float64Array(count).fill(NaN),
    moveTo(split) {
      halves.split = split;
      const first = splits[split]?.row ?? 0;
      runs.forEach((run, place) => {
        const [at, all] = [place * width + split, place * width + width - 1];
        const [sum = NaN, square = NaN] = [sums[at], squares[at]];
        halves.before[run] = sharpeOfSums({ rows: first, sum, squares: square, periods });
        halves.after[run] = sharpeOfSums({
          rows: rows - first,
          sum: (sums[all] ?? NaN) - sum,
          // What is left of squares that are all before is rounding.
          squares: Math.max(0, (squares[all] ?? NaN) - square),
          periods,
        });
      });
    },
  };
  halves.moveTo(shared.split);
  return halves;
}

/** How the best before the split does after it: its rank there, and how the ranks agree. */
export function persistence(
  { runs, before, after }: Halves,
): {
  readonly best: number;
  readonly rank: number;
  readonly ranked: number;
  readonly agreement: number;
} | null {
  const both = runs.filter((run) => !Number.isNaN(before[run]) && !Number.isNaN(after[run]));
  let best = -1;
  for (const run of runs) {
    if (
      !Number.isNaN(before[run]) && !(best >= 0 && (before[run] ?? NaN) <= (before[best] ?? NaN))
    ) {
      best = run;
    }
  }
  const reached = after[best] ?? NaN;
  if (both.length < 2 || Number.isNaN(reached)) return null;
  const ranked = runs.filter((run) => !Number.isNaN(after[run]));
  const above = ranked.filter((run) => (after[run] ?? NaN) > reached).length;
  const equal = ranked.filter((run) => after[run] === reached).length;
  return {
    best,
    rank: above + (equal + 1) / 2,
    ranked: ranked.length,
    agreement: correlation(ranksOf(both, before), ranksOf(both, after)),
  };
}

/** Ranks from 1, the average of equals. */
function ranksOf(runs: readonly number[], values: Float64Array): Float64Array {
  const order = runs.map((_, place) => place)
    .sort((one, other) => (values[runs[one] ?? 0] ?? 0) - (values[runs[other] ?? 0] ?? 0));
  const ranks = new Float64Array(runs.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    const value = values[runs[order[from] ?? 0] ?? 0];
    while (to < order.length && values[runs[order[to] ?? 0] ?? 0] === value) to++;
    for (let at = from; at < to; at++) ranks[order[at] ?? 0] = (from + to + 1) / 2;
    from = to;
  }
  return ranks;
}

/** Pearson's correlation; NaN where one never varies. */
export function correlation(one: ArrayLike<number>, other: ArrayLike<number>): number {
  const rows = one.length;
  let [a, b] = [0, 0];
  for (let row = 0; row < rows; row++) {
    a += one[row] as number;
    b += other[row] as number;
  }
  [a, b] = [a / rows, b / rows];
  let [aa, bb, ab] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const [x, y] = [(one[row] as number) - a, (other[row] as number) - b];
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : NaN;
}
