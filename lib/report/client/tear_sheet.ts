// The tear sheet in the browser: one range of rows is in view, and everything follows it: charts, the
// strip of figures, the address. Charts are redrawn when colours, width or their view change.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { cumulated } from "../embedded.ts";
import type { ChartFan, ChartTicks, Line } from "../model.ts";
import { formatFigure } from "../numbers.ts";
import type { EmbeddedTearSheet, SharedChart } from "../sheet_data.ts";
import type { UPlot } from "../uplot.ts";
import { wireKeys } from "./cursor_keys.ts";
import { drawFan, drawTicks, fanReach } from "./equity_layers.ts";
import { followed } from "./followed.ts";
import { wireMetrics } from "./metric_tools.ts";
import { wireMonths } from "./months.ts";
import { pageData, wireTheme, wireTips } from "./page.ts";
import { onPaper, wirePaper } from "./paper.ts";
import { wirePinch } from "./pinch.ts";
import { wireRoving } from "./roving.ts";
import { wireStrip } from "./strip.ts";
import { drawTimeChart, plottedData, RANGES, ROW_RANGES, showLast } from "./time_chart.ts";
import {
  axisOf,
  rangeName,
  rangeWords,
  type RowRange,
  rowsNamed,
  rowsShown,
} from "./view_range.ts";

interface Place {
  readonly host: HTMLElement;
  readonly chart: SharedChart;
  view: number;
  logarithmic: boolean;
  /** What is laid behind and on its lines: `fan`, `ticks`. */
  readonly layers: Set<string>;
  /** Positions of the lines that are not shown. */
  readonly hidden: Set<number>;
  readonly fan: ChartFan | null;
  readonly ticks: ChartTicks | null;
  plot: UPlot | null;
}

/** Beyond this growth a linear scale shows the end alone. */
const LOGARITHMIC_FROM = 10;
/** Of a chart's height on a screen. */
const PAPER_HEIGHT = 0.72;
const PAPER_MOST = 215;
const data = pageData<EmbeddedTearSheet>();
const x = cumulated(data.x);
const whole: RowRange = { first: 1, last: x.length - 1 };
const places: Place[] = data.charts.flatMap((chart) => {
  const host = document.getElementById(`plot-${chart.id}`);
  const { fan, ticks } = chart;
  return host === null ? [] : [{
    host,
    chart,
    view: -1,
    logarithmic: growsFar(chart),
    layers: new Set(["fan"]),
    hidden: new Set<number>(),
    fan: fan === undefined ? null : { ...fan, x: cumulated(fan.x) },
    ticks: ticks === undefined ? null : {
      entries: cumulated(ticks.entries),
      won: cumulated(ticks.won),
      lost: cumulated(ticks.lost),
    },
    plot: null,
  }];
});
const tell = wireStrip(data);
let range = whole;

function growsFar({ growth, lines, fan }: SharedChart): boolean {
  const own = growth ? blockOf(lines[0]?.at).filter((value) => value !== null) : [];
  const values = [...own, ...fan?.low ?? [], ...fan?.high ?? []];
  const least = values.reduce((low, value) => Math.min(low, value), 1);
  const most = values.reduce((high, value) => Math.max(high, value), 1);
  return least > 0 && most / least > LOGARITHMIC_FROM;
}

function blockOf(at: number | undefined): readonly (number | null)[] {
  return data.blocks[at ?? -1] ?? [];
}

function linesOf({ chart, view }: Place): Line[] {
  return (chart.views[view]?.lines ?? chart.lines).map(({ at, ...line }) => ({
    ...line,
    values: line.kind === "bars"
      ? blockOf(at).map((value, row) => row < range.first ? null : value)
      : followed(blockOf(at), chart.follows, range.first),
  }));
}

function isWhole(): boolean {
  return range.first === whole.first && range.last === whole.last;
}

/** The fan is of the whole curve as it was traded. */
function fanOf({ fan, layers, view, hidden }: Place): ChartFan | null {
  return layers.has("fan") && view < 0 && !hidden.has(0) && isWhole() ? fan : null;
}

function draw(place: Place): void {
  place.plot?.destroy();
  const { host, chart, logarithmic } = place;
  const width = host.clientWidth;
  const height = onPaper() ? Math.min(chart.height * PAPER_HEIGHT, PAPER_MOST) : chart.height;
  const shown = (factor: number): number => logarithmic ? factor : factor - 1;
  const plot = drawTimeChart(host, { ...chart, height }, x, linesOf(place), {
    dated: data.dated,
    logarithmic,
    width,
    range: axisOf(x, range),
    endRoom: width < 480 ? 54 : 66,
    hidden: place.hidden,
    get reach() {
      const fan = fanOf(place);
      return fan === null ? [] : fanReach(fan, shown, logarithmic ? 0 : -Infinity);
    },
    beneath: (own) => {
      const fan = fanOf(place);
      if (fan !== null) drawFan(own, fan, shown);
    },
    above: (own) => {
      if (place.layers.has("ticks") && place.ticks !== null) drawTicks(own, place.ticks);
    },
  });
  plot.hooks.setScale = [(self, key) => {
    if (key === "x") follow(self);
  }];
  plot.over.addEventListener("dblclick", () => setRange(whole));
  wirePinch(plot, (min, max) => setRange(rowsShown(x, min, max) ?? range));
  place.plot = plot;
}

