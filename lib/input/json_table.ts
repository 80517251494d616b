// JSON in any of the forms that a table takes in it: records, the orients of pandas' to_json, pairs of
// time and value. The document is held whole, turned into rows of text, and read as a CSV is.

import { textOf } from "../bytes.ts";
import { InputError } from "../errors.ts";
import { dateRecogniser } from "./cells/dates.ts";
import { recordColumns, type Row } from "./json_records.ts";
import { isRecord, parseJson } from "./json_text.ts";
import type { ReadOptions } from "./options.ts";
import { placedError } from "./rows.ts";
import type { Source } from "./source.ts";
import { chooseColumns } from "./table/columns.ts";
import { profileColumn } from "./table/profile.ts";
import type { Table } from "./table/table.ts";
import { createTextRows } from "./table/text_rows.ts";
import { cellText, SAMPLE_ROWS } from "./table/typed_table.ts";

/** A table of cells, by position. */
interface Cells {
  readonly names: readonly string[];
  readonly hasNames: boolean;
  readonly rows: readonly (readonly unknown[])[];
  /** The line (or row) of each row; counted from 1 where there are none. */
  readonly lines?: readonly number[];
}

const ONE_DOCUMENT = "it is one JSON document, of no form that is known; " +
  "a table has one object a line, is an array of objects or of [time, value], any orient of " +
  "pandas' to_json, or the only table in a document";

/** Reads a JSON document, or lines of them; throws `InputError` for what holds no table. */
export async function readJsonTable(source: Source, options: ReadOptions): Promise<Table> {
  const { shownPath: path } = source;
  const text = textOf(await source.all());
  const cells = cellsOf(path, text, dateRecogniser(options));
  const { names, hasNames, lines } = cells;
  const rows = cells.rows.map((row) => names.map((_, at) => cellText(row[at])));
  if (rows.length === 0 || names.length === 0) throw new InputError(path, "it has no rows");
  const sample = rows.slice(0, SAMPLE_ROWS);
  const profiles = names.map((name, at) =>
    profileColumn(name, () => sample.map((row) => row[at] as string), options)
  );
  const choice = chooseColumns(path, profiles, options);
  const unit = lines === undefined ? "row" : "line";
  const table = createTextRows({ path, names, hasNames, choice, unit, notes: [] }, options);
  rows.forEach((row, index) => table.add(row, lines?.[index] ?? index + 1));
  return table.finish();
}

type IsDate = (text: string) => boolean;

function cellsOf(path: string, text: string, isDate: IsDate): Cells {
  if (/^\ufeff?\s*\{[^\n]*\}\s*\n\s*\S/.test(text)) return linesOf(path, text);
  const document = parseJson(path, text);
  const found = Array.isArray(document)
    ? listOf(path, document)
    : isRecord(document)
    ? objectOf(path, document, isDate)
    : null;
  if (found === null) throw new InputError(path, ONE_DOCUMENT);
  return found;
}

function linesOf(path: string, text: string): Cells {
  const records: Row[] = [];
  const lines: number[] = [];
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "") return;
    const record = parseJson(path, line, index + 1);
    if (!isRecord(record)) throw noRecord(path, "line", index + 1, record);
    records.push(record);
    lines.push(index + 1);
  });
  return { ...recordsOf(records), lines };
}

function noRecord(path: string, unit: "line" | "row", at: number, found: unknown): InputError {
  const what = Array.isArray(found) ? "an array" : `${found}`.slice(0, 40);
  return placedError(path, unit, at, `expected an object with a date and a value, got ${what}`);
}

function recordsOf(records: readonly Row[]): Cells {
  const names = recordColumns(records).map(({ name }) => name);
  return {
    names,
    hasNames: true,
    rows: records.map((record) => names.map((name) => record[name])),
  };
}

/** Records, rows of cells (the first may be their names), or values alone. */
function listOf(path: string, list: readonly unknown[]): Cells {
  const [first] = list;
  if (isRecord(first)) {
    const odd = list.findIndex((item) => !isRecord(item));
    if (odd >= 0) throw noRecord(path, "row", odd + 1, list[odd]);
    return recordsOf(list as readonly Row[]);
  }
  if (!Array.isArray(first)) {
    return { names: ["1"], hasNames: false, rows: list.map((item) => [item]) };
  }
  const odd = list.findIndex((item) => !Array.isArray(item) || item.length !== first.length);
  if (odd >= 0) {
    throw placedError(
      path,
      "row",
      odd + 1,
      `expected an array of ${first.length}, as the first row is`,
    );
  }
  const rows = list as readonly (readonly unknown[])[];
  const isHeader = rows.length > 1 && first.every((cell) => typeof cell === "string") &&
    rows[1]?.some((cell) => typeof cell === "number") === true;
  return {
    names: isHeader ? first as string[] : first.map((_, index) => String(index + 1)),
    hasNames: isHeader,
    rows: isHeader ? rows.slice(1) : rows,
  };
}

