// What the metrics of a backtest come to on rows drawn again, resample by resample: whole rows are
// drawn, a return with its benchmark and its rate, and all dates stay where they are. Whose rows a
// resample has is the caller's matter, so that a test can hand in those of another implementation.

import { picked } from "../input/rows.ts";
import type { InputSeries } from "../input/mod.ts";
import {
  CATALOGUE,
  type JoinedBenchmark,
  joinRates,
  type MetricOptions,
  quantilesOf,
} from "../metrics/mod.ts";
import { MIN_BLOCK_ROWS } from "../judge/bootstrap.ts";
import { type Computation, computeAll } from "./compute.ts";
import type { Definitions } from "./expression.ts";

/** A backtest with what was computed of it. */
export interface Sample {
  readonly series: InputSeries;
  /** How its metrics were computed. */
  readonly options: MetricOptions;
  readonly definitions: Definitions | null;
  readonly computed: Computation;
}

/** Where a metric lies in 95 of 100 resamples. */
export interface Interval {
  /** The 2.5th percentile. */
  readonly low: number;
  /** The 97.5th percentile. */
  readonly high: number;
}

/** What the resamples of a backtest came to. */
export interface Bounds {
  /** In the order of the metrics. */
  readonly intervals: ReadonlyMap<string, Interval>;
  /** The other metrics that were asked for, and why they have none. */
  readonly without: readonly NoInterval[];
}

/** A metric without an interval. */
export interface NoInterval {
  readonly metric: string;
  readonly reason: string;
  /** True where another series of that kind would have one. */
  readonly isOfSeries: boolean;
}

/** Resamples being computed. */
export interface Resampling {
  /** False where no metric would have an interval. */
  readonly isNeeded: boolean;
  /** Computes one: the numbers of its rows, as many as the series has. */
  add(rows: Uint32Array): void;
  /** What those that were added came to. */
  bounds(): Bounds;
}

/** A metric that is undefined in a larger share of the resamples has no interval. */
const LARGEST_UNDEFINED_SHARE = 0.05;
const PROBABILITIES = [0.025, 0.975] as const;

/** Why a metric has no interval whatever the series is; null where it can have one. */
function withoutInterval(name: string): string | null {
  const needs = CATALOGUE.find((metric) => metric.name === name)?.needs ?? [];
  if (needs.includes("calendar")) {
    return "calendar: a resample has no months, years or last months of its own";
  }
  return needs.includes("trades")
    ? "trades: rows are drawn again, and the list of trades is not"
    : null;
}

/** Makes ready to compute this many resamples. */
export function resampling(sample: Sample, resamples: number): Resampling {
  const { series, options, definitions, computed } = sample;
  const before = lackingBefore(sample);
  const without = new Set(before.map(({ metric }) => metric));
  const values = new Map<string, Float64Array>();
  for (const name of computed.metrics.keys()) {
    if (!without.has(name)) values.set(name, new Float64Array(resamples));
  }
  const names = CATALOGUE.map(({ name }) => name).filter((name) => values.has(name));
  const draw = drawing(series, options);
  let count = 0;
  return {
    isNeeded: values.size > 0,
    add(rows) {
      const drawn = draw(rows);
      const { metrics } = computeAll(drawn.series, { ...drawn.options, names }, definitions);
      for (const [name, own] of values) own[count] = metrics.get(name) ?? NaN;
      count++;
    },
    bounds() {
      const intervals = new Map<string, Interval>();
      const lacking: NoInterval[] = [];
      for (const [name, own] of values) {
        const finite = own.subarray(0, count).filter(Number.isFinite);
        const lost = count - finite.length;
        if (count === 0 || lost > LARGEST_UNDEFINED_SHARE * count) {
          const reason = `undefined in ${lost} of ${count} resamples`;
          lacking.push({ metric: name, reason, isOfSeries: true });
          continue;
        }
        const [low = NaN, high = NaN] = quantilesOf(finite, PROBABILITIES);
        intervals.set(name, { low, high });
      }
      return { intervals, without: [...lacking, ...before] };
    },
  };
}

/** Of the metrics asked for that have no interval whatever the resamples are, in their order. */
function lackingBefore({ series, definitions, computed }: Sample): readonly NoInterval[] {
  const isShort = series.returns.values.length < MIN_BLOCK_ROWS;
  const lacking: NoInterval[] = [];
  for (const name of computed.metrics.keys()) {
    const used = [...definitions?.usedBy.get(name) ?? []];
    const lack = used.find((other) => withoutInterval(other) !== null);
    const reason = lack === undefined
      ? withoutInterval(name)
      : `it uses ${lack}, which has none (${withoutInterval(lack)})`;
    if (reason !== null) lacking.push({ metric: name, reason, isOfSeries: false });
    else if (isShort) {
      lacking.push({ metric: name, reason: `fewer than ${MIN_BLOCK_ROWS} rows`, isOfSeries: true });
    }
  }
  for (const { metric, reason } of computed.undefined) {
    lacking.push({ metric, reason, isOfSeries: false });
  }
  return lacking;
}

/** What is computed of a resample. */
interface Drawn {
  readonly series: InputSeries;
  readonly options: MetricOptions;
}

function drawing(series: InputSeries, options: MetricOptions): (rows: Uint32Array) => Drawn {
  const { dates, values } = series.returns;
  const rates = options.rates === undefined || dates === null
    ? null
    : joinRates(dates, options.rates);
  const benchmark = options.benchmark === undefined || dates === null
    ? null
    : pairing(dates, options.benchmark);
  return (rows) => ({
    series: { ...series, trades: null, returns: { dates, values: picked(values, rows) } },
    options: {
      ...options,
      ...(rates === null || dates === null
        ? {}
        : { rates: { dates, rates: picked(rates.rates, rows), kind: rates.kind } }),
      ...(benchmark === null ? {} : { benchmark: benchmark(rows) }),
    },
  });
}

/** Draws the pairs of the drawn rows; a row without a benchmark is in none, as in the sample itself. */
function pairing(
  dates: Float64Array,
  joined: JoinedBenchmark,
): (rows: Uint32Array) => JoinedBenchmark {
  const pairAt = new Int32Array(dates.length).fill(-1);
  let pair = 0;
  for (let row = 0; row < dates.length && pair < joined.dates.length; row++) {
    if (dates[row] === joined.dates[pair]) pairAt[row] = pair++;
  }
  return (rows) => {
    const strategy = new Float64Array(rows.length);
    const benchmark = new Float64Array(rows.length);
    let count = 0;
    for (const row of rows) {
      const drawn = pairAt[row] as number;
      if (drawn < 0) continue;
      strategy[count] = joined.strategy[drawn] as number;
      benchmark[count++] = joined.benchmark[drawn] as number;
    }
    return {
      ...joined,
      // No metric against a benchmark looks at them: they say how many pairs there are.
      dates: dates.subarray(0, count),
      strategy: strategy.subarray(0, count),
      benchmark: benchmark.subarray(0, count),
    };
  };
}
