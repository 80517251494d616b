// A long table in Parquet is looked at once before any series is read: only its key columns, and the
// columns that may be params, say which rows belong to which series. Where the rows of a series lie
// together (sorted by key, partitioned) the stretches are kept; where they are mixed (sorted by date)
// only the row groups, and the keys are read again with the values.

import { type Field, type ParquetFile, readColumns } from "../parquet_file.ts";
import { DATE_NAMES, nameKey } from "../table/names.ts";
import { chooseTyped, SAMPLE_ROWS, type TypedColumn } from "../table/typed_table.ts";
import { type Constants, createConstants, varyingIn } from "./constants.ts";
import type {
  Dataset,
  DatasetHost,
  DatasetOptions,
  Groups,
  KnownColumn,
  Part,
  Ranges,
  Spans,
} from "./dataset.ts";
import { createKeyIndex, type KeyIndex } from "./keys.ts";
import { cellParam, columnOf, entriesOf, paramColumns } from "./names.ts";
import { firstWithRows, opened } from "./parts.ts";
import { isSettled, settleChoice, tryChoice } from "./settle.ts";

/** Opens a long dataset; throws `InputError` where its columns are not plain. */
export async function openLong(
  host: DatasetHost,
  path: string,
  parts: readonly Part[],
  asked: readonly string[],
  { read: options }: DatasetOptions,
): Promise<Dataset> {
  const { part: first, file } = await firstWithRows(host, path, parts);
  const folders = Object.keys(first.partitions);
  const inFile = file.fields.filter(({ name }) => !folders.includes(name));
  const names = [...folders, ...inFile.map(({ name }) => name)];
  const by = asked.map((name) => names[columnOf(path, names, name, "--by")] as string);
  const own = inFile.filter(({ name }) => !by.includes(name));
  const samples = await sampleOf(file, own);
  const columns = [
    ...own.map((field, at): TypedColumn => ({ ...field, sample: samples[at] ?? [] })),
    ...datedFolders(parts, folders.filter((name) => !by.includes(name)), options),
  ];
  const choose = (some: readonly TypedColumn[]) => chooseTyped(path, some, options);
  const before = tryChoice(() => choose(columns));
  const taken = isSettled(before) ? [before.choice?.date, before.choice?.value] : [];
  const varying = varyingIn(own, samples, await sampleKeys(file, first, by));
  const maybe = own.filter(({ name }, at) => !taken.includes(at) && !varying.has(name));
  const index = createKeyIndex(by);
  const constants = createConstants([
    ...folders.filter((name) => !by.includes(name)),
    ...maybe.map(({ name }) => name),
  ]);
  const looked = await look(host, parts, by, index, constants);
  const constant = new Set(constants.names());
  const { choice, left } = settleChoice(before, columns, ({ name }) => constant.has(name), choose);
  const used = [choice.date, choice.value].map((at) => at === null ? null : left[at]?.name);
  const settings = [...by, ...constant].filter((name) => !used.includes(name));
  const { kept, notes } = paramColumns(path, settings);
  const entries = entriesOf(
    by,
    index.keys.map((texts, entry) => {
      const said = new Map<string, string | null>([
        ...by.map((name, at) => [name, texts[at] ?? null] as const),
        ...constants.of(entry),
      ]);
      return { texts, rows: looked.rows[entry] ?? null, params: paramsOf(kept, said) };
    }),
  );
  return {
    path,
    entries,
    notes,
    source: {
      kind: "long",
      parts,
      groups: looked.groups,
      by,
      columns: left.map(({ name, isTime, zone }): KnownColumn => ({ name, isTime, zone })),
      choice,
      keys: index.keys.map((texts) => texts.map((text) => text ?? "")),
      places: looked.places,
    },
  };
}

/** Folders that say the dates of the rows in them. */
function datedFolders(
  parts: readonly Part[],
  names: readonly string[],
  { dateColumn }: DatasetOptions["read"],
): readonly TypedColumn[] {
  const dated = names.filter((name) => name === dateColumn || DATE_NAMES.includes(nameKey(name)));
  const first = parts.slice(0, SAMPLE_ROWS);
  return dated.map((name) => ({
    name,
    isTime: false,
    zone: null,
    sample: first.map(({ partitions }) => partitions[name]),
  }));
}

function paramsOf(
  names: readonly string[],
  said: ReadonlyMap<string, string | null>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(names.flatMap((name) => {
    const text = said.get(name) ?? null;
    return text === null || text === "" ? [] : [[name, text]];
  }));
}

