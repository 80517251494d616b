// Runs that nobody knows of: made by a creation that had been given up for lost and repeated, so that
// the server has two with one key; another store may have begun to fill the second. Only what is
// certainly such a leftover is deleted. One look is not enough: a request may arrive after the run has
// been delivered, so later syncs look again.

import { doubtMs, forget, updateDelivery } from "../deliveries.ts";
import type { Run } from "../../tracker.ts";
import type { Database } from "../sqlite.ts";
import { type RunDelivery, step } from "./delivery.ts";
import { contentSize, currentRow, lookUp } from "./server_run.ts";

/**
 * Keys of runs of which the server may still be given a second one, though nothing more is sent of
 * them: they are delivered, or were deleted in the store while a creation was in doubt.
 */
export function runsInDoubt(
  database: Database,
  serverId: number,
  experiment: string | undefined,
): readonly string[] {
  return database.arrays<[string]>(
    `SELECT runs.key FROM deliveries AS d INDEXED BY deliveries_in_doubt
     JOIN runs ON runs.id = d.run_id
     JOIN experiments AS e ON e.id = runs.experiment_id
     WHERE d.server_id = ? AND d.uncertain > 0 AND (d.state = 'delivered'
       OR (d.state = 'creating' AND runs.lifecycle_stage = 'deleted'))
       AND e.name = ifnull(?, e.name) ORDER BY runs.id`,
    serverId,
    experiment ?? null,
  ).map(([key]) => key);
}

/**
 * Deletes what a creation that was given up for lost has made after all: runs with this run's key that
 * have nothing of their own. Anything else is left, with a warning. False when the kept one has itself
 * been deleted, by another store for one that it made: the run is to be delivered to that.
 */
export async function removeOrphans(delivery: RunDelivery, keptId: string): Promise<boolean> {
  const { io, tracker, database, id, warn } = delivery;
  const row = currentRow(delivery);
  // What another store does about a run that was just made is seen by a later sync.
  if (row.uncertain === 0 || (row.uncertain === 2 && row.delivered_revision === null)) return true;
  const found = await lookUp(delivery, row);
  const kept = found.find(({ id }) => id === keptId);
  const isOther = delivery.run.imported === 1 && kept?.lifecycleStage === "deleted" &&
    found.some(({ lifecycleStage }) => lifecycleStage === "active");
  if (isOther) {
    forget(database, id, { state: "created", tag_revision: -1, delivered_revision: null });
    return false;
  }
  for (const orphan of found) {
    if (orphan === kept || orphan.lifecycleStage === "deleted") continue;
    if (isLeftover(orphan, kept)) {
      await step(delivery, "remove orphan", () => tracker.deleteRun(orphan.id));
    } else {
      warn({
        code: "run-twice",
        message: `run ${delivery.run.key} is on the server twice, as ${keptId} and ${orphan.id}`,
      });
    }
  }
  const passedMs = io.now() - (row.create_time ?? 0);
  if (passedMs > doubtMs(row.uncertain)) updateDelivery(database, id, { uncertain: 0 });
  return true;
}

/**
 * Whether a run is unfinished and has nothing that a finished one lacks: who is still at it finds it
 * deleted and takes the other.
 */
export function isLeftover(run: Run, kept: Run | undefined): boolean {
  if (contentSize(run) === 0) return true;
  if (run.status !== "RUNNING" || kept === undefined || kept.status === "RUNNING") return false;
  return Object.entries(run.params).every(([key, value]) => kept.params[key] === value) &&
    Object.keys(run.metrics).every((key) => Object.hasOwn(kept.metrics, key));
}
