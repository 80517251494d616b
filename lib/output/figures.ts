// Cells as people read them: figures by their unit, as the pages write them, and ages.

import { DAY_MS } from "../civil.ts";
import { formatFigure, UNDEFINED_TEXT } from "../report/numbers.ts";
import type { Unit } from "../metrics/metric.ts";

export { UNDEFINED_TEXT };

/** A figure by its unit: percent for fractions and probabilities; a dash where there is none. */
export function figureText(value: number | null | undefined, unit?: Unit): string {
  if (value === null || value === undefined || Number.isNaN(value)) return UNDEFINED_TEXT;
  return unit === undefined ? shortNumber(value).replace("-", "−") : formatFigure(value, unit);
}

/** Five significant digits; whole numbers whole. */
export function shortNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const short = Number(value.toPrecision(5));
  return Math.abs(short) >= 1e5 && Math.abs(short) < 1e15 ? value.toFixed(0) : String(short);
}

const STEPS: readonly (readonly [unitMs: number, name: string, below: number])[] = [
  [1000, "s", 60],
  [60_000, "min", 60],
  [3_600_000, "h", 48],
  [DAY_MS, "days", 31],
];

/** "2 h ago"; a month or longer ago, and in the future, the date. */
export function ageText(timeMs: number, now: number): string {
  const age = now - timeMs;
  if (age > -60_000 && age < 1000) return "now";
  for (const [unitMs, name, below] of STEPS) {
    const count = Math.floor(age / unitMs);
    if (count >= 0 && count < below) return `${count} ${name} ago`;
  }
  return Number.isNaN(timeMs) ? "" : new Date(timeMs).toISOString().slice(0, 10);
}

/** 2024-01-31, with the time of day unless it is midnight. */
export function dayText(timeMs: number): string {
  const [day = "", time = ""] = new Date(timeMs).toISOString().split("T");
  return timeMs % DAY_MS === 0 ? day : `${day} ${time.slice(0, 5)}`;
}
