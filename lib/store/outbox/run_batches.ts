// What of a run is to be sent, as batches that are one request each. A batch is acknowledged by the
// hash of its content, so the marks of an interrupted delivery stay true when the run has been
// changed since, or another version of btflow cuts differently.

import { createHash } from "node:crypto";
import { type BatchItem, cutBatches } from "../../limits.ts";
import { PARENT_TAG, RUN_KEY_TAG, RUN_NAME_TAG } from "../../own_names.ts";
import type { Batch } from "../../tracker.ts";
import type { Database } from "../sqlite.ts";
import { points } from "../read_points.ts";
import type { RunRow } from "../run_rows.ts";

/** A batch and how a server is known to have it. */
export interface RunBatch {
  /** The name of its acknowledgement. */
  readonly step: string;
  readonly batch: Batch;
}

/** What decides which tags are sent, and which run is named as the one that groups this one. */
export interface TagOptions {
  /** Tags of this revision and before have been sent; null when none have. */
  readonly tagRevision: number | null;
  /** The server's id of the run that groups this one. */
  readonly parentRunId: string | null;
}

/** The batches of a run: first its params and tags, then every point of every metric. */
export function* runBatches(
  database: Database,
  run: RunRow,
  options: TagOptions,
): Iterable<RunBatch> {
  for (const batch of cutBatches(items(database, run, options))) {
    const hash = createHash("sha256").update(JSON.stringify(batch)).digest("hex");
    yield { step: `batch ${hash.slice(0, 32)}`, batch };
  }
}

function* items(database: Database, run: RunRow, options: TagOptions): Iterable<BatchItem> {
  const params = database.arrays<[string, string]>(
    "SELECT key, value FROM params WHERE run_id = ? ORDER BY key",
    run.id,
  );
  for (const [key, value] of params) yield { kind: "param", key, value };
  for (const [key, value] of tagsToSend(database, run, options)) yield { kind: "tag", key, value };
  for (const point of points(database, run)) {
    if (!Number.isNaN(point.value)) yield { kind: "metric", point };
  }
}

/**
 * Tags of later revisions than those sent. Not among them are the run's name, which servers set, and
 * its key, which goes with its creation and with nothing else.
 */
export function tagsToSend(
  database: Database,
  run: RunRow,
  { tagRevision, parentRunId }: TagOptions,
): readonly (readonly [string, string])[] {
  const rows = database.arrays<[string, string]>(
    "SELECT key, value FROM tags WHERE run_id = ? AND revision > ? ORDER BY key",
    run.id,
    tagRevision ?? -1,
  );
  return rows
    .filter(([key]) => key !== RUN_NAME_TAG && key !== RUN_KEY_TAG)
    .map(([key, value]) =>
      key === PARENT_TAG && value === run.parent_key && parentRunId !== null
        ? [key, parentRunId]
        : [key, value]
    );
}

/** Tags to be removed from the server: taken away since the tags were last sent. */
export function tagsToRemove(
  database: Database,
  run: RunRow,
  tagRevision: number | null,
): readonly string[] {
  return database.arrays<[string]>(
    "SELECT key FROM removed_tags WHERE run_id = ? AND revision > ? ORDER BY key",
    run.id,
    tagRevision ?? -1,
  ).map(([key]) => key);
}
