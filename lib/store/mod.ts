// The store's public face: one SQLite file that keeps runs, answers as a tracking server does, and
// is what every run is delivered from.

import { present } from "../errors.ts";
import type { Io } from "../io.ts";
import type { RunQuery, Tracker } from "../tracker.ts";
import type { DeliveryState } from "./deliveries.ts";
import type { DeliveryOutcome, StepHook } from "./outbox/delivery.ts";
import { fileLeases, type Leases } from "./lease.ts";
import { findFingerprint, type FoundRun } from "./fingerprints.ts";
import { type HealthOptions, type StoreHealth, storeHealth } from "./health.ts";
import { storeHeader } from "./header.ts";
import { storeTracker } from "./local_store.ts";
import { type OpenOptions, openStoreFile } from "./open.ts";
import { type DeliverOptions, deliverWaiting } from "./outbox/mod.ts";
import type { ExperimentChoice, RunArtifact, RunRecord, Trial } from "./record.ts";
import { type Pruned, type PruneOptions, pruneRuns } from "./remove_runs.ts";
import { runKeys } from "./run_key.ts";
import { findStoredRun } from "./run_rows.ts";
import { MIGRATIONS } from "./schema.ts";
import type { Database } from "./sqlite.ts";
import type { ImportOptions } from "./import_runs.ts";
import {
  lookUpTrial,
  type StoredTrial,
  type TrialLookup,
  trialPages,
  type TrialState,
} from "./read_trials.ts";
import { countRuns, experimentSummaries, type ExperimentSummary, keyLength } from "./overview.ts";
import { removeDeadTemporaries } from "./temporaries.ts";
import { type Exported, exportStore, type ImportedStore, importStore } from "./transfer.ts";
import type { TrialTag } from "./trial_tag.ts";
import type { Undeliverable } from "./undeliverable.ts";
import {
  countWaiting,
  hasReceivedOthers,
  type WaitingCount,
  waitingPages,
  type WaitingQuery,
  type WaitingRun,
  waitingRuns,
} from "./waiting.ts";
import { verifyTrials } from "./verify_trials.ts";
import { type VerifyOptions, type VerifyOutcome, verifyRuns } from "./outbox/verify_runs.ts";
import { commitRecords } from "./write_record.ts";

export { defaultStorePath } from "./location.ts";
export { isRunKey } from "./run_key.ts";
export type {
  DeliverOptions,
  DeliveryOutcome,
  DeliveryState,
  ExperimentChoice,
  ExperimentSummary,
  Exported,
  FoundRun,
  HealthOptions,
  ImportedStore,
  OpenOptions,
  Pruned,
  PruneOptions,
  RunArtifact,
  RunRecord,
  StepHook,
  StoredTrial,
  StoreHealth,
  Trial,
  TrialLookup,
  TrialState,
  TrialTag,
  Undeliverable,
  VerifyOptions,
  VerifyOutcome,
  WaitingCount,
  WaitingQuery,
  WaitingRun,
};

