// One chart over time, drawn by uPlot: shaded bands, level lines, linear or logarithmic, its cursor
// and zoom shared with the page's other charts. Rebuilt rather than altered when colours or views
// change, since uPlot fixes both when it is made.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { EmbeddedChart, EmbeddedLine } from "../embedded.ts";
import { inlinedUplot, type UPlot } from "../uplot.ts";
import { formatDate, formatFigure, formatTick } from "./format.ts";
import { paintColour } from "./page.ts";

/** What a chart is drawn with besides its own data. */
export interface ChartLook {
  readonly dated: boolean;
  readonly logarithmic: boolean;
  readonly width: number;
  readonly range: { readonly min: number; readonly max: number };
  /** Values that the value axis holds besides the lines'. */
  readonly reach?: readonly number[];
  /** Draws under the lines. */
  readonly beneath?: (plot: UPlot) => void;
}

const DAY_MS = 86_400_000;

/** Draws a chart into its place; the caller destroys it. */
export function drawTimeChart(
  host: HTMLElement,
  chart: EmbeddedChart,
  x: readonly number[],
  lines: readonly EmbeddedLine[],
  look: ChartLook,
): UPlot {
  const uPlot = inlinedUplot();
  const options: UPlot.Options = {
    width: look.width,
    height: chart.height,
    ms: 1,
    tzDate: (time) => uPlot.tzDate(new Date(time), "Etc/UTC"),
    cursor: {
      sync: { key: "time", scales: ["x", null] },
      drag: { x: true, y: false, dist: 5 },
      points: { size: 7 },
    },
    scales: { x: { time: look.dated, ...look.range }, y: valueScale(chart, look) },
    axes: axes(chart, look),
    series: [
      { label: look.dated ? "Date" : "Row", value: (_, value) => xText(value, look.dated) },
      ...lines.map((line) => series(line, chart)),
    ],
    hooks: {
      drawClear: [
        (plot) => drawBands(plot, chart),
        ...(look.beneath === undefined ? [] : [look.beneath]),
      ],
      drawAxes: [(plot) => drawZero(plot, chart)],
      draw: [(plot) => drawLevels(plot, chart)],
      setCursor: [(plot) => {
        if (plot.cursor.left === undefined || plot.cursor.left < 0) showLast(plot);
      }],
    },
  };
  const data = [x, ...lines.map((line) => plotted(line.values, look.logarithmic))];
  const plot = new uPlot(options, data as UPlot.AlignedData, host);
  showLast(plot);
  return plot;
}

/** With no cursor over the charts the legend tells the last values. */
function showLast(plot: UPlot): void {
  const last = plot.data[0].length - 1;
  if (last >= 0) plot.setLegend({ idx: last }, false);
}

function xText(value: number | null, dated: boolean): string {
  if (value === null || value === undefined) return "–";
  return dated ? formatDate(value) : formatFigure(value, "count");
}

/** A logarithm of nothing or less has no place on the chart. */
function plotted(values: readonly (number | null)[], logarithmic: boolean): (number | null)[] {
  return values.map((value) => logarithmic && value !== null && value <= 0 ? null : value);
}

function series(line: EmbeddedLine, chart: EmbeddedChart): UPlot.Series {
  const uPlot = inlinedUplot();
  const colour = paintColour(line.paint);
  const bars = line.kind === "bars" ? uPlot.paths.bars?.({ size: [0.9, 24, 1] }) : undefined;
  return {
    label: line.label,
    stroke: colour,
    width: line.kind === "bars" ? 0 : 1.4,
    ...(line.kind === "line" ? {} : { fill: translucent(colour, bars === undefined ? 0.22 : 0.9) }),
    ...(bars === undefined ? {} : { paths: bars }),
    ...(line.kind === "line" ? {} : { fillTo: chart.growth ? 1 : 0 }),
    points: { show: line.values.length < 3 },
    value: (_, value) =>
      value === null || value === undefined
        ? "–"
        : formatFigure(chart.growth ? value - 1 : value, chart.unit),
  };
}

function translucent(colour: string, alpha: number): string {
  return `color-mix(in srgb, ${colour} ${Math.round(alpha * 100)}%, transparent)`;
}

