// Experiments on an MLflow server. Where versions answer differently, or one answer has two reasons,
// a second request finds out which.

import { NotFoundError, OVERLOADED_CODE, TrackerError } from "../errors.ts";
import {
  compareExperiments,
  evaluateExperiment,
  isNumeric,
  keptExperimentOrder,
  pushdown,
  pushdownExperimentOrder,
} from "../filter/mod.ts";
import type { Experiment, ExperimentMethods, ExperimentQuery, View } from "../tracker.ts";
import {
  API,
  change,
  create,
  get,
  isMissing,
  isUnserved,
  named,
  pairsOf,
  search,
} from "./calls.ts";
import type { Http } from "./http.ts";
import type { Notes } from "./notes.ts";
import { pageSizes, type Sized } from "./page_sizes.ts";
import { badReply } from "./pages.ts";
import type { Search, SearchKind } from "./reading.ts";
import {
  type Page,
  readExperiment,
  readExperimentId,
  readExperiments,
  readFoundExperiment,
} from "./schema.ts";
import { searched } from "./search.ts";

const PAGE_EXPERIMENTS = 1000;

/** What a search must know of experiments. */
const EXPERIMENTS: SearchKind<Experiment> = {
  noun: "experiments",
  cut: (filter, version) => pushdown(filter, { version }),
  matches: evaluateExperiment,
  serverOrder: pushdownExperimentOrder,
  compare: compareExperiments,
  keptOrder: keptExperimentOrder,
  isNumeric: (orderBy) => isNumeric(orderBy, "experiments"),
  id: (experiment) => experiment.id,
  stage: (experiment) => experiment.lifecycleStage,
  experiment: () => null,
};

/** The views as MLflow names them. */
export const VIEWS: Readonly<Record<View, string>> = {
  active: "ACTIVE_ONLY",
  deleted: "DELETED_ONLY",
  all: "ALL",
};

/** Whom experiments are asked of. */
interface Asking {
  readonly http: Http;
  readonly version: () => Promise<string | null>;
  readonly notes: Notes;
  readonly sized: Sized;
}

/** What a Tracker does with experiments, as requests. */
export function experimentMethods(
  http: Http,
  version: () => Promise<string | null>,
  notes: Notes,
): ExperimentMethods {
  const asking: Asking = { http, version, notes, sized: pageSizes() };
  return {
    searchExperiments: (query) => searchExperiments(asking, query),
    getExperiment: (id) => getExperiment(http, id),
    findExperiment: (name) => findExperiment(asking, name),
    createExperiment: (name, options) => createExperiment(asking, name, options),
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

/** Of MLflow's own servers whole numbers, of others what they like; an address it must fit into. */
const EXPERIMENT_ID = /^[\w.-]{1,100}$/;

/** Since 3.x an id that is no number is an invalid parameter rather than an unknown one. */
async function onExperiment<Value>(id: string, work: () => Promise<Value>): Promise<Value> {
  if (!EXPERIMENT_ID.test(id) || /^\d{20,}$/.test(id)) throw new NotFoundError("experiment", id);
  try {
    return await named("experiment", id, work);
  } catch (error) {
    const isNoId = error instanceof TrackerError && error.code === "INVALID_PARAMETER_VALUE" &&
      !/^\d{1,18}$/.test(id);
    throw isNoId ? new NotFoundError("experiment", id) : error;
  }
}

function searchExperiments(
  { http, version, notes, sized }: Asking,
  query: ExperimentQuery & Pick<Search<Experiment>, "whole">,
): AsyncIterable<readonly Experiment[]> {
  return searched<Experiment>({
    ...query,
    kind: EXPERIMENTS,
    ids: [],
    pageSize: PAGE_EXPERIMENTS,
    version,
    notes,
    url: http.url(`${API}/experiments/search`),
    fetch: ({ filter, orderBy, maxResults, token }) =>
      sized(maxResults, async (size) => {
        const page = { view_type: VIEWS[query.view], max_results: size, page_token: token };
        const asked = { ...page, order_by: orderBy, filter };
        try {
          return await search(http, "experiments/search", asked, readExperiments);
        } catch (error) {
          if (!isUnserved(error)) throw error;
          return await listed(http, { ...page, page_token: token ?? undefined }, error);
        }
      }),
  });
}

/** MLflow before 1.28 lists experiments, without filter and order: the search sees to both. */
async function listed(
  http: Http,
  page: Parameters<typeof get>[2],
  unserved: TrackerError,
): Promise<Page<Experiment>> {
  try {
    return await get(http, "experiments/list", page, readExperiments);
  } catch (error) {
    throw error instanceof TrackerError ? unserved : error;
  }
}

async function getExperiment(http: Http, id: string): Promise<Experiment> {
  const { value } = await onExperiment(
    id,
    () => get(http, "experiments/get", { experiment_id: id }, readExperiment),
  );
  // A number may be written with zeros before it.
  if (value.id === id || value.id === id.replace(/^0+(?=\d)/, "")) return value;
  const url = http.url(`${API}/experiments/get`);
  throw badReply(
    "GET",
    url,
    `asked for experiment ${id}, the server answers with experiment ${value.id}`,
  );
}

async function findExperiment(asking: Asking, name: string): Promise<Experiment | null> {
  const { http, notes } = asking;
  try {
    const query = { experiment_name: name };
    const found = await get(http, "experiments/get-by-name", query, readFoundExperiment);
    if (found === null) return null;
    const { value } = found;
    if (value.name === name) return value;
    // Some databases compare names without regard to letter case.
    if (value.name.toLowerCase() !== name.toLowerCase()) throw otherName(http, name, value);
    notes.tell("letterCase", `"${name}" is "${value.name}" there`);
    return value;
  } catch (error) {
    if (isMissing(error)) return null;
    if (isUnserved(error) || isRefused(error)) return await amongAll(asking, name, error);
    throw error;
  }
}

/** A service may say in words of its own that there is none, or have no look-up by name. */
function isRefused(error: unknown): error is TrackerError {
  return error instanceof TrackerError && [400, 422].includes(error.status) &&
    error.code !== OVERLOADED_CODE;
}

async function amongAll(
  asking: Asking,
  name: string,
  refused: TrackerError,
): Promise<Experiment | null> {
  const all = { filter: null, orderBy: [], view: "all", limit: Infinity, whole: true } as const;
  try {
    for await (const page of searchExperiments(asking, all)) {
      const found = page.find((experiment) => experiment.name === name);
      if (found !== undefined) return found;
    }
    return null;
  } catch (error) {
    throw error instanceof TrackerError ? refused : error;
  }
}

function otherName(http: Http, name: string, found: Experiment): TrackerError {
  const url = http.url(`${API}/experiments/get-by-name`);
  const message =
    `asked for experiment "${name}", the server answers with "${found.name}" (id ${found.id})`;
  return badReply("GET", url, message);
}

async function createExperiment(
  asking: Asking,
  name: string,
  { artifactLocation, tags = {} }: Parameters<ExperimentMethods["createExperiment"]>[1] = {},
): Promise<string> {
  try {
    return await create(asking.http, "experiments/create", {
      name,
      artifact_location: artifactLocation,
      tags: pairsOf(tags),
    }, readExperimentId);
  } catch (error) {
    if (!(error instanceof TrackerError) || !error.alreadyExists) throw error;
    // MLflow's own message is its database's, and does not say that a deleted one is in the way.
    const found = await findExperiment(asking, name) ??
      await amongAll(asking, name, error).catch(() => null);
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
    await change(http, endpoint, { experiment_id: id }, (maybeDone) => isRepeated ||= maybeDone);
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
