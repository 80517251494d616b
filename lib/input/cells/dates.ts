// Dates from text: which forms are read, and what is said of the rest. The wall clock is kept as it
// is written (a Tokyo day stays that day), held as if it were UTC; an epoch is UTC. The form of the
// first cell binds the column, so that a stray number never becomes a date of another kind.

import { DAY_MS } from "../../civil.ts";
import { civilMs, timeText } from "./calendar_time.ts";
import { isMissing, quoted } from "./number.ts";
import {
  compileDateFormat,
  MONTH_NAMES,
  ORDINAL,
  readOffset,
  timeDirectives,
  type WrittenTime,
} from "./date_format.ts";
import { wallClock } from "./timezone.ts";

/** What a column of dates is read with. */
export interface DateOptions {
  /** strptime directives, or `s`, `ms`, `us`, `ns` for an epoch. */
  readonly dateFormat?: string | undefined;
  /** IANA name of the zone whose wall clock is wanted. */
  readonly timezone?: string | undefined;
}

type Epoch = "s" | "ms" | "us" | "ns";
type Form = "iso" | "compact" | Epoch;

/** Reads the dates of one column; keeps what it has learnt of them. */
export interface DateReader {
  /** Whether any time carried an offset from UTC, or was an instant. */
  hasOffset: boolean;
  /** Whether any time was finer than a millisecond. */
  isFiner: boolean;
  /** Whether the first time was an instant of UTC that no zone's wall clock was taken of. */
  isInstant: boolean;
  /** What speaks against the times that were read, all of them numbers whose unit was guessed; null if nothing does. */
  readonly doubt: string | null;
  /** Whether no cell has shown the form yet. */
  readonly isUndecided: boolean;
  /** Whether the dates are ISO and stay as they are written, so that bytes tell them. */
  readonly isPlainIso: boolean;
  /** The time in a trimmed cell, or NaN; `problem` then says what is wrong with it. */
  readText(text: string): number;
  /** An instant known as a number (ms since the epoch), as wall-clock time. */
  readInstant(ms: number): number;
  /** A time that another reader made of a text, as wall-clock time; NaN for null. */
  readWritten(time: WrittenTime | null): number;
  problem(text: string): string;
}

const ISO =
  /^(\d{4})([-/.])(\d{2})\2(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?( ?(?:Z|UTC|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?))?$/;
const EPOCH = /^(-?)(\d+)(?:\.(\d*))?$/;
const TWO_READINGS = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)/;
/** A period by its first and its last day, as pandas writes weeks. */
const SPAN = /^\d{4}-\d{2}-\d{2}\/\d{4}-\d{2}-\d{2}$/;
/** A word where the name of a month may stand, whatever the language. */
const WORD = "\\p{L}{3,10}\\.?";
const MONTH_NAME = new RegExp(
  `^(?:[a-z]{3,9},? )?(?:${WORD} \\d{1,2}${ORDINAL}?,? \\d{4}|${WORD}(?: de |[ /-])\\d{4}$|` +
    `\\d{1,2}${ORDINAL}?(?: de |\\. |[ ./-])${WORD}(?: de |[ ./-])\\d{2,4})`,
  "iu",
);
/** What date_column.ts reads besides: months alone, days without their 0, a day and its time in digits. */
const LESS_USUAL: readonly RegExp[] = [
  TWO_READINGS,
  MONTH_NAME,
  /^\d{4}([-/.])\d{1,2}\1\d{1,2}(?!\d)/,
  /^\d{4}[-/](?:0?[1-9]|1[0-2])$/,
  /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])$/,
  /^(?:0?[1-9]|1[0-2])[-/.](?:19|20)\d{2}$/,
  /^(?:\d{4}[- ]?Q[1-4]|Q[1-4][-/ ]\d{4}|\d{4}-?W[0-5]\d(?:-[1-7])?)$/i,
  SPAN,
  new RegExp(`^(?:${MONTH_NAMES})\\.?[-/]\\d{2}$`, "i"),
  new RegExp(`^\\d{1,2}(?:${MONTH_NAMES})\\d{4}$`, "i"),
  /^\d{8}[ T;,]\d/,
  /^\d{1,2}\. \d{1,2}\. \d{4}/,
  /^\d{4}年\d{1,2}月\d{1,2}日/,
];
/** Digits to drop from an epoch to have ms; negative: to add. */
const EPOCH_DIGITS: Readonly<Record<Epoch, number>> = { s: -3, ms: 0, us: 3, ns: 6 };

