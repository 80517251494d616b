// What a filter means, executable: true or false for one run or experiment at a time. The SQL of
// sql.ts says the same to the store and is held to it by tests on random data.
// Two-valued: a test of a missing or NaN key is false, and NOT turns that into true.

import {
  type Comparison,
  type Expression,
  type Field,
  type Literal,
  type Test,
  visit,
} from "./ast.ts";
import type { ExperimentAttribute, RunAttribute } from "./fields.ts";
import { isLike } from "./like.ts";
import type { Filter } from "./parse.ts";

/** What a filter needs to know of a run. */
export interface FilterableRun {
  readonly id: string;
  /** The ids that servers gave a run of the store: `run_id` means any of them. */
  readonly serverRunIds?: readonly string[];
  /** May be empty. */
  readonly name: string;
  /** As MLflow names them: FINISHED, FAILED, … */
  readonly status: string;
  /** ms since the epoch; null when unknown. */
  readonly startTime: number | null;
  /** ms since the epoch; null while it runs. */
  readonly endTime: number | null;
  readonly artifactUri: string;
  readonly userId: string;
  readonly metrics: Readonly<Record<string, number>>;
  /** Values are text, numbers too. */
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly datasets: readonly FilterableDataset[];
}

/** What a filter needs to know of a dataset. */
export interface FilterableDataset {
  readonly name: string;
  /** At most 36 characters. */
  readonly digest: string;
  /** Its role in the run, such as "training". */
  readonly context?: string;
}

/** What a filter needs to know of an experiment. */
export interface FilterableExperiment {
  readonly id: string;
  /** Unique on its server. */
  readonly name: string;
  /** ms since the epoch; null when unknown. */
  readonly creationTime: number | null;
  /** ms since the epoch; null when unknown. */
  readonly lastUpdateTime: number | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** The values of a field, and how a negated test reads several: datasets want one that fails, ids none that holds. */
export interface Values {
  readonly values: readonly Literal[];
  readonly negation: "some" | "every";
}

/** Where the values of a field are found. */
export type Look = (field: Field) => Values;

/** Whether a run passes. A test of a missing or NaN key is false, `!=` too; NOT turns it into true. */
export function evaluate(filter: Filter, run: FilterableRun): boolean {
  return holds(filter.expression, (field) => runValues(field, run));
}

/** Whether an experiment passes. */
export function evaluateExperiment(filter: Filter, experiment: FilterableExperiment): boolean {
  return holds(filter.expression, (field) => {
    if (field.entity === "tag") return one(own(experiment.tags, field.key));
    return one(experimentAttribute(experiment, field.key as ExperimentAttribute));
  });
}

/** Whether an expression is true of what `look` finds. */
export function holds(expression: Expression, look: Look): boolean {
  return visit(expression, {
    and: (node) => node.operands.every((operand) => holds(operand, look)),
    or: (node) => node.operands.some((operand) => holds(operand, look)),
    not: (node) => !holds(node.operand, look),
    compare: (node) => test(node, look, node.operator === "!=", (value) => compares(value, node)),
    match: (node) =>
      test(
        node,
        look,
        node.negated,
        (value) => isLike(String(value), node.pattern, node.ignoreCase),
      ),
    in: (node) => test(node, look, node.negated, (value) => node.values.includes(value)),
    between: (node) =>
      test(
        node,
        look,
        node.negated,
        (value) => Number(value) >= node.low && Number(value) <= node.high,
      ),
    null: (node) => (look(node.field).values.length > 0) === node.negated,
  });
}

function test(node: Test, look: Look, negated: boolean, is: (value: Literal) => boolean): boolean {
  const { values, negation } = look(node.field);
  if (!negated) return values.some(is);
  return negation === "some"
    ? values.some((value) => !is(value))
    : values.length > 0 && !values.some(is);
}

function compares(value: Literal, { operator, value: wanted }: Comparison): boolean {
  switch (operator) {
    case "=":
    case "!=": // the caller negates
      return value === wanted;
    case ">":
      return value > wanted;
    case ">=":
      return value >= wanted;
    case "<":
      return value < wanted;
    case "<=":
      return value <= wanted;
  }
}

function runValues(field: Field, run: FilterableRun): Values {
  switch (field.entity) {
    case "metric":
      return one(own(run.metrics, field.key));
    case "param":
      return one(own(run.params, field.key));
    case "tag":
      return one(own(run.tags, field.key));
    case "dataset":
      return { values: datasetValues(field.key, run.datasets), negation: "some" };
    case "attribute":
      if (field.key === "run_id") {
        return { values: [run.id, ...(run.serverRunIds ?? [])], negation: "every" };
      }
      return one(runAttribute(run, field.key as RunAttribute));
  }
}

function datasetValues(key: string, datasets: readonly FilterableDataset[]): readonly string[] {
  return datasets.flatMap((dataset) => {
    const value = dataset[key as keyof FilterableDataset];
    return value === undefined ? [] : [value];
  });
}

const RUN_VALUES: Readonly<Record<RunAttribute, (run: FilterableRun) => Literal | null>> = {
  run_id: (run) => run.id,
  run_name: (run) => run.name,
  status: (run) => run.status,
  start_time: (run) => run.startTime,
  end_time: (run) => run.endTime,
  duration: (run) =>
    run.endTime === null || run.startTime === null ? null : (run.endTime - run.startTime) / 1000,
  user_id: (run) => run.userId,
  artifact_uri: (run) => run.artifactUri,
};

const EXPERIMENT_VALUES: Readonly<
  Record<ExperimentAttribute, (subject: FilterableExperiment) => Literal | null>
> = {
  name: (subject) => subject.name,
  experiment_id: (subject) => subject.id,
  creation_time: (subject) => subject.creationTime,
  last_update_time: (subject) => subject.lastUpdateTime,
};

/** An attribute of a run; null where it has none, as a running one has no end. */
export function runAttribute(run: FilterableRun, attribute: RunAttribute): Literal | null {
  return RUN_VALUES[attribute](run);
}

/** The same of an experiment. */
export function experimentAttribute(
  subject: FilterableExperiment,
  attribute: ExperimentAttribute,
): Literal | null {
  return EXPERIMENT_VALUES[attribute](subject);
}

/** A value of a record by a key that may be called `constructor`. */
export function own<Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** A single value, or none: null, undefined and NaN. */
export function one(value: Literal | null | undefined): Values {
  const there = value !== undefined && value !== null && !Number.isNaN(value);
  return { values: there ? [value] : [], negation: "some" };
}
