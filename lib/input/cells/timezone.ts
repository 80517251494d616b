// Instants as wall-clock times of a zone, by the host's own time zone data (Intl). A zone's offset
// only changes on quarter hours, so it is asked for once a quarter hour: asking for each row
// would take most of the time of reading a long file.

import { UsageError } from "../../errors.ts";

const QUARTER_HOUR_MS = 900_000;

/** A function from an instant (ms) to the wall-clock time of the zone, held as UTC ms. */
export function wallClock(zone: string): (instantMs: number) => number {
  const format = zoneFormat(zone);
  const offsets = new Map<number, number>();
  return (instantMs) => {
    const quarter = Math.floor(instantMs / QUARTER_HOUR_MS);
    let offset = offsets.get(quarter);
    if (offset === undefined) {
      offset = offsetMs(format, quarter * QUARTER_HOUR_MS);
      offsets.set(quarter, offset);
    }
    return instantMs + offset;
  };
}

function zoneFormat(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "iso8601",
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch (cause) {
    throw new UsageError(
      `Unknown time zone "${zone}"; names are those of the IANA database, such as America/New_York`,
      { cause },
    );
  }
}

function offsetMs(format: Intl.DateTimeFormat, instantMs: number): number {
  const parts = new Map(format.formatToParts(instantMs).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const wall = new Date(0);
  wall.setUTCFullYear(part("year"), part("month") - 1, part("day"));
  wall.setUTCHours(part("hour"), part("minute"), part("second"));
  return wall.getTime() - instantMs;
}
