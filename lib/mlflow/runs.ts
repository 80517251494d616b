// Runs on an MLflow server. To a search by an unknown name it answers with nothing, so a second
// request finds out whether there is nothing or no such name.

import { NotFoundError, TrackerError } from "../errors.ts";
import {
  compareRuns,
  evaluate,
  isNumeric,
  keptRunOrder,
  pushdown,
  pushdownOrder,
} from "../filter/mod.ts";
import { DATASET_CONTEXT_TAG } from "../own_names.ts";
import type { Dataset, NewRun, Run, RunMethods, RunQuery } from "../tracker.ts";
import { batchesOf } from "./batches.ts";
import { API, change, create, filled, isMissing, named, pairsOf, search } from "./calls.ts";
import { VIEWS } from "./experiments.ts";
import { getRun } from "./get_run.ts";
import { metricHistory } from "./history.ts";
import type { Http } from "./http.ts";
import type { Notes } from "./notes.ts";
import { pageSizes, type Sized } from "./page_sizes.ts";
import { readRun, readRuns } from "./schema.ts";
import type { SearchKind } from "./reading.ts";
import { searched } from "./search.ts";

const PAGE_RUNS = 1000;
const INPUT_ATTEMPTS = 4;

/** What a search must know of runs. */
const RUNS: SearchKind<Run> = {
  noun: "runs",
  cut: (filter, version) => pushdown(filter, { version }),
  matches: evaluate,
  serverOrder: pushdownOrder,
  compare: compareRuns,
  keptOrder: keptRunOrder,
  isNumeric: (orderBy) => isNumeric(orderBy, "runs"),
  id: (run) => run.id,
  stage: (run) => run.lifecycleStage,
  experiment: (run) => run.experimentId,
};

/** What a Tracker does with runs, as requests; told of each that it has made. */
export function runMethods(
  http: Http,
  version: () => Promise<string | null>,
  notes: Notes,
  onMade: (run: Run) => void,
): RunMethods {
  const sized = pageSizes();
  const sizedHistory = pageSizes();
  const onRun = (id: string, endpoint: string, body: Record<string, unknown>): Promise<void> =>
    named("run", id, () => change(http, endpoint, { run_id: id, ...body }));
  return {
    searchRuns: (query) => searchRuns(http, query, version, { notes, sized }),
    getRun: (id) => getRun(http, id, notes),
    createRun: async (run, onRepeat) => {
      const made = await createRun(http, run, onRepeat);
      onMade(made);
      return made;
    },
    updateRun: (id, { status, endTime, name }) =>
      onRun(id, "runs/update", { status, end_time: endTime, run_name: name }),
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
    deleteTag: (id, key) => deleteTag(http, id, key, notes),
    deleteRun: (id) => onRun(id, "runs/delete", {}),
    restoreRun: (id) => onRun(id, "runs/restore", {}),
    metricHistory: (id, key) => metricHistory({ http, notes, sized: sizedHistory }, id, key),
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

async function createRun(http: Http, run: NewRun, onRepeat?: () => void): Promise<Run> {
  const { value } = await named("experiment", run.experimentId, () =>
    create(
      http,
      "runs/create",
      {
        experiment_id: run.experimentId,
        run_name: run.name,
        start_time: run.startTime,
        user_id: run.user,
        tags: pairsOf(run.tags),
      },
      readRun,
      onRepeat,
    ));
  return value;
}

function searchRuns(
  http: Http,
  { experimentIds, ...query }: RunQuery,
  version: () => Promise<string | null>,
  { notes, sized }: { readonly notes: Notes; readonly sized: Sized },
): AsyncIterable<readonly Run[]> {
  return searched<Run>({
    ...query,
    kind: RUNS,
    ids: experimentIds,
    limit: experimentIds.length === 0 ? 0 : query.limit,
    pageSize: PAGE_RUNS,
    version,
    notes,
    url: http.url(`${API}/runs/search`),
    fetch: ({ ids, filter, orderBy, maxResults, token }) =>
      sized(maxResults, (size) =>
        search(http, "runs/search", {
          experiment_ids: ids,
          run_view_type: VIEWS[query.view],
          max_results: size,
          order_by: orderBy,
          filter,
          page_token: token,
        }, readRuns)),
  });
}

function datasetInput(dataset: Dataset): unknown {
  const { name, digest, sourceType, source, schema, profile, context } = dataset;
  return filled({
    dataset: filled({ name, digest, source_type: sourceType, source, schema, profile }),
    tags: context === undefined ? [] : [{ key: DATASET_CONTEXT_TAG, value: context }],
  });
}

async function deleteTag(
  http: Http,
  id: string,
  key: string,
  notes: Notes,
): Promise<void> {
  let isRepeated = false;
  try {
    await change(
      http,
      "runs/delete-tag",
      { run_id: id, key },
      (maybeDone) => isRepeated ||= maybeDone,
    );
  } catch (error) {
    if (!isMissing(error)) throw error;
    // "Does not exist" may be said of the run or of the tag.
    await getRun(http, id, notes);
    if (!isRepeated) throw new NotFoundError("tag", key);
  }
}
