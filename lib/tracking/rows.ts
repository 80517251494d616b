// Runs and experiments as rows: the keys are a promise (`run_id`, `metrics.X`, `params.X`, `tags.X`),
// the same from a server and from the store, in every format.

import { type Json, Listed } from "../command/answer.ts";
import { UsageError } from "../errors.ts";
import { KEY_METRICS } from "../metrics/catalogue.ts";
import { nearestNames } from "../nearest.ts";
import { isMissing } from "../output/cells.ts";
import type { Cell, Row } from "../command/answer.ts";
import type { Experiment, Run } from "../tracker.ts";
import { varying } from "./run_columns.ts";

/** Attributes of a run, in the order of their columns. */
const ATTRIBUTES: readonly { readonly name: string; readonly value: (run: Run) => Cell }[] = [
  { name: "run_id", value: (run) => run.id },
  { name: "experiment_id", value: (run) => run.experimentId },
  { name: "run_name", value: (run) => run.name },
  { name: "status", value: (run) => run.status },
  { name: "start_time", value: (run) => new Date(run.startTime) },
  { name: "end_time", value: (run) => run.endTime === null ? null : new Date(run.endTime) },
  { name: "duration", value: duration },
  { name: "artifact_uri", value: (run) => run.artifactUri },
];

/** Shown where deleted runs are shown too. */
const STAGE = "lifecycle_stage";

/** Seconds from start to end; null while a run has no end. */
function duration(run: Run): number | null {
  return run.endTime === null ? null : (run.endTime - run.startTime) / 1000;
}

/** A run as one row. `withStage` adds whether it is deleted. */
export function runRow(run: Run, withStage = false): Row {
  const row: Record<string, Cell> = {};
  for (const { name, value } of ATTRIBUTES) row[name] = value(run);
  if (withStage) row[STAGE] = run.lifecycleStage;
  addFamily(row, "metrics.", run.metrics);
  addFamily(row, "params.", run.params);
  addFamily(row, "tags.", run.tags);
  return row;
}

function addFamily(
  row: Record<string, Cell>,
  prefix: string,
  values: Readonly<Record<string, string | number>>,
): void {
  for (const key of Object.keys(values).sort()) row[prefix + key] = values[key] ?? null;
}

/** A run as one object: metrics, params and tags nested, undefined metrics null. */
export function runJson(run: Run): { readonly [key: string]: Json } {
  const row = runRow(run);
  const attributes = [...ATTRIBUTES.map(({ name }) => name)].map((name): [string, Json] => {
    const cell = row[name] ?? null;
    // Of a run no cell is that long; JSON's numbers would round it.
    if (typeof cell === "bigint") return [name, String(cell)];
    if (cell instanceof Date) return [name, timeJson(cell)];
    return [name, cell instanceof Listed ? cell.toJSON() : cell];
  });
  return {
    ...Object.fromEntries(attributes),
    lifecycle_stage: run.lifecycleStage,
    user_id: run.userId,
    metrics: run.metrics,
    params: run.params,
    tags: run.tags,
    datasets: run.datasets.map(({ name, digest, sourceType, context }) => ({
      name,
      digest,
      source_type: sourceType,
      context,
    })),
  };
}

/** A time as JSON has it; null where a server names one that no calendar has. */
export function timeJson(time: Date): string | null {
  return isMissing(time) ? null : time.toISOString();
}

/** An experiment as one row. */
export function experimentRow(experiment: Experiment): Row {
  const time = (ms: number | null): Date | null => ms === null ? null : new Date(ms);
  const row: Record<string, Cell> = {
    experiment_id: experiment.id,
    name: experiment.name,
    lifecycle_stage: experiment.lifecycleStage,
    creation_time: time(experiment.creationTime),
    last_update_time: time(experiment.lastUpdateTime),
    artifact_location: experiment.artifactLocation,
  };
  addFamily(row, "tags.", experiment.tags);
  return row;
}

/** The columns of a table of runs, unless others are named: key metrics, and params that differ. */
export function defaultRunColumns(rows: readonly Row[]): readonly string[] {
  const shown = ["run_id", "run_name", "status", "start_time"];
  if (rows.some((row) => Object.hasOwn(row, STAGE))) shown.push(STAGE);
  const metrics = KEY_METRICS.map(({ name }) => `metrics.${name}`)
    .filter((name) => rows.some((row) => Object.hasOwn(row, name)));
  return [...shown, ...metrics, ...varying(rows, "params.")];
}

/**
 * Checks columns that the user named: a misspelt one would be an empty column.
 *
 * @throws {UsageError} with the nearest name.
 */
export function checkRunColumns(columns: readonly string[]): void {
  const known = [...ATTRIBUTES.map(({ name }) => name), STAGE];
  for (const column of columns) {
    if (known.includes(column) || /^(metrics|params|tags)\../.test(column)) continue;
    const metric = KEY_METRICS.some(({ name }) => name === column) ? [`metrics.${column}`] : [];
    const nearest = [...metric, ...nearestNames(column, known)];
    const did = nearest[0] === undefined ? "" : `; did you mean ${nearest[0]}?`;
    throw new UsageError(
      `Cannot show column "${column}": expected ${known.join(", ")}, ` +
        `metrics.NAME, params.NAME or tags.NAME${did}`,
    );
  }
}
