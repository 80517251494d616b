// Which keys a filter looks at.

import { type Expression, type Field, visit } from "./ast.ts";

/** The fields of all tests in an expression, in their order. */
export function fieldsOf(expression: Expression): readonly Field[] {
  const one = ({ field }: { readonly field: Field }): readonly Field[] => [field];
  const all = ({ operands }: { readonly operands: readonly Expression[] }): readonly Field[] =>
    operands.flatMap(fieldsOf);
  return visit<readonly Field[]>(expression, {
    compare: one,
    match: one,
    in: one,
    between: one,
    null: one,
    and: all,
    or: all,
    not: ({ operand }) => fieldsOf(operand),
  });
}