/** The store: a tracker, and what only a store can do. */
export interface LocalStore extends Tracker {
  readonly kind: "store";
  readonly path: string;
  /** Commits a whole run in one transaction and returns its key. */
  commitRun(record: RunRecord): string;
  /** Commits several whole runs in one transaction: all of them or none. */
  commitRuns(records: readonly RunRecord[]): readonly string[];
  /** The newest active run of an experiment with this fingerprint. */
  findFingerprint(experiment: ExperimentChoice, fingerprint: string): FoundRun | null;
  /** The key of the run that has this id, which is its key or the id that a server gave it. */
  resolveRunId(id: string): string | null;
  /** Runs that wait for a server, and why: all at once, for where they are few. */
  waiting(query: WaitingQuery): readonly WaitingRun[];
  /** The same in pages, each as the store is when it is asked for. */
  waitingPages(query: WaitingQuery): Iterable<readonly WaitingRun[]>;
  /** How many they are, by the server that they are meant for. */
  countWaiting(query: WaitingQuery): readonly WaitingCount[];
  /** Whether a server was ever sent runs that were not logged for it. */
  hasReceivedOthers(trackingUri: string): boolean;
  /**
   * Delivers what waits to a server, each run exactly once. Nothing is thrown for a run that fails:
   * its outcome says why, and it waits for the next time.
   */
  deliver(tracker: Tracker, options?: DeliverOptions): Promise<readonly DeliveryOutcome[]>;
  /** Reads delivered runs back from a server and compares them with the store. */
  verify(tracker: Tracker, options?: VerifyOptions): Promise<readonly VerifyOutcome[]>;
  /** Writes a consistent copy of the whole store. */
  exportTo(file: string, options?: Pick<ImportOptions, "signal">): Promise<Exported>;
  /** Takes in the runs of an exported store, under their own keys; doing so twice changes nothing. */
  importFrom(file: string, options?: ImportOptions): Promise<ImportedStore>;
  /** The trial records of experiments, the oldest first, in pages. */
  trialPages(experimentIds: readonly string[]): Iterable<readonly StoredTrial[]>;
  /** Holds what a run elsewhere says of its trial record against this store's. */
  lookUpTrial(tag: TrialTag, key: string | null): TrialLookup;
  /** What is wrong with the record of trials, a line each; reads all of it. */
  verifyTrials(): readonly string[];
  /** How many runs a query selects, whatever its limit; null where counting would take long. */
  countRuns(query: Pick<RunQuery, "experimentIds" | "filter" | "view">): number | null;
  /** How many characters of these keys tell them from all others in the store. */
  keyLength(keys: readonly string[]): number;
  /** What there is of each experiment with active runs, by its id, and the highest value of a metric. */
  experimentSummaries(metric: string): ReadonlyMap<string, ExperimentSummary>;
  /** Removes delivered runs by age, in steps between which others write. */
  prune(options: PruneOptions): Promise<Pruned>;
  /** Examines the file, of a large one the newest part unless the whole is asked for. */
  health(options?: HealthOptions): Promise<StoreHealth>;
}

/** Opens a store, making it if need be. */
export async function openStore(
  io: Io,
  path: string,
  options: OpenOptions = {},
): Promise<LocalStore> {
  const database = await openStoreFile(io, path, options);
  if (options.readOnly !== true) await removeDeadTemporaries(io, path);
  return localStore(io, database, fileLeases(io, path));
}

/**
 * Opens a store for reading. An export, and any other store without a write-ahead log, is read as it
 * lies, on read-only media too, and stays as it is.
 */
export async function openStoreToRead(
  io: Io,
  path: string,
  options: Pick<OpenOptions, "onMigration"> = {},
): Promise<LocalStore> {
  const header = await storeHeader(io, path).catch(() => null);
  const isNewest = header?.format === MIGRATIONS.length;
  const readOnly = header !== null && (header.isExport || header.isSelfContained && isNewest);
  return await openStore(io, path, { ...options, readOnly });
}

/** A store in a database that is open already. */
export function localStore(io: Io, database: Database, leases: Leases): LocalStore {
  const makeKey = runKeys(io);
  const now = (): number => io.now();
  const commitRuns = (records: readonly RunRecord[]): readonly string[] =>
    commitRecords(database, records, { nowMs: now(), makeKey });
  return {
    ...storeTracker(database, { now, makeKey }),
    kind: "store",
    path: database.path,
    commitRuns,
    commitRun: (record) => present(commitRuns([record])[0], "the key of a run"),
    findFingerprint: (experiment, fingerprint) =>
      findFingerprint(database, experiment, fingerprint),
    resolveRunId: (id) => findStoredRun(database, id)?.key ?? null,
    waiting: (query) => waitingRuns(database, query),
    waitingPages: (query) => waitingPages(database, query),
    countWaiting: (query) => countWaiting(database, query),
    hasReceivedOthers: (trackingUri) => hasReceivedOthers(database, trackingUri),
    deliver: (tracker, options = {}) => deliverWaiting(io, { database, leases }, tracker, options),
    verify: (tracker, options = {}) => verifyRuns(database, tracker, options),
    exportTo: (file, options) => exportStore(io, database, file, options),
    importFrom: (file, options) => importStore(io, database, file, options),
    trialPages: (experimentIds) => trialPages(database, experimentIds),
    lookUpTrial: (tag, key) => lookUpTrial(database, tag, key),
    verifyTrials: () => verifyTrials(database),
    countRuns: (query) => countRuns(database, query),
    keyLength: (keys) => keyLength(database, keys),
    experimentSummaries: (metric) => experimentSummaries(database, metric),
    prune: (options) => pruneRuns(io, database, options),
    health: (options) => storeHealth(io, database, options),
  };
}
