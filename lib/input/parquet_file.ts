// A Parquet file by hyparquet: what it says of itself, and its columns, row group by row group, from
// bytes that are asked for when they are needed. Times become ms with their zone's wall clock, so that
// a frame gives the same series as the CSV that pandas would write of it.

import { DAY_MS } from "../civil.ts";
import { type FileMetaData, parquetMetadataAsync, type ParquetParsers } from "hyparquet";
import { gunzipSync } from "node:zlib";
import { compressors } from "hyparquet-compressors";
import { readColumn } from "hyparquet/src/column.js";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { InputError } from "../errors.ts";
import { quoted } from "./cells/number.ts";
import { type Field, fieldsOf } from "./parquet_fields.ts";
import { type ColumnChunk, type ColumnDecoder, decodeNumbers } from "./parquet_pages.ts";

/** The bytes of a file, any part of which can be asked for. */
export interface Bytes {
  readonly byteLength: number;
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
}

export type { Field } from "./parquet_fields.ts";

/** The cells of a column. */
export type Cells = Float64Array | unknown[];

/** A file that was opened. */
export interface ParquetFile {
  readonly path: string;
  readonly bytes: Bytes;
  readonly metadata: FileMetaData;
  readonly rows: number;
  /** How many rows each row group has. */
  readonly groups: readonly number[];
  readonly fields: readonly Field[];
  /** The same by the name that the user knows. */
  readonly byName: ReadonlyMap<string, Field>;
  /** Whether there are columns of columns besides. */
  readonly hasNested: boolean;
}

/** More rows than memory can hold as numbers are taken for a damaged or hostile file. */
export const MAX_ROWS: number = 2 ** 27;
/** Rows that differ take more than this; beyond it a small file would fill the memory. */
const MAX_ROWS_A_BYTE = 8;
const SURELY_HELD_ROWS = 10_000_000;

/**
 * The engine's gzip is several times as fast as one in JavaScript, and checks its sum. Its zstd takes some
 * damage for data, which the stricter one in JavaScript refuses: no number may come of that.
 */
const UNPACKERS = {
  ...compressors,
  // What is larger than said is refused.
  GZIP: (bytes: Uint8Array, length: number): Uint8Array =>
    gunzipSync(bytes, { maxOutputLength: Math.max(1, length) }),
};

/**
 * Reads what a file says of itself, as far as it can be believed.
 *
 * @throws {InputError} where it is damaged, or has no columns.
 */
export async function openParquet(path: string, bytes: Bytes): Promise<ParquetFile> {
  const metadata = await orDamaged(path, () => parquetMetadataAsync(bytes, { geoparquet: false }));
  const rows = Number(metadata.num_rows);
  const { fields, hasNested } = await orDamaged(path, () => fieldsOf(metadata));
  if (fields.length === 0) throw new InputError(path, "it has no plain columns");
  const names = new Set<string>();
  for (const { stored } of fields) {
    if (names.has(stored)) {
      const problem = `more than one of its columns is called ${
        quoted(stored)
      }; rename or leave out one`;
      throw new InputError(path, problem);
    }
    names.add(stored);
  }
  if (rows > SURELY_HELD_ROWS && rows > bytes.byteLength * MAX_ROWS_A_BYTE) {
    const problem = `it says it has ${rows} rows in ${bytes.byteLength} bytes, as no series has`;
    throw new InputError(path, problem);
  }
  const groups = metadata.row_groups.map((group) => Number(group.num_rows));
  const large = groups.find((count) => count > MAX_ROWS);
  if (large !== undefined) {
    throw new InputError(path, `it says it has ${large} rows in one group, more than are read`);
  }
  const byName = new Map(fields.map((field) => [field.name, field]));
  return { path, bytes, metadata, rows, groups, fields, byName, hasNested };
}

/** Refuses a file without rows, as parts of a dataset may be. */
export function checkRows({ path, rows }: Pick<ParquetFile, "path" | "rows">): void {
  if (rows === 0) throw new InputError(path, "it has columns but no rows");
}

/**
 * The cells of the first rows of some columns; times as ms. `marks` learns whether any was finer.
 *
 * @throws {InputError} where they are damaged.
 */
