// The kept cells of a table, column by column: dates and numbers in the one reading that each column
// allows, rows that are no result set apart, backtests told apart.

import { InputError, type Warning } from "../../errors.ts";
import { type Fail, isLeftEmpty, readNumberColumn } from "../cells/number_column.ts";
import { countedPlaces, listedPlaces, placedError, type RawRows } from "../rows.ts";
import type { ReadOptions } from "../options.ts";
import type { MarkedRows } from "./columns.ts";
import type { Table, TableSeries, TextTable } from "./table.ts";
import { readTimes, type SortedRows, type TextCells } from "./read_times.ts";

/** Reads the kept cells; throws `InputError` for a column that cannot be read, or not in one way alone. */
export function readCells(
  table: TextTable,
  cells: TextCells,
  options: ReadOptions,
  found: readonly Warning[],
): Table {
  const { path, choice, unit } = table;
  const notes = [...found];
  const column = (at: number): readonly string[] => cells.columns.get(at) as string[];
  const rows = sortRows(table, cells, notes);
  if (rows.results.length === 0) throw new InputError(path, "it holds no closed trade");
  const failIn = (kept: readonly number[]): Fail => (row, problem) => {
    throw placedError(path, unit, cells.places[kept[row] as number] as number, problem);
  };
  const numbers = (at: number, kept: readonly number[]) =>
    readNumberColumn(kept.map((row) => column(at)[row] as string), options, failIn(kept));
  const times = readTimes(table, cells, rows, options, failIn);
  const value = numbers(choice.value, rows.results);
  const parts = [
    ...choice.plus.map((at) => ({ sign: 1, values: numbers(at, rows.results).values })),
    ...choice.minus.map((at) => ({ sign: -1, values: numbers(at, rows.results).values })),
  ];
  for (const { sign, values } of parts) {
    values.forEach((part, row) => {
      if (!Number.isNaN(part)) value.values[row] = (value.values[row] as number) + sign * part;
    });
  }
  const benchmark = choice.benchmark === null
    ? null
    : numbers(choice.benchmark, rows.results).values;
  const money = rows.money.length === 0 ? [] : [...numbers(choice.value, rows.money).values];
  const group = choice.series === null ? null : column(choice.series);
  const side = choice.side === null ? null : column(choice.side);
  const groups = new Map<string, number[]>();
  rows.results.forEach((row, index) => {
    const name = group?.[row] ?? "";
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [index]);
    else known.push(index);
  });
  const rowsOf = (kept: readonly number[], values: Float64Array): RawRows => ({
    dates: times.dates === null ? null : Float64Array.from(kept, (at) => times.dates?.[at] ?? NaN),
    values: Float64Array.from(kept, (at) => values[at] as number),
    places: unit === "row" && groups.size === 1 && kept.length === cells.places.length
      ? countedPlaces()
      : listedPlaces(unit, kept.map((at) => cells.places[rows.results[at] as number] as number)),
    hasOffset: times.hasOffset,
    isFiner: times.isFiner,
    isInstant: times.isInstant,
  });
  const series = [...groups].map(([name, kept]): TableSeries => ({
    name: groups.size === 1 ? null : name === "" ? "(unnamed)" : name,
    rows: rowsOf(kept, value.values),
    benchmark: benchmark === null ? null : rowsOf(kept, benchmark),
    begins: times.firstEntry(kept, group, name),
    ...(choice.areTrades
      ? {
        trades: {
          days: Float64Array.from(kept, (at) => times.heldDays[at] ?? NaN),
          sides: Int8Array.from(
            kept,
            (at) => side === null ? 0 : sideOf(side[rows.results[at] as number] ?? ""),
          ),
        },
      }
      : {}),
    money: rows.money.map((_, index) => ({
      at: times.money[index] as number,
      amount: money[index] as number,
    })),
  }));
  return {
    series,
    choice,
    column: table.hasNames ? table.names[choice.value] ?? null : null,
    isPercent: value.isPercent,
    ambiguous: value.ambiguous,
    notes,
  };
}

/** Which way a trade went: `Exit Long`, `buy`, a signed size; 0 where the cell does not say. */
function sideOf(cell: string): -1 | 0 | 1 {
  const text = cell.toLowerCase().replace(/^(?:exit|close|open)\s+/, "");
  if (/^(?:long|buy|\+?\d*\.?\d*[1-9])/.test(text)) return 1;
  return /^(?:short|sell|[-−]\d*\.?\d*[1-9])/.test(text) ? -1 : 0;
}

function sortRows(table: TextTable, cells: TextCells, notes: Warning[]): SortedRows {
  const { choice, path, unit } = table;
  const results: number[] = [];
  const openings: number[] = [];
  const money: number[] = [];
  const unclosed: number[] = [];
  const isMarked = (mark: MarkedRows | null, row: number): boolean => {
    if (mark === null) return false;
    const cell = (cells.columns.get(mark.column)?.[row] ?? "").toLowerCase();
    return mark.begins.some((word) => cell.startsWith(word));
  };
  const isUndated = (row: number): boolean =>
    choice.entry !== null && choice.date !== null &&
    isLeftEmpty(cells.columns.get(choice.date)?.[row] ?? "");
  for (let row = 0; row < cells.places.length; row++) {
    if (isMarked(choice.money, row)) money.push(row);
    else if (isMarked(choice.openings, row)) openings.push(row);
    else if (isMarked(choice.unclosed, row) || isUndated(row)) unclosed.push(row);
    else results.push(row);
  }
  if (unclosed.length > 0) {
    const first = cells.places[unclosed[0] as number] as number;
    const count = unclosed.length === 1 ? "1 open trade" : `${unclosed.length} open trades`;
    notes.push({
      code: "open-trades",
      message: `${count} of ${path} ${
        unclosed.length === 1 ? "is" : "are"
      } left out; the first is ${unit} ${first}`,
    });
  }
  return { results, openings, money };
}
