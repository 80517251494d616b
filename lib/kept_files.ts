// An output must never replace what the command reads: its input, the store, an env file. The files of
// a command are wrapped once, in cli.ts, so that no command has to think of it.

import { resolve } from "node:path";
import { UsageError } from "./errors.ts";
import type { Files, Io } from "./io.ts";

/**
 * A world in which files that were read, or said to be in use, are not written over. With `output`,
 * the file that the answer will go to, reading it is refused as well: before anything is done.
 *
 * @throws {UsageError} from its `files`, naming the output.
 */
export function keepingReadFiles(io: Io, output: string | undefined): Io {
  const used = new Set<string>();
  const target = output === undefined || output === "-" ? null : output;
  let targetNames: Promise<readonly string[]> | undefined;
  const use = async (file: string): Promise<void> => {
    if (file === "-") return;
    used.add(file);
    if (target === null) return;
    targetNames ??= namesOf(io, target);
    if (haveOne(await targetNames, await namesOf(io, file))) throw refusal(target);
  };
  const files: Files = {
    ...io.files,
    inUse: use,
    chunks: async function* (file, size) {
      await use(file);
      yield* io.files.chunks(file, size);
    },
    read: async (file) => {
      await use(file);
      return await io.files.read(file);
    },
    readAt: async (file, position, length) => {
      if (!used.has(file)) await use(file);
      return await io.files.readAt(file, position, length);
    },
    write: async (file, content, mode) => {
      // What files are on the disk is asked here: of a sweep's thousands nothing may be written.
      const names = await namesOf(io, file);
      for (const one of used) if (haveOne(names, await namesOf(io, one))) throw refusal(file);
      await io.files.write(file, content, mode);
    },
  };
  return { ...io, files };
}

function refusal(file: string): UsageError {
  return new UsageError(`Cannot write ${file}: the command itself uses that file; choose another`);
}

function haveOne(names: readonly string[], others: readonly string[]): boolean {
  return names.some((name) => others.includes(name));
}

/** By what a file is known: its path (a store's log counts as the store), and what it is on the disk. */
async function namesOf(io: Io, file: string): Promise<readonly string[]> {
  const path = resolve(io.cwd(), file).replace(/-(wal|shm|journal)$/, "");
  const identity = (await io.files.info(file).catch(() => null))?.identity;
  return identity === undefined ? [path] : [path, identity];
}
