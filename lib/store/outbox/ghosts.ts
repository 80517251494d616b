// Runs that a creation made after it had been given up for lost and repeated: the server then has
// two with one key. Only what is certainly such a leftover is deleted.

import { updateDelivery } from "../deliveries.ts";
import { type RunDelivery, step } from "./delivery.ts";
import { currentRow, lookUp } from "./server_run.ts";

/**
 * Deletes what a creation that was given up for lost has made after all: runs with this run's key
 * and nothing in them. Anything else is left and told.
 */
export async function removeGhosts(delivery: RunDelivery, keptId: string): Promise<void> {
  const { tracker, database, id, warn } = delivery;
  const row = currentRow(delivery);
  if (row.uncertain === 0) return;
  for (const ghost of await lookUp(delivery, row)) {
    if (ghost.id === keptId || ghost.lifecycleStage === "deleted") continue;
    const isEmpty = ghost.status === "RUNNING" && Object.keys(ghost.metrics).length === 0 &&
      Object.keys(ghost.params).length === 0;
    if (isEmpty) {
      await step(delivery, "remove ghost", () => tracker.deleteRun(ghost.id));
    } else {
      warn({
        code: "run-twice",
        message: `run ${delivery.run.key} is on the server twice, as ${keptId} and ${ghost.id}`,
      });
    }
  }
  updateDelivery(database, id, { uncertain: 0 });
}
