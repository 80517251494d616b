// A run that two stores have, in one of them. What cannot change (params, points, datasets) is what
// either has; of what can change (tags, files, name, status with end) the later change of each counts,
// so it does not matter which store takes in the other, nor how often.

import { RUN_NAME_TAG } from "../own_names.ts";
import { insertNow, insertRows } from "./insert.ts";
import { points } from "./read_points.ts";
import type { RunRow } from "./run_rows.ts";
import type { Database, Value } from "./sqlite.ts";
import { writeMetrics } from "./write_metrics.ts";
import { dropTag, revise, writeTags } from "./write_run.ts";

/** What taking in another store's version of a run came to. */
export interface Merged {
  /** The run here is another than before. */
  readonly isChanged: boolean;
  /** Something here is not there, or later here. */
  readonly hasMore: boolean;
}

/** Brings what another store has of a run into the same run here. */
export function mergeRun(
  source: Database,
  target: Database,
  run: RunRow,
  before: RunRow,
): Merged {
  const sizes = contentSize(target, before);
  copyContent(source, target, run, before.id);
  const after = contentSize(target, before);
  const tags = mergeTags(source, target, run, before);
  const isLaterThere = run.changed > before.changed;
  if (isLaterThere) {
    target.run(
      "UPDATE runs SET status = ?, end_time = ?, changed = ? WHERE id = ?",
      ...[run.status, run.end_time, run.changed, before.id],
    );
  }
  const isChanged = after !== sizes || tags.isChanged || isLaterThere;
  // Tags have raised it already.
  if (isChanged && !tags.isChanged) revise(target, before);
  return {
    isChanged,
    hasMore: tags.hasMore || before.changed > run.changed || after !== contentSize(source, run),
  };
}

/**
 * When what can change of a run was changed since its commit, by part: `tag x`, also where it was taken
 * away, `artifact a/b.csv`, and `run` for status and end. Its name is the tag that servers keep of it.
 */
export function changedParts(
  database: Database,
  run: Pick<RunRow, "id">,
): ReadonlyMap<string, number> {
  return new Map(database.arrays<[string, number]>(
    `SELECT 'run', changed FROM runs WHERE id = ?1 AND changed > 0
     UNION ALL SELECT 'tag ' || key, changed FROM removed_tags WHERE run_id = ?1 AND changed > 0
     UNION ALL SELECT 'tag ' || key, changed FROM tags WHERE run_id = ?1 AND changed > 0
     UNION ALL SELECT 'artifact ' || path, changed FROM artifacts WHERE run_id = ?1 AND changed > 0`,
    run.id,
  ));
}

/** A text that differs where content other than tags and the run's own fields does. */
function contentSize(database: Database, run: Pick<RunRow, "id">): string {
  const counts = database.arrays<number[]>(
    `SELECT (SELECT count(*) FROM params WHERE run_id = ?1),
       (SELECT count(*) FROM points WHERE run_id = ?1),
       (SELECT count(*) FROM metrics WHERE run_id = ?1),
       (SELECT count(*) FROM datasets WHERE run_id = ?1)`,
    run.id,
  );
  const files = database.arrays<[string, string]>(
    `SELECT a.path, b.sha256 FROM artifacts AS a JOIN blobs AS b ON b.id = a.blob_id
     WHERE a.run_id = ? ORDER BY a.path`,
    run.id,
  );
  return JSON.stringify([counts, files]);
}

interface Tag {
  /** Null: taken away. */
  readonly value: string | null;
  readonly changed: number;
}

function tagsOf(database: Database, runId: number): ReadonlyMap<string, Tag> {
  const rows = database.arrays<[string, string | null, number]>(
    `SELECT key, NULL, changed FROM removed_tags WHERE run_id = ?1
     UNION ALL SELECT key, value, changed FROM tags WHERE run_id = ?1`,
    runId,
  );
  return new Map(rows.map(([key, value, changed]) => [key, { value, changed }]));
}

