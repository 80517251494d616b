// The shapes of the data inside the pages, shared by what writes them and what reads them in the
// browser: numbers are cut to what a screen shows, and times are differences, so pages stay small.

import type { Band, ComparedMetric, Paint, TimeChart, Unit } from "./model.ts";

/** A line as a page holds it. */
export interface EmbeddedLine {
  readonly label: string;
  /** A paint, or one of the comparison's numbered colours. */
  readonly paint: Paint | `c${number}`;
  readonly kind: "line" | "area" | "bars";
  readonly values: readonly (number | null)[];
}

/** A chart over time as a page holds it. */
export interface EmbeddedChart {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly growth: boolean;
  readonly height: number;
  /** The first value, then differences. */
  readonly x: readonly number[];
  readonly lines: readonly EmbeddedLine[];
  readonly views: readonly { readonly label: string; readonly lines: readonly EmbeddedLine[] }[];
  readonly bands: readonly Band[];
  readonly levels: TimeChart["levels"];
}

/** The tear sheet’s data block. */
export interface EmbeddedTearSheet {
  readonly dated: boolean;
  readonly charts: readonly EmbeddedChart[];
}

/** A run as the comparison page holds it. */
export interface EmbeddedRun {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly start: number;
  /** By position in `metrics`; null is undefined. */
  readonly metrics: readonly (number | null)[];
  /** By position in `params`; null is not set. */
  readonly params: readonly (string | null)[];
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/** The comparison page’s data block. */
export interface EmbeddedComparison {
  readonly dated: boolean;
  readonly metrics: readonly ComparedMetric[];
  /** Positions in `metrics` of the columns shown at first. */
  readonly shown: readonly number[];
  /** Positions in `metrics` that the scatter charts begin with. */
  readonly axes: { readonly across: number; readonly up: number; readonly byParam: number };
  readonly params: readonly string[];
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
