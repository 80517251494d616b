// The kept cells of a table, column by column: dates and numbers in the one reading that each column
// allows, rows that are no result set apart, backtests told apart.

import { InputError, type Warning } from "../../errors.ts";
import { quoted } from "../cells/number.ts";
import { type Fail, readNumberColumn } from "../cells/number_column.ts";
import { countedPlaces, listedPlaces, placedError, type RawRows } from "../rows.ts";
import { flagOf, type ReadOptions } from "../options.ts";
import type { Table, TableSeries, TextTable } from "./table.ts";
import { applyCosts } from "./costs.ts";
import { inOneCurrency } from "./currency.ts";
import { readTimes, type TextCells } from "./read_times.ts";
import { sideOf, sortRows } from "./sort_rows.ts";

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
  const costs = [
    ...choice.plus.map((at) => ({ sign: 1, values: numbers(at, rows.results).values } as const)),
    ...choice.minus.map((at) => ({ sign: -1, values: numbers(at, rows.results).values } as const)),
  ];
  const totals = choice.totals === null ? null : {
    values: numbers(choice.totals, rows.results).values,
    name: table.names[choice.totals] ?? "",
  };
  applyCosts(value.values, costs, totals, failIn(rows.results));
  inOneCurrency(table, cells, rows.results, value.values, { notes, failIn, numbers });
  const benchmark = choice.benchmark === null
    ? null
    : numbers(choice.benchmark, rows.results).values;
  const money = rows.money.length === 0 ? [] : [...numbers(choice.value, rows.money).values];
  const group = groupsOf(choice.series.map(column), rows.results);
  const side = choice.side === null
    ? null
    : { name: table.names[choice.side] ?? "", cells: column(choice.side) };
  const groups = new Map<string, number[]>();
  rows.results.forEach((row, index) => {
    const name = group?.[row] ?? "";
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [index]);
    else known.push(index);
  });
  const rowsOf = (kept: readonly number[], values: Float64Array): RawRows => ({
    dates: times.dates === null ? null : keptOf(times.dates, kept),
    values: keptOf(values, kept),
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
            (at) => side === null ? times.sides[at] ?? 0 : sideOf(side, rows.results[at] as number),
          ),
        },
      }
      : {}),
    money: rows.money.map((_, index) => ({
      at: times.money[index] as number,
      amount: money[index] as number,
    })),
  }));
  notes.push(...costNotes(table), ...flowNotes(table, cells, rows.results, times.dates, options));
  return {
    series,
    choice,
    column: table.hasNames ? table.names[choice.value] ?? null : null,
    isPercent: value.isPercent,
    ambiguous: value.ambiguous,
    notes,
  };
}

/** The name of each row's backtest, of the columns that differ; null where none does. */
function groupsOf(
  columns: readonly (readonly string[])[],
  rows: readonly number[],
): readonly string[] | null {
  const varied = columns.filter((cells) => rows.some((row) => cells[row] !== cells[rows[0] ?? 0]));
  const [first] = varied;
  if (first === undefined) return null;
  return first.map((_, row) => varied.map((cells) => cells[row] ?? "").join(" "));
}

/** Some of the values, or all of them as they are. */
function keptOf(values: Float64Array, kept: readonly number[]): Float64Array {
  if (kept.length === values.length) return values;
  const found = new Float64Array(kept.length);
  for (let at = 0; at < kept.length; at++) found[at] = values[kept[at] as number] as number;
  return found;
}

/** Money moved is no gain; a return is net of it in one of two ways, which the file does not say. */
function flowNotes(
  { path, choice, names, unit }: TextTable,
  cells: TextCells,
  results: readonly number[],
  dates: Float64Array | null,
  options: ReadOptions,
): readonly Warning[] {
  // What the account began with is in the first level, from which changes are counted.
  const base = options.capital !== undefined
    ? -1
    : dates?.reduce((first, time, at) => time < (dates[first] as number) ? at : first, 0) ?? 0;
  const isMoved = (row: number): boolean =>
    choice.flows.some((at) => /[1-9]/.test(cells.columns.get(at)?.[row] ?? ""));
  const first = results.find((row, at) => at !== base && isMoved(row));
  if (first === undefined) return [];
  const place = cells.places[first] as number;
  const columns = choice.flows.map((at) => quoted(names[at] ?? "")).join(", ");
  if (options.kind === undefined) {
    throw placedError(
      path,
      unit,
      place,
      `money was moved, by ${columns}, and would count as gain or loss; give returns that are net of ` +
        `it, or say ${flagOf(options, "kind")} equity if the values are`,
    );
  }
  return [{
    code: "flows-not-taken",
    message:
      `money that was moved counts as gain or loss in ${path} unless its values are net of it: ` +
      `${columns} is not taken off; the first is in ${unit} ${place}`,
  }];
}

/** What may stand between the profits and what was left of them. */
function costNotes({ path, choice, names }: TextTable): readonly Warning[] {
  if (choice.lacks !== null) {
    const message =
      `the profits in ${path} are before ${choice.lacks}, which the file does not have`;
    return [{ code: "before-costs", message }];
  }
  if (choice.untaken.length === 0) return [];
  const columns = choice.untaken.map((at) => quoted(names[at] ?? "")).join(", ");
  return [{
    code: "costs-not-taken",
    message: `the profits in ${path} count as they are, after costs: ${columns} is not taken off`,
  }];
}
