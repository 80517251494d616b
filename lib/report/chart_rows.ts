// Which rows the charts keep of a long series: in each stretch the rows where any of its lines is
// lowest or highest, so that no peak, crash or end disappears at any width of the screen. Unlike the
// thinning of logged series it serves several lines that share their x, and keeps gaps as gaps.

import { DAY_MS } from "../civil.ts";

/** Drawn whole up to here; the page stays below 2 MB and the reader's machine does not notice. */
export const MOST_POINTS = 20_000;

const YEAR_MS = 366 * DAY_MS;

/**
 * The rows that all charts of a page share: every one up to `limit`; of more, the last year whole
 * where it is no more than half of the limit, and the extremes of what is before it.
 */
export function sharedRows(
  count: number,
  series: readonly Float64Array[],
  { dates, periods, limit }: {
    readonly dates: Float64Array | null;
    readonly periods: number;
    readonly limit: number;
  },
): number[] {
  if (count <= limit) return chartRows(count, series, limit);
  const yearAgo = dates === null
    ? count - Math.ceil(periods)
    : dates.findIndex((date) => date > (dates.at(-1) ?? 0) - YEAR_MS);
  // A year of minutes is more than any chart holds: then the last rows are few, and near enough.
  const most = Math.floor(limit / 2);
  const recent = Math.max(0, count - yearAgo <= most ? yearAgo : count - Math.floor(most / 4));
  const rows = chartRows(recent, series, Math.floor((limit * 2) / 5));
  for (let row = recent; row < count; row++) rows.push(row);
  return rows;
}

/**
 * Ascending row numbers, at most about `limit` of them; all rows when they are no more than that.
 * Gaps (NaN) are kept out unless a stretch has nothing else.
 */
export function chartRows(
  count: number,
  series: readonly ArrayLike<number>[],
  limit: number,
): number[] {
  if (count <= limit) return Array.from({ length: count }, (_, row) => row);
  const stretches = Math.max(1, Math.floor((limit - 2) / (2 * Math.max(1, series.length))));
  const kept: number[] = [0];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * count) / stretches);
    const to = Math.floor(((stretch + 1) * count) / stretches);
    kept.push(...extremes(series, from, to));
  }
  kept.push(count - 1);
  return [...new Set(kept)].sort((one, other) => one - other);
}

function extremes(series: readonly ArrayLike<number>[], from: number, to: number): number[] {
  const rows: number[] = [];
  for (const values of series) {
    let low = -1;
    let high = -1;
    for (let row = from; row < to; row++) {
      const value = values[row] as number;
      if (Number.isNaN(value)) continue;
      if (low < 0 || value < (values[low] as number)) low = row;
      if (high < 0 || value > (values[high] as number)) high = row;
    }
    rows.push(low < 0 ? from : low, high < 0 ? from : high);
  }
  return rows;
}