/** A reader for one column. Throws `UsageError` for a format or zone that does not exist. */
export function createDateReader(options: DateOptions): DateReader {
  const { dateFormat, timezone } = options;
  const epoch = isEpoch(dateFormat) ? dateFormat : undefined;
  const custom = dateFormat === undefined || epoch !== undefined
    ? null
    : compileDateFormat(dateFormat);
  const toZone = timezone === undefined ? null : wallClock(timezone);
  let form: Form | undefined = epoch;
  let isFirst = true;
  let newest = -Infinity;

  const fromWritten = (time: WrittenTime | null): number => {
    if (time === null) return NaN;
    if (time.isFiner) reader.isFiner = true;
    if (isFirst) reader.isInstant = time.offsetMs === 0 && toZone === null;
    isFirst = false;
    if (time.offsetMs === null) return time.wallMs;
    reader.hasOffset = true;
    return toZone === null ? time.wallMs : toZone(time.wallMs - time.offsetMs);
  };
  const reader: DateReader = {
    hasOffset: false,
    isFiner: false,
    isInstant: false,
    get doubt() {
      return newest < FIRST_GUESSED_MS && newest > -Infinity ? pastDoubt(form as Epoch) : null;
    },
    get isUndecided() {
      return form === undefined && custom === null;
    },
    get isPlainIso() {
      return form === "iso" && custom === null && toZone === null;
    },
    readText(text) {
      if (custom !== null) return fromWritten(custom(text));
      if (form === undefined) form = formOf(text);
      if (form === undefined) return NaN;
      if (form === "iso" || form === "compact") {
        return fromWritten(form === "iso" ? readIso(text) : readCompact(text));
      }
      const instant = readEpoch(text, form, epoch === undefined, reader);
      if (Number.isNaN(instant)) return NaN;
      if (epoch === undefined) {
        if (instant > LAST_GUESSED_MS) return NaN;
        // None of the other counts goes below 0.
        newest = instant < 0 ? Infinity : Math.max(newest, instant);
      }
      return this.readInstant(instant);
    },
    readInstant(ms) {
      if (toZone === null) {
        reader.isInstant = true;
        return ms;
      }
      reader.hasOffset = true;
      return toZone(ms);
    },
    readWritten: fromWritten,
    problem: (text) => dateProblem(text, dateFormat, form),
  };
  return reader;
}

/** Whether text has the form of a date, or might have with the right `--date-format`. */
export function dateRecogniser(options: DateOptions): (text: string) => boolean {
  const { dateFormat } = options;
  if (dateFormat !== undefined) {
    const reader = createDateReader({ dateFormat });
    return (text) => !Number.isNaN(reader.readText(text));
  }
  return (text) => {
    const form = formOf(text);
    if (form === "compact") return readCompact(text) !== null;
    return form !== undefined || LESS_USUAL.some((pattern) => pattern.test(text));
  };
}

function isEpoch(format: string | undefined): format is Epoch {
  return format !== undefined && Object.hasOwn(UNITS, format);
}

function formOf(text: string): Form | undefined {
  if (ISO.test(text)) return "iso";
  const match = EPOCH.exec(text);
  if (match === null) return undefined;
  const digits = (match[2] as string).length;
  // With a time in digits, too: as ms such a number would be a day of 1976, or of the year 2611.
  if (digits === 8 && match[1] === "" && /^0*$/.test(match[3] ?? "")) return "compact";
  if (/^(?:19|20)/.test(text) && readCompact(text) !== null) return "compact";
  return epochOf(digits);
}

/** The unit of an epoch, by its digits: 9 to 11 are seconds (1973 to 5138), three more a step finer. */
function epochOf(digits: number): Epoch | undefined {
  if (digits < 9 || digits > 19) return undefined;
  if (digits <= 11) return "s";
  if (digits <= 14) return "ms";
  return digits <= 17 ? "us" : "ns";
}

function readIso(text: string): WrittenTime | null {
  const match = ISO.exec(text);
  if (match === null) return null;
  const fraction = (match[8] ?? "").padEnd(3, "0");
  const part = (index: number): number => Number(match[index] ?? 0);
  const ms = Number(fraction.slice(0, 3));
  const wallMs = civilMs(part(1), part(3), part(4), part(5), part(6), part(7), ms);
  if (Number.isNaN(wallMs)) return null;
  const offset = match[9]?.trim();
  if (offset !== undefined && match[5] === undefined) return null;
  return {
    wallMs,
    offsetMs: offset === undefined ? null : readOffset(offset),
    isFiner: /[1-9]/.test(fraction.slice(3)),
  };
}

function readCompact(text: string): WrittenTime | null {
  // A column with a gap is one of numbers with decimals for pandas: 20240131.0.
  if (!/^\d{8}(?:\d{4}(?:\d{2})?)?(?:\.0+)?$/.test(text)) return null;
  const part = (from: number, to: number): number => Number(text.slice(from, to));
  const wallMs = civilMs(
    part(0, 4),
    part(4, 6),
    part(6, 8),
    part(8, 10),
    part(10, 12),
    part(12, 14),
  );
  return Number.isNaN(wallMs) ? null : { wallMs, offsetMs: null, isFiner: false };
}

