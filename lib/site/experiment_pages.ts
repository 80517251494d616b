// The pages of one experiment: the sheets of its best runs first, then the page that leads to them, and
// the judgement. Whatever ends the work, no page leads to one that is still to be made.

import type { BacktestOptions } from "../backtest/mod.ts";
import type { Warning } from "../errors.ts";
import type { Filter, OrderBy } from "../filter/mod.ts";
import { KEY_METRICS } from "../metrics/mod.ts";
import { renderEmpty } from "../report/mod.ts";
import type { Experiment } from "../tracker.ts";
import { bestFirst } from "../tracking/compared_curves.ts";
import { foundPage, type FoundRuns, foundRuns } from "../tracking/comparison_page.ts";
import { judgementPage } from "../tracking/judgement_page.ts";
import type { Session } from "../tracking/session.ts";
import {
  addressFrom,
  experimentPage,
  INDEX,
  judgementPageOf,
  placeOf,
  sheetPage,
} from "./addresses.ts";
import type { SiteFolder } from "./folder.ts";
import { type FailedSheet, type SheetRun, type Sheets, writeSheets } from "./sheets.ts";

/** What the pages of all experiments are made with. */
export interface Making {
  readonly session: Session;
  readonly site: SiteFolder;
  readonly title: string;
  /** Null for all runs; as written, and as read. */
  readonly filter: { readonly text: string; readonly filter: Filter } | null;
  /** Of many runs the first by this are on the page: as written, and as read. */
  readonly order: { readonly texts: readonly string[]; readonly keys: readonly OrderBy[] };
  /** Runs on a page. */
  readonly limit: number;
  /** The metric by which runs are the best. */
  readonly metric: string;
  /** Sheets an experiment. */
  readonly sheets: number;
  readonly backtest: BacktestOptions;
  /** Tells that a page is done, of what, and whether it was made. */
  readonly advance: (label: string, isMade?: boolean) => void;
}

/** What was made of an experiment. */
export interface MadeExperiment {
  readonly experiment: Experiment;
  /** Those that match the filter, also where the page does not hold them all. */
  readonly runs: number;
  readonly best: SheetRun & { readonly value: number } | null;
  /** Start of the newest run, ms since the epoch; null without runs. */
  readonly newest: number | null;
  /** Paths in the folder; null where the runs are too many to be judged, or there is nothing to judge. */
  readonly pages: { readonly runs: string; readonly judgement: string | null };
  readonly sheets: Sheets;
  /** Runs beyond the best, which were not asked for. */
  readonly leftOut: number;
  /** Names of metrics that its runs have. */
  readonly metrics: readonly string[];
}

/** Resamples of a judgement, as of the command. */
const RESAMPLES = 1_000;

/** Failures that a page lists. */
const LISTED = 5;

/** Writes the pages of an experiment. */
export async function writeExperiment(
  making: Making,
  experiment: Experiment,
): Promise<MadeExperiment> {
  const { session, site, metric } = making;
  const found = await runsOf(making, experiment);
  const { columns } = found.runs;
  const ranked = bestFirst(found.runs, metric);
  const wanted = [...ranked, ...columns.idle].slice(0, making.sheets);
  const runs = wanted.map((run) => runAt(found, run));
  const judged = found.luck?.judged ?? null;
  await site.claim([
    experimentPage(experiment.id),
    ...(judged === null ? [] : [judgementPageOf(experiment.id)]),
    ...runs.map(({ id }) => sheetPage(id)),
  ]);
  const sheets = await writeSheets(session, runs, { ...making, experiment });
  for (const one of sheets.failed) session.context.warn(failedWarning(one));
  await writeRuns(making, found, { positions: wanted, sheets });
  if (judged !== null) {
    const page = judgementPageOf(experiment.id);
    const html = judgementPage(judged, {
      now: null,
      sheets: new Map([...sheets.made].map((id) => [id, addressFrom(page, sheetPage(id))])),
      place: placeOf(page, [
        { label: making.title, href: INDEX },
        { label: experiment.name, href: experimentPage(experiment.id) },
      ]),
    });
    await site.write(page, html);
  }
  const lost = new Set(columns.lost);
  const first = ranked.find((run) => !lost.has(run));
  const value = first === undefined ? NaN : columns.metrics.get(metric)?.[first] ?? NaN;
  return {
    ...{ experiment, sheets },
    runs: found.total,
    best: first === undefined || Number.isNaN(value) ? null : { ...runAt(found, first), value },
    newest: columns.count === 0
      ? null
      : columns.starts.reduce((latest, start) => Math.max(latest, start), -Infinity),
    pages: {
      runs: experimentPage(experiment.id),
      judgement: judged === null ? null : judgementPageOf(experiment.id),
    },
    leftOut: found.total - wanted.length,
    metrics: [...columns.metrics.keys()],
  };
}

