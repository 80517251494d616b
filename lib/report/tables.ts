// The tear sheet's tables. Every figure stands in a <data> element whose value is the unrounded
// number, so that what is copied, tested or read by a program is what was computed.

import type {
  Drawdown,
  Figure,
  FigureGroup,
  MonthRow,
  TearSheetModel,
  Unit,
  YearRow,
} from "./model.ts";
import { escapeHtml, foreignText } from "./markup.ts";
import { formatDate, formatFigure, formatPercent, UNDEFINED_TEXT } from "./numbers.ts";

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

/** A metric's name that shows its explanation on hover, focus or tap. */
export function term(figure: { readonly name: string; readonly label: string }): string {
  return `<button type="button" class="term" aria-describedby="d-${escapeHtml(figure.name)}">` +
    `${escapeHtml(figure.label)}</button>`;
}

/** The figures on top. */
export function keyCards(model: TearSheetModel): string {
  const cards = model.keyFigures.map((figure) => {
    const other = figure.benchmark === null || model.benchmarkName === null
      ? ""
      : `<dd>${foreignText(model.benchmarkName, 40)} ${
        dataCell(figure.benchmark, figure.unit)
      }</dd>`;
    const interval = intervalText(figure);
    return `<div><dt>${term(figure)}</dt><dd${classesOf(figure)}>${
      dataCell(figure.strategy, figure.unit)
    }</dd>${interval === "" ? "" : `<dd>${interval}</dd>`}${other}</div>`;
  });
  return `<dl class="cards">${cards.join("")}</dl>`;
}

/** Its tone, and whether it is too long for large digits: a number is never broken in two. */
function classesOf({ toned, strategy, unit }: Figure): string {
  const { length } = formatFigure(strategy, unit);
  const classes = [
    ...(toned && strategy < 0 ? ["loss"] : toned && strategy > 0 ? ["gain"] : []),
    ...(length > 11 ? ["longer"] : length > 8 ? ["long"] : []),
  ];
  return classes.length === 0 ? "" : ` class="${classes.join(" ")}"`;
}

/** A benchmark's name over its column, which may break after an underscore as well as at a space. */
function columnName(name: string): string {
  return foreignText(name, 40).replaceAll("_", "_<wbr>");
}

/** All metrics by category, the strategy's beside the benchmark's. */
export function metricTables(model: TearSheetModel): string {
  return model.groups.map((group) => groupTable(group, model.benchmarkName)).join("");
}

function groupTable(group: FigureGroup, benchmarkName: string | null): string {
  const paired = benchmarkName !== null &&
    group.figures.some((figure) => figure.benchmark !== null);
  const ranged = group.figures.some((figure) => figure.interval !== null);
  const head = `<thead><tr><th scope="col">Metric</th><th scope="col">Strategy</th>` +
    (ranged ? `<th scope="col" class="interval">95 % interval</th>` : "") +
    (paired ? `<th scope="col">${columnName(benchmarkName)}</th>` : "") + "</tr></thead>";
  const rows = group.figures.map((figure) =>
    `<tr><th scope="row">${term(figure)}</th>` +
    `<td>${dataCell(figure.strategy, figure.unit, figure.name)}</td>` +
    (ranged ? `<td class="interval">${intervalText(figure)}</td>` : "") +
    (paired
      ? `<td>${dataCell(figure.benchmark, figure.unit, `benchmark ${figure.name}`)}</td>`
      : "") +
    "</tr>"
  );
  return `<table class="metrics"><caption>${escapeHtml(group.title)}</caption>${head}` +
    `<tbody>${rows.join("")}</tbody></table>`;
}

