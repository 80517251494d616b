// Taking in the runs of another store, where each keeps its key. An imported run is looked up on the
// server before it is created, because the store that it came from may have delivered it as well.

import { serverId } from "./deliveries.ts";
import { storedExperiment } from "./experiments.ts";
import { importExperiment } from "./import_experiment.ts";
import { importTrials } from "./import_trials.ts";
import { insertRows } from "./insert.ts";
import { changedParts, copyContent, copyTags, mergeRun } from "./merge_run.ts";
import type { RunRow } from "./run_rows.ts";
import { settleRun } from "./settled.ts";
import type { Database, Value } from "./sqlite.ts";
import { recordedParts, recordParts } from "./undeliverable.ts";

/** How many runs an exported file held, by what became of them. */
export interface Imported {
  /** Runs that were new here. */
  readonly added: number;
  /** Runs that had been changed there since they were imported last. */
  readonly updated: number;
  /** Runs that had been changed there and here; the later changes count. */
  readonly merged: number;
  /** Runs that were here already. */
  readonly known: number;
  /** Runs of the file that were not looked at; undefined unless the work was interrupted. */
  readonly left?: number;
}

/** How runs are taken in. */
export interface ImportOptions {
  readonly onProgress?: (done: number, total: number) => void;
  /** Once aborted, no further group of runs is taken in. */
  readonly signal?: AbortSignal;
}

const RUNS_AT_ONCE = 100;

/**
 * Copies the runs of a store into another; those that are there already change nothing. The record of
 * trials goes first: a run is never here without its own.
 */
export async function importRuns(
  source: Database,
  target: Database,
  { onProgress, signal }: ImportOptions = {},
): Promise<Imported> {
  const counts = { added: 0, updated: 0, merged: 0, known: 0 };
  const ids = source.arrays<[number]>("SELECT id FROM runs ORDER BY id").map(([id]) => id);
  if (!await importTrials(source, target, signal)) return { ...counts, left: ids.length };
  for (let from = 0; from < ids.length; from += RUNS_AT_ONCE) {
    // Signals are heard between two groups.
    if (from > 0) await new Promise((resolve) => setTimeout(resolve));
    if (signal?.aborted === true) return { ...counts, left: ids.length - from };
    if (ids.length > RUNS_AT_ONCE) onProgress?.(from, ids.length);
    target.write(() => {
      for (const id of ids.slice(from, from + RUNS_AT_ONCE)) {
        const run = source.get<RunRow>("SELECT * FROM runs WHERE id = ?", id);
        if (run !== undefined) counts[importRun(source, target, run)]++;
      }
    });
  }
  return counts;
}

function importRun(
  source: Database,
  target: Database,
  run: RunRow,
): Exclude<keyof Imported, "left"> {
  const pruned = target.get<PrunedRow>("SELECT * FROM pruned WHERE key = ?", run.key);
  if (pruned !== undefined) {
    if (!hasNewer(source, run, pruned)) return "known";
    bringBack(source, target, run, pruned);
    return "updated";
  }
  const before = target.get<RunRow>("SELECT * FROM runs WHERE key = ?", run.key);
  if (before === undefined) {
    importDeliveries(source, target, run, {
      id: importRow(source, target, run),
      hasMore: false,
    });
    return "added";
  }
  // The other store has it too, however it came by it: a backup made by hand marks nothing.
  target.run("UPDATE runs SET imported = 1 WHERE id = ? AND imported = 0", before.id);
  const merged = mergeRun(source, target, run, before);
  importDeliveries(source, target, run, { id: before.id, hasMore: merged.hasMore });
  if (!merged.isChanged) return "known";
  return merged.hasMore ? "merged" : "updated";
}

interface PrunedRow {
  readonly key: string;
  readonly tracking_uri: string;
  readonly server_run_id: string;
  /** Up to when it had all changes, as was noted before format 7. */
  readonly changed: number;
  /** When its parts had been changed, as JSON; null before format 7. */
  readonly changes: string | null;
}

/** Whether a run that was removed here has a change in another store that it did not have here. */
function hasNewer(source: Database, run: RunRow, { changed, changes }: PrunedRow): boolean {
  const before: Readonly<Record<string, number>> = JSON.parse(changes ?? "{}");
  return [...changedParts(source, run)].some(([part, at]) => at > (before[part] ?? changed));
}

