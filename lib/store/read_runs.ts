// Reading runs back. The ids of a search are settled first (8 bytes a run), then whole runs are read
// page by page, so memory stays flat however many there are and no read lock is held in between.

import { present, StorageError } from "../errors.ts";
import { experimentOrderToSql, experimentToSql } from "../filter/mod.ts";
import type { Dataset, Experiment, ExperimentQuery, Run, RunQuery } from "../tracker.ts";
import { EXPERIMENT_COLUMNS, experimentOf, type ExperimentRow } from "./experiments.ts";
import type { RunRow } from "./run_rows.ts";
import { selectRunIds, viewSql } from "./select_runs.ts";
import { type Database, notAsMade } from "./sqlite.ts";
import { metricSetIds } from "./write_metrics.ts";

const PAGE_RUNS = 500;
/** Metrics read by one statement; SQLite allows 2000 columns, short statements are parsed sooner. */
const COLUMNS_A_STATEMENT = 200;

/** Pages of the runs that a query selects. */
export function* searchRuns(database: Database, query: RunQuery): Iterable<readonly Run[]> {
  const ids = selectRunIds(database, query);
  for (let from = 0; from < ids.length; from += PAGE_RUNS) {
    yield readRuns(database, ids.slice(from, from + PAGE_RUNS), query.metrics);
  }
}

interface WideRow extends RunRow {
  readonly params: string;
  readonly tags: string;
  readonly datasets: string;
}

const DATASETS = `json_group_array(json_object('name', d.name, 'digest', d.digest,
  'sourceType', d.source_type, 'source', d.source, 'schema', d.schema,
  'profile', d.profile, 'context', d.context))`;

/** The datasets of one run. */
export function readDatasets(database: Database, runId: number): readonly Dataset[] {
  const row = database.get<{ json: string }>(
    `SELECT ${DATASETS} AS json FROM datasets AS d WHERE d.run_id = ?`,
    runId,
  );
  return datasetsOf(present(row, "a list of datasets").json);
}

function datasetsOf(json: string): readonly Dataset[] {
  return (JSON.parse(json) as Record<string, string | null>[]).map((dataset) =>
    Object.fromEntries(
      Object.entries(dataset).filter(([, value]) => value !== null),
    ) as unknown as Dataset
  );
}

