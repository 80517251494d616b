// Rows of runs and the ids that name them: in the store a run's id is its key, and once a server has
// it, the server's id names it too.

import { NotFoundError } from "../errors.ts";
import type { LifecycleStage, RunStatus } from "../tracker.ts";
import { invalidState } from "./refusals.ts";
import type { Database } from "./sqlite.ts";

/** A run's row. */
export interface RunRow {
  readonly id: number;
  readonly key: string;
  readonly experiment_id: number;
  readonly name: string;
  readonly status: RunStatus;
  readonly start_time: number;
  readonly end_time: number | null;
  readonly lifecycle_stage: LifecycleStage;
  readonly user_id: string;
  readonly artifact_uri: string;
  readonly metric_set: number | null;
  readonly fingerprint: string | null;
  readonly tracking_uri: string | null;
  readonly server_experiment_id: string | null;
  readonly existing_run_id: string | null;
  /** 1 when the experiment must be there already. */
  readonly no_create: number;
  readonly parent_key: string | null;
  readonly revision: number;
  /** When status or end were changed last; 0: as it was committed. The name's time is its tag's. */
  readonly changed: number;
  /** 1 when another store has the run too: it came from there, or an export took it along. */
  readonly imported: number;
}

/** The run with a key, or else the one that a server knows by the id. */
export function findStoredRun(database: Database, id: string): RunRow | undefined {
  return database.get<RunRow>("SELECT * FROM runs WHERE key = ?", id) ??
    database.get<RunRow>(
      `SELECT * FROM runs WHERE id = (
         SELECT run_id FROM deliveries WHERE server_run_id = ? ORDER BY run_id LIMIT 1)`,
      id,
    );
}

/** The run that has this id; throws `NotFoundError`. */
export function storedRun(database: Database, id: string): RunRow {
  const row = findStoredRun(database, id);
  if (row === undefined) throw new NotFoundError("run", id);
  return row;
}

/** A run that may be changed: a deleted one may not, as on a server. */
export function activeRun(database: Database, id: string): RunRow {
  const row = storedRun(database, id);
  if (row.lifecycle_stage === "deleted") {
    throw invalidState(database, `run ${row.key} is deleted: restore it first`);
  }
  return row;
}
