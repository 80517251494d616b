// Returns by month and by year, and the worst drawdowns, as tables: they can be read aloud and copied,
// and each of their stretches of time can be chosen as the range in view.

import type { Drawdown, MonthRow, Ruin, TearSheetModel } from "./model.ts";
import { escapeHtml, foreignText } from "./markup.ts";
import {
  formatDate,
  formatDifference,
  formatFigure,
  formatPercent,
  UNDEFINED_TEXT,
} from "./numbers.ts";
import { choices } from "./sheet_figures.ts";
import { columnName, dataCell } from "./tables.ts";
import { partOfYear } from "./calendar_rows.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** Shades of a gain or a loss. */
const SHADES = 10;

/** The name of a stretch that a click shows: a year, a month, or the days or rows from one to another. */
function stretch(name: string, words: string): string {
  return `<button type="button" class="stretch" data-range="${escapeHtml(name)}">${
    escapeHtml(words)
  }</button>`;
}

/** Whether a calendar period begins after everything was lost. */
function isAfter(ruin: Ruin | null, year: number, month = 0): boolean {
  return ruin !== null && Date.UTC(year, month, 1) > ruin.at;
}

/** Returns by calendar year. */
export function yearTable(model: TearSheetModel): string {
  const { years, benchmarkName, ruin, dated } = model;
  if (!dated) return "";
  const other = benchmarkName === null
    ? ""
    : `<th scope="col">${
      columnName(benchmarkName)
    }</th><th scope="col">Difference</th><th scope="col">Beat it</th>`;
  const rows = years.map((row) => {
    const ahead = row.benchmark === null ? NaN : row.strategy - row.benchmark;
    const rest = benchmarkName === null
      ? ""
      : `<td>${dataCell(row.benchmark, "fraction")}</td><td>${
        escapeHtml(formatDifference(ahead, "fraction"))
      }</td><td>${Number.isNaN(ahead) ? UNDEFINED_TEXT : ahead >= 0 ? "yes" : "no"}</td>`;
    const after = isAfter(ruin, row.year) ? ' class="after"' : "";
    const part = partOfYear(model, row);
    return `<tr${after}><th scope="row">${stretch(String(row.year), String(row.year))}${
      part === "" ? "" : ` <span class="quiet">${part}</span>`
    }</th><td>${dataCell(row.strategy, "fraction")}</td>${rest}</tr>`;
  });
  return `<div class="scroll" tabindex="0" role="region" aria-label="Returns by year"><table class="years">` +
    `<caption>Returns by year</caption><thead><tr><th scope="col">Year</th>` +
    `<th scope="col">Strategy</th>${other}</tr></thead><tbody>${
      rows.join("")
    }</tbody></table></div>`;
}

/** The worst drawdowns, the deepest first, and the benchmark's worst below them. */
export function drawdownTable(model: TearSheetModel): string {
  const { drawdowns, benchmarkDrawdown, benchmarkName, dated, end: last } = model;
  if (drawdowns.length === 0 && benchmarkDrawdown === null) return "";
  const when = (at: number): string =>
    dated ? formatDate(at).slice(0, 10) : `row ${formatFigure(at, "count")}`;
  const cells = (one: Drawdown): string =>
    `<td>${dataCell(one.depth, "fraction")}</td><td>${when(one.start)}</td><td>${
      when(one.valley)
    }</td>` +
    `<td>${one.end === null ? "ongoing" : when(one.end)}</td>` +
    `<td>${dataCell(one.days, dated ? "days" : "count")}</td>`;
  const rows = drawdowns.map((one, index) => {
    const to = one.end ?? (dated ? last : one.start + one.days);
    const range = dated
      ? `${new Date(one.start).toISOString()}/${new Date(to).toISOString()}`
      : `${one.start}/${to}`;
    return `<tr><th scope="row">${stretch(range, String(index + 1))}</th>${cells(one)}</tr>`;
  });
  const foot = benchmarkDrawdown === null
    ? ""
    : `<tfoot><tr><th scope="row" class="words">${
      foreignText(benchmarkName ?? "", 40)
    }’s worst</th>${cells(benchmarkDrawdown)}</tr></tfoot>`;
  return `<div class="scroll" tabindex="0" role="region" aria-label="Worst drawdowns"><table class="drawdowns">` +
    `<caption>Worst drawdowns</caption><thead><tr><th scope="col">No.</th>` +
    `<th scope="col">Drawdown</th><th scope="col">Started</th><th scope="col">Deepest</th>` +
    `<th scope="col">Recovered</th><th scope="col">${dated ? "Days" : "Rows"}</th></tr></thead>` +
    `<tbody>${rows.join("")}</tbody>${foot}</table></div>`;
}

