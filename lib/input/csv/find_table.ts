// Where the table begins in a delimited file that may have more in it: lines before the header, a
// header of several lines (yfinance), a year and its months. What is found in the first rows holds
// for all of them; rows that turn out to be none are for text_rows.ts.

import { InputError, type Warning } from "../../errors.ts";
import { dateRecogniser } from "../cells/dates.ts";
import { isLeftEmpty, looksNumeric } from "../cells/number_column.ts";
import { trimCell } from "../cells/number.ts";
import { BLANKS, isRule } from "../blanks.ts";
import { createRecordReader, isBlankRecord, separatorOf } from "../csv_text.ts";
import type { ReadOptions } from "../options.ts";
import type { Source } from "../source.ts";
import type { ColumnChoice } from "../table/choice.ts";
import { chooseColumns } from "../table/columns.ts";
import { isKnownName } from "../table/names.ts";
import { type Pivot, pivotOf } from "../table/pivot.ts";
import { profileColumn } from "../table/profile.ts";
import { isTotalLabel } from "../table/text_rows.ts";
import { SAMPLE_ROWS } from "../table/typed_table.ts";
import { beginningOf, isHeader, ONLY_BLANKS } from "./opening.ts";

/** A table that was found. */
export interface FoundTable {
  readonly separator: string;
  /** Bytes of the byte order mark. */
  readonly mark: number;
  readonly names: readonly string[];
  readonly hasNames: boolean;
  /** The line of the first row. */
  readonly firstLine: number;
  readonly choice: ColumnChoice;
  /** Where the columns are the months of a year. */
  readonly pivot: Pivot | null;
  readonly notes: readonly Warning[];
  /** Cells that the lines before the header call missing. */
  readonly missing: readonly string[];
}

interface Record {
  readonly cells: readonly string[];
  readonly line: number;
}

/** Finds the table; throws `InputError` where there is none or its columns are not plain. */
export function findTable(source: Source, options: ReadOptions): FoundTable {
  const { shownPath: path } = source;
  const { body, mark } = beginningOf(source);
  const isDate = dateRecogniser(options);
  const { separator, records } = cut(path, body, source.isWhole, isDate);
  if (records.length === 0) throw new InputError(path, ONLY_BLANKS);
  const { names, hasNames, first, before } = findHeader(records, separator, options);
  const sample = withoutSums(
    records.slice(first, first + SAMPLE_ROWS + (hasNames ? 0 : 1)).map(({ cells }) => cells),
    options,
  );
  const firstLine = records[first]?.line ?? Infinity;
  const notes = before === 0 ? [] : [{
    code: "left-out",
    message: `${before} line${before === 1 ? "" : "s"} before the header of ${path} ${
      before === 1 ? "is" : "are"
    } left out`,
  }];
  const pivot = hasNames && options.column === undefined ? pivotOf(names, sample) : null;
  const choice = pivot?.choice ?? chooseColumns(
    path,
    names.map((name, index) =>
      profileColumn(name, () => sample.map((row) => row[index] ?? ""), options)
    ),
    options,
  );
  const missing = missingWords(records.slice(0, before));
  return { separator, mark, names, hasNames, firstLine, choice, pivot, notes, missing };
}

/** The rows by which columns are told: a sum among them, or a footer, hides that a column is of dates. */
function withoutSums(
  rows: readonly (readonly string[])[],
  options: ReadOptions,
): readonly (readonly string[])[] {
  const isDate = dateRecogniser(options);
  const own = rows.filter((row) =>
    !isTotalLabel(row.find((cell) => cell !== "") ?? "") || row.some(isDate)
  );
  const last = own.findLastIndex((row) => row.some(isDate));
  return last < 0 ? own : own.slice(0, last + 1);
}

/** Kenneth French's files say: "Missing data are indicated by -99.99 or -999." */
function missingWords(before: readonly Record[]): readonly string[] {
  const text = before.map(({ cells }) => cells.join(" ")).join(" ");
  const said =
    /missing (?:data|values?)[^.]* (?:indicated|denoted|coded|given) (?:by|as) ([-\d., or]+)/i
      .exec(text)?.[1] ?? "";
  return [...said.matchAll(/-?\d+(?:\.\d+)?/g)].map(([word]) => word);
}

