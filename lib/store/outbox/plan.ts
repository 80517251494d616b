// What is to be sent of a run, cut into batches that every server takes. A batch is acknowledged by
// the hash of its content, so the marks of an interrupted delivery stay true when the run has been
// changed since, or another version of btflow cuts differently.

import { createHash } from "node:crypto";
import { PARENT_TAG, RUN_KEY_TAG, RUN_NAME_TAG } from "../../own_names.ts";
import type { Batch, MetricPoint } from "../../tracker.ts";
import type { Database } from "../sqlite.ts";
import { points } from "../read_points.ts";
import type { RunRow } from "../run_rows.ts";

/** MLflow's limits of one log-batch; servers before 2026 fail on repeats of over 100 names. */
export const BATCH_LIMITS: {
  readonly items: number;
  readonly names: number;
  readonly texts: number;
  readonly bytes: number;
} = { items: 1000, names: 100, texts: 100, bytes: 900_000 };

export interface PlannedBatch {
  /** The name of its acknowledgement. */
  readonly step: string;
  readonly batch: Batch;
}

export interface PlanOptions {
  /** Tags of this revision and before have been sent; null when none have. */
  readonly tagRevision: number | null;
  /** The server's id of the run that groups this one. */
  readonly parentRunId: string | null;
}

/** The batches of a run: first its params and tags, then every point of every metric. */
export function* planBatches(
  database: Database,
  run: RunRow,
  options: PlanOptions,
): Iterable<PlannedBatch> {
  let open = emptyBatch();
  for (const item of items(database, run, options)) {
    if (!fits(open, item)) {
      yield planned(open);
      open = emptyBatch();
    }
    add(open, item);
  }
  if (open.items > 0) yield planned(open);
}

type Item =
  | { readonly kind: "param" | "tag"; readonly key: string; readonly value: string }
  | { readonly kind: "metric"; readonly point: MetricPoint };

interface OpenBatch {
  readonly metrics: MetricPoint[];
  readonly params: Record<string, string>;
  readonly tags: Record<string, string>;
  readonly names: Set<string>;
  readonly texts: { param: number; tag: number };
  items: number;
  bytes: number;
}

function emptyBatch(): OpenBatch {
  return {
    metrics: [],
    params: {},
    tags: {},
    names: new Set(),
    texts: { param: 0, tag: 0 },
    items: 0,
    bytes: 100,
  };
}

function fits(open: OpenBatch, item: Item): boolean {
  if (open.items === 0) return true;
  if (open.items >= BATCH_LIMITS.items) return false;
  if (open.bytes + bytesOf(item) > BATCH_LIMITS.bytes) return false;
  if (item.kind !== "metric") return open.texts[item.kind] < BATCH_LIMITS.texts;
  return open.names.size < BATCH_LIMITS.names || open.names.has(item.point.key);
}

function add(open: OpenBatch, item: Item): void {
  open.items++;
  open.bytes += bytesOf(item);
  if (item.kind === "metric") {
    open.metrics.push(item.point);
    open.names.add(item.point.key);
    return;
  }
  const texts = item.kind === "param" ? open.params : open.tags;
  // Not an assignment: a key may be called __proto__.
  Object.defineProperty(texts, item.key, {
    value: item.value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  open.texts[item.kind]++;
}

/** At least the bytes of an item in the request's JSON. */
function bytesOf(item: Item): number {
  if (item.kind === "metric") return item.point.key.length * 4 + 110;
  return 4 * item.key.length + 40 + new TextEncoder().encode(JSON.stringify(item.value)).length;
}

function planned({ metrics, params, tags }: OpenBatch): PlannedBatch {
  const batch: Batch = { metrics, params, tags };
  const hash = createHash("sha256").update(JSON.stringify(batch)).digest("hex");
  return { step: `batch ${hash.slice(0, 32)}`, batch };
}

function* items(database: Database, run: RunRow, options: PlanOptions): Iterable<Item> {
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
  { tagRevision, parentRunId }: PlanOptions,
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
