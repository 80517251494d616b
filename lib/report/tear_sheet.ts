// The tear sheet as HTML, from its model: what is where, and what is said beside it. Charts over
// time get an empty place that the page's script fills; everything else is complete without it.

import { TEAR_SHEET, TEAR_SHEET_STYLE, UPLOT } from "./assets.ts";
import { differences, type EmbeddedChart, type EmbeddedTearSheet } from "./embedded.ts";
import { escapeHtml, foreignText } from "./markup.ts";
import type { DrawnIntervals, Histogram, Line, TearSheetModel, TimeChart } from "./model.ts";
import { formatDate, formatFigure, significant, significantGrowth } from "./numbers.ts";
import { madeBy, renderPage, THEME_BUTTON, warningBox, WITHOUT_SCRIPTS } from "./page.ts";
import { boxPlots, histogramBars, yearBars, yearMean } from "./svg.ts";
import {
  drawdownTable,
  heatMap,
  keyCards,
  metricTables,
  parameterTable,
  term,
  yearTable,
} from "./tables.ts";

/** What a chart's points are cut to: a screen shows fewer. */
const DIGITS = 6;

/** Renders a tear sheet as one self-contained HTML file. */
export function renderTearSheet(model: TearSheetModel): string {
  return renderPage({
    title: model.heading,
    style: TEAR_SHEET_STYLE,
    scripts: [UPLOT, TEAR_SHEET],
    data: embedded(model),
    body: [header(model), main(model), footer(model)].join("\n"),
  });
}

function embedded(model: TearSheetModel): EmbeddedTearSheet {
  const lines = (all: readonly Line[], growth: boolean): Line[] => {
    const rounded = growth ? significantGrowth : significant;
    return all.map((line) => ({
      ...line,
      values: line.values.map((value) => value === null ? null : rounded(value, DIGITS)),
    }));
  };
  const charts = model.charts.map((chart): EmbeddedChart => ({
    id: chart.id,
    title: chart.title,
    unit: chart.unit,
    growth: chart.growth,
    height: chart.height,
    x: differences(chart.x),
    lines: lines(chart.lines, chart.growth),
    views: chart.views.map((view) => ({
      label: view.label,
      lines: lines(view.lines, chart.growth),
    })),
    bands: chart.bands,
    levels: chart.levels,
  }));
  return { dated: model.dated, charts };
}

function header(model: TearSheetModel): string {
  const facts = [
    model.dated ? `${formatDate(model.start)} to ${formatDate(model.end)}` : "no dates",
    `${formatFigure(model.points, "count")} ${model.points === 1 ? "row" : "rows"}`,
    `${formatFigure(model.periods, "count")} periods a year`,
    Number.isNaN(model.riskFreeRate)
      ? "a risk-free rate that changes"
      : `risk-free rate ${formatFigure(model.riskFreeRate, "fraction")}`,
    `metrics as QuantStats ${model.release} defines them`,
    ...(model.intervals === null ? [] : [intervalsFact(model.intervals)]),
  ];
  const origin = [
    ...(model.source === null ? [] : [`Returns: ${foreignText(model.source, 300)}`]),
    ...(model.benchmarkName === null
      ? []
      : [`Benchmark: ${foreignText(model.benchmarkName, 300)}${joinedText(model)}`]),
  ];
  return `<header><div class="top"><div><h1>${foreignText(model.heading, 2_000)}</h1>` +
    `<p class="quiet">${facts.map(escapeHtml).join(" · ")}</p>` +
    (origin.length === 0 ? "" : `<p class="quiet">${origin.join(" · ")}</p>`) +
    `</div>${THEME_BUTTON}</div>${WITHOUT_SCRIPTS}${keyCards(model)}${
      warningBox(model.warnings.map(({ message }) => message))
    }</header>`;
}

function intervalsFact({ resamples, seed, blockLength }: DrawnIntervals): string {
  return `95 % intervals by stationary bootstrap (${
    formatFigure(resamples, "count")
  } resamples in ` +
    `blocks of ${formatFigure(blockLength, "ratio")} rows on average, seed ${seed})`;
}

function joinedText({ joinedPoints, points }: TearSheetModel): string {
  return joinedPoints === null || joinedPoints === points
    ? ""
    : ` (${formatFigure(joinedPoints, "count")} common rows)`;
}

function main(model: TearSheetModel): string {
  return `<main><div class="sheet"><div class="figures">${
    figures(model)
  }</div><div class="numbers">` +
    `<h2>Metrics</h2>${metricTables(model)}` +
    (model.dated ? yearTable(model.years, model.benchmarkName) : "") +
    (model.drawdowns.length === 0 && model.benchmarkDrawdown === null ? "" : drawdownTable(model)) +
    `${parameterTable(model.params)}${undefinedList(model)}</div></div></main>`;
}

