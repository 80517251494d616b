// Parquet by hyparquet, loaded only when a file needs it. Columns are read one by one, as they
// are stored; times become ms with their zone's wall clock, so that a frame gives the same
// series as the CSV that pandas would write of it.

import {
  type FileMetaData,
  parquetMetadata,
  type ParquetParsers,
  parquetRead,
  parquetSchema,
  type SchemaElement,
  type TimeUnit,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { InputError } from "../errors.ts";
import { arrowZones } from "./arrow_schema.ts";
import { quoted } from "./cells/number.ts";
import { isRecord } from "./json_text.ts";
import type { ReadOptions } from "./options.ts";
import type { Source } from "./source.ts";
import type { Table } from "./table/table.ts";
import {
  chooseTyped,
  collectAsText,
  collectPlain,
  SAMPLE_ROWS,
  type TypedColumn,
} from "./table/typed_table.ts";

/** A column as the file describes it. */
interface Field {
  /** Its name in the file. */
  readonly stored: string;
  /** Its name as the user knows it: an unnamed pandas index has none. */
  readonly name: string;
  readonly isTime: boolean;
  readonly zone: string | null;
  /** Whether its cells fit a Float64Array: numbers and times, NaN where there is none. */
  readonly isFlat: boolean;
  /** From a cell as it is stored to what is read; null where they are the same. */
  readonly convert: ((stored: unknown) => unknown) | null;
}

type Cells = Float64Array | unknown[];

/** A page is decoded whole for its first rows too: a file this small is read once, not twice. */
const SMALL_ROWS = 10_000;
/** More rows than memory can hold as numbers are taken for a damaged or hostile file. */
const MAX_ROWS = 2 ** 27;
/** Rows that differ take more than this; beyond it a small file would fill the memory. */
const MAX_ROWS_A_BYTE = 8;
const SURELY_HELD_ROWS = 10_000_000;

/** Reads a Parquet file, the cells `asText` where they are not what programs write. */
export async function readParquet(
  source: Source,
  options: ReadOptions,
  asText: boolean,
): Promise<Table> {
  const { shownPath: path } = source;
  const file = (await source.all()).buffer;
  const { metadata, count, fields } = describe(path, file);
  const marks = { isFiner: false };
  const read = (wanted: readonly Field[], rows: number): Promise<ReadonlyMap<string, Cells>> =>
    readColumns(path, file, metadata, wanted, rows, marks);
  const isSmall = count <= SMALL_ROWS;
  const first = await read(fields, isSmall ? count : SAMPLE_ROWS);
  const columns: readonly TypedColumn[] = fields.map((field) => ({
    ...field,
    sample: Array.from(first.get(field.stored)?.slice(0, SAMPLE_ROWS) ?? []),
  }));
  const choice = chooseTyped(path, columns, options);
  const table = { path, columns, choice, unit: "row" } as const;
  const chosen = asText ? fields : [choice.date, choice.value].filter((index) => index !== null)
    .map((index) => fields[index] as Field);
  const rows = asText ? collectAsText(table, options) : collectPlain(table, options, count);
  const isRead = isSmall && chosen.length === fields.length;
  if (!isRead) marks.isFiner = false;
  const cells = isRead ? first : await read(chosen, count);
  const byIndex = fields.map((field) => cells.get(field.stored));
  for (let row = 0; row < count; row++) rows.add((column) => byIndex[column]?.[row], row + 1);
  const found = rows.finish();
  return {
    ...found,
    series: found.series.map((series) => ({
      ...series,
      rows: { ...series.rows, isFiner: series.rows.isFiner || marks.isFiner },
    })),
  };
}

/**
 * The columns of a file that holds nothing but numbers and times, as they are stored, times as ms; NaN
 * where there is none. Null for any other file.
 *
 * @throws {InputError} where it is damaged.
 */
export async function readFlatColumns(
  path: string,
  content: Uint8Array,
): Promise<ReadonlyMap<string, Float64Array> | null> {
  const { buffer: file } = new Uint8Array(content);
  const { metadata, count, fields } = describe(path, file);
  const isFlat = fields.every(({ isFlat, zone }) => isFlat && zone === null);
  if (!isFlat || fields.length < parquetSchema(metadata).children.length) return null;
  const cells = await readColumns(path, file, metadata, fields, count, { isFiner: false });
  return cells as ReadonlyMap<string, Float64Array>;
}

/** What a file says of itself, as far as it can be believed. */
function describe(path: string, file: ArrayBuffer): {
  readonly metadata: FileMetaData;
  readonly count: number;
  readonly fields: readonly Field[];
} {
  const metadata = attempt(path, () => parquetMetadata(file));
  const count = Number(metadata.num_rows);
  const fields = fieldsOf(metadata);
  if (fields.length === 0) throw new InputError(path, "it has no plain columns");
  const twice = fields.find(({ stored }, at) =>
    fields.findIndex((other) => other.stored === stored) !== at
  );
  if (twice !== undefined) {
    throw new InputError(
      path,
      `more than one of its columns is called ${quoted(twice.stored)}; rename or leave out one`,
    );
  }
  if (count === 0) throw new InputError(path, "it has columns but no rows");
  if (count > MAX_ROWS) {
    throw new InputError(path, `it says it has ${count} rows, more than are read`);
  }
  if (count > SURELY_HELD_ROWS && count > file.byteLength * MAX_ROWS_A_BYTE) {
    const problem = `it says it has ${count} rows in ${file.byteLength} bytes, as no series has`;
    throw new InputError(path, problem);
  }
  return { metadata, count, fields };
}

function fieldsOf(metadata: FileMetaData): readonly Field[] {
  const texts = new Map(metadata.key_value_metadata?.map(({ key, value }) => [key, value ?? ""]));
  const zones = arrowZones(texts.get("ARROW:schema") ?? "");
  const indexes = pandasIndexes(texts.get("pandas"));
  const fields = parquetSchema(metadata).children.filter((child) => child.children.length === 0)
    .map(({ element }): Field => {
      const { name, converted_type: converted, logical_type: logical, type } = element;
      const isInstant = logical?.type === "TIMESTAMP" && logical.isAdjustedToUTC;
      const isTime = logical?.type === "TIMESTAMP" || logical?.type === "DATE" ||
        type === "INT96" ||
        ["DATE", "TIMESTAMP_MILLIS", "TIMESTAMP_MICROS"].includes(converted ?? "");
      return {
        stored: name,
        name: /^__index_level_\d+__$/.test(name) ? "" : name,
        isTime,
        convert: converter(element),
        isFlat: isTime ||
          (converted === undefined && ["DOUBLE", "FLOAT", "INT32"].includes(type ?? "")),
        zone: isInstant ? zones.get(name) ?? "UTC" : null,
      };
    });
  const rank = (field: Field): number => indexes.includes(field.stored) ? 0 : 1;
  return fields.toSorted((a, b) => rank(a) - rank(b));
}

/** The columns that are the index of the frame; pandas stores them last. */
function pandasIndexes(text: string | undefined): readonly unknown[] {
  if (text === undefined || text === "") return [];
  try {
    const described: unknown = JSON.parse(text);
    const indexes = isRecord(described) ? described["index_columns"] : [];
    return Array.isArray(indexes) ? indexes : [];
  } catch {
    return [];
  }
}

/** The cells of the first rows of some columns; times as ms. */
async function readColumns(
  path: string,
  file: ArrayBuffer,
  metadata: FileMetaData,
  fields: readonly Field[],
  rowEnd: number,
  marks: { isFiner: boolean },
): Promise<ReadonlyMap<string, Cells>> {
  const cells = new Map(fields.map(({ stored, isFlat }): [string, Cells] => [
    stored,
    isFlat ? new Float64Array(rowEnd) : new Array<unknown>(rowEnd).fill(null),
  ]));
  const filled = new Map(fields.map(({ stored }) => [stored, 0]));
  try {
    await parquetRead({
      file,
      metadata: { ...metadata, schema: metadata.schema.map(withoutDecimal) },
      columns: fields.map(({ stored }) => stored),
      rowEnd,
      compressors,
      utf8: false,
      parsers: timeParsers(marks),
      onChunk({ columnName, columnData, rowStart }) {
        const column = cells.get(columnName);
        if (column === undefined) return;
        const convert = fields.find(({ stored }) => stored === columnName)?.convert ?? null;
        const end = Math.min(rowEnd - rowStart, columnData.length);
        for (let row = 0; row < end; row++) {
          const cell = convert === null ? columnData[row] : convert(columnData[row]);
          column[rowStart + row] = Array.isArray(column) ? cell : cell ?? NaN;
        }
        filled.set(columnName, (filled.get(columnName) ?? 0) + end);
      },
    });
  } catch (cause) {
    throw damaged(path, cause);
  }
  for (const [name, rows] of filled) {
    if (rows !== rowEnd) {
      throw new InputError(
        path,
        `its column ${quoted(name)} has ${rows} of the ${rowEnd} rows it should have`,
      );
    }
  }
  return cells;
}

function converter(element: SchemaElement): Field["convert"] {
  const { converted_type: converted, logical_type: logical, scale } = element;
  if (isDecimal(element)) return (stored) => decimal(stored, scale ?? 0);
  if (logical?.type === "TIME") return (stored) => clockText(stored, logical.unit);
  if (converted === "TIME_MILLIS") return (stored) => clockText(stored, "MILLIS");
  return converted === "TIME_MICROS" ? (stored) => clockText(stored, "MICROS") : null;
}

/** A time of day as a CSV would have it: it is neither a date nor a number. */
function clockText(stored: unknown, unit: TimeUnit): unknown {
  if (typeof stored !== "number" && typeof stored !== "bigint") return null;
  const ms = Number(stored) / { MILLIS: 1, MICROS: 1000, NANOS: 1_000_000 }[unit];
  return new Date(ms).toISOString().slice(11, 19);
}

function isDecimal(element: SchemaElement): boolean {
  return element.converted_type === "DECIMAL" || element.logical_type?.type === "DECIMAL";
}

/** hyparquet multiplies decimals by an inexact power of ten; without their type they come as stored. */
function withoutDecimal(element: SchemaElement): SchemaElement {
  if (!isDecimal(element)) return element;
  const { converted_type: _converted, logical_type: _logical, ...plain } = element;
  return plain;
}

/** The double nearest to a stored decimal: a whole number, or its big-endian bytes. */
function decimal(stored: unknown, scale: number): unknown {
  if (stored instanceof Uint8Array) {
    const whole = stored.reduce((value, byte) => value * 256n + BigInt(byte), 0n);
    return Number(`${BigInt.asIntN(8 * stored.length, whole)}e-${scale}`);
  }
  return typeof stored === "bigint" || typeof stored === "number"
    ? Number(`${stored}e-${scale}`)
    : null;
}

/** Times as ms, cut downwards; hyparquet's own give Dates, at five times the cost. */
function timeParsers(marks: { isFiner: boolean }): Partial<ParquetParsers> {
  const cut = (divisor: bigint) => (time: bigint): number => {
    const rest = time % divisor;
    if (rest !== 0n) marks.isFiner = true;
    return Number((time - rest) / divisor) - (rest < 0n ? 1 : 0);
  };
  return {
    timestampFromMilliseconds: (time) => Number(time),
    timestampFromMicroseconds: cut(1000n),
    timestampFromNanoseconds: cut(1_000_000n),
    dateFromDays: (days) => days * 86_400_000,
  };
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw damaged(path, cause);
  }
}

function damaged(path: string, cause: unknown): InputError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new InputError(path, `its Parquet data cannot be read: ${reason}`, { cause });
}
