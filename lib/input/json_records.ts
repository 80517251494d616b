// JSON lines (one object a line, as pandas and polars write them) and one array of such objects, by the
// quick way: the first rows tell the columns; lines are then read one by one, so a long file is never
// held whole. Whatever else JSON can be is for json_table.ts.

import { textOf } from "../bytes.ts";
import { isRecord, parseJson } from "./json_text.ts";
import type { ReadOptions } from "./options.ts";
import type { Source } from "./source.ts";
import { notPlain } from "./table/series.ts";
import type { Table } from "./table/table.ts";
import {
  chooseTyped,
  collectPlain,
  SAMPLE_ROWS,
  type TypedColumn,
  type TypedRows,
} from "./table/typed_table.ts";

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

/** Reads JSON lines or an array of records. */
export async function readJsonRecords(source: Source, options: ReadOptions): Promise<Table> {
  const start = new TextDecoder().decode(source.head.subarray(0, 1024)).trimStart();
  return start.startsWith("[")
    ? await readArray(source, options)
    : await readLines(source, options);
}

async function readArray(source: Source, options: ReadOptions): Promise<Table> {
  const records = parseJson(source.shownPath, textOf(await source.all()));
  const table = createTable(source.shownPath, options, "row");
  if (Array.isArray(records)) records.forEach((record, index) => table.add(record, index + 1));
  return table.finish();
}

/** In characters. A row has a few cells; what is longer is a document without line ends. */
const LONGEST_LINE = 1 << 20;

async function readLines(source: Source, options: ReadOptions): Promise<Table> {
  const table = createTable(source.shownPath, options, "line");
  const decoder = new TextDecoder();
  let pending = "";
  let line = 0;
  const take = (text: string): void => {
    line++;
    if (text.trim() !== "") table.add(parseJson(source.shownPath, text, line), line);
  };
  for await (const chunk of source.chunks()) {
    const lines = (pending + textOf(chunk, decoder, { stream: true })).split("\n");
    pending = lines.pop() ?? "";
    lines.forEach(take);
    if (pending.length > LONGEST_LINE) throw notPlain(source.shownPath);
  }
  take(pending + decoder.decode());
  return table.finish();
}

interface RecordTable {
  add(record: unknown, place: number): void;
  finish(): Table;
}

function createTable(path: string, options: ReadOptions, unit: "line" | "row"): RecordTable {
  const sample: { readonly record: Row; readonly place: number }[] = [];
  let open: { readonly rows: TypedRows; readonly names: readonly string[] } | null = null;

  const addTo = (table: NonNullable<typeof open>, record: Row, place: number): void =>
    table.rows.add((column) => record[table.names[column] as string], place);
  const begin = (): NonNullable<typeof open> => {
    const columns = recordColumns(sample.map(({ record }) => record));
    if (columns.length === 0 || sample.length === 1) throw notPlain(path);
    const choice = chooseTyped(path, columns, options);
    const rows = collectPlain({ path, columns, choice, unit }, options);
    const table = { rows, names: columns.map(({ name }) => name) };
    for (const { record, place } of sample) addTo(table, record, place);
    return table;
  };
  return {
    add(record, place) {
      if (!isRecord(record)) throw notPlain(path);
      if (open !== null) return addTo(open, record, place);
      sample.push({ record, place });
      if (sample.length === SAMPLE_ROWS) open = begin();
    },
    finish: () => (open ?? begin()).rows.finish(),
  };
}

/** The columns of records: every key that one of the first has. */
export function recordColumns(records: readonly Row[]): readonly TypedColumn[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))].map((name) => ({
    name,
    isTime: false,
    zone: null,
    sample: records.map((record) => record[name]),
  }));
}
