// Tokens to tree, by recursive descent: OR binds least, then AND, then NOT, then a test of one key.
// A place that MLflow's parser would pass over (an AND too many, too few, or at the end) is an error
// here: half a filter that runs shows the wrong runs.

import { FilterSyntaxError } from "../errors.ts";
import { allOf, anyOf, type Expression, type Field, type Operator, type Test } from "./ast.ts";
import { describeField, type FieldType, fieldType, type Scope } from "./fields.ts";
import { literalOf, numberOf, textOf } from "./literals.ts";
import { type KnownNames, resolveField, resolveKnown } from "./resolve.ts";
import { backslashHint, type Token, tokenize } from "./tokens.ts";

/** Deepest nesting of parentheses and NOTs. */
export const MAX_NESTING = 100;
/** Most tests in one filter: SQLite takes expressions up to 1,000 deep. */
export const MAX_TESTS = 500;
/** Most literals in one filter: SQLite takes 32,766 parameters. */
export const MAX_LITERALS = 10_000;

const TEXT_OPERATORS: readonly string[] = ["=", "!="];
const NOTHING = "there is nothing in it";
const AFTER_TEST = "expected AND, OR or the end";

interface State {
  readonly text: string;
  readonly scope: Scope;
  /** Null where names are as the scope has them. */
  readonly known: KnownNames | null;
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
  tests: number;
  literals: number;
}

/** A parsed filter. */
export interface Filter {
  /** As it was written; a part of a filter is printed from its tree. */
  readonly text: string;
  readonly expression: Expression;
  /** What it is about: runs and experiments have different attributes. */
  readonly scope: Scope;
}

/**
 * Reads a filter of runs: MLflow's grammar, and OR, NOT, parentheses, BETWEEN, IN, `duration`, dates.
 * The empty text is a filter that lets everything through.
 *
 * @throws {FilterSyntaxError} with a caret under the place and what to write instead.
 */
export function parseFilter(text: string): Filter {
  return { text, expression: parseExpression(text, "runs", null), scope: "runs" };
}

/** Reads a filter of experiments: tags, and the attributes name, experiment_id, creation_time, last_update_time. */
export function parseExperimentFilter(text: string): Filter {
  const scope = "experiments";
  return { text, expression: parseExpression(text, scope, null), scope };
}

/**
 * Reads a condition on metrics that are known beforehand, which need no `metrics.` before them.
 *
 * @throws {FilterSyntaxError} also for a name that is not among them.
 */
export function parseCondition(text: string, known: KnownNames): Expression {
  if (text !== "") return parseExpression(text, "runs", known);
  throw new FilterSyntaxError(text, 0, 0, NOTHING);
}

function parseExpression(text: string, scope: Scope, known: KnownNames | null): Expression {
  if (text === "") return allOf([]);
  const state: State = {
    text,
    scope,
    known,
    tokens: tokenize(text),
    at: 0,
    depth: 0,
    tests: 0,
    literals: 0,
  };
  if (peek(state).kind === "end") {
    throw new FilterSyntaxError(text, 0, text.length, NOTHING);
  }
  const expression = parseAny(state);
  const rest = peek(state);
  if (rest.kind !== "end") fail(state, rest, afterTest(state, rest));
  return expression;
}

function parseAny(state: State): Expression {
  const operands = [parseAll(state)];
  while (takeWord(state, "OR")) operands.push(parseAll(state));
  return anyOf(operands);
}

function parseAll(state: State): Expression {
  const operands = [parseOne(state)];
  while (takeWord(state, "AND")) operands.push(parseOne(state));
  return allOf(operands);
}

function parseOne(state: State): Expression {
  const token = peek(state);
  if (takeWord(state, "NOT")) {
    return nested(state, token, () => ({ kind: "not", operand: parseOne(state) }));
  }
  if (token.kind !== "(") return parseTest(state);
  next(state);
  return nested(state, token, () => {
    const inner = parseAny(state);
    const close = next(state);
    if (close.kind !== ")") {
      const problem = close.kind === "end" ? "this ( has no )" : `expected AND, OR or )`;
      fail(state, close.kind === "end" ? token : close, problem);
    }
    return inner;
  });
}

function nested<Result>(state: State, token: Token, parse: () => Result): Result {
  if (++state.depth > MAX_NESTING) fail(state, token, `nested more than ${MAX_NESTING} deep`);
  const result = parse();
  state.depth--;
  return result;
}

