// Replies that come compressed although none was asked for, as some gateways send them. They are
// unpacked a little at a time, so that whoever reads can stop at its own limit: a reply of a megabyte
// may unpack to a gigabyte.

import { TrackerError } from "../errors.ts";
import type { TransportReply } from "../transport/mod.ts";

/** Fed in pieces this small, one step unpacks to some 4 MB at most (deflate packs 1 : 1,032). */
const PIECE_BYTES = 4096;

const FORMATS: Readonly<Record<string, CompressionFormat>> = {
  "gzip": "gzip",
  "x-gzip": "gzip",
  "deflate": "deflate",
};

/** The reply's content, unpacked where need be; `bad` makes the error for what cannot be. */
export function decodedBody(
  reply: Pick<TransportReply, "headers" | "body">,
  bad: (message: string) => TrackerError,
): AsyncIterable<Uint8Array> {
  const coding = (reply.headers["content-encoding"] ?? "").trim().toLowerCase();
  return coding === "" || coding === "identity" ? reply.body : unpackedBody(reply, coding, bad);
}

async function* unpackedBody(
  { body }: Pick<TransportReply, "body">,
  coding: string,
  bad: (message: string) => TrackerError,
): AsyncGenerator<Uint8Array> {
  const source = body[Symbol.asyncIterator]();
  try {
    const first = await source.next();
    // Nothing, compressed or not, is nothing.
    if (first.done === true) return;
    const format = coding === "deflate" && !isZlib(first.value) ? "deflate-raw" : FORMATS[coding];
    if (format === undefined) {
      throw bad(
        `the reply is compressed ("${coding.slice(0, 40)}"), which was not asked for and is not ` +
          "read; let whatever stands before the server send replies as they are",
      );
    }
    yield* unpacked(pieces(first.value, source), format);
  } catch (error) {
    if (error instanceof TrackerError) throw error;
    throw bad(`the reply says that it is compressed (${coding}), and is not, or is damaged`);
  } finally {
    await source.return?.();
  }
}

/** Of "deflate" some servers leave out the wrapping that belongs to it (RFC 9110, section 8.4.1.2). */
function isZlib([first = 0, second]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && (second === undefined || (first * 256 + second) % 31 === 0);
}

async function* pieces(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for (let part = first;;) {
    for (let from = 0; from < part.length; from += PIECE_BYTES) {
      yield part.subarray(from, from + PIECE_BYTES);
    }
    const next = await rest.next();
    if (next.done === true) return;
    part = next.value;
  }
}

async function* unpacked(
  packed: AsyncGenerator<Uint8Array>,
  format: CompressionFormat,
): AsyncGenerator<Uint8Array> {
  const source = new ReadableStream<BufferSource>({
    pull: async (controller) => {
      const next = await packed.next();
      if (next.done === true) controller.close();
      else controller.enqueue(new Uint8Array(next.value));
    },
  });
  const reader = source.pipeThrough(new DecompressionStream(format)).getReader();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
