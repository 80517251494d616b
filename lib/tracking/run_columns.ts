// The facts of the columns of runs, for tables that people look at: what each holds, which direction of
// a metric is better, and which columns stay where there is no room for all.

import type { Row, Rows } from "../command/answer.ts";
import type { Column } from "../command/screen.ts";
import { CATALOGUE, KEY_METRICS } from "../metrics/catalogue.ts";
import {
  cagr,
  exposure,
  maxDrawdown,
  sharpeRatio,
  totalReturn,
  volatility,
  worstDay,
} from "../metrics/mod.ts";
import { isOwnParam } from "../own_names.ts";

const METRIC = "metrics.";
const PARAM = "params.";

/** Which columns go last where there is no room for all. */
const PRIORITY = { name: 0, asked: 1, headline: 2, param: 3, key: 4, time: 5, other: 6 } as const;

/** Of the key metrics, those by which most people choose. */
const HEADLINE: ReadonlySet<string> = new Set(
  [sharpeRatio, maxDrawdown, cagr].map(({ name }) => name),
);

/** The attributes that a table shows in a form of their own. */
const ATTRIBUTES: Readonly<Record<string, Omit<Column, "name">>> = {
  run_name: { kind: "name", priority: PRIORITY.name },
  run_id: { kind: "id", priority: PRIORITY.asked },
  status: { kind: "text", priority: PRIORITY.asked },
  lifecycle_stage: { kind: "text", priority: PRIORITY.asked },
  start_time: { title: "started", kind: "time", priority: PRIORITY.time },
  end_time: { title: "ended", kind: "time", priority: PRIORITY.time },
  duration: { title: "seconds", kind: "number", priority: PRIORITY.time },
};

const METRICS = new Map(CATALOGUE.map((metric) => [metric.name, metric] as const));

/** A column of runs by its key in the rows: headings leave out what family it is of. */
export function runColumn(name: string): Column {
  const attribute = ATTRIBUTES[name];
  if (attribute !== undefined) return { name, ...attribute };
  if (name.startsWith(METRIC)) return metricColumn(name, name.slice(METRIC.length));
  if (!name.startsWith(PARAM)) return { name, kind: "text", priority: PRIORITY.other };
  return { name, title: name.slice(PARAM.length), kind: "text", priority: PRIORITY.param };
}

/** The column of a metric: one of the user's own has no unit and no better. */
export function metricColumn(name: string, metric: string): Column {
  const { unit, better = "none" } = METRICS.get(metric) ?? {};
  const isKey = KEY_METRICS.some((key) => key.name === metric);
  const priority = HEADLINE.has(metric) ? PRIORITY.headline : isKey ? PRIORITY.key : PRIORITY.asked;
  return {
    name,
    title: metric,
    kind: "number",
    ...(unit === undefined ? {} : { unit }),
    better,
    priority,
  };
}

/** What a search of runs is shown with, besides what every search is. */
export interface RunTable {
  /** Columns that the user named; undefined for a choice made from the runs. */
  readonly chosen?: readonly string[] | undefined;
  /** Keys that the order is by. */
  readonly ordered: readonly string[];
}

/**
 * The columns of a table of runs: those chosen, in their order; else the name, what the order is by, the
 * key metrics, the params that differ, the age, the id; the status where one is not the usual.
 */
export function runColumns(rows: readonly Row[], { chosen, ordered }: RunTable): readonly Column[] {
  if (chosen !== undefined) {
    return chosen.map((name, priority) => ({ ...runColumn(name), priority }));
  }
  const has = (name: string): boolean => rows.some((row) => Object.hasOwn(row, name));
  const isUnusual = rows.some(({ status }) => status !== "FINISHED");
  const first = ordered.filter((name) => /^(metrics|params)\./.test(name) && has(name));
  const names = new Set([
    "run_name",
    ...isUnusual ? ["status"] : [],
    ...has("lifecycle_stage") ? ["lifecycle_stage"] : [],
    ...first,
    ...KEY_METRICS.map(({ name }) => METRIC + name).filter(has),
    ...varying(rows, PARAM).filter((name) => !isOwnParam(name.slice(PARAM.length))),
    "start_time",
    "run_id",
  ]);
  return [...names].map(runColumn)
    .map((column) =>
      first.includes(column.name) ? { ...column, priority: PRIORITY.asked } : column
    );
}

/** The same rows, with what is known of their columns: those that `tableColumns` chooses. */
export function withRunView(rows: Rows): Rows {
  const { tableColumns, columns } = rows;
  return {
    ...rows,
    view: {
      columns: (some) => (tableColumns?.(some) ?? columns ?? []).map(runColumn),
      isRanked,
    },
  };
}

/** False of a row whose run never traded, as no loss is no merit of it, or lost everything. */
export function isRanked(row: Row): boolean {
  const metric = (name: string): unknown => row[METRIC + name];
  return !neverTraded(metric) && !lostEverything(metric);
}

/** Whether a run lost everything: nothing compounds after that, so most of what tells it is missing. */
export function lostEverything(metric: (name: string) => unknown): boolean {
  return [worstDay, totalReturn, maxDrawdown].some(({ name }) => {
    const value = metric(name);
    return typeof value === "number" && value <= -1;
  });
}

/** Whether a run never traded: by its exposure or, where that was not logged, as nothing ever moved. */
export function neverTraded(metric: (name: string) => unknown): boolean {
  const held = metric(exposure.name);
  if (typeof held === "number") return held === 0;
  return metric(volatility.name) === 0 && metric(totalReturn.name) === 0;
}

/** "100 of 960 runs, the newest": which of those that match; `of` is null where it is not known. */
export function firstRuns(
  { shown, of }: { readonly shown: string; readonly of: string | null },
  orderBy: readonly string[],
): string {
  const which = orderBy.length === 0 ? "the newest" : `the first by ${orderBy.join(", ")}`;
  return `${shown}${of === null ? "" : ` of ${of}`} runs, ${which}`;
}

/** The keys of a family that have more than one value among the rows; absence is a value. */
export function varying(rows: readonly Row[], prefix: string): readonly string[] {
  const first = new Map<string, unknown>();
  const counts = new Map<string, number>();
  const differ = new Set<string>();
  for (const row of rows) {
    for (const key of Object.keys(row)) {
      if (!key.startsWith(prefix)) continue;
      const value = row[key] ?? null;
      if (!first.has(key)) first.set(key, value);
      if (first.get(key) !== value) differ.add(key);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return [...first.keys()].filter((key) => differ.has(key) || counts.get(key) !== rows.length);
}
