// What is drawn on a chart's canvas besides its lines: shaded stretches with their names, level lines,
// and the lines' last values at their ends.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { Band, Line } from "../model.ts";
import type { UPlot } from "../uplot.ts";
import { paintColour } from "./page.ts";

const FONT = "11px system-ui, sans-serif";
/** A narrower band has no room for its name, in CSS pixels. */
const NAMED_FROM = 9;
/** Between the baselines of two lines of text, in CSS pixels. */
const LEADING = 13;

/** Shaded stretches, below the lines. */
export function drawBands(plot: UPlot, bands: readonly Band[]): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = scaled(FONT, ratio);
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  for (const { from, to, label } of bands) {
    const left = plot.valToPos(from, "x", true);
    const right = plot.valToPos(to, "x", true);
    ctx.fillStyle = paintColour(label === "lost" ? "rule" : "band");
    ctx.fillRect(left, bbox.top, Math.max(1, right - left), bbox.height);
    const [seenLeft, seenRight] = [
      Math.max(left, bbox.left),
      Math.min(right, bbox.left + bbox.width),
    ];
    if (seenRight - seenLeft < NAMED_FROM * ratio) continue;
    ctx.fillStyle = paintColour("quiet");
    ctx.fillText(label, (seenLeft + seenRight) / 2, bbox.top + LEADING * ratio);
  }
  ctx.restore();
}

/** A horizontal line, where it is in sight. */
export function drawAcross(
  plot: UPlot,
  value: number,
  colour: string,
  dash: readonly number[],
): void {
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

/** The last value in view of each line, beside its end and not over another's. */
export function drawEnds(
  plot: UPlot,
  lines: readonly Pick<Line, "paint">[],
  textOf: (value: number) => string,
): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const ends = lines.flatMap(({ paint }, index) => {
    const value = lastInView(plot, index + 1);
    return value === null || plot.series[index + 1]?.show === false
      ? []
      : [{ paint, value, y: plot.valToPos(value, "y", true) }];
  }).sort((one, other) => one.y - other.y);
  ctx.save();
  ctx.font = scaled(FONT, ratio);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  let free = -Infinity;
  for (const { paint, value, y } of ends) {
    const at = Math.max(y, free);
    free = at + LEADING * ratio;
    ctx.fillStyle = paintColour(paint);
    ctx.fillText(textOf(value), bbox.left + bbox.width + 5 * ratio, at);
  }
  ctx.restore();
}

function lastInView(plot: UPlot, series: number): number | null {
  const values = plot.data[series] ?? [];
  const { max } = plot.scales["x"] ?? {};
  const last = max === undefined || max === null ? values.length - 1 : plot.valToIdx(max);
  return values[Math.min(last, values.length - 1)] ?? null;
}

function scaled(font: string, ratio: number): string {
  return font.replace(/^\d+/, (size) => String(Number(size) * ratio));
}
