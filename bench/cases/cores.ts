// A sweep of ten thousand files: all cores beside one, what the one writer takes, and the same series as
// one dataset. What more cores would give is simulated, and says so.

import os from "node:os";
import path from "node:path";

import {
  type BenchContext,
  both,
  type Case,
  faster,
  interleave,
  type Measured,
  type Row,
  type Side,
} from "../harness.ts";
import { seriesDatasets, sweepFiles } from "../inputs.ts";
import { type QueueCosts, simulatedText } from "../queue.ts";

const ROWS = 2520;
const RUNS_A_SECOND = 3000;
const DATASET_MEGABYTES = 1000;
const OTHER_CORES = [8, 64] as const;

/** `stats` and `batch` of 10,000 files on all cores beside one, and of one dataset. */
export const CORES: Case = {
  name: "cores",
  summary: "stats and batch of 10,000 files on all cores beside one, and of one dataset",
  run: async (given) => {
    const context = { ...given, runs: Math.min(given.runs, 3) };
    const files = sweepFiles(context.folder, context.quick ? 6 : 10_000, ROWS);
    return [...await threads(context, files), ...await datasets(context, files)];
  },
};

/** Writes a new file each time. */
function toParquet({ folder }: BenchContext, name: string, command: readonly string[]): Side {
  return {
    name,
    command: [...command, "--format", "parquet", "--output"],
    fresh: (run) => [path.join(folder, `${name.replaceAll(/\W+/g, "_")}_${run}.parquet`)],
  };
}

async function threads(context: BenchContext, files: readonly string[]): Promise<readonly Row[]> {
  const { binary, folder } = context;
  const cores = os.availableParallelism();
  const few = files.slice(0, Math.ceil(files.length / 100));
  const all = `all ${cores} cores`;
  const stats = (name: string, count: number): Side =>
    toParquet(context, `stats, ${name}`, [binary, "stats", ...files, "--threads", `${count}`]);
  const batch = (name: string, count: number): Side => ({
    name,
    command: [binary, "batch", "-e", "s", "--offline", ...files, "--threads", `${count}`],
    fresh: (run) => ["--store", path.join(folder, `${name.replaceAll(/\W+/g, "_")}_${run}.db`)],
  });
  const dryRun = (some: readonly string[]): Side => ({
    name: `batch --dry-run of ${some.length}, one thread`,
    command: [binary, "batch", "-e", "s", "--dry-run", ...some, "--threads", "1"],
  });
  const [statsAll, statsOne, batchAll, batchOne, dryAll, dryFew] = await interleave(context, [
    stats(all, cores),
    stats("one thread", 1),
    batch(`batch, ${all}`, cores),
    batch("batch, one thread", 1),
    dryRun(files),
    dryRun(few),
  ]);
  const least = cores === 2 ? 1.7 : 0.85 * cores;
  const count = files.length.toLocaleString("en");
  const [kept, keptAlone] = both(batchAll, batchOne);
  const costs = queueCosts(both(dryAll, dryFew), keptAlone, files.length, few.length);
  const rate = files.length / kept.seconds;
  return [
    faster(`\`stats\`, ${count} files × 2,520 rows, ${all}`, statsAll, statsOne, least),
    faster(`\`batch\` into the store, ${count} files, ${all}`, kept, keptAlone, least),
    {
      work: `the same: ${Math.round(rate).toLocaleString("en")} runs a second ` +
        `(${simulatedText(costs, files.length, [cores, ...OTHER_CORES])})`,
      ours: kept,
      theirs: keptAlone,
      promise: { text: "≥ 3,000 runs/s", holds: rate >= RUNS_A_SECOND },
    },
  ];
}

/** A long and a short sweep tell the start from the files; what the store adds is its commits. */
function queueCosts(
  [dryAll, dryFew]: readonly [Measured, Measured],
  batchOne: Measured,
  all: number,
  few: number,
): QueueCosts {
  const compute = Math.max(0, (dryAll.seconds - dryFew.seconds) / (all - few));
  return {
    start: Math.max(0, dryFew.seconds - few * compute),
    compute,
    commit: Math.max(0, (batchOne.seconds - dryAll.seconds) / all),
  };
}

async function datasets(context: BenchContext, files: readonly string[]): Promise<readonly Row[]> {
  const { binary, folder } = context;
  const { long, wide } = await seriesDatasets(folder, files);
  const ofDataset = (name: string, file: string, ...words: readonly string[]): Side =>
    toParquet(context, name, [binary, "batch", "-e", "s", file, ...words, "--dry-run"]);
  const [ofFiles, ofLong, ofWide] = await interleave(context, [
    toParquet(context, "as files", [binary, "stats", ...files]),
    ofDataset("long", long, "--by", "symbol"),
    ofDataset("wide", wide, "--columns", "all"),
  ]);
  const count = files.length.toLocaleString("en");
  return [["long", ofLong], ["wide", ofWide]].flatMap(([name, measured]) => {
    const work = `one ${name} dataset of ${count} series × 2,520 rows, to Parquet`;
    const [ours, theirs] = both(measured as Measured | undefined, ofFiles);
    return [
      faster(work, ours, theirs, 1.5),
      {
        work: "the same: memory",
        ours,
        theirs,
        promise: { text: "≤ 1 GB", holds: ours.megabytes <= DATASET_MEGABYTES },
      },
    ];
  });
}
