// The mark by which a run that waits for no server is passed over: `settled_revision`, the revision up
// to which every server that it goes to has it whole. What waits is then found in an index of those
// that have none (-1) or were changed since. The mark only narrows where waiting.ts looks, and never says
// more than the deliveries do: whatever changes one of them sets it anew in the same transaction.

import type { Database } from "./sqlite.ts";

/**
 * The mark by what is known of the run's deliveries; the run is looked at where no server has it, or one
 * refuses a part of it, be it an optional one. It goes to the server that it is meant for; one that was
 * meant for none belongs where it was delivered, and to each of these if there are several.
 */
const SETTLED = `(SELECT ifnull(min(CASE WHEN EXISTS (
    SELECT 1 FROM undeliverable AS u
    WHERE u.run_id = d.run_id AND u.server_id = d.server_id
  ) THEN -1 ELSE ifnull(d.delivered_revision, -1) END), -1)
  FROM deliveries AS d JOIN servers AS s ON s.id = d.server_id
  WHERE d.run_id = runs.id AND d.state = 'delivered'
  AND (runs.tracking_uri IS NULL OR s.uri = runs.tracking_uri))`;

/** Sets a run's mark, in the transaction that changed one of its deliveries. */
export function settleRun(database: Database, runId: number): void {
  const [marks] = database.arrays<[before: number, now: number]>(
    `SELECT settled_revision, ${SETTLED} FROM runs WHERE id = ?`,
    runId,
  );
  if (marks === undefined || marks[0] === marks[1]) return;
  database.run("UPDATE runs SET settled_revision = ? WHERE id = ?", marks[1], runId);
}

/** Sets the marks of all runs. Format 7 begins with it: later formats need statements of their own. */
export function settleRuns(database: Database): void {
  database.run(
    `UPDATE runs SET settled_revision = ${SETTLED}
     WHERE id IN (SELECT run_id FROM deliveries WHERE state = 'delivered')`,
  );
}

/** How many runs have a mark that says more than their deliveries do; looks at all of them. */
export function countWronglySettled(database: Database): number {
  const [[count] = [0]] = database.arrays<[number]>(
    `SELECT count(*) FROM runs WHERE settled_revision > ${SETTLED}`,
  );
  return count;
}
