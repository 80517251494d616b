// One HTTP/1.1 exchange over a byte stream: the request is written once and never repeated here.
// Written by hand because a run must not be made twice: node:http as Deno 2.9 has it repeats a
// request, POST included, when a kept-alive connection breaks before the reply (measured).

/** A connection's bytes. */
export interface ByteStream {
  /** Resolves once the bytes are taken; rejects when the connection is broken. */
  write(bytes: Uint8Array): Promise<void>;
  /** The next bytes; null at the end of the stream. */
  read(): Promise<Uint8Array | null>;
  /** Puts bytes back, to be read next. */
  unread(bytes: Uint8Array): void;
}

/** A body whose length is known before it is read. */
export interface StreamedBody {
  /** In bytes; sending another number of them is an error. */
  readonly length: number;
  /** Read once. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** A request without its body. */
export interface RequestHead {
  /** In capitals. */
  readonly method: string;
  /** Path and query, or the whole URL where a proxy is asked. */
  readonly target: string;
  /** `content-length` is added for a body. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Status line and headers; names in lower case, repeated ones joined by a comma. */
export interface ReplyHead {
  /** HTTP status. */
  readonly status: number;
  /** As the server sent them; values without blanks around them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the connection may carry another request after the body has been read. */
  readonly keepAlive: boolean;
}

/** A reply that is not HTTP, or that ended before its end. */
export class ReplyError extends Error {
  override readonly name: string = "ReplyError";
  /** True when the other side closed the connection before the reply was complete. */
  readonly brokenOff: boolean;