function mergeTags(
  source: Database,
  target: Database,
  run: RunRow,
  before: RunRow,
): Merged {
  const theirs = tagsOf(source, run.id);
  const ours = tagsOf(target, before.id);
  const later = [...theirs].filter(([key, tag]) => isLater(tag, ours.get(key)));
  if (later.length > 0) {
    const revision = revise(target, before);
    for (const [key, { value, changed }] of later) {
      const change = { revision, changed, imported: true };
      if (value === null) dropTag(target, before.id, key, change);
      else {
        writeTags(insertNow(target), before.id, { [key]: value }, change);
        target.run("DELETE FROM removed_tags WHERE run_id = ? AND key = ?", before.id, key);
        if (key === RUN_NAME_TAG) {
          target.run("UPDATE runs SET name = ? WHERE id = ?", value, before.id);
        }
      }
    }
  }
  return {
    isChanged: later.length > 0,
    hasMore: [...ours].some(([key, tag]) => isLater(tag, theirs.get(key))),
  };
}

/** Gives a new run the tags that it has in another store. */
export function copyTags(source: Database, target: Database, run: RunRow, id: number): void {
  for (const [key, { value, changed }] of tagsOf(source, run.id)) {
    const change = { revision: 0, changed, imported: true };
    if (value === null) dropTag(target, id, key, change);
    else writeTags(insertNow(target), id, { [key]: value }, change);
  }
}

/** Of two changes at one moment the greater text counts, in both stores the same. */
function isLater(tag: Tag, other: Tag | undefined): boolean {
  if (other === undefined) return true;
  if (tag.value === other.value) return false;
  if (tag.changed !== other.changed) return tag.changed > other.changed;
  return (tag.value ?? "") > (other.value ?? "");
}

const COPIED_TABLES: Readonly<Record<string, readonly string[]>> = {
  params: ["key", "value"],
  datasets: ["name", "digest", "source_type", "source", "schema", "profile", "context"],
};

/** Adds what a run holds in another store, its tags aside. */
export function copyContent(source: Database, target: Database, run: RunRow, id: number): void {
  for (const [table, columns] of Object.entries(COPIED_TABLES)) {
    const rows = source.arrays<Value[]>(
      `SELECT ?, ${columns.join(", ")} FROM ${table} WHERE run_id = ?`,
      id,
      run.id,
    );
    insertRows(target, table, ["run_id", ...columns], rows, { conflict: "ON CONFLICT DO NOTHING" });
  }
  const here = target.get<{ metric_set: number | null }>(
    "SELECT metric_set FROM runs WHERE id = ?",
    id,
  );
  const owner = { id, startTime: run.start_time, metricSet: here?.metric_set ?? null };
  const metricSet = writeMetrics(target, owner, [...points(source, run)]);
  target.run("UPDATE runs SET metric_set = ? WHERE id = ?", metricSet, id);
  copyArtifacts(source, target, run, id);
}

/** Adds files; of two of one path the one that was written later counts. */
function copyArtifacts(source: Database, target: Database, run: RunRow, id: number): void {
  const artifacts = source.all<
    { blob_id: number; path: string; optional: number; sha256: string; changed: number }
  >(
    `SELECT a.blob_id, a.path, a.optional, a.changed, b.sha256 FROM artifacts AS a
     JOIN blobs AS b ON b.id = a.blob_id WHERE a.run_id = ?`,
    run.id,
  );
  for (const { blob_id: blobId, path, optional, sha256, changed } of artifacts) {
    if (target.get("SELECT 1 FROM blobs WHERE sha256 = ?", sha256) === undefined) {
      const blobs = source.arrays<[string, number, Uint8Array]>(
        "SELECT sha256, size, content FROM blobs WHERE id = ?",
        blobId,
      );
      insertRows(target, "blobs", ["sha256", "size", "content"], blobs);
    }
    target.run(
      `INSERT INTO artifacts (run_id, path, optional, changed, blob_id)
       SELECT ?, ?, ?, ?, id FROM blobs WHERE sha256 = ?
       ON CONFLICT DO UPDATE SET blob_id = excluded.blob_id, optional = excluded.optional,
         changed = excluded.changed
       WHERE excluded.changed > changed`,
      id,
      path,
      optional,
      changed,
      sha256,
    );
  }
}
