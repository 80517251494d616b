// The comparison page of many runs: a sortable leaderboard, metric against metric, a parameter
// against a metric, and equity curves laid over each other. The page's script draws all of it from
// one block of data, whose size is bounded by sharing a fixed number of curve points among the
// runs.

import type { Warning } from "../errors.ts";
import {
  cagr,
  KEY_METRICS,
  maxDrawdown,
  type Metric,
  sharpeRatio,
  totalReturn,
  volatility,
} from "../metrics/mod.ts";
import { COMPARISON, COMPARISON_STYLE, UPLOT } from "./assets.ts";
import { differences, type EmbeddedComparison, type EmbeddedRun } from "./embedded.ts";
import { foreignText } from "./markup.ts";
import type { ComparedMetric, ComparedRun, ComparisonModel } from "./model.ts";
import { formatFigure, significant } from "./numbers.ts";
import { madeBy, renderPage, THEME_BUTTON, warningBox } from "./page.ts";
import { comparedMetric } from "./figures.ts";
import { chartRows } from "./chart_rows.ts";

/** What the page says besides the runs. */
export interface ComparisonOptions {
  readonly heading: string;
  /** When the page was made, ms since the epoch. */
  readonly generatedAt: number;
  /** True when the curves' x are times, false when they are steps. */
  readonly dated: boolean;
  readonly warnings?: readonly Warning[];
}

/** More runs than this are too much for a page to hold and a reader to look at. */
const MOST_RUNS = 5_000;
/** All curves together have at most about this many points. */
const CURVE_POINTS = 150_000;
/** A param or name longer than this is cut: a page of 1,000 runs must stay small. */
const TEXT_LIMIT = 400;
/** All params together have at most about this many characters, but each as many as tell a value. */
const PARAM_CHARACTERS = 1_500_000;
const LEAST_PARAM_LIMIT = 24;

/**
 * Prepares runs for the page: which metrics there are, which params differ, curves thinned. Of more
 * than 5,000 runs the first are taken, and the page says so.
 */
export function buildComparison(
  allRuns: readonly ComparedRun[],
  options: ComparisonOptions,
): ComparisonModel {
  const runs = allRuns.slice(0, MOST_RUNS);
  const names = new Set(runs.flatMap((run) => Object.keys(run.metrics)));
  const known = [...names].map(comparedMetric).sort((one, other) => one.order - other.order);
  const paramNames = new Set(runs.flatMap((run) => Object.keys(run.params)));
  const limit = Math.max(20, Math.floor(CURVE_POINTS / Math.max(1, runs.length)));
  return {
    heading: options.heading,
    generatedAt: options.generatedAt,
    runs: runs.map((run) => ({ ...run, ...thinnedCurve(run, limit) })),
    metrics: known.map(({ order: _, ...metric }): ComparedMetric => metric),
    params: [...paramNames].filter((name) =>
      runs.length === 1 || new Set(runs.map((run) => run.params[name])).size > 1
    ),
    dated: options.dated,
    warnings: [...options.warnings ?? [], ...leftOut(allRuns.length)],
  };
}

function leftOut(count: number): Warning[] {
  if (count <= MOST_RUNS) return [];
  const text = (number: number): string => formatFigure(number, "count");
  return [{
    code: "runs-left-out",
    message: `Of ${text(count)} runs the first ${
      text(MOST_RUNS)
    } are shown; narrow the search to see others`,
  }];
}

function thinnedCurve({ curve }: ComparedRun, limit: number): Pick<ComparedRun, "curve"> {
  if (curve === undefined || curve.x.length === 0) return {};
  const rows = chartRows(curve.x.length, [curve.y], Math.min(limit, 2_000));
  return {
    curve: { x: rows.map((row) => curve.x[row] ?? NaN), y: rows.map((row) => curve.y[row] ?? NaN) },
  };
}

/** Renders the comparison as one self-contained HTML file. */
export function renderComparison(model: ComparisonModel): string {
  return renderPage({
    title: model.heading,
    style: COMPARISON_STYLE,
    scripts: [UPLOT, COMPARISON],
    data: embedded(model),
    body: body(model),
  });
}

