// A file as a stream of bytes: opened, unpacked when gzip or the one file of a zip, measured, hashed
// and limited. Readers get its beginning, which shows the format, then all of it, in one pass that also
// works for a pipe.

import { createHash } from "node:crypto";
import { joined } from "../bytes.ts";
import { hostProblem, InputError } from "../errors.ts";
import type { FileInfo, Files } from "../io.ts";
import { gunzipped, inUtf8, isZip, keeping, otherEncoding, plausible } from "./streams.ts";

/** What reading needs of the host. */
export interface Host {
  /** The file system. */
  readonly files: Pick<Files, "chunks" | "info">;
}

/** A file opened for reading. */
export interface Source {
  /** What messages call it: its path, or "standard input". */
  readonly shownPath: string;
  /** The first bytes, unpacked; the whole file when it is shorter than `HEAD_BYTES`. */
  readonly head: Uint8Array;
  /** Whether `head` is the whole content. */
  readonly isWhole: boolean;
  /** Size of the content as far as it is known beforehand; 0 when it is not. */
  readonly expectedBytes: number;
  /** The whole content, once. A chunk is valid until the next is asked for. */
  chunks(): AsyncIterable<Uint8Array>;
  /** The whole content in one piece, for formats that need it; once. */
  all(): Promise<Uint8Array<ArrayBuffer>>;
  /** Begins again, for a reader that needs to look twice; throws `InputError` where that cannot be. */
  restart(): Promise<void>;
  /** Size and hash of the file as it is stored; known after reading. */
  stored(): { readonly bytes: number; readonly sha256: string };
  /** Lets go of the file; called once, also after an error. */
  close(): Promise<void>;
}

/** How much of the content is looked at before it is read. */
export const HEAD_BYTES: number = 1 << 16;
/** Largest content that is read, unless the caller says otherwise. */
export const MAX_BYTES: number = 4 * 1024 ** 3;
/** Largest content of a format that must be held whole. */
export const MAX_WHOLE_BYTES: number = 512 * 1024 ** 2;

/** What messages call a file that was given by this path. */
export function shownPath(path: string): string {
  return path === "-" ? "standard input" : path;
}

/** How a file is opened. */
export interface OpenOptions {
  readonly maxBytes?: number | undefined;
  readonly hash?: boolean | undefined;
  /** Whether the bytes are wanted as they are stored, packed or not. */
  readonly isRaw?: boolean;
}

/** Opens a file (`-`: standard input); throws `InputError` when it cannot be read. */
export async function openSource(
  host: Host,
  path: string,
  options: OpenOptions,
): Promise<Source> {
  const shown = shownPath(path);
  const limit = options.maxBytes ?? MAX_BYTES;
  const { size, isFile } = path === "-" ? { size: 0, isFile: false } : await fileFacts(host, path);
  if (size > limit) throw tooLarge(shown, limit);
  const kept = isFile ? null : keeping(shown);
  const open = (): AsyncIterable<Uint8Array> =>
    hostErrors(host.files.chunks(path, chunkBytes(size)), shown);
  let stream = await openStream(kept?.filled(open()) ?? open(), shown, size, options);
  return {
    shownPath: shown,
    get head() {
      return stream.head;
    },
    get isWhole() {
      return stream.isWhole;
    },
    get expectedBytes() {
      return stream.expectedBytes;
    },
    chunks: () => stream.chunks(),
    all: () => inOnePiece(stream.chunks(), shown, Math.min(limit, MAX_WHOLE_BYTES)),
    stored: () => stream.stored(),
    close: () => stream.close(),
    async restart() {
      const again = kept === null ? open() : await kept.again();
      await stream.close();
      stream = await openStream(again, shown, size, options);
    },
  };
}

/** One pass through the content. */
interface Stream extends Pick<Source, "head" | "isWhole" | "expectedBytes" | "chunks" | "stored"> {
  close(): Promise<void>;
}

