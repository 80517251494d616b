// Experiments on an MLflow server. Where versions answer differently, or one answer has two reasons,
// a second request finds out which.

import { NotFoundError, TrackerError } from "../errors.ts";
import {
  compareExperiments,
  evaluateExperiment,
  pushdown,
  pushdownExperimentOrder,
} from "../filter/mod.ts";
import type { Experiment, ExperimentMethods, ExperimentQuery, View } from "../tracker.ts";
import { API, change, create, get, isMissing, named, pairsOf, search } from "./calls.ts";
import type { Http } from "./http.ts";
import { matchingPages } from "./pages.ts";
import { readExperiment, readExperimentId, readExperiments } from "./schema.ts";

const PAGE_EXPERIMENTS = 1000;

/** The views as MLflow names them. */
export const VIEWS: Readonly<Record<View, string>> = {
  active: "ACTIVE_ONLY",
  deleted: "DELETED_ONLY",
  all: "ALL",
};

/** What a Tracker does with experiments, as requests. */
export function experimentMethods(
  http: Http,
  version: () => Promise<string | null>,
): ExperimentMethods {
  return {
    searchExperiments: (query) => searchExperiments(http, query, version),
    getExperiment: (id) => getExperiment(http, id),
    findExperiment: (name) => findExperiment(http, name),
    createExperiment: (name, options) => createExperiment(http, name, options),
    renameExperiment: (id, name) =>
      onExperiment(
        id,
        () => change(http, "experiments/update", { experiment_id: id, new_name: name }),
      ),
    setExperimentTag: (id, key, value) =>
      onExperiment(
        id,
        () => change(http, "experiments/set-experiment-tag", { experiment_id: id, key, value }),
      ),
    deleteExperiment: (id) => setStage(http, id, "deleted"),
    restoreExperiment: (id) => setStage(http, id, "active"),
  };
}

/** Since 3.x an id that is no number is an invalid parameter rather than an unknown one. */
async function onExperiment<Value>(id: string, work: () => Promise<Value>): Promise<Value> {
  if (!/^\d{1,18}$/.test(id)) throw new NotFoundError("experiment", id);
  return await named("experiment", id, work);
}

function searchExperiments(
  http: Http,
  query: ExperimentQuery,
  version: () => Promise<string | null>,
): AsyncIterable<readonly Experiment[]> {
  return matchingPages<Experiment>({
    ...query,
    pageSize: PAGE_EXPERIMENTS,
    cut: async (filter) => pushdown(filter, { version: await version() }),
    serverOrder: pushdownExperimentOrder,
    matches: evaluateExperiment,
    compare: compareExperiments,
    url: http.url(`${API}/experiments/search`),
    fetch: ({ filter, orderBy, maxResults, token }) =>
      search(http, "experiments/search", {
        view_type: VIEWS[query.view],
        max_results: maxResults,
        order_by: orderBy,
        ...(filter === null ? {} : { filter }),
        ...(token === null ? {} : { page_token: token }),
      }, readExperiments),
  });
}

function getExperiment(http: Http, id: string): Promise<Experiment> {
  return onExperiment(
    id,
    () => get(http, "experiments/get", { experiment_id: id }, readExperiment),
  );
}

async function findExperiment(http: Http, name: string): Promise<Experiment | null> {
  try {
    return await get(http, "experiments/get-by-name", { experiment_name: name }, readExperiment);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function createExperiment(
  http: Http,
  name: string,
  { artifactLocation, tags = {} }: Parameters<ExperimentMethods["createExperiment"]>[1] = {},
): Promise<string> {
  try {
    return await create(http, "experiments/create", {
      name,
      ...(artifactLocation === undefined ? {} : { artifact_location: artifactLocation }),
      tags: pairsOf(tags),
    }, readExperimentId);
  } catch (error) {
    if (!(error instanceof TrackerError) || !error.alreadyExists) throw error;
    // MLflow's own message is its database's, and does not say that a deleted one is in the way.
    const found = await findExperiment(http, name);
    // On Databricks an experiment is a place in the workspace, where a folder or notebook may be.
    const what = found === null
      ? `the server has no experiment "${name}", yet something else of that name, as a folder or ` +
        "notebook on Databricks: choose another name"
      : `experiment "${name}" exists already` +
        (found.lifecycleStage === "deleted" ? " in deleted state: restore it" : "");
    throw new TrackerError(error.method, error.url, {
      status: error.status,
      code: error.code,
      message: what,
      cause: error,
    });
  }
}

async function setStage(http: Http, id: string, stage: "deleted" | "active"): Promise<void> {
  const endpoint = stage === "deleted" ? "experiments/delete" : "experiments/restore";
  let isRepeated = false;
  try {
    await change(http, endpoint, { experiment_id: id }, () => isRepeated = true);
  } catch (error) {
    if (!isMissing(error)) throw error;
    // The server says "does not exist" of one that is in that state already, too.
    const { name, lifecycleStage } = await getExperiment(http, id);
    if (lifecycleStage !== stage) throw error;
    if (isRepeated) return;
    throw new TrackerError("POST", http.url(`${API}/${endpoint}`), {
      status: 400,
      code: "INVALID_PARAMETER_VALUE",
      message: `experiment "${name}" is ${stage} already`,
      cause: error,
    });
  }
}
