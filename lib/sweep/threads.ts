// How many threads read and compute: those that are asked for, else as many as pay.

import { type FlagsOf, number } from "../command/flags.ts";
import type { Io } from "../io.ts";
import type { Sweep } from "./items.ts";

/** The flag itself, to be spread into a command's. */
export const THREAD_FLAGS: FlagsOf<{ readonly threads: number | undefined }> = {
  threads: number({
    summary: "Threads that read and compute",
    min: 1,
    max: 256,
    whole: true,
    fallback: "the cores this process may use",
  }),
};

/**
 * What a thread could have done while it compiled what it runs (measured, two cores). All threads do so
 * at once, and two save half of the work, eight seven eighths of it: it pays from `n/(n − 1)` of this on.
 */
const COMPILED_ITEMS = 1250;
const COMPILED_BYTES = 128 * 1024 ** 2;

/** Only the program itself has the standard input. */
const STDIN: ReadonlySet<string | undefined> = new Set(["-", "/dev/stdin"]);

/** Threads for these items; 1 where this one does all. `shared`: files that are read for every item. */
export async function threadsFor(
  io: Io,
  { items, datasets }: Pick<Sweep, "items" | "datasets">,
  asked: number | undefined,
  shared: readonly (string | undefined)[],
): Promise<number> {
  const isPiped =
    items.some(({ returns, benchmark }) => STDIN.has(returns) || STDIN.has(benchmark)) ||
    await isAnyPiped(io, shared);
  const threads = Math.min(asked ?? io.cores, items.length);
  // Text is held whole, and each thread would read all of it.
  const isText = datasets.some(({ source }) => source.kind === "csv");
  if (isPiped || isText || threads < 2) return 1;
  return asked !== undefined || await isWorthIt(io, { items, datasets }, threads) ? threads : 1;
}

/** A pipe gives its content once, and each thread would ask for it. */
async function isAnyPiped(
  { files }: Io,
  shared: readonly (string | undefined)[],
): Promise<boolean> {
  for (const file of shared) {
    if (file === undefined) continue;
    if (STDIN.has(file)) return true;
    if ((await files.info(file).catch(() => null))?.isFile === false) return true;
  }
  return false;
}

async function isWorthIt(
  { files }: Io,
  { items, datasets }: Pick<Sweep, "items" | "datasets">,
  threads: number,
): Promise<boolean> {
  const saved = 1 - 1 / threads;
  if (items.length * saved >= COMPILED_ITEMS) return true;
  let bytes = 0;
  for (const { source } of datasets) {
    if (source.kind !== "csv") { for (const { size } of source.parts) bytes += size; }
  }
  for (const { returns, part } of items) {
    // What cannot be asked cannot be read: that is said where it is read.
    bytes += part === undefined ? (await files.info(returns).catch(() => null))?.size ?? 0 : 0;
    if (bytes * saved >= COMPILED_BYTES) return true;
  }
  return false;
}