async function openStream(
  chunks: AsyncIterable<Uint8Array>,
  shownPath: string,
  size: number,
  options: OpenOptions,
): Promise<Stream> {
  const limit = options.maxBytes ?? MAX_BYTES;
  const stored = measured(chunks, options.hash === true);
  const raw: AsyncIterator<Uint8Array> = stored.chunks[Symbol.asyncIterator]();
  const first = await take(raw, 4);
  const isGzip = options.isRaw !== true && first.bytes[0] === 0x1f && first.bytes[1] === 0x8b;
  const isZipped = options.isRaw !== true && isZip(first.bytes);
  const asStored = rejoin(first.bytes, raw);
  const whole = isZipped ? unzipped(asStored, shownPath, limit) : asStored;
  const within = limited(isGzip ? gunzipped(whole, shownPath) : whole, shownPath, limit);
  const unpacked = isGzip ? plausible(within, shownPath, stored.bytes) : within;
  let iterator: AsyncIterator<Uint8Array> = unpacked[Symbol.asyncIterator]();
  let start = await take(iterator, HEAD_BYTES);
  const encoding = options.isRaw === true ? null : otherEncoding(start.bytes);
  if (encoding !== null) {
    iterator = inUtf8(rejoin(start.bytes, iterator), encoding)[Symbol.asyncIterator]();
    start = await take(iterator, HEAD_BYTES);
  }
  return {
    head: start.bytes.subarray(0, HEAD_BYTES),
    isWhole: start.isEnd && start.bytes.length <= HEAD_BYTES,
    expectedBytes: isGzip ? size * 4 : size,
    chunks: () => rejoin(start.bytes, iterator),
    stored: stored.result,
    close: async () => {
      await iterator.return?.();
      await raw.return?.();
    },
  };
}

/** The only file of an archive; one of several files as it is, for the reader of backtest results. */
async function* unzipped(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  limit: number,
): AsyncGenerator<Uint8Array> {
  const most = Math.min(limit, MAX_WHOLE_BYTES);
  const bytes = await inOnePiece(chunks, path, most);
  const { onlyMember } = await import("./zip.ts");
  yield onlyMember(path, bytes, most) ?? bytes;
}

/** What is known of a file or folder that is to be read; throws `InputError` where there is none. */
export async function factsOf(
  host: { readonly files: Pick<Files, "info"> },
  path: string,
): Promise<FileInfo> {
  // "$FILE" of a script in which FILE is not set.
  if (path === "") throw new InputError('""', "the name of the file is empty");
  const info = await host.files.info(path).catch((cause) => {
    throw new InputError(path, hostProblem(cause, "reading"), { cause });
  });
  if (info === null) throw new InputError(path, "there is no such file");
  return info;
}

async function fileFacts(host: Host, path: string): Promise<FileInfo> {
  const info = await factsOf(host, path);
  if (info.isDirectory) throw new InputError(path, "it is a folder, not a file");
  return info;
}

async function* hostErrors(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (cause) {
    throw new InputError(path, hostProblem(cause, "reading"), { cause });
  }
}

interface Measured {
  /** So far. */
  readonly bytes: () => number;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly result: Source["stored"];
}

function measured(chunks: AsyncIterable<Uint8Array>, wantsHash: boolean): Measured {
  const hash = wantsHash ? createHash("sha256") : null;
  let bytes = 0;
  let hex: string | undefined;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      hash?.update(chunk);
      yield chunk;
    }
  }
  return {
    chunks: counted(),
    bytes: () => bytes,
    result: () => ({ bytes, sha256: hex ??= hash?.digest("hex") ?? "" }),
  };
}

const LARGEST_CHUNK = 1 << 20;

/** A small file comes in one piece, whose end one more read tells; memory is zeroed before it is used. */
function chunkBytes(size: number): number {
  return size === 0 ? LARGEST_CHUNK : Math.min(LARGEST_CHUNK, size + 1);
}

/**
 * Takes chunks until there are that many bytes or no more. A chunk is copied before the next is asked
 * for; the last one is not, and stays valid until the reader goes on.
 */
async function take(
  iterator: AsyncIterator<Uint8Array>,
  wanted: number,
): Promise<{ readonly bytes: Uint8Array; readonly isEnd: boolean }> {
  let taken: Uint8Array = new Uint8Array(0);
  while (taken.length < wanted) {
    const before = taken.slice();
    const next = await iterator.next();
    if (next.done === true) return { bytes: before, isEnd: true };
    taken = before.length === 0 ? next.value : joined([before, next.value]);
  }
  return { bytes: taken, isEnd: false };
}

async function* rejoin(
  start: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (start.length > 0) yield start;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

async function* limited(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  limit: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > limit) throw tooLarge(path, limit);
    yield chunk;
  }
}

async function inOnePiece(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limit) throw tooLarge(path, limit);
    parts.push(chunk.slice());
  }
  return joined(parts);
}

/** The error for content beyond a limit. */
export function tooLarge(path: string, limit: number): InputError {
  return new InputError(
    path,
    `it holds more than ${sizeText(limit)} (unpacked), the most that is read`,
  );
}

function sizeText(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number(value.toFixed(1))} ${units[unit]}`;
}
