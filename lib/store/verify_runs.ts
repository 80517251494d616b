// Checking runs that were delivered before: `sync --verify` on what no longer waits.

import type { Tracker } from "../tracker.ts";
import { serverUri } from "./deliveries.ts";
import type { RunRow } from "./run_rows.ts";
import type { Database } from "./sqlite.ts";
import { compareWithServer } from "./verify.ts";

/** Which delivered runs are read back. */
export interface VerifyOptions {
  /** Only these runs, by key; without, all that were delivered to the server. */
  readonly keys?: readonly string[];
  /** Only runs of this experiment, by name. */
  readonly experiment?: string;
  /** Told of each run as it ends. */
  readonly onProgress?: (outcome: VerifyOutcome, ended: number, total: number) => void;
}

/** What reading one run back came to. */
export interface VerifyOutcome {
  /** The run's key in the store. */
  readonly key: string;
  /** The server's id. */
  readonly runId: string;
  /** For messages. */
  readonly runName: string;
  /** A line for each thing that differs; none when the server has the run as the store does. */
  readonly differences: readonly string[];
  /** Why it could not be read back. */
  readonly error: Error | null;
}

/** Compares delivered runs with the server, one after the other. */
export async function verifyRuns(
  database: Database,
  tracker: Tracker,
  { keys, experiment, onProgress }: VerifyOptions,
): Promise<readonly VerifyOutcome[]> {
  const rows = database.all<RunRow & { readonly server_run_id: string }>(
    `SELECT runs.*, d.server_run_id FROM deliveries AS d
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
    const common = { key: run.key, runId: run.server_run_id, runName: run.name };
    let outcome: VerifyOutcome;
    try {
      const comparison = { database, tracker, run };
      const differences = await compareWithServer(comparison, run.server_run_id);
      outcome = { ...common, differences, error: null };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      outcome = { ...common, differences: [], error };
    }
    outcomes.push(outcome);
    onProgress?.(outcome, outcomes.length, rows.length);
  }
  return outcomes;
}

function twice<T>(value: T): readonly [T, T] {
  return [value, value];
}
