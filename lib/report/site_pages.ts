// The pages of a folder of pages that hold no run: the index, a row an experiment, and the page of an
// experiment that has none. They need no script.

import { SITE_STYLE } from "./assets.ts";
import type { ComparedMetric } from "./comparison_model.ts";
import { comparedMetric } from "./figures.ts";
import { foreignText, linkTo } from "./markup.ts";
import { formatDate, formatFigure, UNDEFINED_TEXT } from "./numbers.ts";
import { madeBy, type PagePlace, renderPage } from "./page.ts";
import { dataCell } from "./tables.ts";

/** An experiment as a row of the index. */
export interface IndexedExperiment {
  readonly name: string;
  readonly href: string;
  readonly runs: number;
  /** The run with the best value of the index's metric; null where no run has one. */
  readonly best: {
    readonly value: number;
    readonly name: string;
    /** Its tear sheet. */
    readonly href: string | undefined;
  } | null;
  /** Start of its newest run, ms since the epoch; null without runs. */
  readonly newest: number | null;
  /** The page of its judgement. */
  readonly judgement: string | undefined;
}

/** What the index says. */
export interface IndexModel {
  readonly heading: string;
  /** Name of the metric by which a run is the best. */
  readonly metric: string;
  /** As written; null where all runs are there. */
  readonly filter: string | null;
  /** In the order of the page. */
  readonly experiments: readonly IndexedExperiment[];
}

/** The index. */
export function renderIndex(model: IndexModel, place: PagePlace): string {
  const { experiments, heading } = model;
  const runs = experiments.reduce((sum, experiment) => sum + experiment.runs, 0);
  const facts = `${counted(experiments.length, "experiment")} · ${counted(runs, "run")}`;
  const main = experiments.length === 0 ? "<p>There are no experiments.</p>" : table(model);
  return page({ heading, facts, filter: model.filter, main }, place);
}

/** What the page of an experiment without runs says. */
export interface EmptyModel {
  readonly heading: string;
  readonly filter: string | null;
}

/** The page of an experiment without runs. */
export function renderEmpty({ heading, filter }: EmptyModel, place: PagePlace): string {
  const main = filter === null
    ? "<p>This experiment has no runs.</p>"
    : "<p>No run of this experiment matches the filter.</p>";
  return page({ heading, facts: counted(0, "run"), filter, main }, place);
}

interface Parts {
  readonly heading: string;
  readonly facts: string;
  readonly filter: string | null;
  readonly main: string;
}

function page({ heading, facts, filter, main }: Parts, place: PagePlace): string {
  const only = filter === null
    ? ""
    : `<p class="quiet">Only runs that match <code>${foreignText(filter)}</code></p>`;
  return renderPage({
    title: heading,
    style: SITE_STYLE,
    scripts: [],
    data: null,
    place,
    body: [
      `<header><h1>${foreignText(heading)}</h1><p class="quiet">${facts}</p>${only}</header>`,
      `<main>${main}</main>`,
      `<footer><p>${madeBy(null)}</p></footer>`,
    ].join("\n"),
  });
}

function table({ experiments, metric }: IndexModel): string {
  const facts = comparedMetric(metric);
  const rows = experiments.map((experiment) => row(experiment, facts));
  return `<div class="scroll" tabindex="0" role="region" aria-label="Experiments">` +
    `<table class="experiments"><thead><tr><th scope="col" class="name">Experiment</th>` +
    `<th scope="col">${bestText(facts)}</th><th scope="col" class="name">Of the run</th>` +
    `<th scope="col">Runs</th><th scope="col">Newest run</th>` +
    `<th scope="col">Judgement</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

/** Of a metric of the user's own nobody knows which end is good: the highest is shown, and called so. */
function bestText({ better, label }: ComparedMetric): string {
  return `${better === "none" ? "Highest" : "Best"} ${foreignText(label, 80)}`;
}

function row(experiment: IndexedExperiment, { unit }: ComparedMetric): string {
  const { best, newest, judgement, runs } = experiment;
  return `<tr><th scope="row">${linkTo(experiment.href, foreignText(experiment.name, 200))}</th>` +
    `<td>${dataCell(best?.value ?? null, unit)}</td><td class="name">${
      best === null ? UNDEFINED_TEXT : linkTo(best.href, foreignText(best.name, 200))
    }</td><td>${dataCell(runs, "count")}</td>` +
    `<td>${newest === null ? UNDEFINED_TEXT : timeText(newest)}</td>` +
    `<td>${judgement === undefined ? "" : linkTo(judgement, "Is it luck?")}</td></tr>`;
}

/** To the day, and exactly for programs. */
function timeText(ms: number): string {
  const text = formatDate(ms);
  if (text === UNDEFINED_TEXT) return text;
  return `<time datetime="${new Date(ms).toISOString()}">${text.split(" ")[0]}</time>`;
}

function counted(count: number, noun: string): string {
  return `${formatFigure(count, "count")} ${count === 1 ? noun : `${noun}s`}`;
}
