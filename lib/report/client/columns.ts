// The runs' columns in the browser: unpacked when they are first looked at, and what a cell of each
// says. A column is the same thing in the leaderboard, on an axis of the map and in a filter.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import { codesOf, doublesOf, type EmbeddedComparison, type EmbeddedTexts } from "../embedded.ts";
import { formatDate, formatFigure } from "../numbers.ts";
import { type Curves, curvesOf } from "./curve_data.ts";
import { type Halves, halvesOf } from "./halves.ts";

/** A metric, a param, a Sharpe ratio of one part of the rows, or the run's own; a curve is its end. */
export type Column =
  | { readonly kind: "metric"; readonly index: number }
  | { readonly kind: "param"; readonly index: number }
  | { readonly kind: "before" }
  | { readonly kind: "after" }
  | { readonly kind: "name" }
  | { readonly kind: "start" }
  | { readonly kind: "curve" }
  | { readonly kind: "flags" };

/** A param's texts and which one each run has. */
export interface Setting {
  readonly texts: readonly string[];
  readonly codes: Uint16Array | Uint32Array;
  /** By code: the text as a number, NaN where it is none. */
  readonly numbers: Float64Array;
  /** By code: its place when the texts are sorted as people do. */
  ranks(): Float64Array;
  /** True where every text is a number. */
  readonly isNumeric: boolean;
}

/** The page's data as columns. */
export interface Table {
  readonly data: EmbeddedComparison;
  readonly halves: Halves | null;
  /** Numbers by run; NaN where there is none. */
  numbers(column: Column): Float64Array;
  setting(index: number): Setting;
  /** What runs are sorted by: numbers, or places of texts. */
  keys(column: Column): Float64Array;
  status(run: number): string;
  /** 1 where the run never traded or lost everything: it has no rank, and is never the best. */
  readonly unranked: Uint8Array;
  readonly curves: Curves;
  /** What is said of each run in words. */
  readonly flags: Setting;
  /** Addresses of the runs' own pages. */
  readonly sheets: ReadonlyMap<number, string>;
}

/** Texts in the order of people: numbers in them by size. */
const compareTexts = new Intl.Collator("en", { numeric: true }).compare;

export function tableOf(data: EmbeddedComparison): Table {
  const halves = data.shared === null ? null : halvesOf(data.shared, data.count);
  const known = new Map<string, Float64Array>();
  const settings: Setting[] = [];
  const statuses = codesOf(data.statuses);
  const unranked = new Uint8Array(data.count);
  for (const run of [...data.idle, ...data.lost]) unranked[run] = 1;
  const [curves, flags] = [curvesOf(data), settingOf(data.flags)];
  const setting = (index: number): Setting =>
    settings[index] ??= settingOf(
      data.settings[index] ?? { texts: [], codes: "" },
    );
  const once = (key: string, make: () => Float64Array): Float64Array => {
    const found = known.get(key) ?? make();
    known.set(key, found);
    return found;
  };
  const numbers = (column: Column): Float64Array => {
    if (column.kind === "before" || column.kind === "after") {
      return halves?.[column.kind] ?? new Float64Array(data.count).fill(NaN);
    }
    const at = "index" in column ? column.index : 0;
    return once(`${column.kind} ${at}`, () => {
      if (column.kind === "metric") return doublesOf(data.values[at] ?? "");
      if (column.kind === "start") return doublesOf(data.starts);
      const unknown = new Float64Array(data.count).fill(NaN);
      if (column.kind === "name" || column.kind === "flags") return unknown;
      if (column.kind === "curve") {
        for (const [run, { y }] of curves.byRun) unknown[run] = endOf(y) - 1;
        return unknown;
      }
      const { codes, numbers: values } = setting(at);
      return Float64Array.from(codes, (code) => values[code] ?? NaN);
    });
  };
  return {
    ...{ data, halves, numbers, setting, unranked, curves, flags },
    sheets: new Map(data.sheets ?? []),
    keys(column) {
      if (column.kind === "name") return once("names", () => placesOf(data.names));
      if (column.kind !== "param" && column.kind !== "flags") return numbers(column);
      const texts = column.kind === "flags" ? flags : setting(column.index);
      if (texts.isNumeric) return numbers(column);
      return once(`places ${columnId(column)}`, () => {
        const { codes, ranks } = texts;
        const places = ranks();
        return Float64Array.from(codes, (code) => places[code] ?? NaN);
      });
    },
    status: (run) => data.statuses.texts[statuses[run] ?? -1] ?? "",
  };
}