/** The forms of an object, the surest first; null where it is none of them. */
function objectOf(path: string, document: Row, isDate: IsDate): Cells | null {
  // Nasdaq Data Link has its own name for the columns, and a name for it all.
  const { columns = document["column_names"], index, data } = document;
  if (Array.isArray(columns) && Array.isArray(data)) return splitOf(columns, index, data);
  const wrapped = Object.values(document).filter((value) =>
    isRecord(value) && Array.isArray(value["data"]) &&
    Array.isArray(value["columns"] ?? value["column_names"])
  );
  if (wrapped.length === 1) return objectOf(path, wrapped[0] as Row, isDate);
  const entries = Object.entries(document);
  if (entries.length === 0) return { names: [], hasNames: true, rows: [] };
  const values = entries.map(([, value]) => value);
  const areDates = entries.every(([key]) => isDate(key));
  if (values.every(isRecord)) {
    const rows = entries as [string, Row][];
    if (areDates) return byIndex(rows);
    if (rows.every(([, row]) => Object.values(row).every(isScalar))) return byColumn(rows);
    return tablesIn(values, isDate).length === 0
      ? listsWithin(document, isDate) ?? byColumn(rows)
      : tableAmong(path, document, isDate);
  }
  const columnwise = values.every(Array.isArray) ? byList(entries as [string, unknown[]][]) : null;
  if (columnwise !== null) return columnwise;
  if (areDates && values.every(isScalar)) {
    return { names: ["", "0"], hasNames: false, rows: entries };
  }
  const among = tableAmong(path, document, isDate);
  if (among !== null) return among;
  return values.some((value) => typeof value === "string" && isDate(value))
    ? { ...recordsOf([document]), lines: [1] }
    : null;
}

function isScalar(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

/** The members of a document that are tables of their own: lists of rows, and values under dates. */
function tablesIn(members: readonly unknown[], isDate: IsDate): readonly (unknown[] | Row)[] {
  const isTable = (member: unknown): boolean =>
    Array.isArray(member)
      ? member.length > 0 && (member.some(isRecord) || member.every(Array.isArray))
      : isRecord(member) && Object.keys(member).length > 1 && Object.keys(member).every(isDate);
  return members.filter(isTable) as (unknown[] | Row)[];
}

/** The one table of a document that says other things, too; null where it has none, or several. */
function tableAmong(path: string, document: Row, isDate: IsDate): Cells | null {
  const [table, ...tables] = tablesIn(Object.values(document), isDate);
  const lists = Object.entries(document).filter((member): member is [string, unknown[]] =>
    Array.isArray(member[1]) && member[1].length > 0
  );
  const isOfDates = (list: readonly unknown[]): boolean =>
    list.every((cell) => isDate(cellText(cell)));
  const [dates, ...others] = lists.filter(([, list]) => isOfDates(list));
  if (tables.length + others.length > 0 || (table !== undefined && dates !== undefined)) {
    return null;
  }
  if (dates !== undefined) {
    return byList(lists.filter(([, { length }]) => length === dates[1].length));
  }
  if (table === undefined) return null;
  if (!Array.isArray(table)) return objectOf(path, table, isDate);
  return listOf(path, table.some(isRecord) ? table.filter(isRecord) : table);
}

/** Lists of one length deep in a document, dates among them, as Yahoo's charts have them. */
function listsWithin(document: Row, isDate: IsDate): Cells | null {
  const listsOf = (member: unknown, name: string): readonly [string, unknown[]][] => {
    if (isRecord(member)) {
      return Object.entries(member).flatMap(([key, value]) => listsOf(value, key));
    }
    if (!Array.isArray(member)) return [];
    if (member.length === 1) return listsOf(member[0], name);
    return member.every(isScalar) && member.length > 0 ? [[name, member]] : [];
  };
  const lists = listsOf(document, "");
  const dated = lists.filter(([, list]) => list.every((cell) => isDate(cellText(cell))));
  const lengths = new Set(dated.map(([, { length }]) => length));
  const alike = lists.filter(([, { length }]) => lengths.has(length));
  const areOneTable = lengths.size === 1 && alike.length > 1 &&
    new Set(alike.map(([name]) => name)).size === alike.length;
  return areOneTable ? byList(alike) : null;
}

/** `orient="split"`. */
function splitOf(columns: readonly unknown[], index: unknown, data: readonly unknown[]): Cells {
  const places = Array.isArray(index) ? index : [];
  const named = columns.map((column) =>
    Array.isArray(column)
      ? column.map(cellText).join(" ")
      : cellText(isRecord(column) ? column["name"] : column)
  );
  return {
    names: ["", ...named],
    hasNames: true,
    rows: data.map((row, at) => [places[at] ?? at, ...(Array.isArray(row) ? row : [row])]),
  };
}

/** `orient="index"`: a record under each date. */
function byIndex(entries: readonly [string, Row][]): Cells {
  const table = recordsOf(entries.map(([, record]) => record));
  return {
    names: ["", ...table.names],
    hasNames: true,
    rows: table.rows.map((row, at) => [entries[at]?.[0], ...row]),
  };
}

/** `orient="columns"`: a value under each date, in each column. */
function byColumn(entries: readonly [string, Row][]): Cells {
  const keys = [...new Set(entries.flatMap(([, column]) => Object.keys(column)))];
  return {
    names: ["", ...entries.map(([name]) => name)],
    hasNames: true,
    rows: keys.map((key) => [key, ...entries.map(([, column]) => column[key])]),
  };
}

/** A list of values in each column. */
function byList(entries: readonly [string, readonly unknown[]][]): Cells | null {
  const [, first = []] = entries[0] ?? [];
  if (first.length === 0) return { names: [], hasNames: true, rows: [] };
  if (entries.some(([, column]) => column.length !== first.length)) return null;
  if (entries.length === 1 && first.some((cell) => typeof cell === "object" && cell !== null)) {
    return isRecord(first[0]) ? recordsOf(first.filter(isRecord)) : null;
  }
  return {
    names: entries.map(([name]) => name),
    hasNames: true,
    rows: first.map((_, at) => entries.map(([, column]) => column[at])),
  };
}
