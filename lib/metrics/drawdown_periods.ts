// The stretches of rows below the running peak: a summary for the metrics, a list for tables.
// Both walk the drawdown series through one scan, which keeps no list of its own.

import { DAY_MS } from "../civil.ts";
import type { Growth } from "./growth.ts";

/** One stretch below the peak, by row numbers. */
export interface DrawdownPeriod {
  /** The first row below the peak. */
  readonly start: number;
  /** The first row at its deepest. */
  readonly valley: number;
  /** The last row below the peak. */
  readonly end: number;
  /** The depth at the valley, a fraction < 0. */
  readonly depth: number;
  /** False when the series ends below the peak. */
  readonly recovered: boolean;
}

/** A drawdown period with its dates. */
export interface DatedDrawdown extends DrawdownPeriod {
  /** Date of the first row below the peak. */
  readonly startMs: number;
  /** Date of the first row at its deepest. */
  readonly valleyMs: number;
  /** Date of the last row below the peak. */
  readonly endMs: number;
  /** Calendar days, first and last included. */
  readonly days: number;
}

/** What the metrics know of all periods; NaN where nothing compounds, days NaN without dates. */
export interface DrawdownSummary {
  readonly count: number;
  /** Sum of their depths, ≤ 0. */
  readonly depthSum: number;
  /** Sum of their lengths in days. */
  readonly daySum: number;
  /** Length of the longest in days; 0 of none. */
  readonly longestDays: number;
}

type Visit = (start: number, valley: number, end: number, recovered: boolean) => void;

function scanDrawdowns(drawdown: Float64Array, visit: Visit): void {
  let start = -1;
  let valley = -1;
  for (let row = 0; row < drawdown.length; row++) {
    const depth = drawdown[row] as number;
    if (depth < 0) {
      if (start < 0) start = valley = row;
      else if (depth < (drawdown[valley] as number)) valley = row;
    } else if (start >= 0) {
      visit(start, valley, row - 1, true);
      start = -1;
    }
  }
  if (start >= 0) visit(start, valley, drawdown.length - 1, false);
}

/** Calendar days from one instant to another, both days included. */
function daysBetween(startMs: number, endMs: number): number {
  return Math.floor((endMs - startMs) / DAY_MS) + 1;
}

/**
 * Sums up the periods as QuantStats' table does: when the only drawdown begins with the first
 * row, it holds none, because it looks for a change from "at the peak" and finds nothing.
 */
export function summariseDrawdowns(growth: Growth, dates: Float64Array | null): DrawdownSummary {
  if (growth.ruined) return { count: NaN, depthSum: NaN, daySum: NaN, longestDays: NaN };
  let count = 0;
  let depthSum = 0;
  let daySum = dates === null ? NaN : 0;
  let longestDays = dates === null ? NaN : 0;
  let firstStart = -1;
  scanDrawdowns(growth.drawdown, (start, valley, end) => {
    if (count++ === 0) firstStart = start;
    depthSum += growth.drawdown[valley] as number;
    if (dates === null) return;
    const days = daysBetween(dates[start] as number, dates[end] as number);
    daySum += days;
    longestDays = Math.max(longestDays, days);
  });
  if (count === 1 && firstStart === 0) return { count: 0, depthSum: 0, daySum: 0, longestDays: 0 };
  return { count, depthSum, daySum, longestDays };
}

/**
 * Every drawdown period of a drawdown series in order, one that begins with the first row included.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const periods = drawdownPeriods(Float64Array.of(0, -0.1, -0.2, 0, -0.05));
 * assertEquals(periods.map((period) => [period.start, period.valley, period.end]), [
 *   [1, 2, 2],
 *   [4, 4, 4],
 * ]);
 * ```
 */
export function drawdownPeriods(drawdown: Float64Array): DrawdownPeriod[] {
  const periods: DrawdownPeriod[] = [];
  scanDrawdowns(drawdown, (start, valley, end, recovered) => {
    periods.push({ start, valley, end, depth: drawdown[valley] as number, recovered });
  });
  return periods;
}

/** Every drawdown period with its dates, in order: the table of a tear sheet. */
export function drawdownDetails(drawdown: Float64Array, dates: Float64Array): DatedDrawdown[] {
  return drawdownPeriods(drawdown).map((period) => {
    const startMs = dates[period.start] as number;
    const endMs = dates[period.end] as number;
    const valleyMs = dates[period.valley] as number;
    return { ...period, startMs, valleyMs, endMs, days: daysBetween(startMs, endMs) };
  });
}
