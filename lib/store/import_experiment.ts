// The experiment that another store's runs and records go to here.

import type { ExperimentRow } from "./experiments.ts";
import type { Database } from "./sqlite.ts";

/** The experiment of the same name, made as it is there if there is none. */
export function importExperiment(target: Database, experiment: ExperimentRow): number {
  const found = target.get<{ id: number }>(
    "SELECT id FROM experiments WHERE name = ?",
    experiment.name,
  );
  if (found !== undefined) return found.id;
  const { lastId } = target.run(
    `INSERT INTO experiments (name, artifact_location, lifecycle_stage, creation_time,
       last_update_time) VALUES (?, ?, ?, ?, ?)`,
    experiment.name,
    experiment.artifact_location,
    experiment.lifecycle_stage,
    experiment.creation_time,
    experiment.last_update_time,
  );
  target.run(
    `INSERT INTO experiment_tags (experiment_id, key, value)
     SELECT ?, key, value FROM json_each(?)`,
    lastId,
    experiment.tags,
  );
  return lastId;
}
