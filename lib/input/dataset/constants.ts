// Which columns have one value a series: settings of the runs, not parts of their rows. A column that
// differs within any series is none, and is not read any further.

import { type Field, type ParquetFile, readNumbers } from "../parquet_file.ts";
import { createTexts, type Texts } from "./keys.ts";
import { cellParam } from "./names.ts";
import type { Part } from "./dataset.ts";

interface Candidate {
  readonly name: string;
  readonly texts: Texts;
  /** What each series has, as a number; undefined where none of its rows was seen. */
  readonly values: number[];
}

/** Columns that may have one value a series. */
export interface Constants {
  /** Looks at a group; `entries` says for each row, or all, to which series it belongs. */
  look(file: ParquetFile, part: Part, group: number, entries: Int32Array | number): Promise<void>;
  /** The names that are left. */
  names(): readonly string[];
  /** Name and text of each that the series has a value of. */
  of(entry: number): readonly (readonly [string, string])[];
}

/** All these columns may, by what is known so far. */
export function createConstants(names: readonly string[]): Constants {
  let candidates: readonly Candidate[] = names.map((name) => ({
    name,
    texts: createTexts(),
    values: [],
  }));
  let buffer = new Float64Array(0);
  return {
    async look(file, part, group, entries) {
      const rows = file.groups[group] as number;
      if (buffer.length < rows) buffer = new Float64Array(rows);
      const left: Candidate[] = [];
      for (const candidate of candidates) {
        const { name, texts } = candidate;
        const said = part.partitions[name];
        if (said !== undefined) buffer.fill(texts.numberOf(said), 0, rows);
        else {
          const field = file.byName.get(name);
          // A file that lacks the column says nothing of it.
          if (field === undefined) buffer.fill(texts.numberOf(null), 0, rows);
          else await readTexts(file, group, field, texts, buffer, rows);
        }
        if (isConstant(candidate, entries, buffer.subarray(0, rows))) left.push(candidate);
      }
      candidates = left;
    },
    names: () => candidates.map(({ name }) => name),
    of: (entry) =>
      candidates.flatMap(({ name, texts, values }) => {
        const number = values[entry];
        const text = number === undefined ? null : texts.textOf(number);
        return text === null ? [] : [[name, text] as const];
      }),
  };
}

async function readTexts(
  file: ParquetFile,
  group: number,
  field: Field,
  texts: Texts,
  buffer: Float64Array,
  rows: number,
): Promise<void> {
  const missing = texts.numberOf(null);
  const numberOf = texts.numberIn(field);
  await readNumbers(
    file,
    group,
    { field, numberOf, asksAll: true, marks: { isFiner: false } },
    buffer,
    0,
    rows,
  );
  for (let row = 0; row < rows; row++) if (Number.isNaN(buffer[row])) buffer[row] = missing;
}

function isConstant(
  { values }: Candidate,
  entries: Int32Array | number,
  cells: Float64Array,
): boolean {
  for (let row = 0; row < cells.length; row++) {
    const entry = typeof entries === "number" ? entries : entries[row] as number;
    const cell = cells[row] as number;
    const known = values[entry];
    if (known === undefined) values[entry] = cell;
    else if (known !== cell) return false;
  }
  return true;
}

/** Which columns differ within a series among the first rows already: those need not be read for it. */
export function varyingIn(
  fields: readonly Field[],
  samples: readonly (readonly unknown[])[],
  keys: readonly string[],
): ReadonlySet<string> {
  const varying = new Set<string>();
  for (const [index, field] of fields.entries()) {
    const seen = new Map<string, string | null>();
    for (const [row, key] of keys.entries()) {
      const text = cellParam(samples[index]?.[row], field);
      if (seen.has(key) && seen.get(key) !== text) varying.add(field.name);
      seen.set(key, text);
    }
  }
  return varying;
}
