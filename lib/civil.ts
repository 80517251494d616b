// Days of the calendar as milliseconds since 1970, times of day being wall-clock times held as UTC.

/** Milliseconds in a day. */
export const DAY_MS = 86_400_000;

/** From March 1 of the year 0 to January 1, 1970. */
const DAYS_TO_EPOCH = 719_468;

/**
 * Midnight of the first day of a month, January being 0, in ms. A month outside 0–11 carries into years.
 * Days are counted as in H. Hinnant, "chrono-compatible low-level date algorithms" (days_from_civil).
 */
export function monthStart(year: number, month: number): number {
  // A year from March to February has its leap day last.
  const sinceMarch = 12 * year + month - 2;
  const ownYear = Math.floor(sinceMarch / 12);
  const ownMonth = sinceMarch - 12 * ownYear;
  const leapDays = Math.floor(ownYear / 4) - Math.floor(ownYear / 100) + Math.floor(ownYear / 400);
  const days = 365 * ownYear + leapDays + Math.floor((153 * ownMonth + 2) / 5) - DAYS_TO_EPOCH;
  return days * DAY_MS;
}