export async function readColumns(
  file: ParquetFile,
  fields: readonly Field[],
  rowEnd: number,
  marks: { isFiner: boolean },
): Promise<ReadonlyMap<string, Cells>> {
  const cells = new Map(fields.map(({ stored, isFlat }): [string, Cells] => [
    stored,
    isFlat ? new Float64Array(rowEnd) : new Array<unknown>(rowEnd).fill(null),
  ]));
  let first = 0;
  for (const [group, rows] of file.groups.entries()) {
    const wanted = Math.min(rows, rowEnd - first);
    if (wanted <= 0) break;
    for (const field of fields) {
      const column = cells.get(field.stored) as Cells;
      if (Array.isArray(column)) await readCells(file, group, field, wanted, column, first);
      else await readNumbers(file, group, { field, numberOf, marks }, column, first, wanted);
    }
    first += rows;
  }
  return cells;
}

function numberOf(cell: unknown): number {
  return typeof cell === "number" ? cell : NaN;
}

/** A column whose cells are taken as numbers. */
export interface NumberField {
  readonly field: Field;
  /** From a cell that is read; not asked of a cell that is a number as it is stored. */
  readonly numberOf: (cell: unknown) => number;
  /** Whether even those are asked. */
  readonly asksAll?: boolean;
  readonly marks: { isFiner: boolean };
}

/**
 * The first `rows` cells of a column in a row group as numbers, into `target` from `at`.
 *
 * @throws {InputError} where they are damaged or fewer.
 */
export async function readNumbers(
  file: ParquetFile,
  group: number,
  { field, numberOf, asksAll, marks }: NumberField,
  target: Float64Array,
  at: number,
  rows: number,
): Promise<void> {
  const { convert } = field;
  const found = await orDamaged(file.path, async () => {
    const { chunk, decoder } = await chunkOf(file, group, field, marks);
    return decodeNumbers(
      chunk,
      {
        decoder,
        direct: asksAll === true ? null : field.direct,
        numberOf: convert === null ? numberOf : (cell) => numberOf(convert(cell)),
        marks,
      },
      rows,
      target,
      at,
    );
  });
  if (found !== rows) throw tooFew(file, field, group, found, rows);
}

/** The same of a column that holds anything, as it is read; null where there is nothing. */
async function readCells(
  file: ParquetFile,
  group: number,
  field: Field,
  rows: number,
  target: unknown[],
  at: number,
): Promise<void> {
  const { convert } = field;
  const { data } = await orDamaged(file.path, async () => {
    const { chunk, decoder } = await chunkOf(file, group, field, { isFiner: false });
    const select = { groupStart: 0, selectStart: 0, selectEnd: rows, groupRows: rows };
    return readColumn({ view: new DataView(chunk), offset: 0 }, select, decoder);
  });
  let row = 0;
  for (const part of data) {
    for (let cell = 0; cell < part.length && row < rows; cell++) {
      target[at + row++] = convert === null ? part[cell] : convert(part[cell]);
    }
  }
  if (row !== rows) throw tooFew(file, field, group, row, rows);
}

async function chunkOf(
  { bytes, metadata }: ParquetFile,
  group: number,
  { leaf, element, schemaPath, stored }: Field,
  marks: { isFiner: boolean },
): Promise<{ readonly chunk: ArrayBuffer; readonly decoder: ColumnDecoder }> {
  const column: ColumnChunk | undefined = metadata.row_groups[group]?.columns[leaf];
  const facts = column?.meta_data;
  if (facts === undefined || column?.file_path !== undefined) {
    throw new Error(`its column ${quoted(stored)} is not in the file`);
  }
  // Some writers leave out where the dictionary is; then it stands where the data is said to be.
  const start = Number(facts.dictionary_page_offset || facts.data_page_offset);
  const end = start + Number(facts.total_compressed_size);
  if (start < 0 || end > bytes.byteLength) throw new Error("a column lies beyond its end");
  const decoder: ColumnDecoder = {
    pathInSchema: facts.path_in_schema,
    type: facts.type,
    element,
    schemaPath,
    codec: facts.codec,
    compressors: UNPACKERS,
    utf8: false,
    parsers: { ...DEFAULT_PARSERS, ...timeParsers(marks) },
  };
  return { chunk: await bytes.slice(start, end), decoder };
}

function tooFew(
  { path }: ParquetFile,
  { stored }: Field,
  group: number,
  found: number,
  rows: number,
): InputError {
  const problem = `its column ${quoted(stored)} has ${found} of the ${rows} rows it should have` +
    ` in row group ${group + 1}`;
  return new InputError(path, problem);
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
    dateFromDays: (days) => days * DAY_MS,
  };
}

async function orDamaged<T>(path: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(path, `its Parquet data cannot be read: ${reason}`, { cause });
  }
}
