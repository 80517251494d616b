// A tree as a WHERE condition of the store. Each test is 0 or 1, never NULL, so that NOT means what
// the evaluator says; each literal and each key is a parameter, and the SQL is made of fixed parts.
// Metrics lie together by name, so a test reads that range once (IN); params and tags lie together by
// run, so a test looks each run up (EXISTS). Measured: the other way round costs a quarter more. Where
// few of many runs are tested, metrics are looked up by run as well.

import { type Expression, type Field, type Literal, type Test, visit } from "./ast.ts";
import type { ExperimentAttribute, RunAttribute } from "./fields.ts";
import { globOf } from "./like.ts";
import type { Filter } from "./parse.ts";

/** A condition for WHERE, with `?` for each of its parameters, in order. */
export interface FilterSql {
  readonly sql: string;
  readonly parameters: readonly Literal[];
}

/** Where a query has a run's row id: in `o1`, a joined table that is read first, or in the run's row. */
export type RunIdSql = "runs.id" | "o1.run_id";

/** How a field is reached: `around` holds the test of `column` as a condition of the outer row. */
interface Access {
  readonly column: string;
  readonly around: (condition: string) => string;
  readonly parameters: readonly Literal[];
}

const RUN_COLUMNS: Readonly<Record<RunAttribute, string>> = {
  run_id: "runs.key",
  run_name: "runs.name",
  status: "runs.status",
  start_time: "runs.start_time",
  end_time: "runs.end_time",
  duration: "((runs.end_time - runs.start_time) / 1000.0)",
  user_id: "runs.user_id",
  artifact_uri: "runs.artifact_uri",
};

const EXPERIMENT_COLUMNS: Readonly<Record<ExperimentAttribute, string>> = {
  name: "experiments.name",
  experiment_id: "CAST(experiments.id AS TEXT)",
  creation_time: "experiments.creation_time",
  last_update_time: "experiments.last_update_time",
};

/** The column that holds an attribute of runs. */
export function runColumn(attribute: RunAttribute): string {
  return RUN_COLUMNS[attribute];
}

/** The column that holds an attribute of experiments. */
export function experimentColumn(attribute: ExperimentAttribute): string {
  return EXPERIMENT_COLUMNS[attribute];
}

/**
 * A condition for `… FROM runs WHERE` of the store's tables; every key and literal is a parameter.
 * With `runId` (`presentOrderToSql`'s where its FROM is used) it is made for few runs, each of which
 * is looked up; without, for all of them.
 */
export function toSql(filter: Filter, runId?: RunIdSql): FilterSql {
  return condition(filter.expression, (field) => runAccess(field, runId));
}

/** A condition for `… FROM experiments WHERE`. */
export function experimentToSql(filter: Filter): FilterSql {
  return condition(filter.expression, experimentAccess);
}

function condition(expression: Expression, access: (field: Field) => Access): FilterSql {
  const test = (node: Test): FilterSql => testSql(node, access);
  return visit<FilterSql>(expression, {
    compare: test,
    match: test,
    in: test,
    between: test,
    null: test,
    and: (node) => joined(node.operands.map((operand) => condition(operand, access)), "AND", "1"),
    or: (node) => joined(node.operands.map((operand) => condition(operand, access)), "OR", "0"),
    not: (node) => {
      const inner = condition(node.operand, access);
      return { sql: `NOT ${inner.sql}`, parameters: inner.parameters };
    },
  });
}

function joined(parts: readonly FilterSql[], word: "AND" | "OR", none: string): FilterSql {
  if (parts.length === 0) return { sql: none, parameters: [] };
  return {
    sql: `(${parts.map((part) => part.sql).join(` ${word} `)})`,
    parameters: parts.flatMap((part) => part.parameters),
  };
}

function testSql(node: Test, access: (field: Field) => Access): FilterSql {
  if (node.field.entity === "attribute" && node.field.key === "run_id") return runIdSql(node);
  const { column, around, parameters } = access(node.field);
  const { sql, parameters: literals } = columnTest(node, column);
  const all = [...parameters, ...literals];
  // The inner test of IS NULL is IS NOT NULL: that there is such a row, or such a value.
  const negated = node.kind === "null" && !node.negated;
  return { sql: negated ? `NOT ${around(sql)}` : around(sql), parameters: all };
}

