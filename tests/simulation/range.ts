// Many histories, one after the other, as the script's threads let them happen: each thread has every
// so-many-th seed, so that all have as much to do.

import { Counts } from "./counting.ts";
import { type Plan, planOf } from "./plan.ts";
import { happen } from "./world.ts";

/** Seeds from one to another (not included), in steps. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** What came of a range. */
export interface Outcome {
  readonly counts: readonly (readonly [string, number])[];
  /** Seeds whose history went wrong. */
  readonly wrong: readonly number[];
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
export async function outcomeOf({ from, to, step }: Range): Promise<Outcome> {
  const counts = new Counts();
  const wrong: number[] = [];
  for (let seed = from; seed < to; seed += step) {
    if ((await faultsOf(planOf(seed), counts)).length > 0) wrong.push(seed);
  }
  return { counts: [...counts], wrong };
}