const SEPARATORS = ["\t", ";", ",", "|"] as const;

/**
 * The separator of the first line where it cuts all lines alike, else the one that cuts most alike, else
 * blanks where dates stand between them.
 */
function cut(
  path: string,
  body: Uint8Array,
  isWhole: boolean,
  isDate: (text: string) => boolean,
): { readonly separator: string; readonly records: readonly Record[] } {
  const text = new TextDecoder().decode(body);
  const firstLine =
    text.split("\n").find((line) => /[^\s,;]/.test(line) && !isRule([line.trim()])) ??
      "";
  const usual = separatorOf(firstLine.trim());
  let problem: unknown;
  const recordsBy = (separator: string): readonly Record[] => {
    try {
      return recordsOf(path, body, separator, isWhole);
    } catch (error) {
      // A cell in quotes ends at its own separator only.
      problem ??= error;
      return [];
    }
  };
  const records = recordsBy(usual);
  const width = usualWidth(records);
  const hasBars = width === 1 && records[0]?.cells[0]?.includes("|") === true;
  if (!hasBars && width > 1 && records[0]?.cells.length === width) {
    return { separator: usual, records };
  }
  const cuts = SEPARATORS.filter((separator) => separator !== usual)
    .map((separator) => ({ separator, records: recordsBy(separator) }));
  const agreeing = (records: readonly Record[]): number => {
    const width = usualWidth(records);
    const alike = records.filter(({ cells }) => cells.length === width).length;
    return width < 2 || alike * 2 < records.length ? 0 : alike;
  };
  const best = [{ separator: usual, records }, ...cuts]
    .reduce((best, cut) => agreeing(cut.records) > agreeing(best.records) ? cut : best);
  if (agreeing(best.records) === 0) {
    const atBlanks = recordsBy(BLANKS);
    const dated = atBlanks.filter(({ cells }) => cells.some(isDate)).length;
    if (agreeing(atBlanks) > 0 && dated * 2 >= atBlanks.length) {
      return { separator: BLANKS, records: atBlanks };
    }
  }
  if (best.records.length === 0 && problem !== undefined) throw problem;
  return best;
}

/** The width that most records have. */
function usualWidth(records: readonly Record[]): number {
  const counts = new Map<number, number>();
  for (const { cells } of records) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return Math.max(...[...counts].filter(([, count]) => count === most).map(([width]) => width));
}

function recordsOf(
  path: string,
  bytes: Uint8Array,
  separator: string,
  isWhole: boolean,
): readonly Record[] {
  const records: Record[] = [];
  const reader = createRecordReader(path, { separator, firstLine: 1 }, (cells, line) => {
    const trimmed = cells.map(trimCell);
    if (!isBlankRecord(cells, trimmed) && !isRule(trimmed)) records.push({ cells: trimmed, line });
  });
  reader.push(bytes);
  if (isWhole) reader.end();
  return records;
}

/** The usual width, empty cells behind the first line's last one not counted. */
function tableWidth(records: readonly Record[]): number {
  const most = records[0]?.cells.length ?? 0;
  const isLonger = (cells: readonly string[]): boolean =>
    cells.length > most && cells.slice(most).every((cell) => cell === "");
  return usualWidth(
    records.map((record) =>
      isLonger(record.cells) ? { ...record, cells: record.cells.slice(0, most) } : record
    ),
  );
}

interface Header {
  readonly names: readonly string[];
  readonly hasNames: boolean;
  /** Which record is the first row. */
  readonly first: number;
  /** How many records stand before the header. */
  readonly before: number;
}

/** Lines that may stand before a header. */
const MOST_TITLES = 50;

