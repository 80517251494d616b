// Writing metrics: which point of a name is its latest, which are history, and which names a run
// has. The order is MLflow's: highest step, then timestamp, then value; equal points are one point.

import { present, StorageError } from "../errors.ts";
import type { MetricPoint } from "../tracker.ts";
import { insertRows } from "./insert.ts";
import { type Database, notAsMade, type Value } from "./sqlite.ts";

/** What of a run's row its metrics need. */
export interface MetricOwner {
  readonly id: number;
  readonly startTime: number;
  readonly metricSet: number | null;
}

interface Latest {
  readonly key_id: number;
  readonly step: number;
  readonly timestamp: number | null;
  readonly value: number | null;
}

interface Point {
  readonly step: number;
  readonly timestamp: number;
  readonly value: number;
}

/**
 * Metrics of new runs that are committed together. Their latest values are written at the end, name
 * by name, as the table is ordered: a third of the time that run by run takes (measured). It lives
 * as long as its transaction, so the ids that it remembers are those of this transaction.
 */
export interface MetricBatch {
  readonly keyIds: Map<string, number>;
  readonly latest: Value[][];
  /** Of the last run that had each of its names once: the runs of a sweep have the same. */
  names: KnownNames | null;
}

/** Names of metrics, in the order they came, and what they are in the store. */
interface KnownNames {
  readonly names: readonly string[];
  readonly ids: readonly number[];
  readonly metricSet: number | null;
}

/** A batch with nothing in it. */
export function metricBatch(): MetricBatch {
  return { keyIds: new Map(), latest: [], names: null };
}

/** Writes what a batch has collected. */
export function flushMetrics(database: Database, { latest }: MetricBatch): void {
  const rows = latest.splice(0).sort((a, b) =>
    Number(a[0]) - Number(b[0]) || Number(a[1]) - Number(b[1])
  );
  insertRows(database, "metrics", LATEST_COLUMNS, rows);
}

const LATEST_COLUMNS = ["key_id", "run_id", "value", "step", "timestamp"];

/**
 * Adds points to a run and returns its metric set. Points that it has already change nothing. With a
 * batch, which is for new runs only, the latest values are left to `flushMetrics`.
 */
export function writeMetrics(
  database: Database,
  run: MetricOwner,
  metrics: readonly MetricPoint[],
  batch?: MetricBatch,
): number | null {
  if (metrics.length === 0) return run.metricSet;
  const known = batch?.names ?? null;
  if (batch !== undefined && known !== null && hasNames(metrics, known)) {
    metrics.forEach((point, at) =>
      batch.latest.push(latestRow(run, present(known.ids[at], "the id of a metric name"), point))
    );
    return known.metricSet;
  }
  const byKey = Map.groupBy(metrics, ({ key }) => key);
  const ids = keyIds(database, [...byKey.keys()], batch?.keyIds ?? new Map());
  const stored = storedLatest(database, run, [...ids.values()]);
  const latestRows: Value[][] = [];
  const pointRows: Value[][] = [];
  for (const [key, given] of byKey) {
    const keyId = present(ids.get(key), "the id of a metric name");
    const before = stored.get(keyId);
    const points = distinct(before === undefined ? given : [...given, before]);
    const latest = points[points.length - 1];
    if (latest === undefined) continue;
    latestRows.push(latestRow(run, keyId, latest));
    const earlier = points.slice(0, -1);
    const rows = before === undefined
      ? numbered(run.id, keyId, earlier)
      : unknownPoints(database, run.id, keyId, earlier);
    for (const row of rows) pointRows.push(row);
  }
  if (batch !== undefined) { for (const row of latestRows) batch.latest.push(row); }
  else {
    insertRows(database, "metrics", LATEST_COLUMNS, latestRows, {
      conflict: "ON CONFLICT (key_id, run_id) DO UPDATE SET " +
        "value = excluded.value, step = excluded.step, timestamp = excluded.timestamp",
    });
  }
  insertRows(
    database,
    "points",
    ["run_id", "key_id", "step", "timestamp", "nth", "value"],
    pointRows,
  );
  const set = metricSet(database, run.metricSet, [...ids.values()]);
  if (batch !== undefined && byKey.size === metrics.length) {
    batch.names = { names: [...ids.keys()], ids: [...ids.values()], metricSet: set };
  }
  return set;
}

function hasNames(metrics: readonly MetricPoint[], { names }: KnownNames): boolean {
  return metrics.length === names.length && metrics.every(({ key }, at) => key === names[at]);
}

