// Committing a whole run: all of its rows, or (with a run to log into) additions to one that is here.

import { NotFoundError, present } from "../errors.ts";
import { FINGERPRINT_TAG, PARENT_TAG, RUN_KEY_TAG, RUN_NAME_TAG, TRIAL_TAG } from "../own_names.ts";
import type { NewRun } from "../tracker.ts";
import { artifactUri, writeArtifacts } from "./artifacts.ts";
import {
  existingExperiment,
  namedExperiment,
  ownExperiment,
  placeholderName,
} from "./experiments.ts";
import { findFingerprint } from "./fingerprints.ts";
import { checkRecord, type RunRecord } from "./record.ts";
import { type RowQueue, rowQueue } from "./insert.ts";
import { findStoredRun, type RunRow } from "./run_rows.ts";
import type { Database } from "./sqlite.ts";
import { trialTagText } from "./trial_tag.ts";
import { type CommittedRun, recordTrial, type TrialChain, trialChain } from "./trials.ts";
import { flushMetrics, type MetricBatch, metricBatch, writeMetrics } from "./write_metrics.ts";
import { addBatch, addDatasets, writeDatasets, writeParams, writeTags } from "./write_run.ts";

/** The time and the keys that a commit uses. */
export interface WriteContext {
  readonly nowMs: number;
  readonly makeKey: () => string;
}

/** Commits records in one transaction, all or none, and returns their runs' keys. */
export function commitRecords(
  database: Database,
  records: readonly RunRecord[],
  context: WriteContext,
): readonly string[] {
  return database.write(() => {
    const transaction = {
      ...context,
      batch: metricBatch(),
      queue: rowQueue(database),
      chain: trialChain(database),
      experiments: new Map(),
    };
    const keys = records.map((record) => writeRecord(database, record, transaction));
    flush(database, transaction);
    return keys;
  });
}

/** What the records of one transaction share. */
interface Transaction extends WriteContext {
  readonly batch: MetricBatch;
  /** The other rows of new runs. */
  readonly queue: RowQueue;
  readonly chain: TrialChain;
  /** Ids of experiments by their names: those of this transaction, in which none goes. */
  readonly experiments: Map<string, number>;
}

/** Writes what waits for more of its kind. */
function flush(database: Database, { batch, queue }: Transaction): void {
  queue.flush();
  flushMetrics(database, batch);
}

/** Writes a record inside the caller's transaction and returns its run's key. */
function writeRecord(database: Database, record: RunRecord, transaction: Transaction): string {
  const { batch, queue, makeKey } = transaction;
  checkRecord(record);
  const key = record.key ?? makeKey();
  if (record.key !== undefined && findRow(database, key) !== undefined) return key;
  const equal = record.ifNew === true && record.fingerprint !== undefined
    ? findFingerprint(database, record.experiment, record.fingerprint)
    : null;
  // Looked for in the transaction that would make it: two calls at once then make one run.
  if (equal !== null) return equal.key;
  const existing = record.existingRunId === undefined
    ? undefined
    : findStoredRun(database, record.existingRunId);
  if (existing !== undefined) {
    // It may be one of these records.
    flush(database, transaction);
    addToRun(database, existing, record, transaction);
    return existing.key;
  }
  if (record.existingRunId !== undefined && record.trackingUri === null) {
    throw new NotFoundError("run", record.existingRunId);
  }
  const { metrics, params, tags, datasets, artifacts } = record;
  const experimentId = experimentOfRecord(database, record, transaction);
  const run = insertRun(database, record, key, experimentId);
  const metricSet = writeMetrics(
    database,
    { id: run, startTime: record.startTime, metricSet: null },
    metrics,
    batch,
  );
  database.run("UPDATE runs SET metric_set = ? WHERE id = ?", metricSet, run);
  writeParams(queue.insert, run, params);
  const isNew = record.key === undefined;
  const trial = trialTags(database, record, { key, experimentId, isNew }, transaction);
  const own = { ...ownTags(record, key), ...trial };
  writeTags(queue.insert, run, { ...tags, ...own }, { revision: 0, changed: 0 });
  writeDatasets(queue.insert, run, datasets);
  writeArtifacts(database, run, artifacts, 0);
  return key;
}

