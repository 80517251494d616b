// The charts over time: which there are, and their thinning to the rows that they share. Growth is kept
// as factors (1 = nothing gained): a logarithm needs them, and they begin anew at any row.

import type { JoinedBenchmark } from "../metrics/mod.ts";
import { drawdownPeriods } from "../metrics/mod.ts";
import { carriedTo, type ChartSource, type FullChart, type FullLine } from "./chart_source.ts";
import { MOST_POINTS, sharedRows } from "./chart_rows.ts";
import { fanOf, ticksOf } from "./equity_marks.ts";
import { frequencyName, originOf } from "./frequency.ts";
import type { Band, TimeChart, TimeLine } from "./model.ts";
import { formatDate, formatFigure } from "./numbers.ts";
import { rollingCharts } from "./rolling_charts.ts";
import { fallOf, ruinRow, wealthOf } from "./wealth.ts";

/** The number of stretches below the peak that are shaded. */
const SHADED = 5;

/** The charts, in the order in which they are made; none where the returns do not allow it. */
const CHARTS: readonly ((source: ChartSource) => readonly FullChart[])[] = [
  cumulativeChart,
  underwaterChart,
  returnsChart,
  rollingCharts,
];

/** All charts over time that the returns allow, the rows that they share, and the x before the first. */
export function timeCharts(
  source: Omit<ChartSource, "wealth" | "fall" | "benchmarkWealth" | "origin">,
  maxPoints: number = MOST_POINTS,
): { readonly charts: TimeChart[]; readonly rows: readonly number[]; readonly origin: number } {
  const { dates, values } = source.returns;
  const origin = originOf(dates);
  if (values.length === 0) return { charts: [], rows: [], origin };
  const prepared = {
    ...source,
    origin,
    wealth: wealthOf(values),
    fall: fallOf(values),
    benchmarkWealth: benchmarkWealth(source),
  };
  const full = CHARTS.flatMap((make) => make(prepared));
  const shaping = full.slice(0, 3).flatMap(({ lines }) => lines.map((line) => line.values));
  const rows = sharedRows(values.length, [...new Set(shaping)], {
    dates,
    periods: source.periods,
    limit: maxPoints,
  });
  const x = rows.map((row) => dates?.[row] ?? row + 1);
  return { charts: full.map((chart) => finished(chart, dates, rows, x)), rows, origin };
}

function strategyLine(values: Float64Array): FullLine {
  return { label: "Strategy", paint: "strategy", values };
}

/** The benchmark's wealth at the strategy's rows. */
function benchmarkWealth(
  { returns: { dates }, joined }: Pick<ChartSource, "returns" | "joined">,
): Float64Array | null {
  return joined === null || dates === null
    ? null
    : carriedTo(dates, joined.dates, wealthOf(joined.benchmark));
}

