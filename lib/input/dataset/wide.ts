// A wide table in Parquet: a column a series, one column of dates for all of them. What stands before a
// series begins or after it has ended is padding: rows that do not exist, not missing values.

import { InputError } from "../../errors.ts";
import type { InputFile } from "../mod.ts";
import type { ReadOptions } from "../options.ts";
import { type Field, type ParquetFile, readColumns, readNumbers } from "../parquet_file.ts";
import { type RawRows, type RowPlaces } from "../rows.ts";
import { plainChoice } from "../table/choice.ts";
import { chooseDatesAlone } from "../table/columns.ts";
import { datesByType, isRowCounter, profileColumn } from "../table/profile.ts";
import type { Table } from "../table/table.ts";
import {
  cellText,
  collectAsText,
  plainTable,
  SAMPLE_ROWS,
  type TypedColumn,
  typedTimes,
} from "../table/typed_table.ts";
import { areFinite } from "../table/whole_columns.ts";
import { chosenColumns } from "./chosen.ts";
import type { Dataset, DatasetHost, DatasetOptions, Part, WideParquet } from "./dataset.ts";
import { entryFile, placeIn } from "./entry_file.ts";
import { entriesOf } from "./names.ts";
import { firstWithRows, opened } from "./parts.ts";

type Column = Float64Array | unknown[];

/** Opens a wide dataset; throws `InputError` for a column that is not there. */
export async function openWide(
  host: DatasetHost,
  path: string,
  parts: readonly Part[],
  wanted: readonly string[],
  { read: options }: DatasetOptions,
): Promise<Dataset> {
  const rows = new Int32Array(parts.length);
  const fields = new Map<string, Field>();
  for (const [at, part] of parts.entries()) {
    const file = await opened(host, part);
    rows[at] = file.rows;
    for (const field of file.fields) if (!fields.has(field.name)) fields.set(field.name, field);
  }
  const { file: first } = await firstWithRows(host, path, parts);
  const date = await dateOf(first, options);
  const others = [...fields.values()].filter(({ name }) => name !== date?.name);
  const counters = await countersOf(first, others.filter(({ isNumber }) => isNumber));
  const columns = chosenColumns(path, wanted, {
    all: others.map(({ name }) => name),
    numeric: others.filter(({ name, isNumber }) => isNumber && !counters.has(name))
      .map(({ name }) => name),
  });
  const count = rows.reduce((sum, own) => sum + own, 0);
  const keys = columns.map((name) => ({ texts: [name], params: {}, rows: count }));
  return {
    path,
    entries: entriesOf(["name"], keys),
    notes: [],
    source: {
      kind: "wide",
      parts,
      rows,
      date: date === null ? null : { name: date.name, isTime: date.isTime, zone: date.zone },
    },
  };
}

/** The column of dates, of which a few first cells tell. */
async function dateOf(file: ParquetFile, options: ReadOptions): Promise<Field | null> {
  const { path, fields } = file;
  const rows = Math.min(file.rows, SAMPLE_ROWS);
  // Only its name tells where none is a time or the first: then the first alone is looked at.
  const looked = fields.filter((field, at) => !field.isTime && (at === 0 || !field.isNumber));
  const cells = await readColumns(file, looked, rows, { isFiner: false });
  const at = chooseDatesAlone(
    path,
    fields.map(({ name, isTime, stored }) =>
      isTime
        ? datesByType(name)
        : profileColumn(name, () => Array.from(cells.get(stored) ?? [], cellText), options)
    ),
    options,
  );
  return at === null ? null : fields[at] ?? null;
}

/** Counters of rows, as frames have them as their index. */
async function countersOf(
  file: ParquetFile,
  fields: readonly Field[],
): Promise<ReadonlySet<string>> {
  const maybe = fields.filter(({ name }) => /^(?:unnamed: \d+|index)?$/i.test(name));
  const cells = await readColumns(file, maybe, Math.min(file.rows, SAMPLE_ROWS), {
    isFiner: false,
  });
  const counters = maybe.filter(({ name, stored }) =>
    isRowCounter(profileColumn(name, () => Array.from(cells.get(stored) ?? [], cellText), {}))
  );
  return new Set(counters.map(({ name }) => name));
}

/** Dates that all series share, as they are read. */
interface SharedDates extends Omit<RawRows, "values" | "places"> {
  readonly cells: Column | null;
}