async function runsOf(
  { session, filter, order, limit, metric }: Making,
  experiment: Experiment,
): Promise<FoundRuns> {
  const { keys, texts } = order;
  const query = {
    experimentIds: [experiment.id],
    ...{ filter: filter?.filter ?? null, orderBy: keys, view: "active" as const },
  };
  const names = KEY_METRICS.map(({ name }) => name);
  return await foundRuns(session, { query, experiments: [experiment] }, {
    ...{ limit, filter: filter?.text ?? null, orderBy: texts },
    metrics: [metric, ...names.filter((name) => name !== metric)],
  }, { resamples: RESAMPLES });
}

function runAt({ runs: { columns } }: FoundRuns, run: number): SheetRun {
  const id = columns.ids[run] ?? "";
  const name = columns.names[run] ?? "";
  return { id, name: name === "" ? id : name };
}

/** The page of the runs; of none, one that says so. */
async function writeRuns(
  { session, site, title, filter }: Making,
  found: FoundRuns,
  { positions, sheets }: { readonly positions: readonly number[]; readonly sheets: Sheets },
): Promise<void> {
  const [experiment] = found.experiments;
  if (experiment === undefined) return;
  const page = experimentPage(experiment.id);
  const beside = (found.luck?.judged ?? null) === null
    ? []
    : [{ label: "Is the best one luck?", href: judgementPageOf(experiment.id) }];
  const place = placeOf(page, [{ label: title, href: INDEX }], beside);
  if (found.runs.columns.count === 0) {
    const facts = { heading: experiment.name, filter: filter?.text ?? null };
    return await site.write(page, renderEmpty(facts, place));
  }
  const addresses = positions.flatMap((run): readonly [number, string][] => {
    const { id } = runAt(found, run);
    return sheets.made.has(id) ? [[run, addressFrom(page, sheetPage(id))]] : [];
  });
  const html = await foundPage(session, found, {
    ...{ now: null, place },
    sheets: new Map(addresses),
    facts: factsOf(found, sheets, filter?.text ?? null),
    warnings: warningsOf(sheets.failed),
  });
  await site.write(page, html);
}

function factsOf(found: FoundRuns, { made }: Sheets, filter: string | null): readonly string[] {
  const { count } = found.runs.columns;
  const which = made.size < count ? `tear sheets of ${made.size}` : "tear sheets of all";
  return [
    ...(filter === null ? [] : [`only those that match ${filter}`]),
    ...(made.size === 0 ? [] : [which]),
  ];
}

function failedWarning({ run, reason }: FailedSheet): Warning {
  return {
    code: "sheet-failed",
    message: `Cannot make the tear sheet of ${run.name} (${run.id}): ${reason}`,
  };
}

function warningsOf(failed: readonly FailedSheet[]): readonly Warning[] {
  const rest = failed.length - LISTED;
  const more = rest === 1 ? "1 more run has no tear sheet" : `${rest} more runs have no tear sheet`;
  return [
    ...failed.slice(0, LISTED).map(failedWarning),
    ...(rest <= 0 ? [] : [{ code: "sheet-failed", message: `${more} for such reasons` }]),
  ];
}
