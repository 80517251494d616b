// What is known of a metric: one row, written at the function that computes it. The catalogue, the
// documentation, the help and the pages are made of these rows, so that a fact is written once.

import type { Basis } from "./basis.ts";
import { isUpTo, type Release } from "./releases.ts";

/** The groups that metrics are shown in, in the order of a page, with their titles. */
export const CATEGORIES = {
  returns: "Returns",
  ratios: "Risk-adjusted",
  risk: "Risk",
  drawdown: "Drawdown",
  trade: "Wins and losses",
  distribution: "Distribution",
  advanced: "Advanced",
  benchmark: "Against the benchmark",
  trade_list: "Trades",
} as const;

/** The key of a group of metrics; its rows stand in the file or folder of that name. */
export type Category = keyof typeof CATEGORIES;

/** What a value is measured in. */
export type Unit = "ratio" | "fraction" | "probability" | "days" | "count" | "periods" | "money";

/** Which way is better: a larger number, a smaller one, or neither. */
export type Direction = "higher" | "lower" | "none";

/**
 * What a metric needs besides rows: dates, the rows of calendar periods as they were (so dates too), a
 * benchmark, every return above −1 so that it compounds, one risk-free rate for all rows, the number of
 * trials and the variance of their Sharpe ratios, the trades one by one.
 */
export type Need = "dates" | "calendar" | "benchmark" | "growth" | "rate" | "trials" | "trades";

/** What of a metric may change from one release of QuantStats to the next. */
export interface Definition {
  /** In symbols (docs/metrics.md names them) or words. */
  readonly formula: string;
  /** When it is undefined although all it needs is there. */
  readonly undefinedWhen: string;
  /** NaN or ±∞ where undefined. */
  readonly compute: (basis: Basis) => number;
}

/** A definition that QuantStats had until it had the next one. */
export interface EarlierDefinition extends Definition {
  /** The last release that has it. */
  readonly until: Release;
  /** What the release after that changed, and why. */
  readonly changed: string;
  /** True where the next one differs only in having a value where this one had none. */
  readonly sameWhereDefined?: boolean;
}

/** What a row says. */
interface Facts extends Definition {
  /** What the number means, in one sentence without its full stop. */
  readonly summary: string;
  /** Its name for people, the same everywhere. */
  readonly label: string;
  readonly category: Category;
  readonly unit: Unit;
  readonly better: Direction;
  /** The QuantStats expression that defines it; absent where QuantStats has none. */
  readonly quantstats?: string;
  /** Who defined it. */
  readonly source: string;
  /** What counts as good. */
  readonly good: string;
  /** Calendar months that its window should hold; absent where it looks at the whole series. */
  readonly windowMonths?: number;
  /** Its label where it is known what a row is, which takes the place of `{row}`. */
  readonly rowLabel?: string;
}

/** What most rows leave out. */
interface Defaults {
  /** How it compares with QuantStats. */
  readonly compared: string;
  /** None unless said. */
  readonly needs: readonly Need[];
  /** True of the metrics beyond QuantStats, computed when asked for. */
  readonly extended: boolean;
  /** True where pages colour the value as a gain or a loss. */
  readonly toned: boolean;
  /** Its definitions in earlier releases, oldest first. */
  readonly earlier: readonly EarlierDefinition[];
}

/** One metric: what it is in the newest release; `compute` follows the release of the basis. */
export interface Metric extends Facts, Defaults {
  /** The key it is logged under; never renamed. */
  readonly name: string;
}

/** The row of a metric, under its key. */
export function metric(name: string, facts: Facts & Partial<Defaults>): Metric {
  const compared = facts.quantstats === undefined ? "QuantStats has none" : "Same";
  const row = {
    name,
    compared,
    needs: [],
    extended: false,
    toned: false,
    earlier: [],
    ...facts,
  };
  const { earlier } = row;
  if (earlier.length === 0) return row;
  const compute = (basis: Basis): number => inRelease(facts, earlier, basis.release).compute(basis);
  return { ...row, compute };
}

/** What a metric is in a release. */
export function definitionIn(metric: Metric, release: Release): Definition {
  return inRelease(metric, metric.earlier, release);
}

function inRelease(
  newest: Definition,
  earlier: readonly EarlierDefinition[],
  release: Release,
): Definition {
  return earlier.find(({ until }) => isUpTo(release, until)) ?? newest;
}
