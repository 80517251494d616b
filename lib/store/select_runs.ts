// Which runs a search selects, and in what order. The best few by a metric are found without looking
// at every run: the metric's own range says which values can be among them.

import {
  type OrderBy,
  orderToSql,
  presentOrderToSql,
  type RunIdSql,
  toSql,
} from "../filter/mod.ts";
import type { RunQuery, View } from "../tracker.ts";
import type { Database, Value } from "./sqlite.ts";

/** With fewer runs, looking at all of them takes no time worth saving. */
const MANY_RUNS = 10_000;
/** Runs whose values say how the metric is spread. */
const SAMPLE = 1024;
/** How many of the best are looked at for each one asked for, at first and then: filters leave some out. */
const SPARE: readonly number[] = [64, 512];

/** Where runs come from, and in what order. */
interface Selection {
  readonly from: string;
  readonly condition: string;
  readonly orderBy: string;
  /** Of the joins, then of the condition. */
  readonly parameters: readonly Value[];
}

/** Row ids of the runs that a query selects, in its order. */
export function selectRunIds(database: Database, query: RunQuery): readonly number[] {
  const { experimentIds, filter, view, orderBy, limit } = query;
  const experiments = experimentIds.map(Number).filter(Number.isSafeInteger);
  if (experiments.length === 0 || limit <= 0) return [];
  const select = (selection: Selection, runId?: RunIdSql): readonly number[] => {
    const passing = filter === null ? { sql: "1", parameters: [] } : toSql(filter, runId);
    return database.arrays<[number]>(
      `SELECT runs.id FROM ${selection.from} WHERE ${selection.condition}
         AND runs.experiment_id IN (${experiments.join(", ")}) AND ${viewSql("runs", view)}
         AND ${passing.sql} ORDER BY ${selection.orderBy} LIMIT ?`,
      ...selection.parameters,
      ...passing.parameters,
      Number.isFinite(limit) ? limit : -1,
    ).map(([id]) => id);
  };
  const present = presentOrderToSql(orderBy);
  const [first] = orderBy;
  if (present !== null && first !== undefined) {
    const condition = `${present.condition} AND o1.value ${first.descending ? ">=" : "<="} ?`;
    for (const bound of boundsOfBest(database, first, limit)) {
      const parameters = [...present.parameters, bound];
      const best = select({ ...present, condition, parameters }, present.runId);
      if (best.length === limit) return best;
    }
  }
  const order = orderToSql(orderBy);
  return select({ ...order, from: `runs ${order.joins}`, condition: "1" });
}

/**
 * Values that the best few should be at least as good as, from a sample of runs. Each is a guess, and
 * held to what comes of it: with too few runs beyond all of them, all runs are looked at.
 */
function boundsOfBest(
  database: Database,
  { key, descending }: OrderBy,
  limit: number,
): readonly number[] {
  const [[last] = [null]] = database.arrays<[number | null]>("SELECT max(id) FROM runs");
  if (last === null || last < MANY_RUNS) return [];
  const looks = SPARE.map((spare) => spare * limit).filter((look) => look <= last / 4);
  if (looks.length === 0) return [];
  const ids = Array.from({ length: SAMPLE }, (_, index) => 1 + Math.floor(index * last / SAMPLE));
  const values = database.arrays<[number]>(
    // CROSS JOIN: the sample is to be looked up in the metrics, not the metrics in the sample.
    `SELECT m.value FROM json_each(?) AS s
     CROSS JOIN metrics AS m ON m.key_id = (SELECT id FROM keys WHERE name = ?) AND m.run_id = s.value
     WHERE m.value IS NOT NULL ORDER BY m.value ${descending ? "DESC" : "ASC"}`,
    JSON.stringify(ids),
    key,
  );
  return looks.flatMap((look) => values[Math.ceil(look * SAMPLE / last)]?.[0] ?? []);
}

/** The condition of a view. */
export function viewSql(table: "runs" | "experiments", view: View): string {
  return view === "all" ? "1" : `${table}.lifecycle_stage = '${view}'`;
}
