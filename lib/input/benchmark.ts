// A series and its benchmark on common dates. Daily data meets on the calendar day, slower data in its
// week, month or year, since one side may stamp the end and the other the beginning; anything faster
// must have equal times. Dates on one side alone are left out and counted, never filled.

import { DAY_MS } from "../civil.ts";
import { InputError, type Warning } from "../errors.ts";
import { inferPeriods, type JoinedBenchmark, type Returns } from "../metrics/mod.ts";
import { timeText } from "./cells/calendar_time.ts";
import { describeFrequency, type Frequency, frequencyOf, usualStep } from "./frequency.ts";
import { joinReturns, joinWithLevels, type Keyed } from "./join.ts";
import { otherMidnight } from "./midnights.ts";

/** The files that a series and its benchmark came from, for messages. */
export interface BenchmarkPaths {
  readonly path: string;
  readonly benchmarkPath: string;
}

/** One of the two: its returns, and what else is known of them. */
export interface Side extends Returns {
  /** What the returns are the changes of. */
  readonly levels?: Returns | null;
  /** Whether the dates are instants of UTC that may be another zone's midnight. */
  readonly isInstant?: boolean;
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

/** Intraday steps that differ by more than this are different frequencies. */
const LARGEST_STEP_RATIO = 1.5;
const LARGEST_QUIET_SHARE = 0.05;
/** Periods a year of joined rows that differ by more are periods of their own. */
const LARGEST_PERIODS_RATIO = 1.2;

/** Joins on equal dates; throws `InputError` where that gives nothing to compare. */
export function alignBenchmark(
  series: Side,
  benchmark: Side,
  paths: BenchmarkPaths,
): AlignedBenchmark {
  if (series.dates === null || benchmark.dates === null) {
    const path = series.dates === null ? paths.path : paths.benchmarkPath;
    throw new InputError(path, "a benchmark is joined by date, and this file has no dates");
  }
  const frequency = commonFrequency(series.dates, benchmark.dates, paths);
  if (frequency.periodOf !== null) checkMidnights(series, benchmark, paths);
  const left = keyed(series, frequency, paths.path);
  const right = keyed(benchmark, frequency, paths.benchmarkPath);
  const hasLevels = left.levels !== null || right.levels !== null;
  const joined = hasLevels ? joinWithLevels(left, right) : joinReturns(left, right);
  const common = joined.dates.length;
  if (common < 2) {
    throw new InputError(
      paths.benchmarkPath,
      `${common === 0 ? "no row has" : "only one row has"} a date of ${paths.path} ` +
        `(${rangeText(series.dates)}; the benchmark: ${rangeText(benchmark.dates)})`,
    );
  }
  const dropped = series.dates.length - common;
  return {
    joined,
    dropped,
    warnings: [
      ...dropWarnings(dropped, series.dates.length, hasLevels, paths),
      ...apartWarnings(series, benchmark, paths),
    ],
  };
}

/**
 * Periods a year of the joined rows, where the series itself has `periods`; null where the two are as
 * far apart as the rows of the series.
 */
export function periodsOfJoined(
  dates: Float64Array | null,
  joined: Float64Array,
  periods: number,
): number | null {
  const own = dates === null ? null : inferPeriods(dates);
  const common = inferPeriods(joined);
  if (own === null || common === null) return null;
  const ratio = common / own;
  return Math.abs(Math.log(ratio)) > Math.log(LARGEST_PERIODS_RATIO) ? periods * ratio : null;
}

function dropWarnings(
  dropped: number,
  rows: number,
  hasLevels: boolean,
  paths: BenchmarkPaths,
): readonly Warning[] {
  if (dropped <= rows * LARGEST_QUIET_SHARE) return [];
  const share = (100 * dropped / rows).toFixed(1);
  const fate = hasLevels
    ? "their change is part of the next row that both have"
    : "the benchmark metrics leave them out";
  return [{
    code: "benchmark-rows-dropped",
    message:
      `${dropped} of ${rows} rows (${share} %) of ${paths.path} have no row of the same date in ` +
      `${paths.benchmarkPath}; ${fate}`,
  }];
}

/** Days moved to UTC from further east are those before: Sunday to Thursday for Monday to Friday. */
function apartWarnings(
  series: Side,
  benchmark: Side,
  paths: BenchmarkPaths,
): readonly Warning[] {
  const sides = [[series, paths.path], [benchmark, paths.benchmarkPath]] as const;
  const [moved] = sides.filter(([{ dates }]) => rests(dates, 5, 6)).map(([, path]) => path);
  const isOther = sides.some(([{ dates }]) => rests(dates, 0, 6));
  if (moved === undefined || !isOther) return [];
  return [{
    code: "days-apart",
    message: `the days of ${moved} run from Sunday to Thursday, the other side's from Monday to ` +
      "Friday: where they were moved to UTC, they are the days before those meant and meet the wrong ones",
  }];
}

/** Whether no date is of these days of the week, and every other day of it is there. */
function rests(dates: Float64Array | null, ...days: readonly number[]): boolean {
  const seen = new Set<number>();
  for (const date of dates ?? []) {
    seen.add(new Date(date).getUTCDay());
    if (seen.size > 5) return false;
  }
  return seen.size === 5 && !days.some((day) => seen.has(day));
}

/** The frequency of both; an error when they differ. */
function commonFrequency(
  left: Float64Array,
  right: Float64Array,
  paths: BenchmarkPaths,
): Frequency {
  const steps = [usualStep(left), usualStep(right)] as const;
  const [own, other] = [frequencyOf(steps[0]), frequencyOf(steps[1])];
  if (Number.isNaN(steps[0]) || Number.isNaN(steps[1])) {
    return own.name === "intraday" ? own : other;
  }
  const ratio = Math.max(...steps) / Math.min(...steps);
  if (own !== other || (own.name === "intraday" && ratio > LARGEST_STEP_RATIO)) {
    throw new InputError(
      paths.benchmarkPath,
      `the benchmark is ${describeFrequency(other, steps[1])} and ${paths.path} is ${
        describeFrequency(own, steps[0])
      }; give both at one frequency, as --resample ${coarser(steps)} makes them`,
    );
  }
  return own;
}

function coarser(steps: readonly [number, number]): string {
  const { name } = frequencyOf(Math.max(...steps));
  return name === "weekly" ? "week" : name === "daily" ? "day" : "month";
}

/** Days of one side that begin at another zone's midnight would meet the days before those of the other. */
function checkMidnights(series: Side, benchmark: Side, paths: BenchmarkPaths): void {
  const sides = [
    { midnight: otherMidnight(series), path: paths.path },
    { midnight: otherMidnight(benchmark), path: paths.benchmarkPath },
  ];
  const [own, other] = sides.map(({ midnight }) => midnight?.clocks);
  // One side may have winters alone.
  if (own !== undefined && (other?.includes(own) === true || own.includes(other ?? "-"))) return;
  for (const { midnight, path } of sides) {
    if (midnight === null) continue;
    const { clocks, zone, isInstant } = midnight;
    const advice = isInstant
      ? `say with --timezone ZONE, such as ${zone}, whose days they are`
      : `they run from Sunday to Thursday; write the times with their offset and say with ` +
        `--timezone ZONE, such as ${zone}, whose days they are`;
    throw new InputError(
      path,
      `its times are all ${clocks}${isInstant ? " UTC" : ""}, as midnight in another zone is; ` +
        `${advice}, or they meet the days before`,
    );
  }
}

/** The rows with the periods that they are joined by; two rows of one period are an error. */
function keyed(side: Side, { periodOf, unit }: Frequency, path: string): Keyed {
  const keysOf = (dates: Float64Array): Float64Array => {
    if (periodOf === null) return dates;
    const keys = dates.map(periodOf);
    for (let row = 1; row < keys.length; row++) {
      if (keys[row] !== keys[row - 1]) continue;
      const day = timeText(Math.floor((dates[row] as number) / DAY_MS) * DAY_MS);
      const rule = unit === ""
        ? "daily data is joined by calendar day"
        : "it is joined by such periods";
      throw new InputError(path, `it has two rows on ${unit}${day}, and ${rule}`);
    }
    return keys;
  };
  const dates = side.dates as Float64Array;
  const levels = side.levels?.dates === null || side.levels === undefined || side.levels === null
    ? null
    : { keys: keysOf(side.levels.dates), values: side.levels.values };
  return { dates, values: side.values, keys: keysOf(dates), levels };
}

function rangeText(dates: Float64Array): string {
  return `${timeText(dates[0] as number)} to ${timeText(dates[dates.length - 1] as number)}`;
}
