// How far apart the rows of a series usually are, and the calendar period that slower data belongs to:
// the last business day and the last day of a month are the same month.

import { DAY_MS } from "../civil.ts";
import { PERIOD_OF } from "./resample.ts";

const HOUR_MS = 3_600_000;

/** A frequency by its usual step. */
export interface Frequency {
  readonly name: string;
  /** Longest usual step, in ms. */
  readonly below: number;
  /** What the rows of one period share, in order of time; null for what is joined by its time. */
  readonly periodOf: ((ms: number) => number) | null;
  /** What such a period is called with a date of it. */
  readonly unit: string;
}

const quarters = (months: number) => (ms: number): number =>
  Math.floor(PERIOD_OF.month(ms) / months);

/** From the fastest to the slowest. */
const FREQUENCIES: readonly Frequency[] = [
  { name: "intraday", below: 20 * HOUR_MS, periodOf: null, unit: "" },
  { name: "daily", below: 4.5 * DAY_MS, periodOf: PERIOD_OF.day, unit: "" },
  { name: "weekly", below: 20 * DAY_MS, periodOf: PERIOD_OF.week, unit: "the week of " },
  { name: "monthly", below: 50 * DAY_MS, periodOf: PERIOD_OF.month, unit: "the month of " },
  { name: "quarterly", below: 140 * DAY_MS, periodOf: quarters(3), unit: "the quarter of " },
  { name: "half-yearly", below: 250 * DAY_MS, periodOf: quarters(6), unit: "the half-year of " },
  { name: "yearly", below: Infinity, periodOf: quarters(12), unit: "the year of " },
];

const DAILY = FREQUENCIES[1] as Frequency;

/** The median step between dates; NaN for a single row. */
export function usualStep(dates: Float64Array): number {
  const steps = new Float64Array(Math.max(0, dates.length - 1));
  for (let row = 0; row < steps.length; row++) {
    steps[row] = (dates[row + 1] as number) - (dates[row] as number);
  }
  return steps.sort()[steps.length >> 1] ?? NaN;
}

/** The frequency of a step; daily where there is none. */
export function frequencyOf(step: number): Frequency {
  return FREQUENCIES.find(({ below }) => step < below) ?? DAILY;
}

/** A frequency for messages. */
export function describeFrequency({ name }: Frequency, step: number): string {
  if (name !== "intraday") return name;
  const minutes = step / 60_000;
  return minutes >= 1 ? `in steps of ${Number(minutes.toFixed(2))} min` : `in steps of ${step} ms`;
}
