// The host's files: with io.ts and host_write.ts the only code that touches the host.

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import {
  type Content,
  hostCreate,
  hostStat,
  hostWrite,
  STREAMS,
  syncFolder,
} from "./host_write.ts";

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

/** Files as btflow uses them. Errors are the host's, with `code` (ENOENT, EACCES, ENOSPC, …). */
export interface Files {
  /** The bytes of a file in chunks; `-` is standard input. A chunk is valid until the next is asked for. */
  chunks(file: string, chunkSize?: number): AsyncIterable<Uint8Array>;
  /** All of a file. */
  read(file: string): Promise<Uint8Array>;
  /** The first bytes of a file, fewer where it is shorter: to see what it is, not to use it. */
  head(file: string, length: number): Promise<Uint8Array>;
  /** Bytes of a file from a position on, fewer where it ends before: the caller says what that means. */
  readAt(file: string, position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
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
  /** Where a path leads, all links of it followed; its last parts need not be there. */
  realPath(file: string): Promise<string>;
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
/** As many links as Linux follows. */
const MAX_LINKS = 40;

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
    readAt: hostReadAt,
    inUse: () => Promise.resolve(),
    write: hostWrite,
    create: hostCreate,
    info: (file) => new Promise((resolve) => resolve(hostInfo(file))),
    realPath: (file) => hostRealPath(path.resolve(file)),
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

/** A part no larger than a chunk is read at once, as small files are. */
async function hostReadAt(
  file: string,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let read = 0;
  if (length <= CHUNK_BYTES) {
    const handle = fs.openSync(file, "r");
    try {
      for (let got = -1; got !== 0 && read < length; read += got) {
        got = fs.readSync(handle, bytes, read, length - read, position + read);
      }
    } finally {
      fs.closeSync(handle);
    }
  } else {
    const handle = await fs.promises.open(file, "r");
    try {
      for (let got = -1; got !== 0 && read < length; read += got) {
        got = (await handle.read(bytes, read, length - read, position + read)).bytesRead;
      }
    } finally {
      await handle.close();
    }
  }
  return read === length ? bytes : bytes.slice(0, read);
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

/** A link whose target is not there leads to that target: what is written to it appears there. */
async function hostRealPath(file: string, links = 0): Promise<string> {
  try {
    return await fs.promises.realpath(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || links > MAX_LINKS) throw error;
  }
  const folder = path.dirname(file);
  if (folder === file) return file;
  const target = await fs.promises.readlink(file).catch(() => null);
  if (target !== null) return await hostRealPath(path.resolve(folder, target), links + 1);
  return path.join(await hostRealPath(folder, links), path.basename(file));
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
