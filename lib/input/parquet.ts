// A Parquet file as a table, loaded only when a file needs it.

import { InputError } from "../errors.ts";
import {
  type Cells,
  checkRows,
  type Field,
  MAX_ROWS,
  openParquet,
  readColumns,
} from "./parquet_file.ts";
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

/** A page is decoded whole for its first rows too: a file this small is read once, not twice. */
const SMALL_ROWS = 10_000;

/** Reads a Parquet file, the cells `asText` where they are not what programs write. */
export async function readParquet(
  source: Source,
  options: ReadOptions,
  asText: boolean,
): Promise<Table> {
  const { shownPath: path } = source;
  const file = await openParquet(path, (await source.all()).buffer);
  checkRows(file);
  const { rows: count, fields } = file;
  if (count > MAX_ROWS) {
    throw new InputError(path, `it says it has ${count} rows, more than are read`);
  }
  const marks = { isFiner: false };
  const read = (wanted: readonly Field[], rows: number): Promise<ReadonlyMap<string, Cells>> =>
    readColumns(file, wanted, rows, marks);
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
  const file = await openParquet(path, new Uint8Array(content).buffer);
  checkRows(file);
  const { rows, fields, hasNested } = file;
  const isFlat = fields.every(({ isFlat, zone }) => isFlat && zone === null);
  if (!isFlat || hasNested) return null;
  const cells = await readColumns(file, fields, rows, { isFiner: false });
  return cells as ReadonlyMap<string, Float64Array>;
}
