// How many periods a year a series has, from its dates alone: the difference between daily rows of
// a market that rests at weekends and of one that never does is a factor of 1.2 in a Sharpe ratio.

import { DAY_MS } from "../civil.ts";

const WEEK_MS = 7 * DAY_MS;
/** The mean year of the Gregorian calendar. */
const YEAR_MS = 365.2425 * DAY_MS;
/** Trading days, calendar days, weeks, months, quarters, years, hours of a market that never rests. */
const USUAL: readonly number[] = [252, 365, 52, 12, 4, 1, 8760];
const SNAP_SHARE = 0.05;

/** A step longer than both is a gap: of time no trading day or bar was recorded in, not a holiday. */
const GAP_MS = 10 * DAY_MS;
const GAP_STEPS = 2.5;

/** The code of the warning that the dates speak against the periods a year that count. */
export const PERIODS_DIFFER = "periods-differ";

/**
 * Rows a calendar year, snapped within 5 % to 252, 365, 52, 12, 4, 1 or 8760. The usual spacing counts: a
 * year without rows in the middle changes nothing.
 *
 * Null where the dates do not tell: fewer than 3 rows, or less than two whole weeks of rows that
 * are closer than a week (a week without its weekend looks like any five days). Where rows are
 * closer than a week, only whole weeks are counted, so that a series from Monday to Friday is not
 * taken for a denser one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const days = Float64Array.from({ length: 60 }, (_, row) => Date.UTC(2024, 0, 1 + row));
 * assertEquals(inferPeriods(days), 365);
 * assertEquals(inferPeriods(days.filter((ms) => new Date(ms).getUTCDay() % 6 !== 0)), 252);
 * ```
 */
export function inferPeriods(dates: Float64Array): number | null {
  const rows = dates.length;
  if (rows < 3) return null;
  return ratedPeriods(withoutGaps(dates));
}

/** Gaps cut by whole weeks, so that days of the week stay as they are, or to the usual step. */
function withoutGaps(dates: Float64Array): Float64Array {
  if (!hasGap(dates, 0)) return dates;
  const steps = new Float64Array(dates.length - 1);
  for (let row = 0; row < steps.length; row++) {
    steps[row] = (dates[row + 1] as number) - (dates[row] as number);
  }
  const usual = steps.toSorted()[steps.length >> 1] as number;
  if (!hasGap(dates, usual)) return dates;
  let at = dates[0] as number;
  return dates.map((_, row) => {
    if (row > 0) {
      const step = steps[row - 1] as number;
      const isGap = step > GAP_MS && step > usual * GAP_STEPS;
      at += !isGap ? step : usual < WEEK_MS ? Math.max(usual, step % WEEK_MS) : usual;
    }
    return at;
  });
}

function hasGap(dates: Float64Array, usual: number): boolean {
  for (let row = 1; row < dates.length; row++) {
    const step = (dates[row] as number) - (dates[row - 1] as number);
    if (step > GAP_MS && step > usual * GAP_STEPS) return true;
  }
  return false;
}

function ratedPeriods(dates: Float64Array): number | null {
  const rows = dates.length;
  const first = dates[0] as number;
  const span = (dates[rows - 1] as number) - first;
  if (span / (rows - 1) >= 0.95 * WEEK_MS) return snap((rows - 1) * YEAR_MS / span);
  // The last row's own period is taken to be as long as the mean one; the rest is for rounding.
  const weeks = Math.floor(span * rows / (rows - 1) / WEEK_MS + 1e-9);
  if (weeks < 2) return null;
  const end = first + weeks * WEEK_MS;
  let counted = rows;
  while ((dates[counted - 1] as number) >= end) counted--;
  return snap(counted * YEAR_MS / (weeks * WEEK_MS));
}

/**
 * Periods a year as somebody writes them: a number above 0, at most 1e9, or `auto`, which takes them
 * from the dates. Null for any other text.
 */
export function readPeriods(text: string): number | "auto" | null {
  const word = text.trim();
  if (word === "auto") return word;
  const periods = /^\d+(\.\d+)?$/.test(word) ? Number(word) : NaN;
  return periods > 0 && periods <= 1e9 ? periods : null;
}

function snap(rate: number): number {
  const usual = USUAL.find((known) => Math.abs(rate / known - 1) <= SNAP_SHARE);
  if (usual !== undefined) return usual;
  return rate >= 1 ? Math.round(rate) : rate;
}
