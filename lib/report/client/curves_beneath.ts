// The grey curves under the ticked ones: how far they reach within a range, how they are drawn, and
// which one is nearest to the pointer.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import type { UPlot } from "../uplot.ts";
import type { Interval } from "./curve_data.ts";
import { type Curve, valueAt } from "./growth.ts";
import { paintColour } from "./page.ts";

/** A run's curve, divided by what it is worth where the range begins. */
export interface Rebased {
  readonly run: number;
  readonly curve: Curve;
  readonly base: number;
}

/** Lowest and highest factor of all curves within a range; none where there is no point. */
export function extent(curves: readonly Rebased[], { min, max }: Interval): number[] {
  let [low, high] = [Infinity, -Infinity];
  for (const { curve: { x, y }, base } of curves) {
    for (let point = 0; point < x.length; point++) {
      const at = x[point] as number;
      const value = y[point] ?? null;
      if (value === null || at < min || at > max) continue;
      low = Math.min(low, value / base);
      high = Math.max(high, value / base);
    }
  }
  return low <= high ? [low, high] : [];
}

/** Draws all of them, the one under the pointer on top. */
export function drawBeneath(
  plot: UPlot,
  curves: readonly Rebased[],
  { near, unit, range }: {
    readonly near: number;
    readonly unit: (factor: number) => number;
    readonly range: Interval;
  },
): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = paintColour("muted");
  ctx.globalAlpha = Math.max(0.06, Math.min(0.4, 12 / Math.max(1, curves.length)));
  ctx.lineWidth = devicePixelRatio;
  for (const curve of curves) drawLine(plot, curve, unit, range);
  const lit = curves.find(({ run }) => run === near);
  if (lit !== undefined) {
    ctx.strokeStyle = paintColour("text");
    ctx.globalAlpha = 1;
    ctx.lineWidth = 2 * devicePixelRatio;
    drawLine(plot, lit, unit, range);
  }
  ctx.restore();
}

function drawLine(
  plot: UPlot,
  { curve: { x, y }, base }: Rebased,
  unit: (factor: number) => number,
  { min, max }: Interval,
): void {
  const { ctx } = plot;
  ctx.beginPath();
  let drawing = false;
  for (let point = 0; point < x.length; point++) {
    const value = y[point] ?? null;
    // One point beyond each end, so that lines reach the edge.
    const isOut = (x[point + 1] ?? Infinity) < min || (x[point - 1] ?? -Infinity) > max;
    const factor = value === null ? NaN : unit(value / base);
    if (isOut || !Number.isFinite(factor)) {
      drawing = false;
      continue;
    }
    const left = plot.valToPos(x[point] as number, "x", true);
    const top = plot.valToPos(factor, "y", true);
    if (drawing) ctx.lineTo(left, top);
    else ctx.moveTo(left, top);
    drawing = true;
  }
  ctx.stroke();
}

/** How near the pointer must be, in pixels. */
const REACH = 10;

/** The curve nearest to the pointer, and its factor there; null where none is near. */
export function nearestCurve(
  plot: UPlot,
  curves: readonly Rebased[],
  { at, top, unit }: {
    readonly at: number;
    readonly top: number;
    readonly unit: (factor: number) => number;
  },
): { readonly run: number; readonly value: number } | null {
  let [found, least]: [{ run: number; value: number } | null, number] = [null, REACH];
  for (const { run, curve, base } of curves) {
    const value = valueAt(curve, at);
    if (value === null) continue;
    const distance = Math.abs(plot.valToPos(unit(value / base), "y") - top);
    if (distance <= least) [found, least] = [{ run, value: value / base }, distance];
  }
  return found;
}
