// Which runs of a sweep are wanted, by name: given by hand, or listed in a file, as `runs search` writes
// one.

import { readNames } from "../input/dataset/mod.ts";
import type { Io } from "../io.ts";
import { missingItems } from "./dataset_items.ts";
import { nameOf, type SweepItem } from "./items.ts";

/**
 * The items of these names, in their own order, and one that fails for each name that is not there. A word
 * that is a file's name stands for the names in it: one a line, or a CSV or Parquet column `run_name`.
 *
 * @throws {InputError} where such a file cannot be read.
 */
export async function onlyNamed(
  io: Io,
  items: readonly SweepItem[],
  words: readonly string[],
): Promise<readonly SweepItem[]> {
  const wanted = new Set<string>();
  for (const word of words) {
    const info = words.length === 1 ? await io.files.info(word).catch(() => null) : null;
    const names = info === null || info.isDirectory ? [word] : await readNames(io, word);
    for (const name of names) wanted.add(name);
  }
  const names = new Set(items.map(nameOf));
  const missing = [...wanted].filter((name) => !names.has(name));
  return [...items.filter((item) => wanted.has(nameOf(item))), ...missingItems(missing, names)];
}
