// Equity curves laid over each other, and the drawdowns below: ticked runs are lines of uPlot, the
// others grey, drawn straight to the canvas, as aligning a thousand runs' times would multiply their
// points. A zoom draws anew: all curves begin at nothing where the range does, on an axis of their own.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { cumulated, type EmbeddedChart } from "../embedded.ts";
import { formatDate, formatFigure } from "../numbers.ts";
import type { Line } from "../model.ts";
import type { UPlot } from "../uplot.ts";
import { nameOf } from "./columns.ts";
import { drawBeneath, extent, nearestCurve, type Rebased } from "./curves_beneath.ts";
import { soon } from "./filters.ts";
import { type Curve, fallsOf, mergedX, valueAt } from "./growth.ts";
import { hideTip, showTip } from "./page.ts";
import { changed, type Runs, toggle } from "./runs.ts";
import { drawTimeChart, RANGES } from "./time_chart.ts";

interface Interval {
  readonly min: number;
  readonly max: number;
}

interface Drawing {
  readonly runs: Runs;
  /** By run. */
  readonly curves: ReadonlyMap<number, Curve>;
  readonly benchmark: Curve | null;
  readonly whole: Interval;
  range: Interval;
  logarithmic: boolean;
  plots: UPlot[];
  /** Grey curves as they are drawn now. */
  beneath: readonly Rebased[];
  /** The grey run under the pointer; −1 for none. */
  near: number;
}

/** Draws the curves and keeps them in step; returns how to draw them again, for paper too. */
export function wireCurves(runs: Runs): (paperWidth?: number) => void {
  const host = document.getElementById("curves");
  const falls = document.getElementById("falls");
  if (host === null || falls === null) return () => {};
  const { data } = runs.table;
  const curves = new Map(data.curves.map(({ run, x, y }) => [
    run,
    { x: cumulated(x), y: y.map((value) => value === null ? null : 1 + value) },
  ]));
  const whole = wholeRange([...curves.values()], data.dated);
  const drawing: Drawing = {
    ...{ runs, curves, whole, range: whole, plots: [], beneath: [], near: -1 },
    benchmark: curves.get(-1) ?? null,
    logarithmic: false,
  };
  curves.delete(-1);
  drawing.logarithmic = isSteep(drawing);
  const draw = (paperWidth?: number): void => {
    for (const plot of drawing.plots) plot.destroy();
    const isFalling = chosen(drawing).length > 0;
    for (const one of [falls, falls.previousElementSibling]) {
      one?.toggleAttribute("hidden", !isFalling);
    }
    drawing.plots = [
      drawGrowth(drawing, host, paperWidth ?? host.clientWidth),
      ...(isFalling ? [drawFalls(drawing, falls, paperWidth ?? falls.clientWidth)] : []),
    ];
    const again = soon(() => draw());
    for (const plot of drawing.plots) {
      plot.hooks.setScale = [(self, key) => {
        const { min, max } = self.scales["x"] ?? {};
        const { range } = drawing;
        if (key !== "x" || typeof min !== "number" || typeof max !== "number") return;
        if (min === range.min && max === range.max) return;
        drawing.range = { min, max };
        again();
      }];
      plot.over.addEventListener("dblclick", () => setRange(whole));
    }
    if (drawing.plots[0] !== undefined) wirePointer(drawing, drawing.plots[0]);
    showBars(drawing);
  };
  const setRange = (range: Interval): void => {
    drawing.range = range;
    draw();
  };
  wireBars(drawing, setRange, () => draw());
  wireKeys(drawing, host, () => setRange(whole));
  runs.listeners.push((what) => {
    if (what === "all") draw();
  });
  return draw;
}

function wholeRange(curves: readonly Curve[], dated: boolean): Interval {
  let [min, max] = [Infinity, -Infinity];
  for (const { x } of curves) {
    if (x.length === 0) continue;
    min = Math.min(min, x[0] as number);
    max = Math.max(max, x[x.length - 1] as number);
  }
  const room = dated ? 43_200_000 : 0.5;
  if (min < max) return { min, max };
  return Number.isFinite(min) ? { min: min - room, max: max + room } : { min: 0, max: 1 };
}

