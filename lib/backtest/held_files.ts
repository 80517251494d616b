// Files that are read more than once, read from the disk only once: an item of a sweep that is resumed is
// looked for first and computed only when it is new, every item may have the same benchmark, and a
// metric's page reads returns by two rules of missing values.

import type { Io } from "../io.ts";

/** A larger file is read again instead. */
const MAX_HELD_BYTES = 64 * 1024 ** 2;

/** The same world, in which the files that all backtests share are read once. */
export function sharingFiles(
  io: Io,
  { benchmark }: { readonly benchmark?: string | undefined },
): Io {
  return holding(io, benchmark === undefined ? [] : [benchmark]);
}

/** The same world, in which these files give again what they gave when they were first read whole. */
export function holding(io: Io, files: readonly string[]): Io {
  if (files.length === 0) return io;
  const held = new Map<string, readonly Uint8Array[]>();
  async function* chunks(file: string, size?: number): AsyncGenerator<Uint8Array> {
    const again = held.get(file);
    if (again !== undefined) return yield* again;
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of io.files.chunks(file, size)) {
      bytes += chunk.length;
      if (bytes > MAX_HELD_BYTES) parts.length = 0;
      else parts.push(new Uint8Array(chunk));
      yield chunk;
    }
    if (bytes <= MAX_HELD_BYTES) held.set(file, parts);
  }
  return {
    ...io,
    files: {
      ...io.files,
      chunks: (file, size) => (files.includes(file) ? chunks : io.files.chunks)(file, size),
    },
  };
}
