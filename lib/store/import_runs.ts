// Taking in the runs of another store, where each keeps its key. An imported run is looked up on the
// server before it is created, because the store that it came from may have delivered it as well.

import { serverId } from "./deliveries.ts";
import { type ExperimentRow, storedExperiment } from "./experiments.ts";
import { insertRows } from "./insert.ts";
import { points } from "./read_points.ts";
import { removeContent } from "./remove_runs.ts";
import type { RunRow } from "./run_rows.ts";
import type { Database, Value } from "./sqlite.ts";
import { writeMetrics } from "./write_metrics.ts";

/** How many runs an exported file held, by what became of them. */
export interface Imported {
  /** Runs that were new here. */
  readonly added: number;
  /** Runs that had been changed there since they were imported last. */
  readonly updated: number;
  /** Runs that were here already. */
  readonly known: number;
}

const RUNS_AT_ONCE = 100;

/** Copies the runs of a store into another; those that are there already change nothing. */
export function importRuns(source: Database, target: Database): Imported {
  const counts = { added: 0, updated: 0, known: 0 };
  const ids = source.arrays<[number]>("SELECT id FROM runs ORDER BY id").map(([id]) => id);
  for (let from = 0; from < ids.length; from += RUNS_AT_ONCE) {
    target.write(() => {
      for (const id of ids.slice(from, from + RUNS_AT_ONCE)) {
        const run = source.get<RunRow>("SELECT * FROM runs WHERE id = ?", id);
        if (run !== undefined) counts[importRun(source, target, run)]++;
      }
    });
  }
  return counts;
}

function importRun(source: Database, target: Database, run: RunRow): keyof Imported {
  if (target.get("SELECT 1 FROM pruned WHERE key = ?", run.key) !== undefined) return "known";
  const before = target.get<RunRow>("SELECT * FROM runs WHERE key = ?", run.key);
  if (before !== undefined && before.revision >= run.revision) {
    // Two stores have it from now on, also where a copy made by hand has marked nothing.
    target.run("UPDATE runs SET imported = 1 WHERE id = ? AND imported = 0", before.id);
    importDeliveries(source, target, run, before.id);
    return "known";
  }
  if (before !== undefined) removeContent(target, before);
  const id = importRow(source, target, run, before);
  importContent(source, target, run, id);
  importDeliveries(source, target, run, id);
  return before === undefined ? "added" : "updated";
}

const RUN_COLUMNS = [
  "key",
  "name",
  "status",
  "start_time",
  "end_time",
  "lifecycle_stage",
  "user_id",
  "artifact_uri",
  "fingerprint",
  "tracking_uri",
  "server_experiment_id",
  "existing_run_id",
  "no_create",
  "parent_key",
  "revision",
] as const;

function importRow(
  source: Database,
  target: Database,
  run: RunRow,
  before: RunRow | undefined,
): number {
  const values = RUN_COLUMNS.map((column) => run[column]);
  if (before !== undefined) {
    target.run(
      `UPDATE runs SET ${RUN_COLUMNS.map((column) => `${column} = ?`).join(", ")},
         metric_set = NULL, imported = 1 WHERE id = ?`,
      ...values,
      before.id,
    );
    return before.id;
  }
  const experimentId = importExperiment(
    target,
    storedExperiment(source, String(run.experiment_id)),
  );
  return target.run(
    `INSERT INTO runs (${RUN_COLUMNS.join(", ")}, experiment_id, imported)
     VALUES (${RUN_COLUMNS.map(() => "?").join(", ")}, ?, 1)`,
    ...values,
    experimentId,
  ).lastId;
}

