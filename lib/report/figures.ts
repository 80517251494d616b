// Which metrics a page shows, in which group, and what its reader is told on hover. Names, labels and
// texts are those of the metrics' rows.

import { DAY_MS } from "../civil.ts";
import {
  cagr,
  CATALOGUE,
  CATEGORIES,
  computeMetrics,
  definitionIn,
  maxDrawdown,
  type MetricSet,
  monthsBefore,
  NEWEST_RELEASE,
  riskOfRuin,
  totalReturn,
} from "../metrics/mod.ts";
import type { JoinedBenchmark, Metric, MetricOptions, Release, Returns } from "../metrics/mod.ts";
import type { ComparedMetric } from "./comparison_model.ts";
import { rowName, spacingDays } from "./frequency.ts";
import type {
  DefinedFigure,
  DrawnIntervals,
  Figure,
  FigureGroup,
  Prominence,
  TearSheetOptions,
  UndefinedFigure,
} from "./model.ts";
import { ruinRow } from "./wealth.ts";

/** The metrics that are shown before the others are asked for. */
const OPEN_METRICS: readonly string[] = [
  "total_return",
  "cagr",
  "volatility",
  "sharpe_ratio",
  "sortino_ratio",
  "calmar_ratio",
  "max_drawdown",
  "longest_drawdown_days",
  "best_month",
  "worst_month",
  "win_rate",
  "profit_factor",
  "exposure",
  "var",
  "alpha",
  "beta",
];

/** Those that paper has room for besides. */
const PAPER_METRICS: readonly string[] = [
  "best_year",
  "worst_year",
  "best_day",
  "worst_day",
  "return_ytd",
  "return_1y",
  "omega_ratio",
  "probabilistic_sharpe_ratio",
  "cvar",
  "ulcer_index",
  "recovery_factor",
  "skew",
  "kurtosis",
  "correlation",
];

/** What these come to once everything is lost, although nothing compounds then. */
const LOST: ReadonlyMap<Metric, number> = new Map([[totalReturn, -1], [cagr, -1], [
  maxDrawdown,
  -1,
]]);

function explanationOf(metric: Metric, release: Release): string {
  return [
    metric.summary,
    `Formula: ${definitionIn(metric, release).formula}`,
    `What counts as good: ${metric.good}`,
  ].map(inWords).join("\n");
}

/** A text with other metrics by their labels, as the page has them. */
function inWords(text: string): string {
  return text.replace(/\b[a-z][a-z0-9]*(_[a-z0-9]+)*\b/g, (word) => LABELS.get(word) ?? word);
}

const LABELS: ReadonlyMap<string, string> = new Map(
  CATALOGUE.filter(({ name }) => name.includes("_") || name === "cagr").map((
    { name, label },
  ) => [name, label]),
);

function prominenceOf({ name }: Metric): Prominence {
  return OPEN_METRICS.includes(name) ? "open" : PAPER_METRICS.includes(name) ? "paper" : "folded";
}

/** Why the page shows no value although there is one; null where it shows it. */
function reasonAgainst(metric: Metric, { dates, values }: Returns): string | null {
  if (metric === riskOfRuin && ruinRow(values) >= 0) return "everything was lost";
  const [first, last] = [dates?.[0], dates?.at(-1)];
  if (metric.windowMonths === undefined || first === undefined || last === undefined) return null;
  // A window of whole months begins on a day that may be a holiday, or within a month's own row.
  const grace = Math.max(5, spacingDays(dates) * 1.5 || 0) * DAY_MS;
  return first - monthsBefore(last, metric.windowMonths) <= grace
    ? null
    : `the series is shorter than ${windowWords(metric.windowMonths)}`;
}

/** A reason without the alternatives that are none here. */
function narrowed(reason: string | undefined, { dates, values }: Returns): string | undefined {
  const isNoneHere = (part: string): boolean => {
    const few = /^fewer than (\d+) rows$/.exec(part)?.[1];
    return (dates !== null && part === "no dates") || (values.length > 0 && part === "no rows") ||
      (few !== undefined && values.length >= Number(few));
  };
  const left = (reason?.split(/, or |, /) ?? []).filter((part) => !isNoneHere(part));
  return reason === undefined || left.length === 0 ? reason : inWords(left.join(", or "));
}

function windowWords(months: number): string {
  return months < 12 ? `${months} months` : months === 12 ? "a year" : `${months / 12} years`;
}

/** What a page shows of the metrics. */
export interface Figures {
  /** By name. */
  readonly all: ReadonlyMap<string, Figure>;
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
      [metric.name, figureOf(metric, returns, { own, other, intervals, ...options })] as const
    ),
  );
  const groups = Object.entries(CATEGORIES).map(([category, title]): FigureGroup => ({
    name: category,
    title,
    figures: CATALOGUE.filter((metric) => metric.category === category)
      .flatMap((metric) => figures.get(metric.name) ?? []),
  }));
  const reasons = new Map(own.undefined.map(({ metric, reason }) => [metric, reason]));
  const shownReason = (metric: Metric): string | undefined =>
    Number.isNaN(figures.get(metric.name)?.strategy ?? 0)
      ? reasonAgainst(metric, returns) ?? narrowed(reasons.get(metric.name), returns)
      : undefined;
  return {
    all: figures,
    groups: [...groups, definedGroup(defined, intervals)].filter((group) =>
      group.figures.length > 0
    ),
    undefinedFigures: CATALOGUE.flatMap((metric) => {
      const label = figures.get(metric.name)?.label;
      const reason = label === undefined ? undefined : shownReason(metric);
      return label === undefined || reason === undefined
        ? []
        : [{ name: metric.name, label, reason }];
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
      explanation: `Formula: ${definition}`,
      toned: false,
      prominence: "open",
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
  returns: Returns,
  { own, other, intervals, release = NEWEST_RELEASE }: {
    readonly own: MetricSet;
    readonly other: MetricSet | null;
    readonly intervals: DrawnIntervals | null;
    readonly release?: Release;
  },
): Figure {
  const lost = LOST.has(metric) && ruinRow(returns.values) >= 0 ? LOST.get(metric) : undefined;
  const hidden = reasonAgainst(metric, returns) !== null;
  return {
    name: metric.name,
    label: metric.rowLabel?.replace("{row}", rowName(returns.dates)) ?? metric.label,
    unit: metric.unit,
    explanation: explanationOf(metric, release),
    toned: metric.toned,
    prominence: prominenceOf(metric),
    strategy: lost ?? (hidden ? NaN : own.values.get(metric.name) ?? NaN),
    interval: hidden || lost !== undefined ? null : intervals?.intervals.get(metric.name) ?? null,
    benchmark: other === null || !isIn(other, metric.name)
      ? null
      : hidden
      ? NaN
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
      group: "Others",
      explanation: "",
      better: "none",
      logged: true,
      order: CATALOGUE.length,
    };
  }
  return {
    name,
    label: metric.label,
    unit: metric.unit,
    group: CATEGORIES[metric.category],
    explanation: explanationOf(metric, NEWEST_RELEASE),
    better: metric.better,
    logged: true,
    order,
  };
}
