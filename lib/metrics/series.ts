// The series a run can keep as metric history: one row of a table each, so that asking for one by
// name, listing all and computing them are the same thing. Undefined rows are no points.

import { monthlyReturns, type PeriodReturns, yearlyReturns } from "./calendar.ts";
import { type Returns } from "./basis.ts";
import { drawdownSeries, equityCurve } from "./growth.ts";
import type { JoinedBenchmark } from "./joint.ts";
import type { Unit } from "./metric.ts";
import { joinRates, type RateSeries } from "./rates.ts";
import type { Release } from "./releases.ts";
import {
  rollingBeta,
  type RollingOptions,
  rollingSharpe,
  rollingSortino,
  rollingVolatility,
} from "./rolling.ts";
import { thin } from "./thinning.ts";

/** One point: the row it belongs to, that row's date in ms (0 without dates), the value. */
export interface SeriesPoint {
  readonly step: number;
  /** That row's date in ms; 0 without dates. */
  readonly timestamp: number;
  /** A fraction or a ratio. */
  readonly value: number;
}

/** A named series of points. */
export interface Series {
  /** One of `SERIES_NAMES`. */
  readonly name: string;
  /** In order of rows. */
  readonly points: readonly SeriesPoint[];
}

/** Which series, and how. */
export interface SeriesOptions {
  /** By default all that the input allows. */
  readonly names?: readonly string[];
  /** At most this many points a series, at least 4; 1,000 by default. */
  readonly points?: number;
  /** Periods a year; 252 by default. */
  readonly periods?: number;
  /** Annual risk-free rate, a fraction; 0 by default. */
  readonly riskFreeRate?: number;
  /** A rate that changes, in place of the one above; needs dates. */
  readonly rates?: RateSeries;
  /** Whose definitions count: a release of QuantStats, the newest by default. */
  readonly release?: Release;
  /** For `rolling_beta`; without it that series has no points. */
  readonly benchmark?: JoinedBenchmark;
}

/** Values of some rows of the input (or of the joined one), before thinning. */
interface Line {
  readonly values: Float64Array;
  /** The input row of each value; null when they are the rows themselves. */
  readonly rows: Float64Array | null;
  readonly dates: Float64Array | null;
}

type LineMaker = (returns: Returns, options: SeriesOptions) => Line | null;

const LINES: Readonly<Record<string, LineMaker>> = {
  cumulative_return: ({ values, dates }) => line(cumulativeReturns(values), dates),
  drawdown: ({ values, dates }) => line(drawdownSeries(values), dates),
  rolling_sharpe: ({ values, dates }, options) =>
    line(rollingSharpe(values, rollingOf(options, dates)), dates),
  rolling_sortino: ({ values, dates }, options) =>
    line(rollingSortino(values, rollingOf(options, dates)), dates),
  rolling_volatility: ({ values, dates }, options) =>
    line(rollingVolatility(values, rollingOf(options, null)), dates),
  rolling_beta: rollingBetaLine,
  monthly_return: (returns) => calendarLine(returns, monthlyReturns),
  yearly_return: (returns) => calendarLine(returns, yearlyReturns),
};

/** The names of the series, in the order they are computed. */
export const SERIES_NAMES: readonly string[] = Object.keys(LINES);

/** The series that are ratios; all others are fractions. */
const RATIOS: ReadonlySet<string> = new Set(["rolling_sharpe", "rolling_sortino", "rolling_beta"]);

/** What the points of a series are measured in; undefined for what is none. */
export function seriesUnit(name: string): Unit | undefined {
  if (!SERIES_NAMES.includes(name)) return undefined;
  return RATIOS.has(name) ? "ratio" : "fraction";
}

/**
 * Computes series of a backtest, thinned so that both ends and all extremes stay.
 *
 * A series that needs dates or a benchmark the input lacks has no points, and neither has
 * compounding after a return ≤ −1. `monthly_return` and `yearly_return` stand at the last row of
 * their period. Throws `RangeError` for unknown names.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const returns = { dates: null, values: Float64Array.of(0.5, -0.5) };
 * assertEquals(computeSeries(returns, { names: ["drawdown"] }), [{
 *   name: "drawdown",
 *   points: [{ step: 0, timestamp: 0, value: 0 }, { step: 1, timestamp: 0, value: -0.5 }],
 * }]);
 * ```
 */
export function computeSeries(returns: Returns, options: SeriesOptions = {}): readonly Series[] {
  return (options.names ?? SERIES_NAMES).map((name) => {
    const make = Object.hasOwn(LINES, name) ? LINES[name] : undefined;
    if (make === undefined) {
      throw new RangeError(
        `Cannot compute the series "${name}": there are ${SERIES_NAMES.join(", ")}`,
      );
    }
    const made = make(returns, options);
    return { name, points: made === null ? [] : pointsOf(made, options.points ?? 1000) };
  });
}

function line(values: Float64Array, dates: Float64Array | null): Line {
  return { values, rows: null, dates };
}

function rollingOf(
  { periods, riskFreeRate, rates, release }: SeriesOptions,
  dates: Float64Array | null,
): RollingOptions {
  return {
    ...(rates === undefined || dates === null ? {} : { rates: joinRates(dates, rates) }),
    ...(periods === undefined ? {} : { periods }),
    ...(riskFreeRate === undefined ? {} : { riskFreeRate }),
    ...(release === undefined ? {} : { release }),
  };
}

function cumulativeReturns(values: Float64Array): Float64Array {
  if (values.some((value) => value <= -1)) return new Float64Array(0);
  return equityCurve(values).map((wealth) => wealth - 1);
}

/** Steps are rows of the joined series, whose dates are the ones both have. */
function rollingBetaLine(_: Returns, options: SeriesOptions): Line | null {
  if (options.benchmark === undefined) return null;
  const { strategy, benchmark, dates } = options.benchmark;
  return line(rollingBeta(strategy, benchmark, rollingOf(options, null)), dates);
}

function calendarLine({ values, dates }: Returns, read: typeof monthlyReturns): Line | null {
  if (dates === null || values.some((value) => value <= -1)) return null;
  const found = read(values, dates);
  return { values: found.returns, rows: lastRows(found, values.length), dates };
}

function lastRows({ firstRows }: PeriodReturns, count: number): Float64Array {
  return firstRows.map((_, index) => (firstRows[index + 1] ?? count) - 1);
}

function pointsOf({ values, rows, dates }: Line, points: number): SeriesPoint[] {
  return thin(values, points).map((index) => {
    const step = rows?.[index] ?? index;
    return { step, timestamp: dates?.[step] ?? 0, value: values[index] as number };
  }).filter((point) => Number.isFinite(point.value));
}
