// The shapes of the data inside the pages, shared by what writes them and what reads them in the
// browser: numbers are cut to what a screen shows, and times are differences, so pages stay small.

import type { ComparedRun, ComparisonModel, TimeChart } from "./model.ts";

/** A chart over time as a page holds it: its x are the first one and the differences that follow. */
export type EmbeddedChart = Omit<TimeChart, "description" | "viewLabel">;

/** A run as the comparison page holds it. */
export interface EmbeddedRun extends Pick<ComparedRun, "id" | "name" | "status"> {
  readonly start: number;
  /** By position in `metrics`; null is undefined. */
  readonly metrics: readonly (number | null)[];
  /** By position in `params`; null is not set. */
  readonly params: readonly (string | null)[];
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/** The comparison page’s data block. */
export interface EmbeddedComparison extends Pick<ComparisonModel, "dated" | "metrics" | "params"> {
  /** Positions in `metrics` of the columns shown at first. */
  readonly shown: readonly number[];
  /** Positions in `metrics` that the scatter charts begin with. */
  readonly axes: { readonly across: number; readonly up: number; readonly byParam: number };
  readonly runs: readonly EmbeddedRun[];
}

/** Values as the first one and the differences that follow. */
export function differences(values: readonly number[]): number[] {
  return values.map((value, index) => index === 0 ? value : value - (values[index - 1] ?? 0));
}

/** The inverse of `differences`. */
export function cumulated(values: readonly number[]): number[] {
  let total = 0;
  return values.map((value) => total += value);
}
