// The rows of a table by what they are: results, money moved, openings; what is none of these, or says
// again what others say, is left out and counted.

import { InputError, type Warning } from "../../errors.ts";
import { quoted } from "../cells/number.ts";
import { isLeftEmpty } from "../cells/number_column.ts";
import type { Levels, MarkedRows } from "./choice.ts";
import { nameKey } from "./names.ts";
import type { SortedRows, TextCells } from "./read_times.ts";
import type { TextTable } from "./table.ts";

/** Sorts all rows; what is left out is said in `notes`. */
export function sortRows(table: TextTable, cells: TextCells, notes: Warning[]): SortedRows {
  const { choice } = table;
  const results: number[] = [];
  const openings: number[] = [];
  const money: number[] = [];
  const unclosed: number[] = [];
  const other: number[] = [];
  const isMarked = (mark: MarkedRows | null, row: number): boolean => {
    if (mark === null) return false;
    return mark.columns.some((column) => {
      const cell = (cells.columns.get(column)?.[row] ?? "").toLowerCase();
      const isIt = mark.begins.some((word) => cell.startsWith(word)) || mark.has?.test(cell);
      return isIt === true && mark.unless?.test(cell) !== true;
    });
  };
  const isUndated = (row: number): boolean =>
    choice.entry !== null && choice.date !== null &&
    isLeftEmpty(cells.columns.get(choice.date)?.[row] ?? "");
  const isOfLevel = choice.detail === null ? null : levelOf(table, cells, choice.detail);
  for (let row = 0; row < cells.places.length; row++) {
    if (isOfLevel?.(row) === false) other.push(row);
    else if (isMarked(choice.money, row)) money.push(row);
    else if (isMarked(choice.openings, row)) openings.push(row);
    else if (isMarked(choice.unclosed, row) || isUndated(row)) unclosed.push(row);
    else results.push(row);
  }
  const { path, unit } = table;
  const note = (rows: readonly number[], code: string, one: string, several: string): void => {
    if (rows.length === 0) return;
    const first = cells.places[rows[0] as number] as number;
    const left = rows.length === 1
      ? `1 ${one} of ${path} is`
      : `${rows.length} ${several} of ${path} are`;
    notes.push({ code, message: `${left} left out; the first is ${unit} ${first}` });
  };
  note(unclosed, "open-trades", "open trade", "open trades");
  note(
    other,
    "left-out",
    "row that says again what others say",
    "rows that say again what others say",
  );
  return { results, openings, money };
}

/** Which rows are of the level that counts: results at two levels are the same money twice. */
function levelOf(
  { path, names }: TextTable,
  cells: TextCells,
  { column, levels }: Levels,
): (row: number) => boolean {
  const keys = (cells.columns.get(column) ?? []).map(nameKey);
  const present = new Set(keys);
  const level = levels.find((name) => present.has(nameKey(name)));
  if (level === undefined) {
    throw new InputError(
      path,
      `none of its rows is ${levels.join(" or ")} by its column ${quoted(names[column] ?? "")}; ` +
        "export the trades themselves",
    );
  }
  return (row) => keys[row] === nameKey(level);
}

/**
 * Which way a trade went: `Exit Long`, `buy`, a signed size, true in a column `is_short`; 0 where the
 * cell does not say.
 */
export function sideOf(
  { name, cells }: { readonly name: string; readonly cells: readonly string[] },
  row: number,
): -1 | 0 | 1 {
  const text = (cells[row] ?? "").toLowerCase().replace(/^(?:exit|close|open)\s+/, "");
  if (nameKey(name) === "isshort") {
    return /^(?:true|1)$/.test(text) ? -1 : /^(?:false|0)$/.test(text) ? 1 : 0;
  }
  if (/^(?:long|buy|\+?\d*\.?\d*[1-9])/.test(text)) return 1;
  return /^(?:short|sell|[-−]\d*\.?\d*[1-9])/.test(text) ? -1 : 0;
}
