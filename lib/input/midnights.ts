// Times that are all the midnight of another zone: days that were meant to begin at midnight in Berlin
// stand as 23:00 UTC of the day before, and each is taken for that day.

import { DAY_MS } from "../civil.ts";

const HOUR_MS = 3_600_000;

/** Zones by how far east they are in winter, where others than whole hours are named too. */
const ZONES: readonly (readonly [hours: number, zone: string])[] = [
  [0, "Europe/London"],
  [1, "Europe/Berlin"],
  [2, "Europe/Helsinki"],
  [3, "Europe/Moscow"],
  [4, "Asia/Dubai"],
  [5, "Asia/Karachi"],
  [5.5, "Asia/Kolkata"],
  [7, "Asia/Bangkok"],
  [8, "Asia/Shanghai"],
  [9, "Asia/Tokyo"],
  [10, "Australia/Sydney"],
  [12, "Pacific/Auckland"],
];

/** Earliest full hour that is taken for midnight further east where the text has no zone. */
const EARLIEST_UNZONED = 14 * HOUR_MS;

/** Dates, and what is known of them. */
export interface Stamps {
  readonly dates: Float64Array | null;
  /** Whether they are instants of UTC. */
  readonly isInstant?: boolean;
}

/** Midnights of another zone. */
export interface OtherMidnight {
  /** `23:00` or `22:00 or 23:00`. */
  readonly clocks: string;
  /** How far east of UTC such a zone is, for messages. */
  readonly offset: string;
  /** A zone that has them. */
  readonly zone: string;
  /** Whether they are instants, so that a zone moves them to their days. */
  readonly isInstant: boolean;
}

/**
 * Which zone's midnights the times are; null where they are none. Instants are where some are of a
 * Sunday, which no market that rests at weekends has; times without a zone where none is of a
 * Friday besides.
 */
export function otherMidnight({ dates, isInstant = false }: Stamps): OtherMidnight | null {
  const clocks = clocksOf(dates);
  if (dates === null || clocks === null) return null;
  const days = new Set<number>();
  for (const date of dates) if (clockOf(date) > 0) days.add(new Date(date).getUTCDay());
  if (!days.has(0)) return null;
  const first = clocks[0] as number;
  const isShifted = !days.has(5) && !days.has(6) && first >= EARLIEST_UNZONED &&
    first % HOUR_MS === 0;
  if (!isInstant && !isShifted) return null;
  // In winter the clock is an hour behind, so that midnight is later in UTC.
  const latest = clocks.at(-1) as number;
  const hours = first === 0 ? 0 : (DAY_MS - latest) / HOUR_MS;
  const [, zone] = ZONES.find(([own]) => own === hours) ?? ["", "Europe/Berlin"];
  return {
    clocks: clocks.map((clock) => new Date(clock).toISOString().slice(11, 16)).join(" or "),
    offset: `UTC+${hours === 0 ? "0 in winter and UTC+1 in summer" : hours}`,
    zone,
    isInstant,
  };
}

/** The times of day in order: one that is not midnight, or two an hour apart, as of winter and summer. */
function clocksOf(dates: Float64Array | null): readonly number[] | null {
  if (dates === null) return null;
  const found = new Set<number>();
  let last = NaN;
  // By index: an iterator over a typed array takes ten times as long in JavaScriptCore.
  for (let row = 0; row < dates.length; row++) {
    const clock = clockOf(dates[row] as number);
    if (clock === last) continue;
    last = clock;
    if (found.add(clock).size > 2) return null;
  }
  const [first = 0, second = first] = [...found].sort((a, b) => a - b);
  if (second === first) return first === 0 ? null : [first];
  if (first === 0 && second === DAY_MS - HOUR_MS) return [first, second];
  return first > 0 && second - first === HOUR_MS ? [first, second] : null;
}

function clockOf(date: number): number {
  return date - Math.floor(date / DAY_MS) * DAY_MS;
}
