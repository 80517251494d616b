// The order of search results: MLflow's `order_by` clauses as a comparison; order_sql.ts has the
// same as SQL. MLflow puts runs without the key last in both directions, NaN just before them, and
// breaks ties by the latest start, then the id.

import { FilterSyntaxError, UsageError } from "../errors.ts";
import type { Entity, Literal } from "./ast.ts";
import { type ExperimentAttribute, type RunAttribute, type Scope } from "./fields.ts";
import {
  experimentAttribute,
  type FilterableExperiment,
  type FilterableRun,
  own,
  runAttribute,
} from "./evaluate.ts";
import { isWord } from "./parse.ts";
import { resolveField } from "./resolve.ts";
import { tokenize } from "./tokens.ts";

/** A sort key: `metrics.X`, `params.X`, `tags.X` or an attribute. */
export interface OrderBy {
  readonly text: string;
  readonly entity: Exclude<Entity, "dataset">;
  /** The key without quotes and prefix. */
  readonly key: string;
  /** DESC; keys that are missing come last all the same. */
  readonly descending: boolean;
}

/** Reads one sort key of runs, such as `metrics.sharpe_ratio DESC`. */
export function parseOrderBy(text: string): OrderBy {
  return parseOrder(text, "runs");
}

/** Reads one sort key of experiments, such as `last_update_time DESC`. */
export function parseExperimentOrderBy(text: string): OrderBy {
  return parseOrder(text, "experiments");
}

/** SQLite joins 64 tables at most, and each key but an attribute is one. */
export const MAX_SORT_KEYS = 60;

/**
 * Reads the sort keys of a search, the most important first.
 *
 * @throws {UsageError} for more of them than a store can sort by.
 */
export function parseSortKeys(texts: readonly string[], scope: Scope): readonly OrderBy[] {
  const keys = texts.map((text) => parseOrder(text, scope));
  const count = distinct(keys).length;
  if (count <= MAX_SORT_KEYS) return keys;
  throw new UsageError(`Cannot sort by ${count} keys: at most ${MAX_SORT_KEYS} are taken`);
}

function parseOrder(text: string, scope: Scope): OrderBy {
  try {
    return readOrder(text, scope);
  } catch (error) {
    if (!(error instanceof FilterSyntaxError)) throw error;
    throw new FilterSyntaxError(text, error.start, error.end, error.problem, "sort key");
  }
}

function readOrder(text: string, scope: Scope): OrderBy {
  const [name, direction, extra] = tokenize(text);
  if (name === undefined || name.kind === "end") {
    throw new FilterSyntaxError(text, 0, text.length, "there is nothing in it");
  }
  const { entity, key } = resolveField(text, name, scope, false);
  if (entity === "dataset") {
    const problem = "a run may have several datasets; sort by another key";
    throw new FilterSyntaxError(text, name.start, name.end, problem);
  }
  const descending = isWord(direction, "DESC");
  if (direction?.kind !== "end" && !descending && !isWord(direction, "ASC")) {
    const place = direction ?? name;
    throw new FilterSyntaxError(text, place.start, place.end, "expected ASC, DESC or the end");
  }
  if (extra !== undefined && extra.kind !== "end") {
    const problem = "expected the end; give each sort key by itself";
    throw new FilterSyntaxError(text, extra.start, extra.end, problem);
  }
  return { text, entity, key, descending };
}

/** How texts are put in order. */
export type CompareTexts = (left: string, right: string) => number;

/** MLflow's order: missing keys last, NaN before them, ties by the latest start, then the id. */
export function compareRuns(
  orderBy: readonly OrderBy[],
): (left: FilterableRun, right: FilterableRun) => number {
  const byKeys = compareRunKeys(orderBy);
  const started = orderBy.some(({ entity, key }) => entity === "attribute" && key === "start_time");
  return (left, right) => {
    const order = byKeys(left, right) ||
      (started ? 0 : byRank(left.startTime, right.startTime, true));
    return order !== 0 ? order : compareText(left.id, right.id);
  };
}