function latestRow({ id, startTime }: MetricOwner, keyId: number, point: Point): Value[] {
  const { step, timestamp, value } = point;
  return [keyId, id, value, step, timestamp === startTime ? null : timestamp];
}

/** Ids of metric names, new names included; those known already need not be asked for. */
function keyIds(
  database: Database,
  names: readonly string[],
  known: Map<string, number>,
): Map<string, number> {
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    const list = JSON.stringify(unknown);
    database.run(
      "INSERT INTO keys (name) SELECT value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING",
      list,
    );
    const rows = database.arrays<[string, number]>(
      "SELECT name, id FROM keys WHERE name IN (SELECT value FROM json_each(?))",
      list,
    );
    for (const [name, id] of rows) known.set(name, id);
  }
  return new Map(names.map((name) => [name, present(known.get(name), "the id of a metric name")]));
}

function storedLatest(
  database: Database,
  run: MetricOwner,
  ids: readonly number[],
): Map<number, Point> {
  if (run.metricSet === null) return new Map();
  const rows = database.all<Latest>(
    `SELECT key_id, step, timestamp, value FROM metrics
     WHERE run_id = ? AND key_id IN (SELECT value FROM json_each(?))`,
    run.id,
    JSON.stringify(ids),
  );
  return new Map(rows.map((row) => [row.key_id, {
    step: row.step,
    timestamp: row.timestamp ?? run.startTime,
    value: row.value ?? NaN,
  }]));
}

/** Points in order, each once. */
function distinct(points: readonly Point[]): Point[] {
  if (points.length === 1) return [...points];
  const sorted = points.toSorted((a, b) =>
    a.step - b.step || a.timestamp - b.timestamp || byValue(a.value, b.value)
  );
  return sorted.filter((point, index) => {
    const before = sorted[index - 1];
    return before === undefined || before.step !== point.step ||
      before.timestamp !== point.timestamp || byValue(before.value, point.value) !== 0;
  });
}

/** NaN before every number, so that a number is the latest of two at one place. */
function byValue(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  return Number.isNaN(b) ? 1 : a - b;
}

/** Rows of points in order; those at one step and time are counted. */
function numbered(runId: number, keyId: number, points: readonly Point[]): Value[][] {
  let nth = 0;
  return points.map(({ step, timestamp, value }, index) => {
    const before = points[index - 1];
    nth = before?.step === step && before.timestamp === timestamp ? nth + 1 : 0;
    return [runId, keyId, step, timestamp, nth, value];
  });
}

/** Rows of the points that the run does not have yet. */
function unknownPoints(
  database: Database,
  runId: number,
  keyId: number,
  points: readonly Point[],
): Value[][] {
  const rows: Value[][] = [];
  const groups = Map.groupBy(points, ({ step, timestamp }) => `${step} ${timestamp}`);
  for (const group of groups.values()) {
    const [{ step, timestamp }] = group as [Point];
    const known = database.arrays<[number | null]>(
      "SELECT value FROM points WHERE run_id = ? AND key_id = ? AND step = ? AND timestamp = ?",
      runId,
      keyId,
      step,
      timestamp,
    ).map(([value]) => value ?? NaN);
    for (const { value } of group) {
      if (known.some((other) => byValue(other, value) === 0)) continue;
      rows.push([runId, keyId, step, timestamp, known.length, value]);
      known.push(value);
    }
  }
  return rows;
}

/** The id of a set of names that holds an earlier set and more names. */
function metricSet(database: Database, before: number | null, added: readonly number[]): number {
  const ids = new Set([...metricSetIds(database, before), ...added]);
  const text = JSON.stringify([...ids].sort((a, b) => a - b));
  const found = database.get<{ id: number }>("SELECT id FROM metric_sets WHERE key_ids = ?", text);
  if (found !== undefined) return found.id;
  return database.run("INSERT INTO metric_sets (key_ids) VALUES (?)", text).lastId;
}

/** Ids of the names in a metric set, ascending. */
export function metricSetIds(database: Database, id: number | null): readonly number[] {
  if (id === null) return [];
  const row = database.get<{ key_ids: string }>("SELECT key_ids FROM metric_sets WHERE id = ?", id);
  if (row === undefined) return [];
  const ids = parsed(row.key_ids);
  if (!Array.isArray(ids) || !ids.every(Number.isSafeInteger)) {
    throw new StorageError(database.path, notAsMade(`metric set ${id} is no list of ids`));
  }
  return ids;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
