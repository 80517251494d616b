// The shapes of the data inside the pages, shared by what writes them and what reads them in the
// browser: numbers are cut to what a screen shows, and times are differences, so pages stay small.

import type { ComparisonModel } from "./comparison_model.ts";
import type { TimeChart } from "./model.ts";

/** A chart over time as a page holds it: its x are the first one and the differences that follow. */
export type EmbeddedChart = Omit<TimeChart, "description" | "viewLabel">;

/** A param, or another text that many runs share: each different one once. */
export interface EmbeddedTexts {
  readonly texts: readonly string[];
  /** Positions in `texts` by run, 16 or 32 bits each, in base64; the highest number is not set. */
  readonly codes: string;
}

/** A curve: its x are the first one and the differences that follow. */
export interface EmbeddedCurve {
  /** Position of the run; -1 of the benchmark. */
  readonly run: number;
  readonly x: readonly number[];
  /** Cumulative returns. */
  readonly y: readonly (number | null)[];
}

/** What is known of the returns of runs on the rows that they share. */
export interface EmbeddedRows {
  /** Positions of the runs, in the order of what follows. */
  readonly runs: readonly number[];
  /** How many rows there are, and in a year. */
  readonly rows: number;
  readonly periods: number;
  /** Rows before which a split may be made, with the first date after it where there are dates. */
  readonly splits: readonly { readonly row: number; readonly date: number | null }[];
  /** Position in `splits` of the first one shown. */
  readonly split: number;
  /** Sums of the returns before each split and of all, by run, as doubles. */
  readonly sums: string;
  /** The same of their squares. */
  readonly squares: string;
  /** By run: the position in `runs` of the best run whose returns are like its own. */
  readonly clusters: readonly number[];
  /** Returns of the first runs, row by row, as doubles. */
  readonly returns: string;
}

/** The comparison page’s data block: a column a metric, so that a hundred thousand runs are quickly read. */
export interface EmbeddedComparison extends Pick<ComparisonModel, "dated" | "metrics" | "params"> {
  readonly count: number;
  readonly ids: readonly string[];
  readonly names: readonly string[];
  readonly statuses: EmbeddedTexts;
  /** Starts in ms since the epoch, as doubles. */
  readonly starts: string;
  /** Positions of the runs that never traded, and of those that lost everything. */
  readonly idle: readonly number[];
  readonly lost: readonly number[];
  /** What is said of each run in words; no text at all where nothing is said of any. */
  readonly flags: EmbeddedTexts;
  /** By position in `metrics`: doubles by run; NaN is undefined. */
  readonly values: readonly string[];
  /** By position in `params`. */
  readonly settings: readonly EmbeddedTexts[];
  /** Positions in `metrics` of the columns shown at first. */
  readonly shown: readonly number[];
  /** What the map begins with; null where it has no dots. */
  readonly axes: { readonly x: EmbeddedAxis; readonly y: EmbeddedAxis } | null;
  readonly curves: readonly EmbeddedCurve[];
  readonly benchmarkName: string;
  readonly shared: EmbeddedRows | null;
  /** Runs that have a page of their own, and its address; absent where none has. */
  readonly sheets?: readonly (readonly [run: number, href: string])[];
  /** Where the runs were found: what a filter is added to. */
  readonly command: string | null;
}

/** A column by its position in `metrics` or `params`. */
export interface EmbeddedAxis {
  readonly kind: "metric" | "param";
  readonly index: number;
}

/** Bytes from base64, by the engine where it can. */
function bytesOfText(text: string): Uint8Array<ArrayBuffer> {
  const engine = Uint8Array as unknown as {
    fromBase64?: (text: string) => Uint8Array<ArrayBuffer>;
  };
  if (engine.fromBase64 !== undefined) return engine.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** Doubles from base64. */
export function doublesOf(text: string): Float64Array {
  return new Float64Array(bytesOfText(text).buffer);
}

/** Codes from base64: 16 bits each where that many are enough for the texts. */
export function codesOf({ texts, codes }: EmbeddedTexts): Uint16Array | Uint32Array {
  const { buffer } = bytesOfText(codes);
  return texts.length < NO_SHORT_CODE ? new Uint16Array(buffer) : new Uint32Array(buffer);
}

/** The code of what is not set, where codes are short. */
export const NO_SHORT_CODE = 0xffff;

/** Values as the first one and the differences that follow. */
export function differences(values: readonly number[]): number[] {
  return values.map((value, index) => index === 0 ? value : value - (values[index - 1] ?? 0));
}

/** The inverse of `differences`. */
export function cumulated(values: readonly number[]): number[] {
  let total = 0;
  return values.map((value) => total += value);
}
