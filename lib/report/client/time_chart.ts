// One chart over time, drawn by uPlot: shaded bands, level lines, linear or logarithmic, its cursor
// and zoom shared with the page's other charts. Rebuilt rather than altered when colours or views
// change, since uPlot fixes both when it is made.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { DAY_MS } from "../../civil.ts";
import type { EmbeddedChart } from "../embedded.ts";
import type { Line } from "../model.ts";
import { inlinedUplot, type UPlot } from "../uplot.ts";
import { formatBriefly, formatDate, formatFigure, formatTick } from "../numbers.ts";
import { drawAcross, drawBands, drawEnds } from "./chart_marks.ts";
import { keepHidden, legendName } from "./legend.ts";
import { paintColour } from "./page.ts";
import { logarithmicTicks, timeTick } from "./ticks.ts";

/** A chart without its points, which the caller has. */
export type DrawnChart = Omit<EmbeddedChart, "x" | "lines" | "views">;

/** What a chart is drawn with besides its own data. */
export interface ChartLook {
  readonly dated: boolean;
  readonly logarithmic: boolean;
  readonly width: number;
  readonly range: { readonly min: number; readonly max: number };
  /** Values that the value axis holds besides the lines'; asked for whenever the chart is scaled. */
  readonly reach?: readonly number[];
  /** Draws under the lines. */
  readonly beneath?: (plot: UPlot) => void;
  /** Draws over the lines. */
  readonly above?: (plot: UPlot) => void;
  /** Positions of the lines that the reader has hidden; where it is given, he can, and it is kept in step. */
  readonly hidden?: Set<number>;
  /** Room at the right, in CSS pixels, in which the lines' last values are written; none without it. */
  readonly endRoom?: number;
}

/** Draws a chart into its place; the caller destroys it. */
export function drawTimeChart(
  host: HTMLElement,
  chart: DrawnChart,
  x: readonly number[],
  lines: readonly Line[],
  look: ChartLook,
): UPlot {
  const uPlot = inlinedUplot();
  const options: UPlot.Options = {
    width: look.width,
    height: chart.height,
    // Half of the longest tick: the last one stands at the very end.
    padding: [null, look.endRoom ?? 32, null, null],
    ms: 1,
    tzDate: (time) => uPlot.tzDate(new Date(time), "Etc/UTC"),
    cursor: {
      sync: { key: "time", scales: ["x", null] },
      drag: { x: true, y: false, dist: 5 },
      points: { size: 7 },
      // The line stands on the point whose values are told.
      move: (plot, left, top) => [left < 0 ? left : pointAt(plot, left), top],
    },
    scales: { x: { time: look.dated, ...look.range }, y: valueScale(chart, look) },
    axes: axes(chart, look),
    series: [
      { label: look.dated ? "Date" : "Row", value: (_, value) => xText(value, look.dated) },
      ...lines.map((line, at) => ({
        ...series(line, chart, look),
        ...(lines.length < 2 || look.hidden === undefined ? {} : legendName(line, at, look.hidden)),
      })),
    ],
    legend: {
      markers: { width: 0, fill: (_, at) => paintColour(lines[at - 1]?.paint ?? "text") },
    },
    hooks: {
      drawClear: [
        (plot) => drawBands(plot, chart.bands),
        ...(look.beneath === undefined ? [] : [look.beneath]),
      ],
      drawAxes: [(plot) => drawAcross(plot, zeroOf(look), paintColour("quiet"), [])],
      draw: [(plot) => {
        look.above?.(plot);
        for (const { value } of chart.levels) drawAcross(plot, value, paintColour("quiet"), [5, 4]);
        if (look.endRoom !== undefined) {
          drawEnds(
            plot,
            lines.filter(({ kind }) => kind !== "bars"),
            (value) => formatBriefly(value - zeroOf(look), chart.unit),
          );
        }
      }],
      setSeries: [(plot, at) => keepHidden(plot, at, look.hidden)],
      setCursor: [(plot) => {
        if (plot.cursor.left === undefined || plot.cursor.left < 0) showLast(plot);
      }],
    },
  };
  const plot = new uPlot(options, plottedData(chart, x, lines, look), host);
  showLast(plot);
  return plot;
}

/** The points of a chart as they are drawn: for a chart that stays while its lines change. */
export function plottedData(
  chart: DrawnChart,
  x: readonly number[],
  lines: readonly Pick<Line, "values">[],
  look: Pick<ChartLook, "logarithmic">,
): UPlot.AlignedData {
  const data = [x, ...lines.map((line) => plotted(line.values, chart, look))];
  return data as UPlot.AlignedData;
}

function pointAt(plot: UPlot, left: number): number {
  const at = plot.data[0][plot.posToIdx(left)];
  return at === undefined
    ? left
    : Math.min(Math.max(plot.valToPos(at, "x"), 0), plot.over.clientWidth);
}

/** With no cursor over the charts the legend tells the last values in view. */
export function showLast(plot: UPlot): void {
  const { max } = plot.scales["x"] ?? {};
  const last = plot.data[0].length - 1;
  const index = max === undefined || max === null ? last : Math.min(last, plot.valToIdx(max));
  if (last >= 0) plot.setLegend({ idx: index }, false);
}

function xText(value: number | null, dated: boolean): string {
  if (value === null || value === undefined) return "–";
  return dated ? formatDate(value) : formatFigure(value, "count");
}

