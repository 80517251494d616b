// What a tear sheet and a comparison page say, as plain data: everything is computed before any
// markup is made, so a test can hold the numbers without reading HTML, and the pages cannot invent
// one. Fractions everywhere; NaN is "undefined"; times are ms since the epoch, UTC.

import type { Warning } from "../errors.ts";
import type {
  Metric,
  MetricOptions,
  RateSeries,
  Release,
  TradeList,
  Unit,
} from "../metrics/mod.ts";
import type { TimeChart } from "./chart_model.ts";
import type { FigureGroup, FigureInterval, Histogram } from "./figure_model.ts";
import type { FrontPage, LuckLine } from "./front_model.ts";

export type * from "./chart_model.ts";
export type * from "./figure_model.ts";
export type * from "./front_model.ts";
export type { Unit };

/** What the page says besides the series itself. */
export interface TearSheetOptions {
  readonly heading: string;
  readonly periods: number;
  /** Annual, a fraction; 0 when absent. */
  readonly riskFreeRate?: number;
  /** A rate that changes, in place of the one above; needs dates. */
  readonly rates?: RateSeries;
  /** Whose definitions count: a release of QuantStats, the newest when absent. */
  readonly release?: Release;
  /** Shown as they are, in the order given. */
  readonly params?: Readonly<Record<string, string>>;
  /** Where the returns come from, as text (a file's name, a run's id). */
  readonly source?: string;
  /** What the benchmark is called; "Benchmark" when absent. */
  readonly benchmarkName?: string;
  readonly warnings?: readonly Warning[];
  /** When the page was made, ms since the epoch: passed in, since nothing here has a clock. Null: not said. */
  readonly generatedAt: number | null;
  /** Also the metrics beyond QuantStats'. */
  readonly extended?: boolean;
  /** Of `deflated_sharpe_ratio`, which concerns the strategy alone; without them it is left out. */
  readonly trials?: Pick<MetricOptions, "trials" | "trialsVariance">;
  /** The closed trades, where the file lists them. */
  readonly trades?: TradeList | null;
  /** Metrics of the user's own making, shown in a group of their own; NaN is undefined. */
  readonly defined?: readonly DefinedFigure[];
  /** The intervals of the strategy's metrics; null or absent where there are none. */
  readonly intervals?: DrawnIntervals | null;
  /** At most this many points a line; 20,000 when absent. Extremes and the last year stay. */
  readonly maxPoints?: number;
  /** Who answers for the page. */
  readonly author?: string;
  /** The author's own words. */
  readonly note?: string;
  /** What trades or results in money were divided by; in the file's money. */
  readonly capital?: number;
  /** SHA-256 of the file, in hex. */
  readonly inputHash?: string;
  /** ms since the epoch: rows from here on are out of sample, as was declared. */
  readonly outOfSample?: number;
  /** What else is known of luck, such as what a judgement logged. */
  readonly luck?: readonly LuckLine[];
}

/** 95 % intervals of metrics by stationary bootstrap, and how they were drawn. */
export interface DrawnIntervals {
  /** By the metric's name; one that has none is missing. */
  readonly intervals: ReadonlyMap<string, FigureInterval>;
  readonly resamples: number;
  readonly seed: number;
  /** Mean length of the blocks, in rows. */
  readonly blockLength: number;
  /** What one unit became in them after some of the rows: 2.5th and 97.5th percentile. */
  readonly fan?: {
    /** From 0, ascending, the last row included. */
    readonly rows: readonly number[];
    readonly low: readonly number[];
    readonly high: readonly number[];
  } | null;
}

/** A metric that the user defined. */
export interface DefinedFigure {
  readonly name: string;
  /** NaN is undefined. */
  readonly value: number;
  readonly definition: string;
}

/** A metric that could not be computed, and why. */
export interface UndefinedFigure extends Pick<Metric, "name" | "label"> {
  readonly reason: string;
}

/** Returns of one calendar year. */
export interface YearRow {
  readonly year: number;
  readonly strategy: number;
  /** The sum of the year's returns. */
  readonly sum: number;
  /** Compounded; null without a benchmark. */
  readonly benchmark: number | null;
  /** Strategy over benchmark, as QuantStats' "Multiplier". */
  readonly multiple: number | null;
}

/** Returns of one calendar year by month. */
export interface MonthRow {
  readonly year: number;
  /** January to December; NaN where the series has no row. */
  readonly months: readonly number[];
  /** Compounded over the year. */
  readonly total: number;
}

/** Five-number summary as drawn: whiskers reach the last value within 1.5 interquartile ranges. */
export interface Box {
  /** The period that the values are returns of. */
  readonly label: string;
  readonly count: number;
  /** Where the lower whisker ends. */
  readonly low: number;
  readonly quartile1: number;
  readonly median: number;
  readonly quartile3: number;
  /** Where the upper whisker ends. */
  readonly high: number;
  /** Beyond the whiskers, thinned to the page's width; the extremes stay. */
  readonly outliers: readonly number[];
  readonly minimum: number;
  readonly maximum: number;
}

/** One stretch below the peak: times, or row numbers where there are no dates. */
export interface Drawdown {
  readonly start: number;
  readonly valley: number;
  /** Recovered on: the first date at the old peak again; null while it still lasts. */
  readonly end: number | null;
  /** Calendar days, first and last included; rows where there are no dates. */
  readonly days: number;
  /** At the valley, a fraction below 0. */
  readonly depth: number;
}

/** Everything a tear sheet shows. */
export interface TearSheetModel extends FrontPage {
  readonly heading: string;
  /** Where the returns come from; null when unknown. */
  readonly source: string | null;
  readonly generatedAt: number | null;
  /** False when times are row numbers. */
  readonly dated: boolean;
  readonly points: number;
  /** ms since the epoch; NaN without dates. */
  readonly start: number;
  /** ms since the epoch; NaN without dates. */
  readonly end: number;
  readonly periods: number;
  /** Annual, a fraction; NaN where it changes. */
  readonly riskFreeRate: number;
  readonly release: Release;
  /** How the figures' intervals were drawn; null where they have none. */
  readonly intervals: DrawnIntervals | null;
  /** Null without a benchmark. */
  readonly benchmarkName: string | null;
  /** Rows with a benchmark value on the same date; null without a benchmark. */
  readonly joinedPoints: number | null;
  /** In the order given; cut off where there are very many. */
  readonly params: readonly (readonly [name: string, value: string])[];
  readonly warnings: readonly Warning[];
  readonly groups: readonly FigureGroup[];
  /** Named with their reasons, and left out of the groups. */
  readonly undefinedFigures: readonly UndefinedFigure[];
  readonly charts: readonly TimeChart[];
  /** Where the curves begin, one row before the first: on the charts' x. */
  readonly origin: number;
  /** Ascending; empty without dates. */
  readonly years: readonly YearRow[];
  /** Ascending by year; empty without dates. */
  readonly months: readonly MonthRow[];
  /** The benchmark's, of the days that both have; none without one. */
  readonly benchmarkMonths: readonly MonthRow[];
  /** Of monthly returns and of daily ones (or of the rows); empty without returns. */
  readonly histograms: readonly Histogram[];
  readonly boxes: readonly Box[];
  /** The ten deepest, the deepest first. */
  readonly drawdowns: readonly Drawdown[];
  /** The benchmark's deepest; null where it has none, or there is no benchmark. */
  readonly benchmarkDrawdown: Drawdown | null;
}
