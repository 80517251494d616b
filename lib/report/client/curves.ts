// Equity curves laid over each other, and the drawdowns below: ticked runs are lines of uPlot, the
// others grey, drawn straight to the canvas, as aligning a thousand runs' times would multiply their
// points. A zoom draws anew: all curves begin at nothing where the range does, on an axis of their own.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { EmbeddedChart } from "../embedded.ts";
import type { Line } from "../model.ts";
import type { UPlot } from "../uplot.ts";
import type { Interval } from "./curve_data.ts";
import { drawBeneath, extent } from "./curves_beneath.ts";
import { chosen, type Drawing, rebased } from "./curves_drawing.ts";
import { wireKeys, wirePointer } from "./curves_input.ts";
import { soon } from "./filters.ts";
import { type Curve, fallsOf, mergedX, valueAt } from "./growth.ts";
import type { Runs } from "./runs.ts";
import { drawTimeChart, RANGES } from "./time_chart.ts";

/** Draws the curves and keeps them in step; returns how to draw them again, for paper too. */
export function wireCurves(runs: Runs): (paperWidth?: number) => void {
  const host = document.getElementById("curves");
  const falls = document.getElementById("falls");
  if (host === null || falls === null) return () => {};
  const { byRun: curves, benchmark, whole } = runs.table.curves;
  const drawing: Drawing = {
    ...{ runs, curves, benchmark, whole, range: whole, plots: [], beneath: [], near: -1 },
    logarithmic: false,
  };
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
    const hint = document.getElementById("grey-hint");
    if (hint !== null) hint.hidden = drawing.beneath.length === 0;
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

function chartOf(id: string, growth: boolean, height: number): EmbeddedChart {
  return {
    ...{ id, title: "", unit: "fraction", growth, height, x: [], lines: [], views: [] },
    ...{ bands: [], levels: [] },
  };
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
