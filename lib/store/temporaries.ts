// Files beside the store that an export or import works on. Each is named after a lease that is held
// until the file is removed: so what a killed one left is told from what a living one is using, in
// containers too, where all processes have the same id.

import type { Io } from "../io.ts";
import { isHeldNow, leaseFile, takeLease } from "./lease.ts";
import { folderOf } from "./location.ts";

/** Does work on a file of its own beside the store, which is then removed; the work makes it. */
export async function withTemporary<T>(
  io: Io,
  storePath: string,
  purpose: "export" | "import",
  work: (file: string) => Promise<T>,
): Promise<T> {
  const lease = await takeLease(io, storePath);
  const file = `${storePath}.${purpose}-${lease.owner}`;
  try {
    return await work(file);
  } finally {
    for (const suffix of ["-wal", "-shm", "-journal", ""]) await io.files.remove(file + suffix);
    await lease.release();
  }
}

const NAME = /^\.(?:export|import)-([0-9]+-[0-9a-f]+)(?:-wal|-shm|-journal)?$/;

/** Removes what killed exports and imports left. */
export async function removeDeadTemporaries(io: Io, storePath: string): Promise<void> {
  const folder = folderOf(storePath);
  const base = storePath.slice(folder === "." ? 0 : folder.length).replace(/^[/\\]/, "");
  // A folder that can be entered but not listed does not keep its store from being used.
  const names = await io.files.list(folder).catch(() => []);
  for (const name of names) {
    const owner = name.startsWith(base) ? NAME.exec(name.slice(base.length))?.[1] : undefined;
    if (owner === undefined || await isHeldNow(io, leaseFile(storePath, owner))) continue;
    // Another that tidies may have been first; one that only reads the folder leaves it.
    await io.files.remove(storePath + name.slice(base.length)).catch(() => {});
  }
}
