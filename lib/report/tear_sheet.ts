// The tear sheet as HTML, from its model: the front page, the bar that leads through it, the sections and
// the definitions. Charts over time get an empty place that the page's script fills; everything else is
// complete without it.

import { TEAR_SHEET, TEAR_SHEET_STYLE, UPLOT } from "./assets.ts";
import { differences } from "./embedded.ts";
import { VIEW_FIGURES } from "./in_view.ts";
import { escapeHtml, foreignText } from "./markup.ts";
import type { ChartFan, ChartTicks, TearSheetModel, TimeLine } from "./model.ts";
import { formatDate, formatFigure, significant, significantGrowth } from "./numbers.ts";
import {
  madeBy,
  type PagePlace,
  renderPage,
  THEME_BUTTON,
  warningBox,
  WITHOUT_SCRIPTS,
} from "./page.ts";
import { type EmbeddedLine, type EmbeddedTearSheet, exactText } from "./sheet_data.ts";
import { sectionsOf } from "./sections.ts";
import { colourKey, keyCards } from "./tables.ts";

/** What a chart's points are cut to: a screen shows fewer. */
const DIGITS = 6;
/** Of factors, which begin anew at any row: a month after years of growth has its digits too. */
const FACTOR_DIGITS = 9;

/** Renders a tear sheet as HTML: one self-contained file, unless it has a place among others. */
export function renderTearSheet(model: TearSheetModel, place?: PagePlace): string {
  const sections = sectionsOf(model);
  return renderPage({
    title: model.heading,
    style: TEAR_SHEET_STYLE,
    scripts: [UPLOT, TEAR_SHEET],
    skip: { href: "#overview", label: "Skip to the charts" },
    data: embedded(model),
    body: [
      header(model),
      `<main>${bar(model, sections)}${sections.map(({ html }) => html).join("\n")}</main>`,
      footer(model),
    ].join("\n"),
    place,
  });
}

function embedded(model: TearSheetModel): EmbeddedTearSheet {
  const known = new Map<TimeLine["values"], number>();
  const blocks: (number | null)[][] = [];
  const embeddedLine = ({ label, paint, kind, values, factors }: TimeLine): EmbeddedLine => {
    const source = factors ?? values;
    const at = known.get(source) ??
      blocks.push(drawnValues(source, factors !== undefined)) - 1;
    known.set(source, at);
    return { label, paint, kind, at };
  };
  const charts = model.charts.map((
    { description: _, viewLabel: __, x: ___, lines, views, fan, ticks, ...chart },
  ) => ({
    ...chart,
    ...(fan === undefined ? {} : { fan: embeddedFan(fan) }),
    ...(ticks === undefined ? {} : { ticks: embeddedTicks(ticks) }),
    lines: lines.map(embeddedLine),
    views: views.map((view) => ({ label: view.label, lines: view.lines.map(embeddedLine) })),
  }));
  const { returns, benchmark, rates, rate, periods } = model.view;
  const exact = (values: Float64Array | null): string | null =>
    values === null ? null : exactText(values);
  return {
    dated: model.dated,
    x: differences(model.points === 0 ? [] : [model.origin, ...model.charts[0]?.x ?? []]),
    blocks,
    charts,
    exact: {
      returns: exact(returns),
      benchmark: exact(benchmark),
      rates: exact(rates),
      rate,
      periods,
    },
  };
}

/** A line's values as a chart draws them, after what it begins with: factors begin at 1. */
function drawnValues(values: TimeLine["values"], areFactors: boolean): (number | null)[] {
  const drawn = values.map((value) =>
    value === null
      ? null
      : areFactors
      ? significantGrowth(value, FACTOR_DIGITS)
      : significant(value, DIGITS)
  );
  return [areFactors && (drawn[0] ?? null) !== null ? 1 : null, ...drawn];
}

function embeddedFan({ x, low, high }: ChartFan): ChartFan {
  const drawn = (values: readonly number[]): number[] =>
    values.map((value) => significantGrowth(value, DIGITS) ?? 0);
  return { x: differences(x), low: drawn(low), high: drawn(high) };
}

function embeddedTicks({ entries, won, lost }: ChartTicks): ChartTicks {
  return { entries: differences(entries), won: differences(won), lost: differences(lost) };
}

