// The filter language's public face: one parser, three readers. A filter is parsed once, where the
// command line gives it; the store turns it to SQL, the client cuts it for its server, and what a
// server cannot do is evaluated run by run.

import type { Expression, Literal } from "./ast.ts";
import {
  type FilterableExperiment,
  type FilterableRun,
  matchesExperiment,
  matchesRun,
} from "./evaluate.ts";
import type { Scope } from "./fields.ts";
import { experimentOrder, type OrderBy, parseOrder, runOrder } from "./order.ts";
import {
  experimentOrderSql,
  type OrderSql,
  type PresentOrderSql,
  presentOrderSql,
  runOrderSql,
} from "./order_sql.ts";
import { parseExpression } from "./parse.ts";
import { printExpression } from "./print.ts";
import { cut, cutOrder, type ServerAbility } from "./pushdown.ts";
import { experimentCondition, runCondition, type RunIdSql } from "./sql.ts";

export type {
  Absence,
  Comparison,
  Conjunction,
  Disjunction,
  Entity,
  Expression,
  Field,
  Literal,
  Match,
  Membership,
  Negation,
  Operator,
  Range,
  Test,
} from "./ast.ts";
export type { FilterableDataset } from "./evaluate.ts";
export type { Scope } from "./fields.ts";
export type {
  FilterableExperiment,
  FilterableRun,
  OrderBy,
  OrderSql,
  PresentOrderSql,
  RunIdSql,
  ServerAbility,
};

/** A parsed filter; `text` is what the user wrote. */
export interface Filter {
  /** As it was written; a part of a filter is printed anew. */
  readonly text: string;
  /** What it means. */
  readonly expression: Expression;
  /** What it is about: runs and experiments have different attributes. */
  readonly scope: Scope;
}

/** A condition with `?` for each of its parameters, in order. */
export interface FilterSql {
  /** Goes behind WHERE. */
  readonly sql: string;
  /** One for each `?`. */
  readonly parameters: Literal[];
}

/** A filter cut in two, which together hold for the runs that the whole holds for. */
export interface Pushdown {
  /** What to send as MLflow's filter string; null when nothing can be sent. */
  readonly server: string | null;
  /** What to evaluate on each run that comes back; null when the server's answer is exact. */
  readonly rest: Filter | null;
}

/**
 * Reads a filter of runs: MLflow's grammar, and OR, NOT, parentheses, BETWEEN, IN, `duration`, dates.
 *
 * @throws {FilterSyntaxError} with a caret under the place and what to write instead.
 */
export function parseFilter(text: string): Filter {
  return { text, expression: parseExpression(text, "runs"), scope: "runs" };
}

/** Reads a filter of experiments: tags, and the attributes name, experiment_id, creation_time, last_update_time. */
export function parseExperimentFilter(text: string): Filter {
  return { text, expression: parseExpression(text, "experiments"), scope: "experiments" };
}

/** Reads one sort key of runs, such as `metrics.sharpe_ratio DESC`. */
export function parseOrderBy(text: string): OrderBy {
  return parseOrder(text, "runs");
}

/** Reads one sort key of experiments, such as `last_update_time DESC`. */
export function parseExperimentOrderBy(text: string): OrderBy {
  return parseOrder(text, "experiments");
}

/** Whether a run passes. A test of a missing or NaN key is false, `!=` too; NOT turns it into true. */
export function evaluate(filter: Filter, run: FilterableRun): boolean {
  return matchesRun(filter.expression, run);
}

/** Whether an experiment passes. */
export function evaluateExperiment(filter: Filter, experiment: FilterableExperiment): boolean {
  return matchesExperiment(filter.expression, experiment);
}

/** MLflow's order: missing keys last, NaN before them, ties by the latest start, then the id. */
export function compareRuns(
  orderBy: readonly OrderBy[],
): (left: FilterableRun, right: FilterableRun) => number {
  return runOrder(orderBy);
}

/** MLflow's order of experiments: without a key the newest first; ties by the highest id. */
export function compareExperiments(
  orderBy: readonly OrderBy[],
): (left: FilterableExperiment, right: FilterableExperiment) => number {
  return experimentOrder(orderBy);
}

/**
 * A condition for `… FROM runs WHERE` of the store's tables; every key and literal is a parameter.
 * `runId` is `presentOrderToSql`'s where its FROM is used.
 */
export function toSql(filter: Filter, runId: RunIdSql = "runs.id"): FilterSql {
  const { sql, parameters } = runCondition(filter.expression, runId);
  return { sql, parameters: [...parameters] };
}

/** A condition for `… FROM experiments WHERE`. */
export function experimentToSql(filter: Filter): FilterSql {
  const { sql, parameters } = experimentCondition(filter.expression);
  return { sql, parameters: [...parameters] };
}

/**
 * The order of `compareRuns` in SQL: `SELECT … FROM runs ${joins} WHERE … ORDER BY ${orderBy}`. Its
 * parameters are those of the joins, so they come before those of the condition.
 */
export function orderToSql(orderBy: readonly OrderBy[]): OrderSql {
  return runOrderSql(orderBy);
}

/**
 * A quicker way to the first runs of an order that starts with a metric; null for other orders:
 * `SELECT … FROM ${from} WHERE ${condition} AND ${toSql(filter, runId)} ORDER BY ${orderBy} LIMIT n`.
 * When it gives fewer than n, ask again by `orderToSql`: runs without the metric come last.
 */
export function presentOrderToSql(orderBy: readonly OrderBy[]): PresentOrderSql | null {
  return presentOrderSql(orderBy);
}

/** The order of `compareExperiments` in SQL, to be used like `orderToSql`. */
export function experimentOrderToSql(orderBy: readonly OrderBy[]): OrderSql {
  return experimentOrderSql(orderBy);
}

/**
 * Cuts a filter for a server. What MLflow can run whole is sent as written. Conditions on metrics
 * and ILIKE are in `rest` even when they are sent: there a server may let too many runs through
 * (NaN metrics, letters beyond ASCII), never too few.
 */
export function pushdown(filter: Filter, server: ServerAbility = {}): Pushdown {
  const { text, expression, scope } = filter;
  const { server: sent, rest } = cut(text, expression, scope, server);
  if (rest === null) return { server: sent, rest: null };
  return { server: sent, rest: { text: printExpression(rest), expression: rest, scope } };
}

/** The order as MLflow's `order_by`; null when it must be made here, by `compareRuns` on all runs. */
export function pushdownOrder(orderBy: readonly OrderBy[]): readonly string[] | null {
  return cutOrder(orderBy, "runs");
}

/** The same for experiments, whose tags no server sorts by. */
export function pushdownExperimentOrder(orderBy: readonly OrderBy[]): readonly string[] | null {
  return cutOrder(orderBy, "experiments");
}
