// Which metrics a page shows, under which label, in which group, and what its reader is told on
// hover. Labels follow from a metric's key; only those that a rule would spell badly are listed.

import { CATALOGUE, type Category, computeMetrics, type MetricSet } from "../metrics/mod.ts";
import type { JoinedBenchmark, Metric, MetricOptions, Returns } from "../metrics/mod.ts";
import type {
  ComparedMetric,
  DefinedFigure,
  Figure,
  FigureGroup,
  TearSheetOptions,
  UndefinedFigure,
} from "./model.ts";

const LABELS: Readonly<Record<string, string>> = {
  adjusted_sortino_ratio: "Sortino / √2",
  cagr: "CAGR",
  cagr_3y: "3 years (annualised)",
  cagr_5y: "5 years (annualised)",
  cagr_10y: "10 years (annualised)",
  cagr_calendar: "CAGR by calendar time",
  cdar: "Conditional drawdown at risk",
  cpc_index: "CPC index",
  cvar: "Expected shortfall (CVaR)",
  gain_to_pain_ratio: "Gain / pain",
  gain_to_pain_ratio_monthly: "Gain / pain (monthly)",
  historical_cvar: "Historical CVaR",
  historical_var: "Historical VaR",
  jensen_alpha: "Jensen’s alpha",
  modified_var: "Modified VaR",
  probabilistic_adjusted_sortino_ratio: "Probabilistic Sortino / √2",
  psr_bailey: "Probabilistic Sharpe (Bailey)",
  r_squared: "R²",
  return_1y: "1 year",
  return_3m: "3 months",
  return_6m: "6 months",
  return_mtd: "Month to date",
  return_ytd: "Year to date",
  sharpe_ratio_lo: "Sharpe ratio (Lo)",
  smart_adjusted_sortino_ratio: "Smart Sortino / √2",
  var: "Value at risk",
};

const TITLES: Readonly<Record<Category, string>> = {
  ratios: "Risk-adjusted",
  returns: "Returns",
  drawdown: "Drawdown",
  trade: "Wins and losses",
  risk: "Risk",
  advanced: "Advanced",
  distribution: "Distribution",
  benchmark: "Against the benchmark",
};

/** Returns first, as readers look for them first; the rest in the catalogue's order. */
const GROUPS: readonly Category[] = [
  "returns",
  "ratios",
  "risk",
  "drawdown",
  "trade",
  "distribution",
  "advanced",
  "benchmark",
];

const KEY_FIGURES = [
  "total_return",
  "cagr",
  "sharpe_ratio",
  "sortino_ratio",
  "max_drawdown",
  "volatility",
  "win_rate",
  "profit_factor",
] as const;

const CAPITALS: Readonly<Record<string, string>> = {
  sharpe: "Sharpe",
  sortino: "Sortino",
  calmar: "Calmar",
  omega: "Omega",
  kelly: "Kelly",
  treynor: "Treynor",
  ulcer: "Ulcer",
  martin: "Martin",
  serenity: "Serenity",
  avg: "average",
  se: "(standard error)",
};

/** `max_drawdown` → `Max drawdown`. */
export function labelOf(name: string): string {
  const known = LABELS[name];
  if (known !== undefined) return known;
  const words = name.split("_").map((word) => CAPITALS[word] ?? word).join(" ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function definitionOf(metric: Metric): string {
  const good = metric.good === "" ? [] : [`What counts as good: ${metric.good}`];
  return [metric.summary, `Definition: ${metric.definition}`, ...good].join("\n");
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
  options: Pick<MetricOptions, "riskFreeRate" | "periods" | "extended">,
  { trials = {}, defined = [] }: Pick<TearSheetOptions, "trials" | "defined"> = {},
): Figures {
  const own = computeMetrics(returns, {
    ...options,
    ...trials,
    ...(joined === null ? {} : { benchmark: joined }),
  });
  const other = joined === null
    ? null
    : computeMetrics({ dates: joined.dates, values: joined.benchmark }, options);
  const figures = new Map(
    CATALOGUE.filter((metric) => isIn(own, metric.name)).map((metric) =>
      [metric.name, figureOf(metric, own, other)] as const
    ),
  );
  const groups = GROUPS.map((category): FigureGroup => ({
    name: category,
    title: TITLES[category],
    figures: CATALOGUE.filter((metric) => metric.category === category)
      .flatMap((metric) => figures.get(metric.name) ?? []),
  }));
  return {
    keyFigures: KEY_FIGURES.flatMap((name) => figures.get(name) ?? []),
    groups: [...groups, definedGroup(defined)].filter((group) => group.figures.length > 0),
    undefinedFigures: own.undefined.map(({ metric, reason }) => ({
      name: metric,
      label: labelOf(metric),
      reason,
    })),
  };
}

function definedGroup(defined: readonly DefinedFigure[]): FigureGroup {
  return {
    name: "defined",
    title: "Defined by you",
    figures: defined.map(({ name, value, definition }): Figure => ({
      name,
      label: name,
      unit: "ratio",
      definition: `Definition: ${definition}`,
      strategy: value,
      benchmark: null,
    })),
  };
}

function isIn(set: MetricSet, name: string): boolean {
  return set.values.has(name) || set.undefined.some((one) => one.metric === name);
}

function figureOf(metric: Metric, own: MetricSet, other: MetricSet | null): Figure {
  return {
    name: metric.name,
    label: labelOf(metric.name),
    unit: metric.unit,
    definition: definitionOf(metric),
    strategy: own.values.get(metric.name) ?? NaN,
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
      definition: "",
      better: "none",
      order: CATALOGUE.length,
    };
  }
  return {
    name,
    label: labelOf(name),
    unit: metric.unit,
    definition: definitionOf(metric),
    better: metric.direction,
    order,
  };
}
