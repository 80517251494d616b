// The folder of a site. It holds a list of the files that were written into it, and nothing else is
// ever written over or removed. A file is on the list before it is written: whatever ends the work, the
// next time knows what is its own, and finishes. One is at work at a time: two would remove each
// other's pages.

import { Buffer } from "node:buffer";
import { dirname, join, resolve } from "node:path";
import { StorageError, UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { storageError } from "../output/mod.ts";
import { type Lease, takeOnlyLease } from "../store/lease.ts";
import { isOfSite } from "./addresses.ts";

/** What became of the pages. */
export interface PageCounts {
  readonly written: number;
  /** Those that are as they were, byte for byte. */
  readonly unchanged: number;
  readonly removed: number;
}

/** A folder of pages that are being made. Paths are relative to it, with `/` between names. */
export interface SiteFolder {
  /**
   * Says that these files will be written.
   *
   * @throws {UsageError} where one is there that no site has written.
   * @throws {StorageError} where another is making a site in the folder.
   */
  claim(paths: readonly string[]): Promise<void>;
  /** Writes a file that was claimed, whole or not at all; one that is there already is left alone. */
  write(path: string, text: string): Promise<void>;
  /** Removes what earlier sites have written and this one has not. */
  finish(): Promise<PageCounts>;
  /** Lets others make a site in the folder. */
  close(): Promise<void>;
}

/** The list's name, and the version of its form. */
const LIST = "btflow-site.json";
const VERSION = 1;
/** What the names of locked files begin with. */
const LOCK = ".btflow-site";

/** Foreign names that a refusal lists. */
const NAMED = 3;

/**
 * Opens a folder for a site; it is made with the first file.
 *
 * @throws {UsageError} where it holds anything that no site has written.
 * @throws {StorageError} where it cannot be read.
 */
export async function openSite(io: Io, folder: string): Promise<SiteFolder> {
  const { files } = io;
  let known = await knownFiles(files, folder);
  let begun = false;
  let lease: Lease | null = null;
  const written = new Set<string>();
  const folders = new Set<string>();
  const counts = { written: 0, unchanged: 0, removed: 0 };
  const at = (path: string): string => join(folder, path);
  const count = (path: string, what: keyof PageCounts): void => {
    if (path.endsWith(".html")) counts[what]++;
  };
  const put = async (path: string, content: Uint8Array): Promise<boolean> => {
    const file = at(path);
    return await onDisk(file, async () => {
      if (await isSame(files, file, content)) return false;
      const above = dirname(file);
      if (!folders.has(above)) await files.makeFolder(above);
      folders.add(above);
      await files.write(file, content);
      return true;
    });
  };
  const list = async (paths: Iterable<string>): Promise<void> => {
    const text = JSON.stringify({ btflow_site: VERSION, files: [...paths].sort() }, null, 1);
    await put(LIST, new TextEncoder().encode(`${text}\n`));
  };
  const begin = async (): Promise<void> => {
    if (begun) return;
    await onDisk(folder, () => files.makeFolder(folder));
    lease = await leaseOf(io, folder);
    begun = true;
    // Another may have ended just now.
    known = await knownFiles(files, folder);
  };
  return {
    async claim(paths) {
      await begin();
      const added = paths.filter((path) => !known.has(path));
      for (const path of added) {
        if (await onDisk(at(path), () => files.info(at(path))) === null) continue;
        throw new UsageError(
          `Cannot write ${at(path)}: it is there, and no page that btflow site wrote; move it away`,
        );
      }
      for (const path of added) known.add(path);
      if (added.length > 0) await list(known);
    },
    async write(path, text) {
      if (!known.has(path)) throw new Error(`${path} was not claimed`);
      count(path, await put(path, new TextEncoder().encode(text)) ? "written" : "unchanged");
      written.add(path);
    },
    async finish() {
      for (const path of known) {
        if (written.has(path)) continue;
        const file = at(path);
        if (await onDisk(file, () => files.info(file)) === null) continue;
        await onDisk(file, () => files.remove(file));
        count(path, "removed");
      }
      await list(written);
      return counts;
    },
    async close() {
      // What stays in the folder is removed the next time.
      await lease?.release().catch(() => {});
      lease = null;
    },
  };
}

/** Null where the file system has no locks: then nobody can tell. */
async function leaseOf(io: Io, folder: string): Promise<Lease | null> {
  let lease: Lease | null;
  try {
    lease = await takeOnlyLease(io, resolve(io.cwd(), folder, LOCK));
  } catch (error) {
    if (error instanceof StorageError) return null;
    throw error;
  }
  if (lease !== null) return lease;
  throw new StorageError(
    folder,
    "another btflow site is at work in it: wait until it has ended, or stop it",
  );
}

/** What sites have written into a folder. */
async function knownFiles(files: Io["files"], folder: string): Promise<Set<string>> {
  const info = await onDisk(folder, () => files.info(folder));
  if (info === null) return new Set();
  if (!info.isDirectory) throw new StorageError(folder, "it is a file, not a folder");
  const file = join(folder, LIST);
  const list = await onDisk(file, () => files.info(file));
  if (list === null) {
    const names = await onDisk(folder, () => files.list(folder));
    // What begins with a dot is of the folder's keeper (.git), or of a writer that was killed.
    const foreign = names.filter((name) => !name.startsWith(".")).sort();
    if (foreign.length === 0) return new Set();
    const named = foreign.slice(0, NAMED).join(", ") + (foreign.length > NAMED ? ", …" : "");
    throw new UsageError(
      `Cannot make a site in ${folder}: it holds other things (${named}); name a new or an empty ` +
        "folder, or one that btflow site has made",
    );
  }
  return readList(file, await onDisk(file, () => files.head(file, list.size)));
}

/** @throws {UsageError} where it is no list: what it names would be removed. */
function readList(file: string, content: Uint8Array): Set<string> {
  const refuse = (problem: string): UsageError =>
    new UsageError(`Cannot use ${file}: ${problem}; name a new folder, or empty this one`);
  let list: unknown;
  try {
    list = JSON.parse(new TextDecoder().decode(content));
  } catch {
    throw refuse("it is not JSON");
  }
  const { btflow_site: version, files } = (list ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof version === "number" && version > VERSION) {
    throw refuse("a newer btflow has written it");
  }
  const isList = version === VERSION && Array.isArray(files) &&
    files.every((path) => typeof path === "string" && isOfSite(path));
  if (!isList) throw refuse("it is no list of the pages of a site");
  return new Set(files as readonly string[]);
}

async function isSame(files: Io["files"], file: string, content: Uint8Array): Promise<boolean> {
  const info = await files.info(file);
  if (info === null || !info.isFile || info.size !== content.length) return false;
  // By `head`, which takes no file for one that the command reads, and so may not write.
  return Buffer.compare(await files.head(file, content.length), content) === 0;
}

async function onDisk<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw storageError(file, cause);
  }
}
