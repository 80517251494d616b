// From a series to its metrics: which rows of the catalogue apply, their values, and a reason for
// each that has none. Undefined is a fact about the input and is reported; misuse throws.

import { type Basis, basisOf, type Returns } from "./basis.ts";
import { CATALOGUE } from "./catalogue.ts";
import type { JoinedBenchmark } from "./joint.ts";
import type { TradeList } from "./listed_trades.ts";
import { definitionIn, type Metric, type Need } from "./metric.ts";
import type { RateSeries } from "./rates.ts";
import type { Release } from "./releases.ts";

/** How metrics are computed. */
export interface MetricOptions {
  /** Annual risk-free rate, a fraction; 0 by default. */
  readonly riskFreeRate?: number;
  /** A rate that changes, in place of the one above; needs dates. */
  readonly rates?: RateSeries;
  /** Periods a year; 252 by default. */
  readonly periods?: number;
  /** Whose definitions count: a release of QuantStats, the newest by default. */
  readonly release?: Release;
  /** The returns beside a benchmark, joined on equal dates. */
  readonly benchmark?: JoinedBenchmark;
  /** Only these, extended ones included; by default every metric that the input allows. */
  readonly names?: readonly string[];
  /** Also those beyond QuantStats. */
  readonly extended?: boolean;
  /** For the deflated Sharpe ratio: how many strategies were tried. */
  readonly trials?: number;
  /** For the deflated Sharpe ratio: the variance of their Sharpe ratios, per period. */
  readonly trialsVariance?: number;
  /** The closed trades, where they are listed one by one. */
  readonly trades?: TradeList | null;
}

/** A metric without a value. */
export interface UndefinedMetric {
  readonly metric: string;
  readonly reason: string;
}

/** What `computeMetrics` found. */
export interface MetricSet {
  /** The finite values, in the catalogue's order. */
  readonly values: ReadonlyMap<string, number>;
  /** The metrics that have no value, in the same order. */
  readonly undefined: readonly UndefinedMetric[];
}

/**
 * Computes the metrics of a returns series.
 *
 * Without a benchmark those that need one are left out, and so are the deflated Sharpe ratio
 * without trials and the figures of trades without these, unless asked for by name. Throws `RangeError` for unknown names and for input
 * that `basisOf` refuses.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const values = Float64Array.of(0.5, -0.5);
 * const { values: found, undefined: missing } = computeMetrics({ dates: null, values }, {
 *   names: ["total_return", "best_month"],
 * });
 * assertEquals([...found], [["total_return", -0.25]]);
 * assertEquals(missing, [{ metric: "best_month", reason: "needs dates" }]);
 * ```
 */
export function computeMetrics(returns: Returns, options: MetricOptions = {}): MetricSet {
  const basis = basisOf(returns.values, { ...options, dates: returns.dates });
  const values = new Map<string, number>();
  const missing: UndefinedMetric[] = [];
  for (const metric of chosenMetrics(options)) {
    const lack = lacking(metric, basis);
    const value = lack === null ? metric.compute(basis) : NaN;
    if (Number.isFinite(value)) values.set(metric.name, value);
    else {
      const { undefinedWhen } = definitionIn(metric, basis.release);
      missing.push({ metric: metric.name, reason: lack ?? undefinedWhen });
    }
  }
  return { values, undefined: missing };
}

function chosenMetrics(options: MetricOptions): readonly Metric[] {
  if (options.names !== undefined) return metricsNamed(options.names);
  return CATALOGUE.filter((metric) =>
    (!metric.extended || options.extended === true) &&
    (options.benchmark !== undefined || !metric.needs.includes("benchmark")) &&
    (options.trials !== undefined || !metric.needs.includes("trials")) &&
    ((options.trades ?? null) !== null || !metric.needs.includes("trades"))
  );
}

function metricsNamed(names: readonly string[]): readonly Metric[] {
  const wanted = new Set(names);
  const chosen = CATALOGUE.filter((metric) => wanted.delete(metric.name));
  if (wanted.size > 0) {
    throw new RangeError(`Cannot compute unknown metrics: ${[...wanted].join(", ")}`);
  }
  return chosen;
}

/** Why a metric cannot be computed whatever the values are; null when nothing is lacking. */
function lacking(metric: Metric, basis: Basis): string | null {
  if (metric.needs.includes("benchmark")) {
    if (basis.joint === null) return "needs a benchmark";
    if (metric.needs.includes("growth") && Number.isNaN(basis.joint.strategyTotal)) {
      return ruinReason(basis.joint.series.strategy);
    }
    return metric.needs.includes("rate") ? REASONS.rate(basis) : null;
  }
  if (basis.count === 0) return "the series has no rows";
  for (const need of metric.needs) {
    const reason = REASONS[need](basis);
    if (reason !== null) return reason;
  }
  return null;
}

const noDates = ({ dates }: Basis): string | null => dates === null ? "needs dates" : null;

const REASONS: Readonly<Record<Need, (basis: Basis) => string | null>> = {
  benchmark: () => null,
  dates: noDates,
  calendar: noDates,
  growth: (basis) => basis.totals.ruinRow < 0 ? null : ruinReason(basis.values),
  rate: (basis) =>
    Number.isNaN(basis.riskFreeRate) ? "needs one risk-free rate, and it changes" : null,
  trials: (basis) =>
    basis.trials === undefined || basis.trialsVariance === undefined
      ? "needs the number of trials and the variance of their Sharpe ratios"
      : null,
  trades: (basis) => basis.trades === null ? "the file is no list of trades" : null,
};

function ruinReason(values: Float64Array): string {
  const row = values.findIndex((value) => value <= -1);
  return `nothing compounds after a return of ${values[row]} (row ${row + 1})`;
}
