// Many series in one file or folder: long (a series a key), wide (a series a column), in Parquet or CSV.
// Opening looks at names and keys alone; series are then read some at a time, by byte ranges, so that
// memory holds those and no more.

import { InputError, UsageError } from "../../errors.ts";
import type { InputFile } from "../mod.ts";
import type { ReadOptions } from "../options.ts";
import { factsOf } from "../source.ts";
import type { Dataset, DatasetHost, DatasetOptions } from "./dataset.ts";

export type { Dataset, DatasetEntry, DatasetHost, DatasetOptions } from "./dataset.ts";

/**
 * Opens a dataset: a Parquet or CSV file, or a folder of Parquet files.
 *
 * @throws {InputError} where it cannot be read, or a column that is named is not there.
 * @throws {UsageError} where options contradict each other.
 */
export async function openDataset(
  host: DatasetHost,
  path: string,
  options: DatasetOptions,
): Promise<Dataset> {
  const { by, columns } = options;
  if ((by === undefined) === (columns === undefined)) {
    throw new UsageError(
      "Cannot read a dataset: give --by for a long table or --columns for a wide one",
    );
  }
  if (path === "-") {
    throw new InputError("standard input", "a dataset is read more than once; save it as a file");
  }
  const { isDirectory } = await factsOf(host, path);
  if (!isDirectory && !await isParquet(host, path)) {
    const { openCsv } = await import("./csv_open.ts");
    return await openCsv(host, path, options);
  }
  const { partsOf } = await import("./parts.ts");
  const parts = await partsOf(host, path);
  if (by !== undefined) {
    const { openLong } = await import("./long_open.ts");
    return await openLong(host, path, parts, by, options);
  }
  const { openWide } = await import("./wide.ts");
  return await openWide(host, path, parts, columns ?? [], options);
}

async function isParquet(host: DatasetHost, path: string): Promise<boolean> {
  for await (const chunk of host.files.chunks(path, 64)) {
    return new TextDecoder().decode(chunk.subarray(0, 4)) === "PAR1";
  }
  return false;
}

/**
 * Reads series of a dataset, those of one call together, and gives them in this order: each as the file
 * that it could be, or why it cannot be. How many to ask for at once `chunksOf` says.
 *
 * @throws {InputError} where the dataset itself cannot be read.
 */
export async function* readEntries(
  host: DatasetHost,
  dataset: Dataset,
  which: readonly number[],
  options: ReadOptions,
): AsyncGenerator<InputFile | Error> {
  const { source } = dataset;
  if (source.kind === "long") {
    const { readLong } = await import("./long_read.ts");
    yield* readLong(host, dataset, source, which, options);
  } else if (source.kind === "wide") {
    const { readWide } = await import("./wide.ts");
    yield* readWide(host, dataset, source, which, options);
  } else {
    const { readCsv } = await import("./csv_read.ts");
    yield* readCsv(host, dataset, source, which, options);
  }
}

/** Rows whose series are read together at least and at most: 8 and 64 MB of dates and values. */
const LEAST_ROWS = 500_000;
const MOST_ROWS = 4_000_000;
/** Of short series so many, as each comes with a run's record. */
const MOST_ENTRIES = 2000;
const MOST_MIXED_ENTRIES = 20_000;

/**
 * Cuts a list of series into those to be read together: consecutive ones, few enough for memory and for
 * threads to share them evenly, cut where a row group ends. Where each row group has rows of every series,
 * and is decoded again for each chunk, they are as few as memory allows.
 */
export function* chunksOf(
  { entries, source }: Dataset,
  which: readonly number[],
): Generator<readonly number[]> {
  const places = source.kind === "long" ? source.places : null;
  const isMixed = places?.kind === "ranges";
  const most = isMixed ? MOST_MIXED_ENTRIES : MOST_ENTRIES;
  const groupOf = (entry: number): number =>
    places?.kind === "spans" ? places.group[places.first[entry] as number] as number : entry;
  let chunk: number[] = [];
  let rows = 0;
  for (const entry of which) {
    const own = entries[entry]?.rows ?? MOST_ROWS;
    const isEnough = !isMixed && rows >= LEAST_ROWS &&
      groupOf(entry) !== groupOf(chunk.at(-1) ?? entry);
    const isFull = rows + own > MOST_ROWS || chunk.length >= most;
    if (chunk.length > 0 && (isEnough || isFull)) {
      yield chunk;
      chunk = [];
      rows = 0;
    }
    chunk.push(entry);
    rows += own;
  }
  if (chunk.length > 0) yield chunk;
}

/**
 * Names in a file: one a line, or the column `run_name` of a CSV or Parquet file.
 *
 * @throws {InputError} where it cannot be read, or has none.
 */
export async function readNames(host: DatasetHost, path: string): Promise<readonly string[]> {
  const { namesInParquet, namesInText } = await import("./name_list.ts");
  return await isParquet(host, path)
    ? await namesInParquet(host, path)
    : await namesInText(host, path);
}

/**
 * The names by which a folder is partitioned, for advice; empty for what is no such folder.
 *
 * @throws {InputError} where it cannot be read.
 */
export async function partitionsOf(host: DatasetHost, path: string): Promise<readonly string[]> {
  const { partsOf } = await import("./parts.ts");
  const parts = await partsOf(host, path);
  return Object.keys(parts[0]?.partitions ?? {});
}
