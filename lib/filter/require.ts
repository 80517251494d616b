// What is required of the metrics of one answer: conditions in the filter language, and which of them
// are not met. Three-valued, where filters are two-valued: what is undefined makes no comparison true,
// below a NOT neither, because a check that passes for want of a number is worse than one that fails.

import { FilterSyntaxError } from "../errors.ts";
import { conjuncts, type Expression, type Test, visit } from "./ast.ts";
import { holds, type Look, one } from "./evaluate.ts";
import { printKey } from "./fields.ts";
import { parseCondition } from "./parse.ts";
import { printExpression } from "./print.ts";

/** One condition that must hold. */
export interface Requirement {
  /** As it is shown. */
  readonly text: string;
  readonly expression: Expression;
  /** The metrics that it is about. */
  readonly metrics: readonly string[];
}

/**
 * Reads conditions on the metrics of an answer, `names`, which need no `metrics.` before them: what AND
 * joins are several. `elsewhere` says of metrics that are not there what to do to have them.
 *
 * @throws {FilterSyntaxError} for what is no condition, and for other names, with the nearest.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const required = readRequirements(["cagr > 0.1 AND sortino_ratio > 1"], ["cagr", "sortino_ratio"]);
 * const reasons = new Map([["sortino_ratio", "no losses"]]);
 * assertEquals(unmet(required, new Map([["cagr", 0.05]]), reasons), [
 *   "cagr > 0.1 (it is 0.05)",
 *   "sortino_ratio > 1 (it is undefined: no losses)",
 * ]);
 * ```
 */
export function readRequirements(
  texts: readonly string[],
  names: Iterable<string>,
  elsewhere: ReadonlyMap<string, string> = new Map(),
): readonly Requirement[] {
  const known = { names: new Set(names), elsewhere };
  const found = new Map<string, Requirement>();
  for (const expression of texts.flatMap((text) => conjuncts(readCondition(text, known)))) {
    const text = printExpression(expression, ({ key }) => printKey(key));
    found.set(text, { text, expression, metrics: [...new Set(metricsIn(expression))] });
  }
  return [...found.values()];
}

function readCondition(text: string, known: Parameters<typeof parseCondition>[1]): Expression {
  try {
    return parseCondition(text, known);
  } catch (error) {
    if (!(error instanceof FilterSyntaxError)) throw error;
    throw new FilterSyntaxError(text, error.start, error.end, error.problem, "--require");
  }
}

function metricsIn(expression: Expression): readonly string[] {
  const ofTest = ({ field }: Test): readonly string[] => [field.key];
  return visit<readonly string[]>(expression, {
    and: ({ operands }) => operands.flatMap(metricsIn),
    or: ({ operands }) => operands.flatMap(metricsIn),
    not: ({ operand }) => metricsIn(operand),
    compare: ofTest,
    match: ofTest,
    in: ofTest,
    between: ofTest,
    null: ofTest,
  });
}

/**
 * The conditions that these metrics do not meet, each with the values it is about; one without a finite
 * value is undefined, for its reason where there is one.
 */
export function unmet(
  required: readonly Requirement[],
  values: ReadonlyMap<string, number>,
  reasons: ReadonlyMap<string, string> = new Map(),
): readonly string[] {
  const valueOf = (metric: string): number | undefined => {
    const value = values.get(metric);
    return Number.isFinite(value) ? value : undefined;
  };
  const said = (metric: string): string => {
    const value = valueOf(metric);
    if (value !== undefined) return String(value);
    const reason = reasons.get(metric);
    return reason === undefined ? "undefined" : `undefined: ${reason}`;
  };
  return required.filter(({ expression }) => truth(expression, valueOf) !== true)
    .map(({ text, metrics }) => {
      const facts = metrics.length === 1
        ? metrics.map((metric) => `it is ${said(metric)}`)
        : metrics.map((metric) => `${metric} is ${said(metric)}`);
      return `${text} (${facts.join(", ")})`;
    });
}

/** Null where it depends on what is undefined. */
function truth(
  expression: Expression,
  valueOf: (metric: string) => number | undefined,
): boolean | null {
  const look: Look = ({ key }) => one(valueOf(key));
  const ofTest = (test: Test): boolean | null =>
    test.kind !== "null" && valueOf(test.field.key) === undefined ? null : holds(test, look);
  return visit<boolean | null>(expression, {
    and: ({ operands }) => {
      const all = operands.map((operand) => truth(operand, valueOf));
      return all.includes(false) ? false : all.includes(null) ? null : true;
    },
    or: ({ operands }) => {
      const all = operands.map((operand) => truth(operand, valueOf));
      return all.includes(true) ? true : all.includes(null) ? null : false;
    },
    not: ({ operand }) => {
      const inner = truth(operand, valueOf);
      return inner === null ? null : !inner;
    },
    compare: ofTest,
    match: ofTest,
    in: ofTest,
    between: ofTest,
    null: ofTest,
  });
}