/** The order of the keys alone: 0 for ties. */
export function compareRunKeys(
  orderBy: readonly OrderBy[],
  texts: CompareTexts = compareText,
): (left: FilterableRun, right: FilterableRun) => number {
  return (left, right) => {
    for (const clause of orderBy) {
      const order = byRank(
        runValue(left, clause),
        runValue(right, clause),
        clause.descending,
        texts,
      );
      if (order !== 0) return order;
    }
    return 0;
  };
}

/** MLflow's order of experiments: without a key the newest first; ties by the highest id. */
export function compareExperiments(
  orderBy: readonly OrderBy[],
): (left: FilterableExperiment, right: FilterableExperiment) => number {
  const byKeys = compareExperimentKeys(withDefault(orderBy));
  return (left, right) =>
    byKeys(left, right) || byRank(idNumber(left.id), idNumber(right.id), true);
}

/** The order of the keys alone: 0 for ties. */
export function compareExperimentKeys(
  orderBy: readonly OrderBy[],
  texts: CompareTexts = compareText,
): (left: FilterableExperiment, right: FilterableExperiment) => number {
  return (left, right) => {
    for (const clause of orderBy) {
      const [one, other] = [experimentValue(left, clause), experimentValue(right, clause)];
      const order = byRank(one, other, clause.descending, texts);
      if (order !== 0) return order;
    }
    return 0;
  };
}

const DEFAULT_EXPERIMENT_ORDER: readonly OrderBy[] = [
  { text: "creation_time DESC", entity: "attribute", key: "creation_time", descending: true },
  { text: "experiment_id ASC", entity: "attribute", key: "experiment_id", descending: false },
];

function runValue(run: FilterableRun, { entity, key }: OrderBy): Literal | null {
  switch (entity) {
    case "metric":
      return own(run.metrics, key) ?? null;
    case "param":
      return own(run.params, key) ?? null;
    case "tag":
      return own(run.tags, key) ?? null;
    case "attribute":
      return runAttribute(run, key as RunAttribute);
  }
}

function experimentValue(subject: FilterableExperiment, { entity, key }: OrderBy): Literal | null {
  if (entity !== "attribute") return own(subject.tags, key) ?? null;
  if (key === "experiment_id") return idNumber(subject.id);
  return experimentAttribute(subject, key as ExperimentAttribute);
}

/** Ids are sorted as the numbers they are, or as text where a server gives other ones. */
function idNumber(id: string): Literal {
  return /^\d{1,15}$/.test(id) ? Number(id) : id;
}

/** Values first, then NaN, then what is missing, whatever the direction. */
function byRank(
  left: Literal | null,
  right: Literal | null,
  descending: boolean,
  texts: CompareTexts = compareText,
): number {
  const rank = rankOf(left) - rankOf(right);
  if (rank !== 0 || left === null || right === null) return rank;
  if (left === right || rankOf(left) > 0) return 0;
  const order = typeof left === "string" && typeof right === "string"
    ? texts(left, right)
    : typeof left === typeof right
    ? (left < right ? -1 : 1)
    : (typeof left === "number" ? -1 : 1);
  return descending ? -order : order;
}

function rankOf(value: Literal | null): number {
  if (value === null) return 2;
  return Number.isNaN(value) ? 1 : 0;
}

/** By code points, as SQLite sorts UTF-8: surrogates come after all other units of UTF-16. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    if (isSurrogate(a) !== isSurrogate(b)) return isSurrogate(a) ? 1 : -1;
    return a - b;
  }
  return left.length - right.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** The newest experiments first, where nothing else is asked for. */
export function withDefault(orderBy: readonly OrderBy[]): readonly OrderBy[] {
  return orderBy.length > 0 ? orderBy : DEFAULT_EXPERIMENT_ORDER;
}

/** Each key once, at its first place: a second one cannot change the order. */
export function distinct(orderBy: readonly OrderBy[]): readonly OrderBy[] {
  const seen = new Set<string>();
  return orderBy.filter(({ entity, key }) => {
    const name = `${entity}.${key}`;
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}
