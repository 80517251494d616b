// The store as a Tracker: the same questions and refusals as a server's, answered from SQLite. Its
// methods are asynchronous because the interface is; each does its work in one go.

import { NotFoundError } from "../errors.ts";
import { checkArtifact, checkBatch, checkDataset } from "../limits.ts";
import type { ArtifactMethods, ExperimentMethods, RunMethods, Tracker } from "../tracker.ts";
import { listArtifacts, readArtifact, writeArtifacts } from "./artifacts.ts";
import {
  createExperiment,
  experimentByName,
  experimentOf,
  renameExperiment,
  setExperimentStage,
  setExperimentTag,
  storedExperiment,
} from "./experiments.ts";
import { metricHistory } from "./history.ts";
import { readRuns, searchExperiments, searchRuns } from "./read_runs.ts";
import { activeRun, storedRun } from "./run_rows.ts";
import { setRunStage } from "./run_stage.ts";
import type { Database } from "./sqlite.ts";
import { createRun, type WriteContext } from "./write_record.ts";
import { addBatch, addDatasets, changeRun, removeTag, revise } from "./write_run.ts";

/** What the store needs of the world: the time and new keys. */
export interface StoreClock {
  readonly now: () => number;
  readonly makeKey: () => string;
}

/** The store's half of the one interface that commands know. */
export function storeTracker(database: Database, clock: StoreClock): Tracker {
  return {
    uri: database.path,
    kind: "store",
    ...experimentMethods(database, clock),
    ...runMethods(database, clock),
    ...artifactMethods(database, clock),
    close: () => settled(() => database.close()),
  };
}

function experimentMethods(database: Database, { now }: StoreClock): ExperimentMethods {
  return {
    searchExperiments: (query) => pages(() => searchExperiments(database, query)),
    getExperiment: (id) => settled(() => experimentOf(storedExperiment(database, id))),
    findExperiment: (name) =>
      settled(() => {
        const row = experimentByName(database, name);
        return row === undefined ? null : experimentOf(row);
      }),
    createExperiment: (name, options = {}) =>
      settled(() => String(createExperiment(database, name, options, now()))),
    renameExperiment: (id, name) => settled(() => renameExperiment(database, id, name, now())),
    setExperimentTag: (id, key, value) =>
      settled(() => setExperimentTag(database, id, key, value, now())),
    deleteExperiment: (id) => settled(() => setExperimentStage(database, id, "deleted", now())),
    restoreExperiment: (id) => settled(() => setExperimentStage(database, id, "active", now())),
  };
}

function runMethods(database: Database, clock: StoreClock): RunMethods {
  const getRun: Tracker["getRun"] = (id) =>
    settled(() => {
      const [run] = readRuns(database, [storedRun(database, id).id]);
      if (run === undefined) throw new NotFoundError("run", id);
      return run;
    });
  const change = (id: string, work: (run: ReturnType<typeof activeRun>) => void): Promise<void> =>
    settled(() => database.write(() => work(activeRun(database, id))));
  const context = (): WriteContext => ({ nowMs: clock.now(), makeKey: clock.makeKey });
  return {
    searchRuns: (query) => pages(() => searchRuns(database, query)),
    getRun,
    createRun: async (run) => await getRun(createRun(database, run, context())),
    updateRun: (id, fields) => change(id, (run) => changeRun(database, run, fields, clock.now())),
    logBatch: (id, batch) =>
      change(id, (run) => {
        checkBatch(batch);
        addBatch(database, run, batch, clock.now());
      }),
    logInputs: (id, datasets) =>
      change(id, (run) => {
        datasets.forEach(checkDataset);
        addDatasets(database, run, datasets);
      }),
    deleteTag: (id, key) =>
      change(id, (run) => {
        if (!removeTag(database, run, key, clock.now())) throw new NotFoundError("tag", key);
      }),
    deleteRun: (id) => settled(() => setRunStage(database, id, "deleted")),
    restoreRun: (id) => settled(() => setRunStage(database, id, "active")),
    metricHistory: (id, key) => pages(() => metricHistory(database, storedRun(database, id), key)),
  };
}

function artifactMethods(database: Database, { now }: StoreClock): ArtifactMethods {
  return {
    listArtifacts: (id, path = "") =>
      settled(() => listArtifacts(database, storedRun(database, id).id, path)),
    readArtifact: (id, path) =>
      pages(() => [readArtifact(database, storedRun(database, id).id, path)]),
    writeArtifact: (id, path, content) =>
      settled(() =>
        database.write(() => {
          const run = activeRun(database, id);
          checkArtifact(path, content.length);
          writeArtifacts(database, run.id, [{ path, content }], now());
          revise(database, run);
        })
      ),
  };
}

/** The outcome of work as a promise, also when it throws. */
function settled<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}

/** Work that yields pages, begun when the first is asked for. */
async function* pages<Page>(work: () => Iterable<Page>): AsyncIterable<Page> {
  yield* work();
}
