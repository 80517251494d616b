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

/** The computed metrics that definitions may use. */
export interface Computed {
  /** Those with a finite value. */
  readonly values: ReadonlyMap<string, number>;
  readonly undefined: readonly { readonly metric: string; readonly reason: string }[];
}

/** Definitions that were read and can be computed, whatever the series. */
export interface Definitions {
  /** The metrics of the catalogue that they use. */
  readonly uses: readonly string[];
  /** The same of each alone, those that it uses by way of others included. */
  readonly usedBy: ReadonlyMap<string, ReadonlySet<string>>;
  /**
   * What they come to, in the order given. One whose value is not finite, or that uses an undefined
   * metric, gives a reason.
   *
   * @throws {UsageError} for arguments that a function cannot take.
   */
  evaluate(computed: Computed): readonly Defined[];
}

/**
 * Reads definitions of metrics, which may use those of the catalogue (`names`), each other in any
 * order, and the constants pi and e.
 *
 * @throws {UsageError} for a syntax error, a name that is not a metric, a name that is taken, a
 * cycle (in a branch that is never taken too), or anything but arithmetic on numbers.
 */
export function readDefinitions(
  definitions: readonly Definition[],
  names: ReadonlySet<string>,
): Definitions {
  const usable = new Set([...names, ...definitions.map(({ name }) => name)]);
  const trees = new Map<string, Arithmetic>();
  for (const { name, expression } of definitions) {
    if (names.has(name)) {
      refuseDefinition(name, `"${name}" is a metric of btflow's own; choose another name`);
    }
    if (trees.has(name)) refuseDefinition(name, "it is defined twice");
    if (isReserved(name)) {
      refuseDefinition(name, `"${name}" is a constant or function`);
    }
    trees.set(name, parseArithmetic(name, expression, usable));
  }
  const ordered = inOrder(trees);
  const usedBy = new Map<string, ReadonlySet<string>>();
  for (const [name, tree] of ordered) {
    usedBy.set(name, new Set([...tree.uses].flatMap((used) => [...usedBy.get(used) ?? [used]])));
  }
  return {
    uses: [...new Set([...usedBy.values()].flatMap((used) => [...used]))],
    usedBy,
    evaluate: (computed) => {
      const found = evaluateAll(ordered, computed);
      return definitions.map(({ name, expression }) => {
        const { value, lack } = found.get(name) ?? { value: NaN, lack: null };
        if (lack === null && Number.isFinite(value)) return { name, value };
        return { name, reason: lack ?? `${expression} is not a finite number` };
      });
    },
  };
}

/** Each after those that it uses. Names in no tree are metrics. */
function inOrder(trees: ReadonlyMap<string, Arithmetic>): ReadonlyMap<string, Arithmetic> {
  const ordered = new Map<string, Arithmetic>();
  const open = new Set<string>();
  const visit = (name: string): void => {
    const tree = trees.get(name);
    if (tree === undefined || ordered.has(name)) return;
    if (open.has(name)) {
      refuseDefinition(name, `it depends on itself (${[...open, name].join(" -> ")})`);
    }
    open.add(name);
    for (const used of tree.uses) visit(used);
    open.delete(name);
    ordered.set(name, tree);
  };
  for (const name of trees.keys()) visit(name);
  return ordered;
}

interface Outcome {
  readonly value: number;
  /** The undefined metric that it needs, in words. */
  readonly lack: string | null;
}

function evaluateAll(
  ordered: ReadonlyMap<string, Arithmetic>,
  computed: Computed,
): ReadonlyMap<string, Outcome> {
  const done = new Map<string, Outcome>();
  for (const [name, tree] of ordered) {
    let lack: string | null = null;
    const value = tree.evaluate((used) => {
      const known = done.get(used)?.value ?? computed.values.get(used) ?? NaN;
      if (Number.isFinite(known)) return known;
      lack ??= lackOf(used, computed);
      return NaN;
    });
    done.set(name, { value, lack });
  }
  return done;
}

function lackOf(name: string, computed: Computed): string {
  const reason = computed.undefined.find(({ metric }) => metric === name)?.reason;
  return reason === undefined ? `${name} is undefined` : `${name} is undefined: ${reason}`;
}
