// Returns of runs on shared rows as a page holds them: sums before each place where the rows may be
// split, from which Sharpe ratios of both parts are exact, and the returns themselves of the best.

import type { ComparedRows } from "./comparison_model.ts";
import type { EmbeddedRows } from "./embedded.ts";
import { packed } from "./packed.ts";

/** Places where the rows may be split. */
const SPLITS = 40;
/** Returns that the page holds one by one: 5 MB of text. */
const MOST_RETURNS = 500_000;

/** Rows as the page holds them. */
export function embeddedRows(rows: ComparedRows): EmbeddedRows {
  const { columns, dates, periods, outOfSample } = rows;
  const length = columns[0]?.length ?? 0;
  const declared = outOfSample === null || dates === null
    ? -1
    : dates.findIndex((date) => date >= outOfSample);
  const evenly = Array.from(
    { length: SPLITS - 1 },
    (_, index) => Math.round(((index + 1) * length) / SPLITS),
  );
  const middle = declared >= 2 && declared <= length - 2 ? declared : Math.floor(length / 2);
  const places = [...new Set([...evenly, middle])].filter((row) => row >= 2 && row <= length - 2)
    .sort((one, other) => one - other);
  const held = Math.min(columns.length, Math.floor(MOST_RETURNS / Math.max(1, length)));
  const returns = new Float64Array(held * length);
  columns.slice(0, held).forEach((column, index) => returns.set(column, index * length));
  return {
    runs: rows.runs,
    rows: length,
    periods,
    splits: places.map((row) => ({ row, date: dates?.[row] ?? null })),
    split: Math.max(0, places.indexOf(middle)),
    sums: packed(sumsOf(columns, places, (value) => value)),
    squares: packed(sumsOf(columns, places, (value) => value * value)),
    clusters: rows.clusters,
    returns: packed(returns),
  };
}

/** Of each column the sums before each place, then that of all rows. */
function sumsOf(
  columns: readonly Float64Array[],
  places: readonly number[],
  of: (value: number) => number,
): Float64Array {
  const all = new Float64Array(columns.length * (places.length + 1));
  let at = 0;
  for (const column of columns) {
    let sum = 0;
    let row = 0;
    for (const place of [...places, column.length]) {
      while (row < place) sum += of(column[row++] as number);
      all[at++] = sum;
    }
  }
  return all;
}
