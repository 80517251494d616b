// A backtest on a terminal: where it comes from, its curve, its key figures; and all its metrics in
// groups, with the benchmark's beside them.

import type { Line, Piece, Screen } from "../command/screen.ts";
import { styled } from "../command/screen.ts";
import {
  CATALOGUE,
  computeMetrics,
  drawdownSeries,
  equityCurve,
  KEY_METRICS,
  maxDrawdown,
} from "../metrics/mod.ts";
import type { GroupedFigure } from "../output/figure_groups.ts";
import { groupLines, unitOf } from "../output/figure_groups.ts";
import { dayText, figureText, UNDEFINED_TEXT } from "../output/figures.ts";
import { cutMiddle } from "../output/widths.ts";
import { gridLines } from "../output/grid.ts";
import { sparkline } from "../output/plot.ts";
import { fileStem } from "./file_stem.ts";
import type { Backtest } from "./mod.ts";

/** File, rows, dates, periods on one line; the curve on the next. */
export function sourceLines({ file, series, periods }: Backtest, screen: Screen): readonly Line[] {
  const { dates, values } = series.returns;
  const [first, last] = [dates?.[0], dates?.at(-1)];
  const span = first === undefined || last === undefined
    ? ""
    : `, ${dayText(first)} to ${dayText(last)}`;
  const strategy = series.name === null ? "" : ` (${series.name})`;
  const facts = `${values.length} returns${span}, ${figureText(periods)} a year`;
  const name = cutMiddle(
    `${file.path}${strategy}`,
    Math.max(20, screen.columns - facts.length - 2),
  );
  const curve = sparkline(equityCurve(values), Math.min(screen.columns, CURVE_WIDTH));
  return [[{ text: name, style: "bold" }, `  ${facts}`], [curve]];
}

const CURVE_WIDTH = 60;

/** The key figures, or where the user chose others the first of those. */
export function keyLines(backtest: Backtest): readonly Line[] {
  const { metrics } = backtest;
  const asked = [...metrics.keys(), ...backtest.undefined.map(({ metric }) => metric)];
  const labels = new Map(KEY_METRICS.map(({ name, label }) => [name, label]));
  const key = asked.filter((name) => labels.has(name));
  const ordered = KEY_METRICS.map(({ name }) => name).filter((name) => key.includes(name));
  const names = ordered.length > 0 ? ordered : asked.slice(0, KEY_METRICS.length);
  const reasons = new Map(backtest.undefined.map(({ metric, reason }) => [metric, reason]));
  return gridLines(
    names.map((name) => {
      const text = figureText(metrics.get(name), unitOf(name));
      const value: Piece = text === UNDEFINED_TEXT
        ? { text, style: "dim" }
        : { text, style: "bold" };
      const beside = reasons.get(name) ?? (name === maxDrawdown.name ? deepestDay(backtest) : "");
      return [`  ${labels.get(name) ?? name}`, value, { text: beside, style: "dim" }];
    }),
    ["left", "right", "left"],
  );
}

/** When the series was deepest below its peak. */
function deepestDay({ series: { returns: { dates, values } } }: Backtest): string {
  if (dates === null) return "";
  const drawdown = drawdownSeries(values);
  let deepest = -1;
  for (let row = 0; row < drawdown.length; row++) {
    if ((drawdown[row] as number) < (deepest < 0 ? 0 : drawdown[deepest] as number)) deepest = row;
  }
  const day = dates[deepest];
  return day === undefined ? "" : `on ${dayText(day)}`;
}

/** All metrics in groups, then `more` (the figures of a simulation); those of the benchmark beside. */
export function metricLines(
  backtest: Backtest,
  more: readonly (readonly [name: string, value: number])[],
  { columns }: Screen,
): readonly Line[] {
  const { metrics, intervals, benchmark, series } = backtest;
  const beside = benchmarkFigures(backtest);
  const rest = (name: string): readonly (number | null | undefined)[] => {
    const interval = intervals?.intervals.get(name);
    return [
      ...intervals === null ? [] : [interval?.low, interval?.high],
      ...beside === null ? [] : [beside.get(name)],
    ];
  };
  const figures: GroupedFigure[] = [
    ...[...metrics].map(([name, value]) => ({ name, values: [value, ...rest(name)] })),
    ...backtest.undefined.map(({ metric, reason }) => ({
      name: metric,
      values: [null, ...rest(metric)],
      reason,
    })),
    ...more.map(([name, value]) => ({ name, values: [value] })),
  ];
  const titles = [
    series.name ?? "value",
    ...intervals === null ? [] : ["low", "high"],
    ...beside === null ? [] : [fileStem(benchmark?.file?.path ?? "benchmark")],
  ].map((title) => cutMiddle(title, 24));
  return groupLines(figures, titles, columns);
}

/** What the metrics of a strategy alone are of the benchmark; null where there is none. */
function benchmarkFigures(
  { benchmark, metrics, undefined: missing, periods, riskFreeRate, rates, release }: Backtest,
): ReadonlyMap<string, number | null> | null {
  if (benchmark === null) return null;
  const { joined } = benchmark;
  const asked = new Set([...metrics.keys(), ...missing.map(({ metric }) => metric)]);
  const names = CATALOGUE.filter(({ name, needs }) =>
    asked.has(name) && !needs.some((need) => BESIDES.has(need))
  ).map(({ name }) => name);
  const rate = rates === null ? {} : { rates: rates.series };
  const options = { riskFreeRate, ...rate, periods, release, names };
  const found = computeMetrics({ dates: joined.dates, values: joined.benchmark }, options);
  const lacking = found.undefined.map(({ metric }): [string, null] => [metric, null]);
  return new Map<string, number | null>([...found.values, ...lacking]);
}

/** What a benchmark has not: one of its own, trials, trades. */
const BESIDES: ReadonlySet<string> = new Set(["benchmark", "trials", "trades"]);

/** How many metrics there are. */
export function countLine({ metrics, undefined: missing }: Backtest): Line {
  const lacking = missing.length === 0 ? "" : `, ${missing.length} undefined`;
  return styled(`${metrics.size} metrics${lacking}`, "dim");
}