/** Reads these series, in this order. */
export async function* readWide(
  host: DatasetHost,
  dataset: Dataset,
  source: WideParquet,
  which: readonly number[],
  options: ReadOptions,
): AsyncGenerator<InputFile | Error> {
  const { date } = source;
  const marks = { isFiner: false };
  const nameOf = (entry: number): string => dataset.entries[entry]?.name ?? "";
  const names = new Set([...(date === null ? [] : [date.name]), ...which.map(nameOf)]);
  const columns = await wholeColumns(host, source, [...names], marks);
  const dateCells = date === null ? null : columns.get(date.name) ?? null;
  if (dateCells instanceof Error) throw dateCells;
  const dates = readDates(dataset.path, source, dateCells, marks, options);
  for (const entry of which) {
    const name = nameOf(entry);
    const cells = columns.get(name) as Column | Error;
    if (cells instanceof Error) {
      yield cells;
      continue;
    }
    const [from, to] = extentOf(cells);
    const path = placeIn(dataset, entry);
    const ways = {
      plain: (): Table => {
        if (dates instanceof Error) throw dates;
        if (from === to) throw new InputError(path, "every value is missing");
        const rows = { ...dates, dates: dates.dates?.subarray(from, to) ?? null };
        return plainTable(plainChoice(date === null ? null : 0, 1), name, {
          ...rows,
          values: numbersOf(path, cells, from, to),
          places: placesFrom(from),
        });
      },
      careful: (): Table => {
        if (from === to) throw new InputError(path, "every value is missing");
        const columns: TypedColumn[] = [
          ...(date === null ? [] : [{ ...date, sample: [] }]),
          { name, isTime: false, zone: null, sample: [] },
        ];
        const choice = plainChoice(date === null ? null : 0, columns.length - 1);
        const rows = collectAsText({ path, columns, choice, unit: "row" }, options);
        for (let row = from; row < to; row++) {
          rows.add((at) => at === choice.value ? cells[row] : dateCells?.[row], row + 1);
        }
        return rows.finish();
      },
      isTooLarge: false,
    };
    yield await entryFile(dataset, entry, "parquet", ways, options);
  }
}

/** From the first to behind the last value that is there. */
function extentOf(cells: Column): readonly [from: number, to: number] {
  const isThere = (row: number): boolean => {
    const cell = cells[row];
    return cell !== null && cell !== undefined && !Number.isNaN(cell) && cell !== "";
  };
  let from = 0;
  let to = cells.length;
  while (from < to && !isThere(from)) from++;
  while (to > from && !isThere(to - 1)) to--;
  return [from, to];
}

function placesFrom(from: number): RowPlaces {
  return { unit: "row", at: (row) => from + row + 1 };
}

function numbersOf(path: string, cells: Column, from: number, to: number): Float64Array {
  if (!(cells instanceof Float64Array)) {
    throw new InputError(path, "it has cells that are no numbers");
  }
  const values = cells.slice(from, to);
  // What is wrong with a value the careful way tells.
  if (!areFinite(values)) throw new InputError(path, "a value is not finite");
  return values;
}

/** The dates of all rows, once; an error is one of each series, which the careful way tells. */
function readDates(
  path: string,
  { date }: WideParquet,
  cells: Column | null,
  { isFiner }: { readonly isFiner: boolean },
  options: ReadOptions,
): SharedDates | InputError {
  if (date === null || cells === null) {
    return { cells, dates: null, hasOffset: false, isFiner: false, isInstant: false };
  }
  const times = typedTimes({ path, unit: "row" }, date, options);
  const dates = new Float64Array(cells.length);
  try {
    for (let row = 0; row < cells.length; row++) dates[row] = times.read(cells[row], row + 1);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  const { reader } = times;
  if (reader.doubt !== null) return new InputError(path, reader.doubt);
  return {
    cells,
    dates,
    hasOffset: reader.hasOffset,
    isFiner: isFiner || reader.isFiner,
    isInstant: reader.isInstant,
  };
}

/**
 * Columns over all files, or why one cannot be read; where a file lacks one, its rows have no value. Of
 * times `marks` learns whether any was finer than a millisecond.
 */
async function wholeColumns(
  host: DatasetHost,
  { parts, rows }: WideParquet,
  names: readonly string[],
  marks: { isFiner: boolean },
): Promise<ReadonlyMap<string, Column | Error>> {
  const total = rows.reduce((sum, own) => sum + own, 0);
  const columns = new Map<string, Column | Error>();
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const file = await opened(host, part);
    for (const name of names) {
      const field = file.byName.get(name);
      const column = columns.get(name);
      if (field === undefined || column instanceof Error) continue;
      try {
        columns.set(name, await withCells(file, field, column ?? null, total, at, marks));
      } catch (error) {
        columns.set(name, error instanceof Error ? error : new Error(String(error)));
      }
    }
    at += rows[index] as number;
  }
  return columns;
}

/** The column with the cells of a file, from this row on. */
async function withCells(
  file: ParquetFile,
  field: Field,
  column: Column | null,
  total: number,
  at: number,
  marks: { isFiner: boolean },
): Promise<Column> {
  if ((field.isFlat || field.isNumber) && (column === null || column instanceof Float64Array)) {
    const numbers = column ?? new Float64Array(total).fill(NaN);
    let first = at;
    for (const [group, count] of file.groups.entries()) {
      await readNumbers(file, group, { field, numberOf, marks }, numbers, first, count);
      first += count;
    }
    return numbers;
  }
  const cells = (await readColumns(file, [field], file.rows, marks)).get(field.stored);
  const all: unknown[] = Array.from(column ?? new Array<unknown>(total).fill(null));
  for (let row = 0; row < file.rows; row++) all[at + row] = cells?.[row];
  return all;
}

function numberOf(cell: unknown): number {
  return typeof cell === "number" ? cell : typeof cell === "bigint" ? Number(cell) : NaN;
}
