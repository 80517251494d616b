// A dataset as delimited text: read in one pass, whole, since a series may be anywhere in it. What is
// kept are the cells of the columns that are wanted, series by series.

import { InputError } from "../../errors.ts";
import { quoted, trimCell } from "../cells/number.ts";
import { createRecordReader, isBlankRecord, separatorOf } from "../csv_text.ts";
import { openSource } from "../source.ts";
import { SAMPLE_ROWS } from "../table/typed_table.ts";
import type { DatasetHost } from "./dataset.ts";

/** The most text that is held: its cells take several times as much memory. */
const MAX_TEXT_BYTES = 256 * 1024 ** 2;

/** The beginning of a table. */
export interface CsvHead {
  readonly names: readonly string[];
  /** The first rows, trimmed. */
  readonly rows: readonly (readonly string[])[];
}

/** The cells of some rows: of each kept column, and the line of each row. */
export interface CsvRows {
  readonly columns: readonly string[][];
  readonly lines: number[];
}

/** Of a table with very many columns fewer rows are looked at. */
const SAMPLE_CELLS = 1_000_000;

class Enough extends Error {}

/** Reads the header and the first rows. */
export async function readHead(host: DatasetHost, path: string): Promise<CsvHead> {
  let names: readonly string[] | null = null;
  const rows: (readonly string[])[] = [];
  try {
    await eachRecord(host, path, (cells) => {
      if (names === null) names = cells;
      else if (
        rows.push(cells) >= Math.max(1, Math.min(SAMPLE_ROWS, SAMPLE_CELLS / cells.length))
      ) {
        throw new Enough();
      }
    });
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  if (names === null) throw new InputError(path, "the file holds nothing but blanks");
  if (rows.length === 0) throw new InputError(path, "it has a header but no rows");
  return { names, rows };
}

/**
 * Reads all rows, and keeps the cells of these columns: apart for each of the keys that `keyOf` gives,
 * in the order in which they first appear.
 */
export async function readRows(
  host: DatasetHost,
  path: string,
  kept: readonly number[],
  keyOf: (cells: readonly string[]) => string,
): Promise<ReadonlyMap<string, CsvRows>> {
  const found = new Map<string, CsvRows>();
  let width = -1;
  await eachRecord(host, path, (cells, line) => {
    if (width < 0) return void (width = cells.length);
    if (cells.length < width || cells.slice(width).some((cell) => cell !== "")) {
      const problem = `it has ${cells.length} cells where the first line has ${width}`;
      throw new InputError(path, problem, { line });
    }
    const key = keyOf(cells);
    let own = found.get(key);
    if (own === undefined) {
      own = { columns: kept.map(() => []), lines: [] };
      found.set(key, own);
    }
    for (let at = 0; at < kept.length; at++) {
      (own.columns[at] as string[]).push(cells[kept[at] as number] as string);
    }
    own.lines.push(line);
  });
  return found;
}

async function eachRecord(
  host: DatasetHost,
  path: string,
  onRecord: (cells: readonly string[], line: number) => void,
): Promise<void> {
  const source = await openSource(host, path, {});
  try {
    checkText(path, source.head);
    let bytes = 0;
    const separator = separatorOf(new TextDecoder().decode(source.head).split("\n", 1)[0] ?? "");
    let isFirst = true;
    const reader = createRecordReader(path, { separator, firstLine: 1 }, (cells, line) => {
      const trimmed = cells.map(trimCell);
      if (isFirst) trimmed[0] = trimmed[0]?.replace(/^\uFEFF/, "") ?? "";
      if (isBlankRecord(cells, trimmed)) return;
      isFirst = false;
      onRecord(trimmed, line);
    });
    for await (const chunk of source.chunks()) {
      bytes += chunk.length;
      if (bytes > MAX_TEXT_BYTES) throw tooLarge(path);
      reader.push(chunk);
    }
    reader.end();
  } finally {
    await source.close();
  }
}

function checkText(path: string, head: Uint8Array): void {
  if (head.length === 0) throw new InputError(path, "it is empty");
  const first = head.find((byte) => byte > 32);
  const isOther = first === 91 || first === 123 || head.subarray(0, 1024).includes(0);
  if (isOther) throw new InputError(path, "a dataset is Parquet, a folder of it, or CSV");
}

function tooLarge(path: string): InputError {
  const made = path.replace(/(?:\.[^./\\]+)?$/, ".parquet");
  const sql = `COPY (FROM '${path}') TO '${made}'`;
  return new InputError(
    path,
    `it is a dataset of more than 256 MiB of text, which is held whole; make it Parquet, which is ` +
      `read in parts: duckdb -c ${quoted(sql)}`,
  );
}
