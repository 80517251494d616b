// Experiments in the store. Ids are the store's own; a run is delivered to the experiment of the same
// name.

import { NotFoundError, UsageError } from "../errors.ts";
import type { Experiment, LifecycleStage } from "../tracker.ts";
import { checkText, lengthOf, MAX_TAG_LENGTH } from "../limits.ts";
import { alreadyExists, invalidState } from "./refusals.ts";
import type { RunRow } from "./run_rows.ts";
import type { Database } from "./sqlite.ts";

/** An experiment's row, with its tags. */
export interface ExperimentRow {
  readonly id: number;
  readonly name: string;
  readonly artifact_location: string | null;
  readonly lifecycle_stage: LifecycleStage;
  readonly creation_time: number;
  readonly last_update_time: number;
  /** A JSON object. */
  readonly tags: string;
}

/** What a row is read by; a condition and an order follow. */
export const EXPERIMENT_COLUMNS: string =
  `experiments.id, experiments.name, experiments.artifact_location, experiments.lifecycle_stage,
   experiments.creation_time, experiments.last_update_time,
   (SELECT json_group_object(t.key, t.value) FROM experiment_tags AS t
    WHERE t.experiment_id = experiments.id) AS tags`;

/**
 * Name of the experiment that stands for one whose name only a server knows: it was chosen by its id
 * there, or by a run in it. Null when the run's experiment has a name.
 */
export function placeholderName(
  run: Pick<RunRow, "server_experiment_id" | "existing_run_id">,
): string | null {
  if (run.server_experiment_id !== null) return `(experiment ${run.server_experiment_id})`;
  return run.existing_run_id === null ? null : `(experiment of run ${run.existing_run_id})`;
}

/** An experiment as a tracker answers it. */
export function experimentOf(row: ExperimentRow): Experiment {
  return {
    id: String(row.id),
    name: row.name,
    artifactLocation: row.artifact_location ?? `btflow-store:experiments/${row.id}`,
    lifecycleStage: row.lifecycle_stage,
    creationTime: row.creation_time,
    lastUpdateTime: row.last_update_time,
    tags: JSON.parse(row.tags) as Record<string, string>,
  };
}

/** An experiment's row; throws when there is none. */
export function storedExperiment(database: Database, id: string): ExperimentRow {
  const row = /^\d{1,15}$/.test(id)
    ? database.get<ExperimentRow>(
      `SELECT ${EXPERIMENT_COLUMNS} FROM experiments WHERE id = ?`,
      Number(id),
    )
    : undefined;
  if (row === undefined) throw new NotFoundError("experiment", id);
  return row;
}

/** The experiment that a run is in now. */
export function experimentOfRun(database: Database, run: Pick<RunRow, "id">): ExperimentRow {
  const row = database.get<ExperimentRow>(
    `SELECT ${EXPERIMENT_COLUMNS} FROM experiments
     WHERE id = (SELECT experiment_id FROM runs WHERE runs.id = ?)`,
    run.id,
  );
  if (row === undefined) throw new NotFoundError("experiment", `of run ${run.id}`);
  return row;
}

/** The experiment of a name, active or deleted. */
export function experimentByName(database: Database, name: string): ExperimentRow | undefined {
  return database.get<ExperimentRow>(
    `SELECT ${EXPERIMENT_COLUMNS} FROM experiments WHERE name = ?`,
    name,
  );
}

