// What a store can say of many runs without reading them: how many a search would find, how long an id
// must be to be the only one, what there is of each experiment. A server has no such questions.

import { toSql } from "../filter/mod.ts";
import type { RunQuery } from "../tracker.ts";
import { viewSql } from "./select_runs.ts";
import type { Database } from "./sqlite.ts";

/** Among more, a filter is not held against each run for a count alone: the search is quicker. */
const MANY_RUNS = 10_000;

/** How many runs a query selects, whatever its limit; null where counting would take long. */
export function countRuns(
  database: Database,
  { experimentIds, filter, view }: Pick<RunQuery, "experimentIds" | "filter" | "view">,
): number | null {
  if (filter !== null) {
    const [[last] = [null]] = database.arrays<[number | null]>("SELECT max(id) FROM runs");
    if ((last ?? 0) > MANY_RUNS) return null;
  }
  const experiments = experimentIds.map(Number).filter(Number.isSafeInteger);
  const passing = filter === null ? { sql: "1", parameters: [] } : toSql(filter);
  const [[count] = [0]] = database.arrays<[number]>(
    `SELECT count(*) FROM runs WHERE experiment_id IN (${experiments.join(", ")})
       AND ${viewSql("runs", view)} AND ${passing.sql}`,
    ...passing.parameters,
  );
  return count;
}

/** How many characters tell the keys from all others in the store; keys lie in an index. */
export function keyLength(database: Database, keys: readonly string[]): number {
  let length = 1;
  for (const key of keys) {
    const [neighbours = []] = database.arrays<[string | null, string | null]>(
      `SELECT (SELECT max(key) FROM runs WHERE key < ?), (SELECT min(key) FROM runs WHERE key > ?)`,
      key,
      key,
    );
    for (const other of neighbours) {
      let same = 0;
      while (other !== null && same < key.length && key[same] === other[same]) same++;
      length = Math.max(length, same + 1);
    }
  }
  return Math.min(length, 32);
}

/** What there is of an experiment: of its active runs. */
export interface ExperimentSummary {
  readonly runs: number;
  /** When the last began; ms since the epoch. */
  readonly lastRun: number;
  /** The highest value of the metric asked for; null where no run has it. */
  readonly best: number | null;
}

/** What there is of each experiment that has runs, by its id; `metric` is the one whose best is told. */
export function experimentSummaries(
  database: Database,
  metric: string,
): ReadonlyMap<string, ExperimentSummary> {
  const best = new Map(database.arrays<[number, number]>(
    `SELECT runs.experiment_id, max(m.value) FROM metrics AS m JOIN runs ON runs.id = m.run_id
     WHERE m.key_id = (SELECT id FROM keys WHERE name = ?) AND runs.lifecycle_stage = 'active'
       AND m.value IS NOT NULL GROUP BY runs.experiment_id`,
    metric,
  ));
  const counts = database.arrays<[number, number, number]>(
    `SELECT experiment_id, count(*), max(start_time) FROM runs
     WHERE lifecycle_stage = 'active' GROUP BY experiment_id`,
  );
  return new Map(
    counts.map((
      [id, runs, lastRun],
    ) => [String(id), { runs, lastRun, best: best.get(id) ?? null }]),
  );
}