/** The experiment of the same name, made as it is there if there is none. */
function importExperiment(target: Database, experiment: ExperimentRow): number {
  const found = target.get<{ id: number }>(
    "SELECT id FROM experiments WHERE name = ?",
    experiment.name,
  );
  if (found !== undefined) return found.id;
  const { lastId } = target.run(
    `INSERT INTO experiments (name, artifact_location, lifecycle_stage, creation_time,
       last_update_time) VALUES (?, ?, ?, ?, ?)`,
    experiment.name,
    experiment.artifact_location,
    experiment.lifecycle_stage,
    experiment.creation_time,
    experiment.last_update_time,
  );
  target.run(
    `INSERT INTO experiment_tags (experiment_id, key, value)
     SELECT ?, key, value FROM json_each(?)`,
    lastId,
    experiment.tags,
  );
  return lastId;
}

const COPIED_TABLES: Readonly<Record<string, readonly string[]>> = {
  params: ["key", "value"],
  tags: ["key", "value", "revision"],
  removed_tags: ["key", "revision"],
  datasets: ["name", "digest", "source_type", "source", "schema", "profile", "context"],
};

function importContent(source: Database, target: Database, run: RunRow, id: number): void {
  for (const [table, columns] of Object.entries(COPIED_TABLES)) {
    const rows = source.arrays<Value[]>(
      `SELECT ?, ${columns.join(", ")} FROM ${table} WHERE run_id = ?`,
      id,
      run.id,
    );
    insertRows(target, table, ["run_id", ...columns], rows);
  }
  const owner = { id, startTime: run.start_time, metricSet: null };
  const metricSet = writeMetrics(target, owner, [...points(source, run)]);
  target.run("UPDATE runs SET metric_set = ? WHERE id = ?", metricSet, id);
  const artifacts = source.all<{ blob_id: number; path: string; sha256: string }>(
    `SELECT a.blob_id, a.path, b.sha256 FROM artifacts AS a JOIN blobs AS b ON b.id = a.blob_id
     WHERE a.run_id = ?`,
    run.id,
  );
  for (const { blob_id: blobId, path, sha256 } of artifacts) {
    if (target.get("SELECT 1 FROM blobs WHERE sha256 = ?", sha256) === undefined) {
      const [blob] = source.arrays<[string, number, Uint8Array]>(
        "SELECT sha256, size, content FROM blobs WHERE id = ?",
        blobId,
      );
      insertRows(target, "blobs", ["sha256", "size", "content"], blob === undefined ? [] : [blob]);
    }
    target.run(
      `INSERT INTO artifacts (run_id, path, blob_id)
       SELECT ?, ?, id FROM blobs WHERE sha256 = ?`,
      id,
      path,
      sha256,
    );
  }
}

const DELIVERY_COLUMNS = [
  "state",
  "server_run_id",
  "server_experiment_id",
  "create_time",
  "uncertain",
  "tag_revision",
  "delivered_revision",
  "delivered_time",
] as const;

/** What only the other store knows: that a run was, or may have been, sent to a server. */
function importDeliveries(source: Database, target: Database, run: RunRow, id: number): void {
  const rows = source.all<
    Record<(typeof DELIVERY_COLUMNS)[number] | "uri", string | number | null>
  >(
    `SELECT s.uri, ${DELIVERY_COLUMNS.map((column) => `d.${column}`).join(", ")}
     FROM deliveries AS d JOIN servers AS s ON s.id = d.server_id
     WHERE d.run_id = ? AND d.state <> 'waiting'`,
    run.id,
  );
  for (const row of rows) {
    target.run(
      `INSERT INTO deliveries (run_id, server_id, ${DELIVERY_COLUMNS.join(", ")})
       VALUES (?, ?, ${DELIVERY_COLUMNS.map(() => "?").join(", ")})
       ON CONFLICT DO UPDATE SET
         ${DELIVERY_COLUMNS.map((column) => `${column} = excluded.${column}`).join(", ")}
       WHERE server_run_id IS NULL AND owner IS NULL`,
      id,
      serverId(target, String(row.uri)),
      ...DELIVERY_COLUMNS.map((column) => row[column]),
    );
  }
}