function cumulativeChart(source: ChartSource): FullChart[] {
  const { returns, joined, benchmarkName, wealth, fall, benchmarkWealth: other } = source;
  const growing = (line: FullLine): FullLine => ({ ...line, factors: line.values });
  const chart = {
    id: "cumulative",
    title: "Cumulative returns",
    unit: "fraction",
    growth: true,
    follows: "growth",
    height: 340,
    bands: worstBands(source, fall),
    ...fanOf(source),
    ...ticksOf(source),
  } as const;
  if (other === null || joined === null || returns.dates === null) {
    return [{ ...chart, lines: [growing(strategyLine(wealth))] }];
  }
  const benchmark = growing({ label: benchmarkName, paint: "benchmark", values: other });
  const matched = matchedVolatility(joined);
  return [{
    ...chart,
    lines: [growing(strategyLine(wealth)), benchmark],
    viewLabel: "As traded",
    views: matched === null ? [] : [{
      label: "Volatility-matched",
      lines: [
        growing({
          label: "Strategy at the benchmark’s volatility",
          paint: "strategy",
          values: carriedTo(returns.dates, joined.dates, wealthOf(matched)),
        }),
        benchmark,
      ],
    }],
  }];
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

/** The worst stretches below the peak, by depth; all that comes after everything was lost. */
function worstBands({ returns: { dates, values } }: ChartSource, fall: Float64Array): Band[] {
  const at = (row: number): number => dates?.[row] ?? row + 1;
  const ruin = ruinRow(values);
  const known = ruin < 0 ? fall : fall.subarray(0, ruin + 1);
  const worst = drawdownPeriods(known).sort((one, other) => one.depth - other.depth)
    .slice(0, SHADED);
  const bands = worst.map(({ start, end }, index): Band => ({
    from: at(start),
    to: at(end),
    label: String(index + 1),
  }));
  return ruin < 0
    ? bands
    : [...bands, { from: at(ruin), to: at(values.length - 1), label: "lost" }];
}

function underwaterChart(source: ChartSource): FullChart[] {
  const { joined, wealth, fall, benchmarkName, benchmarkWealth: other, returns: { dates } } =
    source;
  if (fall.length === 0) return [];
  const benchmarkFall = joined === null || dates === null ? null : fallOf(joined.benchmark);
  return [{
    id: "underwater",
    title: "Underwater",
    unit: "fraction",
    follows: "fall",
    height: 150,
    lines: [
      { label: "Strategy", paint: "loss", kind: "area", values: fall, factors: wealth },
      ...(other === null || benchmarkFall === null || benchmarkFall.length === 0 ? [] : [{
        label: benchmarkName,
        paint: "benchmark" as const,
        values: carriedTo(dates ?? fall, joined?.dates ?? fall, benchmarkFall),
        factors: other,
      }]),
    ],
  }];
}

function returnsChart({ returns: { dates, values } }: ChartSource): FullChart[] {
  const name = frequencyName(dates);
  const sums = new Float64Array(values.length);
  let sum = 0;
  for (let row = 0; row < values.length; row++) sums[row] = sum += values[row] as number;
  return [{
    id: "returns",
    title: name === "Per row" || name === "Intraday" ? "Returns of each period" : `${name} returns`,
    unit: "fraction",
    height: 180,
    lines: [{ label: "Return", paint: "strategy", kind: "bars", values }],
    viewLabel: "Single",
    views: [{
      label: "Running sum",
      lines: [{ label: "Sum", paint: "strategy", kind: "area", values: sums }],
    }],
  }];
}

function finished(
  chart: FullChart,
  dates: Float64Array | null,
  rows: readonly number[],
  x: readonly number[],
): TimeChart {
  const known = new Map<Float64Array, (number | null)[]>();
  const kept = (values: Float64Array): (number | null)[] => {
    const made = known.get(values) ?? rows.map((row) => {
      const value = values[row] as number;
      return Number.isFinite(value) ? value : null;
    });
    known.set(values, made);
    return made;
  };
  const lines = (full: readonly FullLine[]): TimeLine[] =>
    full.map(({ label, paint, kind = "line", values, factors }) => ({
      label,
      paint,
      kind,
      values: kept(values),
      ...(factors === undefined ? {} : { factors: kept(factors) }),
    }));
  return {
    id: chart.id,
    title: chart.title,
    description: describe(chart, dates),
    unit: chart.unit,
    growth: chart.growth ?? false,
    follows: chart.follows ?? "nothing",
    ...(chart.most === undefined || !Number.isFinite(chart.most) ? {} : { most: chart.most }),
    height: chart.height,
    x,
    lines: lines(chart.lines),
    bands: chart.bands ?? [],
    ...(chart.fan === undefined ? {} : { fan: chart.fan }),
    ...(chart.ticks === undefined ? {} : { ticks: chart.ticks }),
    levels: chart.levels ?? [],
    viewLabel: chart.viewLabel ?? "",
    views: (chart.views ?? []).map((view) => ({ label: view.label, lines: lines(view.lines) })),
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