/** A class for a value by its size, on a square root so that small ones differ and large ones too. */
export function shadeBy(values: readonly number[]): (value: number) => string {
  const most = values.filter(Number.isFinite).reduce(
    (most, one) => Math.max(most, Math.abs(one)),
    0,
  );
  return (value) => {
    if (!Number.isFinite(value) || value === 0 || most === 0) return "";
    const level = Math.max(1, Math.round(Math.sqrt(Math.abs(value) / most) * SHADES));
    return `${value > 0 ? "up" : "down"}-${level}`;
  };
}

/** Monthly returns in percent, shaded by size: a table, so that it can be read and copied. */
export function heatMap(model: TearSheetModel): string {
  const { months, benchmarkMonths, benchmarkName, ruin } = model;
  if (months.length === 0) return "";
  const views: readonly (readonly [string, readonly MonthRow[]])[] = benchmarkMonths.length === 0
    ? [["Strategy", months]]
    : [
      ["Strategy", months],
      [benchmarkName ?? "Benchmark", benchmarkMonths],
      ["Difference", aheadBy(months, benchmarkMonths)],
    ];
  const buttons = views.length === 1 ? "" : choices(
    "Whose",
    views.map(([name], index) =>
      `<button type="button" data-months="${index}" aria-pressed="${index === 0}">${
        foreignText(name, 40)
      }</button>`
    ),
  );
  const head = MONTHS.map((name) => `<th scope="col">${name}</th>`).join("");
  const bodies = views.map(([, rows], index) =>
    `<tbody data-months="${index}"${index === 0 ? "" : " hidden"}>${
      heatRows(rows, index === 1 ? null : ruin)
    }</tbody>`
  );
  return `${buttons}<div class="scroll" tabindex="0" role="region" aria-label="Monthly returns">` +
    `<table class="heat"><thead><tr><th scope="col">Year</th>${head}<th scope="col">Total</th></tr>` +
    `</thead>${bodies.join("")}</table></div>`;
}

/** What each month and year is above the benchmark's, in points; NaN where one of them has none. */
function aheadBy(months: readonly MonthRow[], benchmark: readonly MonthRow[]): MonthRow[] {
  const others = new Map(benchmark.map((row) => [row.year, row]));
  return months.map(({ year, months, total }) => ({
    year,
    months: months.map((value, month) => value - (others.get(year)?.months[month] ?? NaN)),
    total: total - (others.get(year)?.total ?? NaN),
  }));
}

function heatRows(rows: readonly MonthRow[], ruin: Ruin | null): string {
  const shade = shadeBy(rows.flatMap((row) => row.months));
  const shadeTotal = shadeBy(rows.map(({ total }) => total));
  const cell = (value: number, year: number, month: number): string => {
    if (Number.isNaN(value)) return "<td></td>";
    const classes = isAfter(ruin, year, month) ? "after" : shade(value);
    const range = `${year}-${String(month + 1).padStart(2, "0")}`;
    return `<td class="${classes}" data-range="${range}">${percentOf(value)}</td>`;
  };
  return rows.map((row) =>
    `<tr><th scope="row">${stretch(String(row.year), String(row.year))}</th>${
      row.months.map((value, month) => cell(value, row.year, month)).join("")
    }<td class="total ${isAfter(ruin, row.year) ? "after" : shadeTotal(row.total)}">${
      percentOf(row.total)
    }</td></tr>`
  ).join("");
}

function percentOf(value: number): string {
  return Number.isFinite(value)
    ? `<data value="${value}">${formatPercent(value)}</data>`
    : UNDEFINED_TEXT;
}
