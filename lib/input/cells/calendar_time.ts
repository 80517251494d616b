// Calendar arithmetic on wall-clock times held as UTC ms, for reading dates as text
// and for messages. Date itself is not used for reading: it moves 2023-02-30 to March silently.

import { DAY_MS, monthStart } from "../../civil.ts";

const MONTH_DAYS: Uint8Array = Uint8Array.of(0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

/** Days of a month; 0 when there is no such month. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)) return 29;
  return MONTH_DAYS[month] ?? 0;
}

/** The time of a calendar date and clock time in ms; NaN when there is no such date or time. */
export function civilMs(
  year: number,
  month: number,
  day: number,
  hour = 0,
  minute = 0,
  second = 0,
  millisecond = 0,
): number {
  if (year < 1 || day < 1 || day > daysInMonth(year, month)) return NaN;
  if (hour > 23 || minute > 59 || second > 59) return NaN;
  const days = monthStart(year, month - 1) + (day - 1) * DAY_MS;
  return days + hour * 3_600_000 + minute * 60_000 + second * 1000 + millisecond;
}

/**
 * A time as pandas prints a Timestamp: `2020-01-01 00:00:00`, with six decimals where it has a
 * fraction of a second.
 */
export function timestampText(ms: number): string {
  const text = new Date(Math.floor(ms)).toISOString();
  const whole = `${text.slice(0, -14)} ${text.slice(-13, -5)}`;
  const milliseconds = text.slice(-4, -1);
  return milliseconds === "000" ? whole : `${whole}.${milliseconds}000`;
}

/** A time for messages: the date alone at midnight, else as `timestampText`. */
export function timeText(ms: number): string {
  return ms % DAY_MS === 0 ? timestampText(ms).slice(0, -9) : timestampText(ms);
}
