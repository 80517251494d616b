// Rows as every reader hands them on: dates and values in typed arrays, NaN for a missing value,
// and where in the file each came from. Sixteen bytes a row; the places cost nothing while rows
// follow each other line by line.

import { InputError } from "../errors.ts";
import { numberProblem, readNumber } from "./cells/number.ts";
import type { DateReader } from "./cells/dates.ts";

/** Where rows stand in their file, for messages. */
export interface RowPlaces {
  readonly unit: "line" | "row";
  /** The line (or row) of a row, counted from 1. */
  at(row: number): number;
}

/** The rows of one series, as they stand in the file. */
export interface RawRows {
  /** Wall-clock ms; null in a file without dates. */
  readonly dates: Float64Array | null;
  /** NaN where missing. */
  readonly values: Float64Array;
  readonly places: RowPlaces;
  /** Whether any time carried an offset from UTC, or was an instant. */
  readonly hasOffset: boolean;
  /** Whether any time was finer than a millisecond. */
  readonly isFiner: boolean;
  /** Whether any time was an instant of UTC, taken as it is. */
  readonly isInstant: boolean;
}

/** Rows in the order of their dates. */
export interface OrderedRows {
  /** The file, for messages. */
  readonly path: string;
  /** Ascending; null in a file without dates. */
  readonly dates: Float64Array | null;
  /** NaN where missing. */
  readonly values: Float64Array;
  readonly count: number;
  /** The line (or row) of a row. */
  at(row: number): number;
  /** The error for a row, naming its place. */
  error(row: number, problem: string): InputError;
  /** What `at` counts. */
  readonly unit: "line" | "row";
}

/** An error at a line or row of a file. */
export function placedError(
  path: string,
  unit: RowPlaces["unit"],
  at: number,
  problem: string,
): InputError {
  return unit === "line"
    ? new InputError(path, problem, { line: at })
    : new InputError(path, `row ${at}: ${problem}`);
}

/** Gathers rows one by one, and says what is wrong with a cell. */
export interface RowCollector {
  /** The date in a trimmed cell; throws `InputError` naming the line. */
  date(text: string, line: number): number;
  /** The number in a trimmed cell, NaN when missing; throws `InputError` naming the line. */
  number(text: string, line: number): number;
  add(date: number, value: number, line: number): void;
  /** Adds rows that follow each other line by line. */
  addRows(dates: Float64Array, values: Float64Array, firstLine: number): void;
  finish(): RawRows;
}

/** What a collector needs to know beforehand. */
export interface CollectorOptions {
  readonly unit: RowPlaces["unit"];
  /** Null where the file has no dates. */
  readonly dates: DateReader | null;
  /** How many rows are to be expected; a hint. */
  readonly expectedRows: number;
}

/** The date in a trimmed cell; throws `InputError` naming its place. */
export function dateIn(
  reader: DateReader,
  path: string,
  unit: RowPlaces["unit"],
  text: string,
  place: number,
): number {
  const ms = reader.readText(text);
  if (Number.isNaN(ms)) throw placedError(path, unit, place, reader.problem(text));
  return ms;
}

const LEAST_ROWS = 1024;

/** Starts gathering rows. */
export function createRowCollector(path: string, options: CollectorOptions): RowCollector {
  const { unit, dates: reader } = options;
  let capacity = Math.max(LEAST_ROWS, Math.ceil(options.expectedRows));
  let dates = new Float64Array(reader === null ? 0 : capacity);
  let values = new Float64Array(capacity);
  let count = 0;
  const places = createPlaces(unit);
  const makeRoom = (rows: number): void => {
    if (count + rows <= capacity) return;
    capacity = Math.max(count + rows, Math.ceil(capacity * 1.5));
    values = enlarged(values, capacity);
    if (reader !== null) dates = enlarged(dates, capacity);
  };

  return {
    date: (text, line) => dateIn(reader as DateReader, path, unit, text, line),
    number(text, line) {
      const value = readNumber(text);
      if (value === undefined || value === Infinity || value === -Infinity) {
        throw placedError(path, unit, line, numberProblem(text));
      }
      return value;
    },
    add(date, value, line) {
      makeRoom(1);
      if (reader !== null) dates[count] = date;
      values[count] = value;
      places.note(count, line, 1);
      count++;
    },
    addRows(newDates, newValues, firstLine) {
      makeRoom(newValues.length);
      if (reader !== null) dates.set(newDates, count);
      values.set(newValues, count);
      places.note(count, firstLine, newValues.length);
      count += newValues.length;
    },
    finish() {
      const doubt = reader?.doubt ?? null;
      if (doubt !== null) throw new InputError(path, doubt);
      return {
        dates: reader === null ? null : dates.subarray(0, count),
        values: values.subarray(0, count),
        places,
        hasOffset: reader?.hasOffset ?? false,
        isFiner: reader?.isFiner ?? false,
        isInstant: reader?.isInstant ?? false,
      };
    },
  };
}

/** transfer() frees the old memory at once, so growing never holds both copies for long. */
function enlarged(array: Float64Array<ArrayBuffer>, capacity: number): Float64Array<ArrayBuffer> {
  return new Float64Array(array.buffer.transfer(capacity * Float64Array.BYTES_PER_ELEMENT));
}

/** Places of rows that mostly follow each other: only the breaks are kept. */
function createPlaces(
  unit: RowPlaces["unit"],
): RowPlaces & { note(row: number, line: number, rows: number): void } {
  const breakRows: number[] = [];
  const breakLines: number[] = [];
  let expected = NaN;
  return {
    unit,
    note(row, line, rows) {
      if (line !== expected) {
        breakRows.push(row);
        breakLines.push(line);
      }
      expected = line + rows;
    },
    at(row) {
      let low = 0;
      let high = breakRows.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((breakRows[middle] as number) <= row) low = middle;
        else high = middle - 1;
      }
      return (breakLines[low] as number) + row - (breakRows[low] as number);
    },
  };
}

/** Places that are kept one by one. */
export function listedPlaces(unit: RowPlaces["unit"], places: readonly number[]): RowPlaces {
  return { unit, at: (row) => places[row] as number };
}

/** Places of rows counted from 1, where the format has no lines. */
export function countedPlaces(unit: RowPlaces["unit"] = "row"): RowPlaces {
  return { unit, at: (row) => row + 1 };
}

/** The items of an array at these positions. */
export function picked(array: Float64Array, order: Uint32Array): Float64Array {
  const result = new Float64Array(order.length);
  for (let row = 0; row < order.length; row++) result[row] = array[order[row] as number] as number;
  return result;
}

/** Some of the rows, in their order. */
export function keptRows(rows: OrderedRows, kept: Uint32Array): OrderedRows {
  const { dates, values } = rows;
  const at = (row: number): number => rows.at(kept[row] as number);
  return {
    ...rows,
    dates: dates === null ? null : picked(dates, kept),
    values: picked(values, kept),
    count: kept.length,
    at,
    error: (row, problem) => rows.error(kept[row] as number, problem),
  };
}
