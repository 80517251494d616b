// Tables whose cells have types already (Parquet, JSON): the same columns, the same rules as CSV. The
// quick way takes numbers and times as they are; where a column that is wanted holds other text,
// all its cells become text and are read together, as a CSV's are.

import { textOf } from "../../bytes.ts";
import { InputError } from "../../errors.ts";
import { quoted, trimCell } from "../cells/number.ts";
import { createDateReader, type DateReader, LAST_MS } from "../cells/dates.ts";
import { wallClock } from "../cells/timezone.ts";
import type { ReadOptions } from "../options.ts";
import { createRowCollector, dateIn, placedError, type RawRows } from "../rows.ts";
import { type ColumnChoice, isPlainChoice } from "./choice.ts";
import { chooseColumns } from "./columns.ts";
import { datesByType, profileColumn } from "./profile.ts";
import { notPlain } from "./series.ts";
import type { Table } from "./table.ts";
import { createTextRows } from "./text_rows.ts";

/** How many rows the columns are judged by. */
export const SAMPLE_ROWS = 1000;

/** A column of a typed table, as far as it is known before its rows are read. */
export interface TypedColumn {
  readonly name: string;
  /** Whether its type says that it holds times; its cells are then ms. */
  readonly isTime: boolean;
  /** Whether those times are instants, and the zone whose wall clock they are meant in. */
  readonly zone: string | null;
  /** The first cells. */
  readonly sample: readonly unknown[];
}

/** Picks the columns of a typed table. */
export function chooseTyped(
  path: string,
  columns: readonly TypedColumn[],
  options: ReadOptions,
): ColumnChoice {
  const profiles = columns.map(({ name, isTime, sample }) =>
    isTime ? datesByType(name) : profileColumn(name, () => sample.map(sampleText), options)
  );
  return chooseColumns(path, profiles, options);
}

/** Takes the cells of one row after the other. */
export interface TypedRows {
  add(cell: (column: number) => unknown, place: number): void;
  finish(): Table;
}

/** What rows are taken with. */
export interface TypedTable {
  readonly path: string;
  readonly columns: readonly TypedColumn[];
  readonly choice: ColumnChoice;
  readonly unit: "line" | "row";
}

/** The times of a column, read cell by cell. */
export interface TypedTimes {
  /** The time in a cell, wall-clock ms; throws `InputError` naming the place. */
  read(cell: unknown, place: number): number;
  /** What was learnt of them. */
  readonly reader: DateReader;
  /** Whether times that are in range are taken as they are. */
  readonly areAsStored: boolean;
}

/** Starts to read the times of a column. */
export function typedTimes(
  { path, unit }: Pick<TypedTable, "path" | "unit">,
  column: Omit<TypedColumn, "sample">,
  options: ReadOptions,
): TypedTimes {
  const reader = dateReader(path, column, options);
  const { isTime, zone } = column;
  return {
    reader,
    areAsStored: isTime && zone === null,
    read: (cell, place) => {
      const isMs = isTime && typeof cell === "number" && !Number.isNaN(cell);
      if (!isMs) return dateIn(reader, path, unit, cellText(cell), place);
      if (Math.abs(cell) > LAST_MS) throw outOfRange(path, unit, place, cell);
      return zone === null ? cell : reader.readInstant(cell);
    },
  };
}

/** Collects rows of plain cells: a date and a number each. Throws `InputError` at any other. */
export function collectPlain(
  table: TypedTable,
  options: ReadOptions,
  expectedRows = 0,
): TypedRows {
  const { path, columns, choice, unit } = table;
  if (!isPlainChoice(choice)) throw notPlain(path);
  const dateColumn = choice.date === null ? undefined : columns[choice.date];
  const times = dateColumn === undefined ? null : typedTimes(table, dateColumn, options);
  const rows = createRowCollector(path, { unit, dates: times?.reader ?? null, expectedRows });
  const number = (cell: unknown, place: number): number => {
    if (typeof cell === "number" && (Number.isFinite(cell) || Number.isNaN(cell))) return cell;
    return rows.number(cellText(cell), place);
  };
  return {
    add(cell, place) {
      const date = choice.date === null || times === null
        ? 0
        : times.read(cell(choice.date), place);
      rows.add(date, number(cell(choice.value), place), place);
    },
    finish: () => plainTable(choice, columns[choice.value]?.name ?? "", rows.finish()),
  };
}

/** A table of one series whose cells were plain. */
export function plainTable(choice: ColumnChoice, column: string, rows: RawRows): Table {
  return {
    series: [{ name: null, rows, benchmark: null, begins: null, money: [] }],
    choice,
    column,
    isPercent: false,
    ambiguous: null,
    notes: [],
  };
}

/** Collects rows of any cells, as text. */
export function collectAsText(table: TypedTable, options: ReadOptions): TypedRows {
  const { path, columns, choice, unit } = table;
  const names = columns.map(({ name }) => name);
  const rows = createTextRows({ path, names, hasNames: true, choice, unit, notes: [] }, options);
  const writers = columns.map((column) =>
    column.isTime ? timeWriter(table, column, options) : cellText
  );
  return {
    add: (cell, place) =>
      rows.add(writers.map((write, column) => write(cell(column), place)), place),
    finish: rows.finish,
  };
}

function timeWriter(
  { path, unit }: TypedTable,
  { zone }: TypedColumn,
  { timezone }: ReadOptions,
): (cell: unknown, place: number) => string {
  const isInstant = zone === "UTC" || (zone !== null && timezone !== undefined);
  const toZone = zone === null || isInstant ? null : zoneClock(path, zone);
  return (cell, place) => {
    if (typeof cell !== "number" || Number.isNaN(cell)) return cellText(cell);
    if (Math.abs(cell) > LAST_MS) throw outOfRange(path, unit, place, cell);
    const text = new Date(toZone === null ? cell : toZone(cell)).toISOString();
    return isInstant ? text : text.slice(0, -1);
  };
}

function outOfRange(path: string, unit: "line" | "row", place: number, ms: number): InputError {
  return placedError(path, unit, place, `its date, ${ms} ms from 1970, is out of range`);
}

/** Times keep the wall clock of the zone that the file says, unless the user says another. */
function dateReader(
  path: string,
  column: Pick<TypedColumn, "zone">,
  options: ReadOptions,
): DateReader {
  if (options.timezone !== undefined || column.zone === null || column.zone === "UTC") {
    return createDateReader(options);
  }
  zoneClock(path, column.zone);
  return createDateReader({ ...options, timezone: column.zone });
}

function zoneClock(path: string, zone: string): (ms: number) => number {
  try {
    return wallClock(zone);
  } catch (cause) {
    const problem = `its times are in the zone ${quoted(zone)}, which is not known here; ` +
      "say with --timezone in which zone its days are meant";
    throw new InputError(path, problem, { cause });
  }
}

function sampleText(cell: unknown): string {
  return typeof cell === "object" && cell !== null && !(cell instanceof Uint8Array)
    ? "{}"
    : cellText(cell);
}

/**
 * A cell as a CSV would have it; bytes are text that its writer did not call so, as older ones of Hive and
 * Impala do not; what is no text or number as JSON, which no reader takes.
 */
export function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "number") return Number.isNaN(cell) ? "" : String(cell);
  if (typeof cell === "string" || typeof cell === "bigint") return trimCell(String(cell));
  if (cell instanceof Uint8Array) return trimCell(textOf(cell));
  return JSON.stringify(cell) ?? "";
}