/** What an experiment is made with besides its name. */
export interface NewExperiment {
  readonly artifactLocation?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Makes an experiment; one of the name that exists, deleted or not, is an error, as on a server. */
export function createExperiment(
  database: Database,
  name: string,
  options: NewExperiment,
  nowMs: number,
): number {
  return database.write(() => {
    const before = experimentByName(database, name);
    if (before !== undefined) throw alreadyExists(database, before);
    const { lastId } = database.run(
      `INSERT INTO experiments (name, artifact_location, creation_time, last_update_time)
       VALUES (?, ?, ?, ?)`,
      checkedName(name),
      options.artifactLocation ?? null,
      nowMs,
      nowMs,
    );
    for (const [key, value] of Object.entries(options.tags ?? {})) {
      writeExperimentTag(database, lastId, key, value);
    }
    return lastId;
  });
}

/** Gives an active experiment a name that no other has. */
export function renameExperiment(
  database: Database,
  id: string,
  name: string,
  nowMs: number,
): void {
  database.write(() => {
    const row = activeExperiment(database, id);
    const other = experimentByName(database, name);
    if (other !== undefined && other.id !== row.id) throw alreadyExists(database, other);
    database.run(
      "UPDATE experiments SET name = ?, last_update_time = ? WHERE id = ?",
      checkedName(name),
      nowMs,
      row.id,
    );
  });
}

/** Writes a tag of an active experiment. */
export function setExperimentTag(
  database: Database,
  id: string,
  key: string,
  value: string,
  nowMs: number,
): void {
  database.write(() => {
    const row = activeExperiment(database, id);
    writeExperimentTag(database, row.id, key, value);
    database.run("UPDATE experiments SET last_update_time = ? WHERE id = ?", nowMs, row.id);
  });
}

/** Deletes or restores an experiment and, as MLflow does, its runs with it. */
export function setExperimentStage(
  database: Database,
  id: string,
  stage: LifecycleStage,
  nowMs: number,
): void {
  database.write(() => {
    const row = storedExperiment(database, id);
    if (row.lifecycle_stage === stage) {
      throw invalidState(database, `experiment "${row.name}" is ${stage} already`);
    }
    database.run(
      "UPDATE experiments SET lifecycle_stage = ?, last_update_time = ? WHERE id = ?",
      stage,
      nowMs,
      row.id,
    );
    database.run("UPDATE runs SET lifecycle_stage = ? WHERE experiment_id = ?", stage, row.id);
  });
}

/** The store's own experiment with an id, if a run can be logged into it. */
export function ownExperiment(database: Database, id: string): number {
  return activeExperiment(database, id).id;
}

/** Moves a run to the experiment of a name, and takes away the one that stood for it. */
export function moveToExperiment(
  database: Database,
  run: Pick<RunRow, "id">,
  name: string,
  nowMs: number,
): void {
  database.write(() => {
    const before = experimentOfRun(database, run);
    const id = namedExperiment(database, name, nowMs);
    database.run("UPDATE runs SET experiment_id = ? WHERE id = ?", id, run.id);
    database.run(
      "UPDATE trials SET experiment_id = ? WHERE key = (SELECT key FROM runs WHERE id = ?)",
      ...[id, run.id],
    );
    database.run(
      `DELETE FROM experiments WHERE id = ? AND NOT EXISTS (
         SELECT 1 FROM runs WHERE runs.experiment_id = experiments.id)
       AND NOT EXISTS (
         SELECT 1 FROM trials WHERE trials.experiment_id = experiments.id)
       AND NOT EXISTS (
         SELECT 1 FROM experiment_tags AS t WHERE t.experiment_id = experiments.id)`,
      before.id,
    );
  });
}

/** The experiment of a name that a run goes to, made if it is new. */
export function namedExperiment(database: Database, name: string, nowMs: number): number {
  const row = experimentByName(database, name);
  if (row === undefined) return createExperiment(database, name, {}, nowMs);
  return checkedActive(row).id;
}

/** The experiment of a name, which must be here. */
export function existingExperiment(database: Database, name: string): number {
  const row = experimentByName(database, name);
  if (row !== undefined) return checkedActive(row).id;
  throw new NotFoundError("experiment", name, {
    hint: `--no-create was given: make it with "btflow experiments create"`,
  });
}

function activeExperiment(database: Database, id: string): ExperimentRow {
  return checkedActive(storedExperiment(database, id));
}

function checkedActive(row: ExperimentRow): ExperimentRow {
  if (row.lifecycle_stage === "active") return row;
  throw new NotFoundError("experiment", row.name, {
    hint: `it is deleted; "btflow experiments restore" brings it back`,
  });
}

function checkedName(name: string): string {
  if (name.trim() === "") throw new UsageError("Cannot create an experiment without a name");
  checkText("the name of the experiment", name);
  return name;
}

function writeExperimentTag(database: Database, id: number, key: string, value: string): void {
  if (lengthOf(value) > MAX_TAG_LENGTH) {
    throw new UsageError(
      `Cannot set tag "${key}": its value has ${lengthOf(value)} characters; ` +
        `MLflow keeps ${MAX_TAG_LENGTH}`,
    );
  }
  checkText(`tag "${key}"`, key + value);
  database.run(
    `INSERT INTO experiment_tags (experiment_id, key, value) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value`,
    id,
    key,
    value,
  );
}
