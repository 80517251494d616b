// The pages of one flat Parquet column as numbers in place. hyparquet decodes every encoding, through
// an array of all cells and, where a column may have missing ones (as pandas writes every column), a
// general assembly of nested lists: 0.2 µs a cell. The two forms that nearly all pages of numbers have,
// plain and by dictionary, are taken here straight to where they go, a twentieth of that; every other
// page goes through hyparquet.

import type { FileMetaData } from "hyparquet";
import { parquetHeader, readPage } from "hyparquet/src/column.js";
import { convert } from "hyparquet/src/convert.js";
import { decompressPage } from "hyparquet/src/datapage.js";

/** What hyparquet needs to decode a column. */
export type ColumnDecoder = Parameters<typeof convert>[1];
type PageHeader = ReturnType<typeof parquetHeader>;

/** How cells of fixed width become what is wanted: `times` a factor, `per` a divisor of times, cut downwards. */
export interface Direct {
  readonly type: "DOUBLE" | "FLOAT" | "INT32" | "INT64";
  readonly times: number;
  readonly per: 1 | 1000 | 1_000_000;
}

/** A column whose cells are wanted as numbers. */
export interface NumberColumn {
  readonly decoder: ColumnDecoder;
  /** Null where only `numberOf` can tell. */
  readonly direct: Direct | null;
  /** From a cell as hyparquet gives it; NaN where there is none. */
  readonly numberOf: (cell: unknown) => number;
  /** Set once a time was finer than a millisecond. */
  readonly marks: { isFiner: boolean };
}

/** The bytes of a column in a row group. */
export type ColumnChunk = FileMetaData["row_groups"][number]["columns"][number];

/**
 * Decodes the first `rows` cells of a column's chunk into `target` from `at`, and returns how many there
 * were.
 *
 * @throws {Error} for bytes that are no such pages.
 */
export function decodeNumbers(
  chunk: ArrayBuffer,
  column: NumberColumn,
  rows: number,
  target: Float64Array,
  at: number,
): number {
  const { decoder, numberOf } = column;
  const reader = { view: new DataView(chunk), offset: 0 };
  let dictionary: ReturnType<typeof convert> | undefined;
  let numbers: Float64Array | null = null;
  let row = 0;
  while (row < rows && reader.offset < chunk.byteLength - 1) {
    const header = parquetHeader(reader);
    const start = reader.offset;
    if (header.type === "DICTIONARY_PAGE") {
      const { data } = readPage(reader, header, decoder, undefined, undefined, 0);
      dictionary = convert(data ?? [], decoder);
      numbers = new Float64Array(dictionary.length);
      for (let cell = 0; cell < numbers.length; cell++) numbers[cell] = numberOf(dictionary[cell]);
      continue;
    }
    const out = target.subarray(at + row, at + rows);
    const page = new Uint8Array(chunk, start, header.compressed_page_size);
    const taken = quickPage(page, header, column, numbers, out);
    if (taken >= 0) reader.offset = start + header.compressed_page_size;
    else {
      const { data = [] } = readPage(reader, header, decoder, dictionary, undefined, 0);
      const end = Math.min(data.length, out.length);
      for (let cell = 0; cell < end; cell++) out[cell] = numberOf(data[cell]);
    }
    row += taken >= 0 ? taken : Math.min(cellsOf(header), out.length);
  }
  return row;
}

function cellsOf({ data_page_header: first, data_page_header_v2: second }: PageHeader): number {
  return first?.num_values ?? second?.num_values ?? 0;
}

