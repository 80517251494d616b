// ISO dates and times straight from bytes. It accepts only the forms it is sure of; whatever else
// is left to the text reader of dates.ts, which gives the same answers for these forms (the
// fuzzer holds them together).

import { civilMs, DAY_MS, daysInMonth } from "./calendar_time.ts";

/** What `readIsoBytes` saw besides the time; kept outside so that a cell costs no object. */
export interface IsoMarks {
  hasOffset: boolean;
  isFiner: boolean;
  /** The month that was read last: rows follow each other, so most are of the same. */
  readonly month: IsoMonth;
}

/** A calendar month; days is 0 where there is no such month. */
export interface IsoMonth {
  /** 100 · year + month. */
  ordinal: number;
  startMs: number;
  days: number;
}

/**
 * The wall-clock time written in `bytes[start, end)` as `YYYY-MM-DD`, then optionally `T` or a space,
 * `HH:MM:SS`, a fraction, and `Z` or `±HH:MM`, which is noted and dropped. NaN for any other text.
 */
export function readIsoBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  marks: IsoMarks,
): number {
  const length = end - start;
  if (length < 10 || bytes[start + 4] !== 45 || bytes[start + 7] !== 45) return NaN;
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
  const month = twoDigits(bytes, start + 5);
  const day = twoDigits(bytes, start + 8);
  if (!(year + month + day > 0)) return NaN;
  const dayMs = dayStart(marks.month, year, month, day);
  if (length === 10) return dayMs;
  const separator = bytes[start + 10];
  if (length < 19 || (separator !== 32 && separator !== 84)) return NaN;
  if (bytes[start + 13] !== 58 || bytes[start + 16] !== 58) return NaN;
  const hour = twoDigits(bytes, start + 11);
  const minute = twoDigits(bytes, start + 14);
  const second = twoDigits(bytes, start + 17);
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return NaN;
  const ms = dayMs + hour * 3_600_000 + minute * 60_000 + second * 1000;
  return length === 19 ? ms : ms + readTail(bytes, start + 19, end, marks);
}

/** Midnight of a calendar day in ms; NaN when there is no such day. */
function dayStart(known: IsoMonth, year: number, month: number, day: number): number {
  const ordinal = 100 * year + month;
  if (ordinal !== known.ordinal) {
    known.ordinal = ordinal;
    known.startMs = civilMs(year, month, 1);
    known.days = daysInMonth(year, month);
  }
  return day >= 1 && day <= known.days ? known.startMs + (day - 1) * DAY_MS : NaN;
}

/** The ms of a fraction, and past the offset behind it, if there are any; NaN for other text. */
function readTail(bytes: Uint8Array, start: number, end: number, marks: IsoMarks): number {
  let at = start;
  let ms = 0;
  let finer = 0;
  if (bytes[at] === 46) {
    let scale = 100;
    const first = ++at;
    for (; at < end; at++) {
      const digit = (bytes[at] as number) - 48;
      if (digit < 0 || digit > 9) break;
      if (scale >= 1) ms += digit * scale;
      else finer += digit;
      scale = scale === 1 ? 0 : scale / 10;
    }
    if (at === first) return NaN;
  }
  if (at < end) {
    if (!isOffset(bytes, at, end)) return NaN;
    marks.hasOffset = true;
  }
  if (finer > 0) marks.isFiner = true;
  return ms;
}

function isOffset(bytes: Uint8Array, at: number, end: number): boolean {
  const first = bytes[at];
  if (first === 90) return at + 1 === end;
  if ((first !== 43 && first !== 45) || end - at !== 6 || bytes[at + 3] !== 58) return false;
  return twoDigits(bytes, at + 1) < 24 && twoDigits(bytes, at + 4) < 60;
}

/** Two ASCII digits as a number; NaN when they are none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - 48;
  const units = (bytes[at + 1] as number) - 48;
  return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? tens * 10 + units : NaN;
}