/** Whole runs, in the order of the ids given; one that is gone by now is left out. */
export function readRuns(
  database: Database,
  ids: readonly number[],
  wanted?: readonly string[],
): readonly Run[] {
  return database.read(() => {
    const rows = database.all<WideRow>(
      `SELECT runs.*,
         (SELECT json_group_object(p.key, p.value) FROM params AS p WHERE p.run_id = runs.id)
           AS params,
         (SELECT json_group_object(t.key, t.value) FROM tags AS t WHERE t.run_id = runs.id)
           AS tags,
         (SELECT ${DATASETS} FROM datasets AS d WHERE d.run_id = runs.id) AS datasets
       FROM runs WHERE runs.id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(ids),
    );
    const metrics = readMetrics(database, rows, wanted);
    rows.forEach((row) => checkRow(database, row));
    const runs = new Map(rows.map((row) => [row.id, runOf(row, metrics.get(row.id) ?? [])]));
    return ids.flatMap((id) => runs.get(id) ?? []);
  });
}

type Named<Item> = readonly (readonly [string, Item])[];

function runOf(row: WideRow, metrics: Named<number>): Run {
  return {
    id: row.key,
    experimentId: String(row.experiment_id),
    name: row.name,
    status: row.status,
    startTime: row.start_time,
    endTime: row.end_time,
    artifactUri: row.artifact_uri,
    lifecycleStage: row.lifecycle_stage,
    userId: row.user_id,
    metrics: Object.fromEntries(metrics),
    params: JSON.parse(row.params) as Record<string, string>,
    tags: JSON.parse(row.tags) as Record<string, string>,
    datasets: datasetsOf(row.datasets),
  };
}

/** The latest metrics of runs, read a metric set at a time: one column a name, one row a run. */
function readMetrics(
  database: Database,
  rows: readonly Pick<RunRow, "id" | "metric_set">[],
  wanted?: readonly string[],
): Map<number, (readonly [string, number])[]> {
  const metrics = new Map<number, (readonly [string, number])[]>();
  for (const [set, group] of Map.groupBy(rows, (row) => row.metric_set)) {
    const names = keyNames(database, metricSetIds(database, set));
    const nameOf = (keyId: number): string => names.get(keyId) ?? unnamed(database, keyId);
    const keyIds = metricSetIds(database, set)
      .filter((keyId) => wanted?.includes(nameOf(keyId)) ?? true);
    const runIds = JSON.stringify(group.map(({ id }) => id));
    for (let from = 0; from < keyIds.length; from += COLUMNS_A_STATEMENT) {
      const part = keyIds.slice(from, from + COLUMNS_A_STATEMENT);
      const partNames = part.map(nameOf);
      const columns = part.map((keyId) =>
        `(SELECT ifnull(value, 'NaN') FROM metrics WHERE key_id = ${keyId} AND run_id = r.value)`
      );
      const found = database.iterate<[number, ...(number | string | null)[]]>(
        `SELECT r.value, ${columns.join(", ")} FROM json_each(?) AS r`,
        runIds,
      );
      for (const [runId, ...values] of found) {
        const named = metrics.get(runId) ?? [];
        values.forEach((value, index) => {
          if (value === null) return;
          if (typeof value !== "number" && value !== "NaN") throw foreign(database, "a metric");
          named.push([partNames[index] as string, Number(value)]);
        });
        metrics.set(runId, named);
      }
    }
  }
  return metrics;
}

/** A store is another's data: what is not of the type that its table says is refused. */
function checkRow(database: Database, row: WideRow): void {
  const { key, name, status, lifecycle_stage, user_id, artifact_uri } = row;
  const texts = [key, name, status, lifecycle_stage, user_id, artifact_uri];
  const isRun = texts.every((text) => typeof text === "string") &&
    typeof row.start_time === "number" &&
    (row.end_time === null || typeof row.end_time === "number");
  if (!isRun) throw foreign(database, "a run");
  for (const json of [row.params, row.tags]) {
    const values = Object.values(JSON.parse(json) as Record<string, unknown>);
    if (!values.every((value) => typeof value === "string")) throw foreign(database, "a text");
  }
}

function foreign(database: Database, what: string): StorageError {
  return new StorageError(database.path, notAsMade(`${what} has a value of another type`));
}

function unnamed(database: Database, keyId: number): never {
  throw new StorageError(database.path, notAsMade(`metric ${keyId} has no name`));
}

function keyNames(database: Database, ids: readonly number[]): Map<number, string> {
  return new Map(
    database.arrays<[number, string]>(
      "SELECT id, name FROM keys WHERE id IN (SELECT value FROM json_each(?))",
      JSON.stringify(ids),
    ),
  );
}

const PAGE_EXPERIMENTS = 1000;

/** Pages of the experiments that a query selects. */
export function* searchExperiments(
  database: Database,
  query: ExperimentQuery,
): Iterable<readonly Experiment[]> {
  if (query.limit <= 0) return;
  const filter = query.filter === null
    ? { sql: "1", parameters: [] }
    : experimentToSql(query.filter);
  const order = experimentOrderToSql(query.orderBy);
  const rows = database.all<ExperimentRow>(
    `SELECT ${EXPERIMENT_COLUMNS} FROM experiments ${order.joins}
     WHERE ${viewSql("experiments", query.view)} AND ${filter.sql}
     ORDER BY ${order.orderBy} LIMIT ?`,
    ...order.parameters,
    ...filter.parameters,
    Number.isFinite(query.limit) ? query.limit : -1,
  );
  for (let from = 0; from < rows.length; from += PAGE_EXPERIMENTS) {
    yield rows.slice(from, from + PAGE_EXPERIMENTS).map(experimentOf);
  }
}
