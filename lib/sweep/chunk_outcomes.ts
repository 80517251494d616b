// What a few items of a sweep come to, one after the other: each is read, then found among what was
// logged or computed. Nothing is kept here, so that it does not matter in which thread this runs.

import { readingOf } from "../backtest/mod.ts";
import { asError, present, type Warning } from "../errors.ts";
import { itemFiles } from "./item_files.ts";
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
  readonly sweep: Pick<Sweep, "name" | "required" | "datasets">;
  /** Key of the parent run. */
  readonly parent: string | null;
}

/** Reads and computes some items, in their order; those of a chunk of `itemChunks` are read together. */
export async function* chunkOutcomes(
  work: SweepWork,
  { sweep, parent }: InCommon,
  items: readonly SweepItem[],
): AsyncGenerator<ItemOutcome> {
  let at = 0;
  const reading = readingOf(work.options);
  for await (const file of itemFiles(work.context.io, sweep.datasets, items, reading)) {
    const item = present(items[at++], "the item of a file");
    const warnings: Warning[] = [];
    const notes: string[] = [];
    const context = {
      ...work.context,
      warn: (warning: Warning) => void warnings.push(warning),
      note: (message: string) => void notes.push(message),
    };
    try {
      if (file instanceof Error) throw file;
      const own = itemWork({ ...work, context }, sweep, item);
      const runs = await itemRuns(own, item, file, { required: sweep.required, parent });
      yield { ...runs, warnings, notes };
    } catch (error) {
      yield { error: asError(error), warnings, notes };
    }
  }
}