/** A run that was delivered and removed here, and changed there since: what is new is to be delivered. */
function bringBack(source: Database, target: Database, run: RunRow, pruned: PrunedRow): void {
  target.run("DELETE FROM pruned WHERE key = ?", run.key);
  target.run(
    `INSERT INTO deliveries (run_id, server_id, state, server_run_id)
     VALUES (?, ?, 'created', ?)`,
    importRow(source, target, run),
    serverId(target, pruned.tracking_uri),
    pruned.server_run_id,
  );
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
  "changed",
] as const;

/** Adds a run with all that it holds and returns its row's id. Revisions are a store's own: they begin again. */
function importRow(source: Database, target: Database, run: RunRow): number {
  const experimentId = importExperiment(
    target,
    storedExperiment(source, String(run.experiment_id)),
  );
  const { lastId: id } = target.run(
    `INSERT INTO runs (${RUN_COLUMNS.join(", ")}, experiment_id, imported)
     VALUES (${RUN_COLUMNS.map(() => "?").join(", ")}, ?, 1)`,
    ...RUN_COLUMNS.map((column) => run[column]),
    experimentId,
  );
  copyContent(source, target, run, id);
  copyTags(source, target, run, id);
  importPrunedParent(source, target, run);
  return id;
}

/** Of a group that was delivered and removed there, its id on the server is needed here. */
function importPrunedParent(source: Database, target: Database, { parent_key: key }: RunRow): void {
  if (key === null || target.get("SELECT 1 FROM runs WHERE key = ?", key) !== undefined) return;
  const columns = [
    ...["key", "experiment", "fingerprint", "tracking_uri", "server_run_id"],
    ...["changed", "changes"],
  ];
  const rows = source.arrays<Value[]>(
    `SELECT ${columns.join(", ")} FROM pruned WHERE key = ?`,
    key,
  );
  insertRows(target, "pruned", columns, rows, { conflict: "ON CONFLICT DO NOTHING" });
}

const DELIVERY_COLUMNS = [
  "state",
  "server_run_id",
  "server_experiment_id",
  "create_time",
  "uncertain",
  "delivered_revision",
  "delivered_time",
] as const;

/**
 * What is known there of servers and not here: that a run was, or may have been, sent. What was
 * delivered there is delivered here where nothing more is here; else all of it is sent again. A
 * creation that was sent here may still arrive, and be the second.
 */
function importDeliveries(
  source: Database,
  target: Database,
  run: RunRow,
  { id, hasMore }: { readonly id: number; readonly hasMore: boolean },
): void {
  const rows = source.all<
    Record<(typeof DELIVERY_COLUMNS)[number] | "uri" | "server_id", string | number | null>
  >(
    `SELECT s.uri, d.server_id, ${DELIVERY_COLUMNS.map((column) => `d.${column}`).join(", ")}
     FROM deliveries AS d JOIN servers AS s ON s.id = d.server_id
     WHERE d.run_id = ? AND d.state <> 'waiting'`,
    run.id,
  );
  for (const row of rows) {
    const isWhole = row.state === "delivered" && Number(row.delivered_revision) >= run.revision &&
      !hasMore;
    const server = serverId(target, String(row.uri));
    const { changes } = target.run(
      `INSERT INTO deliveries (run_id, server_id, state, server_run_id, server_experiment_id,
         create_time, uncertain, delivered_time, tag_revision, delivered_revision)
       SELECT id, ?, ?, ?, ?, ?, ?, ?, iif(?, revision, -1), iif(?, revision, NULL)
       FROM runs WHERE id = ?
       ON CONFLICT DO UPDATE SET state = excluded.state, server_run_id = excluded.server_run_id,
         server_experiment_id = excluded.server_experiment_id,
         create_time = max(ifnull(create_time, 0), ifnull(excluded.create_time, 0)),
         uncertain = iif(1 IN (uncertain, excluded.uncertain), 1, max(uncertain, excluded.uncertain)),
         delivered_time = excluded.delivered_time, tag_revision = excluded.tag_revision,
         delivered_revision = excluded.delivered_revision
       WHERE server_run_id IS NULL AND owner IS NULL`,
      server,
      row.state === "delivered" && !isWhole ? "created" : row.state,
      row.server_run_id,
      row.server_experiment_id,
      row.create_time,
      row.uncertain,
      row.delivered_time,
      ...[isWhole ? 1 : 0, isWhole ? 1 : 0],
      id,
    );
    if (changes === 0) continue;
    const refused = recordedParts(source, { runId: run.id, serverId: Number(row.server_id) });
    recordParts(target, { runId: id, serverId: server }, refused);
  }
  settleRun(target, id);
}
