// Which metrics a page shows, in which group, and what its reader is told on hover. Names, labels and
// texts are those of the metrics' rows.

import {
  cagr,
  CATALOGUE,
  CATEGORIES,
  computeMetrics,
  maxDrawdown,
  type MetricSet,
  profitFactor,
  sharpeRatio,
  sortinoRatio,
  totalReturn,
  volatility,
  winRate,
} from "../metrics/mod.ts";
import type { JoinedBenchmark, Metric, MetricOptions, Returns } from "../metrics/mod.ts";
import type {
  ComparedMetric,
  DefinedFigure,
  DrawnIntervals,
  Figure,
  FigureGroup,
  TearSheetOptions,
  UndefinedFigure,
} from "./model.ts";

/** The figures on top of a tear sheet. */
const KEY_FIGURES: readonly Metric[] = [
  totalReturn,
  cagr,
  sharpeRatio,
  sortinoRatio,
  maxDrawdown,
  volatility,
  winRate,
  profitFactor,
];

function explanationOf(metric: Metric): string {
  return [
    metric.summary,
    `Definition: ${metric.quantstats ?? metric.formula}`,
    `What counts as good: ${metric.good}`,
  ].join("\n");
}

/** What a page shows of the metrics. */
export interface Figures {
  readonly keyFigures: readonly Figure[];
  readonly groups: readonly FigureGroup[];
  readonly undefinedFigures: readonly UndefinedFigure[];
}

/** Metrics of the strategy and, but for those that concern it alone, of its benchmark. */
export function figuresOf(
  returns: Returns,
  joined: JoinedBenchmark | null,
  options: Pick<MetricOptions, "riskFreeRate" | "rates" | "periods" | "release" | "extended">,
  { trials = {}, defined = [], trades = null, intervals = null }: Pick<
    TearSheetOptions,
    "trials" | "defined" | "trades" | "intervals"
  > = {},
): Figures {
  const own = computeMetrics(returns, {
    ...options,
    ...trials,
    trades,
    ...(joined === null ? {} : { benchmark: joined }),
  });
  const other = joined === null
    ? null
    : computeMetrics({ dates: joined.dates, values: joined.benchmark }, options);
  const figures = new Map(
    CATALOGUE.filter((metric) => isIn(own, metric.name)).map((metric) =>
      [metric.name, figureOf(metric, own, other, intervals)] as const
    ),
  );
  const groups = Object.entries(CATEGORIES).map(([category, title]): FigureGroup => ({
    name: category,
    title,
    figures: CATALOGUE.filter((metric) => metric.category === category)
      .flatMap((metric) => figures.get(metric.name) ?? []),
  }));
  const reasons = new Map(own.undefined.map(({ metric, reason }) => [metric, reason]));
  return {
    keyFigures: KEY_FIGURES.flatMap(({ name }) => figures.get(name) ?? []),
    groups: [...groups, definedGroup(defined, intervals)].filter((group) =>
      group.figures.length > 0
    ),
    undefinedFigures: [...figures.values()].flatMap(({ name, label }) => {
      const reason = reasons.get(name);
      return reason === undefined ? [] : [{ name, label, reason }];
    }),
  };
}

function definedGroup(
  defined: readonly DefinedFigure[],
  intervals: DrawnIntervals | null,
): FigureGroup {
  return {
    name: "defined",
    title: "Defined by you",
    figures: defined.map(({ name, value, definition }): Figure => ({
      name,
      label: name,
      unit: "ratio",
      explanation: `Definition: ${definition}`,
      toned: false,
      strategy: value,
      interval: intervals?.intervals.get(name) ?? null,
      benchmark: null,
    })),
  };
}

function isIn(set: MetricSet, name: string): boolean {
  return set.values.has(name) || set.undefined.some((one) => one.metric === name);
}

function figureOf(
  metric: Metric,
  own: MetricSet,
  other: MetricSet | null,
  intervals: DrawnIntervals | null,
): Figure {
  return {
    name: metric.name,
    label: metric.label,
    unit: metric.unit,
    explanation: explanationOf(metric),
    toned: metric.toned,
    strategy: own.values.get(metric.name) ?? NaN,
    interval: intervals?.intervals.get(metric.name) ?? null,
    benchmark: other === null || !isIn(other, metric.name)
      ? null
      : other.values.get(metric.name) ?? NaN,
  };
}

/** A logged metric's facts; one that the catalogue does not know is a plain ratio of its own. */
export function comparedMetric(name: string): ComparedMetric & { readonly order: number } {
  const order = CATALOGUE.findIndex((metric) => metric.name === name);
  const metric = CATALOGUE[order];
  if (metric === undefined) {
    return {
      name,
      label: name,
      unit: "ratio",
      explanation: "",
      better: "none",
      order: CATALOGUE.length,
    };
  }
  return {
    name,
    label: metric.label,
    unit: metric.unit,
    explanation: explanationOf(metric),
    better: metric.better,
    order,
  };
}
