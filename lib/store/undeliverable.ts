// The parts of a run that a server refuses for good, with its words. They outlive the delivery: the
// store has the only copy of them, and only --retry-undeliverable sends them again.

import type { DeliveryId } from "./deliveries.ts";
import { settleRun } from "./settled.ts";
import type { Database } from "./sqlite.ts";

/** A part of a run that a server refuses for good. */
export interface Undeliverable {
  /** What it is, for people: `param notes`, `metric sharpe_ratio`, `artifact tearsheet.html`. */
  readonly part: string;
  /** The server's words, without secrets. */
  readonly reason: string;
}

/** A part as it is recorded. */
export interface RecordedPart extends Undeliverable {
  /** 1 for what a server need not be able to take: it is left out, and the run is whole without. */
  readonly optional: number;
}

/** What a server refuses of a run, what it need not take included. */
export function recordedParts(database: Database, id: DeliveryId): readonly RecordedPart[] {
  return database.all<RecordedPart>(
    `SELECT part, reason, optional FROM undeliverable WHERE run_id = ? AND server_id = ?
     ORDER BY part`,
    id.runId,
    id.serverId,
  );
}

/** What a server lacks of a run because it refuses it. */
export function undeliverableParts(database: Database, id: DeliveryId): readonly Undeliverable[] {
  return recordedParts(database, id)
    .filter(({ optional }) => optional === 0)
    .map(({ part, reason }) => ({ part, reason }));
}

/** Records that a server refuses parts of a run, and `sent` as parts that it has by now. */
export function recordParts(
  database: Database,
  id: DeliveryId,
  refused: readonly RecordedPart[],
  sent: Iterable<string> = [],
): void {
  const gone = JSON.stringify([...sent]);
  if (refused.length === 0 && gone === "[]") return;
  database.write(() => {
    database.run(
      `DELETE FROM undeliverable WHERE run_id = ? AND server_id = ?
       AND part IN (SELECT value FROM json_each(?))`,
      id.runId,
      id.serverId,
      gone,
    );
    for (const { part, reason, optional } of refused) {
      database.run(
        `INSERT INTO undeliverable (run_id, server_id, part, reason, optional)
         VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET reason = excluded.reason, optional = excluded.optional`,
        id.runId,
        id.serverId,
        part,
        reason,
        optional,
      );
    }
    settleRun(database, id.runId);
  }, { durable: false });
}

/** Forgets what a server refuses of a run: what it has of it by now is another run there, or none. */
export function forgetParts(database: Database, { runId, serverId }: DeliveryId): void {
  database.write(() => {
    database.run("DELETE FROM undeliverable WHERE run_id = ? AND server_id = ?", runId, serverId);
    settleRun(database, runId);
  }, { durable: false });
}
