// Rows gathered by calendar day, week (from Monday) or month: returns compound, levels end as they
// stood last. A period without a row is none.

import { DAY_MS } from "../civil.ts";
import { InputError } from "../errors.ts";
import type { Returns } from "../metrics/mod.ts";
import type { Resample } from "./options.ts";
import { keptRows, type OrderedRows } from "./rows.ts";

/** A number that the days of one period share, in order of time. 1970-01-01 was a Thursday. */
export const PERIOD_OF: Readonly<Record<Resample, (ms: number) => number>> = {
  day: (ms) => Math.floor(ms / DAY_MS),
  week: (ms) => Math.floor((Math.floor(ms / DAY_MS) + 3) / 7),
  month: (ms) => {
    const day = new Date(ms);
    return day.getUTCFullYear() * 12 + day.getUTCMonth();
  },
};

/** The last row of each period, on the day on which it stands. */
export function lastOfPeriods(rows: OrderedRows, resample: Resample): OrderedRows {
  const dates = dated(rows.path, rows.dates);
  const ends = periodEnds(dates, resample);
  const kept = keptRows(rows, ends);
  return { ...kept, dates: (kept.dates as Float64Array).map(dayOf) };
}

/** One return for each period, on the day of its last row. */
export function compounded(path: string, returns: Returns, resample: Resample): Returns {
  const dates = dated(path, returns.dates);
  const ends = periodEnds(dates, resample);
  const values = new Float64Array(ends.length);
  let row = 0;
  ends.forEach((end, period) => {
    let growth = 1;
    for (; row <= end; row++) growth *= 1 + (returns.values[row] as number);
    values[period] = growth - 1;
  });
  return { dates: Float64Array.from(ends, (end) => dayOf(dates[end] as number)), values };
}

function dated(path: string, dates: Float64Array | null): Float64Array {
  if (dates !== null) return dates;
  throw new InputError(path, "--resample needs dates, and this file has none");
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

function periodEnds(dates: Float64Array, resample: Resample): Uint32Array {
  const periodOf = PERIOD_OF[resample];
  const ends: number[] = [];
  for (let row = 0; row < dates.length; row++) {
    const isLast = row + 1 === dates.length ||
      periodOf(dates[row + 1] as number) !== periodOf(dates[row] as number);
    if (isLast) ends.push(row);
  }
  return Uint32Array.from(ends);
}
