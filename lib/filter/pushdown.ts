// Which part of a filter or an order a server can run. It gets the conditions that every MLflow
// since 2.22 reads as we do; the rest is evaluated on the pages that come back, and so is what a
// server answers too generously (NaN counts as 0 on 2.x, and passes `!=` on 3.x). Never too
// strictly: a run that a server leaves out is not seen again.

import {
  allOf,
  anyOf,
  conjuncts,
  type Expression,
  type Field,
  type Literal,
  type Test,
  visit,
} from "./ast.ts";
import { ENTITY_WORDS, fieldType, isServerField, type Scope } from "./fields.ts";
import { distinct, type OrderBy } from "./order.ts";
import type { Filter } from "./parse.ts";
import { isPortable } from "./portable.ts";
import { printExpression, printLiteral } from "./print.ts";
import { isPlainText } from "./tokens.ts";

/** A filter cut in two, which together hold for the runs that the whole holds for. */
export interface Pushdown {
  /** What to send as MLflow's filter string; null when nothing can be sent. */
  readonly server: string | null;
  /** What to evaluate on each run that comes back; null when the server's answer is exact. */
  readonly rest: Filter | null;
  /** What holds for each run of a server that keeps to what it is sent; null when nothing is sent. */
  readonly kept: Filter | null;
}

/** What is known of a server. */
export interface ServerAbility {
  /** Its version, as `/version` tells; unknown is taken for old. */
  readonly version?: string | null;
}

/** One condition as a server is sent it. */
interface Sent {
  readonly text: string;
  /** False when it may let more through than it should. */
  readonly exact: boolean;
  /** How many values its list has. */
  readonly listed: number;
}

// A condition on a key is a join; SQLite joins at most 64 tables, MySQL 61.
const MAX_SENT_TESTS = 40;
// sqlparse refuses statements of more than 10,000 tokens; a value in a list is up to three.
const MAX_LISTED = 2_000;

