// Rolling volatility, Sharpe, Sortino and beta over half a year of periods (beta also over a year), but
// over no fewer rows than a ratio needs to mean something. A chart of a few points only is left out.

import {
  joinRates,
  quantilesOf,
  rollingBeta,
  type RollingOptions,
  rollingSharpe,
  rollingSortino,
  rollingVolatility,
} from "../metrics/mod.ts";
import { carriedTo, type ChartSource, type FullChart, type FullLine } from "./chart_source.ts";
import { windowText } from "./frequency.ts";
import type { Unit } from "./model.ts";
import { formatFigure } from "./numbers.ts";

/** A window of fewer rows says more of chance than of the strategy. */
const LEAST_ROWS = 12;
/** Points that a chart needs to be worth its place. */
const LEAST_POINTS = 30;

/** All rolling charts that have enough full windows. */
export function rollingCharts(source: ChartSource): FullChart[] {
  const { returns: { dates, values }, joined, benchmarkName, periods } = source;
  const half = optionsFor(source, periods / 2);
  const long = optionsFor(source, Math.max(periods, half.window * 2));
  const over = (window: number): string => windowText(window, periods, dates);
  const own = (line: Float64Array): FullLine => ({
    label: "Strategy",
    paint: "strategy",
    values: line,
  });
  const titled = (title: string): string => `${title} (${over(half.window)})`;
  const charts = [
    chartOf("rolling-volatility", titled("Rolling volatility"), "fraction", [
      own(rollingVolatility(values, half)),
      ...(joined === null || dates === null ? [] : [{
        label: benchmarkName,
        paint: "benchmark" as const,
        values: carriedTo(dates, joined.dates, rollingVolatility(joined.benchmark, half)),
      }]),
    ]),
    chartOf("rolling-sharpe", titled("Rolling Sharpe"), "ratio", [
      own(rollingSharpe(values, half)),
    ]),
    chartOf("rolling-sortino", titled("Rolling Sortino"), "ratio", [
      own(rollingSortino(values, half)),
    ]),
  ];
  if (joined !== null && dates !== null) {
    const betaOf = (options: RollingOptions): Float64Array =>
      carriedTo(dates, joined.dates, rollingBeta(joined.strategy, joined.benchmark, options));
    charts.unshift(chartOf("rolling-beta", `Rolling beta to ${benchmarkName}`, "ratio", [
      { ...own(betaOf(half)), label: over(half.window) },
      { label: over(long.window), paint: "muted", values: betaOf(long) },
    ]));
  }
  return charts.filter(({ lines }) => pointsOf(lines[0]) >= LEAST_POINTS);
}

function optionsFor(
  { returns: { dates }, periods, riskFreeRate, release, rates }: ChartSource,
  rows: number,
): RollingOptions & { readonly window: number } {
  return {
    periods,
    riskFreeRate,
    release,
    ...(rates === undefined || dates === null ? {} : { rates: joinRates(dates, rates) }),
    window: Math.max(LEAST_ROWS, Math.round(rows)),
  };
}

/** The first line is the strategy's; its mean is the level. */
function chartOf(id: string, title: string, unit: Unit, lines: readonly FullLine[]): FullChart {
  const mean = meanOfFinite(lines[0]?.values ?? new Float64Array(0));
  return {
    id,
    title,
    unit,
    height: 180,
    lines,
    most: mostShown(lines[0]?.values ?? new Float64Array(0)),
    levels: Number.isNaN(mean) ? [] : [{ value: mean, label: `mean ${formatFigure(mean, unit)}` }],
  };
}

/**
 * Where the axis ends: without a loss in its window a ratio has no bound, and one such week would flatten
 * all the others.
 */
function mostShown(values: Float64Array): number {
  const finite = values.filter(Number.isFinite);
  const [middle = 0, high = Infinity] = finite.length === 0 ? [] : quantilesOf(finite, [0.5, 0.99]);
  return Math.max(high, Math.abs(middle) * 4);
}

function meanOfFinite(values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

function pointsOf(line: FullLine | undefined): number {
  let points = 0;
  for (const value of line?.values ?? []) points += Number.isFinite(value) ? 1 : 0;
  return points;
}
