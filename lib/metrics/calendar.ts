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
  readonly months: PeriodReturns;
  readonly quarters: PeriodReturns;
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

/** Midnight of the first day of the calendar period in which an instant lies. */
function periodStart(ms: number, monthsLong: MonthsLong): number {
  const date = new Date(ms);
  const month = date.getUTCMonth();
  return monthStart(date.getUTCFullYear(), month - month % monthsLong);
}

/** No calendar month is shorter. */
const SHORTEST_MONTH_MS = 28 * DAY_MS;

/** Reads all calendars of a series in one pass. Both arrays have the same length; dates ascend. */
export function readCalendar(values: Float64Array, dates: Float64Array): Calendar {
  const months = noPeriods(1);
  const quarters = noPeriods(3);
  const years = noPeriods(12);
  let monthGrowth = 1;
  let quarterGrowth = 1;
  let yearGrowth = 1;
  // Kahan's sums, as pandas groups.
  let daySum = 0;
  let dayCorrection = 0;
  let dailyLoss = 0;
  let monthSum = 0;
  let monthCorrection = 0;
  let monthlyLoss = 0;
  let dayEnd = -Infinity;
  let monthEnd = -Infinity;
  let year = NaN;
  let month = NaN;
  for (let row = 0; row < values.length; row++) {
    const ms = dates[row] as number;
    if (ms >= dayEnd) {
      if (daySum < 0) dailyLoss += daySum;
      daySum = dayCorrection = 0;
      dayEnd = (Math.floor(ms / DAY_MS) + 1) * DAY_MS;
      if (ms >= monthEnd) {
        if (monthSum < 0) monthlyLoss += monthSum;
        monthSum = monthCorrection = 0;
        let start = monthEnd;
        if (ms - monthEnd < SHORTEST_MONTH_MS) {
          month = (month + 1) % 12;
          if (month === 0) year++;
        } else {
          const date = new Date(ms);
          year = date.getUTCFullYear();
          month = date.getUTCMonth();
          start = monthStart(year, month);
        }
        monthEnd = monthStart(year, month + 1);
        const begun = { year, month, start, row };
        monthGrowth = turn(months, begun, monthGrowth);
        quarterGrowth = turn(quarters, begun, quarterGrowth);
        yearGrowth = turn(years, begun, yearGrowth);
      }
    }
    const value = values[row] as number;
    const factor = 1 + value;
    monthGrowth *= factor;
    quarterGrowth *= factor;
    yearGrowth *= factor;
    const forDay = value - dayCorrection;
    const nextDaySum = daySum + forDay;
    dayCorrection = (nextDaySum - daySum) - forDay;
    daySum = nextDaySum;
    const forMonth = value - monthCorrection;
    const nextMonthSum = monthSum + forMonth;
    monthCorrection = (nextMonthSum - monthSum) - forMonth;
    monthSum = nextMonthSum;
  }
  return {
    months: closed(months, monthGrowth),
    quarters: closed(quarters, quarterGrowth),
    years: closed(years, yearGrowth),
    dailyLoss: daySum < 0 ? dailyLoss + daySum : dailyLoss,
    monthlyLoss: monthSum < 0 ? monthlyLoss + monthSum : monthlyLoss,
  };
}

/** The periods of one length that were met so far; the last has no return yet. */
interface Periods {
  readonly monthsLong: MonthsLong;
  readonly starts: number[];
  readonly firstRows: number[];
  readonly returns: number[];
  /** Which one is the last, counted from the year 0. */
  last: number;
}

function noPeriods(monthsLong: MonthsLong): Periods {
  return { monthsLong, starts: [], firstRows: [], returns: [], last: NaN };
}

/** A month that a row begins. */
interface Begun {
  readonly year: number;
  /** From 0 on. */
  readonly month: number;
  /** Its first instant, ms. */
  readonly start: number;
  readonly row: number;
}

/** Begins the period of a month if it is another than the last; returns the growth to go on from. */
function turn(periods: Periods, { year, month, start, row }: Begun, growth: number): number {
  const { monthsLong } = periods;
  const ordinal = Math.floor((12 * year + month) / monthsLong);
  if (ordinal === periods.last) return growth;
  periods.last = ordinal;
  if (row > 0) periods.returns.push(growth - 1);
  const since = month % monthsLong;
  periods.starts.push(since === 0 ? start : monthStart(year, month - since));
  periods.firstRows.push(row);
  return 1;
}

function closed({ starts, firstRows, returns }: Periods, growth: number): PeriodReturns {
  return {
    starts: Float64Array.from(starts),
    returns: Float64Array.from(starts.length > 0 ? [...returns, growth - 1] : []),
    firstRows: Float64Array.from(firstRows),
  };
}

/** Compounded returns by calendar month. */
export function monthlyReturns(values: Float64Array, dates: Float64Array): PeriodReturns {
  return readCalendar(values, dates).months;
}

/** Compounded returns by calendar quarter. */
export function quarterlyReturns(values: Float64Array, dates: Float64Array): PeriodReturns {
  return readCalendar(values, dates).quarters;
}

/** Compounded returns by calendar year. */
export function yearlyReturns(values: Float64Array, dates: Float64Array): PeriodReturns {
  return readCalendar(values, dates).years;
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