/** Where the ticked curves grow more than tenfold, a linear axis shows the last years alone. */
function isSteep({ runs, curves }: Drawing): boolean {
  let [low, high] = [1, 1];
  for (const [run] of runs.selected) {
    for (const value of Array.from(curves.get(run)?.y ?? [])) {
      low = Math.min(low, value ?? 1);
      high = Math.max(high, value ?? 1);
    }
  }
  return low > 0 && high / low > 10;
}

/** A curve that begins at 1 where the range does. */
function rebased(curve: Curve, { range, whole }: Drawing, run: number): Rebased {
  const base = range.min > whole.min ? valueAt(curve, range.min) ?? 1 : 1;
  return { run, curve, base: base > 0 ? base : NaN };
}

function chartOf(id: string, growth: boolean, height: number): EmbeddedChart {
  return {
    ...{ id, title: "", unit: "fraction", growth, height, x: [], lines: [], views: [] },
    ...{ bands: [], levels: [] },
  };
}

/** Ticked runs in the order in which they were ticked, then the benchmark. */
function chosen(drawing: Drawing): readonly (Rebased & Pick<Line, "label" | "paint">)[] {
  const { runs, curves, benchmark } = drawing;
  const { table } = runs;
  const lines = [...runs.selected].flatMap(([run, colour]) => {
    const curve = curves.get(run);
    if (curve === undefined) return [];
    return [{
      ...rebased(curve, drawing, run),
      label: shortened(nameOf(table, run)),
      paint: `c${colour}` as const,
    }];
  });
  if (benchmark === null) return lines;
  const label = shortened(table.data.benchmarkName);
  return [...lines, { ...rebased(benchmark, drawing, -1), label, paint: "benchmark" }];
}

function shortened(name: string): string {
  return name.length > 60 ? `${name.slice(0, 59)}…` : name;
}

function drawGrowth(drawing: Drawing, host: HTMLElement, width: number): UPlot {
  const { runs, curves, range, logarithmic } = drawing;
  const lines = chosen(drawing);
  const x = mergedX(lines.map(({ curve }) => curve.x));
  drawing.beneath = [...runs.order].filter((run) => !runs.selected.has(run)).flatMap((run) => {
    const curve = curves.get(run);
    return curve === undefined ? [] : [rebased(curve, drawing, run)];
  });
  const unit = (factor: number): number => logarithmic ? factor : factor - 1;
  const shown = extent([...lines, ...drawing.beneath], range);
  return drawTimeChart(
    host,
    chartOf("curves", true, 380),
    x,
    lines.map((line): Line => ({
      ...{ label: line.label, paint: line.paint, kind: "line" },
      values: x.map((at) => {
        const value = valueAt(line.curve, at);
        return value === null || at < range.min || at > range.max ? null : value / line.base;
      }),
    })),
    {
      ...{ dated: runs.table.data.dated, logarithmic, width, range },
      reach: shown.filter((value) => !logarithmic || value > 0).map(unit),
      beneath: (plot) => drawBeneath(plot, drawing.beneath, { near: drawing.near, unit, range }),
    },
  );
}

function drawFalls(drawing: Drawing, host: HTMLElement, width: number): UPlot {
  const lines = chosen(drawing);
  const x = mergedX(lines.map(({ curve }) => curve.x));
  return drawTimeChart(
    host,
    chartOf("falls", false, 170),
    x,
    lines.map((line): Line => {
      const { curve } = line;
      const falls: Curve = { x: curve.x, y: fallsOf(curve.y) };
      return {
        ...{ label: line.label, paint: line.paint, kind: "line" },
        values: x.map((at) => valueAt(falls, at)),
      };
    }),
    {
      ...{ dated: drawing.runs.table.data.dated, logarithmic: false, width },
      range: drawing.range,
    },
  );
}

