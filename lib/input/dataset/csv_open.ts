// A dataset as CSV: the same columns are chosen by the same rules as in Parquet, from text.

import { isLeftEmpty } from "../cells/number_column.ts";
import type { ReadOptions } from "../options.ts";
import { plainChoice } from "../table/choice.ts";
import { chooseColumns, chooseDatesAlone } from "../table/columns.ts";
import { type ColumnProfile, isRowCounter, profileColumn } from "../table/profile.ts";
import { chosenColumns } from "./chosen.ts";
import { type CsvRows, readHead, readRows } from "./csv_table.ts";
import type { CsvSource, Dataset, DatasetHost, DatasetOptions } from "./dataset.ts";
import { columnOf, entriesOf, type Key, paramColumns } from "./names.ts";
import { settleChoice, tryChoice } from "./settle.ts";

/** Opens a dataset of text; throws `InputError` where its columns are not plain. */
export async function openCsv(
  host: DatasetHost,
  path: string,
  options: DatasetOptions,
): Promise<Dataset> {
  const { names, rows } = await readHead(host, path);
  const profiles = names.map((name, at) =>
    profileColumn(name, () => rows.map((row) => row[at] ?? ""), options.read)
  );
  return options.by === undefined
    ? await openWideCsv(host, path, profiles, options.columns ?? [], options.read)
    : await openLongCsv(host, path, profiles, options.by, options.read);
}

async function openWideCsv(
  host: DatasetHost,
  path: string,
  profiles: readonly ColumnProfile[],
  wanted: readonly string[],
  options: ReadOptions,
): Promise<Dataset> {
  const date = chooseDatesAlone(path, profiles, options);
  const others = profiles.flatMap((_, at) => at === date ? [] : [at]);
  const kept = date === null ? others : [date, ...others];
  const [rows] = (await rowsOf(host, path, { by: null, kept })).values();
  const nameOf = (at: number): string => (profiles[at] as ColumnProfile).name;
  const before = kept.length - others.length;
  // A series may begin far below the first rows.
  const isNumeric = (at: number, index: number): boolean => {
    const cells = rows?.columns[index + before] ?? [];
    const profile = profileColumn(nameOf(at), () => firstPresent(cells), options);
    return profile.isNumbers && !isRowCounter(profile);
  };
  const chosen = new Set(chosenColumns(path, wanted, {
    all: others.map(nameOf),
    numeric: others.filter(isNumeric).map(nameOf),
  }));
  const columns = others.flatMap((at, index) => chosen.has(nameOf(at)) ? [index] : []);
  const names = columns.map((index) => nameOf(others[index] as number));
  const keys = names.map((name): Key => ({
    texts: [name],
    params: {},
    rows: rows?.lines.length ?? 0,
  }));
  const source: CsvSource = {
    kind: "csv",
    by: null,
    kept,
    columns: columns.map((index) => index + before),
    names,
    choice: plainChoice(date === null ? null : 0, date === null ? 0 : 1),
  };
  return { path, entries: entriesOf(["name"], keys), notes: [], source };
}

const ENOUGH_CELLS = 1000;

/** The first cells of a column in which something stands. */
function firstPresent(cells: readonly string[]): readonly string[] {
  const present: string[] = [];
  for (const cell of cells) {
    if (present.length === ENOUGH_CELLS) break;
    if (!isLeftEmpty(cell)) present.push(cell);
  }
  return present;
}

async function openLongCsv(
  host: DatasetHost,
  path: string,
  profiles: readonly ColumnProfile[],
  asked: readonly string[],
  options: ReadOptions,
): Promise<Dataset> {
  const names = profiles.map(({ name }) => name);
  const by = asked.map((name) => columnOf(path, names, name, "--by"));
  const own = profiles.flatMap((_, at) => by.includes(at) ? [] : [at]);
  const choose = (some: readonly number[]) =>
    chooseColumns(path, some.map((at) => profiles[own[at] as number] as ColumnProfile), options);
  const all = await rowsOf(host, path, { by, kept: own });
  const columns = own.map((_, at) => at);
  const before = tryChoice(() => choose(columns));
  const constant = own.map((_, at) => [...all.values()].every((rows) => isConstant(rows, at)));
  const isSetting = (at: number): boolean => constant[at] === true;
  const { choice, left } = settleChoice(before, columns, isSetting, choose);
  const nameOf = (at: number): string => names[own[at] as number] as string;
  const used = [choice.date, choice.value].map((at) => at === null ? undefined : left[at]);
  const params = columns.filter((at) => isSetting(at) && !used.includes(at));
  const keyNames = by.map((at) => names[at] as string);
  const { kept, notes } = paramColumns(path, [
    ...keyNames,
    ...params.map(nameOf),
  ]);
  const keys = [...all].map(([key, rows]): Key => {
    const texts = JSON.parse(key) as readonly string[];
    const said = [
      ...keyNames.map((name, at) => [name, texts[at] ?? ""] as const),
      ...params.map((at) => [nameOf(at), rows.columns[at]?.[0] ?? ""] as const),
    ];
    return {
      texts,
      rows: rows.lines.length,
      params: Object.fromEntries(said.filter(([name, text]) => text !== "" && kept.includes(name))),
    };
  });
  const source: CsvSource = {
    kind: "csv",
    by,
    kept: own,
    columns: left,
    names: left.map(nameOf),
    choice,
  };
  return { path, entries: entriesOf(keyNames, keys), notes, source };
}

function isConstant({ columns }: CsvRows, at: number): boolean {
  const cells = columns[at] as readonly string[];
  return cells.every((cell) => cell === cells[0]);
}

/** The last table read: opening reads it, and the first series ask for it again. */
let last: { readonly key: string; readonly rows: Promise<ReadonlyMap<string, CsvRows>> } | null =
  null;

/** The rows of all series by their keys; of a wide table all rows are one. */
export async function rowsOf(
  host: DatasetHost,
  path: string,
  { by, kept }: Pick<CsvSource, "by" | "kept">,
): Promise<ReadonlyMap<string, CsvRows>> {
  const info = await host.files.info(path);
  const key = JSON.stringify([path, info?.size, info?.modifiedMs, info?.identity, by, kept]);
  if (last?.key === key) return await last.rows;
  const keyOf = by === null
    ? () => ""
    : (cells: readonly string[]) => JSON.stringify(by.map((at) => cells[at] ?? ""));
  const rows = readRows(host, path, kept, keyOf);
  last = { key, rows };
  try {
    return await rows;
  } catch (error) {
    last = null;
    throw error;
  }
}
