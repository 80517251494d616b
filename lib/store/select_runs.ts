// Which runs a search selects, and in what order. The first few are found without looking at every run:
// an index, or a sample of runs, says which values can be among them. Where an index would be read for
// long, because what is asked for is rare or all of it is wanted, the runs of the experiments are read.

import { StorageError } from "../errors.ts";
import {
  type OrderBy,
  orderToSql,
  type PresentOrderSql,
  presentOrderToSql,
  type RunIdSql,
  toSql,
} from "../filter/mod.ts";
import type { RunQuery, View } from "../tracker.ts";
import { type Database, notAsMade, type Value } from "./sqlite.ts";

/** With fewer runs, looking at all of them takes no time worth saving. */
const MANY_RUNS = 10_000;
/** Experiments with fewer runs are read as a whole, which takes a few ms. */
const FEW_RUNS = 4096;
/** Experiments with less than this part of all runs are looked up run by run. */
const SMALL_PART = 1 / 16;
/** Runs whose values say how the metric is spread. */
const SAMPLE = 1024;
/** How many of the best are looked at for each one asked for, at first and then: filters leave some out. */
const SPARE: readonly number[] = [64, 512];
/** The same in an index, which is read no further than it must. */
const SPARE_IN_INDEX = 64;
/** An index is read this far at least before all runs are: a filter that a few hundredths pass is met. */
const LEAST_LOOKED_AT = 8192;

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
  const { filter, view, orderBy, limit } = query;
  const experiments = query.experimentIds.map(Number).filter(Number.isSafeInteger);
  if (experiments.length === 0 || limit <= 0) return [];
  const select = (selection: Selection, runId?: RunIdSql): readonly number[] => {
    const passing = filter === null ? { sql: "1", parameters: [] } : toSql(filter, runId);
    // As one text: a million rows of one value each would be a hundred megabytes.
    const [[ids] = ["[]"]] = database.arrays<[string]>(
      `SELECT json_group_array(id) FROM (
         SELECT runs.id AS id FROM ${selection.from} WHERE ${selection.condition}
           AND runs.experiment_id IN (${experiments.join(", ")}) AND ${viewSql("runs", view)}
           AND ${passing.sql} ORDER BY ${selection.orderBy} LIMIT ?)`,
      ...selection.parameters,
      ...passing.parameters,
      Number.isFinite(limit) ? limit : -1,
    );
    return JSON.parse(ids) as number[];
  };
  const isFew = holdFewer(database, experiments, FEW_RUNS);
  if (!isFew) {
    for (const { selection, runId } of quickWays(database, orderBy, limit)) {
      const best = select(selection, runId);
      if (best.length === limit) return best;
    }
  }
  const order = { ...orderToSql(orderBy), condition: "1" };
  return isFew || holdFewer(database, experiments, lastRun(database) * SMALL_PART)
    ? select({ ...order, from: `runs INDEXED BY runs_by_experiment ${order.joins}` }, "runs.id")
    : select({ ...order, from: `runs ${order.joins}` });
}

/** Whether experiments have fewer runs than so many. */
function holdFewer(database: Database, experiments: readonly number[], runs: number): boolean {
  const atMost = Math.ceil(runs);
  const [[held] = [0]] = database.arrays<[number]>(
    `SELECT count(*) FROM (SELECT 1 FROM runs INDEXED BY runs_by_experiment
       WHERE experiment_id IN (${experiments.join(", ")}) LIMIT ?)`,
    atMost,
  );
  return held < atMost;
}

interface QuickWay {
  readonly selection: Selection;
  readonly runId: RunIdSql;
}

/**
 * Selections that read no more than they must for the first few. Each is a guess, and held to what
 * comes of it: with too few runs within its bound, all runs are looked at.
 */