function parseTest(state: State): Test {
  const start = next(state);
  if (++state.tests > MAX_TESTS) fail(state, start, `more than ${MAX_TESTS} comparisons`);
  const field = state.known === null
    ? resolveField(state.text, start, state.scope, state.at > 1)
    : resolveKnown(state.text, start, state.known, state.at > 1);
  const operator = peek(state);
  if (operator.kind === "operator") {
    next(state);
    return parseComparison(state, field, operator.operator as Operator, operator);
  }
  const negated = takeWord(state, "NOT");
  if (takeWord(state, "LIKE")) return parseMatch(state, field, false, negated, operator);
  if (takeWord(state, "ILIKE")) return parseMatch(state, field, true, negated, operator);
  if (takeWord(state, "IN")) return parseMembership(state, field, negated);
  if (takeWord(state, "BETWEEN")) return parseRange(state, field, negated, operator);
  if (!negated && takeWord(state, "IS")) return parseAbsence(state, field);
  const place = negated ? peek(state) : operator;
  const problem = negated
    ? "expected LIKE, ILIKE, IN or BETWEEN after NOT"
    : `expected a comparison after ${describeField(field)}${spacedKeyHint(field, place)}`;
  return fail(state, place, problem);
}

/** `params.a b = 'x'`: a second word may be meant as part of the key. */
function spacedKeyHint(field: Field, place: Token): string {
  return place.kind === "name" && place.key === null && field.entity !== "attribute"
    ? "; a key with a space goes in back-ticks"
    : "";
}

function parseComparison(state: State, field: Field, operator: Operator, place: Token): Test {
  const type = fieldType(field, state.scope);
  if (type === "text" && !TEXT_OPERATORS.includes(operator)) {
    const problem = `${describeField(field)} is text; compare it by =, !=, LIKE, ILIKE or IN`;
    fail(state, place, problem);
  }
  const value = literal(state, field, type, operator === "=" || operator === "!=");
  return { kind: "compare", field, operator, value };
}

function parseMatch(
  state: State,
  field: Field,
  ignoreCase: boolean,
  negated: boolean,
  place: Token,
): Test {
  if (fieldType(field, state.scope) !== "text") {
    fail(state, place, `${describeField(field)} is not text; compare it by = != > >= < <=`);
  }
  countLiteral(state);
  const pattern = textOf(state.text, next(state), field);
  return { kind: "match", field, pattern, ignoreCase, negated };
}

function parseMembership(state: State, field: Field, negated: boolean): Test {
  const open = next(state);
  if (open.kind !== "(") fail(state, open, "expected a list: IN ('a', 'b')");
  const type = fieldType(field, state.scope);
  const values = [literal(state, field, type, true)];
  for (;;) {
    const token = next(state);
    if (token.kind === ")") break;
    if (token.kind === "end") fail(state, open, "this ( has no )");
    if (token.kind !== ",") fail(state, token, "expected , or ) in the list");
    // MLflow reads the list as a Python tuple, where ('a',) is usual.
    if (peek(state).kind !== ")") values.push(literal(state, field, type, true));
  }
  return { kind: "in", field, values, negated };
}

function parseRange(state: State, field: Field, negated: boolean, place: Token): Test {
  const type = fieldType(field, state.scope);
  if (type === "text") {
    fail(state, place, `${describeField(field)} is text; BETWEEN is for numbers`);
  }
  const low = numberLiteral(state, field, type);
  if (!takeWord(state, "AND")) fail(state, peek(state), "expected AND: BETWEEN 1 AND 2");
  const high = numberLiteral(state, field, type);
  return { kind: "between", field, low, high, negated };
}

function parseAbsence(state: State, field: Field): Test {
  const negated = takeWord(state, "NOT");
  if (!takeWord(state, "NULL")) fail(state, peek(state), "expected NULL or NOT NULL after IS");
  return { kind: "null", field, negated };
}

function literal(state: State, field: Field, type: FieldType, exact: boolean): string | number {
  countLiteral(state);
  return literalOf(state.text, next(state), field, type, exact);
}

function numberLiteral(state: State, field: Field, type: FieldType): number {
  countLiteral(state);
  return numberOf(state.text, next(state), field, type, false);
}

function countLiteral(state: State): void {
  if (++state.literals > MAX_LITERALS) fail(state, peek(state), `more than ${MAX_LITERALS} values`);
}

function afterTest(state: State, token: Token): string {
  const before = state.tokens[state.at - 1];
  if (token.kind === ")") return "this ) has no (";
  if (before?.kind === "text" && before.value.endsWith("\\")) {
    return `${AFTER_TEST}; ${backslashHint(before.quote)}`;
  }
  return AFTER_TEST;
}

function peek(state: State): Token {
  const token = state.tokens[state.at] ?? state.tokens.at(-1);
  if (token === undefined) throw new RangeError("Cannot read a filter without its end token");
  return token;
}

function next(state: State): Token {
  const token = peek(state);
  state.at++;
  return token;
}

function takeWord(state: State, word: string): boolean {
  if (!isWord(peek(state), word)) return false;
  state.at++;
  return true;
}

/** Keywords may be in any letter case, and are names when quoted or dotted. */
export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === "name" && token.key === null && !token.headQuoted &&
    token.head.toUpperCase() === word;
}

function fail(state: State, token: Token, problem: string): never {
  throw new FilterSyntaxError(state.text, token.start, token.end, problem);
}
