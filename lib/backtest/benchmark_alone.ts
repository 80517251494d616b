// A benchmark's file without a file of returns: joined to dates that come from elsewhere.

import { present, UsageError } from "../errors.ts";
import { alignBenchmark, readReturns } from "../input/mod.ts";
import type { Io } from "../io.ts";
import { missingReturnsIn, NEWEST_RELEASE, type Returns } from "../metrics/mod.ts";
import type { BenchmarkValues } from "./flags.ts";

/**
 * Reads the benchmark that the flags name, and gives what joins it to dates as a backtest would be
 * joined; null where they name none.
 *
 * @throws {InputError} for a file that cannot be read.
 */
export async function readBenchmarkAlone(
  io: Io,
  flags: BenchmarkValues,
): Promise<((dates: Float64Array | null) => Returns) | null> {
  const { benchmark: path, benchmarkKind, benchmarkColumn, benchmarkDateColumn } = flags;
  if (path === undefined) {
    requireNoBenchmarkFlags(flags);
    return null;
  }
  const { series: [series] } = await readReturns(io, path, {
    kind: benchmarkKind,
    column: benchmarkColumn,
    dateColumn: benchmarkDateColumn,
    percent: flags.benchmarkPercent,
    missingReturns: missingReturnsIn(NEWEST_RELEASE),
    benchmark: { fallback: undefined, notColumn: null },
  });
  const benchmark = present(series, "the benchmark's series");
  return (dates) => {
    if (dates === null || benchmark.returns.dates === null) return benchmark.returns;
    // Returns of 0 stand for those of the runs, which all have these dates.
    const runs = {
      kind: "returns",
      dates,
      values: new Float64Array(dates.length),
      levels: null,
    } as const;
    const { joined } = alignBenchmark(runs, { ...benchmark, ...benchmark.returns }, {
      path: "the runs",
      benchmarkPath: path,
    });
    return { dates: joined.dates, values: joined.benchmark };
  };
}

/** @throws {UsageError} where flags of a benchmark are given without one. */
function requireNoBenchmarkFlags(
  { benchmarkKind, benchmarkColumn, benchmarkDateColumn, benchmarkPercent }: BenchmarkValues,
): void {
  const isGiven = [benchmarkKind, benchmarkColumn, benchmarkDateColumn].some((flag) =>
    flag !== undefined
  );
  if (isGiven || benchmarkPercent) {
    throw new UsageError(
      "Cannot use --benchmark-kind, --benchmark-column, --benchmark-date-column or " +
        "--benchmark-percent without --benchmark FILE",
    );
  }
}
