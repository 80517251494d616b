// One run against another as dots: a metric or param across, a metric up. Dots are SVG, so that a
// thousand are crisp and the style sheet colours them; the nearest one answers hover and click.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { formatTick, niceStep } from "../numbers.ts";
import { hideTip, showTip } from "./page.ts";
import {
  cellText,
  changed,
  COLOURS,
  type Column,
  columnLabel,
  numberOf,
  type Runs,
  toggle,
} from "./runs.ts";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [560, 360, 64, 548, 12, 322];

interface Dot {
  readonly index: number;
  readonly x: number;
  readonly y: number;
}

/** Sets a scatter up: which columns its axes offer, and which they start with. */
export function wireScatter(
  runs: Runs,
  id: string,
  offered: { readonly x: readonly Column[]; readonly y: readonly Column[] },
  first: { readonly x: number; readonly y: number },
): void {
  const figure = document.getElementById(`scatter-${id}`);
  const place = figure?.querySelector<HTMLElement>(".scatter") ?? null;
  if (figure === null || place === null) return;
  if (offered.x.length === 0 || offered.y.length === 0) {
    figure.querySelector<HTMLElement>(".choices")?.remove();
    place.textContent = id === "params" ? "No parameter differs between the runs." : "No metrics.";
    return;
  }
  const chosen = { x: offered.x[first.x] ?? offered.x[0], y: offered.y[first.y] ?? offered.y[0] };
  const draw = (): void => {
    if (chosen.x !== undefined && chosen.y !== undefined) {
      place.replaceChildren(drawn(runs, chosen.x, chosen.y));
    }
  };
  for (const axis of ["x", "y"] as const) {
    const select = figure.querySelector<HTMLSelectElement>(`[data-axis="${axis}"]`);
    offered[axis].forEach((column, index) => {
      const option = document.createElement("option");
      option.value = String(index);
      option.textContent = columnLabel(runs.data, column);
      option.selected = column === chosen[axis];
      select?.append(option);
    });
    select?.addEventListener("change", () => {
      chosen[axis] = offered[axis][Number(select.value)];
      draw();
    });
  }
  runs.listeners.push(draw);
}