function quickWays(
  database: Database,
  orderBy: readonly OrderBy[],
  limit: number,
): readonly QuickWay[] {
  const [first] = orderBy;
  const ranked = first?.entity === "metric" ? rankedId(database, first.key) : null;
  const present = presentOrderToSql(orderBy, ranked);
  if (present === null) return [];
  const bounded = (bound: Bound): QuickWay => ({
    runId: present.runId,
    selection: {
      ...present,
      condition: `${present.condition} AND ${present.column} ${bound.comparison} ?`,
      parameters: [...present.parameters, bound.value],
    },
  });
  const isIndexed = ranked !== null || present.column === "runs.start_time";
  return (isIndexed
    ? boundInIndex(database, present, { first, ranked, limit })
    : boundsOfBest(database, first, limit))
    .map(bounded);
}

/** A value that the first few should be at least as good as. */
interface Bound {
  readonly comparison: ">=" | "<=";
  readonly value: number;
}

function boundOf({ descending }: { readonly descending: boolean }, value: number): Bound {
  return { comparison: descending ? ">=" : "<=", value };
}

/** The newest runs come first where nothing is said. */
const NEWEST = { descending: true } as const;

/** The value so far down the index that most filters are met before it. */
function boundInIndex(
  database: Database,
  { column }: PresentOrderSql,
  { first = NEWEST, ranked, limit }: {
    readonly first: Pick<OrderBy, "descending"> | undefined;
    readonly ranked: number | null;
    readonly limit: number;
  },
): readonly Bound[] {
  const last = lastRun(database);
  const atMost = Math.floor(last / 4);
  if (last < MANY_RUNS || limit > atMost) return [];
  const looks = Math.min(limit * SPARE_IN_INDEX + LEAST_LOOKED_AT, atMost);
  const from = ranked === null
    ? "runs INDEXED BY runs_by_start"
    : `metrics AS o1 INDEXED BY metrics_by_value
       WHERE o1.key_id = ${ranked} AND o1.value IS NOT NULL`;
  const { descending } = first;
  // An index that ends before is read to its end.
  const [[value] = [descending ? -Infinity : Infinity]] = database.arrays<[number]>(
    `SELECT ${column} FROM ${from} ORDER BY ${column} ${descending ? "DESC" : "ASC"}
     LIMIT 1 OFFSET ?`,
    looks,
  );
  return [boundOf(first, value)];
}

/** The same where the values are in no order, from a sample of runs. */
function boundsOfBest(
  database: Database,
  first: OrderBy | undefined,
  limit: number,
): readonly Bound[] {
  const last = lastRun(database);
  if (first === undefined || last < MANY_RUNS) return [];
  const looks = SPARE.map((spare) => spare * limit).filter((look) => look <= last / 4);
  if (looks.length === 0) return [];
  const ids = Array.from({ length: SAMPLE }, (_, index) => 1 + Math.floor(index * last / SAMPLE));
  const values = database.arrays<[number]>(
    // CROSS JOIN: the sample is to be looked up in the metrics, not the metrics in the sample.
    `SELECT m.value FROM json_each(?) AS s
     CROSS JOIN metrics AS m ON m.key_id = (SELECT id FROM keys WHERE name = ?) AND m.run_id = s.value
     WHERE m.value IS NOT NULL ORDER BY m.value ${first.descending ? "DESC" : "ASC"}`,
    JSON.stringify(ids),
    first.key,
  );
  return looks.flatMap((look) => {
    const value = values[Math.ceil(look * SAMPLE / last)]?.[0];
    return value === undefined ? [] : [boundOf(first, value)];
  });
}

/** The id of a metric that the store keeps in order of value; null for any other. */
export function rankedId(database: Database, key: string): number | null {
  const id = database.get<{ id: number }>("SELECT id FROM keys WHERE name = ? AND ranked = 1", key)
    ?.id ?? null;
  if (id !== null && !Number.isSafeInteger(id)) {
    throw new StorageError(database.path, notAsMade("a metric's id is no whole number"));
  }
  return id;
}

function lastRun(database: Database): number {
  return database.get<{ last: number | null }>("SELECT max(id) AS last FROM runs")?.last ?? 0;
}

/** The condition of a view. */
export function viewSql(table: "runs" | "experiments", view: View): string {
  return view === "all" ? "1" : `${table}.lifecycle_stage = '${view}'`;
}
