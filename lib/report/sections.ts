// The parts of a tear sheet in their order: a row a section, and in it a row a part. A part that a series
// does not have is nothing, and a section without any part is left out of the page and its bar.

import { partOfYear } from "./calendar_rows.ts";
import { drawdownTable, heatMap, yearTable } from "./calendar_tables.ts";
import { escapeHtml, foreignText } from "./markup.ts";
import type { TearSheetModel } from "./model.ts";
import { formatFigure } from "./numbers.ts";
import { conditionList, disclaimer, noteText, undefinedList } from "./notes_section.ts";
import {
  equityFrame,
  histogramFigure,
  levelKey,
  staticFigure,
  timeFigure,
} from "./sheet_figures.ts";
import { boxPlots, yearBars, yearMean } from "./svg.ts";
import { abreast, colourKey, dataCell, metricSection, parameterTable } from "./tables.ts";
import { tradeChapter } from "./trade_tables.ts";

/** A part of the page. */
interface Section {
  /** Where links lead. */
  readonly id: string;
  readonly title: string;
  readonly parts: readonly ((model: TearSheetModel) => string)[];
}

const SECTIONS: readonly Section[] = [
  { id: "overview", title: "Overview", parts: [equityFrame, luckBox] },
  {
    id: "returns",
    title: "Returns",
    parts: [
      (model) => model.months.length === 0 ? "" : `<h3>Monthly returns, %</h3>${heatMap(model)}`,
      (model) => model.years.length < 2 ? "" : abreast(years(model), yearTable(model)),
      (model) =>
        abreast(
          ...model.histograms.map((one) => histogramFigure(one, model.benchmarkName)),
          timeFigure(model, "returns"),
          quantiles(model),
        ),
    ],
  },
  {
    id: "risk",
    title: "Risk",
    parts: [
      drawdownTable,
      (model) =>
        abreast(
          ...["rolling-volatility", "rolling-sharpe", "rolling-beta", "rolling-sortino"]
            .map((id) => timeFigure(model, id)),
        ),
    ],
  },
  { id: "trades", title: "Trades", parts: [tradeChapter] },
  { id: "metrics", title: "Metrics", parts: [metricSection] },
  {
    id: "notes",
    title: "Notes",
    parts: [
      noteText,
      (model) => abreast(conditionList(model), parameterTable(model.params)),
      undefinedList,
      disclaimer,
    ],
  },
];

/** The sections that have something, as markup. */
export function sectionsOf(model: TearSheetModel): { id: string; title: string; html: string }[] {
  return SECTIONS.flatMap(({ id, title, parts }) => {
    const inner = parts.map((part) => part(model)).filter((html) => html !== "").join("\n");
    return inner === "" ? [] : [{
      id,
      title,
      html:
        `<section id="${id}" aria-labelledby="h-${id}"><h2 id="h-${id}">${title}</h2>${inner}</section>`,
    }];
  });
}

function years(model: TearSheetModel): string {
  const mean = yearMean(model.years);
  const level = Number.isFinite(mean) ? levelKey(`mean ${formatFigure(mean, "fraction")}`) : "";
  return staticFigure(
    "Returns by year",
    yearBars(model.years, model.benchmarkName, model.ruin, (row) => partOfYear(model, row)),
    colourKey(model.benchmarkName) + level,
    true,
  );
}

function quantiles({ boxes }: TearSheetModel): string {
  return boxes.length === 0 ? "" : staticFigure("Return quantiles", boxPlots(boxes), "", true);
}

/** How far the figures may be chance; both sides of a declared date. */
function luckBox({ luck, split }: TearSheetModel): string {
  if (luck.length === 0 && split.length === 0) return "";
  const lines = luck.map(({ label, value, meaning }) =>
    `<tr><th scope="row">${foreignText(label)}</th><td>${foreignText(value)}</td>` +
    `<td class="words quiet">${foreignText(meaning)}</td></tr>`
  );
  const table = luck.length === 0
    ? ""
    : `<table class="luck"><thead><tr><th scope="col">Statistic</th><th scope="col">Value</th>` +
      `<th scope="col" class="words">What it is</th></tr></thead><tbody>${
        lines.join("")
      }</tbody></table>`;
  return `<h3>Is it luck?</h3>${table}${splitTable(split)}`;
}

function splitTable(split: TearSheetModel["split"]): string {
  if (split.length === 0) return "";
  const names = split[0]?.figures ?? [];
  const head = names.map(({ label }) => `<th scope="col">${escapeHtml(label)}</th>`).join("");
  const rows = split.map(({ label, points, figures }) =>
    `<tr><th scope="row">${escapeHtml(label)}</th><td>${formatFigure(points, "count")}</td>${
      figures.map(({ name, strategy, unit }) =>
        `<td>${dataCell(strategy, unit, `${label} ${name}`)}</td>`
      ).join("")
    }</tr>`
  );
  return `<div class="scroll" tabindex="0" role="region" aria-label="In and out of sample">` +
    `<table class="split"><caption>In and out of sample, as declared beforehand</caption><thead><tr>` +
    `<th scope="col">Part</th><th scope="col">Rows</th>${head}</tr></thead><tbody>${
      rows.join("")
    }</tbody></table></div>`;
}
