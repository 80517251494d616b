// A whole reply in memory, within limits: a server that answers without end, drop by drop, with a
// web page or with a million nested brackets is named as such, and costs no more than the limits.

import { joined } from "../bytes.ts";
import { TrackerError } from "../errors.ts";
import { type Clock, HOST_CLOCK, type TransportReply } from "../transport/mod.ts";
import { decodedBody } from "./decoding.ts";

/** A reply that has been read to its end. */
export interface Reply {
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly isHtml: boolean;
  /**
   * With `exactWholes` steps and timestamps that a number would round are text.
   *
   * @throws {SyntaxError | TrackerError}
   */
  json(exactWholes?: boolean): unknown;
  /** @throws {TrackerError} for a web page, which no text of MLflow's is. */
  text(): string;
}

/** What a reply may take, and the request for its errors. */
export interface ReplyLimits {
  readonly method: string;
  readonly url: string;
  readonly maxBytes: number;
  /** Whether the request may have changed something. */
  readonly changes: boolean;
  /** Applied to the server's words before they are cut. */
  readonly redact: (text: string) => string;
  /** Of the pauses; a whole reply may take ten times as long. */
  readonly timeoutMs: number;
}

/**
 * A step or timestamp of 16 to 19 digits. Within a text of JSON no quotation mark stands unescaped, so
 * what looks like this is a field.
 */
const LONG_WHOLE = /("(?:step|timestamp)"\s*:\s*)(-?\d{16,19})(?=\s*[,}])/g;
const MAX_NESTING = 64;
const WHOLE_TIMEOUTS = 10;

/** Reads a reply to its end. */
export async function readReply(
  reply: TransportReply,
  limits: ReplyLimits,
  clock: Pick<Clock, "now"> = HOST_CLOCK,
): Promise<Reply> {
  const { method, url, maxBytes, timeoutMs, changes, redact } = limits;
  const bad = (message: string): TrackerError =>
    new TrackerError(method, url, {
      status: reply.status,
      code: "BAD_REPLY",
      message,
      maybeDone: changes,
    });
  const startMs = clock.now();
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of decodedBody(reply, bad)) {
    parts.push(part);
    length += part.length;
    if (length > maxBytes) {
      throw bad(`the reply is larger than ${Math.round(maxBytes / 1_048_576)} MB`);
    }
    if (clock.now() - startMs > timeoutMs * WHOLE_TIMEOUTS) {
      throw bad(`the reply takes longer than ${timeoutMs * WHOLE_TIMEOUTS / 1000} s`);
    }
  }
  const bytes = joined(parts);
  const type = reply.headers["content-type"] ?? "";
  const isHtml = /^\s*(text\/html|application\/xhtml)/i.test(type) || looksLikeHtml(bytes);
  return {
    url,
    status: reply.status,
    headers: reply.headers,
    bytes,
    isHtml,
    json: (exactWholes = false) => {
      if (isHtml) throw bad(webPage(bytes, redact));
      if (isDeep(bytes)) throw bad(`the reply is nested deeper than ${MAX_NESTING} levels`);
      const text = decoder.decode(bytes);
      return parse(exactWholes ? text.replace(LONG_WHOLE, '$1"$2"') : text);
    },
    text: () => {
      if (isHtml && !isPlain(bytes)) throw bad(webPage(bytes, redact));
      return decoder.decode(bytes);
    },
  };
}

/** Python's own JSON has the numbers that JSON has no word for, and one of them hides no other row. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
    return JSON.parse(
      text.replace(TEXT_OR_NO_NUMBER, (part) => part.startsWith('"') ? part : `"${part}"`),
    );
  }
}

const TEXT_OR_NO_NUMBER = /"(?:[^"\\]|\\.)*"|\bNaN\b|-?\bInfinity\b/g;

/** MLflow 2.x sends its plain texts (`OK`, `{}`) as text/html. */
function isPlain(bytes: Uint8Array): boolean {
  return !bytes.subarray(0, 1024).includes(LESS_THAN);
}

/** The title of a web page; "" where it has none. */
export function pageTitle(bytes: Uint8Array, redact: ReplyLimits["redact"]): string {
  const page = redact(decoder.decode(bytes.subarray(0, 64 * 1024)));
  return /<title[^>]*>([^<]{1,80})/i.exec(page)?.[1]?.replace(/\s+/g, " ").trim() ?? "";
}

function webPage(bytes: Uint8Array, redact: ReplyLimits["redact"]): string {
  const title = pageTitle(bytes, redact);
  const named = title === "" ? "a web page" : `a web page, "${title}"`;
  return `the server answered with ${named}, not with MLflow's data; is MLFLOW_TRACKING_URI ` +
    "right, and is there no login page before the server?";
}

function looksLikeHtml(bytes: Uint8Array): boolean {
  if (!bytes.subarray(0, 64).includes(LESS_THAN)) return false;
  const start = decoder.decode(bytes.subarray(0, 64)).trimStart().toLowerCase();
  return start.startsWith("<!doctype html") || start.startsWith("<html");
}

/** Engines parse deep nesting at great cost; MLflow's own replies have six levels. */
function isDeep(bytes: Uint8Array): boolean {
  let depth = 0;
  let inText = false;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (inText) {
      if (byte === BACKSLASH) index++;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) {
      if (++depth > MAX_NESTING) return true;
    } else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) depth--;
  }
  return false;
}

const decoder = new TextDecoder();
const LESS_THAN = 0x3c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