/** Growth is drawn as returns, whose ticks are round; as factors where a logarithm needs them. */
function plotted(
  values: readonly (number | null)[],
  { growth }: Pick<DrawnChart, "growth">,
  { logarithmic }: Pick<ChartLook, "logarithmic">,
): (number | null)[] {
  if (logarithmic) return values.map((value) => value !== null && value <= 0 ? null : value);
  return growth ? values.map((value) => value === null ? null : value - 1) : [...values];
}

/** Where nothing is gained: a factor of 1, a return of 0. */
function zeroOf({ logarithmic }: ChartLook): number {
  return logarithmic ? 1 : 0;
}

function series(line: Line, chart: DrawnChart, look: ChartLook): UPlot.Series {
  const uPlot = inlinedUplot();
  const colour = paintColour(line.paint);
  const bars = line.kind === "bars" ? uPlot.paths.bars?.({ size: [0.9, 24, 1] }) : undefined;
  return {
    label: line.label,
    stroke: colour,
    width: line.kind === "bars" ? 0 : 1.4,
    // Told from the strategy without its colour, on paper and in high contrast.
    ...(line.paint === "benchmark" ? { dash: [5, 3] } : {}),
    ...(line.kind === "line" ? {} : { fill: translucent(colour, bars === undefined ? 0.22 : 0.9) }),
    ...(bars === undefined ? {} : { paths: bars }),
    ...(line.kind === "line" ? {} : { fillTo: zeroOf(look) }),
    // A curve of one row is drawn from where it begins; a bar has no need of a point.
    points: { show: line.kind !== "bars" && line.values.length < 4 },
    value: (_, value) =>
      value === null || value === undefined ? "–" : formatFigure(value - zeroOf(look), chart.unit),
  };
}

function translucent(colour: string, alpha: number): string {
  return `color-mix(in srgb, ${colour} ${Math.round(alpha * 100)}%, transparent)`;
}

function valueScale(chart: DrawnChart, look: ChartLook): UPlot.Scale {
  const zero = zeroOf(look);
  const reach = (low: number | null, high: number | null): [number, number] => {
    const levels = [...chart.levels.map((level) => level.value), ...(look.reach ?? [])];
    const least = Math.min(low ?? zero, zero, ...levels);
    const most = Math.min(Math.max(high ?? zero, zero, ...levels), chart.most ?? Infinity);
    return least >= most ? [least - 0.01, least + 0.01] : [least, most];
  };
  if (!look.logarithmic) {
    return {
      range: (_, low, high) => {
        const [least, most] = reach(low, high);
        const pad = (most - least) * 0.06;
        return [least === zero ? least : least - pad, most === zero ? most : most + pad];
      },
    };
  }
  return {
    distr: 100,
    fwd: (value) => Math.log(Math.max(value, Number.MIN_VALUE)),
    bwd: (value) => Math.exp(value),
    range: (_, low, high) => {
      const least = Math.min(low ?? 1, 1, ...(look.reach ?? []));
      const most = Math.max(high ?? 1, 1, ...(look.reach ?? []));
      const pad = (most / least) ** 0.05;
      return least === most ? [0.99, 1.01] : [least / pad, most * pad];
    },
  };
}

function axes(chart: DrawnChart, look: ChartLook): UPlot.Axis[] {
  const text = paintColour("quiet");
  const grid = { stroke: paintColour("rule"), width: 1 };
  const font = "11px system-ui, sans-serif";
  const shared = { stroke: text, grid, ticks: { ...grid, size: 4 }, font };
  return [
    {
      ...shared,
      space: 70,
      size: 32,
      values: (_, splits, __, ___, step) =>
        splits.map((at) => look.dated ? timeTick(at, step) : formatFigure(at, "count")),
    },
    {
      ...shared,
      space: 32,
      size: (_, values) => 16 + 6.6 * Math.max(5, ...(values ?? []).map((value) => value.length)),
      ...(look.logarithmic
        ? {
          splits: (_: UPlot, __: number, low: number, high: number) => logarithmicTicks(low, high),
          // uPlot would blank out all but powers of ten.
          filter: (_: UPlot, splits: readonly number[]) => [...splits],
        }
        : {}),
      values: (_, splits) =>
        splits.map((at, index) => {
          const step = Math.abs((splits[index + 1] ?? at) - at) ||
            Math.abs(at - (splits[index - 1] ?? 0));
          return formatTick(
            at - zeroOf(look),
            look.logarithmic ? Math.min(step, 0.5) : step,
            chart.unit,
          );
        }),
    },
  ];
}

/** Ranges that the buttons offer without dates: label and how many rows back from the end. */
export const ROW_RANGES: readonly (readonly [string, number])[] = [50, 100, 250, 500, 1_000, 5_000]
  .map((rows) => [`Last ${formatFigure(rows, "count")}`, rows] as const);

/** Ranges that the buttons offer: label and how far back from the end, in ms. */
export const RANGES: readonly (readonly [string, number])[] = [
  ["1M", 31 * DAY_MS],
  ["3M", 92 * DAY_MS],
  ["6M", 183 * DAY_MS],
  ["1Y", 366 * DAY_MS],
  ["3Y", 1096 * DAY_MS],
  ["5Y", 1827 * DAY_MS],
  ["10Y", 3653 * DAY_MS],
];
