// What can be asked for: entities with their short forms, and the attributes of runs and of
// experiments. A name, an alias or a type is a fact of one row here; parser, push-down and messages
// read the rows, and the SQL and the evaluator are checked against them by the compiler.

import type { Entity, Field } from "./ast.ts";

/** What a filter is about. */
export type Scope = "runs" | "experiments";

/** How literals for a field are written: text in quotes; numbers; times also as ISO dates. */
export type FieldType = "text" | "number" | "time";

/** The words that name each entity, the documented one first. Letter case counts, as in MLflow. */
export const ENTITY_WORDS: Readonly<Record<Entity, readonly string[]>> = {
  metric: ["metrics", "metric"],
  param: ["params", "param", "parameters", "parameter"],
  tag: ["tags", "tag"],
  attribute: ["attributes", "attribute", "attr", "run"],
  dataset: ["datasets", "dataset"],
};

/** Which entities each scope has. */
export const SCOPE_ENTITIES: Readonly<Record<Scope, readonly Entity[]>> = {
  runs: ["metric", "param", "tag", "attribute", "dataset"],
  experiments: ["tag", "attribute"],
};

interface AttributeRow {
  readonly type: FieldType;
  readonly aliases?: readonly string[];
  /** Filtered here: not every server has it, or none. */
  readonly ours?: true;
}

export type RunAttribute =
  | "run_id"
  | "run_name"
  | "status"
  | "start_time"
  | "end_time"
  | "duration"
  | "user_id"
  | "artifact_uri";

export type ExperimentAttribute = "name" | "experiment_id" | "creation_time" | "last_update_time";

const RUN_ATTRIBUTES: Readonly<Record<RunAttribute, AttributeRow>> = {
  run_id: { type: "text" },
  run_name: { type: "text", aliases: ["run name", "Run name", "Run Name"] },
  status: { type: "text" },
  start_time: { type: "time", aliases: ["created", "Created"] },
  end_time: { type: "time" },
  duration: { type: "number", ours: true },
  user_id: { type: "text" },
  artifact_uri: { type: "text" },
};

const EXPERIMENT_ATTRIBUTES: Readonly<Record<ExperimentAttribute, AttributeRow>> = {
  name: { type: "text" },
  experiment_id: { type: "text", ours: true },
  creation_time: { type: "time" },
  last_update_time: { type: "time" },
};

const ATTRIBUTES: Readonly<Record<Scope, Readonly<Record<string, AttributeRow>>>> = {
  runs: RUN_ATTRIBUTES,
  experiments: EXPERIMENT_ATTRIBUTES,
};

const DATASET_KEYS: readonly string[] = ["name", "digest", "context"];

/** The entity that a word names in this scope. */
export function entityOf(word: string, scope: Scope): Entity | undefined {
  return SCOPE_ENTITIES[scope].find((entity) => ENTITY_WORDS[entity].includes(word));
}

/** The attribute that a name or alias means. */
export function attributeOf(word: string, scope: Scope): string | undefined {
  const rows = ATTRIBUTES[scope];
  if (Object.hasOwn(rows, word)) return word;
  return Object.keys(rows).find((name) => rows[name]?.aliases?.includes(word));
}

export function isDatasetKey(key: string): boolean {
  return DATASET_KEYS.includes(key);
}

export function fieldType(field: Field, scope: Scope): FieldType {
  if (field.entity === "metric") return "number";
  if (field.entity !== "attribute") return "text";
  return ATTRIBUTES[scope][field.key]?.type ?? "text";
}

/** True when every MLflow server can be asked for the field. */
export function isServerField(field: Field, scope: Scope): boolean {
  if (field.entity !== "attribute") return true;
  const row = ATTRIBUTES[scope][field.key];
  return row !== undefined && row.ours !== true;
}

/** All names of a scope's attributes, for messages. */
export function attributeNames(scope: Scope): readonly string[] {
  return Object.keys(ATTRIBUTES[scope]);
}

export function datasetKeys(): readonly string[] {
  return DATASET_KEYS;
}

/** How a field is written in full: `metrics.a`, and bare for attributes. */
export function describeField(field: Field): string {
  return field.entity === "attribute"
    ? field.key
    : `${ENTITY_WORDS[field.entity][0]}.${printKey(field.key)}`;
}

/** Words that MLflow's SQL lexer takes for itself even after a dot. */
const RESERVED = /^(?:case|in|values|using|from|as)$/i;

/**
 * Whether a part of a dotted key may stand without quotes: what MLflow's lexer reads as one name
 * (a digit may come first only alone: `1a`, not `12a`, `1e5` or `0x1f`).
 */
export function isBareKeyPart(part: string): boolean {
  if (RESERVED.test(part)) return false;
  if (/^(?:\d[a-z_][\p{L}\p{N}_]*)$/iu.test(part)) return !/^(?:\de\d|0x[\da-f])/i.test(part);
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(part);
}

/** A key as it is written: bare where that is allowed, else in back-ticks. */
export function printKey(key: string): string {
  if (key.split(".").every(isBareKeyPart)) return key;
  const quote = ["`", '"', "'"].find((mark) => !key.includes(mark)) ?? "`";
  return `${quote}${key}${quote}`;
}
