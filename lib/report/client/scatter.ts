// The map of all runs as dots, a column on each axis, with the Pareto front where both have a good
// end. Dots are drawn on a canvas, so that a hundred thousand are a moment's work; axes, front and
// ticked runs are SVG over it. The nearest dot answers pointer and keys.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { cellText, type Column, columnLabel, nameOf, type Table } from "./columns.ts";
import { frontOf } from "./front.ts";
import { hideTip, paintColour, showTip } from "./page.ts";
import { changed, type Runs, toggle } from "./runs.ts";
import { scaleOf } from "./scatter_scale.ts";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 440;
/** More dots are drawn by how many there are in a place. */
const MOST_CIRCLES = 5_000;

interface Dots {
  readonly runs: Runs;
  readonly columns: readonly [Column, Column];
  readonly width: number;
  /** Runs with a place, and where: two numbers each. */
  readonly placed: readonly number[];
  readonly at: Float32Array;
  readonly near: SVGElement;
}

/** Sets the map up and keeps it in step; returns how to draw it again, null where it has no axes. */
export function wireScatter(
  runs: Runs,
  offered: readonly Column[],
): ((paperWidth?: number) => void) | null {
  const panel = document.getElementById("dots");
  const place = panel?.querySelector<HTMLElement>(".scatter") ?? null;
  if (panel === null || place === null || runs.axes === null) return null;
  let axes = runs.axes;
  for (const axis of ["x", "y"] as const) {
    const select = panel.querySelector<HTMLSelectElement>(`[data-axis="${axis}"]`);
    if (select === null) continue;
    fillSelect(select, runs.table, offered, axes[axis]);
    select.addEventListener("change", () => {
      runs.axes = axes = { ...axes, [axis]: offered[Number(select.value)] ?? axes[axis] };
      runs.onFront = false;
      changed(runs);
    });
  }
  let dots: Dots | null = null;
  const draw = (paperWidth?: number): void => {
    const width = paperWidth ?? place.clientWidth;
    if (width > 0) dots = drawn(runs, axes, place, width);
  };
  runs.listeners.push((what) => {
    if (what === "all") draw();
  });
  wirePointer(place, () => dots);
  return draw;
}

/** The columns that an axis offers. */
export function fillSelect(
  select: HTMLSelectElement,
  table: Table,
  offered: readonly Column[],
  chosen: Column,
): void {
  const options = offered.map((column, index) => {
    const option = document.createElement("option");
    option.value = String(index);
    option.textContent = columnLabel(table, column);
    option.selected = column === chosen;
    return option;
  });
  select.replaceChildren(...options);
}

export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** A text, anchored at a place. */
export function words(text: string, x: number, y: number, anchor: string): SVGElement {
  const made = element("text", { x, y, "text-anchor": anchor });
  made.textContent = text;
  return made;
}

