// Finding what the user named: an experiment by name or id, a run by the server's id or the store's
// key. An error names what is missing and the nearest names, because a server answers a search in an
// unknown experiment with nothing at all.

import type { Backends } from "../backends.ts";
import { NotFoundError, TrackerError, UsageError } from "../errors.ts";
import { parseFilter } from "../filter/mod.ts";
import { nearestNames } from "../nearest.ts";
import { RUN_KEY_TAG } from "../own_names.ts";
import type { Experiment, Run, Tracker } from "../tracker.ts";

/** Whole numbers, on MLflow's own servers and in the store; others count in their own way. */
const EXPERIMENT_ID = /^(?:\d{1,19}|[\da-f]{32}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i;
/** Experiments looked through for near names, and those a search without `-e` covers. */
const MANY = 10_000;

/**
 * The experiment that has this name, or else this id; a deleted one too.
 *
 * @throws {NotFoundError} with the nearest names.
 */
export async function findExperiment(tracker: Tracker, nameOrId: string): Promise<Experiment> {
  const named = await tracker.findExperiment(nameOrId);
  if (named !== null) return named;
  if (EXPERIMENT_ID.test(nameOrId)) {
    try {
      return await tracker.getExperiment(nameOrId);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }
  const known = await listExperiments(tracker, "all");
  // Some services look up by name none that is deleted, and list it.
  const listed = known.find(({ name }) => name === nameOrId);
  if (listed !== undefined) return listed;
  throw unknownExperiment(tracker, nameOrId, known);
}

/** Why there is no such experiment: a wrong name, or a wrong server. */
function unknownExperiment(
  tracker: Tracker,
  wanted: string,
  known: readonly Experiment[],
): NotFoundError {
  const nearest = nearestNames(wanted, known.map(({ name }) => name));
  const place = tracker.kind === "store" ? `the store ${tracker.uri}` : tracker.uri;
  const hint = known.length === 0
    ? `${place} has no experiments: is it the right one?`
    : nearest.length > 0
    ? undefined
    : `"btflow experiments list" shows the ${known.length} of ${place}`;
  return new NotFoundError("experiment", wanted, {
    nearest,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** All experiments, at most 10,000. */
export async function listExperiments(
  tracker: Tracker,
  view: "active" | "all",
): Promise<readonly Experiment[]> {
  const found: Experiment[] = [];
  const query = { filter: null, orderBy: [], view, limit: MANY };
  for await (const page of tracker.searchExperiments(query)) {
    for (const one of page) found.push(one);
  }
  return found;
}

/** Which experiments a command is about: those named, else the environment's, else null. */
export async function chosenExperiments(
  tracker: Tracker,
  backends: Backends,
  named: readonly string[],
): Promise<readonly Experiment[] | null> {
  if (named.length > 0) {
    const found = await Promise.all(named.map((name) => findExperiment(tracker, name)));
    return [...new Map(found.map((experiment) => [experiment.id, experiment])).values()];
  }
  const configured = backends.config.experiment;
  if (configured === null) return null;
  const wanted = configured.kind === "name" ? configured.name : configured.id;
  try {
    return [await findExperiment(tracker, wanted)];
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    const { nearest } = error;
    const hint = "the name comes from the environment or an env file; -e names another";
    throw new NotFoundError("experiment", wanted, { nearest, hint });
  }
}

const RUN_ID = /^[0-9a-f]{32}$/;

/** What tables show of a run's id; a few digits more or less do as well. */
const SHORT_ID = /^[0-9a-f]{4,31}$/;

/** Whether a text, less hyphens, may be the beginning of a run's id. */
export function isShortId(text: string): boolean {
  return SHORT_ID.test(text);
}

/**
 * The run with this id, or with this key of the store: both have 32 hex digits, so a server is asked
 * for the id first, then for the tag that carries the key. The beginning of either does, as tables
 * show it, where no other begins so. Servers that are not MLflow's own give ids of other forms, so one
 * is asked for any id as it is written.
 *
 * @throws {NotFoundError} that says which it looked for.
 * @throws {UsageError} that lists the runs whose ids begin so, where there are several.
 */
export async function findRun(tracker: Tracker, id: string): Promise<Run> {
  const wanted = id.trim().toLowerCase().replaceAll("-", "");
  const isRunId = RUN_ID.test(wanted);
  const asWritten = tracker.kind === "mlflow" && id.trim() !== wanted ? [id.trim()] : [];
  for (const form of isRunId ? [...asWritten, wanted] : foreign(tracker, id.trim())) {
    const found = await runThere(tracker, form);
    if (found !== null) return found;
  }
  if (isShortId(wanted)) return await findByPrefix(tracker, wanted, id);
  if (!isRunId) {
    throw new NotFoundError("run", id, { hint: "a run id has 32 hex digits (btflow runs search)" });
  }
  const byKey = tracker.kind === "mlflow" ? await findByKey(tracker, wanted) : null;
  if (byKey !== null) return byKey;
  const where = tracker.kind === "store" ? `the store ${tracker.uri}` : tracker.uri;
  throw new NotFoundError("run", id, { hint: `it is not in ${where}` });
}

function foreign(tracker: Tracker, id: string): readonly string[] {
  return tracker.kind === "mlflow" && id !== "" && id.length <= MAX_RUN_ID ? [id] : [];
}

const MAX_RUN_ID = 256;

/** Null where there is none, or where the server takes the text for no id at all. */
async function runThere(tracker: Tracker, id: string): Promise<Run | null> {
  try {
    return await tracker.getRun(id);
  } catch (error) {
    const isNoId = error instanceof TrackerError && error.status === 400 && !RUN_ID.test(id);
    if (isNoId || error instanceof NotFoundError) return null;
    throw error;
  }
}

async function findByKey(tracker: Tracker, key: string): Promise<Run | null> {
  const [run = null] = await anywhere(tracker, `tags.\`${RUN_KEY_TAG}\` = "${key}"`, 1);
  return run;
}

/** Runs of all experiments, deleted ones too. */
async function anywhere(tracker: Tracker, filter: string, limit: number): Promise<readonly Run[]> {
  const experimentIds = (await listExperiments(tracker, "all")).map(({ id }) => id);
  if (experimentIds.length === 0) return [];
  const query = {
    experimentIds,
    filter: parseFilter(filter),
    orderBy: [],
    view: "all",
    limit,
  } as const;
  const runs: Run[] = [];
  for await (const page of tracker.searchRuns(query)) runs.push(...page);
  return runs;
}

/** Candidates that an error lists. */
const LISTED = 5;

async function findByPrefix(tracker: Tracker, prefix: string, wanted: string): Promise<Run> {
  const filters = [
    `attributes.run_id LIKE "${prefix}%"`,
    ...tracker.kind === "mlflow" ? [`tags.\`${RUN_KEY_TAG}\` LIKE "${prefix}%"`] : [],
  ];
  const found = new Map<string, Run>();
  for (const filter of filters) {
    for (const run of await anywhere(tracker, filter, LISTED + 1)) found.set(run.id, run);
  }
  const [run, ...others] = found.values();
  if (run === undefined) {
    const where = tracker.kind === "store" ? `the store ${tracker.uri}` : tracker.uri;
    throw new NotFoundError("run", wanted, { hint: `no run's id begins so in ${where}` });
  }
  if (others.length === 0) return run;
  const named = [run, ...others].slice(0, LISTED).map(({ id, name }) => `${id} (${name})`);
  const more = others.length >= LISTED ? ", …" : "";
  throw new UsageError(
    `Cannot tell which run "${wanted}" is: several ids begin so; give more of one: ` +
      `${named.join(", ")}${more}`,
  );
}
