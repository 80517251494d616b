// What of a run is to be sent, as batches that are one request each. A batch is acknowledged by the
// hash of its content, so the marks of an interrupted delivery stay true when the run has been
// changed since, or another version of btflow cuts differently.

import { createHash } from "node:crypto";
import { type BatchItem, cutBatches } from "../../limits.ts";
import { PARENT_TAG, RUN_KEY_TAG, RUN_NAME_TAG } from "../../own_names.ts";
import type { Batch, Run } from "../../tracker.ts";
import type { Database } from "../sqlite.ts";
import { points } from "../read_points.ts";
import type { RunRow } from "../run_rows.ts";
import type { IsLaterThere } from "./changes.ts";

/** A batch and how a server is known to have it. */
export interface RunBatch {
  /** The name of its acknowledgement. */
  readonly step: string;
  readonly batch: Required<Batch>;
}

/** What decides which tags are sent, and which run is named as the one that groups this one. */
export interface TagOptions {
  /** Tags of this revision and before have been sent; null when none have. */
  readonly tagRevision: number | null;
  /** The server's id of the run that groups this one; null: none is named. */
  readonly parentRunId: string | null;
  /** What the server has from other stores is left as it is there. */
  readonly isLaterThere: IsLaterThere;
}

/** The batches of a run: first its params and tags, then every point of every metric. */
export function* runBatches(
  database: Database,
  run: RunRow,
  options: TagOptions,
): Iterable<RunBatch> {
  for (const batch of cutBatches(batchItems(database, run, options))) {
    yield { step: batchStep(batch), batch };
  }
}

/** The name of a batch's acknowledgement. */
export function batchStep(batch: Required<Batch>): string {
  const hash = createHash("sha256").update(JSON.stringify(batch)).digest("hex");
  return `batch ${hash.slice(0, 32)}`;
}

/** All that goes into the batches of a run, in their order. */
export function* batchItems(
  database: Database,
  run: RunRow,
  options: TagOptions,
): Iterable<BatchItem> {
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
  { parentRunId, ...since }: TagOptions,
): readonly (readonly [string, string])[] {
  return changedTags(database, run, since)
    .flatMap(([key, value]): readonly (readonly [string, string])[] => {
      if (key === RUN_NAME_TAG || key === RUN_KEY_TAG) return [];
      if (key !== PARENT_TAG || value !== run.parent_key) return [[key, value]];
      return parentRunId === null ? [] : [[key, parentRunId]];
    });
}

type Since = Pick<TagOptions, "tagRevision" | "isLaterThere">;

function changedTags(
  database: Database,
  run: RunRow,
  since: Since,
): readonly (readonly [key: string, value: string])[] {
  return changesSince<string>(
    database,
    run,
    since,
    "SELECT key, changed, imported, value FROM tags",
  );
}

/** Whether a run has another name on the server than it was given since. */
export function isRenamed(database: Database, run: RunRow, there: Run, since: Since): boolean {
  return run.name !== there.name &&
    changedTags(database, run, since).some(([key]) => key === RUN_NAME_TAG);
}

/** Tags to be removed from the server: taken away since the tags were last sent. */
export function tagsToRemove(database: Database, run: RunRow, since: Since): readonly string[] {
  const select = "SELECT key, changed, imported, NULL FROM removed_tags";
  return changesSince<null>(database, run, since, select).map(([key]) => key);
}

function changesSince<Value extends string | null>(
  database: Database,
  run: RunRow,
  { tagRevision, isLaterThere }: Since,
  select: string,
): readonly (readonly [key: string, value: Value])[] {
  return database.arrays<[string, number, number, Value]>(
    `${select} WHERE run_id = ? AND revision > ? ORDER BY key`,
    run.id,
    tagRevision ?? -1,
  ).flatMap(([key, changed, imported, value]): readonly (readonly [string, Value])[] => {
    const importedTag = imported === 1 ? key : undefined;
    return isLaterThere({ part: `tag ${key}`, changed, importedTag }) ? [] : [[key, value]];
  });
}