/** Any of a run's ids may be meant: its key and those that servers gave it. A negated test is one that none passes. */
function runIdSql(node: Test): FilterSql {
  const negated = node.kind === "compare" ? node.operator === "!=" : node.negated;
  if (node.kind === "null") return { sql: negated ? "1" : "0", parameters: [] };
  const positive: Test = node.kind === "compare"
    ? { ...node, operator: negated ? "=" : node.operator }
    : { ...node, negated: false };
  const key = columnTest(positive, RUN_COLUMNS.run_id);
  const server = columnTest(positive, "server_run_id");
  const delivered = `runs.id IN (SELECT run_id FROM deliveries WHERE ${server.sql})`;
  const either = `(${key.sql} OR ${delivered})`;
  return {
    sql: negated ? `NOT ${either}` : either,
    parameters: [...key.parameters, ...server.parameters],
  };
}

/** The test of a column that is not null. */
function columnTest(node: Test, column: string): FilterSql {
  const not = node.kind !== "compare" && node.negated ? "NOT " : "";
  switch (node.kind) {
    case "compare":
      return { sql: `${column} ${node.operator} ?`, parameters: [node.value] };
    case "match":
      return node.ignoreCase
        ? { sql: `lower(${column}) ${not}GLOB lower(?)`, parameters: [globOf(node.pattern)] }
        : { sql: `${column} ${not}GLOB ?`, parameters: [globOf(node.pattern)] };
    case "in": {
      const places = node.values.map(() => "?").join(", ");
      return { sql: `${column} ${not}IN (${places})`, parameters: node.values };
    }
    case "between":
      return { sql: `${column} ${not}BETWEEN ? AND ?`, parameters: [node.low, node.high] };
    case "null":
      return { sql: `${column} IS NOT NULL`, parameters: [] };
  }
}

function runAccess(field: Field, pickedBy: RunIdSql | undefined): Access {
  const runId = pickedBy ?? "runs.id";
  switch (field.entity) {
    case "metric":
      return metricAccess(field, pickedBy);
    case "param":
      return exists("params AS p", "p", field, runId);
    case "tag":
      return exists("tags AS t", "t", field, runId);
    case "dataset":
      return {
        column: DATASET_COLUMNS[field.key] ?? "NULL",
        around: (test) =>
          `EXISTS (SELECT 1 FROM datasets AS d WHERE d.run_id = ${runId} AND ${test})`,
        parameters: [],
      };
    case "attribute":
      return attributeAccess(RUN_COLUMNS[field.key as RunAttribute]);
  }
}

function metricAccess(field: Field, runId: RunIdSql | undefined): Access {
  const rows = "FROM metrics AS m WHERE m.key_id = (SELECT id FROM keys WHERE name = ?)";
  return {
    column: "m.value",
    around: (test) =>
      runId === undefined
        ? `runs.id IN (SELECT m.run_id ${rows} AND ${test})`
        : `EXISTS (SELECT 1 ${rows} AND m.run_id = ${runId} AND ${test})`,
    parameters: [field.key],
  };
}

const DATASET_COLUMNS: Readonly<Record<string, string>> = {
  name: "d.name",
  digest: "d.digest",
  context: "d.context",
};

function exists(table: string, alias: string, field: Field, runId: RunIdSql): Access {
  return {
    column: `${alias}.value`,
    around: (test) =>
      `EXISTS (SELECT 1 FROM ${table} ` +
      `WHERE ${alias}.key = ? AND ${alias}.run_id = ${runId} AND ${test})`,
    parameters: [field.key],
  };
}

function experimentAccess(field: Field): Access {
  if (field.entity === "attribute") {
    return attributeAccess(EXPERIMENT_COLUMNS[field.key as ExperimentAttribute]);
  }
  return {
    column: "t.value",
    around: (test) =>
      "EXISTS (SELECT 1 FROM experiment_tags AS t " +
      `WHERE t.key = ? AND t.experiment_id = experiments.id AND ${test})`,
    parameters: [field.key],
  };
}

function attributeAccess(column: string): Access {
  return {
    column,
    around: (test) =>
      test === `${column} IS NOT NULL` ? `(${test})` : `(${column} IS NOT NULL AND ${test})`,
    parameters: [],
  };
}
