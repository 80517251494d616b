// The shapes of figures and of how values are spread: what all parts of a tear sheet are made of.

import type { Metric, Unit } from "../metrics/mod.ts";

/** Where a figure lies in 95 of 100 resamples. */
export interface FigureInterval {
  readonly low: number;
  readonly high: number;
}

/** Where a figure is shown: at once, on paper too, or when the reader asks for all. */
export type Prominence = "open" | "paper" | "folded";

/** One metric of the page: the strategy's value beside the benchmark's. */
export interface Figure extends Pick<Metric, "name" | "label" | "unit" | "toned"> {
  /** What the number means, how it is defined, what counts as good. */
  readonly explanation: string;
  readonly prominence: Prominence;
  /** NaN is undefined. */
  readonly strategy: number;
  /** Of the strategy's value; null where it has none. */
  readonly interval: FigureInterval | null;
  /** Null where the benchmark has no such figure, or there is no benchmark. */
  readonly benchmark: number | null;
}

/** The metrics of one category. */
export interface FigureGroup {
  readonly name: string;
  readonly title: string;
  /** In the catalogue's order. */
  readonly figures: readonly Figure[];
}

/** How many values fell between two bounds. */
export interface Bin {
  /** The least value in it. */
  readonly from: number;
  /** Where the next bin begins; the last bin holds it. */
  readonly to: number;
  readonly count: number;
  /** The benchmark's values in it; null without a benchmark. */
  readonly benchmarkCount: number | null;
}

/** How often returns fell into bins of equal width. */
export interface Histogram {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  /** Ascending, without gaps. */
  readonly bins: readonly Bin[];
  readonly mean: number;
  readonly median: number;
  /** Of the benchmark's values; null without a benchmark. */
  readonly benchmarkMean: number | null;
  readonly count: number;
}
