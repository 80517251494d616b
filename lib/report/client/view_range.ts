// Which rows a range of time or a word for one holds. A range is its first and last row; what is drawn
// begins at the row before it, where nothing is gained yet. The x before all rows is that of the first one.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />

import { formatDate, formatFigure } from "../numbers.ts";

/** Positions of rows, from 1, both included. */
export interface RowRange {
  readonly first: number;
  readonly last: number;
}

/** The rows from one x to another; null where there are none. */
function rowsBetween(x: readonly number[], from: number, to: number): RowRange | null {
  const first = x.findIndex((at, row) => row > 0 && at >= from);
  const last = x.findLastIndex((at) => at <= to);
  return first < 0 || last < first ? null : { first, last };
}

/** The rows that a chart shows whose axis goes from one x to another: the first is where it begins. */
export function rowsShown(x: readonly number[], min: number, max: number): RowRange | null {
  const first = Math.max(0, x.findLastIndex((at) => at <= min)) + 1;
  const last = x.findLastIndex((at) => at <= max);
  return last < first ? null : { first, last };
}

/** Of the distance between two rows: the half of a bar, as wide as charts draw it. */
const HALF_BAR = 0.45;

/** The ends of the axis that shows a range: the last row's bar is whole, and the next row is not there. */
export function axisOf(
  x: readonly number[],
  { first, last }: RowRange,
): { min: number; max: number } {
  const [before = 0, end = 0, after = Infinity] = [x[last - 1], x[last], x[last + 1]];
  return { min: x[first - 1] ?? 0, max: end + HALF_BAR * Math.min(end - before, after - end) };
}

/** The rows of a year (`2003`), a month (`2003-02`), or of two ends (`2003-02-03/2004-05-06`, `10/20`). */
export function rowsNamed(x: readonly number[], name: string, dated: boolean): RowRange | null {
  const [from = "", to] = name.split(/\/|\.\./);
  if (!dated) return rowsBetween(x, Number(from), Number(to ?? from));
  if (to !== undefined) return rowsBetween(x, Date.parse(from), endOf(to));
  const [year = 0, month] = from.split("-").map(Number);
  return month === undefined
    ? rowsBetween(x, Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1) - 1)
    : rowsBetween(x, Date.UTC(year, month - 1, 1), Date.UTC(year, month, 1) - 1);
}

/** A day without a time of day ends with its last moment. */
function endOf(text: string): number {
  const time = Date.parse(text);
  return /^\d{4}-\d\d-\d\d$/.test(text) ? time + 86_399_999 : time;
}

/** A range as an address holds it. */
export function rangeName(x: readonly number[], { first, last }: RowRange, dated: boolean): string {
  const name = (at: number): string =>
    dated ? new Date(at).toISOString().replace("T00:00:00.000Z", "") : String(at);
  return `${name(x[first] ?? 0)}..${name(x[last] ?? 0)}`;
}

/** A range as it is read. */
export function rangeWords(
  x: readonly number[],
  { first, last }: RowRange,
  dated: boolean,
): string {
  const [from = 0, to = 0] = [x[first], x[last]];
  return dated
    ? `${formatDate(from)} to ${formatDate(to)}`
    : `rows ${formatFigure(from, "count")} to ${formatFigure(to, "count")}`;
}
