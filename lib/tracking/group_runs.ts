// Runs summed up by what they have in common: one row a group and metric, in the long form that
// data tools read and that has the same columns whatever was logged.

import { UsageError } from "../errors.ts";
import { KEY_METRICS } from "../metrics/catalogue.ts";
import type { Row, Rows } from "../command/answer.ts";
import type { Column } from "../command/screen.ts";
import { unitOf } from "../output/figure_groups.ts";
import { withoutBounds } from "../own_names.ts";
import { runColumn } from "./run_columns.ts";
import type { Run } from "../tracker.ts";
import { runRow } from "./rows.ts";

interface Summary {
  count: number;
  mean: number;
  min: number;
  max: number;
}

interface Group {
  readonly values: readonly (string | null)[];
  runs: number;
  readonly metrics: Map<string, Summary>;
}

/**
 * Checks what to group by.
 *
 * @throws {UsageError} unless each is a param, a tag or an attribute with few values.
 */
export function checkGroupBy(keys: readonly string[]): void {
  for (const key of keys) {
    if (/^(params|tags)\../.test(key)) continue;
    if (["status", "run_name", "experiment_id"].includes(key)) continue;
    throw new UsageError(
      `Cannot group by "${key}": expected params.NAME, tags.NAME, status, run_name or experiment_id`,
    );
  }
}

/** Rows of the groups: the keys, `runs`, `metric`, and its `count`, `mean`, `min`, `max`. */
export function groupedRows(
  pages: AsyncIterable<readonly Run[]>,
  keys: readonly string[],
  metrics: readonly string[] | undefined,
): Rows {
  return {
    columns: [...keys, "runs", "metric", "count", "mean", "min", "max"],
    view: {
      columns: () => [
        ...keys.map((name): Column => ({ ...runColumn(name), kind: "text", priority: 0 })),
        { name: "runs", kind: "number", unit: "count", priority: 2 },
        { name: "metric", kind: "word", priority: 0 },
        { name: "count", kind: "number", unit: "count", priority: 3 },
        ...["mean", "min", "max"].map((name): Column => ({
          name,
          kind: "number",
          unit: ({ metric }) => unitOf(String(metric)),
          priority: 1,
        })),
      ],
    },
    noun: "rows",
    pages: grouped(pages, keys, metrics),
  };
}

/** The metrics of a grouped table unless others are named. */
export const GROUPED_METRICS: readonly string[] = KEY_METRICS.map(({ name }) => name);

async function* grouped(
  pages: AsyncIterable<readonly Run[]>,
  keys: readonly string[],
  metrics: readonly string[] | undefined,
): AsyncIterable<readonly Row[]> {
  const groups = new Map<string, Group>();
  for await (const page of pages) {
    for (const run of page) add(groups, run, keys);
  }
  const sorted = [...groups.values()].sort((a, b) => compareValues(a.values, b.values));
  for (const group of sorted) yield groupRows(group, keys, metrics);
}

function add(groups: Map<string, Group>, run: Run, keys: readonly string[]): void {
  const row = runRow({ ...run, metrics: {} });
  const values = keys.map((key) => {
    const cell = row[key];
    return typeof cell === "string" ? cell : null;
  });
  const id = JSON.stringify(values);
  let group = groups.get(id);
  if (group === undefined) groups.set(id, group = { values, runs: 0, metrics: new Map() });
  group.runs++;
  for (const [name, value] of Object.entries(run.metrics)) {
    if (Number.isFinite(value)) include(group.metrics, name, value);
  }
}

/** The running mean by Welford's step, which neither overflows nor loses digits over many runs. */
function include(metrics: Map<string, Summary>, name: string, value: number): void {
  const summary = metrics.get(name);
  if (summary === undefined) {
    metrics.set(name, { count: 1, mean: value, min: value, max: value });
    return;
  }
  summary.count++;
  summary.mean += (value - summary.mean) / summary.count;
  summary.min = Math.min(summary.min, value);
  summary.max = Math.max(summary.max, value);
}

/** Numbers as numbers, so that a lookback of 5 comes before one of 20; what is missing comes last. */
function compareValues(a: readonly (string | null)[], b: readonly (string | null)[]): number {
  for (let i = 0; i < a.length; i++) {
    const [left = null, right = null] = [a[i], b[i]];
    if (left === right) continue;
    if (left === null) return 1;
    if (right === null) return -1;
    const difference = Number(left) - Number(right);
    if (
      left.trim() !== "" && right.trim() !== "" && difference !== 0 && !Number.isNaN(difference)
    ) {
      return difference;
    }
    return left < right ? -1 : 1;
  }
  return 0;
}

function groupRows(
  group: Group,
  keys: readonly string[],
  metrics: readonly string[] | undefined,
): readonly Row[] {
  const common = {
    ...Object.fromEntries(keys.map((key, i) => [key, group.values[i] ?? null])),
    runs: group.runs,
  };
  const names = metrics ?? withoutBounds([...group.metrics.keys()]).toSorted();
  const rows = names.flatMap((metric) => {
    const summary = group.metrics.get(metric);
    return summary === undefined ? [] : [{ ...common, metric, ...summary }];
  });
  if (rows.length > 0) return rows;
  return [{ ...common, metric: null, count: 0, mean: null, min: null, max: null }];
}
