// Metrics defined by the user as expressions over other metrics, in any order. What an expression may
// hold is arithmetic.ts' matter; here is which names it may use and what the definitions come to.

import { type Arithmetic, isReserved, parseArithmetic, refuseDefinition } from "./arithmetic.ts";

/** A metric made of others: `name=expression`. */
export interface Definition {
  /** A word of letters, digits and underscores; no metric's of the catalogue. */
  readonly name: string;
  /** Arithmetic on metrics, at most 1,000 characters. */
  readonly expression: string;
}

/** What a definition came to: a finite number, or why there is none. */
export type Defined =
  | { readonly name: string; readonly value: number }
  | { readonly name: string; readonly reason: string };

/**
 * Values of user-defined metrics. `known` holds the computed metrics; a definition may use them,
 * other definitions in any order, and the constants pi and e.
 *
 * A definition whose value is not finite, or that uses an undefined metric, gives a reason.
 *
 * @throws {UsageError} for a syntax error, a name that is not a metric (`names` lists all that can
 * be), a name that is taken, a cycle, or anything but arithmetic on numbers.
 */
export function defineMetrics(
  definitions: readonly Definition[],
  known: ReadonlyMap<string, number>,
  names: ReadonlySet<string>,
): readonly Defined[] {
  const trees = new Map<string, Arithmetic>();
  for (const { name, expression } of definitions) {
    if (names.has(name)) {
      refuseDefinition(name, `"${name}" is a metric of btflow's own; choose another name`);
    }
    if (trees.has(name)) refuseDefinition(name, "it is defined twice");
    if (isReserved(name)) {
      refuseDefinition(name, `"${name}" is a constant or function`);
    }
    trees.set(name, parseArithmetic(name, expression));
  }
  const usable = new Set([...names, ...trees.keys()]);
  for (const tree of trees.values()) tree.check(usable);
  const done = new Map<string, number>(known);
  const open = new Set<string>();
  const valueOf = (name: string): number => {
    const tree = trees.get(name);
    const value = done.get(name);
    if (tree === undefined || value !== undefined) return value ?? NaN;
    if (open.has(name)) {
      refuseDefinition(name, `it depends on itself (${[...open, name].join(" -> ")})`);
    }
    open.add(name);
    const result = tree.evaluate(valueOf);
    open.delete(name);
    done.set(name, result);
    return result;
  };
  return definitions.map(({ name, expression }) => {
    const value = valueOf(name);
    return Number.isFinite(value)
      ? { name, value }
      : { name, reason: `${expression} is not a finite number` };
  });
}
