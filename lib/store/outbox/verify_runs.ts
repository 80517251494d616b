// Checking runs that were delivered before: `sync --verify` on what no longer waits. What the server
// lost or deleted since (it may have been restored from a backup) waits again, as the store knows it.

import { NotFoundError } from "../../errors.ts";
import type { Tracker } from "../../tracker.ts";
import { type DeliveryChange, deliveryRow, forget, serverUri } from "../deliveries.ts";
import type { RunRow } from "../run_rows.ts";
import { deletedOnServer, DeletedOnServerError } from "./server_run.ts";
import type { Database } from "../sqlite.ts";
import { type Undeliverable, undeliverableParts } from "../undeliverable.ts";
import { compareWithServer } from "./verify.ts";

/** Which delivered runs are read back. */
export interface VerifyOptions {
  /** Only these runs, by key; without, all that were delivered to the server. */
  readonly keys?: readonly string[];
  /** Only runs of this experiment, by name. */
  readonly experiment?: string;
  /** Called with each run as it ends. */
  readonly onProgress?: (outcome: VerifyOutcome, ended: number, total: number) => void;
}

/** What reading one run back came to. */
export interface VerifyOutcome {
  /** The run's key in the store. */
  readonly key: string;
  readonly runId: string;
  readonly runName: string;
  /** A line for each thing that differs; none when the server has the run as the store does. */
  readonly differences: readonly string[];
  /** The parts that the server refuses: that they are not there is no difference. */
  readonly undeliverable: readonly Undeliverable[];
  /** Why it could not be read back. */
  readonly error: Error | null;
}

/** Compares delivered runs with the server, one after the other. */
export async function verifyRuns(
  database: Database,
  tracker: Tracker,
  { keys, experiment, onProgress }: VerifyOptions,
): Promise<readonly VerifyOutcome[]> {
  const rows = database.all<DeliveredRun>(
    `SELECT runs.*, d.server_run_id, d.server_id FROM deliveries AS d
     JOIN servers AS s ON s.id = d.server_id JOIN runs ON runs.id = d.run_id
     JOIN experiments AS e ON e.id = runs.experiment_id
     WHERE s.uri = ? AND d.state = 'delivered' AND d.delivered_revision >= runs.revision
       AND (? IS NULL OR runs.key IN (SELECT value FROM json_each(?)))
       AND (? IS NULL OR e.name = ?) ORDER BY runs.id`,
    serverUri(tracker.uri),
    ...twice(keys === undefined ? null : JSON.stringify(keys)),
    ...twice(experiment ?? null),
  );
  const outcomes: VerifyOutcome[] = [];
  for (const run of rows) {
    const undeliverable = undeliverableParts(database, { runId: run.id, serverId: run.server_id });
    const common = { key: run.key, runId: run.server_run_id, runName: run.name, undeliverable };
    const outcome = { ...common, ...await verifyRun(database, tracker, run) };
    outcomes.push(outcome);
    onProgress?.(outcome, outcomes.length, rows.length);
  }
  return outcomes;
}

interface DeliveredRun extends RunRow {
  readonly server_run_id: string;
  readonly server_id: number;
}

async function verifyRun(
  database: Database,
  tracker: Tracker,
  run: DeliveredRun,
): Promise<Pick<VerifyOutcome, "differences" | "error">> {
  try {
    const id = { runId: run.id, serverId: run.server_id };
    const differences = await compareWithServer({ database, tracker, run, id }, run.server_run_id);
    if (differences.length > 0) waitAgain(database, run, { state: "created" });
    return { differences, error: null };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const isGone = error instanceof NotFoundError || error instanceof DeletedOnServerError;
    if (!isGone) return { differences: [], error };
    waitAgain(database, run, { state: "deleted" });
    return { differences: [], error: deletedOnServer(tracker, run.server_run_id) };
  }
}

/** Undoes the mark of a delivered run, unless a sync has it in hand by now. */
function waitAgain(database: Database, run: DeliveredRun, change: DeliveryChange): void {
  const id = { runId: run.id, serverId: run.server_id };
  database.write(() => {
    if (deliveryRow(database, id)?.owner !== null) return;
    forget(database, id, { ...change, tag_revision: -1, delivered_revision: null });
  });
}

function twice<T>(value: T): readonly [T, T] {
  return [value, value];
}
