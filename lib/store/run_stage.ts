// Deleting and restoring runs: a mark, as on a server, so that a mistake loses nothing.

import type { LifecycleStage } from "../tracker.ts";
import { storedRun } from "./run_rows.ts";
import type { Database } from "./sqlite.ts";

/** Marks a run as deleted or active; one that is so already stays so. */
export function setRunStage(database: Database, id: string, stage: LifecycleStage): void {
  database.write(() => {
    const run = storedRun(database, id);
    database.run("UPDATE runs SET lifecycle_stage = ? WHERE id = ?", stage, run.id);
  });
}