/** Returns by calendar year. */
export function yearTable(years: readonly YearRow[], benchmarkName: string | null): string {
  const other = benchmarkName === null
    ? '<th scope="col">Sum</th>'
    : `<th scope="col">${
      columnName(benchmarkName)
    }</th><th scope="col">Multiple</th><th scope="col">Won</th>`;
  const rows = years.map((row) => {
    const won = row.benchmark === null || Number.isNaN(row.strategy - row.benchmark)
      ? UNDEFINED_TEXT
      : row.strategy >= row.benchmark
      ? "yes"
      : "no";
    const rest = benchmarkName === null
      ? `<td>${dataCell(row.sum, "fraction")}</td>`
      : `<td>${dataCell(row.benchmark, "fraction")}</td><td>${
        dataCell(row.multiple, "ratio")
      }</td><td>${won}</td>`;
    return `<tr><th scope="row">${row.year}</th><td>${
      dataCell(row.strategy, "fraction")
    }</td>${rest}</tr>`;
  });
  return `<div class="scroll"><table class="years"><caption>End-of-year returns</caption><thead><tr>` +
    `<th scope="col">Year</th><th scope="col">Strategy</th>${other}</tr></thead>` +
    `<tbody>${rows.join("")}</tbody></table></div>`;
}

/** The ten worst drawdowns, and the benchmark's worst below them. */
export function drawdownTable(
  { drawdowns, benchmarkDrawdown, benchmarkName, dated }: TearSheetModel,
): string {
  const when = (at: number): string => dated ? formatDate(at) : `row ${formatFigure(at, "count")}`;
  const rowOf = (one: Drawdown): string =>
    `<tr><td>${when(one.start)}</td><td>${when(one.valley)}</td>` +
    `<td>${one.end === null ? "not yet" : when(one.end)}</td>` +
    `<td>${dataCell(one.depth, "fraction")}</td><td>${
      dataCell(one.days, dated ? "days" : "count")
    }</td></tr>`;
  const foot = benchmarkDrawdown === null
    ? ""
    : `<tfoot><tr><th colspan="5" class="words">Worst of ${
      foreignText(benchmarkName ?? "", 40)
    }</th></tr>${rowOf(benchmarkDrawdown)}</tfoot>`;
  return `<div class="scroll"><table class="drawdowns tight"><caption>Ten worst drawdowns</caption><thead><tr>` +
    `<th scope="col">Started</th><th scope="col">Deepest</th><th scope="col">Recovered</th>` +
    `<th scope="col">Drawdown</th><th scope="col">${dated ? "Days" : "Rows"}</th></tr></thead>` +
    `<tbody>${drawdowns.map(rowOf).join("")}</tbody>${foot}</table></div>`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Monthly returns in percent, shaded by size: a table, so that it can be read and copied. */
export function heatMap(months: readonly MonthRow[]): string {
  const sizes = months.flatMap((row) => row.months).filter(Number.isFinite).map(Math.abs);
  sizes.sort((one, other) => one - other);
  const scale = sizes[Math.floor((sizes.length - 1) * 0.9)] ?? 1;
  const shade = (value: number): string => {
    if (!Number.isFinite(value) || value === 0) return "";
    const level = Math.max(1, Math.min(5, Math.ceil((Math.abs(value) / (scale || 1)) * 5)));
    return ` class="${value > 0 ? "up" : "down"}${level}"`;
  };
  const cell = (value: number): string =>
    Number.isNaN(value) ? "<td></td>" : `<td${shade(value)}>${percentOf(value)}</td>`;
  const head = MONTHS.map((name) => `<th scope="col">${name}</th>`).join("");
  const rows = months.map((row) =>
    `<tr><th scope="row">${row.year}</th>${row.months.map(cell).join("")}` +
    `<td>${percentOf(row.total)}</td></tr>`
  );
  return `<div class="scroll" tabindex="0" role="region" aria-label="Monthly returns"><table class="heat"><thead><tr>` +
    `<th scope="col">Year</th>${head}<th scope="col">Total</th></tr></thead><tbody>${
      rows.join("")
    }</tbody></table></div>`;
}

function percentOf(value: number): string {
  return Number.isFinite(value)
    ? `<data value="${value}">${formatPercent(value)}</data>`
    : UNDEFINED_TEXT;
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
