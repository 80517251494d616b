// Calendar days, months, quarters and years of a series in one pass: dates ascend, so a row is
// compared with the end of the current period and a date is only taken apart when one ends.

import { DAY_MS, monthStart } from "../civil.ts";
import { partBelow0 } from "./kernel.ts";

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

/** No calendar month is shorter. */
const SHORTEST_MONTH_MS = 28 * DAY_MS;

/** Reads all calendars of a series in one pass. Both arrays have the same length; dates ascend. */
export function readCalendar(values: Float64Array, dates: Float64Array): Calendar {
  const months = noPeriods();
  const quarters = noPeriods();
  const years = noPeriods();
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
  let quarter = NaN;
  let begunYear = NaN;
  for (let row = 0; row < values.length; row++) {
    const ms = dates[row] as number;
    if (ms >= dayEnd) {
      dailyLoss += partBelow0(daySum);
      daySum = dayCorrection = 0;
      dayEnd = (Math.floor(ms / DAY_MS) + 1) * DAY_MS;
      if (ms >= monthEnd) {
        monthlyLoss += partBelow0(monthSum);
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
        monthGrowth = begin(months, start, row, monthGrowth);
        const ordinal = Math.floor((12 * year + month) / 3);
        if (ordinal !== quarter) {
          quarter = ordinal;
          quarterGrowth = begin(quarters, monthStart(0, 3 * ordinal), row, quarterGrowth);
        }
        if (year !== begunYear) {
          begunYear = year;
          yearGrowth = begin(years, monthStart(year, 0), row, yearGrowth);
        }
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
    dailyLoss: dailyLoss + partBelow0(daySum),
    monthlyLoss: monthlyLoss + partBelow0(monthSum),
  };
}

/** The periods of one length that were met so far; the last has no return yet. */
interface Periods {
  readonly starts: number[];
  readonly firstRows: number[];
  readonly returns: number[];
}

function noPeriods(): Periods {
  return { starts: [], firstRows: [], returns: [] };
}

/** Begins a period, and ends the one before with its growth; returns the growth to go on from. */
function begin(periods: Periods, start: number, row: number, growth: number): number {
  if (row > 0) periods.returns.push(growth - 1);
  periods.starts.push(start);
  periods.firstRows.push(row);
  return 1;
}

function closed({ starts, firstRows, returns }: Periods, growth: number): PeriodReturns {
  if (starts.length > 0) returns.push(growth - 1);
  return {
    starts: new Float64Array(starts),
    returns: new Float64Array(returns),
    firstRows: new Float64Array(firstRows),
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

/** Midnight of the first day of the month in which an instant lies. */
export function startOfMonth(ms: number): number {
  const date = new Date(ms);
  return monthStart(date.getUTCFullYear(), date.getUTCMonth());
}

/** Midnight of January 1 of the year in which an instant lies. */
export function startOfYear(ms: number): number {
  return monthStart(new Date(ms).getUTCFullYear(), 0);
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
