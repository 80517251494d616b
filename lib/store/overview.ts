// What a store can say of many runs without reading them: how many a search would find, how long an id
// must be to be the only one, what there is of each experiment. A server has no such questions.

import { toSql } from "../filter/mod.ts";
import type { RunQuery } from "../tracker.ts";
import { rankedId, viewSql } from "./select_runs.ts";
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

/** Of a store's best values so many are looked at: nearly every experiment with many runs has one there. */
const BEST_LOOKED_AT = 8192;

/** What there is of each experiment that has runs, by its id; `metric` is the one whose best is told. */
export function experimentSummaries(
  database: Database,
  metric: string,
): ReadonlyMap<string, ExperimentSummary> {
  const active = "FROM runs WHERE experiment_id = e.id AND lifecycle_stage = 'active'";
  const counts = database.arrays<[id: number, runs: number, lastRun: number]>(
    `SELECT e.id, (SELECT count(*) ${active}), (SELECT max(start_time) ${active})
     FROM experiments AS e ORDER BY e.id`,
  );
  const best = bestOfStore(database, metric);
  return new Map(
    counts.filter(([, runs]) => runs > 0).map(([id, runs, lastRun]) => [
      String(id),
      { runs, lastRun, best: best.get(id) ?? bestOfRuns(database, metric, id) },
    ]),
  );
}

/** The best of those experiments that are among the best of the store. */
function bestOfStore(database: Database, metric: string): ReadonlyMap<number, number> {
  const ranked = rankedId(database, metric);
  if (ranked === null) return new Map();
  return new Map(database.arrays<[number, number]>(
    `SELECT runs.experiment_id, max(best.value) FROM (
       SELECT run_id, value FROM metrics INDEXED BY metrics_by_value
       WHERE key_id = ${ranked} AND value IS NOT NULL ORDER BY value DESC LIMIT ?) AS best
     JOIN runs ON runs.id = best.run_id
     WHERE runs.lifecycle_stage = 'active' GROUP BY runs.experiment_id`,
    BEST_LOOKED_AT,
  ));
}

/** The best of an experiment's runs, by looking at each. */
function bestOfRuns(database: Database, metric: string, experiment: number): number | null {
  const [[best] = [null]] = database.arrays<[number | null]>(
    // CROSS JOIN: the metric is to be looked up for these runs, not these runs for all that have it.
    `SELECT max(m.value) FROM runs INDEXED BY runs_by_experiment
     CROSS JOIN metrics AS m
       ON m.key_id = (SELECT id FROM keys WHERE name = ?) AND m.run_id = runs.id
     WHERE runs.experiment_id = ? AND runs.lifecycle_stage = 'active'`,
    metric,
    experiment,
  );
  return best;
}