/** ASCII without capitals (2.x drops such values from lists), backslashes and single quotes. */
const LIST_VALUE = /^[ -&(-@[\]-~]*[a-z][ -&(-@[\]-~]*$/;

/** Names that MLflow lets a metric, param or tag have; another key is on no server. */
const SERVER_KEY = /^[\p{L}\p{N}_./: -]+$/u;

/**
 * Cuts a filter for a server. What MLflow can run whole is sent as written. Conditions on metrics
 * and ILIKE are in `rest` even when they are sent: there a server may let too many runs through
 * (NaN metrics, letters beyond ASCII), never too few.
 */
export function pushdown(filter: Filter, server: ServerAbility = {}): Pushdown {
  const { text, expression, scope } = filter;
  const modern = isModern(server.version ?? "");
  const parts = conjuncts(expression).map((part) => ({ part, sent: sentAs(part, scope, modern) }));
  const sent: Sent[] = [];
  const rest: Expression[] = [];
  const kept: Expression[] = [];
  let listed = 0;
  for (const { part, sent: candidate } of parts) {
    const goes = candidate !== null && sent.length < MAX_SENT_TESTS &&
      listed + candidate.listed <= MAX_LISTED;
    if (goes) {
      sent.push(candidate);
      kept.push(generously(part));
      listed += candidate.listed;
    }
    if (!goes || !candidate.exact) rest.push(part);
  }
  const generated = sent.map((part) => part.text).join(" AND ");
  const whole = sent.length === parts.length && isPortable(text, generated, scope);
  const condition = whole ? text : generated;
  return {
    server: condition === "" ? null : condition,
    rest: rest.length > 0 ? asFilter(allOf(rest), scope) : null,
    kept: kept.length > 0 ? asFilter(allOf(kept), scope) : null,
  };
}

/** A condition as the most generous of MLflow's versions has it: a metric that is NaN passes. */
function generously(part: Expression): Expression {
  if (part.kind !== "compare" && part.kind !== "between") return part;
  if (part.field.entity !== "metric") return part;
  return anyOf([part, { kind: "null", field: part.field, negated: false }]);
}

function asFilter(expression: Expression, scope: Scope): Filter {
  return { text: printExpression(expression), expression, scope };
}

function sentAs(expression: Expression, scope: Scope, modern: boolean): Sent | null {
  const never = (): null => null;
  return visit<Sent | null>(expression, {
    and: never,
    or: never,
    // Not even by turning the operator round: `!=` leaves out the runs without the key.
    not: never,
    compare: (node) => {
      if (!isSendable(node.field, [node.value], scope, modern)) return null;
      if (fieldType(node.field, scope) === "time" && !Number.isSafeInteger(node.value)) return null;
      return sent(node, node.operator, printLiteral(node.value));
    },
    match: (node) => {
      if (node.negated || !isSendable(node.field, [node.pattern], scope, modern)) return null;
      // A backslash escapes in PostgreSQL and MySQL; a bracket opens a set in SQL Server.
      if (/[\\[]/.test(node.pattern)) return null;
      // 2.x on files makes a regular expression of the pattern, without escaping it.
      if (!modern && /[()\]{}*+?^$|]/.test(node.pattern)) return null;
      const word = node.ignoreCase ? "ILIKE" : "LIKE";
      return sent(node, word, printLiteral(node.pattern), node.ignoreCase);
    },
    in: (node) => {
      const [only] = node.values;
      if (!isSendable(node.field, node.values, scope, modern)) return null;
      if (node.values.length === 1 && only !== undefined && !node.negated) {
        return sentAs(
          { kind: "compare", field: node.field, operator: "=", value: only },
          scope,
          modern,
        );
      }
      if (!takesList(node.field, node.values)) return null;
      const list = node.values.map((value) => `'${value}'`).join(", ");
      return sent(node, node.negated ? "NOT IN" : "IN", `(${list})`);
    },
    between: (node) => {
      if (node.negated) return null;
      const { field, low, high } = node;
      const from = sentAs({ kind: "compare", field, operator: ">=", value: low }, scope, modern);
      const to = sentAs({ kind: "compare", field, operator: "<=", value: high }, scope, modern);
      if (from === null || to === null) return null;
      return { text: `${from.text} AND ${to.text}`, exact: from.exact && to.exact, listed: 0 };
    },
    null: (node) => {
      const { entity } = node.field;
      if (!modern || (entity !== "param" && entity !== "tag")) return null;
      if (!isSendable(node.field, [], scope, modern)) return null;
      return sent(node, node.negated ? "IS NOT NULL" : "IS NULL", "");
    },
  });
}

function sent(node: Test, operator: string, value: string, generous = false): Sent {
  const text = `${serverField(node.field)} ${operator} ${value}`.trimEnd();
  const listed = node.kind === "in" ? node.values.length : 0;
  return { text, exact: node.field.entity !== "metric" && !generous, listed };
}

/** A field as every server reads it; keys in back-ticks. */
function serverField({ entity, key }: Field): string {
  return entity === "attribute" ? key : `${ENTITY_WORDS[entity][0]}.\`${key}\``;
}

function isSendable(
  field: Field,
  values: readonly Literal[],
  scope: Scope,
  modern: boolean,
): boolean {
  if (!isServerField(field, scope)) return false;
  // 2.x joins datasets to the wrong table as soon as another key is filtered or sorted by.
  if (field.entity === "dataset" && !modern) return false;
  if (field.entity !== "attribute" && !SERVER_KEY.test(field.key)) return false;
  return values.every((value) => typeof value === "number" || isSendableText(value));
}

/** MLflow's quotes have no escape, and its lexer takes a backslash before one for an escape. */
function isSendableText(value: string): boolean {
  return isPlainText(value) && !(value.includes("'") && value.includes('"')) &&
    !/\\(?:['"]|$)/.test(value);
}

/** Lists are for ids and datasets; MLflow reads them as Python, 2.x only those in single quotes. */
function takesList(field: Field, values: readonly Literal[]): boolean {
  const listed = field.entity === "dataset" ||
    (field.entity === "attribute" && field.key === "run_id");
  return listed && values.every((value) => typeof value === "string" && LIST_VALUE.test(value));
}

/** The first version that has been checked to do more than 2.22: IS NULL, and datasets with other keys. */
function isModern(version: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 17);
}

/** The order as MLflow's `order_by`; null when it must be made here, by `compareRuns` on all runs. */
export function pushdownOrder(orderBy: readonly OrderBy[]): readonly string[] | null {
  return serverOrder(orderBy, "runs");
}

/** The same for experiments, whose tags no server sorts by. */
export function pushdownExperimentOrder(orderBy: readonly OrderBy[]): readonly string[] | null {
  return serverOrder(orderBy, "experiments");
}

function serverOrder(orderBy: readonly OrderBy[], scope: Scope): readonly string[] | null {
  const clauses = distinct(orderBy).map((clause): string | null => {
    const field: Field = clause;
    const sortable = scope === "runs" || field.entity === "attribute";
    const known = field.entity === "attribute"
      ? isServerField(field, scope) || field.key === "experiment_id"
      : SERVER_KEY.test(field.key);
    if (!sortable || !known) return null;
    return `${serverField(field)} ${clause.descending ? "DESC" : "ASC"}`;
  });
  return clauses.includes(null) ? null : clauses.filter((clause) => clause !== null);
}