function valueScale(chart: EmbeddedChart, look: ChartLook): UPlot.Scale {
  const levels = [...chart.levels.map((level) => level.value), ...(look.reach ?? [])];
  const zero = chart.growth ? 1 : 0;
  const reach = (low: number | null, high: number | null): [number, number] => {
    const least = Math.min(low ?? zero, zero, ...levels);
    const most = Math.max(high ?? zero, zero, ...levels);
    return least === most ? [least - 0.01, most + 0.01] : [least, most];
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
      const least = Math.min(low ?? 1, 1);
      const most = Math.max(high ?? 1, 1);
      const pad = (most / least) ** 0.05;
      return least === most ? [0.99, 1.01] : [least / pad, most * pad];
    },
  };
}

function axes(chart: EmbeddedChart, look: ChartLook): UPlot.Axis[] {
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
      size: (_, values) => 16 + 6.6 * Math.max(3, ...(values ?? []).map((value) => value.length)),
      ...(look.logarithmic
        ? {
          splits: (_: UPlot, __: number, low: number, high: number) => logarithmicTicks(low, high),
        }
        : {}),
      values: (_, splits) =>
        splits.map((at, index) => {
          const step = Math.abs((splits[index + 1] ?? at) - at) ||
            Math.abs(at - (splits[index - 1] ?? 0));
          return formatTick(
            chart.growth ? at - 1 : at,
            look.logarithmic ? Math.min(step, 0.5) : step,
            chart.unit,
          );
        }),
    },
  ];
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A tick of the time axis, as long as the step between ticks needs. */
export function timeTick(at: number, step: number): string {
  const text = new Date(at).toISOString();
  const [day = "", time = ""] = text.split("T");
  if (step >= 360 * DAY_MS) return day.slice(0, -6);
  if (step >= 28 * DAY_MS) return `${MONTHS[new Date(at).getUTCMonth()]} ${day.slice(0, -6)}`;
  return step >= DAY_MS ? day : `${day.slice(-5)} ${time.slice(0, 5)}`;
}

/** Growth factors that read well as returns: 1-2-5 over a wide range, even steps over a narrow one. */
export function logarithmicTicks(low: number, high: number): number[] {
  if (!(low > 0) || !(high > low)) return [1];
  const ticks: number[] = [];
  if (high / low < 4) {
    const rough = (high - low) / 5;
    const size = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * size).find((at) => at >= rough) ?? size;
    for (let index = Math.ceil((low - 1) / step); 1 + index * step <= high; index++) {
      ticks.push(1 + index * step);
    }
    return ticks;
  }
  const wide = high / low > 1e4;
  const from = Math.floor(Math.log10(low));
  const to = Math.ceil(Math.log10(high));
  const skip = Math.max(1, Math.ceil((to - from) / 12));
  for (let power = from; power <= to; power += skip) {
    for (const factor of wide ? [1] : [1, 2, 5]) {
      const tick = factor * 10 ** power;
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

function drawBands(plot: UPlot, chart: EmbeddedChart): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = paintColour("band");
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const band of chart.bands) {
    const left = plot.valToPos(band.from, "x", true);
    const right = plot.valToPos(band.to, "x", true);
    ctx.fillRect(left, bbox.top, Math.max(1, right - left), bbox.height);
  }
  ctx.restore();
}

function drawZero(plot: UPlot, chart: EmbeddedChart): void {
  drawAcross(plot, chart.growth ? 1 : 0, paintColour("quiet"), []);
}

function drawLevels(plot: UPlot, chart: EmbeddedChart): void {
  for (const level of chart.levels) drawAcross(plot, level.value, paintColour("loss"), [5, 4]);
}

/** A horizontal line, where it is in sight. */
function drawAcross(plot: UPlot, value: number, colour: string, dash: readonly number[]): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const y = plot.valToPos(value, "y", true);
  if (!(y >= bbox.top && y <= bbox.top + bbox.height)) return;
  ctx.save();
  ctx.lineWidth = ratio;
  ctx.strokeStyle = colour;
  ctx.setLineDash(dash.map((length) => length * ratio));
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

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
