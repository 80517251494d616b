// Rolling volatility, Sharpe, Sortino and beta over half a year of periods (beta also over a year),
// each with its mean, the benchmark's volatility beside. A series shorter than its window has none.

import {
  joinRates,
  rollingBeta,
  rollingSharpe,
  rollingSortino,
  rollingVolatility,
} from "../metrics/mod.ts";
import { carriedTo, type ChartSource, type FullChart, type FullLine } from "./chart_source.ts";
import type { Unit } from "./model.ts";
import { formatFigure } from "./numbers.ts";

/** All rolling charts that have a full window. */
export function rollingCharts(source: ChartSource): FullChart[] {
  const { returns: { dates, values }, joined, benchmarkName, periods, riskFreeRate, release } =
    source;
  const half = {
    periods,
    riskFreeRate,
    release,
    ...(source.rates === undefined || dates === null
      ? {}
      : { rates: joinRates(dates, source.rates) }),
    window: Math.max(3, Math.round(periods / 2)),
  };
  const year = { ...half, window: Math.max(3, Math.round(periods)) };
  const own = (line: Float64Array): FullLine => ({
    label: "Strategy",
    paint: "strategy",
    values: line,
  });
  const charts = [
    chartOf("rolling-volatility", "Rolling volatility", half.window, "fraction", [
      ...(joined === null || dates === null ? [] : [
        {
          label: benchmarkName,
          paint: "benchmark" as const,
          values: carriedTo(dates, joined.dates, rollingVolatility(joined.benchmark, half)),
        },
      ]),
      own(rollingVolatility(values, half)),
    ]),
    chartOf("rolling-sharpe", "Rolling Sharpe", half.window, "ratio", [
      own(rollingSharpe(values, half)),
    ]),
    chartOf("rolling-sortino", "Rolling Sortino", half.window, "ratio", [
      own(rollingSortino(values, half)),
    ]),
  ];
  if (joined !== null && dates !== null) {
    const betaOf = (options: typeof half): Float64Array =>
      carriedTo(dates, joined.dates, rollingBeta(joined.strategy, joined.benchmark, options));
    const long: FullLine = {
      label: `Over ${formatFigure(year.window, "count")} rows`,
      paint: "muted",
      values: betaOf(year),
    };
    const short = {
      ...own(betaOf(half)),
      label: `Over ${formatFigure(half.window, "count")} rows`,
    };
    charts.unshift(
      chartOf("rolling-beta", `Rolling beta to ${benchmarkName}`, 0, "ratio", [long, short]),
    );
  }
  return charts.filter(({ lines }) => hasValues(lines.at(-1)));
}

/** The last line is the strategy's; its mean is the level. */
function chartOf(
  id: string,
  title: string,
  window: number,
  unit: Unit,
  lines: readonly FullLine[],
): FullChart {
  const mean = meanOfFinite(lines.at(-1)?.values ?? []);
  return {
    id,
    title: window === 0 ? title : `${title} (${formatFigure(window, "count")} rows)`,
    unit,
    height: 180,
    lines,
    levels: Number.isNaN(mean) ? [] : [{ value: mean, label: `mean ${formatFigure(mean, unit)}` }],
  };
}

function meanOfFinite(values: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

function hasValues(line: FullLine | undefined): boolean {
  return line !== undefined && Array.prototype.some.call(line.values, Number.isFinite);
}
