// The series of datasets as items of a sweep, with what a side table says of each.

import type { ReadOptions } from "../input/mod.ts";
import { type Dataset, openDataset } from "../input/dataset/mod.ts";
import { InputError, NotFoundError, UsageError, type Warning } from "../errors.ts";
import type { Io } from "../io.ts";
import { nearestNames } from "../nearest.ts";
import { nameOf, type Sweep, type SweepItem } from "./items.ts";
import { readManifest } from "./manifest.ts";

/** How series are told apart: one of both is given. */
export interface DatasetChoice {
  readonly by: readonly string[] | undefined;
  readonly columns: readonly string[] | undefined;
}

/**
 * An item for each series of these files, of which each is a dataset of its own.
 *
 * @throws {InputError} where one cannot be read, or two have series of the same name.
 */
export async function datasetItems(
  io: Io,
  files: readonly string[],
  choice: DatasetChoice,
  read: ReadOptions,
  warn: (warning: Warning) => void,
): Promise<Pick<Sweep, "items" | "datasets">> {
  const items: SweepItem[] = [];
  const datasets: Dataset[] = [];
  const owners = new Map<string, string>();
  for (const file of files) {
    const dataset = await openDataset(io, file, { ...choice, read });
    dataset.notes.forEach(warn);
    for (const { name } of dataset.entries) {
      const owner = owners.get(name);
      if (owner !== undefined && owner !== file) {
        throw new InputError(file, `it has a series "${name}", as ${owner} has; names must differ`);
      }
      owners.set(name, file);
    }
    for (const item of itemsOf(dataset, datasets.length)) items.push(item);
    datasets.push(dataset);
  }
  return { items, datasets };
}

function itemsOf({ path: returns, entries }: Dataset, dataset: number): readonly SweepItem[] {
  return entries.map(({ name, params, problem }, entry) => ({
    returns,
    runName: name,
    benchmark: undefined,
    params,
    tags: {},
    part: { dataset, entry },
    ...(problem === null ? {} : { problem: new InputError(`${returns}: ${name}`, problem) }),
  }));
}

/**
 * Adds what a side table says of the runs that it names; a row that names none is an item that fails.
 *
 * @throws {InputError} for a row without a name, of a name that was there, or with a file.
 */
export async function withSideTable(
  io: Io,
  items: readonly SweepItem[],
  path: string,
  warn: (warning: Warning) => void,
): Promise<readonly SweepItem[]> {
  const rows = await readManifest(io, path);
  const byName = new Map<string, (typeof rows)[number]>();
  for (const row of rows) {
    const { line, runName, returns } = row;
    if (returns !== undefined) {
      const problem = "it names a file of returns, which are in the dataset; leave out that column";
      throw new InputError(path, problem, { line });
    }
    if (runName === undefined) throw new InputError(path, 'no value for "run_name"', { line });
    if (byName.has(runName)) throw new InputError(path, `"${runName}" is there twice`, { line });
    byName.set(runName, row);
  }
  const names = new Set(items.map(nameOf));
  const joined = items.map((item) => {
    const row = byName.get(nameOf(item));
    if (row === undefined) return item;
    const { benchmark, params, tags } = row;
    return { ...item, benchmark, params: { ...item.params, ...params }, tags };
  });
  const bare = items.length - joined.filter((item, at) => item !== items[at]).length;
  if (bare > 0) {
    const message =
      `${bare} of ${items.length} runs have no row in ${path}, and are logged without`;
    warn({ code: "not-in-manifest", message });
  }
  return [...joined, ...missingItems([...byName.keys()].filter((name) => !names.has(name)), names)];
}

/** Only so many are compared with every name: of thousands the rest says the same. */
const MOST_COMPARED = 20;

/** An item that fails for each name that is not there. */
export function missingItems(
  missing: readonly string[],
  names: ReadonlySet<string>,
): readonly SweepItem[] {
  return missing.map((wanted, at) => ({
    returns: wanted,
    runName: wanted,
    benchmark: undefined,
    params: {},
    tags: {},
    problem: new NotFoundError("run", wanted, {
      nearest: at < MOST_COMPARED ? nearestNames(wanted, names) : [],
    }),
  }));
}

/**
 * Refuses what would read the whole dataset again for each of its series.
 *
 * @throws {UsageError} for a benchmark that is a column of the dataset.
 */
export function checkDatasetBenchmark(
  options: {
    readonly benchmark?: string | undefined;
    readonly benchmarkColumn?: string | undefined;
  },
): void {
  if (options.benchmarkColumn === undefined || options.benchmark !== undefined) return;
  throw new UsageError(
    "Cannot take a benchmark from each series of a dataset: name its file too, with --benchmark FILE",
  );
}
