// Runs and their metric histories on an MLflow server. To a search or history by an unknown name it
// answers with nothing, so a second request finds out whether there is nothing or no such name.

import { NotFoundError, TrackerError } from "../errors.ts";
import { compareRuns, evaluate, pushdown, pushdownOrder } from "../filter/mod.ts";
import { DATASET_CONTEXT_TAG } from "../own_names.ts";
import type { Dataset, MetricPoint, NewRun, Run, RunMethods, RunQuery } from "../tracker.ts";
import { batchesOf } from "./batches.ts";
import { API, change, create, get, isMissing, named, pairsOf, search } from "./calls.ts";
import { VIEWS } from "./experiments.ts";
import type { Http } from "./http.ts";
import { matchingPages, pageTokens } from "./pages.ts";
import { readHistory, readRun, readRuns } from "./schema.ts";
import type { Page } from "./schema.ts";

const PAGE_RUNS = 1000;
const INPUT_ATTEMPTS = 4;
const PAGE_POINTS = 25_000;
/** MLflow 2.x answers a whole history at once: 400 MB are some five million points. */
const MAX_HISTORY_BYTES = 400 * 1024 * 1024;

/** What a Tracker does with runs, as requests. */
export function runMethods(http: Http, version: () => Promise<string | null>): RunMethods {
  const onRun = (id: string, endpoint: string, body: Record<string, unknown>): Promise<void> =>
    named("run", id, () => change(http, endpoint, { run_id: id, ...body }));
  return {
    searchRuns: (query) => searchRuns(http, query, version),
    getRun: (id) => getRun(http, id),
    createRun: (run) => createRun(http, run),
    updateRun: (id, { status, endTime, name }) =>
      onRun(id, "runs/update", {
        ...(status === undefined ? {} : { status }),
        ...(endTime === undefined ? {} : { end_time: endTime }),
        ...(name === undefined ? {} : { run_name: name }),
      }),
    logBatch: async (id, batch) => {
      for (const body of batchesOf(batch)) {
        await amongOthers(() => onRun(id, "runs/log-batch", { ...body }));
      }
    },
    logInputs: async (id, datasets) => {
      if (datasets.length === 0) return;
      await amongOthers(() =>
        onRun(id, "runs/log-inputs", { datasets: datasets.map(datasetInput) })
      );
    },
    deleteTag: (id, key) => deleteTag(http, id, key),
    deleteRun: (id) => onRun(id, "runs/delete", {}),
    restoreRun: (id) => onRun(id, "runs/restore", {}),
    metricHistory: (id, key) => metricHistory(http, id, key),
  };
}

/**
 * Repeats what a server refuses because another has just brought the same dataset, param or point: it
 * looks for it, inserts it, and finds that it exists. A second attempt finds it at once.
 */
async function amongOthers(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return await work();
    } catch (error) {
      const isRace = error instanceof TrackerError && error.status === 400 &&
        /unique|duplicate/i.test(error.message);
      if (!isRace || attempt === INPUT_ATTEMPTS) throw error;
    }
  }
}

/** A run by its id. */
export function getRun(http: Http, id: string): Promise<Run> {
  return named("run", id, () => get(http, "runs/get", { run_id: id }, readRun));
}

function createRun(http: Http, run: NewRun): Promise<Run> {
  return named("experiment", run.experimentId, () =>
    create(http, "runs/create", {
      experiment_id: run.experimentId,
      run_name: run.name,
      start_time: run.startTime,
      user_id: run.user,
      tags: pairsOf(run.tags),
    }, readRun));
}

function searchRuns(
  http: Http,
  query: RunQuery,
  version: () => Promise<string | null>,
): AsyncIterable<readonly Run[]> {
  return matchingPages<Run>({
    ...query,
    limit: query.experimentIds.length === 0 ? 0 : query.limit,
    pageSize: PAGE_RUNS,
    cut: async (filter) => pushdown(filter, { version: await version() }),
    serverOrder: pushdownOrder,
    matches: evaluate,
    compare: compareRuns,
    url: http.url(`${API}/runs/search`),
    fetch: ({ filter, orderBy, maxResults, token }) =>
      search(http, "runs/search", {
        experiment_ids: query.experimentIds,
        run_view_type: VIEWS[query.view],
        max_results: maxResults,
        order_by: orderBy,
        ...(filter === null ? {} : { filter }),
        ...(token === null ? {} : { page_token: token }),
      }, readRuns),
  });
}

function datasetInput(dataset: Dataset): unknown {
  const { name, digest, sourceType, source, schema, profile, context } = dataset;
  return {
    dataset: {
      name,
      digest,
      source_type: sourceType,
      source,
      ...(schema === undefined ? {} : { schema }),
      ...(profile === undefined ? {} : { profile }),
    },
    tags: context === undefined ? [] : [{ key: DATASET_CONTEXT_TAG, value: context }],
  };
}

async function deleteTag(http: Http, id: string, key: string): Promise<void> {
  let isRepeated = false;
  try {
    await change(http, "runs/delete-tag", { run_id: id, key }, () => isRepeated = true);
  } catch (error) {
    if (!isMissing(error)) throw error;
    // "Does not exist" may be said of the run or of the tag.
    await getRun(http, id);
    if (!isRepeated) throw new NotFoundError("tag", key);
  }
}

/**
 * All points of a metric. MLflow's pages are in the order of timestamps; ours is that of steps, so
 * the points are gathered, and sorted only where the two differ.
 */
async function* metricHistory(
  http: Http,
  runId: string,
  key: string,
): AsyncIterable<readonly MetricPoint[]> {
  const points: MetricPoint[] = [];
  const tokenOf = pageTokens("GET", http.url(`${API}/metrics/get-history`));
  let token: string | null = null;
  do {
    const page: Page<MetricPoint> = await get(
      http,
      "metrics/get-history",
      {
        run_id: runId,
        metric_key: key,
        max_results: PAGE_POINTS,
        page_token: token ?? undefined,
      },
      readHistory,
      { maxBytes: MAX_HISTORY_BYTES, exactWholes: true },
    );
    for (const point of page.items) points.push(point);
    token = tokenOf(page);
  } while (token !== null);
  // An unknown run has no points either, and says so only here.
  if (points.length === 0) await getRun(http, runId);
  if (!isSorted(points)) points.sort(bySteps);
  for (let from = 0; from < points.length; from += PAGE_POINTS) {
    yield points.slice(from, from + PAGE_POINTS);
  }
}

function bySteps(left: MetricPoint, right: MetricPoint): number {
  return byWhole(left.exactStep ?? left.step, right.exactStep ?? right.step) ||
    byWhole(left.exactTimestamp ?? left.timestamp, right.exactTimestamp ?? right.timestamp);
}

/** Each a number, or the digits of one that is too long. */
function byWhole(left: number | string, right: number | string): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  const [one, other] = [BigInt(left), BigInt(right)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function isSorted(points: readonly MetricPoint[]): boolean {
  return points.every((point, index) => {
    const before = points[index - 1];
    return before === undefined || bySteps(before, point) <= 0;
  });
}
