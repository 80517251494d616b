// Taking runs out of the store for good. A run that was delivered and is then pruned leaves a row
// behind: its fingerprint, so that it is not logged again, and its ids, so that it can still be found.
// Its trial record stays as it is.

import { present } from "../errors.ts";
import type { Io } from "../io.ts";
import { TRIAL_TAG } from "../own_names.ts";
import { doubtMs } from "./deliveries.ts";
import { changedParts } from "./merge_run.ts";
import type { RunRow } from "./run_rows.ts";
import type { Database } from "./sqlite.ts";
import { parseTrialTag } from "./trial_tag.ts";
import { toHex } from "./trials.ts";
import { metricSetIds } from "./write_metrics.ts";

const CONTENT_TABLES: readonly string[] = [
  "points",
  "params",
  "tags",
  "removed_tags",
  "datasets",
  "artifacts",
];

/** Removes what a run holds, but not the run. */
function removeContent(
  database: Database,
  run: Pick<RunRow, "id" | "metric_set">,
): void {
  const blobs = database.arrays<[number]>(
    "SELECT blob_id FROM artifacts WHERE run_id = ?",
    run.id,
  );
  for (const table of CONTENT_TABLES) {
    database.run(`DELETE FROM ${table} WHERE run_id = ?`, run.id);
  }
  for (const [id] of blobs) removeUnusedBlob(database, id);
  for (const keyId of metricSetIds(database, run.metric_set)) {
    database.run("DELETE FROM metrics WHERE key_id = ? AND run_id = ?", keyId, run.id);
  }
}

/** Removes the content of files that no run has. */
function removeUnusedBlob(database: Database, id: number): number {
  return database.run(
    "DELETE FROM blobs WHERE id = ? AND NOT EXISTS (SELECT 1 FROM artifacts WHERE blob_id = ?)",
    ...[id, id],
  ).changes;
}

/** Which delivered runs are removed. */
export interface PruneOptions {
  /** Only runs that ended (or, not ended, began) at least this long ago. */
  readonly olderThanMs: number;
  /** Only counts what would be removed. */
  readonly dryRun?: boolean;
}

/** What was removed, or would be. */
export interface Pruned {
  /** How many. */
  readonly runs: number;
  /** How much smaller the file is; 0 for a dry run. */
  readonly freedBytes: number;
}

/** Runs, or files, removed in one transaction: others that write wait for tens of ms. */
const ITEMS_A_STEP = 100;
/** Pages given back in one: 4 MB. */
const PAGES_A_STEP = 1000;
/** Between two steps: SQLite does not queue who waits, but lets each try now and then. */
const PAUSE_MS = 20;

/** Of runs that their own server has whole, that nobody delivers, and of which no second can arrive. */
const PRUNABLE = `FROM runs
  WHERE ifnull(runs.end_time, runs.start_time) <= $before AND EXISTS (
    SELECT 1 FROM deliveries AS d JOIN servers AS s ON s.id = d.server_id
    WHERE d.run_id = runs.id AND d.state = 'delivered'
    AND d.delivered_revision >= runs.revision
    AND NOT EXISTS (SELECT 1 FROM undeliverable AS u WHERE u.run_id = d.run_id
      AND u.server_id = d.server_id AND u.optional = 0)
    AND (runs.tracking_uri IS NULL OR runs.tracking_uri = s.uri))
  AND NOT EXISTS (
    SELECT 1 FROM deliveries AS d WHERE d.run_id = runs.id
    AND (d.owner IS NOT NULL OR (d.uncertain = 1 AND d.create_time > $doubt)
      OR (d.uncertain = 2 AND d.create_time > $sharedDoubt)))`;

/**
 * Removes delivered runs by age, and the content that only they had, in steps, so that others write
 * meanwhile; stopped at any of them it has removed whole runs. Runs are looked for while others write,
 * and looked at again in the transaction that removes them: one that was changed meanwhile stays.
 */
export async function pruneRuns(
  io: Pick<Io, "now" | "sleep">,
  database: Database,
  { olderThanMs, dryRun = false }: PruneOptions,
): Promise<Pruned> {
  const nowMs = io.now();
  const limits = {
    before: nowMs - olderThanMs,
    doubt: nowMs - doubtMs(1),
    sharedDoubt: nowMs - doubtMs(2),
  };
  if (dryRun) {
    const [count] = database.named<{ n: number }>(`SELECT count(*) AS n ${PRUNABLE}`, limits);
    return { runs: present(count, "a count").n, freedBytes: 0 };
  }
  const before = sizeOf(database);
  const prunable = (after: string | number): readonly Found[] =>
    database.named<Found>(
      `SELECT runs.id, runs.id AS place ${PRUNABLE} AND runs.id > $after
       ORDER BY runs.id LIMIT ${ITEMS_A_STEP}`,
      { ...limits, after },
    );
  const runs = await inSteps(io, database, prunable, 0, (ids) => {
    const rows = database.named<Pick<RunRow, "id" | "metric_set">>(
      `SELECT runs.id, runs.metric_set ${PRUNABLE}
       AND runs.id IN (SELECT value FROM json_each($ids))`,
      { ...limits, ids: JSON.stringify(ids) },
    );
    for (const row of rows) removeDelivered(database, row);
    return rows.length;
  });
  await inSteps(io, database, (after) => unusedBlobs(database, after), "", (ids) => {
    return ids.reduce((sum, id) => sum + removeUnusedBlob(database, id), 0);
  });
  await giveBack(io, database);
  return { runs, freedBytes: Math.max(0, before - sizeOf(database)) };
}

