// The data inside a tear sheet, shared by what writes it and what reads it in the browser. A line that
// several charts share is there once; what is drawn is cut to what a screen shows, and what figures are
// computed from is exact.

import type { EmbeddedChart } from "./embedded.ts";
import type { Line, TearSheetModel } from "./model.ts";

/** A line whose values are those of the block at this position. */
export interface EmbeddedLine extends Omit<Line, "values"> {
  readonly at: number;
}

/** A chart of the tear sheet: all share their x. Those of a fan or of ticks are differences. */
export interface SharedChart extends Omit<EmbeddedChart, "x" | "lines" | "views"> {
  readonly lines: readonly EmbeddedLine[];
  readonly views: readonly { readonly label: string; readonly lines: readonly EmbeddedLine[] }[];
}

/** The tear sheet’s data block. */
export interface EmbeddedTearSheet extends Pick<TearSheetModel, "dated"> {
  /**
   * The first one and the differences that follow: where the curves begin, then one for each row. A row's
   * position is thus its number from 1.
   */
  readonly x: readonly number[];
  /** The lines' values, one for each x. */
  readonly blocks: readonly (readonly (number | null)[])[];
  readonly charts: readonly SharedChart[];
  /** Exact numbers as `exactText` writes them, one for each row; null where there are none. */
  readonly exact: {
    readonly returns: string | null;
    readonly benchmark: string | null;
    readonly rates: string | null;
    readonly rate: number;
    readonly periods: number;
  };
}

/** Numbers to the last bit, 8 bytes each with the lowest first, as base64: half of their decimals. */
export function exactText(values: Float64Array): string {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, index) => view.setFloat64(index * 8, value, true));
  const parts: string[] = [];
  for (let at = 0; at < view.byteLength; at += 6_000) {
    const bytes = new Uint8Array(view.buffer, at, Math.min(6_000, view.byteLength - at));
    parts.push(String.fromCharCode(...bytes));
  }
  return btoa(parts.join(""));
}

/** The inverse of `exactText`. */
export function exactNumbers(text: string): Float64Array {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from(
    { length: bytes.length / 8 },
    (_, index) => view.getFloat64(index * 8, true),
  );
}
