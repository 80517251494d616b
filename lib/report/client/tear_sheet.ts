// The tear sheet in the browser: draws its charts, keeps their zoom together, and redraws them when
// the colours, the width or the chosen view change, and for paper.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { cumulated, type EmbeddedChart, type EmbeddedTearSheet } from "../embedded.ts";
import type { UPlot } from "../uplot.ts";
import { pageData, wireTheme, wireTips } from "./page.ts";
import { drawTimeChart, RANGES } from "./time_chart.ts";

interface Place {
  readonly host: HTMLElement;
  readonly chart: EmbeddedChart;
  readonly x: readonly number[];
  view: number;
  logarithmic: boolean;
  plot: UPlot | null;
}

const PAPER_WIDTH = 680;
const data = pageData<EmbeddedTearSheet>();
const places: Place[] = data.charts.flatMap((chart) => {
  const host = document.getElementById(`plot-${chart.id}`);
  const x = cumulated(chart.x);
  return host === null ? [] : [{ host, chart, x, view: -1, logarithmic: false, plot: null }];
});
const whole = wholeRange();
let range = whole;
let paper = false;

/** From the first to the last value of any chart; a single point gets some room. */
function wholeRange(): { min: number; max: number } {
  const min = Math.min(...places.map(({ x }) => x[0] ?? Infinity));
  const max = Math.max(...places.map(({ x }) => x.at(-1) ?? -Infinity));
  if (!(min <= max)) return { min: 0, max: 1 };
  const room = data.dated ? 43_200_000 : 0.5;
  return min === max ? { min: min - room, max: max + room } : { min, max };
}

function draw(place: Place): void {
  place.plot?.destroy();
  const { host, chart, x, logarithmic } = place;
  const lines = chart.views[place.view]?.lines ?? chart.lines;
  const width = paper ? PAPER_WIDTH : host.clientWidth;
  const plot = drawTimeChart(host, chart, x, lines, {
    dated: data.dated,
    logarithmic,
    width,
    range,
  });
  plot.hooks.setScale = [(self, key) => {
    if (key === "x") follow(self);
  }];
  plot.over.addEventListener("dblclick", () => setRange(whole));
  place.plot = plot;
}

function drawAll(): void {
  for (const place of places) draw(place);
}

/** One chart was zoomed: the others take its range. */
function follow(source: UPlot): void {
  const { min, max } = source.scales["x"] ?? {};
  if (min === undefined || max === undefined || min === null || max === null) return;
  if (min === range.min && max === range.max) return;
  setRange({ min, max });
}

function setRange(next: { min: number; max: number }): void {
  range = next;
  for (const { plot } of places) {
    const now = plot?.scales["x"];
    if (now?.min !== next.min || now?.max !== next.max) plot?.setScale("x", next);
  }
  for (const button of document.querySelectorAll<HTMLElement>("#ranges button")) {
    const pressed = Number(button.dataset["from"]) === next.min && next.max === whole.max;
    button.setAttribute("aria-pressed", String(pressed));
  }
}

function wireRanges(): void {
  const bar = document.getElementById("ranges");
  if (bar === null || places.length === 0) return;
  const add = (label: string, min: number): void => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.dataset["from"] = String(min);
    button.setAttribute("aria-pressed", String(min === whole.min));
    button.addEventListener("click", () => setRange({ min, max: whole.max }));
    bar.append(button);
  };
  if (data.dated) {
    for (const [label, length] of RANGES) {
      if (length < whole.max - whole.min) add(label, whole.max - length);
    }
  }
  add("All", whole.min);
  bar.hidden = false;
}

/** The buttons over a chart: which view, and whether its growth is on a logarithmic scale. */
function wireChoices(place: Place): void {
  const buttons = document.querySelectorAll<HTMLElement>(`[data-chart="${place.chart.id}"]`);
  const show = (): void => {
    for (const button of buttons) {
      const { view, scale } = button.dataset;
      const on = view === undefined
        ? (scale === "log") === place.logarithmic
        : Number(view) === place.view;
      button.setAttribute("aria-pressed", String(on));
    }
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const { view, scale } = button.dataset;
      if (view !== undefined) place.view = Number(view);
      else place.logarithmic = scale === "log";
      draw(place);
      show();
    });
  }
}

/** Arrow keys move the cursor along the points; Home, End and Escape do as they say. */
function wireKeys(place: Place): void {
  place.host.addEventListener("keydown", (event) => {
    const { plot, x } = place;
    if (plot === null) return;
    const last = x.length - 1;
    const stride = event.shiftKey ? Math.max(1, Math.round(last / 20)) : 1;
    const now = plot.cursor.idx ?? 0;
    const next =
      { ArrowLeft: now - stride, ArrowRight: now + stride, Home: 0, End: last }[event.key];
    if (event.key === "Escape") setRange(whole);
    if (next === undefined) return;
    event.preventDefault();
    const at = x[Math.min(last, Math.max(0, next))] ?? 0;
    plot.setCursor({ left: plot.valToPos(at, "x"), top: plot.over.clientHeight / 2 });
  });
}

function wirePaper(): void {
  const print = (on: boolean): void => {
    paper = on;
    const root = document.documentElement;
    if (on) root.dataset["paper"] = "";
    else delete root.dataset["paper"];
    drawAll();
  };
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
}

function wireWidth(): void {
  let width = document.documentElement.clientWidth;
  addEventListener("resize", () => {
    if (paper || document.documentElement.clientWidth === width) return;
    width = document.documentElement.clientWidth;
    for (const { host, plot, chart } of places) {
      plot?.setSize({ width: host.clientWidth, height: chart.height });
    }
  });
}

drawAll();
wireTheme(drawAll);
wireTips();
wireRanges();
for (const place of places) {
  wireChoices(place);
  wireKeys(place);
}
wirePaper();
wireWidth();
