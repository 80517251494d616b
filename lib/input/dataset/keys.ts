// To which series a row belongs: the cells of its key columns as small numbers, the same for equal
// cells, and one number for each combination of them.

import type { Field, NumberField, ParquetFile } from "../parquet_file.ts";
import { readNumbers } from "../parquet_file.ts";
import { cellParam } from "./names.ts";
import type { Part } from "./dataset.ts";

/** Texts as numbers from 0 on, in the order in which they come up; a missing one is null. */
export interface Texts {
  /** The number of a cell of this column. */
  numberIn(field: Field): (cell: unknown) => number;
  /** The number of a text. */
  numberOf(text: string | null): number;
  textOf(number: number): string | null;
}

/** Knows no text yet. */
export function createTexts(): Texts {
  const numbers = new Map<string | null, number>();
  const texts: (string | null)[] = [];
  const numberOf = (text: string | null): number => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, texts.length);
    return texts.push(text) - 1;
  };
  return {
    numberOf,
    textOf: (number) => texts[number] as string | null,
    numberIn: (field) => {
      const cells = new Map<unknown, number>();
      return (cell) => {
        const known = cells.get(cell);
        if (known !== undefined) return known;
        const number = numberOf(cellParam(cell, field));
        // Bytes are equal by what is in them, and are no key of a map.
        if (typeof cell !== "object" || cell === null) cells.set(cell, number);
        return number;
      };
    },
  };
}

/** A key column, or what the folders say in place of one. */
interface KeyColumn {
  readonly name: string;
  readonly texts: Texts;
}

/** The series that rows belong to. */
export interface KeyIndex {
  /** The keys found so far, in the order in which they came up. */
  readonly keys: readonly (readonly (string | null)[])[];
  /** The number of a key; one that is new is added. */
  entryOf(texts: readonly (string | null)[]): number;
  /**
   * The series of each row of a group, into `entries`; a number alone where all rows are of one, as those
   * of a file are whose folders say its keys.
   */
  read(file: ParquetFile, part: Part, group: number, entries: Int32Array): Promise<number | null>;
}

/** Two numbers in one: of the left there may be 2^27, of the right 2^26. */
const RIGHT = 2 ** 26;

/** An index of the columns of these names. */
export function createKeyIndex(by: readonly string[]): KeyIndex {
  const columns: readonly KeyColumn[] = by.map((name) => ({ name, texts: createTexts() }));
  const keys: (readonly (string | null)[])[] = [];
  // By number: of one column these follow each other, and no map is asked for each row.
  const known: number[] = [];
  // Combinations of the first two columns have a number, with which the third makes the next.
  const pairs = columns.map(() => new Map<number, number>());
  const combined = (parts: readonly number[]): number =>
    parts.reduce((left, right, index) => {
      const pair = left * RIGHT + right;
      const map = pairs[index] as Map<number, number>;
      const number = map.get(pair) ?? map.size;
      map.set(pair, number);
      return number;
    });
  const add = (parts: readonly number[]): number => {
    const number = combined(parts);
    const entry = known[number];
    if (entry !== undefined) return entry;
    known[number] = keys.length;
    return keys.push(columns.map(({ texts }, index) => texts.textOf(parts[index] as number))) - 1;
  };
  let buffers: readonly Float64Array[] = [];
  return {
    keys,
    entryOf: (texts) =>
      add(columns.map((column, index) => column.texts.numberOf(texts[index] ?? null))),
    async read(file, part, group, entries) {
      const rows = file.groups[group] as number;
      if ((buffers[0]?.length ?? 0) < rows) buffers = columns.map(() => new Float64Array(rows));
      const parts: number[] = [];
      const read: number[] = [];
      for (const [index, { name, texts }] of columns.entries()) {
        const said = part.partitions[name];
        if (said !== undefined) {
          parts[index] = texts.numberOf(said);
          continue;
        }
        const field = file.byName.get(name) as Field;
        const numbers: NumberField = {
          field,
          numberOf: texts.numberIn(field),
          asksAll: true,
          marks: { isFiner: false },
        };
        await readNumbers(file, group, numbers, buffers[index] as Float64Array, 0, rows);
        read.push(index);
      }
      if (read.length === 0) return add(parts);
      const missing = columns.map(({ texts }) => texts.numberOf(null));
      if (columns.length === 1) {
        const cells = buffers[0] as Float64Array;
        let before = -1;
        let entry = -1;
        for (let row = 0; row < rows; row++) {
          const cell = cells[row] as number;
          const number = Number.isNaN(cell) ? missing[0] as number : cell;
          if (number !== before) entry = known[number] ?? add([number]);
          before = number;
          entries[row] = entry;
        }
        return null;
      }
      const before = parts.map(() => -1);
      let entry = -1;
      for (let row = 0; row < rows; row++) {
        let isSame = entry >= 0;
        for (const index of read) {
          const cell = (buffers[index] as Float64Array)[row] as number;
          const number = Number.isNaN(cell) ? missing[index] as number : cell;
          if (number !== before[index]) isSame = false;
          before[index] = number;
          parts[index] = number;
        }
        if (!isSame) entry = add(parts);
        entries[row] = entry;
      }
      return null;
    },
  };
}
