// The items of a sweep as files that were read: each file, or each series of a dataset, those of a chunk
// together.

import { asError, present } from "../errors.ts";
import { type Dataset, readEntries } from "../input/dataset/mod.ts";
import { type InputFile, readInput, type ReadOptions } from "../input/mod.ts";
import type { Io } from "../io.ts";
import { itemChunks, type SweepItem } from "./items.ts";

/** Each item as a file, in their order, or why it cannot be read. */
export async function* itemFiles(
  io: Io,
  datasets: readonly Dataset[],
  items: readonly SweepItem[],
  reading: ReadOptions,
): AsyncGenerator<InputFile | Error> {
  for (const chunk of itemChunks(items, datasets)) {
    const dataset = datasets[chunk[0]?.part?.dataset ?? -1];
    if (dataset === undefined) {
      for (const { returns } of chunk) yield await readInput(io, returns, reading).catch(asError);
      continue;
    }
    let left = chunk.length;
    try {
      const which = chunk.map(({ part }) => present(part, "the part of a dataset").entry);
      for await (const file of readEntries(io, dataset, which, reading)) {
        left--;
        yield file;
      }
    } catch (error) {
      // What is wrong with the files is wrong with all that is left in them.
      while (left-- > 0) yield asError(error);
    }
  }
}
