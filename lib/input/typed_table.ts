// Tables whose cells have types already (Parquet, JSON): the same columns, the same rules as CSV.
// Cells that hold text are read as CSV cells are, so that a number in quotes is the same number.

import { InputError } from "../errors.ts";
import { quoted, trimCell } from "./cells.ts";
import { chooseColumns, type ColumnChoice, profileColumn } from "./columns.ts";
import { createDateReader, type DateReader, LAST_MS } from "./dates.ts";
import type { ReadOptions } from "./options.ts";
import { createRowCollector, placedError, type RawRows, type RowCollector } from "./rows.ts";

/** What a table gives: the rows of its value, and of its benchmark when it has one. */
export interface TableRows {
  readonly rows: RawRows;
  readonly benchmark: RawRows | null;
  readonly choice: ColumnChoice;
}

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
    isTime
      ? { name, isDates: true, isNumbers: false, isCounter: false }
      : profileColumn(name, () => sample.map(sampleText), options)
  );
  return chooseColumns(path, profiles, options);
}

/** Takes the chosen cells of one row after the other. */
export interface TypedRows {
  add(cell: (column: number) => unknown, place: number): void;
  finish(): Omit<TableRows, "choice">;
}

/** Collects the rows of a typed table. */
export function collectTyped(
  path: string,
  columns: readonly TypedColumn[],
  choice: ColumnChoice,
  options: ReadOptions,
  unit: "line" | "row",
  expectedRows = 0,
): TypedRows {
  const dateColumn = choice.date === null ? undefined : columns[choice.date];
  const dates = dateColumn === undefined ? null : dateReader(path, dateColumn, options);
  const collect = (): RowCollector => createRowCollector(path, { unit, dates, expectedRows });
  const values = collect();
  const benchmark = choice.benchmark === null ? null : collect();
  const number = (cell: unknown, place: number): number => {
    if (typeof cell === "number" && (Number.isFinite(cell) || Number.isNaN(cell))) return cell;
    return values.number(cellText(path, unit, cell, place, "a number"), place);
  };
  const time = (cell: unknown, place: number): number => {
    if (dates === null) return 0;
    const isTime = dateColumn?.isTime === true && typeof cell === "number" && !Number.isNaN(cell);
    if (!isTime) return values.date(cellText(path, unit, cell, place, "a date"), place);
    if (Math.abs(cell) > LAST_MS) {
      throw placedError(path, unit, place, `its date, ${cell} ms from 1970, is out of range`);
    }
    return dateColumn.zone === null ? cell : dates.readInstant(cell);
  };
  return {
    add(cell, place) {
      const date = choice.date === null ? 0 : time(cell(choice.date), place);
      const value = number(cell(choice.value), place);
      const minus = choice.minus === null ? 0 : number(cell(choice.minus), place);
      values.add(date, choice.minus === null ? value : value - minus, place);
      if (benchmark !== null && choice.benchmark !== null) {
        benchmark.add(date, number(cell(choice.benchmark), place), place);
      }
    },
    finish: () => ({ rows: values.finish(), benchmark: benchmark?.finish() ?? null }),
  };
}

/** Times keep the wall clock of the zone that the file says, unless the user says another. */
function dateReader(path: string, column: TypedColumn, options: ReadOptions): DateReader {
  if (options.timezone !== undefined || column.zone === null || column.zone === "UTC") {
    return createDateReader(options);
  }
  try {
    return createDateReader({ ...options, timezone: column.zone });
  } catch (cause) {
    const problem = `its times are in the zone ${quoted(column.zone)}, which is not known here; ` +
      "say with --timezone in which zone its days are meant";
    throw new InputError(path, problem, { cause });
  }
}

function sampleText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "object") return "{}";
  return trimCell(String(cell));
}

function cellText(
  path: string,
  unit: "line" | "row",
  cell: unknown,
  place: number,
  wanted: string,
): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "string" || typeof cell === "number" || typeof cell === "bigint") {
    return trimCell(String(cell));
  }
  throw placedError(
    path,
    unit,
    place,
    `expected ${wanted}, got ${quoted(JSON.stringify(cell) ?? "")}`,
  );
}
