// Changing runs. Whatever changes a run inside a transaction goes through here, and each change
// after its commit raises the run's revision: a delivered run with a newer revision waits again.
// What is written was checked where it came in: a record by its commit, the rest by the tracker.

import { present, TrackerError } from "../errors.ts";
import { RUN_NAME_TAG } from "../own_names.ts";
import type { Batch, Dataset, RunChange } from "../tracker.ts";
import { insertRows } from "./insert.ts";
import type { RunRow } from "./run_rows.ts";
import type { Database } from "./sqlite.ts";
import { writeMetrics } from "./write_metrics.ts";

/** Adds metrics, params and tags. A param that has another value already is refused, as on a server. */
export function addBatch(database: Database, run: RunRow, batch: Batch): void {
  const { metrics = [], params = {}, tags = {} } = batch;
  checkParams(database, run, params);
  const metricSet = writeMetrics(
    database,
    { id: run.id, startTime: run.start_time, metricSet: run.metric_set },
    metrics,
  );
  const revision = revise(database, run);
  if (metricSet !== run.metric_set) {
    database.run("UPDATE runs SET metric_set = ? WHERE id = ?", metricSet, run.id);
  }
  writeTexts(database, "params", run.id, params);
  writeTexts(database, "tags", run.id, tags, revision);
  for (const key of Object.keys(tags)) {
    database.run("DELETE FROM removed_tags WHERE run_id = ? AND key = ?", run.id, key);
  }
}

/** Adds datasets; those that the run has already change nothing. */
export function addDatasets(database: Database, run: RunRow, datasets: readonly Dataset[]): void {
  if (datasets.length === 0) return;
  writeDatasets(database, run.id, datasets);
  revise(database, run);
}

/** Removes a tag; false when there is none. */
export function removeTag(database: Database, run: RunRow, key: string): boolean {
  const { changes } = database.run(
    "DELETE FROM tags WHERE run_id = ? AND key = ?",
    run.id,
    key,
  );
  if (changes === 0) return false;
  database.run(
    `INSERT INTO removed_tags (run_id, key, revision) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET revision = excluded.revision`,
    run.id,
    key,
    revise(database, run),
  );
  return true;
}

/** Changes status, end or name of a run. */
export function changeRun(database: Database, run: RunRow, change: RunChange): void {
  const revision = revise(database, run);
  database.run(
    `UPDATE runs SET status = coalesce(?, status), end_time = coalesce(?, end_time),
       name = coalesce(?, name) WHERE id = ?`,
    change.status ?? null,
    change.endTime ?? null,
    change.name ?? null,
    run.id,
  );
  if (change.name !== undefined) {
    writeTexts(database, "tags", run.id, { [RUN_NAME_TAG]: change.name }, revision);
  }
}

/** The number of the change that is being made. */
export function revise(database: Database, run: Pick<RunRow, "id">): number {
  database.run("UPDATE runs SET revision = revision + 1 WHERE id = ?", run.id);
  const select = "SELECT revision FROM runs WHERE id = ?";
  return present(database.get<{ revision: number }>(select, run.id), "a run").revision;
}

function checkParams(
  database: Database,
  run: RunRow,
  params: Readonly<Record<string, string>>,
): void {
  for (const [key, value] of Object.entries(params)) {
    const before = database.get<{ value: string }>(
      "SELECT value FROM params WHERE run_id = ? AND key = ?",
      run.id,
      key,
    );
    if (before !== undefined && before.value !== value) {
      throw new TrackerError("log to", database.path, {
        status: 400,
        code: "INVALID_PARAMETER_VALUE",
        message: `param "${key}" of run ${run.key} is "${before.value}" and cannot be changed ` +
          `to "${value}"`,
      });
    }
  }
}

/** Writes params, which stay as they were first written, or tags, which are replaced. */
export function writeTexts(
  database: Database,
  table: "params" | "tags",
  runId: number,
  texts: Readonly<Record<string, string>>,
  revision = 0,
): void {
  const rows = Object.entries(texts).map(([key, value]) => [runId, key, value]);
  const columns = ["run_id", "key", "value"];
  if (table === "params") {
    insertRows(database, table, columns, rows, { conflict: "ON CONFLICT DO NOTHING" });
  } else {
    const revised = rows.map((row) => [...row, revision]);
    insertRows(database, table, [...columns, "revision"], revised, {
      conflict: "ON CONFLICT DO UPDATE SET value = excluded.value, revision = excluded.revision",
    });
  }
}

/** Writes datasets; equal ones are one. */
export function writeDatasets(
  database: Database,
  runId: number,
  datasets: readonly Dataset[],
): void {
  const columns = [
    "run_id",
    "name",
    "digest",
    "source_type",
    "source",
    "schema",
    "profile",
    "context",
  ];
  const rows = datasets.map(({ name, digest, sourceType, source, schema, profile, context }) => [
    runId,
    name,
    digest,
    sourceType,
    source,
    schema ?? null,
    profile ?? null,
    context ?? null,
  ]);
  insertRows(database, "datasets", columns, rows, { conflict: "ON CONFLICT DO NOTHING" });
}
