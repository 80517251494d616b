// What the text of one cell means as a number. Every format that carries text comes through here,
// so that a missing or bad value is the same thing, with the same words, in all of them.

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^[+-]?inf(?:inity)?$/i;
/** What pandas, polars, R and C write for a missing value; number_column.ts has what people type. */
const MISSING: ReadonlySet<string> = new Set([
  "",
  "nan",
  "-nan",
  "null",
  "none",
  "na",
  "<na>",
  "nat",
]);
const LONGEST_QUOTE = 40;

/** A cell without the blanks around it: spaces, tabs and the return of a CRLF line end. */
export function trimCell(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** Whether a byte or character code is a space, tab or carriage return. */
export function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 13;
}

/** Whether a trimmed cell stands for a missing value. */
export function isMissing(text: string): boolean {
  return text.length <= 4 && MISSING.has(text.toLowerCase());
}

/** The number in a trimmed cell: NaN when missing, ±Infinity when infinite, undefined when it is none. */
export function readNumber(text: string): number | undefined {
  if (NUMBER.test(text)) return Number(text);
  if (isMissing(text)) return NaN;
  if (INFINITE.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return undefined;
}

/** What is wrong with a cell that should hold a finite number. */
export function numberProblem(text: string): string {
  const value = readNumber(text);
  if (value !== undefined) return `expected a finite number, got ${quoted(text)}`;
  return `expected a number, got ${quoted(text)}`;
}

/** Text of a file as messages show it: in quotes, short, control characters escaped. */
export function quoted(text: string): string {
  const shown = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A float as Python prints it: `0` is `0.0`, `1e-7` is `1e-07`. */
export function floatText(value: number): string {
  const magnitude = Math.abs(value);
  if (value !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    return value.toExponential().replace(/e([-+])(\d)$/, "e$10$2");
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
