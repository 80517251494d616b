// The host's files and streams: with io.ts the only code that touches the host. Names appear whole or
// not at all, and what is written is on the disk before it is announced.

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

/** What is known of a file before it is read. */
export interface FileInfo {
  /** In bytes. */
  readonly size: number;
  /** True for a folder; links are followed. */
  readonly isDirectory: boolean;
  /** False for a device or pipe too. */
  readonly isFile: boolean;
  readonly modifiedMs: number;
  /** Unix permission bits; null where there are none. */
  readonly mode: number | null;
  /** Device and inode, the same for all names of a file; only regular files have it. */
  readonly identity?: string;
}

/** What can be written to a file: all at once, or as it arrives. */
export type Content = string | Uint8Array | AsyncIterable<string | Uint8Array>;

/** Files as btflow uses them. Errors are the host's, with `code` (ENOENT, EACCES, ENOSPC, …). */
export interface Files {
  /** The bytes of a file in chunks; `-` is standard input. A chunk is valid until the next is asked for. */
  chunks(file: string, chunkSize?: number): AsyncIterable<Uint8Array>;
  /** All of a file. */
  read(file: string): Promise<Uint8Array>;
  /** The first bytes of a file, fewer where it is shorter: to see what it is, not to use it. */
  head(file: string, length: number): Promise<Uint8Array>;
  /**
   * Writes to a temporary name in the same folder, then renames: readers see all or nothing, and so
   * does who comes after a power cut. A symbolic link is followed; a device or pipe is written as it
   * is. A file has `mode` from its first byte on; without one an old file's mode is kept.
   */
  write(file: string, content: Content, mode?: number): Promise<void>;
  /** Makes a file in its place, with this mode from the start; EEXIST when it is there already. */
  create(file: string, content: Content, mode: number): Promise<void>;
  /** Null when there is no such file. */
  info(file: string): Promise<FileInfo | null>;
  /** Says that a file is being used by other means, as a store is: no output may replace it. */
  inUse(file: string): Promise<void>;
  /** The names in a folder, in no order. */
  list(folder: string): Promise<readonly string[]>;
  /** Makes a folder and those above it; one that is there is left as it is. */
  makeFolder(folder: string, mode?: number): Promise<void>;
  /** Removes a file, if it is there. */
  remove(file: string): Promise<void>;
  /** The kind of file system under a file, as Linux's statfs numbers it; null when unknown. */
  fileSystem(file: string): Promise<number | null>;
}

const CHUNK_BYTES = 1 << 20;

/** A standard stream of this process. */
export function hostSink(stream: NodeJS.WriteStream, fd: number): Sink {
  let open = true;
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 80;
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

/** The host's file system. */
export function hostFiles(): Files {
  return {
    chunks: hostChunks,
    read: async (file) => new Uint8Array(await fs.promises.readFile(file)),
    head: (file, length) =>
      new Promise((resolve) => {
        for (const bytes of smallChunks(file, length)) return resolve(bytes.slice());
        resolve(new Uint8Array());
      }),
    inUse: () => Promise.resolve(),
    write: hostWrite,
    create: hostCreate,
    info: (file) => new Promise((resolve) => resolve(hostInfo(file))),
    list: (folder) => fs.promises.readdir(folder),
    makeFolder: async (folder, mode) => {
      const options = { recursive: true, ...(mode === undefined ? {} : { mode }) } as const;
      const first = await fs.promises.mkdir(folder, options);
      // Each new folder is an entry in the one above it.
      if (first === undefined) return;
      const above = path.dirname(path.resolve(first));
      for (let made = path.resolve(folder); made !== above; made = path.dirname(made)) {
        await syncFolder(path.dirname(made));
      }
    },
    remove: (file) => fs.promises.rm(file, { force: true }),
    fileSystem: hostFileSystem,
  };
}

/** This process's own streams by their names: Deno opens no device but /dev/null. */
const STREAMS: Readonly<Record<string, 0 | 1 | 2>> = {
  "/dev/stdin": 0,
  "/dev/stdout": 1,
  "/dev/stderr": 2,
};

async function* hostChunks(file: string, chunkSize = CHUNK_BYTES): AsyncIterable<Uint8Array> {
  if (file === "-" || STREAMS[file] === 0) {
    for await (const chunk of process.stdin) yield chunk as Uint8Array;
    return;
  }
  if (chunkSize < CHUNK_BYTES) return yield* smallChunks(file, chunkSize);
  const handle = await fs.promises.open(file, "r");
  try {
    const buffer = new Uint8Array(chunkSize);
    while (true) {
      const { bytesRead } = await handle.read(buffer, 0, chunkSize, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** Small files are read at once: the turns of the event loop would take longer than the bytes. */
function* smallChunks(file: string, chunkSize: number): Iterable<Uint8Array> {
  const handle = fs.openSync(file, "r");
  try {
    const buffer = new Uint8Array(chunkSize);
    while (true) {
      const bytesRead = fs.readSync(handle, buffer, 0, chunkSize, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    fs.closeSync(handle);
  }
}

/** Names have 255 bytes at most nearly everywhere, of which the addition to a temporary one takes 40. */
const STEM_BYTES = 180;

/** What is being written: process.exit leaves no time for `finally`. */
const temporaries = new Set<string>();
process.on("exit", () => {
  for (const file of temporaries) fs.rmSync(file, { force: true });
});

async function hostWrite(file: string, content: Content, mode?: number): Promise<void> {
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
  const random = randomBytes(8).toString("hex");
  // Of a long name only the beginning: names have a limit, which the addition would exceed.
  const stem = Buffer.from(path.basename(target)).subarray(0, STEM_BYTES).toString("utf8");
  const temporary = path.join(folder, `.${stem}.${process.pid}.${random}.tmp`);
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

async function hostCreate(file: string, content: Content, mode: number): Promise<void> {
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
async function syncFolder(folder: string): Promise<void> {
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
function hostStat(file: string): fs.Stats | null {
  try {
    return fs.statSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function hostInfo(file: string): FileInfo | null {
  if (STREAMS[file] !== undefined) {
    return { size: 0, isDirectory: false, isFile: false, modifiedMs: 0, mode: null };
  }
  const stat = hostStat(file);
  if (stat === null) return null;
  return {
    size: stat.size,
    isDirectory: stat.isDirectory(),
    isFile: stat.isFile(),
    modifiedMs: stat.mtimeMs,
    mode: process.platform === "win32" ? null : stat.mode & 0o777,
    // Windows numbers files beyond what a double tells apart.
    ...(stat.isFile() && Number.isSafeInteger(stat.ino)
      ? { identity: `${stat.dev}:${stat.ino}` }
      : {}),
  };
}

/** Reading /proc/mounts would need every permission in Deno; statfs needs one, by name. */
async function hostFileSystem(file: string): Promise<number | null> {
  if (process.platform !== "linux") return null;
  try {
    return (await fs.promises.statfs(file)).type;
  } catch {
    return null;
  }
}
