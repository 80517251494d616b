// A series and its benchmark on common dates. Daily and slower data meet on the calendar day, since
// one side may stamp the close and the other midnight; anything faster must have equal times.
// Dates on one side alone are left out and counted, never filled.

import { InputError, type Warning } from "../errors.ts";
import type { JoinedBenchmark, Returns } from "../metrics/mod.ts";
import { DAY_MS, timeText } from "./calendar_time.ts";

/** The files that a series and its benchmark came from, for messages. */
export interface BenchmarkPaths {
  readonly path: string;
  readonly benchmarkPath: string;
}

/** A joined benchmark, and what there is to say of the joining. */
export interface AlignedBenchmark {
  /** Both on their common dates, those of the series. */
  readonly joined: JoinedBenchmark;
  /** Rows of the series that have no benchmark row of the same date. */
  readonly dropped: number;
  /** What the user should know of the joining. */
  readonly warnings: readonly Warning[];
}

const HOUR_MS = 3_600_000;
/** Longest usual step of each frequency; below the first, data is intraday. */
const FREQUENCIES = [
  ["intraday", 20 * HOUR_MS],
  ["daily", 4.5 * DAY_MS],
  ["weekly", 20 * DAY_MS],
  ["monthly", 50 * DAY_MS],
  ["quarterly", 140 * DAY_MS],
  ["half-yearly", 250 * DAY_MS],
  ["yearly", Infinity],
] as const;
/** Intraday steps that differ by more than this are different frequencies. */
const LARGEST_STEP_RATIO = 1.5;
const LARGEST_QUIET_SHARE = 0.05;

/** Joins on equal dates; throws `InputError` where that gives nothing to compare. */
export function alignBenchmark(
  series: Returns,
  benchmark: Returns,
  paths: BenchmarkPaths,
): AlignedBenchmark {
  if (series.dates === null || benchmark.dates === null) {
    const path = series.dates === null ? paths.path : paths.benchmarkPath;
    throw new InputError(path, "a benchmark is joined by date, and this file has no dates");
  }
  const isDaily = checkFrequencies(series.dates, benchmark.dates, paths);
  const left = isDaily ? daysOf(series.dates, paths.path) : series.dates;
  const right = isDaily ? daysOf(benchmark.dates, paths.benchmarkPath) : benchmark.dates;
  const joined = innerJoin(series, left, benchmark, right);
  const common = joined.dates.length;
  if (common < 2) {
    throw new InputError(
      paths.benchmarkPath,
      `${common === 0 ? "no row has" : "only one row has"} a date of ${paths.path} ` +
        `(${rangeText(series.dates)}; the benchmark: ${rangeText(benchmark.dates)})`,
    );
  }
  const dropped = left.length - common;
  return { joined, dropped, warnings: dropWarnings(dropped, left.length, paths) };
}

function dropWarnings(dropped: number, rows: number, paths: BenchmarkPaths): readonly Warning[] {
  if (dropped <= rows * LARGEST_QUIET_SHARE) return [];
  const share = (100 * dropped / rows).toFixed(1);
  return [{
    code: "benchmark-rows-dropped",
    message:
      `${dropped} of ${rows} rows (${share} %) of ${paths.path} have no row of the same date in ` +
      `${paths.benchmarkPath}; the benchmark metrics leave them out`,
  }];
}

/** Whether both are daily or slower; an error when their frequencies differ. */
function checkFrequencies(left: Float64Array, right: Float64Array, paths: BenchmarkPaths): boolean {
  const steps = [usualStep(left), usualStep(right)] as const;
  const names = [frequencyOf(steps[0]), frequencyOf(steps[1])] as const;
  if (Number.isNaN(steps[0]) || Number.isNaN(steps[1])) {
    return names[0] !== "intraday" && names[1] !== "intraday";
  }
  const ratio = Math.max(...steps) / Math.min(...steps);
  const isDifferent = names[0] !== names[1] ||
    (names[0] === "intraday" && ratio > LARGEST_STEP_RATIO);
  if (isDifferent) {
    throw new InputError(
      paths.benchmarkPath,
      `the benchmark is ${describe(names[1], steps[1])} and ${paths.path} is ${
        describe(names[0], steps[0])
      }; ` +
        "give both at one frequency",
    );
  }
  return names[0] !== "intraday";
}

/** The median step between dates; NaN for a single row. */
function usualStep(dates: Float64Array): number {
  const steps = new Float64Array(dates.length - 1);
  for (let row = 0; row < steps.length; row++) {
    steps[row] = (dates[row + 1] as number) - (dates[row] as number);
  }
  return steps.sort()[steps.length >> 1] ?? NaN;
}

function frequencyOf(step: number): string {
  return FREQUENCIES.find(([, longest]) => step < longest)?.[0] ?? "daily";
}

function describe(name: string, step: number): string {
  if (name !== "intraday") return name;
  const minutes = step / 60_000;
  return minutes >= 1 ? `in steps of ${Number(minutes.toFixed(2))} min` : `in steps of ${step} ms`;
}

/** Calendar days; two rows of one day are an error, since either could be meant. */
function daysOf(dates: Float64Array, path: string): Float64Array {
  const days = dates.map((date) => Math.floor(date / DAY_MS) * DAY_MS);
  for (let row = 1; row < days.length; row++) {
    if (days[row] === days[row - 1]) {
      throw new InputError(
        path,
        `it has two rows on ${
          timeText(days[row] as number)
        }, and daily data is joined by calendar day`,
      );
    }
  }
  return days;
}

function innerJoin(
  series: Returns,
  left: Float64Array,
  benchmark: Returns,
  right: Float64Array,
): JoinedBenchmark {
  const most = Math.min(left.length, right.length);
  const dates = new Float64Array(most);
  const own = new Float64Array(most);
  const other = new Float64Array(most);
  let count = 0;
  let row = 0;
  let match = 0;
  while (row < left.length && match < right.length) {
    const difference = (left[row] as number) - (right[match] as number);
    if (difference === 0) {
      dates[count] = (series.dates as Float64Array)[row] as number;
      own[count] = series.values[row] as number;
      other[count++] = benchmark.values[match] as number;
    }
    if (difference <= 0) row++;
    if (difference >= 0) match++;
  }
  return {
    dates: dates.subarray(0, count),
    strategy: own.subarray(0, count),
    benchmark: other.subarray(0, count),
  };
}

function rangeText(dates: Float64Array): string {
  return `${timeText(dates[0] as number)} to ${timeText(dates[dates.length - 1] as number)}`;
}