/** The charts, in QuantStats' order as far as its readers look for one beside another. */
function figures(model: TearSheetModel): string {
  const chart = (id: string): string => {
    const found = model.charts.find((one) => one.id === id);
    return found === undefined ? "" : timeFigure(found);
  };
  return [
    "<h2>Returns</h2>",
    '<div class="zoom"><div class="choices" id="ranges" role="group" aria-label="Time range" hidden></div></div>',
    chart("cumulative"),
    chart("underwater"),
    model.dated
      ? staticFigure(
        "End-of-year returns",
        yearBars(model.years, model.benchmarkName),
        legend(model.benchmarkName) + meanKey(yearMean(model.years)),
      )
      : "",
    model.months.length === 0
      ? ""
      : `<section><h2>Monthly returns (%)</h2>${heatMap(model.months)}</section>`,
    "<h2>Distribution</h2>",
    `<div class="pair">${
      model.histograms.map((one) => histogramFigure(one, model.benchmarkName)).join("")
    }</div>`,
    model.boxes.length === 0 ? "" : staticFigure("Return quantiles", boxPlots(model.boxes), ""),
    chart("returns"),
    "<h2>Risk over time</h2>",
    ...["rolling-beta", "rolling-volatility", "rolling-sharpe", "rolling-sortino"].map(chart),
    chart("drawdown-periods"),
  ].join("\n");
}

function timeFigure(chart: TimeChart): string {
  const button = (words: string, attribute: string, pressed: boolean): string =>
    `<button type="button" data-chart="${
      escapeHtml(chart.id)
    }" ${attribute} aria-pressed="${pressed}">${escapeHtml(words)}</button>`;
  const views = chart.views.length === 0 ? "" : group("View", [
    button(chart.viewLabel, 'data-view="-1"', true),
    ...chart.views.map((view, index) => button(view.label, `data-view="${index}"`, false)),
  ]);
  const scales = !chart.growth ? "" : group("Scale", [
    button("Linear", 'data-scale="linear"', true),
    button("Log", 'data-scale="log"', false),
  ]);
  const levels = chart.levels.map(({ label }) => levelKey(label)).join("");
  return `<figure><figcaption><h3>${
    escapeHtml(chart.title)
  }</h3>${levels}${views}${scales}</figcaption>` +
    `<div class="plot" id="plot-${escapeHtml(chart.id)}" role="group" tabindex="0" aria-label="${
      escapeHtml(chart.description)
    }"></div></figure>`;
}

function group(label: string, buttons: readonly string[]): string {
  return `<div class="choices" role="group" aria-label="${label}">${buttons.join("")}</div>`;
}

function staticFigure(title: string, picture: string, keys: string): string {
  return `<figure><figcaption><h3>${escapeHtml(title)}</h3><div>${keys}</div></figcaption>` +
    `<div class="scroll wide">${picture}</div></figure>`;
}

function histogramFigure(histogram: Histogram, benchmarkName: string | null): string {
  const other = histogram.benchmarkMean === null ? null : benchmarkName;
  return `<figure><figcaption><h3>${escapeHtml(histogram.title)}</h3><div>${
    legend(other) + meanKey(histogram.mean)
  }</div></figcaption>` +
    `${histogramBars(histogram)}</figure>`;
}

function legend(benchmarkName: string | null): string {
  return benchmarkName === null
    ? ""
    : `<span class="key paint-strategy">Strategy</span><span class="key paint-benchmark">${
      foreignText(benchmarkName, 40)
    }</span>`;
}

/** What a dashed line is, and where it stands. */
function levelKey(label: string): string {
  return `<span class="key dashed">${escapeHtml(label)}</span>`;
}

function meanKey(mean: number): string {
  return Number.isFinite(mean) ? levelKey(`mean ${formatFigure(mean, "fraction")}`) : "";
}

/** By reason: one cause, such as a missing date, often leaves many figures undefined. */
function undefinedList({ undefinedFigures }: TearSheetModel): string {
  if (undefinedFigures.length === 0) return "";
  const byReason = new Map<string, string[]>();
  for (const one of undefinedFigures) {
    byReason.set(one.reason, [...byReason.get(one.reason) ?? [], term(one)]);
  }
  const rows = [...byReason].map(([reason, terms]) =>
    `<tr><th scope="row" class="words">${escapeHtml(reason)}</th>` +
    `<td class="words">${terms.join(", ")}</td></tr>`
  );
  return `<table class="undefined"><caption>Not computed, and why</caption><thead><tr>` +
    `<th scope="col" class="words">Reason</th><th scope="col" class="words">Metrics</th>` +
    `</tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function footer(model: TearSheetModel): string {
  const figures = new Map([...model.keyFigures, ...model.groups.flatMap((one) => one.figures)]
    .map((figure) => [figure.name, figure]));
  // What a dash stands for is said where the dash is, not only in the table of reasons.
  const reasons = new Map(model.undefinedFigures.map(({ name, reason }) => [name, reason]));
  const list = [...figures.values()].map((figure) => {
    const reason = reasons.get(figure.name);
    const text = figure.explanation +
      (reason === undefined ? "" : `\nNot computed here: ${reason}`);
    return `<div><dt>${escapeHtml(figure.label)} <code>${escapeHtml(figure.name)}</code></dt>` +
      `<dd id="d-${escapeHtml(figure.name)}">${escapeHtml(text)}</dd></div>`;
  });
  return `<footer><details><summary>Definitions of the ${list.length} metrics</summary>` +
    `<dl class="definitions">${list.join("")}</dl></details>` +
    `<p>${madeBy(model.generatedAt)} ` +
    `<span class="hint">Drag over a chart to zoom all charts over time, double-click to see all again; arrow keys move the cursor.</span></p></footer>`;
}
