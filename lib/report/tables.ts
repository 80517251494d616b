// The tear sheet's cards and its tables of metrics. Every figure stands in a <data> element whose value
// is the unrounded number, so that what is copied, tested or read by a program is what was computed.

import type { Card, Figure, FigureGroup, TearSheetModel, Unit } from "./model.ts";
import { escapeHtml, foreignText } from "./markup.ts";
import { formatDifference, formatFigure, UNDEFINED_TEXT } from "./numbers.ts";

/** A figure with its exact value; a dash, and no value, where it is undefined. */
export function dataCell(value: number | null, unit: Unit, name?: string): string {
  const key = name === undefined ? "" : ` data-key="${escapeHtml(name)}"`;
  if (value === null || !Number.isFinite(value)) return `<span${key}>${UNDEFINED_TEXT}</span>`;
  return `<data value="${value}"${key}>${escapeHtml(formatFigure(value, unit))}</data>`;
}

/** The ends of a figure's interval, smaller than the figure itself; nothing where it has none. */
function intervalText({ interval, unit, name }: Figure): string {
  if (interval === null) return "";
  const low = dataCell(interval.low, unit, `low ${name}`);
  return `<span class="quiet interval">${low} to ${
    dataCell(interval.high, unit, `high ${name}`)
  }</span>`;
}

/** Side by side where there is room. */
export function abreast(...parts: readonly string[]): string {
  const there = parts.filter((html) => html !== "");
  return there.length === 0
    ? ""
    : `<div class="pair">${there.map((html) => `<div>${html}</div>`).join("")}</div>`;
}

/** A metric's name that shows its explanation on hover, focus or tap. */
export function term(figure: { readonly name: string; readonly label: string }): string {
  return `<button type="button" class="term" aria-describedby="d-${escapeHtml(figure.name)}">` +
    `${escapeHtml(figure.label)}</button>`;
}

/** The figures on top, each with how far it is from the benchmark's. */
export function keyCards({ cards }: TearSheetModel): string {
  const items = cards.map((card) => {
    const { strategy, unit, aside } = card;
    const lines = [
      ...(aside === "" ? [] : [`<dd class="aside">${escapeHtml(aside)}</dd>`]),
      ...(card.benchmark === null || !Number.isFinite(card.benchmark) ? [] : [
        `<dd><span class="of-benchmark">${dataCell(card.benchmark, unit)}</span> ` +
        `<span class="quiet">${
          escapeHtml(formatDifference(strategy - card.benchmark, unit))
        }</span></dd>`,
      ]),
    ];
    return `<div><dt>${term(card)}</dt><dd${classesOf(card)}>${dataCell(strategy, unit)}</dd>${
      lines.join("")
    }</div>`;
  });
  return `<dl class="cards">${items.join("")}</dl>`;
}

/** Its tone, and whether it is too long for large digits: a number is never broken in two. */
function classesOf({ toned, strategy, unit }: Card): string {
  const { length } = formatFigure(strategy, unit);
  const classes = [
    ...(toned && strategy < 0 ? ["loss"] : toned && strategy > 0 ? ["gain"] : []),
    ...(length > 11 ? ["longer"] : length > 8 ? ["long"] : []),
  ];
  return classes.length === 0 ? "" : ` class="${classes.join(" ")}"`;
}

/** Whose colour is whose, once for the page; nothing where there is only one. */
export function colourKey(benchmarkName: string | null): string {
  return benchmarkName === null
    ? ""
    : `<span class="key paint-strategy">Strategy</span><span class="key paint-benchmark">${
      foreignText(benchmarkName, 40)
    }</span>`;
}

/** A benchmark's name over its column, which may break after an underscore as well as at a space. */
export function columnName(name: string): string {
  return foreignText(name, 40).replaceAll("_", "_<wbr>");
}

/** All metrics by category, the strategy's beside the benchmark's; most are folded away by a script. */
export function metricSection(model: TearSheetModel): string {
  const groups = model.groups.filter(({ name }) => name !== model.trades?.figures.name);
  const count = groups.reduce((sum, group) => sum + group.figures.length, 0);
  const tools = `<div class="tools" id="metric-tools" hidden><label>Find a metric ` +
    `<input type="search" id="find-metric" autocomplete="off"></label>` +
    `<button type="button" class="button" id="all-metrics" aria-expanded="true" aria-controls="metric-tables">` +
    `All ${count} metrics</button></div>`;
  return `${tools}<div class="metric-tables" id="metric-tables">${
    groups.map((group) => groupTable(group, model.benchmarkName)).join("")
  }</div>`;
}

/** The metrics of one category. */
export function groupTable({ title, figures }: FigureGroup, benchmarkName: string | null): string {
  const other = figures.some((figure) => figure.benchmark !== null) ? benchmarkName : null;
  const ranged = figures.some((figure) => figure.interval !== null);
  const head = `<thead><tr><th scope="col">${escapeHtml(title)}</th><th scope="col">Strategy</th>` +
    (ranged ? `<th scope="col" class="interval">95 % interval</th>` : "") +
    (other === null
      ? ""
      : `<th scope="col">${
        columnName(other)
      }</th><th scope="col" class="difference">Difference</th>`) +
    "</tr></thead>";
  const rows = figures.map((figure) => {
    const { name, unit, strategy, benchmark } = figure;
    const beside = other === null
      ? ""
      : `<td>${dataCell(benchmark, unit, `benchmark ${name}`)}</td><td class="difference quiet">${
        benchmark === null ? "" : escapeHtml(formatDifference(strategy - benchmark, unit))
      }</td>`;
    return `<tr class="${figure.prominence}"><th scope="row">${term(figure)}</th>` +
      `<td>${dataCell(strategy, unit, name)}</td>` +
      (ranged ? `<td class="interval">${intervalText(figure)}</td>` : "") + `${beside}</tr>`;
  });
  return `<table class="metrics">${head}<tbody>${rows.join("")}</tbody></table>`;
}

/** The run's parameters as they were given. */
export function parameterTable(params: TearSheetModel["params"]): string {
  if (params.length === 0) return "";
  const rows = params.map(([name, value]) =>
    `<tr><th scope="row" class="words">${foreignText(name, 200)}</th><td class="words"><div>${
      foreignText(value)
    }</div></td></tr>`
  );
  return `<table class="params"><caption>Parameters</caption><thead><tr><th scope="col">Name</th>` +
    `<th scope="col" class="words">Value</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}