/** A row to be removed, and its place in the order that they are looked for in. */
interface Found {
  readonly id: number;
  readonly place: string | number;
}

/** Looks for rows from a place on and removes them, a transaction for each find; returns how many. */
async function inSteps(
  io: Pick<Io, "sleep">,
  database: Database,
  find: (after: string | number) => readonly Found[],
  first: string | number,
  remove: (ids: readonly number[]) => number,
): Promise<number> {
  let removed = 0;
  let after = first;
  for (;;) {
    const found = find(after);
    const last = found.at(-1);
    if (last === undefined) return removed;
    after = last.place;
    removed += database.write(() => remove(found.map(({ id }) => id)));
    if (found.length < ITEMS_A_STEP) return removed;
    await io.sleep(PAUSE_MS);
  }
}

/** Files that no run has any more, as one leaves that is replaced; in the order of an index of them all. */
function unusedBlobs(database: Database, after: string | number): readonly Found[] {
  return database.named<Found>(
    `SELECT id, sha256 AS place FROM blobs WHERE sha256 > $after
     AND NOT EXISTS (SELECT 1 FROM artifacts WHERE blob_id = blobs.id)
     ORDER BY sha256 LIMIT ${ITEMS_A_STEP}`,
    { after: String(after) },
  );
}

/** Gives free pages back to the file system; a store without `auto_vacuum` keeps them for later runs. */
async function giveBack(io: Pick<Io, "sleep">, database: Database): Promise<void> {
  const free = (): number =>
    database.get<{ freelist_count: number }>("PRAGMA freelist_count")?.freelist_count ?? 0;
  for (let left = free(); left > 0;) {
    database.all(`PRAGMA incremental_vacuum(${PAGES_A_STEP})`);
    const now = free();
    if (now === 0 || now >= left) return;
    left = now;
    await io.sleep(PAUSE_MS);
  }
}

function removeDelivered(database: Database, run: Pick<RunRow, "id" | "metric_set">): void {
  database.run(
    `INSERT INTO pruned (key, experiment, fingerprint, tracking_uri, server_run_id, changes, trial)
     SELECT runs.key, e.name, runs.fingerprint, s.uri, d.server_run_id, ?, ?
     FROM runs JOIN experiments AS e ON e.id = runs.experiment_id
     JOIN deliveries AS d ON d.run_id = runs.id AND d.state = 'delivered'
     JOIN servers AS s ON s.id = d.server_id
     WHERE runs.id = ? ORDER BY s.uri = runs.tracking_uri DESC, s.id LIMIT 1
     ON CONFLICT DO UPDATE SET changed = 0, changes = excluded.changes, trial = excluded.trial`,
    JSON.stringify(Object.fromEntries(changedParts(database, run))),
    recordOfRun(database, run),
    run.id,
  );
  removeContent(database, run);
  database.run("DELETE FROM acknowledgements WHERE run_id = ?", run.id);
  database.run("DELETE FROM undeliverable WHERE run_id = ?", run.id);
  database.run("DELETE FROM deliveries WHERE run_id = ?", run.id);
  database.run("DELETE FROM runs WHERE id = ?", run.id);
}

/** The hash of the run's trial record, as its tag has it: a record that was taken away is missed. */
function recordOfRun(database: Database, { id }: Pick<RunRow, "id">): string | null {
  const tag = database.get<{ value: string }>(
    "SELECT value FROM tags WHERE run_id = ? AND key = ?",
    ...[id, TRIAL_TAG],
  );
  const said = parseTrialTag(tag?.value);
  if (said !== null) return said.hash;
  const [record] = database.arrays<[Uint8Array]>(
    "SELECT hash FROM trials WHERE key = (SELECT key FROM runs WHERE id = ?) LIMIT 1",
    id,
  );
  return record === undefined ? null : toHex(record[0]);
}

function sizeOf(database: Database): number {
  const pages = database.get<{ page_count: number }>("PRAGMA page_count")?.page_count ?? 0;
  const size = database.get<{ page_size: number }>("PRAGMA page_size")?.page_size ?? 0;
  return pages * size;
}
