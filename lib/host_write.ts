// Writing to the host: its streams and files. Names appear whole or not at all, and what is written is
// on the disk before it is announced.

import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";

/** Where text goes: standard output or standard error. */
export interface Sink {
  /** True when a person sees the text as it comes. */
  readonly isTerminal: boolean;
  /** Width in characters; 80 where none is known. */
  readonly columns: number;
  /** Resolves once the host has taken the text; false once nobody reads any more (a closed pipe). */
  write(text: string | Uint8Array): Promise<boolean>;
}

/** What can be written to a file: all at once, or as it arrives. */
export type Content = string | Uint8Array | AsyncIterable<string | Uint8Array>;

/** A standard stream of this process. */
export function hostSink(stream: NodeJS.WriteStream, fd: number): Sink {
  let open = true;
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      // A terminal that was never told its size (of a container, `script`, `expect`) says 0.
      return stream.columns || 80;
    },
    async write(text) {
      if (!open) return false;
      const bytes = typeof text === "string" ? Buffer.from(text) : text;
      for (let offset = 0; offset < bytes.length;) {
        try {
          offset += fs.writeSync(fd, bytes, offset);
        } catch (error) {
          const code = (error as NodeJS.ErrnoException).code;
          if (code === "EAGAIN") {
            await new Promise((resolve) => setTimeout(resolve, 1));
          } else if (code === "EPIPE" || fd === 2) {
            // With nowhere to say it, what cannot be said must not change how the work ends.
            open = false;
            return false;
          } else throw error;
        }
      }
      return true;
    },
  };
}

/** This process's own streams by their names: Deno opens no device but /dev/null. */
export const STREAMS: Readonly<Record<string, 0 | 1 | 2>> = {
  "/dev/stdin": 0,
  "/dev/stdout": 1,
  "/dev/stderr": 2,
};

/** What is being written: process.exit leaves no time for `finally`. */
const temporaries = new Set<string>();
process.on("exit", () => {
  for (const file of temporaries) fs.rmSync(file, { force: true });
});

/**
 * Writes to a temporary name in the same folder, then renames. A symbolic link is followed; a device or
 * pipe is written as it is.
 */
export async function hostWrite(file: string, content: Content, mode?: number): Promise<void> {
  const stream = STREAMS[file];
  if (stream === 1 || stream === 2) {
    const sink = hostSink(stream === 1 ? process.stdout : process.stderr, stream);
    const isWhole = typeof content === "string" || content instanceof Uint8Array;
    for await (const part of isWhole ? [content] : content) await sink.write(part);
    return;
  }
  const old = hostStat(file);
  if (old?.isDirectory() === true) {
    // Engines differ in what they say of a rename onto a folder.
    throw Object.assign(new Error(`${file} is a folder`), { code: "EISDIR" });
  }
  if (old !== null && !old.isFile()) return await writeInto(file, content);
  const target = await followLinks(file);
  const folder = path.dirname(target);
  await removeDebris(folder);
  const random = randomBytes(8).toString("hex");
  const temporary = path.join(folder, `.btflow-${process.pid}-${random}.tmp`);
  temporaries.add(temporary);
  try {
    const kept = mode ?? (old === null ? undefined : old.mode & 0o777);
    const handle = await fs.promises.open(temporary, "wx", kept);
    try {
      await writeAll(handle, content);
      // The umask takes from the mode of a new file what an old one may have had.
      if (kept !== undefined) await handle.chmod(kept);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.promises.rename(temporary, target);
    await syncFolder(folder);
  } catch (error) {
    await fs.promises.rm(temporary, { force: true }).catch(() => {});
    throw error;
  } finally {
    temporaries.delete(temporary);
  }
}

const DEBRIS = /^\.btflow-\d+-[0-9a-f]{16}\.tmp$/;
/** Nothing is written so slowly; whose machine or container a file comes from is not known. */
const DEBRIS_AGE_MS = 24 * 3_600_000;
const tidied = new Set<string>();

/** Removes what killed processes were writing in a folder; once, since a sweep writes thousands. */
async function removeDebris(folder: string): Promise<void> {
  if (tidied.has(folder)) return;
  tidied.add(folder);
  // Another that tidies may be first, and a folder that cannot be listed can be written all the same.
  const names = await fs.promises.readdir(folder).catch(() => []);
  for (const name of names.filter((name) => DEBRIS.test(name))) {
    const file = path.join(folder, name);
    const stat = await fs.promises.lstat(file).catch(() => null);
    if (stat?.isFile() !== true || Date.now() - stat.mtimeMs < DEBRIS_AGE_MS) continue;
    await fs.promises.rm(file, { force: true }).catch(() => {});
  }
}

/** Makes a file in its place; EEXIST when it is there already. */
export async function hostCreate(file: string, content: Content, mode: number): Promise<void> {
  const handle = await fs.promises.open(file, "wx", mode);
  try {
    await writeAll(handle, content);
  } finally {
    await handle.close();
  }
}

/**
 * Puts the names in a folder on the disk: a rename or a new folder survives a power cut only then.
 * Windows has no such call, and some network file systems refuse it.
 */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await fs.promises.open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // What is written is there; only how soon it is on the disk is up to the system.
  }
}

/** A rename would put a file in the place of /dev/null, or of the pipe that somebody reads. */
async function writeInto(file: string, content: Content): Promise<void> {
  const handle = await fs.promises.open(file, "w");
  try {
    await writeAll(handle, content);
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: fs.promises.FileHandle, content: Content): Promise<void> {
  if (typeof content === "string" || content instanceof Uint8Array) {
    await handle.writeFile(content);
  } else {
    for await (const part of content) await handle.writeFile(part);
  }
}

/** The file that a link names, also where that is still to be made. */
async function followLinks(file: string): Promise<string> {
  try {
    if (!(await fs.promises.lstat(file)).isSymbolicLink()) return file;
    const next = path.resolve(path.dirname(file), await fs.promises.readlink(file));
    return await followLinks(next);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return file;
    throw error;
  }
}

/** Without waiting, as for small files: a sweep asks it of every file. */
export function hostStat(file: string): fs.Stats | null {
  try {
    return fs.statSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
