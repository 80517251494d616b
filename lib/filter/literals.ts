// The values that keys are compared with: quoted text, numbers, and ISO dates where a time is asked
// for. A value of the wrong sort is an error with the right spelling, never a comparison that is
// false for every run.

import { DAY_MS } from "../civil.ts";
import { FilterSyntaxError } from "../errors.ts";
import type { Field, Literal } from "./ast.ts";
import { describeField, type FieldType } from "./fields.ts";
import type { Token } from "./tokens.ts";

/** Longest LIKE pattern: SQLite refuses more than 50,000 bytes, tags have at most 8,000 characters. */
const MAX_PATTERN_LENGTH = 10_000;

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)? ?(Z|[+-]\d\d:?\d\d)?)?$/i;

/** A token as a value for `field`; `exact` where it is compared for equality. */
export function literalOf(
  text: string,
  token: Token,
  field: Field,
  type: FieldType,
  exact: boolean,
): Literal {
  return type === "text"
    ? quotedText(text, token, field)
    : numberOf(text, token, field, type, exact);
}

/** A token as the pattern of a LIKE. */
export function textOf(text: string, token: Token, field: Field): string {
  const pattern = quotedText(text, token, field);
  if (pattern.length > MAX_PATTERN_LENGTH) {
    fail(text, token, `a pattern has at most ${MAX_PATTERN_LENGTH} characters`);
  }
  return pattern;
}

function quotedText(text: string, token: Token, field: Field): string {
  if (token.kind === "text") return token.value;
  const written = text.slice(token.start, token.end);
  if (token.kind === "name") {
    const word = token.headQuoted && token.key === null ? token.head : written;
    fail(text, token, `text values are quoted: '${word}'`);
  }
  if (token.kind === "number") {
    fail(text, token, `${describeField(field)} is text; write '${written}'`);
  }
  if (token.kind === "(") fail(text, token, "a list follows IN: IN ('a', 'b')");
  return fail(text, token, "expected a quoted text");
}

/** A token as a number: times as ms since the epoch, from digits or an ISO date. */
export function numberOf(
  text: string,
  token: Token,
  field: Field,
  type: FieldType,
  exact: boolean,
): number {
  if (token.kind === "number") return token.value;
  const name = describeField(field);
  if (token.kind === "text" && type === "time") {
    return timeOf(text, token, token.value, name, exact);
  }
  const needed = type === "time" ? "a number of ms or a date, '2026-01-31'" : "a number";
  if (token.kind === "text") {
    const hint = /^-?(\d+\.?\d*|\.\d+)$/.test(token.value) ? `; write ${token.value}` : "";
    fail(text, token, `${name} is ${needed}${hint}`);
  }
  return fail(text, token, `expected ${needed}`);
}

function timeOf(text: string, token: Token, value: string, name: string, exact: boolean): number {
  const fields = ISO.exec(value);
  const time = fields === null ? NaN : isoTime(fields);
  if (Number.isNaN(time)) {
    fail(text, token, `"${value}" is not a time; write '2026-01-31' or '2026-01-31T12:00:00Z'`);
  }
  if (exact && value.length === 10) {
    const following = new Date(time + DAY_MS).toISOString().slice(0, 10);
    const range = `${name} >= '${value}' AND ${name} < '${following}'`;
    fail(text, token, `a day is not a moment; write ${range}`);
  }
  return time;
}

/** ms since the epoch, NaN for what is no day or time of day; without an offset it is UTC. */
function isoTime(fields: RegExpExecArray): number {
  const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "", zone = "Z"] =
    fields;
  const ms = fraction.padEnd(3, "0").slice(0, 3);
  const plain = `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`;
  const time = Date.parse(plain);
  if (Number.isNaN(time) || new Date(time).toISOString() !== plain) return NaN;
  if (zone.toUpperCase() === "Z") return time;
  const offsetMinutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  if (Number(zone.slice(1, 3)) > 23 || Number(zone.slice(-2)) > 59) return NaN;
  return time + (zone.startsWith("-") ? 1 : -1) * offsetMinutes * 60_000;
}

function fail(text: string, token: Token, problem: string): never {
  throw new FilterSyntaxError(text, token.start, token.end, problem);
}
