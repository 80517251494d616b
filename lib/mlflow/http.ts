// Requests to MLflow and what their failures mean. It repeats a request only where that is safe
// (repeats.ts) and marks an error with `maybeDone` when the server may have acted all the same.

import type { Config } from "../config/values.ts";
import { TrackerError } from "../errors.ts";
import type { Io } from "../io.ts";
import {
  base64,
  type StreamedBody,
  type Transport,
  type TransportReply,
} from "../transport/mod.ts";
import { decodedBody } from "./decoding.ts";
import { readReply, type Reply } from "./reply.ts";
import { type Redact, redacted, redactor } from "./redact.ts";
import { redirectedPath } from "./redirects.ts";
import { refusal, refusalInside } from "./refusal.ts";
import { repeating } from "./repeats.ts";
import { type Reader, ShapeError } from "./schema.ts";

/** What of the settings says how a server is spoken to. */
export type Connection =
  & Pick<
    Config,
    | "trackingUri"
    | "auth"
    | "tls"
    | "proxies"
    | "workspace"
    | "retries"
    | "backoffFactor"
    | "timeoutMs"
  >
  & Partial<Pick<Config, "artifactHosts">>;

/** What requests are made with. */
export interface HttpOptions extends
  Pick<
    Connection,
    "auth" | "proxies" | "workspace" | "retries" | "backoffFactor" | "timeoutMs"
  > {
  readonly transport: Transport;
  /** Path of the server's root, without a slash at its end. */
  readonly root: string;
  readonly io: Pick<Io, "sleep" | "randomBytes" | "now">;
}

/** A request below the server's root. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT";
  /** Begins with a slash; parts are encoded by the caller. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON; a Uint8Array or stream as it is. */
  readonly body?: unknown;
  readonly content?: Uint8Array | StreamedBody;
  /** True when carrying it out twice is the same as once. */
  readonly repeatable: boolean;
  /** False for a POST that only asks. */
  readonly changes?: boolean;
  /** True to have steps and timestamps that a number would round as text. */
  readonly exactWholes?: boolean;
  /** Largest reply taken. */
  readonly maxBytes?: number;
  /** Called right before a repeat, with whether the request may have been carried out already. */
  readonly onRepeat?: (maybeDone: boolean) => void;
}

/** Makes requests and reads their replies. */
export interface Http {
  /** A reply as JSON, read by a reader of schema.ts. */
  json<Value>(request: HttpRequest, read: Reader<Value>): Promise<Value>;
  /** A reply as text. */
  text(request: HttpRequest): Promise<string>;
  /** A reply whose content is wanted as it arrives. */
  stream(request: HttpRequest): AsyncIterable<Uint8Array>;
  /** The whole URL of a path, for errors. */
  url(path: string): string;
  /** A reply's status and headers whatever they are; not repeated. For diagnosis. */
  probe(request: HttpRequest): Promise<Reply>;
}

const MAX_REPLY_BYTES = 64 * 1024 * 1024;
const MAX_REDIRECTS = 5;

const encoder = new TextEncoder();

/** The requests of one client. */
export function openHttp(given: HttpOptions): Http {
  const options = { ...given, redact: redactor(given.auth, given.proxies) };
  const guarded = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    try {
      return await work();
    } catch (error) {
      throw redacted(error, options.redact);
    }
  };
  const whole = (request: HttpRequest): Promise<Reply> =>
    repeating(options, request, () => complete(options, request));
  return {
    json: (request, read) => guarded(async () => interpret(request, await whole(request), read)),
    text: (request) => guarded(async () => (await whole(request)).text()),
    stream: (request) => streamed(options, request),
    url: (path) => urlOf(options, path),
    probe: (request) =>
      guarded(async () => {
        const sent = await options.transport.send(
          wire(options, request, urlPath(options, request)),
        );
        const reply = await readReply(sent, limits(options, request));
        const headers = Object.entries(reply.headers).map(([name, value]) =>
          [name, options.redact(value)] as const
        );
        return { ...reply, headers: Object.fromEntries(headers) };
      }),
  };
}

interface Options extends HttpOptions {
  readonly redact: Redact;
}

async function complete(options: Options, request: HttpRequest): Promise<Reply> {
  const reply = await send(options, request);
  const whole = await readReply(reply, limits(options, request));
  const context = refusalContext(options, request);
  if (whole.status < 200 || whole.status >= 300) throw refusal(whole, context);
  const inside = refusalInside(whole, context);
  if (inside !== null) throw inside;
  return whole;
}

