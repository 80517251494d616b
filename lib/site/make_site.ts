// Experiments as a folder of pages. The same runs give the same bytes, whenever the site is made: no
// page says when, and one that is as it was is not touched.

import type { BacktestOptions } from "../backtest/mod.ts";
import { parseFilter, parseSortKeys } from "../filter/mod.ts";
import { CATALOGUE } from "../metrics/mod.ts";
import { nearestNames } from "../nearest.ts";
import { type IndexedExperiment, renderIndex } from "../report/mod.ts";
import { countRuns, foundHere } from "../tracking/search.ts";
import type { Experiment } from "../tracker.ts";
import type { Session } from "../tracking/session.ts";
import { INDEX, placeOf, SHARED, sheetPage } from "./addresses.ts";
import { type MadeExperiment, type Making, writeExperiment } from "./experiment_pages.ts";
import { openSite, type PageCounts } from "./folder.ts";

/** What a site is to be. */
export interface SiteRequest {
  readonly folder: string;
  /** Names or ids; none: the environment's, else all active experiments. */
  readonly experiments: readonly string[];
  /** As written; null for all runs. */
  readonly filter: string | null;
  /** Runs on the page of an experiment. */
  readonly limit: number;
  /** Name of the metric by which runs are the best. */
  readonly metric: string;
  /** Tear sheets an experiment: of the best runs. */
  readonly sheets: number;
  /** Heading of the index. */
  readonly title: string;
  /** How the report of a run is made when nothing is asked for. */
  readonly backtest: BacktestOptions;
}

/** What was made. */
export interface MadeSite {
  readonly experiments: readonly MadeExperiment[];
  readonly pages: PageCounts;
}

/**
 * Makes a site, or makes it again.
 *
 * @throws {UsageError} where the folder holds anything else.
 * @throws {StorageError} where another is making a site there.
 * @throws {NotFoundError} where an experiment is not there.
 */
export async function makeSite(session: Session, request: SiteRequest): Promise<MadeSite> {
  const making = await makingOf(session, request);
  try {
    return await madeBy(session, request, making);
  } finally {
    await making.site.close();
  }
}

async function madeBy(
  session: Session,
  request: SiteRequest,
  making: Omit<Making, "advance">,
): Promise<MadeSite> {
  const { context } = session;
  const { query, experiments } = await foundHere(session, {
    ...{ stores: [], experiments: request.experiments, view: "active" },
    orderBy: making.order.keys,
    filter: making.filter?.filter ?? null,
  });
  const advance = await progressOf(session, experiments, ({ id }) => {
    const most = Math.min(request.sheets, request.limit);
    return most === 0
      ? Promise.resolve(0)
      : countRuns(session, { ...query, experimentIds: [id] }, most);
  });
  await making.site.claim([INDEX, ...SHARED.keys()]);
  for (const [path, { text }] of SHARED) await making.site.write(path, text);
  const made: MadeExperiment[] = [];
  for (const experiment of experiments) {
    context.interrupted.throwIfAborted();
    made.push(await writeExperiment({ ...making, advance }, experiment));
    advance(experiment.name);
  }
  const html = renderIndex({
    ...{ heading: request.title, metric: request.metric, filter: request.filter },
    experiments: made.toSorted(newestFirst).map(indexed),
  }, placeOf(INDEX, []));
  await making.site.write(INDEX, html);
  warnOfMetric(session, request.metric, made);
  return { experiments: made, pages: await making.site.finish() };
}

/** Tells of each page that is done, of all that there will be. */
async function progressOf(
  { context }: Session,
  experiments: readonly Experiment[],
  countSheets: (experiment: Experiment) => Promise<number>,
): Promise<Making["advance"]> {
  let total = experiments.length;
  for (const experiment of experiments) {
    context.interrupted.throwIfAborted();
    total += await countSheets(experiment);
  }
  let [done, failed] = [0, 0];
  return (label, isMade = true) => {
    done++;
    if (!isMade) failed++;
    // Runs may have been logged meanwhile.
    context.progress({ ...{ done, failed, label }, total: Math.max(total, done) });
  };
}

async function makingOf(
  session: Session,
  request: SiteRequest,
): Promise<Omit<Making, "advance">> {
  const { filter, limit, metric, sheets, title, backtest } = request;
  const isLowGood = CATALOGUE.find(({ name }) => name === metric)?.better === "lower";
  const key = /^\w+$/.test(metric) ? metric : `\`${metric}\``;
  const texts = [`metrics.${key} ${isLowGood ? "ASC" : "DESC"}`];
  const keys = parseSortKeys(texts, "runs");
  return {
    // What the parts say of their progress would turn the one bar back again and again.
    session: { ...session, context: { ...session.context, progress: () => {} } },
    ...{ limit, metric, sheets, title, backtest },
    site: await openSite(session.context.io, request.folder),
    filter: filter === null ? null : { text: filter, filter: parseFilter(filter) },
    // Of all runs the order is the page's own.
    order: limit === Infinity ? { texts: [], keys: [] } : { texts, keys },
  };
}

function newestFirst(one: MadeExperiment, other: MadeExperiment): number {
  const [a, b] = [one.newest ?? -Infinity, other.newest ?? -Infinity];
  if (a !== b) return a > b ? -1 : 1;
  return one.experiment.name < other.experiment.name ? -1 : 1;
}

function indexed({ experiment, best, pages, ...made }: MadeExperiment): IndexedExperiment {
  return {
    ...{ name: experiment.name, href: pages.runs, runs: made.runs, newest: made.newest },
    best: best === null ? null : {
      ...{ name: best.name, value: best.value },
      href: made.sheets.made.has(best.id) ? sheetPage(best.id) : undefined,
    },
    judgement: pages.judgement ?? undefined,
  };
}

/** A metric that no run has, most often misspelt: then nothing is the best. */
function warnOfMetric(
  { context }: Session,
  metric: string,
  made: readonly MadeExperiment[],
): void {
  const known = new Set(made.flatMap(({ metrics }) => metrics));
  if (known.size === 0 || known.has(metric)) return;
  const [near] = nearestNames(metric, [...known]);
  const did = near === undefined ? "" : `; did you mean ${near}?`;
  context.warn({
    code: "metric-missing",
    message: `No run has the metric ${metric}, so none is the best by it${did}`,
  });
}
