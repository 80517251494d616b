// Calendar days, months, quarters and years of a series in one pass: dates ascend, so a row is
// compared with the end of the current period and a date is only taken apart when one ends.

/** Compounded returns of the calendar periods that have rows, in order. */
export interface PeriodReturns {
  /** The first instant of each period, ms. */
  readonly starts: Float64Array;
  /** The compounded return of each, multiplied in row order. */
  readonly returns: Float64Array;
  /** The first row of each. */
  readonly firstRows: Float64Array;
}

/** What the calendar metrics share. */
export interface Calendar {
  /** By calendar month. */
  readonly months: PeriodReturns;
  /** By calendar quarter. */
  readonly quarters: PeriodReturns;
  /** By calendar year. */
  readonly years: PeriodReturns;
  /** Sum over days of the day's summed return where that is below 0. */
  readonly dailyLoss: number;
  /** The same over months. */
  readonly monthlyLoss: number;
}

/** Milliseconds in a day. */
export const DAY_MS = 86_400_000;

/** The lengths a calendar period can have, in months. */
export type MonthsLong = 1 | 3 | 12;

/** Midnight of the first day of a month, which may lie outside 0–11 and then carries into years. */
export function monthStart(year: number, month: number): number {
  // Date.UTC reads the years 0 to 99 as 1900 to 1999.
  return year >= 100 ? Date.UTC(year, month, 1) : new Date(0).setUTCFullYear(year, month, 1);
}

/** The calendar months that have rows: months since year 0, and the first row of each. */
interface Months {
  readonly ordinals: readonly number[];
  readonly firstRows: readonly number[];
}

function monthsOf(dates: Float64Array): Months {
  const ordinals: number[] = [];
  const firstRows: number[] = [];
  let end = -Infinity;
  for (let row = 0; row < dates.length; row++) {
    const ms = dates[row] as number;
    if (ms < end) continue;
    const date = new Date(ms);
    const year = date.getUTCFullYear();
    const month = date.getUTCMonth();
    ordinals.push(12 * year + month);
    firstRows.push(row);
    end = monthStart(year, month + 1);
  }
  return { ordinals, firstRows };
}

/** Midnight of the first day of the calendar period in which an instant lies. */
function periodStart(ms: number, monthsLong: MonthsLong): number {
  const date = new Date(ms);
  const month = date.getUTCMonth();
  return monthStart(date.getUTCFullYear(), month - month % monthsLong);
}

/** Reads all calendars of a series. Both arrays have the same length; dates ascend. */
export function readCalendar(values: Float64Array, dates: Float64Array): Calendar {
  const months = monthsOf(dates);
  return {
    months: compound(values, months, 1),
    quarters: compound(values, months, 3),
    years: compound(values, months, 12),
    dailyLoss: dailyLoss(values, dates),
    monthlyLoss: monthlyLoss(values, months),
  };
}

/** Compounded returns by calendar month, quarter or year; periods without rows are left out. */
export function periodReturns(
  values: Float64Array,
  dates: Float64Array,
  monthsLong: MonthsLong,
): PeriodReturns {
  return compound(values, monthsOf(dates), monthsLong);
}

function compound(values: Float64Array, months: Months, monthsLong: MonthsLong): PeriodReturns {
  const { ordinals, firstRows } = months;
  const starts: number[] = [];
  const rows: number[] = [];
  let current = NaN;
  for (let index = 0; index < ordinals.length; index++) {
    const period = Math.floor((ordinals[index] as number) / monthsLong);
    if (period === current) continue;
    current = period;
    const year = Math.floor(period * monthsLong / 12);
    starts.push(monthStart(year, period * monthsLong - 12 * year));
    rows.push(firstRows[index] as number);
  }
  const returns = new Float64Array(rows.length);
  for (let index = 0; index < rows.length; index++) {
    const to = rows[index + 1] ?? values.length;
    let growth = 1;
    for (let row = rows[index] as number; row < to; row++) growth *= 1 + (values[row] as number);
    returns[index] = growth - 1;
  }
  return { starts: Float64Array.from(starts), returns, firstRows: Float64Array.from(rows) };
}

/** Compounded returns by calendar month. */
export function monthlyReturns(values: Float64Array, dates: Float64Array): PeriodReturns {
  return periodReturns(values, dates, 1);
}

/** Compounded returns by calendar year. */
export function yearlyReturns(values: Float64Array, dates: Float64Array): PeriodReturns {
  return periodReturns(values, dates, 12);
}

/** Sums the days whose own sum is below 0. Kahan's sum, as pandas groups. */
function dailyLoss(values: Float64Array, dates: Float64Array): number {
  let loss = 0;
  let end = -Infinity;
  let sum = 0;
  let correction = 0;
  for (let row = 0; row < values.length; row++) {
    const ms = dates[row] as number;
    if (ms >= end) {
      if (sum < 0) loss += sum;
      sum = 0;
      correction = 0;
      end = (Math.floor(ms / DAY_MS) + 1) * DAY_MS;
    }
    const adjusted = (values[row] as number) - correction;
    const next = sum + adjusted;
    correction = (next - sum) - adjusted;
    sum = next;
  }
  return sum < 0 ? loss + sum : loss;
}

/** Sums the months whose own sum is below 0, in the same way. */
function monthlyLoss(values: Float64Array, { firstRows }: Months): number {
  let loss = 0;
  for (let index = 0; index < firstRows.length; index++) {
    const to = firstRows[index + 1] ?? values.length;
    let sum = 0;
    let correction = 0;
    for (let row = firstRows[index] as number; row < to; row++) {
      const adjusted = (values[row] as number) - correction;
      const next = sum + adjusted;
      correction = (next - sum) - adjusted;
      sum = next;
    }
    if (sum < 0) loss += sum;
  }
  return loss;
}

/** The instant a number of calendar months before another; a day the month lacks becomes its last. */
export function monthsBefore(ms: number, months: number): number {
  const date = new Date(ms);
  const first = monthStart(date.getUTCFullYear(), date.getUTCMonth() - months);
  const next = monthStart(date.getUTCFullYear(), date.getUTCMonth() - months + 1);
  const length = Math.round((next - first) / DAY_MS);
  const day = Math.min(date.getUTCDate(), length);
  const timeOfDay = ms - Math.floor(ms / DAY_MS) * DAY_MS;
  return first + (day - 1) * DAY_MS + timeOfDay;
}

/** Midnight of the first day of the month, or year, in which an instant lies. */
export function startOfMonth(ms: number): number {
  return periodStart(ms, 1);
}

/** Midnight of January 1 of the year in which an instant lies. */
export function startOfYear(ms: number): number {
  return periodStart(ms, 12);
}

/** The first row at or after an instant; dates ascend. */
export function firstRowFrom(dates: Float64Array, ms: number): number {
  let low = 0;
  let high = dates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((dates[middle] as number) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