async function* streamed(options: Options, request: HttpRequest): AsyncGenerator<Uint8Array> {
  try {
    const reply = await repeating(options, request, async () => {
      const sent = await send(options, request);
      if (sent.status >= 200 && sent.status < 300) return sent;
      const whole = await readReply(sent, limits(options, request));
      throw refusal(whole, refusalContext(options, request));
    });
    const { method } = request;
    yield* decodedBody(reply, (message) =>
      new TrackerError(method, urlOf(options, request.path), {
        status: reply.status,
        code: "BAD_REPLY",
        message,
      }));
  } catch (error) {
    throw redacted(error, options.redact);
  }
}

/** Sends once; follows redirects of GETs within the server. */
async function send(options: Options, request: HttpRequest): Promise<TransportReply> {
  let path = urlPath(options, request);
  for (let redirects = 0;; redirects++) {
    const reply = await options.transport.send(wire(options, request, path));
    const location = reply.headers["location"];
    if (reply.status < 300 || reply.status >= 400 || location === undefined) return reply;
    await readReply(reply, limits(options, request));
    const url = urlOf(options, request.path);
    const { method, path: call } = request;
    const { transport: { origin }, auth } = options;
    path = redirectedPath({ method, url, origin, call, path, auth }, reply.status, location);
    if (redirects === MAX_REDIRECTS) {
      const message = "the server redirects in circles";
      throw new TrackerError(method, url, { status: reply.status, code: "REFUSED", message });
    }
  }
}

function wire(
  options: HttpOptions,
  request: HttpRequest,
  path: string,
): Parameters<Transport["send"]>[0] {
  const body = request.content ??
    (request.body === undefined ? undefined : encoder.encode(JSON.stringify(request.body)));
  const type = request.body === undefined ? "application/octet-stream" : "application/json";
  return {
    method: request.method,
    path,
    headers: {
      accept: "application/json, */*;q=0.5",
      "accept-encoding": "identity",
      ...authorization(options),
      ...(options.workspace === null ? {} : { "x-mlflow-workspace": options.workspace }),
      ...(body === undefined ? {} : { "content-type": type }),
    },
    ...(body === undefined ? {} : { body }),
    repeatable: request.repeatable,
  };
}

function authorization({ auth }: HttpOptions): Record<string, string> {
  if (auth === null) return {};
  if (auth.kind === "bearer") return { authorization: `Bearer ${auth.token}` };
  return { authorization: `Basic ${base64(`${auth.username}:${auth.password}`)}` };
}

function urlPath({ root }: HttpOptions, { path, query = {} }: HttpRequest): string {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(key)}=${encodeURIComponent(value)}`]
  );
  return root + path + (pairs.length === 0 ? "" : `?${pairs.join("&")}`);
}

function limits(
  options: Options,
  request: HttpRequest,
): Parameters<typeof readReply>[1] {
  const { method, path, maxBytes = MAX_REPLY_BYTES } = request;
  const { timeoutMs, redact } = options;
  const url = urlOf(options, path);
  return { method, url, maxBytes, timeoutMs, redact, changes: changes(request) };
}

function changes({ method, changes }: HttpRequest): boolean {
  return changes ?? method !== "GET";
}

function refusalContext(
  options: Options,
  request: HttpRequest,
): Parameters<typeof refusal>[1] {
  return {
    method: request.method,
    url: urlOf(options, request.path),
    auth: options.auth,
    redact: options.redact,
    changes: changes(request),
    nowMs: options.io.now(),
  };
}

/** What errors show: without a query, which may hold much. */
function urlOf({ transport, root }: HttpOptions, path: string): string {
  return transport.origin + root + path;
}

function interpret<Value>(request: HttpRequest, reply: Reply, read: Reader<Value>): Value {
  try {
    // A gateway may say "created" or "no content" and nothing else.
    const isBare = reply.bytes.length === 0 && reply.status !== 200;
    return read(isBare ? {} : reply.json(request.exactWholes));
  } catch (cause) {
    if (cause instanceof TrackerError) throw cause;
    const problem = cause instanceof ShapeError
      ? `the reply is not MLflow's: ${cause.message}`
      : "the reply is no JSON";
    throw new TrackerError(request.method, reply.url, {
      status: reply.status,
      code: "BAD_REPLY",
      message: problem,
      maybeDone: changes(request),
      cause,
    });
  }
}
