// Rows of one time: of an account the last counts, what is empty beside another says nothing (a dividend
// between prices), all others are an error.

import type { Warning } from "../errors.ts";
import { timeText } from "./cells/calendar_time.ts";
import { keptRows, type OrderedRows, type RawRows } from "./rows.ts";

/** Whether any two rows, which are in order, are of one time. */
export function haveTwins(dates: Float64Array): boolean {
  for (let row = 1; row < dates.length; row++) {
    if (dates[row] === dates[row - 1]) return true;
  }
  return false;
}

/** Leaves out rows without a value where another row of their time has one. */
export function withoutEmptyTwins(ordered: OrderedRows, warnings: Warning[]): OrderedRows {
  const { values, path, unit } = ordered;
  const dates = ordered.dates as Float64Array;
  const empty = new Set<number>();
  let start = 0;
  for (let end = 1; end <= dates.length; end++) {
    if (dates[end] === dates[start]) continue;
    if (end - start > 1) {
      const run = values.subarray(start, end);
      if (run.some((value) => !Number.isNaN(value))) {
        run.forEach((value, at) => Number.isNaN(value) && empty.add(start + at));
      }
    }
    start = end;
  }
  const [first] = empty;
  if (first === undefined) return ordered;
  warnings.push({
    code: "left-out",
    message: `${empty.size} ${empty.size === 1 ? "row" : "rows"} of ${path} without a value ${
      empty.size === 1 ? "is" : "are"
    } left out beside others of the same time; the first is ${unit} ${ordered.at(first)}`,
  });
  return keptRows(ordered, Uint32Array.from(dates.keys()).filter((row) => !empty.has(row)));
}

/** Throws `InputError` where two rows are of one time. */
export function checkUnique(ordered: OrderedRows, rows: RawRows): void {
  const dates = ordered.dates as Float64Array;
  for (let row = 1; row < dates.length; row++) {
    if (dates[row] !== dates[row - 1]) continue;
    const hint = rows.isFiner
      ? "; times are kept to the millisecond"
      : rows.hasOffset
      ? "; if their offsets from UTC differ, --timezone UTC tells them apart"
      : "";
    throw ordered.error(
      row,
      `the date ${timeText(dates[row] as number)} is already in ${ordered.unit} ${
        ordered.at(row - 1)
      }${hint}`,
    );
  }
}

/** Of rows of one instant the last is what an account stood at then. */
export function lastOfInstants(
  ordered: OrderedRows,
  warnings: Warning[],
): OrderedRows {
  const dates = ordered.dates as Float64Array;
  let repeated = 0;
  let first = -1;
  for (let row = 1; row < dates.length; row++) {
    if (dates[row] !== dates[row - 1]) continue;
    if (repeated++ === 0) first = row - 1;
  }
  if (repeated === 0) return ordered;
  const kept = Uint32Array.from(dates.keys()).filter((row) => dates[row] !== dates[row + 1]);
  warnings.push({
    code: "same-instant",
    message: `${repeated} of ${dates.length} rows of ${ordered.path} ${
      repeated === 1 ? "is" : "are"
    } followed by one of the same time and left out; the first is ${ordered.unit} ${
      ordered.at(first)
    }`,
  });
  return keptRows(ordered, kept);
}