function header(model: TearSheetModel): string {
  const rows = `${formatFigure(model.points, "count")} ${model.points === 1 ? "row" : "rows"}`;
  const facts = [
    ...(model.author === null ? [] : [foreignText(model.author, 200)]),
    model.dated ? `${formatDate(model.start)} to ${formatDate(model.end)}` : "no dates",
    rows,
  ];
  const notices = model.notices.map(({ kind, text }) =>
    `<p class="notice ${kind}"${kind === "loss" ? ' role="alert"' : ""}>${escapeHtml(text)}</p>`
  );
  return `<header><div class="top"><div><h1>${foreignText(model.heading, 2_000)}</h1>` +
    `<p class="quiet">${facts.join(" · ")}</p></div>${THEME_BUTTON}</div>${WITHOUT_SCRIPTS}` +
    (model.sentence === "" ? "" : `<p class="sentence">${foreignText(model.sentence)}</p>`) +
    `${notices.join("")}${keyCards(model)}<p class="whose">${colourKey(model.benchmarkName)}</p>${
      warningBox(model.warnings.map(({ message }) => message))
    }</header>`;
}

/** Where to go, which range is in view, and what it comes to: the script fills the last two. */
function bar(
  model: TearSheetModel,
  sections: readonly { readonly id: string; readonly title: string }[],
): string {
  const links = sections.map(({ id, title }) => `<a href="#${id}">${title}</a>`).join("");
  const figures = VIEW_FIGURES
    .filter(([key]) => key !== "beta" || model.benchmarkName !== null)
    .map(([key, label]) =>
      `<div><dt>${label}</dt><dd data-view="${key}"></dd>${
        model.benchmarkName === null || key === "beta"
          ? ""
          : `<dd class="of-benchmark" data-view="benchmark ${key}"></dd>`
      }</div>`
    );
  const strip = model.points === 0
    ? ""
    : `<div class="in-view" id="in-view" hidden><p id="view-span" role="status"></p><dl>${
      figures.join("")
    }</dl></div>`;
  const status = `<p class="unseen" id="cursor-status" role="status"></p>`;
  return `<div class="bar"><div class="leads"><nav aria-label="Sections">${links}</nav>` +
    `<div class="choices" id="ranges" role="toolbar" aria-label="Time range" hidden></div></div>${strip}${status}</div>`;
}

function footer(model: TearSheetModel): string {
  const figures = new Map(
    model.groups.flatMap((group) => group.figures).map((figure) => [figure.name, figure]),
  );
  // What a dash stands for is said where the dash is, not only in the table of reasons.
  const reasons = new Map(model.undefinedFigures.map(({ name, reason }) => [name, reason]));
  const list = [...figures.values()].map((figure) => {
    const reason = reasons.get(figure.name);
    const text = figure.explanation +
      (reason === undefined ? "" : `\nNot computed here: ${reason}`);
    return `<div><dt>${escapeHtml(figure.label)}</dt>` +
      `<dd id="d-${escapeHtml(figure.name)}">${escapeHtml(text)}</dd></div>`;
  });
  return `<footer><details><summary>Definitions of the ${list.length} metrics</summary>` +
    `<p>${SYMBOLS}</p><dl class="definitions">${list.join("")}</dl></details>` +
    `<p>${madeBy(model.generatedAt)} ` +
    `<span class="hint"><span class="mouse">${HINT}</span><span class="touch">${TOUCH_HINT}</span></span></p></footer>`;
}

const HINT =
  "Drag over a chart, or choose a month, a year or a drawdown, to see that range alone; double-click to " +
  "see all again. A click on a name over a chart hides its line or shows it, as does its number, 1 or 2, " +
  "on the keyboard; left and right move along a chart, up and down lead to the next one and through a table.";

const TOUCH_HINT =
  "Tap a chart for its values; spread two fingers on it, or tap a month, a year or a drawdown, to see that " +
  "range alone; All shows everything again. A tap on a name over a chart hides its line or shows it.";

const SYMBOLS =
  "r: returns, one a row; b: the benchmark’s; n: rows; P: periods a year; rf: risk-free rate a " +
  "year, f: a period; sd: standard deviation; q: quantile; p: profits of trades; Φ: normal distribution.";
