// What a backtest is computed from besides its own file: the benchmark and the rates.

import { UsageError } from "../errors.ts";
import { type InputFile, type ReadOptions, readReturns } from "../input/mod.ts";
import type { Io } from "../io.ts";
import { missingReturnsIn } from "../metrics/mod.ts";
import type { BacktestOptions } from "./options.ts";
import { type ReadRates, readRates } from "./rates.ts";

/** What a backtest is computed from. */
export interface FilesRead {
  readonly file: InputFile;
  readonly benchmark: InputFile | null;
  readonly rates: ReadRates | null;
}

/** Reads what stands beside a file: the benchmark, the rates. */
export async function readBeside(
  io: Io,
  file: InputFile,
  options: BacktestOptions,
): Promise<FilesRead> {
  const missingReturns = missingReturnsIn(options.release);
  const benchmark = await readBenchmark(io, file, { ...options, missingReturns });
  const rates = options.rateFile === undefined
    ? null
    : await readRates(io, options.rateFile, { hash: options.hash ?? false });
  return { file, benchmark, rates };
}

/** The benchmark is read by the same rules, but by its own columns, kind and format. */
async function readBenchmark(
  io: Io,
  file: InputFile,
  options: BacktestOptions & Pick<ReadOptions, "missingReturns">,
): Promise<InputFile | null> {
  const { benchmarkKind, benchmarkColumn, benchmarkDateColumn, benchmarkPercent, read } = options;
  const path = options.benchmark ?? (benchmarkColumn === undefined ? undefined : file.path);
  if (path === undefined) {
    if (
      benchmarkKind === undefined && benchmarkDateColumn === undefined && benchmarkPercent !== true
    ) {
      return null;
    }
    throw new UsageError(
      "Cannot use --benchmark-kind, --benchmark-date-column or --benchmark-percent without " +
        "--benchmark FILE, or --benchmark-column of the same file",
    );
  }
  const isSame = path === file.path;
  if (isSame && path === "-") {
    throw new UsageError(
      "Cannot read a benchmark from standard input too: save the table as a file",
    );
  }
  const { kind, dateColumn, dateFormat, timezone, missing, decimal, resample, inputFormat } = read;
  return await readReturns(io, path, {
    kind: benchmarkKind,
    column: benchmarkColumn,
    dateColumn: benchmarkDateColumn ?? (isSame ? dateColumn : undefined),
    percent: benchmarkPercent === true || (isSame && read.percent === true),
    dateFormat,
    timezone,
    missing,
    missingReturns: options.missingReturns,
    decimal,
    resample,
    inputFormat: isSame ? inputFormat : undefined,
    hash: options.hash ?? false,
    benchmark: {
      fallback: kind === "trades" ? undefined : kind,
      notColumn: isSame ? file.series[0]?.column ?? null : null,
    },
  });
}
