// What a stream of bytes may need before a reader takes it: to be unpacked, to be kept, since a pipe
// comes only once, and to be turned into UTF-8, since MetaTrader and Excel write UTF-16 and windows-1252.

import { isUtf8 } from "node:buffer";
import { textOf } from "../bytes.ts";
import { InputError } from "../errors.ts";

/** Most that is kept of a pipe. */
const MOST_KEPT_BYTES: number = 64 * 1024 ** 2;

/** Keeps what goes through, so that it can go through again. */
export interface Keeping {
  /** The bytes, kept as they pass. */
  filled(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** All of them again; throws `InputError` where they were too many. */
  again(): Promise<AsyncIterable<Uint8Array>>;
}

/** Starts to keep a pipe. */
export function keeping(path: string): Keeping {
  let parts: Uint8Array[] | null = [];
  let length = 0;
  let rest: AsyncIterator<Uint8Array> | null = null;
  const keep = (chunk: Uint8Array): void => {
    length += chunk.length;
    if (length > MOST_KEPT_BYTES) parts = null;
    parts?.push(chunk.slice());
  };
  return {
    filled(chunks) {
      rest = chunks[Symbol.asyncIterator]();
      const source = rest;
      return {
        [Symbol.asyncIterator]: () => ({
          async next() {
            const next = await source.next();
            if (next.done !== true) keep(next.value);
            return next;
          },
          async return() {
            await source.return?.();
            return { done: true, value: undefined };
          },
        }),
      };
    },
    async again() {
      for (let next = await rest?.next(); next !== undefined && next.done !== true;) {
        keep(next.value);
        next = await rest?.next();
      }
      if (parts === null) {
        const problem =
          "it is no plain table, which takes two passes, and too long for that from a " +
          "pipe; save it as a file";
        throw new InputError(path, problem);
      }
      return given(parts);
    },
  };
}

async function* given(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(part);
}

/** Whether content begins as a zip archive does. */
export function isZip(head: Uint8Array): boolean {
  return [0x50, 0x4b, 3, 4].every((byte, at) => head[at] === byte);
}

/** UTF-16 with the low or the high byte first, or windows-1252, as Excel writes CSV in the West. */
export type OtherEncoding = "low-first" | "high-first" | "one-byte";

/** The encoding of text that is not UTF-8; null for UTF-8 and for what is no text. */
export function otherEncoding(head: Uint8Array): OtherEncoding | null {
  return twoByteEncoding(head) ?? (isOneByteText(head) ? "one-byte" : null);
}

/** Text with characters beyond ASCII, none of which is UTF-8. */
function isOneByteText(head: Uint8Array): boolean {
  if (isUtf8(head)) return false;
  try {
    // As a stream: the head may end within a character.
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return false;
  } catch {
    const text = new TextDecoder().decode(head);
    // deno-lint-ignore no-control-regex -- control characters are what tells bytes from text
    return !/[\x00-\x08\x0e-\x19\x1b-\x1f]/.test(text) && !/[^\x00-\x7f\ufffd]/.test(text);
  }
}

function twoByteEncoding(head: Uint8Array): "low-first" | "high-first" | null {
  if (head[0] === 0xff && head[1] === 0xfe) return "low-first";
  if (head[0] === 0xfe && head[1] === 0xff) return "high-first";
  const beginning = head.subarray(0, 1024);
  if (!beginning.includes(0)) return null;
  let odd = 0;
  let zeros = 0;
  beginning.forEach((byte, at) => {
    if (byte !== 0) return;
    zeros++;
    odd += at % 2;
  });
  const isText = zeros * 3 > beginning.length && zeros * 2 <= beginning.length + 1;
  if (!isText) return null;
  if (odd === zeros) return "low-first";
  return odd === 0 ? "high-first" : null;
}

/** The text as UTF-8, without its mark. */
export async function* inUtf8(
  chunks: AsyncIterable<Uint8Array>,
  encoding: OtherEncoding,
): AsyncGenerator<Uint8Array> {
  if (encoding === "one-byte") {
    const decoder = new TextDecoder("windows-1252");
    const encoder = new TextEncoder();
    for await (const chunk of chunks) yield encoder.encode(textOf(chunk, decoder));
    return;
  }
  const decoder = new TextDecoder("utf-16le");
  const encoder = new TextEncoder();
  let pending: number | null = null;
  for await (const chunk of chunks) {
    const carried: Uint8Array = pending === null ? chunk.slice() : joined(pending, chunk);
    const whole = carried.length - carried.length % 2;
    pending = whole === carried.length ? null : carried[whole] as number;
    const pairs = carried.subarray(0, whole);
    if (encoding === "high-first") swapPairs(pairs);
    const text = textOf(pairs, decoder, { stream: true });
    if (text !== "") yield encoder.encode(text);
  }
  const last = decoder.decode();
  if (last !== "") yield encoder.encode(last);
}

function joined(first: number, rest: Uint8Array): Uint8Array {
  const all = new Uint8Array(rest.length + 1);
  all[0] = first;
  all.set(rest, 1);
  return all;
}

function swapPairs(bytes: Uint8Array): void {
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    const low = bytes[at] as number;
    bytes[at] = bytes[at + 1] as number;
    bytes[at + 1] = low;
  }
}

/**
 * What was packed by gzip, all its members one after the other, as logs and bgzip have them; throws
 * `InputError` for data that is damaged or cut off.
 */
export async function* gunzipped(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array> {
  const { createGunzip } = await import("node:zlib");
  const { pipeline } = await import("node:stream");
  let packedBytes = 0;
  let failure: unknown;
  const packed = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of chunks) {
        packedBytes += chunk.length;
        yield chunk.slice();
      }
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  const unpacked = createGunzip();
  pipeline(packed, unpacked, () => {});
  let cause: unknown;
  try {
    yield* unpacked as AsyncIterable<Uint8Array>;
    // It compares the checksum of each member, but says nothing of zeros behind the last.
    if (unpacked.bytesWritten === packedBytes) return;
  } catch (error) {
    cause = error;
  }
  if (failure !== undefined) throw failure;
  throw new InputError(
    path,
    "its gzip data is damaged, cut off, or followed by other data; unpack it and try again",
    { cause },
  );
}

/** Returns and prices pack ten times at most; what packs much better is one row again and again. */
const MAX_PACKING = 100;
const SURELY_HELD_BYTES: number = 256 * 1024 ** 2;

/** Ends the reading of a small file that unpacks without end before memory does. */
export async function* plausible(
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