/** The last factor that is known. */
function endOf(factors: ArrayLike<number | null>): number {
  return Array.from(factors).findLast((factor) => factor !== null) ?? NaN;
}

function settingOf(coded: EmbeddedTexts): Setting {
  const { texts } = coded;
  const numbers = Float64Array.from(texts, (text) => text.trim() === "" ? NaN : Number(text));
  let known: Float64Array | null = null;
  return {
    ...{ texts, numbers },
    ranks: () => known ??= ranksOf(texts),
    codes: codesOf(coded),
    isNumeric: texts.length > 0 && numbers.every((value) => Number.isFinite(value)),
  };
}

function ranksOf(texts: readonly string[]): Float64Array {
  const order = texts.map((_, code) => code)
    .sort((one, other) => compareTexts(texts[one] ?? "", texts[other] ?? ""));
  const ranks = new Float64Array(texts.length);
  order.forEach((code, place) => ranks[code] = place);
  return ranks;
}

/** Place of each name when all are sorted: compared as bytes with their numbers padded, for speed. */
function placesOf(names: readonly string[]): Float64Array {
  const keys = names.map((name) =>
    name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, "0"))
  );
  const order = keys.map((_, run) => run).sort((one, other) => {
    const [a = "", b = ""] = [keys[one], keys[other]];
    return a < b ? -1 : a > b ? 1 : 0;
  });
  const places = new Float64Array(names.length);
  let place = 0;
  order.forEach((run, at) => {
    if (keys[run] !== keys[order[at - 1] ?? -1]) place = at;
    places[run] = place;
  });
  return places;
}

export function sameColumn(one: Column, other: Column): boolean {
  return columnId(one) === columnId(other);
}

/** A name for a column that markup can hold. */
export function columnId(column: Column): string {
  return "index" in column ? `${column.kind}-${column.index}` : column.kind;
}

export function columnLabel({ data }: Table, column: Column): string {
  if (column.kind === "metric") return data.metrics[column.index]?.label ?? "";
  if (column.kind === "param") return data.params[column.index] ?? "";
  if (column.kind === "name") return "Run";
  if (column.kind === "start") return "Started";
  if (column.kind === "curve") return "Curve";
  if (column.kind === "flags") return "Flags";
  return column.kind === "before" ? "Sharpe before" : "Sharpe after";
}

/** What a column means. */
export function columnMeaning(table: Table, column: Column): string {
  if (column.kind === "metric") return table.data.metrics[column.index]?.explanation ?? "";
  if (column.kind === "before" || column.kind === "after") {
    return `Sharpe ratio of the rows ${
      column.kind === "before" ? "in sample" : "out of sample"
    }, annualised, no rate taken off: of the rows that the runs share`;
  }
  if (column.kind === "curve") {
    return "Growth over the time of all curves, each on a logarithmic scale of its own; sorted by its end. " +
      `The page holds ${table.curves.byRun.size} curves`;
  }
  if (column.kind === "flags") return "What to know of a run before its figures";
  return columnLabel(table, column);
}

/** A cell as it is read. */
export function cellText(table: Table, run: number, column: Column): string {
  if (column.kind === "name") return table.data.names[run] ?? "";
  if (column.kind === "flags") return flagsOf(table, run);
  if (column.kind === "param") {
    const { texts, codes } = table.setting(column.index);
    return texts[codes[run] ?? -1] ?? "";
  }
  const value = table.numbers(column)[run] ?? NaN;
  if (column.kind === "start") return formatDate(value - value % 1000);
  return formatFigure(value, unitOf(table, column));
}

export function unitOf({ data }: Table, column: Column): EmbeddedComparison["metrics"][0]["unit"] {
  if (column.kind === "curve") return "fraction";
  return column.kind === "metric" ? data.metrics[column.index]?.unit ?? "ratio" : "ratio";
}

/** Which end of a column is good. */
export function betterOf({ data }: Table, column: Column): "higher" | "lower" | "none" {
  if (column.kind === "before" || column.kind === "after") return "higher";
  const better = column.kind === "metric" ? data.metrics[column.index]?.better : "none";
  return better === "higher" || better === "lower" ? better : "none";
}

/** What is said of a run in words; empty where nothing is. */
export function flagsOf({ flags: { texts, codes } }: Table, run: number): string {
  return texts[codes[run] ?? -1] ?? "";
}

/** A run's name, or its id where it has none. */
export function nameOf({ data }: Table, run: number): string {
  return data.names[run] || data.ids[run] || "";
}