function drawn(
  runs: Runs,
  axes: { readonly x: Column; readonly y: Column },
  place: HTMLElement,
  width: number,
): Dots {
  const { table, order } = runs;
  const [left, right, top, bottom] = [64, width - 16, 26, HEIGHT - 46];
  const x = scaleOf(table, order, axes.x, {
    from: left,
    to: right,
    ticks: Math.max(3, width / 110),
  });
  const y = scaleOf(table, order, axes.y, { from: bottom, to: top, ticks: 7 });
  const picture = element("svg", {
    ...{ viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img" },
    "aria-label": `${columnLabel(table, axes.y)} against ${columnLabel(table, axes.x)}`,
  });
  for (const { at, text } of y.ticks) {
    picture.append(
      element("line", { x1: left, x2: right, y1: at, y2: at, class: "axis" }),
      words(text, left - 6, at + 4, "end"),
    );
  }
  for (const { at, text } of x.ticks) {
    picture.append(
      element("line", { x1: at, x2: at, y1: top, y2: bottom, class: "axis" }),
      words(text, at, bottom + 18, "middle"),
    );
  }
  const titles = [
    words(columnLabel(table, axes.y), 4, 14, "start"),
    words(columnLabel(table, axes.x), right, HEIGHT - 6, "end"),
  ];
  for (const title of titles) title.setAttribute("class", "title");
  const placed: number[] = [];
  const all = new Float32Array(2 * order.length);
  for (let place = 0; place < order.length; place++) {
    const run = order[place] as number;
    const [across, up] = [x.at(run), y.at(run)];
    if (Number.isNaN(across) || Number.isNaN(up)) continue;
    all[2 * placed.length] = across;
    all[2 * placed.length + 1] = up;
    placed.push(run);
  }
  const at = all.subarray(0, 2 * placed.length);
  const front = frontOf(table, order, axes);
  const near = element("circle", { r: 6, class: "near", visibility: "hidden" });
  picture.append(
    ...titles,
    ...frontLine(front, x.at, y.at),
    ...[...runs.selected].flatMap(([run, colour]) => {
      const [across, up] = [x.at(run), y.at(run)];
      if (!order.includes(run) || Number.isNaN(across) || Number.isNaN(up)) return [];
      const circle = element("circle", { cx: across, cy: up, r: 6, class: "chosen" });
      circle.style.setProperty("--own", `var(--c${colour})`);
      return [circle];
    }),
    near,
  );
  if (placed.length === 0) {
    picture.append(words("No run has both.", (left + right) / 2, (top + bottom) / 2, "middle"));
  }
  const said = document.getElementById("front");
  if (said !== null) {
    said.textContent = front.length === 0 ? "" : `${front.length} on the Pareto front (line)`;
  }
  place.replaceChildren(canvasOf(width, at), picture);
  return {
    ...{ runs, width, placed, at, near },
    columns: [axes.x, axes.y],
  };
}

/** Steps through the runs that no other beats on both axes. */
function frontLine(
  front: readonly number[],
  x: (run: number) => number,
  y: (run: number) => number,
): SVGElement[] {
  if (front.length < 2) return [];
  const points = front.map((run, index) => {
    const corner = index === 0 ? "" : `${x(run)},${y(front[index - 1] ?? run)} `;
    return `${corner}${x(run)},${y(run)}`;
  });
  return [element("polyline", { points: points.join(" "), class: "front" })];
}

/** A canvas of that many CSS pixels, as sharp as the screen; what it shows is told elsewhere in words. */
export function blankCanvas(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  canvas.setAttribute("aria-hidden", "true");
  return canvas;
}

function canvasOf(width: number, at: Float32Array): HTMLCanvasElement {
  const canvas = blankCanvas(width, HEIGHT);
  const context = canvas.getContext("2d");
  if (context === null) return canvas;
  const ratio = devicePixelRatio;
  const count = at.length / 2;
  context.fillStyle = paintColour("muted");
  if (count > MOST_CIRCLES) {
    drawDensity(context, at, ratio);
    return canvas;
  }
  context.scale(ratio, ratio);
  context.globalAlpha = Math.max(0.2, Math.min(0.5, 300 / count));
  for (let dot = 0; dot < count; dot++) {
    context.beginPath();
    context.arc(at[2 * dot] as number, at[2 * dot + 1] as number, 3.5, 0, 7);
    context.fill();
  }
  return canvas;
}

/** Very many dots as how many there are: each adds a little to the square that it is in. */
function drawDensity(
  context: CanvasRenderingContext2D,
  at: Float32Array,
  ratio: number,
): void {
  const size = Math.max(1, Math.round(2 * ratio));
  const { width, height } = context.canvas;
  const across = Math.ceil(width / size);
  const counts = new Uint32Array(across * Math.ceil(height / size));
  for (let dot = 0; dot < at.length; dot += 2) {
    const square = Math.floor((at[dot + 1] as number) * ratio / size) * across +
      Math.floor((at[dot] as number) * ratio / size);
    counts[square] = (counts[square] ?? 0) + 1;
  }
  counts.forEach((count, square) => {
    if (count === 0) return;
    context.globalAlpha = 1 - 0.75 ** count;
    context.fillRect(square % across * size, Math.floor(square / across) * size, size, size);
  });
}

/** Hover and arrow keys name a dot, click and Enter tick its run. */
function wirePointer(place: HTMLElement, dots: () => Dots | null): void {
  let near = -1;
  const show = (): void => {
    const now = dots();
    if (now === null) return;
    const run = now.placed[near];
    if (run === undefined) {
      now.near.setAttribute("visibility", "hidden");
      return hideTip();
    }
    const { table } = now.runs;
    const [left = 0, top = 0] = now.at.subarray(2 * near, 2 * near + 2);
    now.near.setAttribute("cx", String(left));
    now.near.setAttribute("cy", String(top));
    now.near.setAttribute("visibility", "visible");
    const values = now.columns.map((column) =>
      `${columnLabel(table, column)}: ${cellText(table, run, column)}`
    );
    const text = [nameOf(table, run), ...values].join("\n");
    const box = place.getBoundingClientRect();
    const scale = box.width / now.width;
    const height = box.top + top * scale;
    showTip(text, { left: box.left + left * scale + 10, top: height, bottom: height });
    place.setAttribute("aria-description", text);
  };
  const tick = (): void => {
    const now = dots();
    const run = now?.placed[near];
    if (now === null || run === undefined) return;
    hideTip();
    toggle(now.runs, run);
    changed(now.runs);
  };
  place.addEventListener("pointermove", (event) => {
    const now = dots();
    if (now === null) return;
    const box = place.getBoundingClientRect();
    const scale = now.width / box.width;
    near = nearest(now.at, (event.clientX - box.left) * scale, (event.clientY - box.top) * scale);
    show();
  });
  place.addEventListener("pointerleave", () => {
    near = -1;
    show();
  });
  place.addEventListener("click", tick);
  place.addEventListener("keydown", (event) => {
    const now = dots();
    if (now === null || now.placed.length === 0) return;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" || event.key === " ") tick();
    else if (step !== undefined) {
      // In the order of the leaderboard: the best first.
      near = near < 0 ? 0 : (near + step + now.placed.length) % now.placed.length;
      show();
    } else return;
    event.preventDefault();
  });
  place.addEventListener("blur", hideTip);
}

/** The dot within 24 pixels that is nearest, or −1. */
function nearest(at: Float32Array, x: number, y: number): number {
  let [near, least] = [-1, 24 ** 2];
  for (let dot = 0; dot < at.length / 2; dot++) {
    const distance = ((at[2 * dot] as number) - x) ** 2 + ((at[2 * dot + 1] as number) - y) ** 2;
    if (distance <= least) [near, least] = [dot, distance];
  }
  return near;
}