interface Scale {
  readonly at: (run: number) => number;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

/** A number axis, or a place for each text where a param's values are not all numbers. */
function scaleOf(runs: Runs, column: Column, from: number, to: number): Scale {
  const { data, order } = runs;
  const numbers = data.runs.map((run) => numberOf(run, column));
  const texts = data.runs.map((run) =>
    column.kind === "param" ? run.params[column.index] ?? "" : ""
  );
  if (
    column.kind === "param" && order.some((run) => Number.isNaN(numbers[run]) && texts[run] !== "")
  ) {
    const names = [...new Set(order.map((run) => texts[run] ?? ""))].filter((text) => text !== "")
      .sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
    const placeOf = new Map(
      names.map((name, index) => [name, from + ((index + 0.5) / names.length) * (to - from)]),
    );
    const every = Math.ceil(names.length / 8);
    const shown = names.filter((_, index) => index % every === 0);
    return {
      at: (run) => placeOf.get(texts[run] ?? "") ?? NaN,
      ticks: shown.map((name) => ({
        at: placeOf.get(name) ?? NaN,
        text: name.length > 10 ? `${name.slice(0, 9)}…` : name,
      })),
    };
  }
  const values = order.map((run) => numbers[run] ?? NaN).filter(Number.isFinite);
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const room = (high - low) * 0.05 || Math.abs(high) * 0.1 || 1;
  const [least, most] = values.length === 0 ? [0, 1] : [low - room, high + room];
  const at = (value: number): number => from + ((value - least) / (most - least)) * (to - from);
  const unit = column.kind === "metric" ? data.metrics[column.index]?.unit ?? "ratio" : "ratio";
  const step = niceStep((most - least) / 5);
  const count = Math.floor(most / step) - Math.ceil(least / step) + 1;
  return {
    at: (run) => at(numbers[run] ?? NaN),
    ticks: Array.from({ length: Math.max(0, count) }, (_, index) => {
      const value = (Math.ceil(least / step) + index) * step;
      return { at: at(value), text: formatTick(value, step, unit) };
    }),
  };
}

function element(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function words(text: string, x: number, y: number, anchor: string): SVGElement {
  const made = element("text", { x, y, "text-anchor": anchor });
  made.textContent = text;
  return made;
}

function drawn(runs: Runs, across: Column, up: Column): SVGElement {
  const { data } = runs;
  const [x, y] = [scaleOf(runs, across, LEFT, RIGHT), scaleOf(runs, up, BOTTOM, TOP)];
  const label = `${columnLabel(data, up)} against ${columnLabel(data, across)}`;
  const picture = element("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "img",
    "aria-label": label,
  });
  for (const { at, text } of y.ticks) {
    picture.append(
      element("line", { x1: LEFT, x2: RIGHT, y1: at, y2: at, class: "axis" }),
      words(text, LEFT - 6, at + 4, "end"),
    );
  }
  for (const { at, text } of x.ticks) {
    picture.append(
      element("line", { x1: at, x2: at, y1: TOP, y2: BOTTOM, class: "axis" }),
      words(text, at, BOTTOM + 18, "middle"),
    );
  }
  const dots = runs.order.map((index): Dot => ({ index, x: x.at(index), y: y.at(index) }))
    .filter((dot) => Number.isFinite(dot.x) && Number.isFinite(dot.y));
  // Selected ones last, so that they lie on top.
  dots.sort((one, other) =>
    Number(runs.selected.has(one.index)) - Number(runs.selected.has(other.index))
  );
  const circles = new Map<number, SVGElement>();
  for (const dot of dots) {
    const place = runs.selected.get(dot.index);
    const circle = element("circle", {
      cx: dot.x.toFixed(1),
      cy: dot.y.toFixed(1),
      r: place === undefined ? 3.5 : 5.5,
    });
    if (place !== undefined) {
      circle.classList.add("chosen");
      circle.style.setProperty("--own", `var(--c${place % COLOURS})`);
    }
    circles.set(dot.index, circle);
    picture.append(circle);
  }
  if (dots.length === 0) {
    picture.append(words("No run has both.", (LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2, "middle"));
  }
  wirePointer(runs, picture, dots, circles, [across, up]);
  return picture;
}

function wirePointer(
  runs: Runs,
  picture: SVGElement,
  dots: readonly Dot[],
  circles: ReadonlyMap<number, SVGElement>,
  columns: readonly Column[],
): void {
  const { data } = runs;
  let near: Dot | undefined;
  picture.addEventListener("pointermove", (event) => {
    const box = picture.getBoundingClientRect();
    const scale = WIDTH / box.width;
    const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    if (near !== undefined) circles.get(near.index)?.classList.remove("near");
    near = undefined;
    let least = 24 ** 2;
    for (const dot of dots) {
      const distance = (dot.x - x) ** 2 + (dot.y - y) ** 2;
      if (distance <= least) [near, least] = [dot, distance];
    }
    const run = near === undefined ? undefined : data.runs[near.index];
    if (near === undefined || run === undefined) return hideTip();
    circles.get(near.index)?.classList.add("near");
    const values = columns.map((column) =>
      `${columnLabel(data, column)}: ${cellText(data, run, column)}`
    );
    const top = box.top + near.y / scale;
    showTip([run.name, ...values].join("\n"), {
      left: box.left + near.x / scale + 10,
      top,
      bottom: top,
    });
  });
  picture.addEventListener("pointerleave", hideTip);
  picture.addEventListener("click", () => {
    if (near === undefined) return;
    hideTip();
    toggle(runs, near.index);
    changed(runs);
  });
}
