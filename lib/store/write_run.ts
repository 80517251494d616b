// Changing runs. Whatever changes a run inside a transaction goes through here, and each change
// after its commit raises the run's revision: a delivered run with a newer revision waits again.
// What is written was checked where it came in: a record by its commit, the rest by the tracker. What
// can be changed again says when it was (`changed`), so that two stores that have a run can agree.

import { present, TrackerError } from "../errors.ts";
import { RUN_NAME_TAG } from "../own_names.ts";
import type { Batch, Dataset, RunChange } from "../tracker.ts";
import { type Insert, insertNow } from "./insert.ts";
import type { RunRow } from "./run_rows.ts";
import type { Database } from "./sqlite.ts";
import { writeMetrics } from "./write_metrics.ts";

/** Adds metrics, params and tags. A param that has another value already is refused, as on a server. */
export function addBatch(database: Database, run: RunRow, batch: Batch, nowMs: number): void {
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
  writeParams(insertNow(database), run.id, params);
  setTags(database, run.id, tags, { revision, changed: nowMs });
}

/** Adds datasets; those that the run has already change nothing. */
export function addDatasets(database: Database, run: RunRow, datasets: readonly Dataset[]): void {
  if (datasets.length === 0) return;
  writeDatasets(insertNow(database), run.id, datasets);
  revise(database, run);
}

/** Removes a tag; false when there is none. */
export function removeTag(database: Database, run: RunRow, key: string, nowMs: number): boolean {
  const before = database.get<{ changed: number }>(
    "SELECT changed FROM tags WHERE run_id = ? AND key = ?",
    run.id,
    key,
  );
  if (before === undefined) return false;
  const changed = Math.max(nowMs, before.changed + 1);
  dropTag(database, run.id, key, { revision: revise(database, run), changed });
  return true;
}

/** When a tag was changed: by the run's revisions, and ms since the epoch. */
export interface TagChange {
  readonly revision: number;
  /** 0: as it was when the run was committed. */
  readonly changed: number;
  /** True for what another store changed. */
  readonly imported?: boolean;
}

/** Takes a tag away and notes that it was. */
export function dropTag(
  database: Database,
  runId: number,
  key: string,
  { revision, changed, imported = false }: TagChange,
): void {
  database.run("DELETE FROM tags WHERE run_id = ? AND key = ?", runId, key);
  database.run(
    `INSERT INTO removed_tags (run_id, key, revision, changed, imported) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET revision = excluded.revision, changed = excluded.changed,
       imported = excluded.imported`,
    runId,
    key,
    revision,
    changed,
    Number(imported),
  );
}

/** Sets tags; each counts as later than what it replaces, also when the clock was set back. */
export function setTags(
  database: Database,
  runId: number,
  tags: Readonly<Record<string, string>>,
  change: TagChange,
): void {
  for (const [key, value] of Object.entries(tags)) {
    const before = database.get<{ changed: number | null }>(
      `SELECT max(changed) AS changed FROM (
         SELECT changed FROM tags WHERE run_id = ? AND key = ?
         UNION ALL SELECT changed FROM removed_tags WHERE run_id = ? AND key = ?)`,
      ...[runId, key, runId, key],
    )?.changed ?? -1;
    const changed = Math.max(change.changed, before + 1);
    writeTags(insertNow(database), runId, { [key]: value }, { ...change, changed });
    database.run("DELETE FROM removed_tags WHERE run_id = ? AND key = ?", runId, key);
  }
}

/** Changes status, end or name of a run. */
export function changeRun(
  database: Database,
  run: RunRow,
  change: RunChange,
  nowMs: number,
): void {
  const revision = revise(database, run);
  const isEnded = change.status !== undefined || change.endTime !== undefined;
  database.run(
    `UPDATE runs SET status = coalesce(?, status), end_time = coalesce(?, end_time),
       name = coalesce(?, name), changed = iif(?, max(?, changed + 1), changed) WHERE id = ?`,
    change.status ?? null,
    change.endTime ?? null,
    change.name ?? null,
    ...[Number(isEnded), nowMs, run.id],
  );
  if (change.name !== undefined) {
    setTags(database, run.id, { [RUN_NAME_TAG]: change.name }, { revision, changed: nowMs });
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

/** Writes params; those that are there stay as they were first written. */
export function writeParams(
  insert: Insert,
  runId: number,
  params: Readonly<Record<string, string>>,
): void {
  const rows = Object.entries(params).map(([key, value]) => [runId, key, value]);
  insert("params", ["run_id", "key", "value"], rows, {
    conflict: "ON CONFLICT DO NOTHING",
  });
}

/** Writes tags over what is there. */
export function writeTags(
  insert: Insert,
  runId: number,
  tags: Readonly<Record<string, string>>,
  { revision, changed, imported = false }: TagChange,
): void {
  const change = [revision, changed, Number(imported)];
  const rows = Object.entries(tags).map(([key, value]) => [runId, key, value, ...change]);
  insert("tags", TAG_COLUMNS, rows, {
    conflict: "ON CONFLICT DO UPDATE SET value = excluded.value, revision = excluded.revision, " +
      "changed = excluded.changed, imported = excluded.imported",
  });
}

const TAG_COLUMNS: readonly string[] = [
  "run_id",
  "key",
  "value",
  "revision",
  "changed",
  "imported",
];

/** Writes datasets; equal ones are one. */
export function writeDatasets(
  insert: Insert,
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
  insert("datasets", columns, rows, { conflict: "ON CONFLICT DO NOTHING" });
}
