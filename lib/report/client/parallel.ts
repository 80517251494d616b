// The map as an axis for each param and some metrics, a run a line across them, the best tenth in colour:
// which settings the good ones have in common. A stretch dragged along an axis is the same filter as the
// sliders beside set.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { type Column, columnLabel, type Table } from "./columns.ts";
import { MOST_TEXTS } from "./filters.ts";
import { paintColour } from "./page.ts";
import { type Axis, axisOf, BOTTOM, HEIGHT, SIDE, TOP } from "./parallel_axis.ts";
import type { Runs } from "./runs.ts";
import { blankCanvas, element, fillSelect } from "./scatter.ts";
import { scaleOf } from "./scatter_scale.ts";

/** Between axes, so that their numbers can be read. */
const LEAST_GAP = 84;
/** More lines are a block of colour: the first of the order are drawn. */
const MOST_LINES = 3_000;
const METRICS = 3;

/** Sets the lines up over some columns; returns how to draw them, null where there are too few axes. */
export function wireParallel(
  runs: Runs,
  metrics: readonly Column[],
): ((paperWidth?: number) => void) | null {
  const panel = document.getElementById("lines");
  const place = panel?.querySelector<HTMLElement>(".scatter") ?? null;
  const params = paramsOf(runs.table);
  if (panel === null || place === null || params.length === 0 || metrics.length === 0) return null;
  const chosen = metrics.slice(0, METRICS);
  const draw = (paperWidth?: number): void => {
    const width = paperWidth ?? place.clientWidth;
    if (!panel.hidden && width > 0) drawn(runs, { params, metrics: chosen }, place, width);
  };
  panel.querySelectorAll("select").forEach((select, index) => {
    const first = chosen[index];
    if (first === undefined) return select.remove();
    fillSelect(select, runs.table, metrics, first);
    select.addEventListener("change", () => {
      chosen[index] = metrics[Number(select.value)] ?? first;
      draw();
    });
  });
  runs.listeners.push(() => draw());
  return draw;
}

/** Params that a slider or a few ticks filter too. */
function paramsOf(table: Table): readonly Column[] {
  return table.data.params.flatMap((_, index) => {
    const { isNumeric, texts } = table.setting(index);
    return isNumeric || texts.length <= MOST_TEXTS ? [{ kind: "param", index } as const] : [];
  });
}

function drawn(
  runs: Runs,
  { params, metrics }: { readonly params: readonly Column[]; readonly metrics: readonly Column[] },
  place: HTMLElement,
  width: number,
): void {
  const { table } = runs;
  const room = Math.max(2, Math.floor((width - 2 * SIDE) / LEAST_GAP) + 1);
  const shown = [...new Set(metrics)].slice(0, room - 1);
  const columns = [...params.slice(0, room - shown.length), ...shown];
  // Axes stay as they are whatever is filtered, else there were no way back.
  const all = baseOf(runs);
  const axes = columns.map((column, index): Axis => ({
    column,
    left: SIDE + (width - 2 * SIDE) * index / (columns.length - 1),
    scale: scaleOf(table, all, column, { from: BOTTOM, to: TOP, ticks: 6 }),
  }));
  const picture = element("svg", {
    ...{ viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img" },
    "aria-label": `A line a run across ${
      columns.map((column) => columnLabel(table, column)).join(", ")
    }`,
  });
  picture.append(...axes.flatMap((axis, place) => axisOf(runs, axis, { place, of: axes.length })));
  place.replaceChildren(linesOf(runs, axes, width), picture);
  const said = document.getElementById("lines-note");
  if (said === null) return;
  const left = params.length + shown.length - columns.length;
  said.textContent = [
    runs.order.length > MOST_LINES ? `The first ${MOST_LINES} in the leaderboard's order.` : "",
    left === 0 ? "" : `No room for ${left} more ${left === 1 ? "parameter" : "parameters"}.`,
  ].join(" ").trim();
}

/** All runs, without those that never traded where they are hidden. */
function baseOf({ table: { data }, hidesIdle }: Runs): Uint32Array {
  const idle = new Set(hidesIdle ? data.idle : []);
  return Uint32Array.from({ length: data.count }, (_, run) => run).filter((run) => !idle.has(run));
}

function linesOf(runs: Runs, axes: readonly Axis[], width: number): HTMLCanvasElement {
  const canvas = blankCanvas(width, HEIGHT);
  const context = canvas.getContext("2d");
  if (context === null) return canvas;
  context.scale(devicePixelRatio, devicePixelRatio);
  const draw = (run: number, colour: string, opacity: number, thickness: number): void => {
    context.strokeStyle = colour;
    context.globalAlpha = opacity;
    context.lineWidth = thickness;
    context.beginPath();
    let drawing = false;
    for (const { left, scale } of axes) {
      const top = scale.at(run);
      if (Number.isNaN(top)) drawing = false;
      else if (drawing) context.lineTo(left, top);
      else {
        context.moveTo(left, top);
        drawing = true;
      }
    }
    context.stroke();
  };
  const lines = runs.order.subarray(0, MOST_LINES);
  const best = Math.ceil(lines.length / 10);
  const [quiet, loud] = [paintColour("muted"), paintColour("strategy")];
  const opacity = Math.max(0.06, Math.min(0.5, 60 / Math.max(1, lines.length)));
  for (const run of lines.subarray(best)) draw(run, quiet, opacity, 1);
  for (const run of lines.subarray(0, best)) draw(run, loud, Math.min(0.8, 5 * opacity), 1);
  for (const [run, colour] of runs.selected) {
    if (runs.order.includes(run)) draw(run, paintColour(`c${colour}`), 1, 2);
  }
  return canvas;
}
