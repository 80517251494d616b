// From returns to the tear sheet's model. Every number comes from lib/metrics; what is done here is
// choosing, pairing strategy and benchmark, and thinning.

import type { Warning } from "../errors.ts";
import {
  drawdownDetails,
  drawdownPeriods,
  drawdownSeries,
  type JoinedBenchmark,
  monthlyReturns,
  NEWEST_RELEASE,
  type Returns,
  sumOf,
  yearlyReturns,
} from "../metrics/mod.ts";
import { timeCharts } from "./charts.ts";
import { boxesOf, frequencyName, histogramsOf, isCoarse } from "./distribution.ts";
import { figuresOf } from "./figures.ts";
import { formatFigure } from "./numbers.ts";
import type { Drawdown, MonthRow, TearSheetModel, TearSheetOptions, YearRow } from "./model.ts";

const MAX_POINTS = 4_000;
/** Bounds that keep the page small whatever it is given; what they leave out is said on it. */
const MOST_PARAMS = 300;
const MOST_WARNINGS = 100;
const MOST_YEARS = 300;

/**
 * Computes everything a tear sheet shows.
 *
 * Series that cannot be compounded, have no dates or few rows give a smaller page, never an error.
 *
 * @throws {RangeError} for what `computeMetrics` refuses.
 */
export function buildModel(
  returns: Returns,
  benchmark: JoinedBenchmark | null,
  options: TearSheetOptions,
): TearSheetModel {
  const { dates, values } = returns;
  const { periods, riskFreeRate = 0, extended = false, maxPoints = MAX_POINTS } = options;
  const { release = NEWEST_RELEASE } = options;
  const rates = options.rates === undefined ? {} : { rates: options.rates };
  const benchmarkName = options.benchmarkName ?? "Benchmark";
  const joined = benchmark;
  const sources = {
    returns,
    joined,
    benchmarkName: shortened(benchmarkName),
    periods,
    riskFreeRate,
    ...rates,
    release,
    maxPoints,
  };
  return {
    heading: options.heading,
    source: options.source ?? null,
    generatedAt: options.generatedAt,
    dated: dates !== null,
    points: values.length,
    start: dates?.[0] ?? NaN,
    end: dates?.at(-1) ?? NaN,
    periods,
    riskFreeRate,
    release,
    intervals: options.intervals ?? null,
    benchmarkName: joined === null ? null : benchmarkName,
    joinedPoints: joined?.dates.length ?? null,
    params: Object.entries(options.params ?? {}).slice(0, MOST_PARAMS),
    warnings: [...(options.warnings ?? []).slice(0, MOST_WARNINGS), ...leftOut(options, dates)],
    ...figuresOf(returns, joined, { riskFreeRate, ...rates, periods, release, extended }, options),
    charts: timeCharts(sources),
    years: dates === null ? [] : yearRows(values, dates, joined),
    months: dates === null || isCoarse(frequencyName(dates)) ? [] : monthRows(values, dates),
    histograms: values.length === 0 ? [] : histogramsOf(returns, joined),
    boxes: boxesOf(returns),
    drawdowns: worstDrawdowns(returns).slice(0, 10),
    benchmarkDrawdown: joined === null
      ? null
      : worstDrawdowns({ dates: joined.dates, values: joined.benchmark })[0] ?? null,
  };
}

function leftOut(options: TearSheetOptions, dates: Float64Array | null): Warning[] {
  const params = Object.keys(options.params ?? {}).length - MOST_PARAMS;
  const warnings = (options.warnings ?? []).length - MOST_WARNINGS;
  const years = yearOf(dates?.at(-1) ?? 0) - yearOf(dates?.[0] ?? 0) + 1 - MOST_YEARS;
  return [
    [params, "parameters"] as const,
    [warnings, "warnings"] as const,
    [years, "of the first calendar years"] as const,
  ].filter(([count]) => count > 0).map(([count, what]) => ({
    code: "left-out",
    message: `${formatFigure(count, "count")} ${what} are left out of this page`,
  }));
}

/** A legend's length: the page's head has the whole name. */
function shortened(name: string): string {
  return name.length <= 40 ? name : `${name.slice(0, 39).toWellFormed()}…`;
}

function yearOf(timeMs: number): number {
  return new Date(timeMs).getUTCFullYear();
}

function yearRows(
  values: Float64Array,
  dates: Float64Array,
  joined: JoinedBenchmark | null,
): YearRow[] {
  const own = yearlyReturns(values, dates);
  const other = joined === null ? null : yearlyReturns(joined.benchmark, joined.dates);
  const others = new Map(
    Array.from(
      other?.starts ?? [],
      (start, index) => [yearOf(start), other?.returns[index] ?? NaN],
    ),
  );
  return Array.from(own.starts, (start, index): YearRow => {
    const year = yearOf(start);
    const strategy = own.returns[index] ?? NaN;
    const benchmark = joined === null ? null : others.get(year) ?? NaN;
    return {
      year,
      strategy,
      sum: sumOf(values.subarray(own.firstRows[index], own.firstRows[index + 1])),
      benchmark,
      multiple: benchmark === null ? null : benchmark === 0 ? NaN : strategy / benchmark,
    };
  }).slice(-MOST_YEARS);
}

function monthRows(values: Float64Array, dates: Float64Array): MonthRow[] {
  const years = yearlyReturns(values, dates);
  const months = monthlyReturns(values, dates);
  const rows = new Map<number, number[]>();
  months.starts.forEach((start, index) => {
    const date = new Date(start);
    const row = rows.get(date.getUTCFullYear()) ?? new Array<number>(12).fill(NaN);
    row[date.getUTCMonth()] = months.returns[index] ?? NaN;
    rows.set(date.getUTCFullYear(), row);
  });
  return Array.from(years.starts, (start, index): MonthRow => ({
    year: yearOf(start),
    months: rows.get(yearOf(start)) ?? [],
    total: years.returns[index] ?? NaN,
  })).slice(-MOST_YEARS);
}

/** Deepest first; where there are no dates, lengths are in rows. */
function worstDrawdowns({ dates, values }: Returns): Drawdown[] {
  const series = drawdownSeries(values);
  const periods = dates === null || series.length === 0
    ? drawdownPeriods(series).map((period) => ({
      start: period.start,
      valley: period.valley,
      end: period.recovered ? period.end + 1 : null,
      days: period.end - period.start + 1,
      depth: period.depth,
    }))
    : drawdownDetails(series, dates).map((period) => ({
      start: period.startMs,
      valley: period.valleyMs,
      end: period.recovered ? dates[period.end + 1] ?? null : null,
      days: period.days,
      depth: period.depth,
    }));
  return periods.sort((one, other) => one.depth - other.depth);
}
