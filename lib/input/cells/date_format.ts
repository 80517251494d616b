// `--date-format`: the directives of strptime, which the traders who write the files know from
// Python. A format is compiled once into a regular expression and the fields it captures.

import { DAY_MS } from "../../civil.ts";
import { UsageError } from "../../errors.ts";
import { civilMs } from "./calendar_time.ts";

/** A time as a text said it: the wall clock, and the offset from UTC where one was written. */
export interface WrittenTime {
  readonly wallMs: number;
  readonly offsetMs: number | null;
  readonly isFiner: boolean;
}

/**
 * The names of each month in English, German, French, Spanish, Italian, Portuguese and Dutch, short forms
 * and those without their accents, too. None stands for two months.
 */
const MONTHS: readonly (readonly string[])[] = [
  "january jan januar janner jänner jän janvier janv enero ene gennaio gen janeiro januari",
  "february feb februar fevrier février fevr févr fév fev febrero febbraio fevereiro februari",
  "march mar märz marz maerz mär mrz mars marzo março marco maart mrt",
  "april apr avril avr abril abr aprile",
  "may mai mayo maggio mag maio mei",
  "june jun juni juin junio giugno giu junho",
  "july jul juli juillet juil julio luglio lug julho",
  "august aug août aout aoû agosto ago augustus",
  "september sep sept septembre septiembre setiembre settembre sett set setembro",
  "october oct oktober okt octobre octubre ottobre ott outubro out",
  "november nov novembre noviembre novembro",
  "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro",
].map((names) => names.split(" "));
/** The pattern of a month's name. */
export const MONTH_NAMES: string = MONTHS.flat().join("|");
/** What may stand behind the number of a day. */
export const ORDINAL = "(?:st|nd|rd|th|er|[ºª])";
const DAY_NAME = "(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?";

type Field = "year" | "shortYear" | "month" | "monthName" | "day" | "dayOfYear" | "hour" | "minute";
type PeriodField = "quarter" | "isoYear" | "isoWeek" | "isoDay";
type LateField = PeriodField | "second" | "fraction" | "half" | "offset";

/** Zones by name that have one meaning: RFC 5322, section 4.3, "obs-zone". */
const ZONE_HOURS: Readonly<Record<string, number>> = {
  ...{ z: 0, ut: 0, utc: 0, gmt: 0 },
  ...{ est: -5, edt: -4, cst: -6, cdt: -5, mst: -7, mdt: -6, pst: -8, pdt: -7 },
};
const ZONES = Object.keys(ZONE_HOURS).join("|");

const DIRECTIVES: Readonly<Record<string, readonly [pattern: string, field?: Field | LateField]>> =
  {
    Y: ["(\\d{4})", "year"],
    y: ["(\\d{2})", "shortYear"],
    m: ["(\\d{1,2})", "month"],
    b: [`(${MONTH_NAMES})\\.?`, "monthName"],
    B: [`(${MONTH_NAMES})\\.?`, "monthName"],
    d: [`(\\d{1,2})${ORDINAL}?`, "day"],
    e: [" ?(\\d{1,2})", "day"],
    j: ["(\\d{1,3})", "dayOfYear"],
    H: ["(\\d{1,2})", "hour"],
    I: ["(\\d{1,2})", "hour"],
    M: ["(\\d{1,2})", "minute"],
    S: ["(\\d{1,2})", "second"],
    f: ["(\\d{1,9})", "fraction"],
    p: ["([ap]m)", "half"],
    q: ["([1-4])", "quarter"],
    G: ["(\\d{4})", "isoYear"],
    V: ["(\\d{2})", "isoWeek"],
    u: ["([1-7])", "isoDay"],
    z: [`(${ZONES}|[+-]\\d{2}:?\\d{2})`, "offset"],
    Z: [`(${ZONES})`, "offset"],
    a: [DAY_NAME],
    A: [DAY_NAME],
    "%": ["%"],
  };
const SHORTHANDS: Readonly<Record<string, string>> = {
  F: "%Y-%m-%d",
  T: "%H:%M:%S",
  D: "%m/%d/%y",
};

/** The other way to write a format, taken when it has no `%`: DD/MM/YYYY. */
const LETTERS: Readonly<Record<string, string>> = {
  YYYY: "%Y",
  YY: "%y",
  MMM: "%b",
  MM: "%m",
  DD: "%d",
  HH: "%H",
  mm: "%M",
  SS: "%S",
  ss: "%S",
};

/** Behind a day: hour, minute, second, fraction, half of the day, offset. */
const TIME_OF_DAY = String
  .raw`(?:[,;]? +| - |[T,;])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([ap]m))?(?: ?(${ZONES}|[+-]\d{2}:?\d{2}))?`;

/** The directives that fit the time of day behind a day; empty without one. */
export function timeDirectives(text: string): string {
  const match = new RegExp(`${TIME_OF_DAY}$`, "i").exec(text);
  if (match === null) return "";
  const [whole, , , second, fraction, half, offset] = match;
  const space = /^\D+/.exec(whole)?.[0] ?? " ";
  const clock = half === undefined ? "%H:%M" : "%I:%M";
  const end = half === undefined ? "" : ` ${"%p"}`;
  return space + clock + (second === undefined ? "" : ":%S") +
    (fraction === undefined ? "" : ".%f") + end + (offset === undefined ? "" : " %z");
}

