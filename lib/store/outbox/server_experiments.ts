// The server's experiment for each of the store's, found or made once in a sync. Many may make the
// same one at the same moment: whoever learns that it exists looks it up by name.

import { DeliveryError, NotFoundError, TrackerError } from "../../errors.ts";
import type { Io } from "../../io.ts";
import type { Experiment, Tracker } from "../../tracker.ts";
import { serverUri } from "../deliveries.ts";
import {
  experimentOf,
  experimentOfRun,
  type ExperimentRow,
  moveToExperiment,
  placeholderName,
} from "../experiments.ts";
import type { RunRow } from "../run_rows.ts";
import type { Database } from "../sqlite.ts";

/** The server's experiments, as a delivery needs them. */
export interface ServerExperiments {
  /** The experiment on the server that a run belongs to; made there if need be. */
  of(run: RunRow): Promise<Experiment>;
  /** Notes in the store the name of the experiment that a run was found in, if it lacks one. */
  learn(run: RunRow, experimentId: string): Promise<void>;
}

/** The experiments of one server, each asked for once. */
export function serverExperiments(
  io: Pick<Io, "now">,
  database: Database,
  tracker: Tracker,
): ServerExperiments {
  const known = new Map<string, Promise<Experiment>>();
  const once = (name: string, find: () => Promise<Experiment>): Promise<Experiment> => {
    const found = known.get(name) ?? find();
    known.set(name, found);
    // A failure may pass: the next run asks again.
    found.catch(() => known.delete(name));
    return found;
  };
  return {
    async of(run) {
      const local = experimentOfRun(database, run);
      const ownId = run.tracking_uri === serverUri(tracker.uri) ? run.server_experiment_id : null;
      const experiment =
        await (ownId === null
          ? once(`name ${local.name}`, () => findOrCreate(tracker, run, local))
          : once(`id ${ownId}`, () => tracker.getExperiment(ownId)));
      checkActive(experiment, tracker);
      // Found by its id: by name it is no placeholder.
      if (isPlaceholder(local, run)) {
        moveToExperiment(database, run, experiment.name, io.now());
      }
      return experiment;
    },
    async learn(run, experimentId) {
      if (!isPlaceholder(experimentOfRun(database, run), run)) return;
      const { name } = await once(`id ${experimentId}`, () => tracker.getExperiment(experimentId));
      moveToExperiment(database, run, name, io.now());
    },
  };
}

/** Whether only the server knows the experiment's name. */
function isPlaceholder({ name }: ExperimentRow, run: RunRow): boolean {
  return name === placeholderName(run);
}

async function findOrCreate(
  tracker: Tracker,
  run: RunRow,
  local: ExperimentRow,
): Promise<Experiment> {
  if (isPlaceholder(local, run)) {
    throw new DeliveryError(
      `it was logged by the id of another server's experiment, so the name to give it on ` +
        `${tracker.uri} is not known; deliver it there first`,
    );
  }
  const found = await tracker.findExperiment(local.name);
  if (found !== null) return found;
  if (run.no_create !== 0) {
    throw new NotFoundError("experiment", local.name, {
      hint: `the run was logged with --no-create: make it with "btflow experiments create"`,
    });
  }
  const { tags } = experimentOf(local);
  for (let creation = 1;; creation++) {
    try {
      const id = await tracker.createExperiment(local.name, {
        tags,
        ...(local.artifact_location === null ? {} : { artifactLocation: local.artifact_location }),
      });
      return await tracker.getExperiment(id);
    } catch (error) {
      // Made by another in between, or made although the answer was lost.
      if (!(error instanceof TrackerError)) throw error;
      if (!error.alreadyExists && !error.mayHaveReached) throw error;
      const made = await tracker.findExperiment(local.name);
      if (made !== null) return made;
      // A name is there once: a creation that was lost may be sent again.
      if (creation === CREATIONS || error.alreadyExists) throw error;
    }
  }
}

const CREATIONS = 2;

function checkActive({ name, lifecycleStage }: Experiment, tracker: Tracker): void {
  if (lifecycleStage === "active") return;
  throw new DeliveryError(
    `experiment "${name}" is deleted on ${tracker.uri}; ` +
      `"btflow experiments restore" brings it back`,
  );
}
