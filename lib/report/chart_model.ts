// The shapes of the charts in the pages' models.

import type { Unit } from "../metrics/mod.ts";

/**
 * Which of the page's colours a line or bar has; the style sheet says which that is. Those with a
 * number are the comparison's.
 */
export type Paint = "strategy" | "benchmark" | "accent" | "loss" | "muted" | `c${number}`;

/** One line, area or row of bars of a chart; null is a gap. */
export interface Line {
  readonly label: string;
  readonly paint: Paint;
  readonly kind: "line" | "area" | "bars";
  /** One for each x of the chart, in the chart's unit. */
  readonly values: readonly (number | null)[];
}

/** A line that follows the range in view has the growth factors that it is made of again there. */
export interface TimeLine extends Line {
  readonly factors?: readonly (number | null)[];
}

/** A shaded stretch of time. */
export interface Band {
  /** On the chart's x. */
  readonly from: number;
  /** On the chart's x; at least `from`. */
  readonly to: number;
  readonly label: string;
}

/**
 * What a chart makes of the factors in view: the gain since its left edge, the fall from the highest
 * since it, or nothing: its values are the same in every view.
 */
export type Follows = "growth" | "fall" | "nothing";

/** Between which values of a line most resamples lie, from where it begins. */
export interface ChartFan {
  /** Ascending. */
  readonly x: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** The rows, by their x, in which trades were opened or closed: ascending, each once. */
export interface ChartTicks {
  readonly entries: readonly number[];
  readonly won: readonly number[];
  /** Closed without a gain. */
  readonly lost: readonly number[];
}

/** A chart over time, or over row numbers where the series has no dates. */
export interface TimeChart {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** One sentence that says what is seen, for those who do not see it. */
  readonly description: string;
  readonly unit: Unit;
  /** True when the values are growth factors (1 = nothing gained), shown as returns. */
  readonly growth: boolean;
  readonly follows?: Follows;
  /** Where the value axis ends although a line goes on. */
  readonly most?: number;
  /** In CSS pixels. */
  readonly height: number;
  /** ms since the epoch, or row numbers; ascending; the same in all charts of a page. */
  readonly x: readonly number[];
  /** The first view's, drawn in this order. */
  readonly lines: readonly TimeLine[];
  /** Shaded below the lines. */
  readonly bands: readonly Band[];
  /** Of the first line of the first view. */
  readonly fan?: ChartFan;
  /** On the first line; shown when the reader asks for them. */
  readonly ticks?: ChartTicks;
  /** Horizontal lines, such as a mean. */
  readonly levels: readonly { readonly value: number; readonly label: string }[];
  /** What the first view is called, where there are others. */
  readonly viewLabel: string;
  /** Other views of the same chart by button, such as the volatility-matched one. */
  readonly views: readonly { readonly label: string; readonly lines: readonly TimeLine[] }[];
}
