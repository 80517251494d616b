// Runs that nobody knows of: made by a creation that had been given up for lost and repeated, so that
// the server has two with one key. Only what is certainly such a leftover is deleted.

import { updateDelivery } from "../deliveries.ts";
import { type RunDelivery, step } from "./delivery.ts";
import { currentRow, lookUp } from "./server_run.ts";

/**
 * Deletes what a creation that was given up for lost has made after all: runs with this run's key
 * and nothing in them. Anything else is left, with a warning.
 */
export async function removeOrphans(delivery: RunDelivery, keptId: string): Promise<void> {
  const { tracker, database, id, warn } = delivery;
  const row = currentRow(delivery);
  if (row.uncertain === 0) return;
  for (const orphan of await lookUp(delivery, row)) {
    if (orphan.id === keptId || orphan.lifecycleStage === "deleted") continue;
    const isEmpty = orphan.status === "RUNNING" && Object.keys(orphan.metrics).length === 0 &&
      Object.keys(orphan.params).length === 0;
    if (isEmpty) {
      await step(delivery, "remove orphan", () => tracker.deleteRun(orphan.id));
    } else {
      warn({
        code: "run-twice",
        message: `run ${delivery.run.key} is on the server twice, as ${keptId} and ${orphan.id}`,
      });
    }
  }
  updateDelivery(database, id, { uncertain: 0 });
}
