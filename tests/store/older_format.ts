// What formats added to a store, taken back, so that it is as an older btflow left it.

/** Of a store of format 7: as it was with format 6. */
export function takeBackFormat7(run: (sql: string) => void): void {
  const indices = ["runs_waiting", "runs_by_start", "deliveries_in_doubt", "metrics_by_value"];
  for (const index of indices) run(`DROP INDEX ${index}`);
  run("ALTER TABLE runs DROP COLUMN settled_revision");
  run("ALTER TABLE keys DROP COLUMN ranked");
  run("ALTER TABLE pruned DROP COLUMN changes");
}