function drawAll(): void {
  for (const place of places) draw(place);
}

/** One chart was zoomed: all take the rows that it shows. */
function follow(source: UPlot): void {
  const { min, max } = source.scales["x"] ?? {};
  if (min === undefined || max === undefined || min === null || max === null) return;
  const now = axisOf(x, range);
  if (min === now.min && max === now.max) return;
  setRange(rowsShown(x, min, max) ?? range);
}

function setRange(next: RowRange): void {
  range = next;
  const scale = axisOf(x, range);
  for (const place of places) {
    const { plot, chart, logarithmic } = place;
    if (plot === null) continue;
    plot.batch(() => {
      plot.setData(plottedData(chart, x, linesOf(place), { logarithmic }), false);
      plot.setScale("x", scale);
    });
    showLast(plot);
  }
  showRange();
}

/** What the page says of the range: the strip, the pressed button, the address. */
function showRange(): void {
  const words = `${isWhole() ? "All" : "In view"}: ${rangeWords(x, range, data.dated)}`;
  tell(range, data.exact.returns === null ? words : `${words}, ${rowCount()}`);
  for (const button of document.querySelectorAll<HTMLElement>("#ranges button")) {
    const pressed = Number(button.dataset["first"]) === range.first && range.last === whole.last;
    button.setAttribute("aria-pressed", String(pressed));
  }
  document.documentElement.toggleAttribute("data-zoomed", !isWhole());
  const name = isWhole() ? "" : `#range=${rangeName(x, range, data.dated)}`;
  try {
    if (location.hash !== name && (name !== "" || location.hash.startsWith("#range="))) {
      history.replaceState(null, "", name === "" ? location.href.replace(/#.*/, "") : name);
    }
  } catch {
    // A frame without an origin has no address to keep.
  }
}

function rowCount(): string {
  const count = range.last - range.first + 1;
  return `${formatFigure(count, "count")} ${count === 1 ? "row" : "rows"}`;
}

function wireRanges(): void {
  const bar = document.getElementById("ranges");
  if (bar === null || places.length === 0) return;
  const add = (label: string, first: number): void => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.dataset["first"] = String(first);
    button.addEventListener("click", () => setRange({ first, last: whole.last }));
    bar.append(button);
  };
  const [start = 0, end = 0] = [x[0], x.at(-1)];
  for (const [label, length] of data.dated ? RANGES : ROW_RANGES) {
    const shown = length < end - start ? rowsShown(x, end - length, end) : null;
    if (shown !== null) add(label, shown.first);
  }
  add("All", whole.first);
  bar.hidden = false;
}

/** A month, a year or a drawdown shows itself alone; chosen again, everything. */
function wireStretches(): void {
  document.addEventListener("click", ({ target }) => {
    const place = target instanceof Element ? target.closest<HTMLElement>("[data-range]") : null;
    const next = place === null ? null : rowsNamed(x, place.dataset["range"] ?? "", data.dated);
    if (next === null) return;
    const again = next.first === range.first && next.last === range.last;
    setRange(again ? whole : next);
  });
}

function wireAddress(): void {
  const read = (): void => {
    const name = /^#range=(.+)$/.exec(decodeURIComponent(location.hash))?.[1];
    const next = name === undefined ? null : rowsNamed(x, name, data.dated);
    if (next !== null) setRange(next);
  };
  addEventListener("hashchange", read);
  read();
}

/** The buttons over a chart: which view, whether on a logarithmic scale, and what is laid over it. */
function wireChoices(place: Place): void {
  const buttons = document.querySelectorAll<HTMLElement>(`[data-chart="${place.chart.id}"]`);
  const show = (): void => {
    for (const button of buttons) {
      const { view, scale, layer } = button.dataset;
      const on = layer !== undefined
        ? place.layers.has(layer)
        : view === undefined
        ? (scale === "log") === place.logarithmic
        : Number(view) === place.view;
      button.setAttribute("aria-pressed", String(on));
    }
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const { view, scale, layer } = button.dataset;
      if (layer !== undefined) {
        if (!place.layers.delete(layer)) place.layers.add(layer);
      } else if (view !== undefined) place.view = Number(view);
      else place.logarithmic = scale === "log";
      draw(place);
      show();
    });
  }
  show();
}

function wireWidth(): void {
  let width = document.documentElement.clientWidth;
  addEventListener("resize", () => {
    if (onPaper() || document.documentElement.clientWidth === width) return;
    width = document.documentElement.clientWidth;
    for (const { host, plot, chart } of places) {
      plot?.setSize({ width: host.clientWidth, height: chart.height });
    }
  });
}

wireMetrics();
drawAll();
wireTheme(drawAll);
wireTips();
wireRanges();
for (const place of places) {
  wireChoices(place);
  wireKeys(place.host, {
    x,
    plotOf: () => place.plot,
    all: () => places.flatMap(({ plot }) => plot ?? []),
    range: () => range,
    showAll: () => setRange(whole),
  });
}
if (x.length > 0) {
  showRange();
  wireAddress();
}
wireStretches();
wireMonths();
wirePaper(drawAll);
wireWidth();
wireRoving();
