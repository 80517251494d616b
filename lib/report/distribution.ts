// How returns are spread: histograms by Freedman and Diaconis' bin width, and box plots of the
// returns of each calendar length. Compounding by day and week is here, as only pages need it.

import { DAY_MS } from "../civil.ts";
import {
  type JoinedBenchmark,
  meanOf,
  monthlyReturns,
  quantilesOf,
  quarterlyReturns,
  type Returns,
  yearlyReturns,
} from "../metrics/mod.ts";
import { frequencyName, isCoarse } from "./frequency.ts";
import type { Bin, Box, Histogram, Unit } from "./model.ts";

/** 1970-01-05, the first Monday: weeks end on Mondays, as in QuantStats' quantiles. */
const MONDAY = 4;
const MOST_OUTLIERS = 200;
/** Fewer values have no distribution. */
const LEAST_VALUES = 5;

/** Compounded returns of consecutive rows whose instants have the same key. */
function compoundedBy(
  values: Float64Array,
  dates: Float64Array,
  keyOf: (day: number) => number,
): Float64Array {
  const returns: number[] = [];
  let key = NaN;
  let growth = 1;
  for (let row = 0; row < values.length; row++) {
    const own = keyOf(Math.floor((dates[row] as number) / DAY_MS));
    if (own !== key && row > 0) {
      returns.push(growth - 1);
      growth = 1;
    }
    key = own;
    growth *= 1 + (values[row] as number);
  }
  if (values.length > 0) returns.push(growth - 1);
  return Float64Array.from(returns);
}

/** Returns by calendar day; the series itself when it has one row a day. */
function daily(values: Float64Array, dates: Float64Array): Float64Array {
  return compoundedBy(values, dates, (day) => day);
}

/** The distribution of monthly and of daily returns; of the rows where there are no dates. */
export function histogramsOf(returns: Returns, joined: JoinedBenchmark | null): Histogram[] {
  const { dates, values } = returns;
  if (dates === null) return [histogram("rows", "Distribution of returns", values, null)];
  const name = frequencyName(dates);
  const byDay = name === "Intraday" || name === "Daily" || name === "Per row";
  const rows = byDay
    ? histogram(
      "daily",
      "Distribution of daily returns",
      daily(values, dates),
      joined === null ? null : daily(joined.benchmark, joined.dates),
    )
    : histogram(
      "rows",
      `Distribution of ${name.toLowerCase()} returns`,
      values,
      joined?.benchmark ?? null,
    );
  if (isCoarse(name) || name === "Monthly") return [rows];
  // Beyond a year: the bars of a few months tell what the table of months does.
  const monthly = histogram(
    "monthly",
    "Distribution of monthly returns",
    monthlyReturns(values, dates).returns,
    joined === null ? null : monthlyReturns(joined.benchmark, joined.dates).returns,
  );
  return monthly.count < 2 * LEAST_VALUES ? [rows] : [monthly, rows];
}

/** How often the values fell into bins that suit them. */
export function histogram(
  id: string,
  title: string,
  values: Float64Array,
  benchmark: Float64Array | null,
  unit: Unit = "fraction",
): Histogram {
  const edges = binEdges(drawable(values), benchmark === null ? null : drawable(benchmark));
  const own = countsIn(edges, values);
  const other = benchmark === null ? null : countsIn(edges, benchmark);
  const bins = own.map((count, index): Bin => ({
    from: edges.low + edges.width * index,
    to: edges.low + edges.width * (index + 1),
    count,
    benchmarkCount: other?.[index] ?? null,
  }));
  return {
    id,
    title,
    unit,
    bins: values.length === 0 ? [] : bins,
    mean: meanOf(values),
    median: quantilesOf(values, [0.5])[0] ?? NaN,
    benchmarkMean: benchmark === null ? null : meanOf(benchmark),
    count: values.length,
  };
}

interface Edges {
  readonly low: number;
  readonly width: number;
  readonly count: number;
}

/** Freedman and Diaconis (1981): 2 · interquartile range / cube root of n; 5 to 60 bins. */
function binEdges(values: Float64Array, benchmark: Float64Array | null): Edges {
  let low = Infinity;
  let high = -Infinity;
  for (const series of [values, benchmark ?? []]) {
    for (const value of series) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (!(low < high)) {
    const at = Number.isFinite(low) ? low : 0;
    const room = Math.max(Math.abs(at) * 0.01, 1e-4);
    return { low: at - 2.5 * room, width: room, count: 5 };
  }
  const [lower = 0, upper = 0] = quantilesOf(values, [0.25, 0.75]);
  const ideal = (2 * (upper - lower)) / Math.cbrt(values.length);
  const count = ideal > 0 ? Math.round(Math.min(60, Math.max(5, (high - low) / ideal))) : 20;
  return { low, width: (high - low) / count, count };
}

function countsIn({ low, width, count }: Edges, values: Float64Array): number[] {
  const counts = new Array<number>(count).fill(0);
  for (const value of values) {
    const bin = Math.min(count - 1, Math.max(0, Math.floor((value - low) / width)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** Quantiles of daily, weekly, monthly, quarterly and yearly returns, those no finer than the rows. */
export function boxesOf({ dates, values }: Returns): Box[] {
  if (values.length === 0) return [];
  if (dates === null) return [boxOf("Per row", values)];
  const name = frequencyName(dates);
  const lengths: readonly (readonly [string, () => Float64Array])[] = [
    ["Daily", () => daily(values, dates)],
    ["Weekly", () => compoundedBy(values, dates, (day) => Math.ceil((day - MONDAY) / 7))],
    ["Monthly", () => monthlyReturns(values, dates).returns],
    ["Quarterly", () => quarterlyReturns(values, dates).returns],
    ["Yearly", () => yearlyReturns(values, dates).returns],
  ];
  const first = Math.max(0, lengths.findIndex(([label]) => label === name));
  return lengths.slice(first).map(([label, returnsOf]) => boxOf(label, drawable(returnsOf())))
    .filter((box) => box.count >= LEAST_VALUES);
}

/** Compounding can pass what a number holds: such a period has no place on an axis. */
function drawable(values: Float64Array): Float64Array {
  return values.filter((value) => Math.abs(value) < 1e300);
}

/** A box by Tukey's rule: whiskers end at the last value within 1.5 interquartile ranges. */
function boxOf(label: string, values: Float64Array): Box {
  const [minimum = NaN, quartile1 = NaN, median = NaN, quartile3 = NaN, maximum = NaN] =
    quantilesOf(
      values,
      [0, 0.25, 0.5, 0.75, 1],
    );
  const reach = 1.5 * (quartile3 - quartile1);
  let low = quartile1;
  let high = quartile3;
  const beyond: number[] = [];
  for (const value of values) {
    if (value < quartile1 - reach || value > quartile3 + reach) beyond.push(value);
    else {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return {
    label,
    count: values.length,
    low,
    quartile1,
    median,
    quartile3,
    high,
    outliers: thinnedOutliers(beyond),
    minimum,
    maximum,
  };
}

/** Evenly picked by rank: a smudge of a million circles looks the same as one of 200. */
function thinnedOutliers(values: number[]): number[] {
  values.sort((one, other) => one - other);
  if (values.length <= MOST_OUTLIERS) return values;
  const last = values.length - 1;
  return Array.from(
    { length: MOST_OUTLIERS },
    (_, index) => values[Math.round((index * last) / (MOST_OUTLIERS - 1))] ?? NaN,
  );
}
