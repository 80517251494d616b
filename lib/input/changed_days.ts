// Dates whose day and month a program changed round where both were possible: of 1 to 12 February
// it made the second of January to December, the 13th and on it left. Each date is a date still, so
// only the order of the rows tells.

import { civilMs, DAY_MS, timeText } from "./cells/calendar_time.ts";
import { placedError, type RawRows } from "./rows.ts";

/** Fewer rows may be in order by chance. */
const LEAST_CHANGED = 3;

/** Throws `InputError` for rows out of order that are in order with some days and months changed round. */
export function checkChangedDays(path: string, dates: Float64Array, { places }: RawRows): void {
  const changed: number[] = [];
  let [rises, falls] = [true, true];
  let last = changedRound(dates[0] as number);
  for (let row = 0; row < dates.length; row++) {
    const time = changedRound(dates[row] as number);
    if (time !== dates[row]) changed.push(row);
    if (time < last) rises = false;
    if (time > last) falls = false;
    if (!rises && !falls) return;
    last = time;
  }
  const [first] = changed;
  if (first === undefined || changed.length < LEAST_CHANGED) return;
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

function changedRound(time: number): number {
  const date = new Date(time);
  const day = date.getUTCDate();
  if (!(day <= 12)) return time;
  const midnight = civilMs(date.getUTCFullYear(), day, date.getUTCMonth() + 1);
  return midnight + time - Math.floor(time / DAY_MS) * DAY_MS;
}
