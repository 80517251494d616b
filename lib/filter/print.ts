// A tree as text that parses to the same tree: what is left of a filter after push-down, and the
// parts of it that a server is sent.

import { type Expression, type Field, type Literal, visit } from "./ast.ts";
import { describeField } from "./fields.ts";

/**
 * The filter language's text of an expression, its keys as `describe` writes them; the empty conjunction
 * is the empty text.
 */
export function printExpression(
  expression: Expression,
  describe: (field: Field) => string = describeField,
): string {
  const printOperand = (operand: Expression): string => {
    const text = printExpression(operand, describe);
    return operand.kind === "and" || operand.kind === "or" ? `(${text})` : text;
  };
  return visit(expression, {
    compare: (node) => `${describe(node.field)} ${node.operator} ${printLiteral(node.value)}`,
    match: (node) => {
      const word = `${node.negated ? "NOT " : ""}${node.ignoreCase ? "ILIKE" : "LIKE"}`;
      return `${describe(node.field)} ${word} ${printLiteral(node.pattern)}`;
    },
    in: (node) => {
      const list = node.values.map(printLiteral).join(", ");
      return `${describe(node.field)} ${node.negated ? "NOT " : ""}IN (${list})`;
    },
    between: (node) => {
      const range = `${printLiteral(node.low)} AND ${printLiteral(node.high)}`;
      return `${describe(node.field)} ${node.negated ? "NOT " : ""}BETWEEN ${range}`;
    },
    null: (node) => `${describe(node.field)} IS ${node.negated ? "NOT " : ""}NULL`,
    and: (node) => node.operands.map(printOperand).join(" AND "),
    or: (node) => node.operands.map(printOperand).join(" OR "),
    not: (node) => `NOT ${printOperand(node.operand)}`,
  });
}

/** A literal as MLflow reads it: text in double quotes unless it has some, numbers without plus. */
export function printLiteral(value: Literal): string {
  if (typeof value === "string") {
    return value.includes('"') && !value.includes("'")
      ? `'${value}'`
      : `"${value.replaceAll('"', '""')}"`;
  }
  if (!Number.isFinite(value)) return value < 0 ? "-1e400" : "1e400";
  return String(value).replace("e+", "e");
}