async function sampleOf(
  file: ParquetFile,
  fields: readonly Field[],
): Promise<readonly (readonly unknown[])[]> {
  const rows = Math.min(file.rows, SAMPLE_ROWS);
  const cells = await readColumns(file, fields, rows, { isFiner: false });
  return fields.map(({ stored }) => Array.from(cells.get(stored) ?? []));
}

/** Which of the first rows are of one series. */
async function sampleKeys(
  file: ParquetFile,
  part: Part,
  by: readonly string[],
): Promise<readonly string[]> {
  const fields = by.filter((name) => part.partitions[name] === undefined)
    .map((name) => file.byName.get(name) as Field);
  const cells = await sampleOf(file, fields);
  return Array.from(
    { length: Math.min(file.rows, SAMPLE_ROWS) },
    (_, row) => JSON.stringify(fields.map((field, at) => cellParam(cells[at]?.[row], field))),
  );
}

interface Looked {
  /** Of each entry. */
  readonly rows: readonly number[];
  readonly groups: Groups;
  readonly places: Spans | Ranges;
}

/** More stretches than this, and a row in so many, and the rows count as mixed. */
const FEW_SPANS = 4096;
const ROWS_A_SPAN = 16;

async function look(
  host: DatasetHost,
  parts: readonly Part[],
  by: readonly string[],
  index: KeyIndex,
  constants: Constants,
): Promise<Looked> {
  const rows: number[] = [];
  const firsts: number[] = [];
  const lasts: number[] = [];
  const groups: { part: number; group: number; rows: number }[] = [];
  let spans: { entry: number; group: number; row: number; count: number }[] | null = [];
  let entries = new Int32Array(0);
  let seen = 0;
  const found = (entry: number, row: number, count: number): void => {
    const group = groups.length - 1;
    rows[entry] = (rows[entry] ?? 0) + count;
    firsts[entry] ??= group;
    lasts[entry] = group;
    const stretches = spans?.push({ entry, group, row, count }) ?? 0;
    if (stretches > FEW_SPANS + seen / ROWS_A_SPAN) spans = null;
  };
  for (const [at, part] of parts.entries()) {
    const file = await opened(host, part);
    if (file.rows === 0) continue;
    checkColumns(file, part, by);
    for (const [group, count] of file.groups.entries()) {
      if (count === 0) continue;
      groups.push({ part: at, group, rows: count });
      seen += count;
      if (entries.length < count) entries = new Int32Array(count);
      const whole = await index.read(file, part, group, entries);
      await constants.look(file, part, group, whole ?? entries.subarray(0, count));
      if (whole !== null) found(whole, 0, count);
      else {
        let start = 0;
        for (let row = 1; row <= count; row++) {
          if (row < count && entries[row] === entries[start]) continue;
          found(entries[start] as number, start, row - start);
          start = row;
        }
      }
    }
  }
  return {
    rows,
    groups: {
      part: Int32Array.from(groups, ({ part }) => part),
      group: Int32Array.from(groups, ({ group }) => group),
      rows: Int32Array.from(groups, ({ rows }) => rows),
    },
    places: spans === null
      ? { kind: "ranges", first: Int32Array.from(firsts), last: Int32Array.from(lasts) }
      : byEntry(spans, rows.length),
  };
}

function checkColumns(file: ParquetFile, part: Part, by: readonly string[]): void {
  const names = [...Object.keys(part.partitions), ...file.fields.map(({ name }) => name)];
  for (const name of by) columnOf(file.path, names, name, "--by");
}

function byEntry(
  spans: readonly { entry: number; group: number; row: number; count: number }[],
  entries: number,
): Spans {
  const first = new Int32Array(entries + 1);
  for (const { entry } of spans) first[entry + 1] = (first[entry + 1] as number) + 1;
  for (let entry = 0; entry < entries; entry++) {
    first[entry + 1] = (first[entry + 1] as number) + (first[entry] as number);
  }
  const next = first.slice();
  const order = new Int32Array(spans.length);
  for (const [at, { entry }] of spans.entries()) {
    const place = next[entry] as number;
    order[place] = at;
    next[entry] = place + 1;
  }
  const field = (name: "group" | "row" | "count"): Int32Array =>
    Int32Array.from(order, (at) => spans[at]?.[name] ?? 0);
  return { kind: "spans", first, group: field("group"), row: field("row"), count: field("count") };
}