/** The range's buttons and the scale's. */
function wireBars(drawing: Drawing, setRange: (range: Interval) => void, draw: () => void): void {
  const { whole, runs } = drawing;
  const bar = document.getElementById("ranges");
  const add = (label: string, min: number): void => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.dataset["from"] = String(min);
    button.addEventListener("click", () => setRange({ min, max: whole.max }));
    bar?.append(button);
  };
  if (runs.table.data.dated) {
    for (const [label, length] of RANGES) {
      if (length < whole.max - whole.min) add(label, whole.max - length);
    }
  }
  add("All", whole.min);
  for (const button of document.querySelectorAll<HTMLElement>("#scale button")) {
    button.addEventListener("click", () => {
      drawing.logarithmic = button.dataset["scale"] === "log";
      draw();
    });
  }
}

function showBars({ range, whole, logarithmic }: Drawing): void {
  for (const button of document.querySelectorAll<HTMLElement>("#ranges button")) {
    const pressed = Number(button.dataset["from"]) === range.min && range.max === whole.max;
    button.setAttribute("aria-pressed", String(pressed));
  }
  for (const button of document.querySelectorAll<HTMLElement>("#scale button")) {
    button.setAttribute(
      "aria-pressed",
      String((button.dataset["scale"] === "log") === logarithmic),
    );
  }
}

/** The nearest grey curve lights up and is named; a click ticks it. */
function wirePointer(drawing: Drawing, plot: UPlot): void {
  const { runs, logarithmic, range } = drawing;
  const unit = (factor: number): number => logarithmic ? factor : factor - 1;
  let pressed = 0;
  const light = (run: number): void => {
    if (run === drawing.near) return;
    drawing.near = run;
    plot.redraw(false, false);
  };
  plot.over.addEventListener("mousemove", (event) => {
    const at = plot.posToVal(event.offsetX, "x");
    const found = at < range.min || at > range.max
      ? null
      : nearestCurve(plot, drawing.beneath, { at, top: event.offsetY, unit });
    light(found?.run ?? -1);
    if (found === null) return hideTip();
    const gain = formatFigure(found.value - 1, "fraction");
    const place = { left: event.clientX + 12, top: event.clientY, bottom: event.clientY };
    showTip(`${nameOf(runs.table, found.run)}\n${gain}`, place);
  });
  plot.over.addEventListener("mouseleave", () => {
    hideTip();
    light(-1);
  });
  plot.over.addEventListener("mousedown", (event) => pressed = event.clientX);
  plot.over.addEventListener("click", (event) => {
    const run = drawing.near;
    if (run < 0 || Math.abs(event.clientX - pressed) > 4) return;
    drawing.near = -1;
    hideTip();
    toggle(runs, run);
    changed(runs);
  });
}

/** Arrow keys move the cursor of both charts, and what it stands on is said. */
function wireKeys(drawing: Drawing, host: HTMLElement, reset: () => void): void {
  const { dated } = drawing.runs.table.data;
  host.addEventListener("keydown", (event) => {
    const [plot] = drawing.plots;
    const x = plot?.data[0] ?? [];
    if (plot === undefined || x.length === 0) return;
    if (event.key === "Escape") return reset();
    const last = x.length - 1;
    const stride = event.shiftKey ? Math.max(1, Math.round(last / 20)) : 1;
    const now = plot.cursor.idx ?? (event.key === "ArrowLeft" ? last + 1 : -1);
    const next =
      { ArrowLeft: now - stride, ArrowRight: now + stride, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const index = Math.min(last, Math.max(0, next));
    const at = x[index] ?? 0;
    for (const one of drawing.plots) {
      one.setCursor({ left: one.valToPos(at, "x"), top: one.over.clientHeight / 2 });
    }
    const said = document.getElementById("at");
    if (said === null) return;
    const values = chosen(drawing).map(({ label, curve, base }) => {
      const value = valueAt(curve, at);
      return `${label} ${formatFigure(value === null ? NaN : value / base - 1, "fraction")}`;
    });
    said.textContent = `${dated ? formatDate(at) : formatFigure(at, "count")}: ${
      values.join(", ")
    }`;
  });
}
