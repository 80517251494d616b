// The metrics of one series: the catalogue's, those of its trades where it lists them, and the user's own,
// which may use any of these.

import type { InputSeries } from "../input/mod.ts";
import {
  computeMetrics,
  type MetricOptions,
  type MetricSet,
  TRADE_METRICS,
  tradeFigures,
} from "../metrics/mod.ts";
import type { Computed, Definitions } from "./expression.ts";

/** What was computed of a series. */
export interface Computation {
  /** Finite values only, in catalogue order, then those of listed trades, then the user's own. */
  readonly metrics: ReadonlyMap<string, number>;
  /** Metrics asked for that have no finite value, and why. */
  readonly undefined: readonly { readonly metric: string; readonly reason: string }[];
}

/** The metrics asked for, and the user's own. */
export function computeAll(
  series: InputSeries,
  options: MetricOptions,
  definitions: Definitions | null,
): Computation {
  const asked = figuresOf(series, options);
  const metrics = new Map(asked.values);
  const missing = [...asked.undefined];
  if (definitions === null) return { metrics, undefined: missing };
  const has = new Set([...metrics.keys(), ...missing.map(({ metric }) => metric)]);
  const names = definitions.uses.filter((name) => !has.has(name));
  const more: Computed = names.length === 0
    ? { values: new Map(), undefined: [] }
    : figuresOf(series, { ...options, names });
  const computed = {
    values: new Map([...metrics, ...more.values]),
    undefined: [...missing, ...more.undefined],
  };
  for (const defined of definitions.evaluate(computed)) {
    if ("value" in defined) metrics.set(defined.name, defined.value);
    else missing.push({ metric: defined.name, reason: defined.reason });
  }
  return { metrics, undefined: missing };
}

/** The metrics of the returns, then those of the trades. */
function figuresOf({ returns, trades }: InputSeries, options: MetricOptions): MetricSet {
  const { names } = options;
  const ofTrades = tradeFigures(trades, names);
  const rest = names?.filter((name) => !TRADE_METRICS.some((metric) => metric.name === name));
  const ofReturns = computeMetrics(returns, {
    ...options,
    ...(rest === undefined ? {} : { names: rest }),
  });
  return {
    values: new Map([...ofReturns.values, ...ofTrades.values]),
    undefined: [...ofReturns.undefined, ...ofTrades.undefined],
  };
}
