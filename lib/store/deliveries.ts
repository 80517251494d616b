// What is known of each run at each server. "creating" is written, durably, before a creation is
// sent: from then on the run may be there. The other marks only save work when they survive; if a
// power cut takes them, looking up and sending again end in the same state.

import { present } from "../errors.ts";
import { settleRun } from "./settled.ts";
import type { Database } from "./sqlite.ts";

/**
 * waiting: nothing was sent. creating: the run may be on the server. created: it is, under
 * server_run_id. delivered: all of it is, as of delivered_revision. deleted: the server has deleted it.
 */
export type DeliveryState = "waiting" | "creating" | "created" | "delivered" | "deleted";

/** How far the delivery of a run to a server has come. */
export interface DeliveryRow {
  readonly state: DeliveryState;
  readonly server_run_id: string | null;
  readonly server_experiment_id: string | null;
  /** When a creation was last sent. */
  readonly create_time: number | null;
  /** Whether more than one run may come to be on the server, or another store delete this one. */
  readonly uncertain: Doubt;
  /** Tags of later revisions have not been sent. */
  readonly tag_revision: number | null;
  readonly delivered_revision: number | null;
  readonly owner: string | null;
}

/**
 * Why later syncs look whether a run is on the server once: 0 for no reason; 1: a creation was sent and
 * not answered; 2: another store that has the run may have made it at the same moment, and be about to
 * delete this one for a leftover.
 */
export type Doubt = 0 | 1 | 2;

/**
 * How long after a creation was sent a doubt lasts: a creation that has not arrived after a day does not
 * arrive any more, nor after minutes a removal by a store that made the run at the same moment.
 */
export function doubtMs(doubt: Doubt): number {
  return doubt === 2 ? 5 * 60_000 : 24 * 3_600_000;
}

/** One run at one server. */
export interface DeliveryId {
  readonly runId: number;
  readonly serverId: number;
}

/** The row id of a server, by its address; made when it is new. */
export function serverId(database: Database, uri: string): number {
  const select = "SELECT id FROM servers WHERE uri = ?";
  const found = database.get<{ id: number }>(select, uri);
  if (found !== undefined) return found.id;
  return database.write(() => {
    database.run("INSERT INTO servers (uri) VALUES (?) ON CONFLICT DO NOTHING", uri);
    return present(database.get<{ id: number }>(select, uri), `the server ${uri}`).id;
  });
}

/** A server's address in one spelling. */
export function serverUri(uri: string): string {
  return uri.replace(/\/+$/, "");
}

/** What is known of a run at a server; undefined before its first delivery. */
export function deliveryRow(database: Database, id: DeliveryId): DeliveryRow | undefined {
  return database.get<DeliveryRow>(
    `SELECT state, server_run_id, server_experiment_id, create_time, uncertain, tag_revision,
       delivered_revision, owner
     FROM deliveries WHERE run_id = ? AND server_id = ?`,
    id.runId,
    id.serverId,
  );
}

/** Whether the server has all of the run as it is now. */
export function isDelivered(
  row: DeliveryRow | undefined,
  run: { readonly revision: number },
): boolean {
  return row?.state === "delivered" && (row.delivered_revision ?? -1) >= run.revision;
}

/** Whether another server has the run, or may have it. */
export function isElsewhere(database: Database, id: DeliveryId): boolean {
  return database.get(
    `SELECT 1 FROM deliveries WHERE run_id = ? AND server_id <> ?
     AND state IN ('creating', 'created', 'delivered') LIMIT 1`,
    id.runId,
    id.serverId,
  ) !== undefined;
}

/** Takes a run for one sync, unless another than `from` has it by now, or it was pruned. */
export function claim(
  database: Database,
  id: DeliveryId,
  owner: string,
  from: string | null,
  nowMs: number,
): boolean {
  return database.write(() => {
    database.run(
      `INSERT INTO deliveries (run_id, server_id, state)
       SELECT id, ?, 'waiting' FROM runs WHERE id = ? ON CONFLICT DO NOTHING`,
      id.serverId,
      id.runId,
    );
    const { changes } = database.run(
      `UPDATE deliveries SET owner = ?, attempts = attempts + 1, last_attempt = ?
       WHERE run_id = ? AND server_id = ? AND owner IS ?`,
      owner,
      nowMs,
      id.runId,
      id.serverId,
      from,
    );
    return changes === 1;
  }, { durable: false });
}

/** Changes of a delivery, by column. */
export type DeliveryChange = Partial<
  Readonly<Record<keyof DeliveryRow | "last_error" | "delivered_time", string | number | null>>
>;

/** Records a change; durable ones have reached the disk when this returns. */
export function updateDelivery(
  database: Database,
  id: DeliveryId,
  change: DeliveryChange,
  options: { readonly durable: boolean } = { durable: false },
): void {
  const columns = Object.keys(change);
  database.write(() => {
    database.run(
      `UPDATE deliveries SET ${columns.map((column) => `${column} = ?`).join(", ")}
       WHERE run_id = ? AND server_id = ?`,
      ...Object.values(change),
      id.runId,
      id.serverId,
    );
    if ("state" in change || "delivered_revision" in change) settleRun(database, id.runId);
  }, options);
}

/** Records that the server has a part of the run. */
export function acknowledge(database: Database, id: DeliveryId, step: string): void {
  database.write(() => {
    database.run(
      `INSERT INTO acknowledgements (run_id, server_id, step) VALUES (?, ?, ?)
       ON CONFLICT DO NOTHING`,
      id.runId,
      id.serverId,
      step,
    );
  }, { durable: false });
}

/** The steps of a delivery that the server has acknowledged. */
export function acknowledged(database: Database, id: DeliveryId): ReadonlySet<string> {
  const rows = database.arrays<[string]>(
    "SELECT step FROM acknowledgements WHERE run_id = ? AND server_id = ?",
    id.runId,
    id.serverId,
  );
  return new Set(rows.map(([step]) => step));
}

/** Forgets what a server is known to have of a run: all of it is sent again. */
export function forget(database: Database, id: DeliveryId, change: DeliveryChange): void {
  database.write(() => {
    database.run(
      "DELETE FROM acknowledgements WHERE run_id = ? AND server_id = ?",
      id.runId,
      id.serverId,
    );
    updateDelivery(database, id, change);
  });
}
