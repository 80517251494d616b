// A file as a stream of bytes: opened, unpacked when gzip, measured, hashed and limited. Readers
// get its beginning, which shows the format, then all of it, in one pass that also works for a
// pipe.

import { createHash } from "node:crypto";
import { joined } from "../bytes.ts";
import { hostProblem, InputError } from "../errors.ts";
import type { Files } from "../io.ts";

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
  const shownPath = path === "-" ? "standard input" : path;
  const limit = options.maxBytes ?? MAX_BYTES;
  const size = path === "-" ? 0 : await sizeOf(host, path);
  if (size > limit) throw tooLarge(shownPath, limit);
  const chunks = host.files.chunks(path, chunkBytes(size));
  const stored = measured(hostErrors(chunks, shownPath), options.hash === true);
  const raw: AsyncIterator<Uint8Array> = stored.chunks[Symbol.asyncIterator]();
  const first = await take(raw, 2);
  const isGzip = options.isRaw !== true && first.bytes[0] === 0x1f && first.bytes[1] === 0x8b;
  const whole = rejoin(first.bytes, raw);
  const within = limited(isGzip ? gunzipped(whole, shownPath) : whole, shownPath, limit);
  const unpacked = isGzip ? plausible(within, shownPath, stored.bytes) : within;
  const iterator: AsyncIterator<Uint8Array> = unpacked[Symbol.asyncIterator]();
  const start = await take(iterator, HEAD_BYTES);
  const content = (): AsyncIterable<Uint8Array> => rejoin(start.bytes, iterator);
  return {
    shownPath,
    head: start.bytes.subarray(0, HEAD_BYTES),
    isWhole: start.isEnd && start.bytes.length <= HEAD_BYTES,
    expectedBytes: isGzip ? size * 4 : size,
    chunks: content,
    all: () => inOnePiece(content(), shownPath, Math.min(limit, MAX_WHOLE_BYTES)),
    stored: stored.result,
    close: async () => {
      await iterator.return?.();
      await raw.return?.();
    },
  };
}

async function sizeOf(host: Host, path: string): Promise<number> {
  // "$FILE" of a script in which FILE is not set.
  if (path === "") throw new InputError('""', "the name of the file is empty");
  const info = await host.files.info(path).catch((cause) => {
    throw new InputError(path, hostProblem(cause, "reading"), { cause });
  });
  if (info === null) throw new InputError(path, "there is no such file");
  if (info.isDirectory) throw new InputError(path, "it is a folder, not a file");
  return info.size;
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

const PIECE_BYTES = 1 << 16;

/** What is packed, in pieces: each is unpacked whole, and to a thousand times its size at most. */
async function* pieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += PIECE_BYTES) {
      yield chunk.subarray(from, from + PIECE_BYTES);
    }
  }
}

async function* gunzipped(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array> {
  const iterator = pieces(chunks)[Symbol.asyncIterator]();
  let failure: unknown;
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const next = await iterator.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value.slice());
      } catch (error) {
        failure = error;
        controller.error(error);
      }
    },
  }, { highWaterMark: 0 });
  const reader = packed.pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } catch (cause) {
    if (failure !== undefined) throw failure;
    throw new InputError(
      path,
      "its gzip data is damaged, cut off, or followed by other data; unpack it and try again",
      { cause },
    );
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Returns and prices pack ten times at most; what packs much better is one row again and again. */
const MAX_PACKING = 100;
const SURELY_HELD_BYTES: number = 256 * 1024 ** 2;

/** Ends the reading of a small file that unpacks without end before memory does. */
async function* plausible(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  packedBytes: () => number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > SURELY_HELD_BYTES && bytes > packedBytes() * MAX_PACKING) {
      throw new InputError(
        path,
        `it unpacks to more than ${MAX_PACKING} times its size, as no series does; ` +
          "unpack it yourself if it is meant",
      );
    }
    yield chunk;
  }
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