/** Logs into a run that the store has: its name, status and times stay as they are. */
function addToRun(
  database: Database,
  run: RunRow,
  record: RunRecord,
  transaction: Transaction,
): void {
  const { metrics, params } = record;
  const { nowMs } = transaction;
  const { key, experiment_id: experimentId } = run;
  const trial = trialTags(database, record, { key, experimentId, isNew: false }, transaction);
  const tags = { ...record.tags, ...ownTags(record, key), ...trial };
  addBatch(database, run, { metrics, params, tags }, nowMs);
  addDatasets(database, run, record.datasets);
  writeArtifacts(database, run.id, record.artifacts, nowMs);
}

/** Tags that identify the run; one that logs into a server's run has no identity of its own. */
function ownTags(record: RunRecord, key: string): Readonly<Record<string, string>> {
  return {
    ...(record.fingerprint === undefined ? {} : { [FINGERPRINT_TAG]: record.fingerprint }),
    ...(record.existingRunId === undefined
      ? { [RUN_KEY_TAG]: key, [RUN_NAME_TAG]: record.runName }
      : {}),
    ...(record.parentKey === undefined ? {} : { [PARENT_TAG]: record.parentKey }),
  };
}

/** Records the backtest that a run is made of, and gives the tag by which the run carries that. */
function trialTags(
  database: Database,
  { fingerprint, trial }: RunRecord,
  run: Pick<CommittedRun, "key" | "experimentId" | "isNew">,
  { chain, nowMs: time }: Transaction,
): Readonly<Record<string, string>> {
  if (trial === undefined) return {};
  const recorded = recordTrial(database, chain, {
    ...{ ...run, trial, time },
    fingerprint: fingerprint ?? null,
  });
  return recorded === null ? {} : { [TRIAL_TAG]: trialTagText(recorded) };
}

function findRow(database: Database, key: string): { readonly id: number } | undefined {
  return database.get<{ id: number }>("SELECT id FROM runs WHERE key = ?", key);
}

/** The experiment that a record goes to: by name, by the store's id, or by what a server knows. */
function experimentOfRecord(
  database: Database,
  record: RunRecord,
  { experiments, nowMs }: Transaction,
): number {
  const { experiment, trackingUri } = record;
  if (experiment.kind === "id" && trackingUri === null) {
    return ownExperiment(database, experiment.id);
  }
  const name = experiment.kind === "name" ? experiment.name : placeholderName({
    server_experiment_id: experiment.kind === "id" ? experiment.id : null,
    existing_run_id: record.existingRunId ?? null,
  });
  const given = present(name, "the experiment of a run");
  const known = experiments.get(given);
  if (known !== undefined) return known;
  const id = record.noCreate === true && trackingUri === null
    ? existingExperiment(database, given)
    : namedExperiment(database, given, nowMs);
  experiments.set(given, id);
  return id;
}

function insertRun(
  database: Database,
  record: RunRecord,
  key: string,
  experimentId: number,
): number {
  const { experiment, trackingUri } = record;
  return database.run(
    `INSERT INTO runs (key, experiment_id, name, status, start_time, end_time, user_id,
       artifact_uri, fingerprint, tracking_uri, server_experiment_id, existing_run_id, parent_key,
       no_create)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    key,
    experimentId,
    record.runName,
    record.status,
    record.startTime,
    record.endTime,
    record.user,
    artifactUri(key),
    record.fingerprint ?? null,
    trackingUri,
    experiment.kind === "id" && trackingUri !== null ? experiment.id : null,
    record.existingRunId ?? null,
    record.parentKey ?? null,
    record.noCreate === true ? 1 : 0,
  ).lastId;
}

/** Makes an empty run, as a tracker does. */
export function createRun(database: Database, run: NewRun, context: WriteContext): string {
  const key = context.makeKey();
  commitRecords(database, [{
    key,
    experiment: { kind: "id", id: run.experimentId },
    runName: run.name,
    startTime: run.startTime,
    endTime: null,
    status: "RUNNING",
    user: run.user,
    params: {},
    tags: run.tags,
    metrics: [],
    datasets: [],
    artifacts: [],
    trackingUri: null,
  }], context);
  return key;
}
