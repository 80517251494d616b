// The experiment that is judged, and where its runs and records are: on the server and in the local
// store, in the store alone, or in several stores that are named.

import { resolve } from "node:path";
import type { Context } from "../command/declare.ts";
import type { ConnectionValues } from "../config/connection_flags.ts";
import { NotFoundError, StorageError, UsageError } from "../errors.ts";
import { type LocalStore, openStoreToRead } from "../store/mod.ts";
import type { Run, Tracker } from "../tracker.ts";
import { chosenExperiments, findExperiment } from "./find.ts";
import { withTracker } from "./session.ts";
import { type TrialOptions, type TrialPlace, type Trials, trialsIn, trialsOf } from "./trials.ts";

/** What is said of the experiment, and of where it is. */
export interface ExperimentChoice extends ConnectionValues {
  readonly experiment: string | undefined;
  /** Paths of stores, in place of where commands look otherwise. */
  readonly stores: readonly string[];
  /** True where runs will be written to. */
  readonly log: boolean;
}

/** An experiment in all places. */
export interface JudgedExperiment {
  readonly name: string;
  /** Counts the trials; `onRun` is given every run, deleted ones too, once, and who has its files. */
  trials(
    onRun: (run: Run, tracker: Tracker) => void,
    options: Pick<TrialOptions, "isSharpeOnly">,
  ): Promise<Trials>;
}

/**
 * Does work with the experiment, and closes what was opened.
 *
 * @throws {NotFoundError} where no place has the experiment.
 * @throws {UsageError} where none is named.
 */
export async function withExperiment<T>(
  context: Context,
  choice: ExperimentChoice,
  work: (experiment: JudgedExperiment) => Promise<T>,
): Promise<T> {
  if (choice.stores.length > 0) return await inStores(context, choice, work);
  return await withTracker(context, choice, async (session) => {
    const { tracker, backends } = session;
    const named = choice.experiment === undefined ? [] : [choice.experiment];
    const [experiment] = await chosenExperiments(tracker, backends, named) ?? [];
    if (experiment === undefined) throw unnamed();
    return await work({
      name: experiment.name,
      trials: (onRun, options) => trialsIn(session, experiment, { ...options, onRun: once(onRun) }),
    });
  }, choice.log ? "change" : "read");
}

async function inStores<T>(
  { io, warn }: Context,
  { experiment, stores: paths, trackingUri, store }: ExperimentChoice,
  work: (experiment: JudgedExperiment) => Promise<T>,
): Promise<T> {
  if (experiment === undefined) throw unnamed();
  if (trackingUri !== undefined || store !== undefined) {
    throw new UsageError("Cannot judge stores named as operands and --store or --tracking-uri too");
  }
  const stores: LocalStore[] = [];
  try {
    for (const path of new Set(paths)) {
      if (await io.files.info(path) === null) {
        throw new StorageError(path, "there is no such store");
      }
      // SQLite knows only the process's own folder.
      stores.push(await openStoreToRead(io, resolve(io.cwd(), path)));
    }
    const places: TrialPlace[] = [];
    let missing: unknown;
    const without: string[] = [];
    for (const tracker of stores) {
      try {
        places.push({ tracker, experiment: await findExperiment(tracker, experiment) });
      } catch (error) {
        if (!(error instanceof NotFoundError)) throw error;
        missing ??= error;
        without.push(tracker.path);
      }
    }
    const [first] = places;
    if (first === undefined) throw missing;
    for (const path of without) {
      warn({
        code: "experiment-missing",
        message:
          `${path} has no experiment ${JSON.stringify(first.experiment.name)}: if it was renamed ` +
          "there, what was tried in it is not counted",
      });
    }
    return await work({
      name: first.experiment.name,
      trials: (onRun, options) => trialsOf(places, stores, { ...options, onRun: once(onRun) }),
    });
  } finally {
    for (const store of stores) await store.close();
  }
}

function unnamed(): UsageError {
  return new UsageError("Cannot judge: name the experiment with --experiment");
}

/** Of a run that several stores have the first counts. */
function once(onRun: (run: Run, tracker: Tracker) => void): (run: Run, tracker: Tracker) => void {
  const seen = new Set<string>();
  return (run, tracker) => {
    if (seen.has(run.id)) return;
    seen.add(run.id);
    onRun(run, tracker);
  };
}
