// What a batch is to log: the sweep and its items, each a file or a series of a dataset.

import type { BacktestOptions } from "../backtest/mod.ts";
import type { Requirement } from "../backtest/require.ts";
import { chunksOf, type Dataset } from "../input/dataset/mod.ts";
import { fileStem } from "../backtest/file_stem.ts";
import type { LogRequest } from "../logging/request.ts";

/** Many files to log, and what holds for all of them. */
export interface Sweep {
  /** The same in every shard: the tag `btflow.sweep`. Undefined for a sweep without a parent run. */
  readonly name: string | undefined;
  /** Name of the parent run, of which each shard has its own. */
  readonly parent: string | undefined;
  /** This process's share. */
  readonly items: readonly SweepItem[];
  /** What the items are parts of, where they are; named by their place, as a thread is given each once. */
  readonly datasets: readonly Dataset[];
  readonly request: LogRequest;
  readonly options: BacktestOptions;
  /** Of the metrics of every run, of those too that were logged before. */
  readonly required: readonly Requirement[];
  /** Threads that read and compute; with less than two this one does. */
  readonly threads: number;
  /** Runs delivered at once. */
  readonly jobs: number;
}

/** One file to log. */
export interface SweepItem {
  /** Path of the file. */
  readonly returns: string;
  /** Undefined: the file's name without its ending. */
  readonly runName: string | undefined;
  /** Path of its own benchmark; undefined: the sweep's. */
  readonly benchmark: string | undefined;
  /** Added to the sweep's, and stronger. */
  readonly params: Readonly<Record<string, string>>;
  /** Added to the sweep's, and stronger. */
  readonly tags: Readonly<Record<string, string>>;
  /** Which series of a dataset; undefined where the file is an item by itself. */
  readonly part?: DatasetPart;
  /** Why there is nothing to log: it counts as failed. */
  readonly problem?: Error;
}

/** One series of a dataset. */
export interface DatasetPart {
  /** Which of the sweep's. */
  readonly dataset: number;
  /** Its place among the entries. */
  readonly entry: number;
}

/** What messages call an item: its file, and which series of it. */
export function placeOf({ returns, runName, part }: SweepItem): string {
  return part === undefined ? returns : `${returns}: ${runName ?? ""}`;
}

/** The name of the run that an item becomes. */
export function nameOf({ returns, runName }: SweepItem): string {
  return runName ?? fileStem(returns);
}

/** Items that are read together, in their order: a file alone, consecutive series of a dataset. */
export function* itemChunks(
  items: readonly SweepItem[],
  datasets: readonly Dataset[],
): Generator<readonly SweepItem[]> {
  let from = 0;
  while (from < items.length) {
    const of = items[from]?.part?.dataset;
    const dataset = datasets[of ?? -1];
    if (dataset === undefined) {
      yield items.slice(from, ++from);
      continue;
    }
    let to = from;
    while (items[to]?.part?.dataset === of) to++;
    const own = items.slice(from, to);
    let taken = 0;
    for (const { length } of chunksOf(dataset, own.map(({ part }) => part?.entry ?? 0))) {
      yield own.slice(taken, taken += length);
    }
    from = to;
  }
}

/** Items from operands: one file each. */
export function fileItems(files: readonly string[]): readonly SweepItem[] {
  return files.map((returns) => ({
    returns,
    runName: undefined,
    benchmark: undefined,
    params: {},
    tags: {},
  }));
}
