// What a filter means, as a tree: one tagged kind a form, made by the parser alone. Everything that
// reads a tree goes through `visit`, which does not compile until each kind has its case, so a new
// form of comparison cannot be forgotten by the SQL, the evaluator or the push-down.

/** Whose key a comparison looks at. */
export type Entity = "metric" | "param" | "tag" | "attribute" | "dataset";

/** A key of an entity; attributes go by their own name (`run_name`), whichever alias was written. */
export interface Field {
  readonly entity: Entity;
  /** The key without quotes and prefix. */
  readonly key: string;
}

/** How two values are compared; for text only `=` and `!=` are parsed. */
export type Operator = "=" | "!=" | ">" | ">=" | "<" | "<=";

/** A literal: text, or a number (times as ms since the epoch, durations in seconds). */
export type Literal = string | number;

/** `metrics.sharpe_ratio > 1`. False where the key is missing or NaN, `!=` included. */
export interface Comparison {
  readonly kind: "compare";
  readonly field: Field;
  readonly operator: Operator;
  readonly value: Literal;
}

/** `params.strategy LIKE 'momentum%'`; `%` is any text, `_` one character, nothing escapes them. */
export interface Match {
  readonly kind: "match";
  readonly field: Field;
  /** As it was written, wildcards included. */
  readonly pattern: string;
  /** ILIKE: the letters A to Z match a to z, as SQLite has it. */
  readonly ignoreCase: boolean;
  /** NOT LIKE. */
  readonly negated: boolean;
}

/** `run_id IN ('a', 'b')`. */
export interface Membership {
  readonly kind: "in";
  readonly field: Field;
  readonly values: readonly Literal[];
  /** NOT IN. */
  readonly negated: boolean;
}

/** `metrics.cagr BETWEEN 0.1 AND 0.2`, both ends included. */
export interface Range {
  readonly kind: "between";
  readonly field: Field;
  readonly low: number;
  readonly high: number;
  /** NOT BETWEEN. */
  readonly negated: boolean;
}

/** `params.fold IS NULL`: the key is missing, or NaN; negated: it is there. */
export interface Absence {
  readonly kind: "null";
  readonly field: Field;
  /** IS NOT NULL. */
  readonly negated: boolean;
}

/** True when all operands are; an empty filter is one without operands. */
export interface Conjunction {
  readonly kind: "and";
  readonly operands: readonly Expression[];
}

/** True when one of the operands is. */
export interface Disjunction {
  readonly kind: "or";
  /** Of which one must hold; at least one. */
  readonly operands: readonly Expression[];
}

/** True when the operand is not. */
export interface Negation {
  readonly kind: "not";
  readonly operand: Expression;
}

/** A test of one key. */
export type Test = Comparison | Match | Membership | Range | Absence;

/** What a filter means: a test, or tests put together. */
export type Expression = Test | Conjunction | Disjunction | Negation;

/** One case for each kind of expression. */
export type Visitor<Result> = {
  readonly [Kind in Expression["kind"]]: (node: Extract<Expression, { kind: Kind }>) => Result;
};

/** Calls the case that `expression` asks for. */
export function visit<Result>(expression: Expression, visitor: Visitor<Result>): Result {
  const visitKind = visitor[expression.kind] as (node: Expression) => Result;
  return visitKind(expression);
}

/** All of `operands`: a single one is itself, and conjunctions in it are made part of the whole. */
export function allOf(operands: readonly Expression[]): Expression {
  const flat = operands.flatMap((operand) => operand.kind === "and" ? operand.operands : [operand]);
  const [only] = flat;
  return only !== undefined && flat.length === 1 ? only : { kind: "and", operands: flat };
}

/** Any of `operands`, of which there is at least one; flattened as in `allOf`. */
export function anyOf(operands: readonly Expression[]): Expression {
  const flat = operands.flatMap((operand) => operand.kind === "or" ? operand.operands : [operand]);
  const [only] = flat;
  return only !== undefined && flat.length === 1 ? only : { kind: "or", operands: flat };
}

/** The expression as a list of conditions that must all hold. */
export function conjuncts(expression: Expression): readonly Expression[] {
  return expression.kind === "and" ? expression.operands : [expression];
}
