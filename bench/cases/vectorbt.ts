// Many series beside what computes them fastest in Python: polars reads, and vectorbt's Rust kernels
// compute the thirteen metrics that both have. Their values are held against ours before times are.

import path from "node:path";

import {
  type BenchContext,
  both,
  type Case,
  faster,
  interleave,
  pythonScript,
  repository,
  type Row,
  type Side,
} from "../harness.ts";
import { seriesDatasets, sweepFiles } from "../inputs.ts";
import { benchPackages, succeed } from "../packages.ts";

const ROWS = 2520;
/** vectorbt itself is with the backtesters whose results the tests read. */
const python = path.join(repository, ".venv-python", "bin", "python");
/** Of the thirteen, those that are computed when asked for. */
const ASKED = ["historical_var", "historical_cvar"] as const;
const METRICS = [
  ...["total_return", "cagr", "volatility", "max_drawdown", "calmar_ratio", "sharpe_ratio"],
  ...["sortino_ratio", "omega_ratio", "tail_ratio", ...ASKED, "best_day", "worst_day"],
];

/** `stats` of files, and `batch` of a wide dataset, beside polars and vectorbt-rust. */
export const VECTORBT: Case = {
  name: "vectorbt",
  summary: "stats of 10,000 files and a wide dataset of them beside polars and vectorbt-rust",
  run: async (given) => {
    const context = { ...given, runs: Math.min(given.runs, 3) };
    const files = sweepFiles(context.folder, context.quick ? 6 : 10_000, ROWS);
    const env = await benchPackages();
    return [
      await cold(context, { files, env, least: 2.5 }),
      await cold(context, {
        files: files.slice(0, context.quick ? 3 : 1000),
        env,
        least: 3,
        threads: 1,
      }),
      await inMemory(context, files, env),
    ];
  },
};

type Environment = Readonly<Record<string, string>>;

/** A side that writes a Parquet file, the same in each run. */
interface Writer extends Side {
  readonly output: string;
}

function ourSide({ binary, folder }: BenchContext, name: string, words: readonly string[]): Writer {
  const output = path.join(folder, `ours_${name.replaceAll(/\W+/g, "_")}.parquet`);
  const command = [binary, ...words, "--format", "parquet", "--output", output];
  return { name, command, output };
}

function theirSide(
  { folder }: BenchContext,
  name: string,
  env: Environment,
  files: readonly string[],
): Writer {
  const output = path.join(folder, `theirs_${name.replaceAll(/\W+/g, "_")}.parquet`);
  return {
    name,
    command: [python, pythonScript("vectorbt_metrics.py"), output, ...files],
    env,
    output,
  };
}

/** Fails where the two did not compute the same; `spared`: metrics that we were not asked for. */
function compareValues(ours: Writer, theirs: Writer, spared: readonly string[]): Promise<void> {
  return succeed(python, [
    ...[pythonScript("same_metrics.py"), ours.output, theirs.output, ...spared],
  ]);
}

/** Whole processes, from files; on one thread polars has one as well: vectorbt's kernels have no more. */
async function cold(
  context: BenchContext,
  { files, env, least, threads }: {
    readonly files: readonly string[];
    readonly env: Environment;
    readonly least: number;
    readonly threads?: number;
  },
): Promise<Row> {
  const isOne = threads === 1;
  const count = files.length.toLocaleString("en");
  const ours = ourSide(context, `stats of ${count}`, [
    ...["stats", ...files, ...(isOne ? ["--threads", "1"] : [])],
  ]);
  const theirs = theirSide(
    context,
    `polars + vectorbt-rust, ${METRICS.length} metrics of ${count}`,
    isOne ? { ...env, POLARS_MAX_THREADS: "1" } : env,
    files,
  );
  const [our, their] = await interleave(context, [ours, theirs]);
  await compareValues(ours, theirs, ASKED);
  const work = `\`stats\`, ${count} files × 2,520 rows, ${isOne ? "one thread" : "all cores"}`;
  return faster(work, our, their, least);
}

/** Our process, its reading included, beside computing alone on the matrix in memory. */
async function inMemory(
  context: BenchContext,
  files: readonly string[],
  env: Environment,
): Promise<Row> {
  const { wide } = await seriesDatasets(context.folder, files);
  const ours = ourSide(context, "wide", [
    ...["batch", "-e", "s", wide, "--columns", "all", "--dry-run", "--metrics", METRICS.join()],
  ]);
  const theirs: Writer = {
    ...theirSide(context, "vectorbt-rust, the matrix in memory", env, [wide]),
    ownCost: (stdout) => {
      const { seconds, cpu_seconds } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<
        string,
        number
      >;
      return { seconds: seconds ?? NaN, cpuSeconds: cpu_seconds ?? NaN };
    },
  };
  const [measured, theirMeasured] = await interleave(context, [ours, theirs]);
  const [our, their] = both(measured, theirMeasured);
  await compareValues(ours, theirs, []);
  const count = files.length.toLocaleString("en");
  return {
    work: `\`batch --dry-run\`, ${METRICS.length} metrics of a wide dataset of ${count} series`,
    ours: our,
    theirs: their,
    promise: { text: "≤ 2× its time", holds: our.seconds / their.seconds <= 2 },
  };
}
