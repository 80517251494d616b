// How far apart a series' rows are, and what that makes of its words: "Best hour", "6 months". Nothing
// is computed by it; the periods a year that metrics are annualised with are given.

import { DAY_MS } from "../civil.ts";
import { quantilesOf } from "../metrics/mod.ts";

/** The median distance of the rows in days; NaN where there is none. */
export function spacingDays(dates: Float64Array | null): number {
  if (dates === null || dates.length < 2) return NaN;
  const known = KNOWN.get(dates) ?? medianGap(dates);
  KNOWN.set(dates, known);
  return known;
}

/** Where a curve begins: one row before the first, on the charts' x. */
export function originOf(dates: Float64Array | null): number {
  if (dates === null) return 0;
  const days = spacingDays(dates);
  return (dates[0] ?? 0) - Math.round((days > 0 ? days : 1) * DAY_MS);
}

/** Many parts of a page ask it of the same dates. */
const KNOWN = new WeakMap<Float64Array, number>();

function medianGap(dates: Float64Array): number {
  const gaps = new Float64Array(dates.length - 1);
  for (let row = 1; row < dates.length; row++) {
    gaps[row - 1] = ((dates[row] as number) - (dates[row - 1] as number)) / DAY_MS;
  }
  return quantilesOf(gaps, [0.5])[0] ?? NaN;
}

/** Spacings by the least distance that is no longer theirs, in days: name, one row, its rows. */
const SPACINGS: readonly (readonly [below: number, name: string, row: string])[] = [
  [0.9 / 24 / 60, "Intraday", "Period"],
  [1.5 / 24 / 60, "Intraday", "Minute"],
  [0.9 / 24, "Intraday", "Period"],
  [1.5 / 24, "Intraday", "Hour"],
  [0.9, "Intraday", "Period"],
  [5, "Daily", "Day"],
  [15, "Weekly", "Week"],
  [60, "Monthly", "Month"],
  [200, "Quarterly", "Quarter"],
  [Infinity, "Yearly", "Year"],
];

function spacingOf(dates: Float64Array | null): readonly [string, string] {
  const days = spacingDays(dates);
  const found = SPACINGS.find(([below]) => days < below);
  return found === undefined ? ["Per row", "Row"] : [found[1], found[2]];
}

/** The day's own name for the spacing of the rows, by their median distance. */
export function frequencyName(dates: Float64Array | null): string {
  return spacingOf(dates)[0];
}

/** What one row is: a day, an hour, a period that has no name. */
export function rowName(dates: Float64Array | null): string {
  return spacingOf(dates)[1];
}

/** Rows that each span several months: they have no monthly returns. */
export function isCoarse(name: string): boolean {
  return name === "Quarterly" || name === "Yearly";
}

/** How long the series is in years: by its dates, one spacing more than from first to last; else by its rows. */
export function yearsOf(dates: Float64Array | null, rows: number, periods: number): number {
  const days = spacingDays(dates);
  if (dates === null || !(days > 0)) return rows / periods;
  return (((dates.at(-1) ?? 0) - (dates[0] ?? 0)) / DAY_MS + Math.min(days, 366)) / 365.25;
}

/** A window of rows in time: `6 months`, `36 months`; rows where there are no dates. */
export function windowText(rows: number, periods: number, dates: Float64Array | null): string {
  if (dates === null) return `${rows} rows`;
  const months = Math.round((rows / periods) * 12);
  return months === 12
    ? "1 year"
    : months > 0 && months % 12 === 0
    ? `${months / 12} years`
    : months > 0
    ? `${months} months`
    : `${rows} rows`;
}
