// The beginning of a delimited file whose first line is its header, or its first row: separator and
// columns are found in it before the rows are read. Cells are looked at only where the names are
// not enough, as most are.

import { InputError } from "../../errors.ts";
import { isBlank, isMissing, readNumber, trimCell } from "../cells/number.ts";
import type { ColumnChoice } from "../table/choice.ts";
import { chooseColumns } from "../table/columns.ts";
import { isKnownName } from "../table/names.ts";
import { profileColumn } from "../table/profile.ts";
import { createRecordReader, isBlankRecord, separatorOf } from "../csv_text.ts";
import { dateRecogniser } from "../cells/dates.ts";
import type { ReadOptions } from "../options.ts";
import type { Source } from "../source.ts";
import { SAMPLE_ROWS } from "../table/typed_table.ts";

const MARK = [0xef, 0xbb, 0xbf] as const;
const NEWLINE = 10;

/** What the beginning of the file tells. */
export interface Opening {
  readonly separator: string;
  readonly names: readonly string[];
  readonly hasNames: boolean;
  readonly choice: ColumnChoice;
  /** Where the rows begin: bytes to skip, and the line there. */
  readonly skip: number;
  readonly firstLine: number;
  readonly bytesPerRow: number;
}

/** Tells how a file is to be read; throws `InputError` when that is not plain. */
export function readOpening(source: Source, options: ReadOptions): Opening {
  const { shownPath: path } = source;
  const { body, mark, first } = beginningOf(source);
  const line = body.subarray(0, first.bytes);
  const separator = separatorOf(new TextDecoder().decode(line).trim());
  const [cells] = readSample(path, line, separator, true);
  if (cells === undefined) throw new InputError(path, ONLY_BLANKS);
  const hasNames = isHeader(cells, options);
  const names = hasNames ? cells : cells.map((_, index) => String(index + 1));
  let sample: readonly (readonly string[])[] | undefined;
  const sampleRows = (): readonly (readonly string[])[] =>
    sample ??= readSample(path, body, separator, source.isWhole).slice(hasNames ? 1 : 0);
  const profiles = names.map((name, index) =>
    profileColumn(name, () => sampleRows().map((row) => row[index] ?? ""), options)
  );
  return {
    separator,
    names,
    hasNames,
    choice: chooseColumns(path, profiles, options),
    skip: mark + (hasNames ? first.bytes : 0),
    firstLine: 1 + (hasNames ? first.lines : 0),
    bytesPerRow: bytesPerRow(body.subarray(0, MEASURED_BYTES)),
  };
}

/** What is known of a text before it is cut into cells. */
export interface Beginning {
  /** The head without its mark. */
  readonly body: Uint8Array;
  /** Bytes of the mark. */
  readonly mark: number;
  readonly first: FirstRecord;
}

/** Throws `InputError` for what is no text of lines. */
export function beginningOf(source: Source): Beginning {
  const { shownPath: path, head } = source;
  const mark = MARK.every((byte, index) => head[index] === byte) ? MARK.length : 0;
  const body = head.subarray(mark);
  const first = firstRecordEnd(body);
  if (!first.isEnded && isSplitByReturns(body.subarray(0, first.bytes))) {
    throw new InputError(path, RETURNS_ALONE);
  }
  if (!source.isWhole && !first.isEnded) throw new InputError(path, ENDLESS, { line: 1 });
  return { body, mark, first };
}

/** The problem of a file without any cell. */
export const ONLY_BLANKS = "the file holds nothing but blanks";

/** Whether a text without line feeds has carriage returns in its middle. */
function isSplitByReturns(text: Uint8Array): boolean {
  const last = text.findLastIndex((byte) => !isBlank(byte));
  return text.subarray(0, last + 1).includes(13);
}

const RETURNS_ALONE = "its lines end in a carriage return alone, as on old Macs; " +
  "save it as CSV (UTF-8) or with line feeds";
const ENDLESS = "the first row has no end in 64 KiB; is this a CSV file?";

/** The first records that are not blank, trimmed; an unfinished one at the end is left out. */
function readSample(
  path: string,
  bytes: Uint8Array,
  separator: string,
  isWhole: boolean,
): readonly (readonly string[])[] {
  const records: (readonly string[])[] = [];
  const reader = createRecordReader(path, { separator, firstLine: 1 }, (cells) => {
    const trimmed = cells.map(trimCell);
    if (records.length <= SAMPLE_ROWS && !isBlankRecord(cells, trimmed)) records.push(trimmed);
  });
  reader.push(bytes);
  if (isWhole) reader.end();
  return records;
}

/** A few hundred rows tell how long they are to within a percent. */
const MEASURED_BYTES = 1 << 14;

function bytesPerRow(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return bytes.length / Math.max(1, lines);
}

/**
 * A first line with a number or a date is data, unless a cell of it can only be a name. pandas calls
 * an index nothing and a column 0, so a line like `,0` is a header; one like `,0.5` is not.
 */
export function isHeader(cells: readonly string[], options: ReadOptions): boolean {
  const asked = [options.column, options.dateColumn];
  const isNumber = (cell: string): boolean => !isMissing(cell) && readNumber(cell) !== undefined;
  if (cells.some((cell) => isKnownName(cell) || (asked.includes(cell) && !isNumber(cell)))) {
    return true;
  }
  const isDate = dateRecogniser(options);
  const [first, ...others] = cells;
  if (first === "" && others.length > 0) {
    return others.every((cell) => /^\d+$/.test(cell) || !(isNumber(cell) || isDate(cell)));
  }
  return !cells.some((cell) => isDate(cell) || isNumber(cell));
}

/** Where the first record that is not blank ends: in bytes, and lines passed. */
interface FirstRecord {
  readonly bytes: number;
  readonly lines: number;
  readonly isEnded: boolean;
}

function firstRecordEnd(body: Uint8Array): FirstRecord {
  let isQuoted = false;
  let isBlank = true;
  let lines = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at] as number;
    if (byte === 34) isQuoted = !isQuoted;
    if (byte === NEWLINE) lines++;
    if (byte > 32 && byte !== 44 && byte !== 59) isBlank = false;
    if (byte === NEWLINE && !isQuoted && !isBlank) return { bytes: at + 1, lines, isEnded: true };
  }
  return { bytes: body.length, lines, isEnded: false };
}
