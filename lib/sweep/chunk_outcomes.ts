// What a few items of a sweep come to, one after the other: each is read, then found among what was
// logged or computed. Nothing is kept here, so that it does not matter in which thread this runs.

import { readingOf } from "../backtest/mod.ts";
import { asError, type Warning } from "../errors.ts";
import { readInput } from "../input/mod.ts";
import { type ItemRuns, itemRuns, itemWork, type SweepWork } from "./item_runs.ts";
import type { Sweep, SweepItem } from "./items.ts";

/** What became of an item before anything is kept: its runs, or why there are none. */
export type ItemOutcome = (ItemRuns | { readonly error: Error }) & {
  /** What the user should know, whatever became of it. */
  readonly warnings: readonly Warning[];
  readonly notes: readonly string[];
};

/** What the items of a sweep have in common. */
export interface InCommon {
  readonly sweep: Pick<Sweep, "name" | "required">;
  /** Key of the parent run. */
  readonly parent: string | null;
}

/** Reads and computes a chunk of items, as `itemChunks` gives them, in their order. */
export async function* chunkOutcomes(
  work: SweepWork,
  { sweep, parent }: InCommon,
  chunk: readonly SweepItem[],
): AsyncGenerator<ItemOutcome> {
  for (const item of chunk) {
    const warnings: Warning[] = [];
    const notes: string[] = [];
    const context = {
      ...work.context,
      warn: (warning: Warning) => void warnings.push(warning),
      note: (message: string) => void notes.push(message),
    };
    try {
      const own = itemWork({ ...work, context }, sweep, item);
      const file = await readInput(own.context.io, item.returns, readingOf(own.options));
      const runs = await itemRuns(own, item, file, { required: sweep.required, parent });
      yield { ...runs, warnings, notes };
    } catch (error) {
      yield { error: asError(error), warnings, notes };
    }
  }
}
