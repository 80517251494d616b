// Cells as people read them: figures by their unit, as the pages write them, ages, and text cut in its
// middle, where names of runs are most alike. The only user of string-width, which knows how wide a
// terminal draws what is not plain ASCII.

import stringWidth from "string-width";
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
  [86_400_000, "days", 31],
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
  return timeMs % 86_400_000 === 0 ? day : `${day} ${time.slice(0, 5)}`;
}

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}

/** At most so wide: what is left out of the middle is an ellipsis, and the end is kept. */
export function cutMiddle(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const room = Math.max(0, width - 1);
  const letters = [...text];
  const tail = taken(letters.toReversed(), Math.floor(room / 2)).toReversed();
  const head = taken(letters, room - widthOf(tail.join("")));
  return `${head.join("")}…${tail.join("")}`;
}

/** At most so wide: what is left out of the end is an ellipsis. */
export function cutEnd(text: string, width: number): string {
  return widthOf(text) <= width ? text : `${taken([...text], width - 1).join("")}…`;
}

function taken(letters: readonly string[], width: number): string[] {
  const kept: string[] = [];
  let used = 0;
  for (const letter of letters) {
    used += widthOf(letter);
    if (used > width) break;
    kept.push(letter);
  }
  return kept;
}