/** By digits, not by arithmetic: nanoseconds do not fit a double. Cut, not rounded, to the ms. */
function readEpoch(
  text: string,
  unit: Epoch,
  byDigits: boolean,
  marks: Pick<DateReader, "isFiner">,
): number {
  const match = EPOCH.exec(text);
  if (match === null) return NaN;
  const [, sign, whole = "", fraction = ""] = match;
  if (byDigits && epochOf(whole.length) !== unit) return NaN;
  const drop = EPOCH_DIGITS[unit];
  const kept = drop < 0
    ? whole + fraction.slice(0, -drop).padEnd(-drop, "0")
    : whole.slice(0, Math.max(0, whole.length - drop));
  const lost = drop < 0
    ? fraction.slice(-drop)
    : whole.slice(Math.max(0, whole.length - drop)) + fraction;
  const isCut = /[1-9]/.test(lost);
  if (isCut) marks.isFiner = true;
  const ms = sign === "-" ? -Number(kept) - (isCut ? 1 : 0) : Number(kept);
  return Math.abs(ms) <= LAST_MS ? ms : NaN;
}

/**
 * Numbers count from 1970 in a unit told by their digits, if that leads to days that returns have: not to days
 * to come, as YYMMDDHHMM does and what SAS, Stata and .NET count from 1960 or the year 1, nor all of
 * them to days before May 1990, as .NET's ticks and Windows' file times do. A clock that was never set
 * says less than this program's own age.
 */
const LAST_GUESSED_MS: number = Math.max(Date.now(), Date.UTC(2027, 0)) + 31 * DAY_MS;
const FIRST_GUESSED_MS: number = Date.UTC(1990, 4);

function pastDoubt(unit: Epoch): string {
  return `as ${
    UNITS[unit]
  } since 1970 its times would all be before May 1990, as those that count from ` +
    `another year are (.NET's ticks, Windows' file times); say --date-format ${unit} if they are ` +
    "right, else write dates such as 2024-01-31";
}

/** The last time that Date can hold, also when a zone moves it. */
export const LAST_MS: number = 8.64e15 - 2 * DAY_MS;

function dateProblem(text: string, format: string | undefined, form: Form | undefined): string {
  if (isMissing(text)) return "the date is missing";
  if (format !== undefined) {
    return `the date ${quoted(text)} does not fit --date-format "${format}"`;
  }
  const numeric = TWO_READINGS.exec(text);
  if (numeric !== null && form === undefined) {
    const forms = numericForms(numeric).map((form) => form + timeDirectives(text));
    return forms.length === 1
      ? `the date ${quoted(text)} needs --date-format, such as ${forms[0]}`
      : `the date ${quoted(text)} can be read in more than one way; ` +
        `say which with --date-format, such as ${forms.join(" or ")}`;
  }
  if (SPAN.test(text)) {
    return `${
      quoted(text)
    } is a span of days; write one day of it (df.index.to_timestamp() of pandas)`;
  }
  if (/^[2-6]\d{4}(?:[.,]\d+)?$/.test(text)) {
    return `${
      quoted(text)
    } looks like a day number of Excel; format its column as dates, 2024-01-31`;
  }
  const guess = isEpoch(form) ? readEpoch(text, form, true, { isFiner: false }) : NaN;
  if (isEpoch(form) && guess > LAST_GUESSED_MS) {
    return `${quoted(text)} would be ${timeText(guess)}, a day to come, as ${
      UNITS[form]
    } since 1970; ` +
      `say --date-format ${form} if it is right, else how it is written, as in %Y%m%d%H`;
  }
  if (form === "iso" && ISO.test(text)) return `there is no such date as ${quoted(text)}`;
  if (form === "compact" && /^\d{8}$/.test(text)) return `there is no such date as ${quoted(text)}`;
  return `expected a date such as 2024-01-31${
    form === undefined || form === "iso" ? "" : formText(form)
  }, ` +
    `got ${quoted(text)}; ${
      form === undefined ? "other forms need --date-format" : "write all dates in one form"
    }`;
}

/** The formats that three numbers fit by their size: 13/02/2024 has no month first. */
function numericForms(parts: readonly string[]): readonly string[] {
  const [, first = "", separator = "-", second = "", last = ""] = parts;
  const year = last.length === 4 ? "%Y" : "%y";
  const orders = [["%d", "%m", year], ["%m", "%d", year]];
  if (last.length === 2) orders.push(["%y", "%m", "%d"]);
  const largest: Readonly<Record<string, number>> = { "%d": 31, "%m": 12, "%y": 99, "%Y": 9999 };
  const fits = (order: readonly string[]): boolean =>
    [first, second, last].every((text, at) => Number(text) <= (largest[order[at] ?? ""] ?? 0));
  const forms = orders.filter(fits);
  return (forms.length === 0 ? orders : forms).map((order) => order.join(separator));
}

const UNITS: Readonly<Record<Epoch, string>> = {
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  ns: "nanoseconds",
};

function formText(form: Exclude<Form, "iso">): string {
  const what = form === "compact" ? "YYYYMMDD or YYYYMMDDHHMMSS" : `${UNITS[form]} since 1970`;
  return ` (here ${what}, as in the first row)`;
}
