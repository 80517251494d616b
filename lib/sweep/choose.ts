// Which items a batch has: files, the rows of a manifest, or the series of datasets, and of those the
// ones that are asked for by name.

import type { BacktestOptions } from "../backtest/mod.ts";
import type { Context } from "../command/declare.ts";
import { exclusive } from "../command/flags.ts";
import { UsageError } from "../errors.ts";
import { partitionsOf } from "../input/dataset/mod.ts";
import type { Io } from "../io.ts";
import {
  checkDatasetBenchmark,
  type DatasetChoice,
  datasetItems,
  withSideTable,
} from "./dataset_items.ts";
import { fileItems, type Sweep } from "./items.ts";
import { manifestItems } from "./manifest.ts";
import { onlyNamed } from "./only.ts";

/** What is said about the items. */
export interface ItemsAsked extends DatasetChoice {
  readonly files: readonly string[];
  readonly manifest: string | undefined;
  readonly only: readonly string[] | undefined;
}

/**
 * Refuses what does not fit together, before anything is read.
 *
 * @throws {UsageError} saying what.
 */
export function checkItems({ files, manifest, by, columns }: ItemsAsked): void {
  const isDataset = by !== undefined || columns !== undefined;
  exclusive(
    "Cannot use --by together with --columns: a table is long or wide",
    by !== undefined,
    columns !== undefined,
  );
  exclusive(
    "Cannot use --manifest together with files: give one or the other",
    manifest !== undefined && !isDataset,
    files.length > 0,
  );
  if (files.length > 0 || (manifest !== undefined && !isDataset)) return;
  throw new UsageError(
    isDataset
      ? "Cannot log a batch: give the file or folder that holds the dataset"
      : "Cannot log a batch: give files or --manifest FILE",
  );
}

/**
 * The items of a batch, in order.
 *
 * @throws {InputError} where a manifest or dataset cannot be read.
 */
export async function chooseItems(
  { io, warn }: Context,
  asked: ItemsAsked,
  options: BacktestOptions,
): Promise<Pick<Sweep, "items" | "datasets">> {
  const { only } = asked;
  const { items, datasets } = await allItems(io, warn, asked, options);
  return { items: only === undefined ? items : await onlyNamed(io, items, only), datasets };
}

async function allItems(
  io: Io,
  warn: Context["warn"],
  { files, manifest, by, columns }: ItemsAsked,
  options: BacktestOptions,
): Promise<Pick<Sweep, "items" | "datasets">> {
  if (by === undefined && columns === undefined) {
    if (manifest !== undefined) return { items: await manifestItems(io, manifest), datasets: [] };
    await refuseFolder(io, files);
    return { items: fileItems(files), datasets: [] };
  }
  checkDatasetBenchmark(options);
  const { items, datasets } = await datasetItems(io, files, { by, columns }, options.read, warn);
  if (manifest === undefined) return { items, datasets };
  return { items: await withSideTable(io, items, manifest, warn), datasets };
}

/** A folder alone is meant as a dataset; among files it fails as one of them. */
async function refuseFolder(io: Io, files: readonly string[]): Promise<void> {
  const [file, ...others] = files;
  if (file === undefined || others.length > 0 || file === "-") return;
  const info = await io.files.info(file).catch(() => null);
  if (info?.isDirectory !== true) return;
  const names = await partitionsOf(io, file).catch(() => null);
  const advice = names === null
    ? `name its files, as in ${file.replace(/[\\/]+$/, "")}/*.csv`
    : names.length === 0
    ? "--by COLUMN reads its Parquet files as one dataset, --columns all as a wide one"
    : `its Parquet files are partitioned: say which runs there are with --by ${names.join(",")}`;
  throw new UsageError(`Cannot log the folder ${file} as a file; ${advice}`);
}
