// The tear sheet's charts as markup: places that the page's script fills, and pictures that are complete.

import { escapeHtml } from "./markup.ts";
import type { Histogram, TearSheetModel, TimeChart } from "./model.ts";
import { formatFigure } from "./numbers.ts";
import { histogramBars } from "./svg.ts";
import { colourKey, dataCell } from "./tables.ts";

/** The chart of this id; undefined where the returns do not allow it. */
export function chartOf({ charts }: TearSheetModel, id: string): TimeChart | undefined {
  return charts.find((chart) => chart.id === id);
}

/** A chart over time with its buttons; nothing where there is none. */
export function timeFigure(model: TearSheetModel, id: string): string {
  const chart = chartOf(model, id);
  return chart === undefined ? "" : `<figure>${caption(chart)}${plotOf(chart)}</figure>`;
}

/** The equity curve and, in the same frame, how far it is below its peak. */
export function equityFrame(model: TearSheetModel): string {
  const [equity, underwater] = ["cumulative", "underwater"].map((id) => chartOf(model, id));
  if (equity === undefined) return "";
  const below = underwater === undefined
    ? ""
    : `<p class="pane">Below the highest so far</p>${plotOf(underwater)}`;
  return `<figure class="frame">${caption(equity)}${plotOf(equity)}${
    fanWords(model, equity)
  }${below}</figure>`;
}

/** What is shaded behind the curve, and where it ends. */
function fanWords({ intervals, rowWord }: TearSheetModel, { fan }: TimeChart): string {
  if (fan === undefined || intervals === null) return "";
  const end = (name: "low" | "high"): string =>
    dataCell((fan[name].at(-1) ?? NaN) - 1, "fraction", `fan ${name}`);
  return `<p class="pane" id="fan-words">Shaded: where 95 % of ${
    formatFigure(intervals.resamples, "count")
  } resamples of the returns lie, ${escapeHtml(rowWord)} by ${escapeHtml(rowWord)}; at the end ${
    end("low")
  } to ${end("high")}. Seen while all rows are in view.</p>`;
}

function caption(chart: TimeChart): string {
  const button = (words: string, attribute: string, pressed: boolean): string =>
    `<button type="button" data-chart="${
      escapeHtml(chart.id)
    }" ${attribute} aria-pressed="${pressed}">${escapeHtml(words)}</button>`;
  const views = chart.views.length === 0 ? "" : choices("View", [
    button(chart.viewLabel, 'data-view="-1"', true),
    ...chart.views.map((view, index) => button(view.label, `data-view="${index}"`, false)),
  ]);
  const scales = !chart.growth ? "" : choices("Scale", [
    button("Linear", 'data-scale="linear"', true),
    button("Log", 'data-scale="log"', false),
  ]);
  const layers = [
    ...(chart.fan === undefined ? [] : [button("Resamples", 'data-layer="fan"', true)]),
    ...(chart.ticks === undefined ? [] : [button("Trades", 'data-layer="ticks"', false)]),
  ];
  const shown = layers.length === 0 ? "" : choices("Show", layers);
  const levels = chart.levels.map(({ label }) => levelKey(label)).join("");
  return `<figcaption><h3>${
    escapeHtml(chart.title)
  }</h3>${levels}${views}${scales}${shown}</figcaption>`;
}

function plotOf(chart: TimeChart): string {
  return `<div class="plot" id="plot-${
    escapeHtml(chart.id)
  }" role="group" tabindex="0" aria-label="${escapeHtml(chart.description)}"></div>`;
}

/** Buttons of which one is pressed. */
export function choices(label: string, buttons: readonly string[]): string {
  return `<div class="choices" role="group" aria-label="${label}">${buttons.join("")}</div>`;
}

/** A picture that needs no script; `wide` ones keep their size on phones and scroll. */
export function staticFigure(title: string, picture: string, keys: string, wide: boolean): string {
  const place = wide
    ? `<div class="scroll wide" tabindex="0" role="region" aria-label="${
      escapeHtml(title)
    }, chart">${picture}</div>`
    : picture;
  return `<figure><figcaption><h3>${
    escapeHtml(title)
  }</h3><div>${keys}</div></figcaption>${place}</figure>`;
}

/** How values are spread. */
export function histogramFigure(histogram: Histogram, benchmarkName: string | null): string {
  const other = histogram.benchmarkMean === null ? null : benchmarkName;
  const middle = Number.isFinite(histogram.median)
    ? levelKey(`median ${formatFigure(histogram.median, histogram.unit)}`)
    : "";
  return staticFigure(histogram.title, histogramBars(histogram), colourKey(other) + middle, false);
}

/** What a dashed line is, and where it stands. */
export function levelKey(label: string): string {
  return `<span class="key dashed">${escapeHtml(label)}</span>`;
}