/** A reader of times written in a strptime format; it answers null where a text does not fit. */
export function compileDateFormat(format: string): (text: string) => WrittenTime | null {
  const fields: (Field | LateField)[] = [];
  const directives = format.includes("%")
    ? format
    : format.replace(/YYYY|YY|MMM|MM|DD|HH|mm|SS|ss/g, (letters) => LETTERS[letters] as string);
  const source = directives.replace(
    /%([FTD])/g,
    (_, letter: string) => SHORTHANDS[letter] as string,
  )
    .replace(/%(.?)|([^%]+)/gs, (_, letter: string | undefined, plain: string | undefined) => {
      if (plain !== undefined) return plain.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
      const directive = DIRECTIVES[letter ?? ""];
      if (directive === undefined) throw unknownDirective(format, `%${letter}`);
      if (directive[1] !== undefined) fields.push(directive[1]);
      return directive[0];
    });
  const has = (...names: readonly (Field | LateField)[]): boolean =>
    names.some((name) => fields.includes(name));
  const saysPeriod = has("isoYear") ? has("isoWeek") : has("year", "shortYear") &&
    (has("dayOfYear", "month", "monthName", "quarter") || directives === "%Y");
  if (!saysPeriod) {
    throw new UsageError(
      `Cannot use --date-format "${format}": it must say where the year and the month are, as in %Y-%m-%d`,
    );
  }
  // A format of the day alone also fits a day with its time, which no reading of the day changes.
  const mayHaveTime = !has("hour", "minute", "second", "fraction", "offset");
  const pattern = new RegExp(`^${source}${mayHaveTime ? `(?:${TIME_OF_DAY})?` : ""}$`, "i");
  if (mayHaveTime) fields.push("hour", "minute", "second", "fraction", "half", "offset");
  return (text) => {
    const match = pattern.exec(text);
    if (match === null) return null;
    const found = fields.flatMap((field, index) =>
      match[index + 1] === undefined ? [] : [[field, match[index + 1] as string] as const]
    );
    return assemble(new Map(found));
  };
}

function unknownDirective(format: string, directive: string): UsageError {
  const known = [...Object.keys(DIRECTIVES), ...Object.keys(SHORTHANDS)].map((name) => `%${name}`);
  return new UsageError(
    `Cannot use --date-format "${format}": ${directive} is not one of ${known.join(" ")}`,
  );
}

function assemble(parts: ReadonlyMap<Field | LateField, string>): WrittenTime | null {
  const number = (field: Field | LateField, absent: number): number =>
    Number(parts.get(field) ?? absent);
  const fraction = (parts.get("fraction") ?? "").padEnd(9, "0");
  const hour = hourOf(number("hour", 0), parts.get("half")?.toLowerCase());
  const month = parts.has("dayOfYear")
    ? 1
    : monthOf(parts, number("month", number("quarter", 1) * 3 - 2));
  if (parts.has("isoWeek")) {
    return weekOf(number("isoYear", 0), number("isoWeek", 0), number("isoDay", 1));
  }
  const first = civilMs(
    yearOf(parts),
    month,
    parts.has("dayOfYear") ? 1 : number("day", 1),
    hour,
    number("minute", 0),
    number("second", 0),
    Number(fraction.slice(0, 3)),
  );
  const wallMs = first + (number("dayOfYear", 1) - 1) * DAY_MS;
  if (Number.isNaN(wallMs) || number("dayOfYear", 1) < 1 || number("dayOfYear", 1) > 366) {
    return null;
  }
  const offset = parts.get("offset");
  return {
    wallMs,
    offsetMs: offset === undefined ? null : readOffset(offset),
    isFiner: Number(fraction.slice(3)) > 0,
  };
}

/** A day, from Monday, of a week of ISO 8601, whose first has the fourth of January in it. */
function weekOf(year: number, week: number, day: number): WrittenTime | null {
  const mondayOf = (year: number): number => {
    const fourth = civilMs(year, 1, 4);
    return fourth - (new Date(fourth).getUTCDay() + 6) % 7 * DAY_MS;
  };
  const monday = mondayOf(year) + (week - 1) * 7 * DAY_MS;
  const isWeek = week >= 1 && monday < mondayOf(year + 1);
  const wallMs = monday + (day - 1) * DAY_MS;
  return isWeek ? { wallMs, offsetMs: null, isFiner: false } : null;
}

/** Two-digit years as POSIX has them: 69–99 are 1969–1999, 00–68 are 2000–2068. */
function yearOf(parts: ReadonlyMap<Field | LateField, string>): number {
  const full = parts.get("year");
  if (full !== undefined) return Number(full);
  const short = Number(parts.get("shortYear"));
  return short >= 69 ? 1900 + short : 2000 + short;
}

function monthOf(parts: ReadonlyMap<Field | LateField, string>, month: number): number {
  const name = parts.get("monthName")?.toLowerCase();
  if (name === undefined) return month;
  return 1 + MONTHS.findIndex((names) => names.includes(name));
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return NaN;
  return (hour % 12) + (half === "pm" ? 12 : 0);
}

/** An offset (`Z`, `UTC`, `EST`, `+05:30`, `-0800`, `+09`) in ms. */
export function readOffset(text: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(text);
  if (match === null) return (ZONE_HOURS[text.toLowerCase()] ?? 0) * 3_600_000;
  const ms = (Number(match[2]) * 60 + Number(match[3] ?? 0)) * 60_000;
  return match[1] === "-" ? -ms : ms;
}
