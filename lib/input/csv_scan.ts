// The quick path through delimited text: one scan over the bytes, two cells looked at in each row,
// no string for either. It stops before the first quote it meets and leaves the rest to
// csv_text.ts; cells it is not sure of go through the same text readers as there.

import { isBlank, trimCell } from "./cells.ts";
import { MAX_LINE_BYTES, tooLong } from "./csv_text.ts";
import type { DateReader } from "./dates.ts";
import { readDecimal } from "./decimal.ts";
import type { RowCollector } from "./rows.ts";

const NEWLINE = 10;
const QUOTE = 34;

/** Which cells of a row are read. */
export interface RowShape {
  readonly separator: number;
  readonly width: number;
  readonly date: number | null;
  readonly value: number;
}

/** Takes bytes in pieces and collects rows. */
export interface Scanner {
  /** Whether all was taken; false when a quote came up: `rest` then holds the bytes from its line on. */
  push(bytes: Uint8Array): boolean;
  /** The bytes are over; what is left is the last row. */
  end(): boolean;
  rest(): Uint8Array;
  /** The line at which the rest begins. */
  line(): number;
}

/** What a scanner reads rows with. */
export interface ScanContext {
  readonly path: string;
  readonly shape: RowShape;
  readonly dates: DateReader | null;
  readonly collector: RowCollector;
  /** The error for a row with that many cells. */
  widthError(cells: number, line: number): Error;
}

/** Starts a scan at a line; throws `InputError` for a row that cannot be read. */
export function createScanner(context: ScanContext, firstLine: number): Scanner {
  const { path } = context;
  const { separator, width } = context.shape;
  const ends = new Int32Array(width + 1);
  const readRow = createRowReader(context, ends);
  /** Most bytes are digits, and above everything that is looked for: one comparison passes them. */
  const highest = Math.max(separator, QUOTE);
  let line = firstLine;
  let carry: Uint8Array = new Uint8Array(0);

  /** Reads the rows that end in `bytes`; returns where the first unread one starts. */
  const scan = (bytes: Uint8Array): number => {
    const length = bytes.length;
    let rowStart = 0;
    let cells = 0;
    for (let at = 0; at < length; at++) {
      const byte = bytes[at] as number;
      if (byte > highest) continue;
      if (byte === separator) {
        if (cells < width) ends[cells] = at;
        cells++;
      } else if (byte === NEWLINE) {
        if (cells < width) ends[cells] = at;
        readRow(bytes, rowStart, at, cells + 1, line);
        rowStart = at + 1;
        cells = 0;
        line++;
      } else if (byte === QUOTE) return ~rowStart;
    }
    return rowStart;
  };
  const settle = (bytes: Uint8Array, from: number): boolean => {
    const start = from < 0 ? ~from : from;
    carry = bytes.slice(start);
    if (from >= 0 && carry.length > MAX_LINE_BYTES) throw tooLong(path, line);
    return from >= 0;
  };
  return {
    push(bytes) {
      let start = 0;
      if (carry.length > 0) {
        const newline = bytes.indexOf(NEWLINE);
        start = newline < 0 ? bytes.length : newline + 1;
        const joined = joinBytes(carry, bytes.subarray(0, start));
        const from = scan(joined);
        if (!settle(joined, from)) {
          carry = joinBytes(carry, bytes.subarray(start));
          return false;
        }
        if (newline < 0) return true;
      }
      const left = bytes.subarray(start);
      return settle(left, scan(left));
    },
    end() {
      if (carry.length === 0) return true;
      const last = new Uint8Array(carry.length + 1);
      last.set(carry);
      last[carry.length] = NEWLINE;
      const from = scan(last);
      if (from >= 0) carry = new Uint8Array(0);
      return from >= 0;
    },
    rest: () => carry,
    line: () => line,
  };
}

type ReadRow = (
  bytes: Uint8Array,
  rowStart: number,
  rowEnd: number,
  cells: number,
  line: number,
) => void;

/** `ends` holds where the row's cells end, as the scan found them. */
function createRowReader(context: ScanContext, ends: Int32Array): ReadRow {
  const { shape, dates, collector } = context;
  const { separator, width } = shape;
  const dateIndex = shape.date ?? -1;
  const valueIndex = shape.value;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const textOf = (bytes: Uint8Array, start: number, end: number): string =>
    trimCell(decoder.decode(bytes.subarray(start, end)));

  return (bytes, rowStart, rowEnd, cells, line) => {
    const first = bytes[rowStart] as number;
    if (first === separator || isBlank(first) || rowStart === rowEnd) {
      if (isBlankRow(bytes, rowStart, rowEnd, separator)) return;
    }
    if (cells !== width) throw context.widthError(cells, line);
    let date = 0;
    if (dates !== null) {
      const start = dateIndex === 0 ? rowStart : (ends[dateIndex - 1] as number) + 1;
      const end = trimmedEnd(bytes, start, ends[dateIndex] as number);
      date = dates.readBytes(bytes, start, end);
      if (Number.isNaN(date)) date = collector.date(textOf(bytes, start, end), line);
    }
    const start = valueIndex === 0 ? rowStart : (ends[valueIndex - 1] as number) + 1;
    const end = trimmedEnd(bytes, start, ends[valueIndex] as number);
    let value = readDecimal(bytes, start, end);
    if (Number.isNaN(value)) value = collector.number(textOf(bytes, start, end), line);
    collector.add(date, value, line);
  };
}

function trimmedEnd(bytes: Uint8Array, start: number, end: number): number {
  let last = end;
  while (last > start && isBlank(bytes[last - 1] as number)) last--;
  return last;
}

/** A row of nothing but blanks and separators, such as spreadsheets leave at the end. */
function isBlankRow(bytes: Uint8Array, start: number, end: number, separator: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte !== separator && !isBlank(byte)) return false;
  }
  return true;
}

function joinBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
