// The quick path through delimited text: the kernel reads the plain rows, a thousand at a time and
// no string for any; a row that is not plain is read as text, as the careful path reads it. The
// scanner stops before the first line with a quote and leaves the rest to text.ts.

import { textOf } from "../../bytes.ts";
import { isBlank, trimCell } from "../cells/number.ts";
import { csvKernel, KERNEL_INPUT, type RowShape } from "./kernel.ts";
import { joinBytes, MAX_LINE_BYTES, tooLong } from "../csv_text.ts";
import type { DateReader } from "../cells/dates.ts";
import type { RowCollector } from "../rows.ts";

const NEWLINE = 10;
const QUOTE = 34;
/** Bytes put into the kernel's memory at once: few enough for the processor's cache. */
const PIECE_BYTES = 1 << 16;

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
  /** Reads a row that is not plain from its trimmed cells; throws for one that cannot be read. */
  readCells(cells: readonly string[], line: number): void;
}

/** Starts a scan at a line; throws `InputError` for a row that cannot be read. */
export function createScanner(context: ScanContext, firstLine: number): Scanner {
  const { memory } = csvKernel();
  const rows = createRowReaders(context, firstLine);
  let carry: Uint8Array = new Uint8Array(0);

  /** Reads the rows that end in a piece; false at a quote. What is left is carried on. */
  const take = (piece: Uint8Array): boolean => {
    memory.set(carry, KERNEL_INPUT);
    memory.set(piece, KERNEL_INPUT + carry.length);
    const filled = KERNEL_INPUT + carry.length + piece.length;
    const lastLine = piece.lastIndexOf(NEWLINE);
    const end = lastLine < 0 ? KERNEL_INPUT : filled - piece.length + lastLine + 1;
    let at = KERNEL_INPUT;
    while (at >= 0 && at < end) {
      // The first date tells the form of all: it is read as text.
      const next = context.dates?.isUndecided === true ? at : rows.readPlain(at, end);
      at = next === at ? rows.readOdd(at) : next;
    }
    carry = memory.slice(at < 0 ? ~at : at, filled);
    if (at >= 0 && carry.length > MAX_LINE_BYTES) throw tooLong(context.path, rows.line());
    return at >= 0;
  };
  return {
    push(bytes) {
      for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
        const to = from + PIECE_BYTES;
        if (take(bytes.subarray(from, to))) continue;
        carry = joinBytes(carry, bytes.subarray(to));
        return false;
      }
      return true;
    },
    end() {
      if (carry.length === 0 || take(Uint8Array.of(NEWLINE))) return true;
      carry = carry.subarray(0, -1);
      return false;
    },
    rest: () => carry,
    line: rows.line,
  };
}

/** Readers of rows in the kernel's memory. */
interface RowReaders {
  /** Hands on the plain rows from `at` on; returns where the first other row stands. */
  readPlain(at: number, end: number): number;
  /** Reads the row at `at` as text; returns where the next one stands, or `~at` at a quote. */
  readOdd(at: number): number;
  /** The line of the next row. */
  line(): number;
}

function createRowReaders(context: ScanContext, firstLine: number): RowReaders {
  const { shape, dates, collector } = context;
  const kernel = csvKernel();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const separator = String.fromCharCode(shape.separator);
  let line = firstLine;
  return {
    readPlain(at, end) {
      const isIso = dates?.isPlainIso ?? false;
      const rows = kernel.scan(at, end, shape, isIso);
      if (rows.next === at) return at;
      if (dates !== null && isIso) {
        if (rows.hasOffset) dates.hasOffset = true;
        if (rows.isFiner) dates.isFiner = true;
      } else if (dates !== null) {
        rows.dates.forEach((place, row) => {
          const cell = trimCell(decoder.decode(kernel.cellAt(place)));
          rows.dates[row] = collector.date(cell, line + row);
        });
      }
      collector.addRows(rows.dates, rows.values, line);
      line += rows.values.length;
      return rows.next;
    },
    readOdd(at) {
      const end = kernel.memory.indexOf(NEWLINE, at);
      const row = kernel.memory.subarray(at, end);
      if (row.includes(QUOTE)) return ~at;
      if (!row.every((byte) => byte === shape.separator || isBlank(byte))) {
        context.readCells(textOf(row, decoder).split(separator).map(trimCell), line);
      }
      line++;
      return end + 1;
    },
    line: () => line,
  };
}
