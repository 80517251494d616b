// One request on one connection, and how far it got. Whatever goes wrong after the first byte may
// have happened after the server acted, and the error says so.

import { BUILD } from "../build.ts";
import type { Clock } from "../clock.ts";
import { readBody, readHead, ReplyError, writeRequest } from "./http1.ts";
import type { ReplyHead, StreamedBody } from "./http1.ts";
import { proxyFor, proxyHeaders } from "./proxy.ts";
import type { ProxyRules } from "./proxy.ts";
import { Stalled } from "./socket_stream.ts";
import type { SocketStream } from "./socket_stream.ts";
import type { TlsOptions } from "./tls_files.ts";
import { afterSending, sourceError } from "./failures.ts";

/** Where to connect, and how. */
export interface TransportOptions {
  /** The server; requests go to its origin only. */
  readonly server: URL;
  /** Certificates, for https. */
  readonly tls: TlsOptions;
  /** What stands between this machine and the server. */
  readonly proxies: ProxyRules;
  /** How long to wait for a connection, for an answer, and between its parts. */
  readonly timeoutMs: number;
  /** What time-outs are measured by; the host's clock when not given. */
  readonly clock?: Clock;
}

/** One request. */
export interface TransportRequest {
  /** In capitals. */
  readonly method: string;
  /** Path and query on the server. */
  readonly path: string;
  /** Names in lower case; host, length and user agent are added. */
  readonly headers: Readonly<Record<string, string>>;
  /** None when absent. */
  readonly body?: Uint8Array | StreamedBody;
  /** True when sending it twice does no harm; other requests avoid connections that may be stale. */
  readonly repeatable?: boolean;
}

/** A reply whose head has been read. */
export interface TransportReply {
  /** HTTP status. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** To be read to its end or left by `return`; the connection is used again after the former. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** A connection, kept alive between requests. */
export interface Connection {
  /** The open socket. */
  readonly stream: SocketStream;
  /** When it was given back, by the clock that only goes forward; 0 while in use for the first time. */
  idleSince: number;
}

/** What an exchange needs to know besides its request. */
export interface ExchangeContext {
  /** For messages: without query and credentials. */
  readonly url: string;
  readonly clock: Clock;
  /** Takes the connection once it can carry another request. */
  readonly giveBack: (connection: Connection) => void;
}

/** Sends the request and reads the reply's head; the body follows as it is asked for. */
export async function exchange(
  connection: Connection,
  request: TransportRequest,
  options: TransportOptions,
  { url, clock, giveBack }: ExchangeContext,
): Promise<TransportReply> {
  const { stream } = connection;
  const { method } = request;
  let written = false;
  let disarm = (): void => {};
  const writing = writeRequest(stream, requestHead(request, options), request.body ?? null).then(
    () => {
      written = true;
      disarm = clock.after(
        options.timeoutMs,
        () => stream.fail(new Stalled(options.timeoutMs)),
      );
      return null;
    },
    (error: unknown) => {
      const source = sourceError(error);
      if (source !== undefined) stream.fail(source);
      return { error };
    },
  );
  let head: ReplyHead;
  try {
    head = await readHead(stream);
  } catch (error) {
    stream.destroy();
    const failed = await writing;
    throw sourceError(failed?.error) ?? afterSending(method, url, withHint(error, options));
  } finally {
    disarm();
  }
  const body = async function* (): AsyncGenerator<Uint8Array> {
    let whole = false;
    try {
      yield* readBody(stream, method, head);
      whole = true;
    } catch (error) {
      throw afterSending(method, url, error);
    } finally {
      if (whole && head.keepAlive && written && stream.usable()) giveBack(connection);
      else stream.destroy();
    }
  };
  return { status: head.status, headers: head.headers, body: body() };
}

function requestHead(
  request: TransportRequest,
  { server, proxies }: TransportOptions,
): { method: string; target: string; headers: Record<string, string> } {
  const proxy = server.protocol === "http:" ? proxyFor(server, proxies) : null;
  return {
    method: request.method,
    target: proxy === null ? request.path : server.origin + request.path,
    headers: {
      host: server.host,
      "user-agent": `btflow/${BUILD.version}`,
      ...request.headers,
      ...(proxy === null ? {} : proxyHeaders(proxy)),
    },
  };
}

/** Deno does not pass on why a TLS 1.3 server hung up, and a missing certificate is the usual reason. */
function withHint(error: unknown, { server, tls: { clientCertFile } }: TransportOptions): unknown {
  const hungUp = error instanceof ReplyError && error.brokenOff && server.protocol === "https:";
  if (!hungUp || clientCertFile !== null) return error;
  const hint = "if it wants a client certificate, set MLFLOW_TRACKING_CLIENT_CERT_PATH";
  return new ReplyError(`${error.message}; ${hint}`, { brokenOff: true });
}
