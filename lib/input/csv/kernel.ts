// The CSV reader's compiled inner loop and its memory. One instance serves all files: bytes are put
// in, rows are taken out, and nothing is left in it from one call to the next.

import { KERNEL_CODE } from "./kernel_code.ts";

/** Which cells of a row are read. */
export interface RowShape {
  readonly separator: number;
  readonly width: number;
  readonly date: number | null;
  readonly value: number;
}

/** Rows that the kernel read in one call. The arrays are its memory: valid until the next call. */
export interface KernelRows {
  /** In ms where they were to be read as ISO, else the places of their cells; see `cellAt`. */
  readonly dates: Float64Array;
  readonly values: Float64Array;
  /** Whether any date had an offset from UTC. */
  readonly hasOffset: boolean;
  /** Whether any date was finer than a millisecond. */
  readonly isFiner: boolean;
  /** Where the first row stands that was not read. */
  readonly next: number;
}

/** The compiled loop. Positions are those of `memory`. */
export interface CsvKernel {
  readonly memory: Uint8Array;
  /** Reads plain rows from `start` to `end`, which is just behind a line end. */
  scan(start: number, end: number, shape: RowShape, isIso: boolean): KernelRows;
  /** The cell whose place stands for a date. */
  cellAt(place: number): Uint8Array;
}

/** Most rows of one call. */
export const KERNEL_ROWS = 4096;
/** Where the kernel's own memory ends. */
const DATES = 1024;
const VALUES = DATES + KERNEL_ROWS * Float64Array.BYTES_PER_ELEMENT;
/** Where the bytes to be read are put. */
export const KERNEL_INPUT: number = VALUES + KERNEL_ROWS * Float64Array.BYTES_PER_ELEMENT;
/** Size of the memory, in pages of 64 KiB: the longest line, what is put in at once, and the rows. */
export const KERNEL_PAGES = 20;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly rows: WebAssembly.Global;
  readonly marks: WebAssembly.Global;
  scan(
    start: number,
    end: number,
    dates: number,
    values: number,
    most: number,
    separator: number,
    width: number,
    dateCell: number,
    isIso: boolean,
    valueCell: number,
  ): number;
}

let shared: CsvKernel | undefined;

/** The kernel, compiled when it is first asked for. */
export function csvKernel(): CsvKernel {
  return shared ??= createKernel();
}

function createKernel(): CsvKernel {
  const code = Uint8Array.from(atob(KERNEL_CODE), (character) => character.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
  const kernel = exports as unknown as Exports;
  const { buffer } = kernel.memory;
  const memory = new Uint8Array(buffer);
  const dates = new Float64Array(buffer, DATES, KERNEL_ROWS);
  const values = new Float64Array(buffer, VALUES, KERNEL_ROWS);
  return {
    memory,
    scan(start, end, { separator, width, date, value }, isIso) {
      const next = kernel.scan(
        start,
        end,
        DATES,
        VALUES,
        KERNEL_ROWS,
        separator,
        width,
        date ?? -1,
        isIso,
        value,
      );
      const count = Number(kernel.rows.value);
      const marks = Number(kernel.marks.value);
      return {
        dates: dates.subarray(0, count),
        values: values.subarray(0, count),
        hasOffset: (marks & 1) !== 0,
        isFiner: (marks & 2) !== 0,
        next,
      };
    },
    cellAt(place) {
      const start = Math.floor(place / PLACE_SHIFT);
      return memory.subarray(start, start + place % PLACE_SHIFT);
    },
  };
}

const PLACE_SHIFT = 2 ** 21;
