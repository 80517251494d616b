// Series of a long Parquet dataset, some at a time: each row group that has rows of one of them is
// decoded once, and its rows go to where their series collects them.

import { InputError } from "../../errors.ts";
import type { InputFile } from "../mod.ts";
import type { ReadOptions } from "../options.ts";
import { type Field, type ParquetFile, readColumns, readNumbers } from "../parquet_file.ts";
import { isPlainChoice } from "../table/choice.ts";
import { notPlain } from "../table/series.ts";
import { collectAsText, type TypedColumn } from "../table/typed_table.ts";
import { tableOfColumns } from "../table/whole_columns.ts";
import type { Table } from "../table/table.ts";
import type { Dataset, DatasetHost, LongParquet, Part } from "./dataset.ts";
import { entryFile, placeIn } from "./entry_file.ts";
import { createKeyIndex } from "./keys.ts";
import { opened } from "./parts.ts";

/** A column of the wanted series, one after the other. */
type Column = Float64Array | unknown[];

/** Where each wanted series collects its rows. */
interface Slots {
  /** By entry; −1 where it is not wanted. */
  readonly first: Map<number, number>;
  readonly total: number;
}

/** Reads these series, in this order. */
export async function* readLong(
  host: DatasetHost,
  dataset: Dataset,
  source: LongParquet,
  which: readonly number[],
  options: ReadOptions,
): AsyncGenerator<InputFile | Error> {
  const { choice } = source;
  const isPlain = isPlainChoice(choice);
  const wanted = isPlain
    ? [choice.date, choice.value].filter((at) => at !== null)
    : source.columns.map((_, at) => at);
  const marks = { isFiner: false };
  const slots = slotsOf(dataset, which);
  const columns = await gather(host, source, wanted, slots, marks);
  for (const entry of which) {
    const start = slots.first.get(entry) as number;
    const count = dataset.entries[entry]?.rows as number;
    const cellsOf = (all: ReadonlyMap<number, Column>, from: number) => (at: number): Column =>
      (all.get(at) as Column).slice(from, from + count);
    const path = placeIn(dataset, entry);
    const described = { path, columns: typed(source), choice, unit: "row" } as const;
    const ways = {
      plain: (): Table => {
        if (!isPlain) throw notPlain(path);
        return tableOfColumns(described, options, cellsOf(columns, start), count, marks.isFiner);
      },
      careful: async (): Promise<Table> => {
        const every = source.columns.map((_, at) => at);
        const alone = slotsOf(dataset, [entry]);
        const all = isPlain
          ? await gather(host, source, every, alone, { isFiner: false })
          : columns;
        const cells = every.map(cellsOf(all, isPlain ? 0 : start));
        const rows = collectAsText(described, options);
        for (let row = 0; row < count; row++) rows.add((at) => cells[at]?.[row], row + 1);
        return rows.finish();
      },
      isTooLarge: false,
    };
    yield await entryFile(dataset, entry, "parquet", ways, options);
  }
}

function typed({ columns }: LongParquet): readonly TypedColumn[] {
  return columns.map((column) => ({ ...column, sample: [] }));
}

function slotsOf({ entries }: Dataset, which: readonly number[]): Slots {
  const first = new Map<number, number>();
  let total = 0;
  for (const entry of which) {
    if (first.has(entry)) continue;
    first.set(entry, total);
    total += entries[entry]?.rows as number;
  }
  return { first, total };
}

/** The columns at these places of `source.columns`, of all wanted series. */
async function gather(
  host: DatasetHost,
  source: LongParquet,
  wanted: readonly number[],
  slots: Slots,
  marks: { isFiner: boolean },
): Promise<ReadonlyMap<number, Column>> {
  const columns = new Map<number, Column>();
  const scratch = createScratch();
  const places = source.places.kind === "spans"
    ? stretches(source, slots)
    : mixed(host, source, slots);
  for await (const { file, part, group, copies, rows } of placesIn(host, source, places)) {
    for (const at of wanted) {
      const said = part.partitions[source.columns[at]?.name ?? ""];
      const cells = said === undefined
        ? await cellsOf(file, group, fieldOf(file, source, at), scratch(rows), marks)
        : new Array<unknown>(rows).fill(said);
      let column = columns.get(at);
      if (column === undefined || (Array.isArray(cells) && !Array.isArray(column))) {
        // Files may store a column in different types.
        column = Array.isArray(cells)
          ? Object.assign(new Array<unknown>(slots.total).fill(null), column ?? {})
          : new Float64Array(slots.total);
        columns.set(at, column);
      }
      copies(cells, column);
    }
  }
  return columns;
}

interface Place {
  /** Of `source.groups`. */
  readonly group: number;
  /** How many of its rows have to be decoded. */
  readonly rows: number;
  /** Copies the cells that are wanted to where they belong. */
  copies(from: Column, to: Column): void;
}

