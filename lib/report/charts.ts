// The charts over time: which lines each has, thinned together so that its lines share their x.
// Growth is shown as factors (1 = nothing gained), since a logarithm needs them.

import {
  drawdownPeriods,
  drawdownSeries,
  equityCurve,
  type JoinedBenchmark,
  type Returns,
} from "../metrics/mod.ts";
import { carriedTo, type ChartSource, type FullChart, type FullLine } from "./chart_source.ts";
import { frequencyName } from "./distribution.ts";
import type { Line, TimeChart } from "./model.ts";
import { formatDate, formatFigure } from "./numbers.ts";
import { rollingCharts } from "./rolling_charts.ts";
import { chartRows } from "./chart_rows.ts";

/** All charts over time that the returns allow. */
export function timeCharts(source: ChartSource): TimeChart[] {
  const { returns, maxPoints } = source;
  if (returns.values.length === 0) return [];
  const wealth = wealthOf(returns.values);
  const drawdown = drawdownSeries(returns.values);
  const charts = [
    cumulativeChart(source, wealth),
    ...(drawdown.length === 0
      ? []
      : [underwaterChart(drawdown), periodsChart(returns, wealth, drawdown)]),
    returnsChart(returns),
    ...rollingCharts(source),
  ];
  return charts.map((chart) => finished(chart, returns.dates, maxPoints));
}

/** The equity curve, which ends where everything is lost: nothing compounds after that. */
function wealthOf(values: Float64Array): Float64Array {
  const wealth = equityCurve(values);
  const ruin = values.findIndex((value) => value <= -1);
  if (ruin < 0) return wealth;
  wealth[ruin] = Math.max(0, wealth[ruin] ?? 0);
  return wealth.fill(NaN, ruin + 1);
}

function cumulativeChart(source: ChartSource, wealth: Float64Array): FullChart {
  const { returns, joined, benchmarkName } = source;
  const strategy: FullLine = { label: "Strategy", paint: "strategy", values: wealth };
  const chart = {
    id: "cumulative",
    title: "Cumulative returns",
    unit: "fraction",
    growth: true,
    height: 340,
  } as const;
  if (joined === null || returns.dates === null) return { ...chart, lines: [strategy] };
  const benchmark: FullLine = {
    label: benchmarkName,
    paint: "benchmark",
    values: carriedTo(returns.dates, joined.dates, wealthOf(joined.benchmark)),
  };
  const matched = matchedVolatility(joined);
  return {
    ...chart,
    lines: [benchmark, strategy],
    viewLabel: "As it was",
    views: matched === null ? [] : [{
      label: "Volatility-matched",
      lines: [benchmark, {
        label: "Strategy at the benchmark’s volatility",
        paint: "strategy",
        values: carriedTo(returns.dates, joined.dates, wealthOf(matched)),
      }],
    }],
  };
}

/** The strategy's joined returns scaled to the benchmark's standard deviation, as QuantStats has it. */
function matchedVolatility({ strategy, benchmark }: JoinedBenchmark): Float64Array | null {
  const ratio = deviation(benchmark) / deviation(strategy);
  return Number.isFinite(ratio) && ratio > 0 ? strategy.map((value) => value * ratio) : null;
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
  );
}

function underwaterChart(drawdown: Float64Array): FullChart {
  const mean = drawdown.reduce((sum, value) => sum + value, 0) / drawdown.length;
  return {
    id: "underwater",
    title: "Underwater",
    unit: "fraction",
    height: 180,
    lines: [{ label: "Drawdown", paint: "loss", kind: "area", values: drawdown }],
    levels: !(mean < 0) ? [] : [{ value: mean, label: `mean ${formatFigure(mean, "fraction")}` }],
  };
}

function periodsChart({ dates }: Returns, wealth: Float64Array, drawdown: Float64Array): FullChart {
  const at = (row: number): number => dates?.[row] ?? row;
  const worst = drawdownPeriods(drawdown).sort((one, other) => one.depth - other.depth).slice(0, 5);
  return {
    id: "drawdown-periods",
    title: "Five worst drawdowns",
    unit: "fraction",
    growth: true,
    height: 260,
    lines: [{ label: "Strategy", paint: "strategy", values: wealth }],
    bands: worst.map(({ start, end, depth }) => ({
      from: at(start),
      to: at(end),
      label: formatFigure(depth, "fraction"),
    })),
  };
}

function returnsChart({ dates, values }: Returns): FullChart {
  const name = frequencyName(dates);
  const sums = new Float64Array(values.length);
  let sum = 0;
  for (let row = 0; row < values.length; row++) sums[row] = sum += values[row] as number;
  return {
    id: "returns",
    title: name === "Per row" || name === "Intraday" ? "Returns by row" : `${name} returns`,
    unit: "fraction",
    height: 200,
    lines: [{ label: "Return", paint: "strategy", kind: "bars", values }],
    viewLabel: "Each",
    views: [{
      label: "Cumulative sum",
      lines: [{ label: "Sum", paint: "strategy", kind: "area", values: sums }],
    }],
  };
}

function finished(chart: FullChart, dates: Float64Array | null, maxPoints: number): TimeChart {
  const views = chart.views ?? [];
  const all = [...chart.lines, ...views.flatMap((view) => view.lines)];
  const distinct = [...new Set(all.map((line) => line.values))];
  const rows = chartRows(distinct[0]?.length ?? 0, distinct, maxPoints);
  const lines = (full: readonly FullLine[]): Line[] =>
    full.map(({ label, paint, kind = "line", values }) => ({
      label,
      paint,
      kind,
      values: rows.map((row) => {
        const value = values[row] as number;
        return Number.isFinite(value) ? value : null;
      }),
    }));
  return {
    id: chart.id,
    title: chart.title,
    description: describe(chart, dates),
    unit: chart.unit,
    growth: chart.growth ?? false,
    height: chart.height,
    x: rows.map((row) => dates?.[row] ?? row),
    lines: lines(chart.lines),
    bands: chart.bands ?? [],
    levels: chart.levels ?? [],
    viewLabel: chart.viewLabel ?? "",
    views: views.map((view) => ({ label: view.label, lines: lines(view.lines) })),
  };
}

/** Title, range of time, and what each line's ends and extremes are. */
function describe(chart: FullChart, dates: Float64Array | null): string {
  const [first, last] = [dates?.[0], dates?.at(-1)];
  const when = first === undefined || last === undefined
    ? ""
    : `, ${formatDate(first)} to ${formatDate(last)}`;
  return `${chart.title}${when}. ${chart.lines.map((line) => describeLine(line, chart)).join(" ")}`;
}

function describeLine({ label, values }: FullLine, chart: FullChart): string {
  let low = Infinity;
  let high = -Infinity;
  let last = NaN;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
    last = value;
  }
  const text = (value: number): string =>
    formatFigure(chart.growth ? value - 1 : value, chart.unit);
  return low > high
    ? `${label}: no values.`
    : `${label}: lowest ${text(low)}, highest ${text(high)}, last ${text(last)}.`;
}
