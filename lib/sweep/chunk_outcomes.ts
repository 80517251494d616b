// What a few items of a sweep come to, one after the other: each is read, then found among what was
// logged or computed. Nothing is kept here, so that it does not matter where this runs.

import { readingOf } from "../backtest/mod.ts";
import { readInput } from "../input/mod.ts";
import { asError } from "../logging/deliver.ts";
import type { LogWork } from "../logging/prepare.ts";
import { type ItemRuns, itemRuns, itemWork } from "./item_runs.ts";
import type { Sweep, SweepItem } from "./items.ts";

/** What became of an item before anything is kept: its runs, or why there are none. */
export type ItemOutcome =
  & { readonly item: SweepItem }
  & (ItemRuns | { readonly error: Error });

/** Reads and computes a chunk of items, as `itemChunks` gives them, in their order. */
export async function* chunkOutcomes(
  work: LogWork,
  sweep: Sweep,
  chunk: readonly SweepItem[],
  parent: string | null,
): AsyncGenerator<ItemOutcome> {
  for (const item of chunk) {
    try {
      const own = itemWork(work, sweep, item);
      const file = await readInput(own.context.io, item.returns, readingOf(own.options));
      yield { item, ...await itemRuns(own, item, file, { required: sweep.required, parent }) };
    } catch (error) {
      yield { item, error: asError(error) };
    }
  }
}
