// The calendar of a series goes from month to month by itself; a date taken apart row by row says the same.

import { assertEquals } from "@std/assert";
import { type PeriodReturns, readCalendar } from "../../lib/metrics/calendar.ts";
import { seededRandom } from "../helpers/random.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** First instants and first rows of calendar periods, each date by itself. */
function expected(
  dates: Float64Array,
  monthsLong: number,
): Pick<PeriodReturns, "starts" | "firstRows"> {
  const starts: number[] = [];
  const firstRows: number[] = [];
  for (const [row, ms] of dates.entries()) {
    const date = new Date(ms);
    const month = date.getUTCMonth();
    const start = new Date(0).setUTCFullYear(date.getUTCFullYear(), month - month % monthsLong, 1);
    if (start === starts.at(-1)) continue;
    starts.push(start);
    firstRows.push(row);
  }
  return { starts: Float64Array.from(starts), firstRows: Float64Array.from(firstRows) };
}

/** Dates a step apart, give or take as much again; now and then a gap follows. */
function ascending(first: number, stepMs: number, gapMs: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  let ms = first;
  return Float64Array.from({ length: 600 }, () => {
    ms += 1 + Math.floor(2 * stepMs * random()) + (random() < 0.02 ? gapMs * random() : 0);
    return Math.floor(ms);
  });
}

Deno.test("calendar: months, quarters and years begin where the dates say", () => {
  const firsts = [Date.UTC(1999, 11, 30), Date.UTC(1899, 1, 27), -62_167_219_200_000 + DAY_MS];
  for (const [seed, first] of firsts.entries()) {
    for (const stepMs of [HOUR_MS, DAY_MS, 7 * DAY_MS, 31 * DAY_MS, 120 * DAY_MS]) {
      for (const gapMs of [0, 28 * DAY_MS, 31 * DAY_MS, 62 * DAY_MS, 3 * 366 * DAY_MS]) {
        const dates = ascending(first, stepMs, gapMs, seed + 1);
        const { months, quarters, years } = readCalendar(new Float64Array(dates.length), dates);
        for (const [found, monthsLong] of [[months, 1], [quarters, 3], [years, 12]] as const) {
          const { starts, firstRows } = found;
          assertEquals({ starts, firstRows }, expected(dates, monthsLong));
        }
      }
    }
  }
});

Deno.test("calendar: the very first instants of months begin them", () => {
  const dates = Float64Array.from({ length: 60 }, (_, month) => Date.UTC(2019, month, 1));
  const { months } = readCalendar(new Float64Array(60), dates);
  assertEquals(months.starts, dates);
});