async function* placesIn(
  host: DatasetHost,
  { parts, groups }: LongParquet,
  places: Iterable<Place> | AsyncIterable<Place>,
): AsyncGenerator<Place & { readonly file: ParquetFile; readonly part: Part }> {
  for await (const place of places) {
    const part = parts[groups.part[place.group] as number] as Part;
    const group = groups.group[place.group] as number;
    yield { ...place, part, file: await opened(host, part), group };
  }
}

function fieldOf(file: ParquetFile, { columns }: LongParquet, at: number): Field {
  const name = columns[at]?.name ?? "";
  const field = file.byName.get(name);
  if (field !== undefined) return field;
  throw new InputError(
    file.path,
    `it has no column ${name}, which other files of the dataset have`,
  );
}

/** The first rows of a column: as numbers where its type is of numbers or times. */
async function cellsOf(
  file: ParquetFile,
  group: number,
  field: Field,
  cells: Float64Array,
  marks: { isFiner: boolean },
): Promise<Column> {
  const rows = cells.length;
  if (!field.isFlat && !field.isNumber) return await groupCells(file, group, field, rows);
  await readNumbers(file, group, { field, numberOf, marks }, cells, 0, rows);
  return cells;
}

/** The same memory for each row group: what is new for each is let go of late. */
function createScratch(): (rows: number) => Float64Array {
  let memory = new Float64Array(0);
  return (rows) => {
    if (memory.length < rows) memory = new Float64Array(rows);
    return memory.subarray(0, rows);
  };
}

function numberOf(cell: unknown): number {
  return typeof cell === "number" ? cell : typeof cell === "bigint" ? Number(cell) : NaN;
}

async function groupCells(
  file: ParquetFile,
  group: number,
  field: Field,
  rows: number,
): Promise<Column> {
  const alone = {
    ...file,
    groups: [rows],
    metadata: { ...file.metadata, row_groups: file.metadata.row_groups.slice(group, group + 1) },
  };
  const cells = await readColumns(alone, [field], rows, { isFiner: false });
  return cells.get(field.stored) as Column;
}

/** The stretches of the wanted series, row group by row group. */
function* stretches({ places }: LongParquet, { first }: Slots): Generator<Place> {
  if (places.kind !== "spans") return;
  const byGroup = new Map<number, { row: number; count: number; to: number }[]>();
  for (const [entry, start] of first) {
    let to = start;
    const end = places.first[entry + 1] as number;
    for (let span = places.first[entry] as number; span < end; span++) {
      const group = places.group[span] as number;
      const count = places.count[span] as number;
      const own = byGroup.get(group) ?? [];
      own.push({ row: places.row[span] as number, count, to });
      byGroup.set(group, own);
      to += count;
    }
  }
  for (const group of [...byGroup.keys()].toSorted((a, b) => a - b)) {
    const own = byGroup.get(group) ?? [];
    yield {
      group,
      rows: own.reduce((most, { row, count }) => Math.max(most, row + count), 0),
      copies(from, to) {
        for (const { row, count, to: at } of own) {
          if (from instanceof Float64Array && to instanceof Float64Array) {
            to.set(from.subarray(row, row + count), at);
          } else {for (let cell = 0; cell < count; cell++) {
              to[at + cell] = from[row + cell] as number;
            }}
        }
      },
    };
  }
}

/** Row groups whose rows are of many series: the keys say for each row where it goes. */
async function* mixed(
  host: DatasetHost,
  source: LongParquet,
  { first }: Slots,
): AsyncGenerator<Place> {
  const { places, groups, parts, by, keys } = source;
  if (places.kind !== "ranges") return;
  const index = createKeyIndex(by);
  const next: number[] = [];
  const wanted = new Map<number, number>();
  for (const [entry, start] of first) {
    const own = index.entryOf((keys[entry] ?? []).map((text) => text === "" ? null : text));
    wanted.set(own, entry);
    next[own] = start;
  }
  const known = index.keys.length;
  const isWanted = (group: number): boolean => {
    for (const entry of wanted.values()) {
      if (group >= (places.first[entry] as number) && group <= (places.last[entry] as number)) {
        return true;
      }
    }
    return false;
  };
  let entries = new Int32Array(0);
  let targets = new Int32Array(0);
  for (let group = 0; group < groups.rows.length; group++) {
    if (!isWanted(group)) continue;
    const rows = groups.rows[group] as number;
    if (entries.length < rows) entries = new Int32Array(rows);
    const part = parts[groups.part[group] as number] as Part;
    const file = await opened(host, part);
    const whole = await index.read(file, part, groups.group[group] as number, entries);
    if (whole !== null) entries.fill(whole, 0, rows);
    if (targets.length < rows) targets = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      const entry = entries[row] as number;
      if (entry >= known) targets[row] = -1;
      else {
        const to = next[entry] as number;
        targets[row] = to;
        next[entry] = to + 1;
      }
    }
    yield {
      group,
      rows,
      copies(from, to) {
        for (let row = 0; row < rows; row++) {
          const at = targets[row] as number;
          if (at >= 0) to[at] = from[row] as number;
        }
      },
    };
  }
}
