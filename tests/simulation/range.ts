// Many histories, one after the other, as each thread lets them happen.

import { Counts } from "./counting.ts";
import { type Plan, planOf } from "./plan.ts";
import { happen } from "./history.ts";

/** Seeds from one to another, which is not among them. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What came of a range. */
export interface Outcome {
  readonly range: Range;
  readonly counts: readonly (readonly [string, number])[];
  /** The seeds whose history went wrong, and what is wrong. */
  readonly wrong: readonly { readonly seed: number; readonly faults: readonly string[] }[];
}

/** What is wrong with a plan's history; an error that ends it is wrong too. */
export async function faultsOf(
  plan: Plan,
  counts: Counts = new Counts(),
): Promise<readonly string[]> {
  try {
    const history = await happen(plan);
    counts.addAll(history.counts);
    return history.violations;
  } catch (error) {
    return [`it broke off: ${error instanceof Error ? error.stack : String(error)}`];
  }
}

/** Lets the histories of a range happen. */
export async function outcomeOf(range: Range): Promise<Outcome> {
  const counts = new Counts();
  const wrong: { seed: number; faults: readonly string[] }[] = [];
  for (let seed = range.from; seed < range.to; seed++) {
    const faults = await faultsOf(planOf(seed), counts);
    if (faults.length > 0) wrong.push({ seed, faults });
  }
  return { range, counts: [...counts], wrong };
}