function embedded(model: ComparisonModel): EmbeddedComparison {
  const positions = (...wanted: readonly Metric[]): number[] =>
    wanted.map(({ name }) => model.metrics.findIndex((metric) => metric.name === name))
      .filter((index) => index >= 0);
  const keys = positions(...KEY_METRICS);
  const share = Math.floor(PARAM_CHARACTERS / Math.max(1, model.runs.length * model.params.length));
  const paramLimit = Math.max(LEAST_PARAM_LIMIT, Math.min(TEXT_LIMIT, share));
  return {
    dated: model.dated,
    metrics: model.metrics,
    shown: keys.length > 0 ? keys : model.metrics.slice(0, 6).map((_, index) => index),
    axes: {
      across: positions(maxDrawdown, volatility)[0] ?? 0,
      up: positions(cagr, totalReturn)[0] ?? 0,
      byParam: positions(sharpeRatio)[0] ?? 0,
    },
    params: model.params.map((name) => cut(name)),
    runs: model.runs.map((run): EmbeddedRun => ({
      id: cut(run.id),
      name: cut(run.name),
      status: cut(run.status),
      start: run.startTime,
      metrics: model.metrics.map(({ name }) => significant(run.metrics[name] ?? NaN, 8)),
      params: model.params.map((name) => {
        const value = run.params[name];
        return value === undefined ? null : cut(value, paramLimit);
      }),
      x: differences(run.curve?.x ?? []),
      y: (run.curve?.y ?? []).map((value) => significant(value, 5)),
    })),
  };
}

function cut(text: string, limit = TEXT_LIMIT): string {
  const fit = text.toWellFormed();
  return fit.length <= limit ? fit : `${fit.slice(0, limit).toWellFormed()}…`;
}

function body(model: ComparisonModel): string {
  const count = model.runs.length;
  const curves = model.runs.filter((run) => run.curve !== undefined).length;
  const warnings = warningBox(model.warnings.map(({ message }) => message));
  const facts = `${formatFigure(count, "count")} ${count === 1 ? "run" : "runs"} · ` +
    `${formatFigure(model.metrics.length, "count")} metrics · ` +
    `${formatFigure(model.params.length, "count")} ${
      model.params.length === 1 ? "parameter that differs" : "parameters that differ"
    }`;
  return `<header><div class="top"><div><h1>${
    foreignText(model.heading)
  }</h1><p class="quiet">${facts}</p></div>` +
    `${THEME_BUTTON}</div>${warnings}</header>` +
    `<main><noscript><p>This page needs JavaScript.</p></noscript>${LEADERBOARD}${
      curvesSection(curves)
    }${SCATTERS}</main>` +
    `<footer><p>${madeBy(model.generatedAt)}</p></footer>`;
}

const LEADERBOARD =
  `<section aria-labelledby="leaderboard-title"><h2 id="leaderboard-title">Leaderboard</h2>` +
  `<div class="choices bar"><label>Find <input type="search" id="find" placeholder="run or parameter"></label>` +
  `<button type="button" class="button" id="select-top">Select the top 8</button>` +
  `<button type="button" class="button" id="select-none">Select none</button>` +
  `<span class="quiet" id="count" role="status"></span></div>` +
  `<details class="columns"><summary>Columns</summary><div id="columns" class="grid"></div></details>` +
  `<div class="scroll board" tabindex="0" role="region" aria-label="Leaderboard"><table id="board"></table></div>` +
  `<p><button type="button" class="button" id="show-all" hidden>Show all rows</button></p></section>`;

function curvesSection(curves: number): string {
  const place = curves === 0
    ? `<p class="quiet">No run has logged points of cumulative_return, so there is no curve to draw.</p>`
    : `<div class="plot" id="curves" role="group" aria-label="Cumulative returns of the selected runs; the others in grey"></div>`;
  return `<section aria-labelledby="curves-title"><h2 id="curves-title">Cumulative returns</h2>${place}</section>`;
}

const SCATTERS =
  `<section aria-labelledby="scatter-title"><h2 id="scatter-title">Runs against each other</h2><div class="pair">` +
  scatterPlace("metrics", "Metric against metric") +
  scatterPlace("params", "Parameter against metric") +
  "</div></section>";

function scatterPlace(id: string, title: string): string {
  return `<figure id="scatter-${id}"><figcaption><h3>${title}</h3><div class="choices">` +
    `<label>Up <select data-axis="y"></select></label><label>Across <select data-axis="x"></select></label></div></figcaption>` +
    `<div class="scatter"></div></figure>`;
}
