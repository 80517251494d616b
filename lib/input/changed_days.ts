// Dates whose day and month a program changed round where both were possible: of 1 to 12 February
// it made the second of January to December, the 13th and on it left. Each date is a date still, so
// only the order of the rows tells.

import { DAY_MS } from "../civil.ts";
import { civilMs, timeText } from "./cells/calendar_time.ts";
import { placedError, type RawRows } from "./rows.ts";

/** Fewer dates may be in order by chance. */
const LEAST_CHANGED = 3;
const LEAST_DATES = 6;

/** Throws `InputError` for rows out of order that are in order with some days and months changed round. */
export function checkChangedDays(path: string, dates: Float64Array, { places }: RawRows): void {
  const times = dates.map(changedRound);
  // Newest first is an order, too, with several rows of the oldest day as well.
  if (isOrdered(dates) || !isOrdered(times)) return;
  const changed = [...dates.keys()].filter((row) => dates[row] !== times[row]);
  const [first] = changed;
  if (first === undefined || changed.length < LEAST_CHANGED) return;
  if (new Set(dates).size < LEAST_DATES) return;
  const date = dates[first] as number;
  throw placedError(
    path,
    places.unit,
    places.at(first),
    `its dates are out of order, and in order where the day and the month of ${changed.length} of ` +
      `them are changed round: ${timeText(date)} is ${
        timeText(changedRound(date))
      } then; a program ` +
      "took days for months: write the dates again, or sort the rows if they are right",
  );
}

function isOrdered(times: Float64Array): boolean {
  const isEach = (fits: (time: number, before: number) => boolean): boolean =>
    times.every((time, row) => row === 0 || fits(time, times[row - 1] as number));
  return isEach((time, before) => time >= before) || isEach((time, before) => time <= before);
}

function changedRound(time: number): number {
  const date = new Date(time);
  const day = date.getUTCDate();
  if (!(day <= 12)) return time;
  const midnight = civilMs(date.getUTCFullYear(), day, date.getUTCMonth() + 1);
  return midnight + time - Math.floor(time / DAY_MS) * DAY_MS;
}
