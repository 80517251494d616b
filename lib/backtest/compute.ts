// The metrics of one series: the catalogue's, and the user's own, which may use any of these.

import type { InputSeries } from "../input/mod.ts";
import { computeMetrics, type MetricOptions } from "../metrics/mod.ts";
import type { Computed, Definitions } from "./expression.ts";

/** What was computed of a series. */
export interface Computation {
  /** Finite values only, in catalogue order, then the user's own. */
  readonly metrics: ReadonlyMap<string, number>;
  /** Metrics asked for that have no finite value, and why. */
  readonly undefined: readonly { readonly metric: string; readonly reason: string }[];
}

/** The metrics asked for, and the user's own. */
export function computeAll(
  { returns, trades }: InputSeries,
  options: MetricOptions,
  definitions: Definitions | null,
): Computation {
  const asked = computeMetrics(returns, { ...options, trades });
  if (definitions === null) return { metrics: asked.values, undefined: asked.undefined };
  const metrics = new Map(asked.values);
  const missing = [...asked.undefined];
  const has = new Set([...metrics.keys(), ...missing.map(({ metric }) => metric)]);
  const names = definitions.uses.filter((name) => !has.has(name));
  const more: Computed = names.length === 0
    ? { values: new Map(), undefined: [] }
    : computeMetrics(returns, { ...options, trades, names });
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
