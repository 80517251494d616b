// Rows of the tables by calendar year and month, and of the drawdowns.

import { DAY_MS } from "../civil.ts";
import {
  drawdownDetails,
  drawdownPeriods,
  drawdownSeries,
  type JoinedBenchmark,
  monthlyReturns,
  type Returns,
  sumOf,
  yearlyReturns,
} from "../metrics/mod.ts";
import type { Drawdown, MonthRow, TearSheetModel, YearRow } from "./model.ts";
import { formatDate } from "./numbers.ts";
import { fallOf, ruinRow } from "./wealth.ts";

/** Bounds the page; what is left out is said on it. */
export const MOST_YEARS = 300;

/** The calendar year, UTC. */
export function yearOf(timeMs: number): number {
  return new Date(timeMs).getUTCFullYear();
}

/** Returns by calendar year, the benchmark's beside. */
export function yearRows(
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

/** `from 03-15`, `to 06-30`: what part of a year the series has; nothing where it fills it. */
export function partOfYear(
  { start, end, origin }: Pick<TearSheetModel, "start" | "end" | "origin">,
  { year }: Pick<YearRow, "year">,
): string {
  // Holidays, and a row that stands for a month with the month's first day or its last.
  const room = Math.max(7 * DAY_MS, 1.5 * (start - origin));
  const words = [
    start > Date.UTC(year, 0, 1) + room ? `from ${formatDate(start).slice(5, 10)}` : "",
    end < Date.UTC(year + 1, 0, 1) - room ? `to ${formatDate(end).slice(5, 10)}` : "",
  ];
  return words.filter((one) => one !== "").join(" ");
}

/** Returns by calendar month, a row a year. */
export function monthRows(values: Float64Array, dates: Float64Array): MonthRow[] {
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
export function worstDrawdowns({ dates, values }: Returns): Drawdown[] {
  const ruin = ruinRow(values);
  const series = ruin < 0 ? drawdownSeries(values) : fallOf(values).subarray(0, ruin + 1);
  const periods = dates === null || series.length === 0
    ? drawdownPeriods(series).map((period) => ({
      start: period.start + 1,
      valley: period.valley + 1,
      end: period.recovered ? period.end + 2 : null,
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