  /** Takes what is wrong with the reply, without where it came from. */
  constructor(message: string, options: { readonly brokenOff?: boolean } = {}) {
    super(message);
    this.brokenOff = options.brokenOff ?? false;
  }
}

/** A request's body that could not be read; `cause` says why. */
export class BodyError extends Error {
  override readonly name: string = "BodyError";
}

const MAX_HEAD_BYTES = 64 * 1024;
/** Replies before the reply ("103 Early Hints"): one or two are usual. */
const MAX_INTERIM = 32;
const MAX_CHUNK_LINE_BYTES = 4 * 1024;
/** What all chunk extensions of a reply may take: nobody sends any, and they are thrown away. */
const MAX_EXTENSION_BYTES = 1 << 20;
const MAX_TRAILERS = 16;
/** A body up to this size goes out together with its head, in one packet where it fits. */
const JOINED_BYTES = 64 * 1024;

const encoder = new TextEncoder();
const latin1 = new TextDecoder("latin1");

/** Writes a request. */
export async function writeRequest(
  stream: ByteStream,
  head: RequestHead,
  body: Uint8Array | StreamedBody | null,
): Promise<void> {
  const lines = [`${head.method} ${head.target} HTTP/1.1`];
  for (const [name, value] of Object.entries(head.headers)) {
    if (!/^[\w-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new TypeError(
        `Cannot send header ${name}: it has characters that a header cannot carry`,
      );
    }
    lines.push(`${name}: ${value}`);
  }
  if (body !== null) lines.push(`content-length: ${body.length}`);
  const start = latin1Bytes(lines.join("\r\n") + "\r\n\r\n");
  if (body instanceof Uint8Array && body.length <= JOINED_BYTES) {
    await stream.write(joined(start, body));
    return;
  }
  await stream.write(start);
  if (body === null) return;
  if (body instanceof Uint8Array) {
    await stream.write(body);
    return;
  }
  await writeChunks(stream, body);
}

async function writeChunks(stream: ByteStream, { length, chunks }: StreamedBody): Promise<void> {
  const source = chunks[Symbol.asyncIterator]();
  let sent = 0;
  while (true) {
    let next: IteratorResult<Uint8Array>;
    try {
      next = await source.next();
    } catch (cause) {
      throw new BodyError("the request's body cannot be read", { cause });
    }
    if (next.done === true) break;
    sent += next.value.length;
    await stream.write(next.value);
  }
  if (sent === length) return;
  const cause = new RangeError(`Cannot send ${sent} bytes: ${length} were announced`);
  throw new BodyError(cause.message, { cause });
}

/** Reads a reply's head, past interim (1xx) ones. */
export async function readHead(stream: ByteStream): Promise<ReplyHead> {
  for (let interim = 0; interim <= MAX_INTERIM; interim++) {
    const head = parseHead(await readUntilBlankLine(stream));
    if (head.status >= 200 || head.status === 101) return head;
  }
  throw new ReplyError("there are interim (1xx) replies without end");
}

/** A reply's body as it arrives. Ends the stream's part of this reply exactly. */
export function readBody(
  stream: ByteStream,
  method: string,
  head: ReplyHead,
): AsyncIterable<Uint8Array> {
  const { status, headers } = head;
  if (method === "HEAD" || status === 204 || status === 304) return readLength(stream, 0);
  const coding = headers["transfer-encoding"];
  if (coding !== undefined) {
    if (coding.trim().toLowerCase() !== "chunked") {
      throw new ReplyError(`transfer encoding "${coding}" is not supported`);
    }
    return readChunks(stream);
  }
  const length = headers["content-length"];
  if (length === undefined) return readToEnd(stream);
  return readLength(stream, contentLength(length));
}

function contentLength(text: string): number {
  const [first = "", ...others] = text.split(",").map((part) => part.trim());
  const length = /^\d{1,15}$/.test(first) ? Number(first) : NaN;
  if (Number.isNaN(length) || others.some((other) => other !== first)) {
    throw new ReplyError(`its Content-Length is "${text}"`);
  }
  return length;
}

function parseHead(text: string): ReplyHead {
  const [statusLine = "", ...lines] = text.split(/\r?\n/);
  const status = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(statusLine);
  if (status === null) {
    throw new ReplyError("the reply is not HTTP; is this the address of an MLflow server?");
  }
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const pair = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line);
    if (pair === null) throw new ReplyError("the reply has a malformed header");
    const name = (pair[1] ?? "").toLowerCase();
    const before = headers[name];
    headers[name] = before === undefined ? pair[2] ?? "" : `${before}, ${pair[2]}`;
  }
  const connection = (headers["connection"] ?? "").toLowerCase();
  const framed = headers["content-length"] !== undefined ||
    headers["transfer-encoding"] !== undefined || status[2] === "204" || status[2] === "304";
  const lasting = status[1] === "1" ? !/\bclose\b/.test(connection) : false;
  return { status: Number(status[2]), headers, keepAlive: lasting && framed };
}

async function readUntilBlankLine(stream: ByteStream): Promise<string> {
  let text = "";
  while (true) {
    const chunk = await stream.read();
    if (chunk === null) {
      throw new ReplyError(
        text === "" ? "the server closed the connection without a reply" : "the reply broke off",
        { brokenOff: true },
      );
    }
    const from = Math.max(0, text.length - 3);
    text += latin1.decode(chunk);
    const end = /\r?\n\r?\n/.exec(text.slice(from));
    if (end !== null) {
      const headEnd = from + end.index;
      const bodyStart = headEnd + end[0].length;
      const rest = text.length - bodyStart;
      if (rest > 0) stream.unread(chunk.slice(chunk.length - rest));
      return text.slice(0, headEnd);
    }
    if (text.length > MAX_HEAD_BYTES) throw new ReplyError("the reply's headers exceed 64 KB");
  }
}

async function* readLength(stream: ByteStream, length: number): AsyncGenerator<Uint8Array> {
  let left = length;
  while (left > 0) {
    const chunk = await stream.read();
    if (chunk === null) throw new ReplyError("the reply broke off", { brokenOff: true });
    if (chunk.length > left) stream.unread(chunk.slice(left));
    const part = chunk.length > left ? chunk.subarray(0, left) : chunk;
    left -= part.length;
    yield part;
  }
}

async function* readToEnd(stream: ByteStream): AsyncGenerator<Uint8Array> {
  while (true) {
    const chunk = await stream.read();
    if (chunk === null) return;
    yield chunk;
  }
}

async function* readChunks(stream: ByteStream): AsyncGenerator<Uint8Array> {
  let extensionBytes = 0;
  while (true) {
    const line = await readLine(stream);
    const extension = line.indexOf(";");
    if (extension >= 0) extensionBytes += line.length - extension;
    if (extensionBytes > MAX_EXTENSION_BYTES) {
      throw new ReplyError("the reply has chunk extensions without end");
    }
    const size = /^([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?$/.exec(line);
    if (size === null) throw new ReplyError("the reply has a malformed chunk");
    const length = parseInt(size[1] ?? "", 16);
    if (length === 0) break;
    yield* readLength(stream, length);
    if (await readLine(stream) !== "") throw new ReplyError("the reply has a malformed chunk");
  }
  // Trailers are of no use here; the empty line after them ends the reply.
  for (let lines = 0; await readLine(stream) !== ""; lines++) {
    if (lines === MAX_TRAILERS) throw new ReplyError("the reply has trailers without end");
  }
}

async function readLine(stream: ByteStream): Promise<string> {
  let text = "";
  while (true) {
    const chunk = await stream.read();
    if (chunk === null) throw new ReplyError("the reply broke off", { brokenOff: true });
    const end = chunk.indexOf(10);
    text += latin1.decode(end < 0 ? chunk : chunk.subarray(0, end));
    if (text.length > MAX_CHUNK_LINE_BYTES) throw new ReplyError("the reply has a malformed chunk");
    if (end < 0) continue;
    if (end + 1 < chunk.length) stream.unread(chunk.slice(end + 1));
    return text.replace(/\r$/, "");
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** Header text is Latin-1 on the wire; ASCII, nearly always, takes the fast way. */
function latin1Bytes(text: string): Uint8Array {
  const bytes = encoder.encode(text);
  if (bytes.length === text.length) return bytes;
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
