// Random filters, of MLflow's grammar or of the whole language, from the same names and values that
// the seed's runs have, so that they find some runs and not others.

import {
  allOf,
  anyOf,
  type Expression,
  type Field,
  type Literal,
  type Operator,
} from "../../lib/filter/ast.ts";
import { printKey } from "../../lib/filter/fields.ts";
import { METRIC_KEYS, PARAM_KEYS, pick, pickText, seedNumber, TAG_KEYS } from "./seed.ts";

type Next = () => number;

const NUMBER_OPERATORS: readonly Operator[] = ["=", "!=", ">", ">=", "<", "<="];

/** A filter in the grammar of MLflow 3, or of 2.22, spelled in one of its ways. */
export function mlflowFilter(next: Next, modern: boolean): string {
  const count = 1 + Math.floor(next() * 3);
  const tests = Array.from({ length: count }, () => mlflowTest(next, modern));
  return tests.join(pick([" AND ", " and ", "  And "], next));
}

function mlflowTest(next: Next, modern: boolean): string {
  const kind = next();
  if (kind < 0.35) {
    // Only `!=` tells NaN of a server from ours, which a test of its own is for.
    const key = pick(METRIC_KEYS.filter((name) => name !== "nan"), next);
    return `${pick(["metrics", "metric"], next)}.${spell(key, next)} ` +
      `${pick(NUMBER_OPERATORS, next)} ${number(next)}`;
  }
  if (kind < 0.75) {
    const [entity, key] = next() < 0.5
      ? [pick(["params", "param", "parameter", "parameters"], next), pick(PARAM_KEYS, next)]
      : [pick(["tags", "tag"], next), pick(TAG_KEYS, next)];
    if (modern && next() < 0.15) return `${entity}.${spell(key, next)} IS NOT NULL`;
    return `${entity}.${spell(key, next)} ${textTest(next)}`;
  }
  if (kind < 0.85) {
    return `${pick(["start_time", "end_time"], next)} ${pick(NUMBER_OPERATORS, next)} ${
      time(next)
    }`;
  }
  const datasets = modern ? ["dataset.name", "dataset.context"] : [];
  const key = pick(["status", "run_name", "user_id", ...datasets], next);
  return `${key} ${textTest(next)}`;
}

function spell(key: string, next: Next): string {
  const bare = printKey(key);
  if (bare === key && next() < 0.6) return key;
  return pick([`\`${key}\``, `"${key}"`, `'${key}'`], next);
}

function number(next: Next): string {
  return String(seedNumber(next)).replace("e+", "e");
}

function time(next: Next): number {
  return Date.UTC(2026, 0, 1) + Math.floor(next() * 20) * 6 * 3_600_000;
}

function textTest(next: Next): string {
  const operator = pick(["=", "!=", "LIKE", "ILIKE", "like"], next);
  for (;;) {
    const value = operator.length > 2 ? pattern(next) : pickText(next);
    // What MLflow's quoting has no form for is left to the other generator.
    if (/["\\\t]/.test(value)) continue;
    return `${operator} ${value.includes("'") || next() < 0.5 ? `"${value}"` : `'${value}'`}`;
  }
}

function pattern(next: Next): string {
  const letters = Array.from(pickText(next));
  return letters.map((letter) => next() < 0.2 ? "_" : letter).slice(0, 8).join("") +
    pick(["", "%", "%"], next);
}

/** Any expression of the language, at most `depth` deep. */
export function anyExpression(next: Next, depth: number): Expression {
  const kind = next();
  if (depth === 0 || kind < 0.4) return anyTest(next);
  const operands = Array.from(
    { length: 2 + Math.floor(next() * 2) },
    () => anyExpression(next, depth - 1),
  );
  if (kind < 0.6) return allOf(operands);
  if (kind < 0.8) return anyOf(operands);
  return { kind: "not", operand: anyExpression(next, depth - 1) };
}

const NUMBER_ATTRIBUTES = ["start_time", "end_time", "duration"];
const TEXT_ATTRIBUTES = ["run_id", "run_name", "status", "user_id", "artifact_uri"];

function anyTest(next: Next): Expression {
  const field = anyField(next);
  const isNumber = field.entity === "metric" || NUMBER_ATTRIBUTES.includes(field.key);
  const value = (): Literal => isNumber ? anyNumber(field, next) : anyText(field, next);
  const negated = next() < 0.4;
  const kind = next();
  if (kind < 0.15) return { kind: "null", field, negated };
  if (kind < 0.35) {
    const values = Array.from({ length: 1 + Math.floor(next() * 4) }, value);
    return { kind: "in", field, values, negated };
  }
  if (isNumber && kind < 0.5) {
    const [low, high] = [anyNumber(field, next), anyNumber(field, next)];
    return { kind: "between", field, low, high, negated };
  }
  if (!isNumber && kind < 0.7) {
    return { kind: "match", field, pattern: pattern(next), ignoreCase: next() < 0.5, negated };
  }
  const operators = isNumber ? NUMBER_OPERATORS : ["=", "!="] as const;
  return { kind: "compare", field, operator: pick(operators, next), value: value() };
}

function anyField(next: Next): Field {
  const kind = next();
  if (kind < 0.3) return { entity: "metric", key: pick([...METRIC_KEYS, "constructor"], next) };
  if (kind < 0.5) return { entity: "param", key: pick([...PARAM_KEYS, "__proto__"], next) };
  if (kind < 0.65) return { entity: "tag", key: pick([...TAG_KEYS, "toString"], next) };
  if (kind < 0.75) return { entity: "dataset", key: pick(["name", "digest", "context"], next) };
  return { entity: "attribute", key: pick([...NUMBER_ATTRIBUTES, ...TEXT_ATTRIBUTES], next) };
}

function anyNumber(field: Field, next: Next): number {
  if (field.key === "duration") return pick([0, 0.5, 1.5, 60, 90_000], next);
  return field.entity === "attribute" ? time(next) : seedNumber(next);
}

function anyText(field: Field, next: Next): string {
  switch (field.entity === "attribute" ? field.key : field.entity) {
    case "run_id":
      return `${pick(["run", "server"], next)}${Math.floor(next() * 40)}`;
    case "run_name":
      return pick(["run one", "Run One", "run_two", "it's 50%"], next);
    case "status":
      return pick(["FINISHED", "FAILED", "finished", "RUNNING"], next);
    case "user_id":
      return pick(["alice", "bob", ""], next);
    case "dataset":
      return pick(["spx", "SPX", "it's", "training", "Test", "d00", "d11"], next);
    default:
      return pickText(next);
  }
}