/** The header is the first line, unless another is too plainly it. */
function findHeader(
  records: readonly Record[],
  separator: string,
  options: ReadOptions,
): Header {
  const width = tableWidth(records);
  const isDate = dateRecogniser(options);
  const isRow = ({ cells }: Record): boolean =>
    cells.some((cell) =>
      // Names like "Med 40" and "SMA 20" look like money of a currency, and no row is of it alone.
      !isLeftEmpty(cell) && ((looksNumeric(cell) && !/^\p{L}/u.test(cell)) || isDate(cell))
    );
  const isTitle = (record: Record): boolean =>
    record.cells.some((cell) => !isLeftEmpty(cell)) && !isRow(record);
  const [top, second] = records as readonly [Record, ...Record[]];
  const hasNames = isHeader(top.cells, options);
  const start = records.findIndex((record) => record.cells.length === width && isRow(record));
  const named = records.findIndex((record) =>
    record.cells.length === width && isTitle(record) && record.cells.some(isKnownName)
  );
  if (named > 0 && named < MOST_TITLES && !top.cells.some(isKnownName)) {
    const names = (records[named] as Record).cells;
    const next = records[named + 1];
    if (next !== undefined && isRow(next) && isIndexName(names)) {
      // The lines above it may be numbers, as the parameters of a sweep are.
      const all = records.slice(0, named + 1).map(({ cells }) => cells);
      const block = all.slice(all.findLastIndex((cells) => cells.length !== width) + 1);
      const merged = mergedNames(block, width);
      const before = named + 1 - merged.used;
      return { names: merged.names, hasNames: true, first: named + 1, before };
    }
    if (next === undefined || isRow(next)) {
      return { names, hasNames: true, first: named + 1, before: named };
    }
  }
  const isFirst = top.cells.length === width &&
    !(hasNames && second !== undefined && isTitle(second));
  if (isFirst || start < 1) {
    const names = hasNames ? top.cells : top.cells.map((_, index) => String(index + 1));
    return { names, hasNames, first: hasNames ? 1 : 0, before: 0 };
  }
  let from = start;
  while (
    from > 0 && isTitle(records[from - 1] as Record) && fits(records[from - 1], width, separator)
  ) from--;
  const block = records.slice(from, start).map(({ cells }) => cells);
  if (block.length === 0) {
    const names = Array.from({ length: width }, (_, index) => String(index + 1));
    return { names, hasNames: false, first: start, before: start };
  }
  const { names, used } = mergedNames(block, width);
  return { names, hasNames: true, first: start, before: start - used };
}

/** Of the table's width, or one cell less, as R writes a header above rows with names. */
function fits(record: Record | undefined, width: number, separator: string): boolean {
  const cells = record?.cells.length;
  // Printed frames have the name of the index in a line of its own.
  const isIndex = separator === BLANKS && cells === 1;
  return cells === width || (cells === width - 1 && width > 2) || isIndex;
}

/** Whether a line names the first column alone. */
function isIndexName(cells: readonly string[]): boolean {
  return cells[0] !== "" && cells.slice(1).every((cell) => cell === "");
}

/** One name a column from a header of several lines, and how many of them were used. */
function mergedNames(
  block: readonly (readonly string[])[],
  width: number,
): { readonly names: readonly string[]; readonly used: number } {
  const last = block.at(-1) as readonly string[];
  // pandas writes the name of the index in a line of its own.
  const isIndex = block.length > 1 && isIndexName(last);
  const lines = isIndex ? block.slice(0, -1) : block;
  const own = lines.at(-1) as readonly string[];
  if (own.length < width) {
    return { names: [isIndex ? last[0] as string : "", ...own], used: isIndex ? 2 : 1 };
  }
  if (lines.length === 1 || (!isIndex && own.some(isKnownName))) {
    return { names: isIndex ? [last[0] as string, ...own.slice(1)] : own, used: isIndex ? 2 : 1 };
  }
  const whole = lines.filter((line) => line.length === width);
  const varied = whole.filter((line) => new Set(line.slice(1)).size > 1);
  const kept = varied.length > 0 ? varied : [own];
  const names = own.map((name, index) =>
    index === 0
      ? isIndex ? last[0] as string : name
      : kept.map((line) => line[index] as string).filter((part) => part !== "").join(" ")
  );
  return { names, used: block.length };
}