/** Decodes a page of one of the two usual forms, and returns its rows; −1 for any other. */
function quickPage(
  bytes: Uint8Array,
  header: PageHeader,
  column: NumberColumn,
  numbers: Float64Array | null,
  out: Float64Array,
): number {
  const { data_page_header: first, data_page_header_v2: second } = header;
  const facts = first ?? second;
  if (facts === undefined) return -1;
  const byDictionary = facts.encoding === "RLE_DICTIONARY" || facts.encoding === "PLAIN_DICTIONARY";
  if (byDictionary ? numbers === null : facts.encoding !== "PLAIN" || column.direct === null) {
    return -1;
  }
  const { codec, compressors, element } = column.decoder;
  const count = Math.min(facts.num_values, out.length);
  const isOptional = element.repetition_type !== "REQUIRED";
  let page: Uint8Array;
  let levels: Uint8Array | null = null;
  if (second === undefined) {
    page = decompressPage(bytes, header.uncompressed_page_size, codec, compressors);
    if (isOptional) {
      const length = view(page).getUint32(0, true);
      levels = page.subarray(4, 4 + length);
      page = page.subarray(4 + length);
    }
  } else {
    const before = second.repetition_levels_byte_length;
    const end = before + second.definition_levels_byte_length;
    if (isOptional) levels = bytes.subarray(before, end);
    page = bytes.subarray(end);
    if (second.is_compressed !== false) {
      page = decompressPage(page, header.uncompressed_page_size - end, codec, compressors);
    }
  }
  const present = levels === null || isAllPresent(levels, count) ? null : levelsOf(levels, count);
  const kept = present === null ? count : present.reduce((sum, level) => sum + level, 0);
  // Without gaps the values go where they belong; with gaps they are spread from behind.
  if (numbers !== null && byDictionary) byIndex(page, numbers, out.subarray(0, kept));
  else plain(page, column, out.subarray(0, kept));
  if (present !== null) spread(out, present, kept);
  return count;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Moves the values to the rows that have one, and leaves NaN in the others. */
function spread(out: Float64Array, present: Int32Array, kept: number): void {
  let from = kept;
  for (let row = present.length - 1; row >= 0; row--) {
    out[row] = present[row] === 1 ? out[--from] as number : NaN;
  }
}

function plain(page: Uint8Array, column: NumberColumn, out: Float64Array): void {
  const { type, times, per } = column.direct as Direct;
  const width = type === "DOUBLE" || type === "INT64" ? 8 : 4;
  const length = out.length * width;
  if (page.length < length) throw new Error("a page of values ends early");
  if (type === "DOUBLE") {
    new Uint8Array(out.buffer, out.byteOffset, length).set(page.subarray(0, length));
    return;
  }
  const cells = view(page);
  if (type === "INT64") {
    for (let row = 0; row < out.length; row++) {
      const low = cells.getUint32(8 * row, true);
      const high = cells.getInt32(8 * row + 4, true);
      out[row] = per === 1 ? high * 2 ** 32 + low : cut(high, low, per, column.marks);
    }
    return;
  }
  for (let row = 0; row < out.length; row++) {
    out[row] = type === "FLOAT"
      ? cells.getFloat32(4 * row, true)
      : cells.getInt32(4 * row, true) * times;
  }
}

/**
 * A whole number of 64 bits divided and cut downwards, exactly, without a bigint a cell: 2^32 is a
 * multiple of the divisor and a rest, and what the rests sum to is below 2^53.
 */
function cut(high: number, low: number, per: number, marks: { isFiner: boolean }): number {
  const whole = Math.floor(2 ** 32 / per);
  const left = high * (2 ** 32 % per) + low;
  const quotient = Math.floor(left / per);
  if (left !== quotient * per) marks.isFiner = true;
  return high * whole + quotient;
}

/** Cells by their place in the dictionary. */
function byIndex(page: Uint8Array, numbers: Float64Array, out: Float64Array): void {
  if (out.length === 0) return;
  const width = page[0] as number;
  const indexes = new Int32Array(out.length);
  if (width > 0) readHybrid(page.subarray(1), width, indexes);
  for (let row = 0; row < out.length; row++) {
    const index = indexes[row] as number;
    if (index >= numbers.length) throw new Error("a page names what its dictionary does not have");
    out[row] = numbers[index] as number;
  }
}

/** Whether the levels are one run of 1 over all cells, as those of a column without gaps are. */
function isAllPresent(levels: Uint8Array, count: number): boolean {
  let header = 0;
  let at = 0;
  for (let shift = 0; at < levels.length && shift < 28; shift += 7) {
    const byte = levels[at++] as number;
    header |= (byte & 127) << shift;
    if (byte < 128) break;
  }
  return (header & 1) === 0 && header >>> 1 >= count && levels[at] === 1;
}

function levelsOf(levels: Uint8Array, count: number): Int32Array {
  const present = new Int32Array(count);
  readHybrid(levels, 1, present);
  return present;
}

/** Runs of one value and runs of packed bits, until `out` is full. */
function readHybrid(bytes: Uint8Array, width: number, out: Int32Array): void {
  if (width > 24) throw new Error("a dictionary has more entries than can be read");
  const mask = (1 << width) - 1;
  let at = 0;
  let seen = 0;
  while (seen < out.length) {
    let header = 0;
    for (let shift = 0;; shift += 7) {
      if (at >= bytes.length || shift > 28) throw new Error("a run of values ends early");
      const byte = bytes[at++] as number;
      header |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    const size = header >>> 1;
    if (size === 0) continue;
    if ((header & 1) === 0) {
      let value = 0;
      for (let shift = 0; shift < width; shift += 8) value |= (bytes[at++] ?? 0) << shift;
      if (at > bytes.length) throw new Error("a run of values ends early");
      const end = Math.min(out.length, seen + size);
      out.fill(value, seen, end);
      seen = end;
      continue;
    }
    const end = Math.min(out.length, seen + 8 * size);
    const next = at + size * width;
    let buffer = 0;
    let bits = 0;
    for (; seen < end; seen++) {
      for (; bits < width; bits += 8) {
        if (at >= bytes.length) throw new Error("a run of values ends early");
        buffer |= (bytes[at++] as number) << bits;
      }
      out[seen] = buffer & mask;
      buffer >>>= width;
      bits -= width;
    }
    at = next;
  }
}
