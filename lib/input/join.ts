// Two series on their common periods. Returns meet as they are. Where one side has levels, both change
// from one common period to the next: of a holiday on one side the other's change is not lost, and a
// benchmark that is the strategy with days missing is still the strategy.

import type { JoinedBenchmark } from "../metrics/mod.ts";
import { picked } from "./rows.ts";

/** A series with what its rows are joined by. */
export interface Keyed {
  readonly dates: Float64Array;
  readonly values: Float64Array;
  /** Ascending; equal keys meet. */
  readonly keys: Float64Array;
  /** The levels that the returns are the changes of, the first of which may precede them. */
  readonly levels: { readonly keys: Float64Array; readonly values: Float64Array } | null;
}

/** The rows whose keys are equal. */
export function joinReturns(series: Keyed, benchmark: Keyed): JoinedBenchmark {
  const pairs = commonKeys(series.keys, benchmark.keys);
  return {
    dates: picked(series.dates, pairs.left),
    strategy: picked(series.values, pairs.left),
    benchmark: picked(benchmark.values, pairs.right),
  };
}

/** The changes between the keys that both have. */
export function joinWithLevels(series: Keyed, benchmark: Keyed): JoinedBenchmark {
  const [own, other] = [pathOf(series), pathOf(benchmark)];
  const pairs = commonKeys(own.keys, other.keys);
  const dates: number[] = [];
  const strategy: number[] = [];
  const market: number[] = [];
  for (let at = 0; at < pairs.left.length; at++) {
    const before = at - 1;
    const left = own.change(pairs.left[before] ?? null, pairs.left[at] as number);
    const right = other.change(pairs.right[before] ?? null, pairs.right[at] as number);
    if (Number.isNaN(left) || Number.isNaN(right)) continue;
    dates.push(own.dateAt(pairs.left[at] as number));
    strategy.push(left);
    market.push(right);
  }
  return {
    dates: Float64Array.from(dates),
    strategy: Float64Array.from(strategy),
    benchmark: Float64Array.from(market),
  };
}

/** A series as something that changes between any two of its rows. */
interface Path {
  readonly keys: Float64Array;
  /** From a row to a later one; from null: the row's own return, NaN where it has none. */
  change(from: number | null, to: number): number;
  dateAt(row: number): number;
}

function pathOf({ dates, values, keys, levels }: Keyed): Path {
  if (levels === null) {
    return {
      keys,
      dateAt: (row) => dates[row] as number,
      change(from, to) {
        if (from === null || from + 1 === to) return values[to] as number;
        let growth = 1;
        for (let row = from + 1; row <= to; row++) growth *= 1 + (values[row] as number);
        return growth - 1;
      },
    };
  }
  // The first level is no return where it is the base of the second.
  const bases = levels.values.length - values.length;
  return {
    keys: levels.keys,
    dateAt: (row) => dates[row - bases] ?? NaN,
    change(from, to) {
      if (from === null) return values[to - bases] ?? NaN;
      return (levels.values[to] as number) / (levels.values[from] as number) - 1;
    },
  };
}

function commonKeys(
  left: Float64Array,
  right: Float64Array,
): { readonly left: Uint32Array; readonly right: Uint32Array } {
  const most = Math.min(left.length, right.length);
  const [lefts, rights] = [new Uint32Array(most), new Uint32Array(most)];
  let count = 0;
  let row = 0;
  let match = 0;
  while (row < left.length && match < right.length) {
    const difference = (left[row] as number) - (right[match] as number);
    if (difference === 0) {
      lefts[count] = row;
      rights[count++] = match;
    }
    if (difference <= 0) row++;
    if (difference >= 0) match++;
  }
  return { left: lefts.subarray(0, count), right: rights.subarray(0, count) };
}
