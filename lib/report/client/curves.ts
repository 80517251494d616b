// Equity curves laid over each other: the selected runs as lines of uPlot, with its hover and zoom,
// the others in grey beneath, drawn straight to the canvas: aligning a thousand runs' times would
// multiply their points.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import { cumulated, type EmbeddedChart } from "../embedded.ts";
import type { UPlot } from "../uplot.ts";
import { paintColour } from "./page.ts";
import { COLOURS, type Runs } from "./runs.ts";
import { drawTimeChart } from "./time_chart.ts";

interface Curve {
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/** Draws the curves and keeps them in step; returns how to draw them again. */
export function wireCurves(runs: Runs): () => void {
  const host = document.getElementById("curves");
  if (host === null) return () => {};
  const curves = runs.data.runs.map(({ x, y }): Curve => ({ x: cumulated(x), y }));
  const whole = wholeRange(curves);
  let range = whole;
  let plot: UPlot | null = null;
  const draw = (): void => {
    plot?.destroy();
    plot = drawCurves(host, runs, curves, range);
    plot.hooks.setScale = [(self, key) => {
      const { min, max } = self.scales["x"] ?? {};
      if (key === "x" && typeof min === "number" && typeof max === "number") range = { min, max };
    }];
    plot.over.addEventListener("dblclick", () => {
      range = whole;
      plot?.setScale("x", whole);
    });
  };
  runs.listeners.push(draw);
  return draw;
}

function wholeRange(curves: readonly Curve[]): { min: number; max: number } {
  let [min, max] = [Infinity, -Infinity];
  for (const { x } of curves) {
    min = Math.min(min, x[0] ?? Infinity);
    max = Math.max(max, x.at(-1) ?? -Infinity);
  }
  return min < max
    ? { min, max }
    : { min: Number.isFinite(min) ? min - 1 : 0, max: Number.isFinite(max) ? max + 1 : 1 };
}

function drawCurves(
  host: HTMLElement,
  runs: Runs,
  curves: readonly Curve[],
  range: { readonly min: number; readonly max: number },
): UPlot {
  const chosen = [...runs.selected].filter(([index]) => (curves[index]?.x.length ?? 0) > 0);
  const x = mergedX(chosen.map(([index]) => curves[index]?.x ?? []));
  const beneath = runs.order.filter((index) => !runs.selected.has(index))
    .flatMap((index) => curves[index] ?? []);
  const lines = chosen.map(([index, place]) => ({
    label: shortened(runs.data.runs[index]?.name ?? ""),
    paint: `c${place % COLOURS}` as const,
    kind: "line" as const,
    values: valuesAt(x, curves[index] ?? { x: [], y: [] }),
  }));
  const chart: EmbeddedChart = {
    id: "curves",
    title: "",
    unit: "fraction",
    growth: false,
    height: 380,
    x: [],
    lines: [],
    views: [],
    bands: [],
    levels: [],
  };
  return drawTimeChart(host, chart, x, lines, {
    dated: runs.data.dated,
    logarithmic: false,
    width: host.clientWidth,
    range,
    reach: extent(beneath),
    beneath: (plot) => drawBeneath(plot, beneath),
  });
}

function shortened(name: string): string {
  return name.length > 60 ? `${name.slice(0, 59)}…` : name;
}

/** Lowest and highest of all the curves beneath. */
function extent(curves: readonly Curve[]): number[] {
  let [low, high] = [Infinity, -Infinity];
  for (const { y } of curves) {
    for (const value of y) {
      if (value === null) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low <= high ? [low, high] : [];
}

function mergedX(all: readonly (readonly number[])[]): number[] {
  return [...new Set(all.flat())].sort((one, other) => one - other);
}

/** A curve's values at the merged times: straight between its points, none outside them. */
function valuesAt(x: readonly number[], curve: Curve): (number | null)[] {
  let next = 0;
  return x.map((at) => {
    while (next < curve.x.length - 1 && (curve.x[next] ?? 0) < at) next++;
    const [to, value] = [curve.x[next] ?? NaN, curve.y[next] ?? null];
    if (to === at || value === null) return to === at ? value : null;
    const [from, before] = [curve.x[next - 1] ?? NaN, curve.y[next - 1] ?? null];
    if (before === null || !(at > from && at < to)) return null;
    return before + ((value - before) * (at - from)) / (to - from);
  });
}

function drawBeneath(plot: UPlot, curves: readonly Curve[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = paintColour("muted");
  ctx.globalAlpha = Math.max(0.06, Math.min(0.4, 12 / Math.max(1, curves.length)));
  ctx.lineWidth = devicePixelRatio;
  for (const { x, y } of curves) {
    ctx.beginPath();
    let drawing = false;
    for (let point = 0; point < x.length; point++) {
      const value = y[point] ?? null;
      if (value === null) {
        drawing = false;
        continue;
      }
      const [left, top] = [
        plot.valToPos(x[point] ?? 0, "x", true),
        plot.valToPos(value, "y", true),
      ];
      if (drawing) ctx.lineTo(left, top);
      else ctx.moveTo(left, top);
      drawing = true;
    }
    ctx.stroke();
  }
  ctx.restore();
}
