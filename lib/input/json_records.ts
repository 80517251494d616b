// JSON lines (one object a line, as pandas and polars write them) and one array of such objects. The
// first rows tell the columns; lines are then read one by one, so a long file is never held whole.

import { InputError } from "../errors.ts";
import { isRecord, parseJson } from "./json_text.ts";
import type { ReadOptions } from "./options.ts";
import { placedError } from "./rows.ts";
import type { Source } from "./source.ts";
import {
  chooseTyped,
  collectTyped,
  SAMPLE_ROWS,
  type TableRows,
  type TypedColumn,
  type TypedRows,
} from "./typed_table.ts";

type Row = Readonly<Record<string, unknown>>;

/** Reads JSON lines or an array of records. */
export async function readJsonRecords(source: Source, options: ReadOptions): Promise<TableRows> {
  const start = new TextDecoder().decode(source.head.subarray(0, 1024)).trimStart();
  return start.startsWith("[")
    ? await readArray(source, options)
    : await readLines(source, options);
}

async function readArray(source: Source, options: ReadOptions): Promise<TableRows> {
  const records = parseJson(source.shownPath, new TextDecoder().decode(await source.all()));
  const table = createTable(source.shownPath, options, "row");
  if (Array.isArray(records)) records.forEach((record, index) => table.add(record, index + 1));
  return table.finish();
}

const ONE_DOCUMENT = "it is one JSON document, of no form that is known; " +
  "a table has one object a line, or is an array of objects, as pandas' " +
  'reset_index().to_json(orient="records") writes it';
/** In characters. A row has a few cells; what is longer is a document without line ends. */
const LONGEST_LINE = 1 << 20;

async function readLines(source: Source, options: ReadOptions): Promise<TableRows> {
  const table = createTable(source.shownPath, options, "line");
  const decoder = new TextDecoder();
  let pending = "";
  let line = 0;
  const take = (text: string): void => {
    line++;
    if (line === 1 && text.trim() === "{") throw new InputError(source.shownPath, ONE_DOCUMENT);
    if (text.trim() !== "") table.add(parseJson(source.shownPath, text, line), line);
  };
  for await (const chunk of source.chunks()) {
    const lines = (pending + decoder.decode(chunk, { stream: true })).split("\n");
    pending = lines.pop() ?? "";
    lines.forEach(take);
    if (pending.length > LONGEST_LINE) throw tooLong(source.shownPath, line + 1);
  }
  take(pending + decoder.decode());
  return table.finish();
}

function tooLong(path: string, line: number): InputError {
  if (line === 1) return new InputError(path, ONE_DOCUMENT);
  return new InputError(path, "this line is longer than 1 MiB, so it is no row of a table", {
    line,
  });
}

/** A lone record that holds others, or numbers alone: a document on one line, as pandas' default is. */
function isDocument(record: Row): boolean {
  const cells = Object.values(record);
  return cells.some((cell) => typeof cell === "object" && cell !== null) ||
    (cells.length > 0 && cells.every((cell) => typeof cell === "number"));
}

interface RecordTable {
  add(record: unknown, place: number): void;
  finish(): TableRows;
}

function createTable(path: string, options: ReadOptions, unit: "line" | "row"): RecordTable {
  const sample: { readonly record: Row; readonly place: number }[] = [];
  let open: { readonly rows: TypedRows; readonly names: readonly string[] } | null = null;
  let choice: TableRows["choice"] | null = null;

  const addTo = (table: NonNullable<typeof open>, record: Row, place: number): void =>
    table.rows.add((column) => record[table.names[column] as string], place);
  const begin = (): NonNullable<typeof open> => {
    const names = [...new Set(sample.flatMap(({ record }) => Object.keys(record)))];
    const columns: readonly TypedColumn[] = names.map((name) => ({
      name,
      isTime: false,
      zone: null,
      sample: sample.map(({ record }) => record[name]),
    }));
    if (columns.length === 0) throw new InputError(path, "it has no rows");
    choice = chooseTyped(path, columns, options);
    const table = { rows: collectTyped(path, columns, choice, options, unit), names };
    for (const { record, place } of sample) addTo(table, record, place);
    return table;
  };
  const beginLast = (): NonNullable<typeof open> => {
    try {
      return begin();
    } catch (cause) {
      const [first, ...others] = sample;
      const isRow = first === undefined || others.length > 0 || !isDocument(first.record);
      if (isRow || unit === "row") throw cause;
      throw new InputError(path, ONE_DOCUMENT, { cause });
    }
  };
  return {
    add(record, place) {
      if (!isRecord(record)) {
        const found = Array.isArray(record) ? "an array" : `${record}`.slice(0, 40);
        throw placedError(
          path,
          unit,
          place,
          `expected an object with a date and a value, got ${found}`,
        );
      }
      if (open !== null) return addTo(open, record, place);
      sample.push({ record, place });
      if (sample.length === SAMPLE_ROWS) open = begin();
    },
    finish() {
      const table = open ?? beginLast();
      return { ...table.rows.finish(), choice: choice as TableRows["choice"] };
    },
  };
}
