// What the reader can lay behind and on the equity curve: the fan of resamples, and the rows in which trades
// were opened and closed.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import type { ChartFan, ChartTicks } from "../model.ts";
import type { UPlot } from "../uplot.ts";
import { paintColour } from "./page.ts";

/** Of a tick, in CSS pixels. */
const TICK = 9;

/** From a growth factor to what the chart's axis shows. */
type Shown = (factor: number) => number;

/** The values of a fan that the axis must hold; a logarithm has none of 0. */
export function fanReach({ low, high }: ChartFan, shown: Shown, least: number): number[] {
  return [...low, ...high].map(shown).filter((value) => value > least);
}

/** Shades where most resamples lie. */
export function drawFan(plot: UPlot, { x, low, high }: ChartFan, shown: Shown): void {
  clipped(plot, (ctx) => {
    ctx.beginPath();
    const to = (at: number, factor: number): void =>
      ctx.lineTo(plot.valToPos(at, "x", true), plot.valToPos(shown(factor), "y", true));
    x.forEach((at, index) => to(at, high[index] ?? NaN));
    for (let index = x.length - 1; index >= 0; index--) to(x[index] ?? NaN, low[index] ?? NaN);
    ctx.globalAlpha = 0.16;
    ctx.fillStyle = paintColour("strategy");
    ctx.fill();
  });
}

/** Ticks on the first line: entries stand on it, exits hang from it in the colour of what came of them. */
export function drawTicks(plot: UPlot, { entries, won, lost }: ChartTicks): void {
  if (plot.series[1]?.show === false) return;
  clipped(plot, (ctx) => {
    ctx.lineWidth = 1.4 * devicePixelRatio;
    for (
      const [times, paint, length] of [
        [entries, "text", -TICK],
        [won, "gain", TICK],
        [lost, "loss", TICK],
      ] as const
    ) {
      ctx.beginPath();
      for (const at of times) {
        const value = plot.data[1]?.[plot.valToIdx(at)] ?? null;
        if (value === null) continue;
        const [left, top] = [plot.valToPos(at, "x", true), plot.valToPos(value, "y", true)];
        ctx.moveTo(left, top);
        ctx.lineTo(left, top + length * devicePixelRatio);
      }
      ctx.strokeStyle = paintColour(paint);
      ctx.stroke();
    }
  });
}

function clipped(plot: UPlot, draw: (ctx: CanvasRenderingContext2D) => void): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw(ctx);
  ctx.restore();
}
