// Whether the same inputs and options were logged before, for `log --if-new` and `batch --resume`.

import type { ExperimentChoice } from "./record.ts";
import type { Database } from "./sqlite.ts";

/** A run that was logged before. */
export interface FoundRun {
  /** The run's key in the store; the server's id where the store never had it. */
  readonly key: string;
  /** The server's id, once it has one. */
  readonly runId: string | null;
  /** True when a server has all of it. */
  readonly delivered: boolean;
}

interface Row {
  readonly key: string;
  readonly state: string | null;
  readonly server_run_id: string | null;
}

/** The newest run of an experiment with a fingerprint, deleted ones aside; pruned ones count. */
export function findFingerprint(
  database: Database,
  experiment: ExperimentChoice,
  fingerprint: string,
): FoundRun | null {
  // What goes into an existing run is no run of its own, to be found again.
  if (experiment.kind === "ofRun") return null;
  const [condition, value] = experiment.kind === "name"
    ? ["e.name = ?", experiment.name]
    : ["ifnull(runs.server_experiment_id, CAST(runs.experiment_id AS TEXT)) = ?", experiment.id];
  const row = database.get<Row>(
    `SELECT runs.key, d.state, d.server_run_id
     FROM runs JOIN experiments AS e ON e.id = runs.experiment_id
     LEFT JOIN deliveries AS d ON d.run_id = runs.id
     WHERE runs.fingerprint = ? AND runs.lifecycle_stage = 'active' AND ${condition}
     ORDER BY runs.id DESC, d.state = 'delivered' DESC LIMIT 1`,
    fingerprint,
    value,
  );
  if (row !== undefined) {
    return { key: row.key, runId: row.server_run_id, delivered: row.state === "delivered" };
  }
  if (experiment.kind === "id") return null;
  const pruned = database.get<{ key: string; server_run_id: string }>(
    "SELECT key, server_run_id FROM pruned WHERE fingerprint = ? AND experiment = ?",
    fingerprint,
    experiment.name,
  );
  return pruned === undefined
    ? null
    : { key: pruned.key, runId: pruned.server_run_id, delivered: true };
}
