// Bytes to and from one server, the tracking server: sockets, TLS, proxies, kept-alive connections.
// It sends a request once and says how far it got, because only then can the layer above decide
// whether repeating is safe; and it takes paths, not URLs, so nothing can be sent anywhere else.
// fetch and node:http repeat a POST in Deno; docs/http_client.md has the measurements, undici's too.

import dns from "node:dns/promises";
import net from "node:net";
import tls from "node:tls";

import { mayConnect, scopeRefusal } from "../build.ts";
import { TrackerError } from "../errors.ts";
import { type Clock, HOST_CLOCK } from "../clock.ts";
import { exchange } from "./exchange.ts";
import type { Connection, TransportOptions, TransportReply, TransportRequest } from "./exchange.ts";
import { readHead, ReplyError, writeRequest } from "./http1.ts";
import type { Io } from "../io.ts";
import { proxyFor, proxyHeaders } from "./proxy.ts";
import { byteStream, Stalled } from "./socket_stream.ts";
import type { SocketStream } from "./socket_stream.ts";

import { readTlsFiles } from "./tls_files.ts";
import type { TlsSecrets } from "./tls_files.ts";
import { connectFailure, greetFailure } from "./failures.ts";

export type { TransportOptions, TransportReply, TransportRequest } from "./exchange.ts";
export { type Clock, HOST_CLOCK } from "../clock.ts";
export type { StreamedBody } from "./http1.ts";
export { base64, isLoopback, proxyFor } from "./proxy.ts";

/** Requests to one server. */
export interface Transport {
  /** Scheme, host and port of the server. */
  readonly origin: string;
  /**
   * Sends a request once.
   *
   * @throws {TrackerError} whose `maybeDone` says whether the server may have acted on it.
   */
  send(request: TransportRequest): Promise<TransportReply>;
  /** For diagnosis: each goes one step further than the one before. */
  readonly steps: {
    /** Addresses of the host that is connected to. */
    lookUp(): Promise<readonly string[]>;
    /** Connects without a word; returns where to. */
    connect(): Promise<string>;
    /** Connects and greets; returns TLS' version, "" without TLS. */
    greet(): Promise<string>;
  };
  /** Closes all connections, also those in use. */
  close(): void;
}

/** Uvicorn closes idle connections after 5 s: a request sent at that moment would be lost. */
const REUSE_LIMIT_MS = 4000;
const REUSE_LIMIT_UNREPEATABLE_MS = 1000;
const MAX_IDLE = 16;
/**
 * Some servers close after each reply without saying so. One connection that was kept and then broke may
 * be chance, but what may not be repeated takes no second one; after so many none is kept.
 */
const MAX_BROKEN = 3;
const CONNECT_LIMIT_MS = 15_000;

/** Opens nothing yet: the first request does. */
export function openTransport(io: Pick<Io, "files">, options: TransportOptions): Transport {
  const { server, clock = HOST_CLOCK } = options;
  let idle: Connection[] = [];
  let broken = 0;
  const open = new Set<SocketStream>();
  const secrets = lazy(() => readTlsFiles(io, options.tls));

  const connect = async (method: string, url: string): Promise<Connection> => {
    const stream = await dial(options, await secrets(), { method, url });
    open.add(stream);
    stream.onClose(() => open.delete(stream));
    return { stream, idleSince: 0 };
  };
  const takeIdle = (limitMs: number): Connection | null => {
    while (idle.length > 0) {
      const connection = idle.pop();
      if (connection === undefined) break;
      if (connection.stream.usable() && clock.now() - connection.idleSince <= limitMs) {
        return connection;
      }
      connection.stream.destroy();
    }
    return null;
  };
  const giveBack = (connection: Connection): void => {
    connection.idleSince = clock.now();
    if (idle.length < MAX_IDLE) idle.push(connection);
    else connection.stream.destroy();
  };

  return {
    origin: server.origin,
    send: async (request) => {
      const url = server.origin + request.path.replace(/\?.*$/s, "");
      const isRepeatable = request.repeatable === true;
      const limitMs = isRepeatable ? REUSE_LIMIT_MS : REUSE_LIMIT_UNREPEATABLE_MS;
      const kept = broken < (isRepeatable ? MAX_BROKEN : 1) ? takeIdle(limitMs) : null;
      const connection = kept ?? await connect(request.method, url);
      try {
        return await exchange(connection, request, options, { url, clock, giveBack });
      } catch (error) {
        if (kept !== null && error instanceof TrackerError && error.code === "CONNECTION") broken++;
        throw error;
      }
    },
    steps: {
      lookUp: () => lookUp(near(options), server.origin),
      connect: async () => {
        const socket = await connectNear(options, "connect to", server.origin);
        socket.destroy();
        return near(options).host;
      },
      greet: async () => {
        const { stream } = await connect("connect to", server.origin);
        stream.destroy();
        return stream.protocol;
      },
    },
    close: () => {
      idle = [];
      for (const stream of open) stream.destroy();
    },
  };
}

/** The host that is connected to: the proxy's, where there is one. */
function near({ server, proxies }: TransportOptions): URL {
  return proxyFor(server, proxies) ?? server;
}

async function lookUp(target: URL, url: string): Promise<readonly string[]> {
  const host = bareHost(target);
  if (net.isIP(host) !== 0) return [host];
  try {
    return (await dns.lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    throw new TrackerError("look up", url, connectFailure(target, false, 0, error));
  }
}

async function connectNear(
  options: TransportOptions,
  method: string,
  url: string,
): Promise<net.Socket> {
  const target = near(options);
  for (const host of target === options.server ? [target] : [options.server, target]) {
    if (mayConnect(host)) continue;
    const message = scopeRefusal(host);
    throw new TrackerError(method, url, { status: 0, code: "REFUSED", message });
  }
  const limitMs = Math.min(options.timeoutMs, CONNECT_LIMIT_MS);
  try {
    return await connectTcp(target, { limitMs, clock: options.clock ?? HOST_CLOCK });
  } catch (error) {
    const isProxy = target !== options.server;
    throw new TrackerError(method, url, connectFailure(target, isProxy, limitMs, error));
  }
}

/** A direct connection, or one through a proxy; TLS on top for https. */
async function dial(
  options: TransportOptions,
  secrets: TlsSecrets,
  { method, url }: { readonly method: string; readonly url: string },
): Promise<SocketStream> {
  const { server, timeoutMs, clock = HOST_CLOCK } = options;
  const proxy = proxyFor(server, options.proxies);
  const limitMs = Math.min(timeoutMs, CONNECT_LIMIT_MS);
  const limit = { limitMs, clock };
  let socket = await connectNear(options, method, url);
  try {
    if (proxy?.protocol === "https:") {
      socket = await startTls(socket, proxy, { rejectUnauthorized: true }, limit);
    }
    if (proxy !== null && server.protocol === "https:") {
      await tunnel(socket, server, proxy, limit);
    }
    if (server.protocol === "https:") socket = await startTls(socket, server, secrets, limit);
  } catch (error) {
    socket.destroy();
    throw new TrackerError(method, url, greetFailure(server, limitMs, error));
  }
  return byteStream(socket, timeoutMs, clock);
}

/** How long something may take. */
interface Limit {
  readonly limitMs: number;
  readonly clock: Clock;
}

function connectTcp(target: URL, limit: Limit): Promise<net.Socket> {
  const port = Number(target.port || (target.protocol === "https:" ? 443 : 80));
  return settle(limit, () => {
    const socket = net.connect({ host: bareHost(target), port, noDelay: true });
    return { socket, ready: "connect" };
  });
}

function startTls(
  under: net.Socket,
  target: URL,
  secrets: TlsSecrets,
  limit: Limit,
): Promise<net.Socket> {
  const host = bareHost(target);
  // A server name is a name: addresses are not allowed in it (RFC 6066, section 3).
  const servername = net.isIP(host) === 0 ? host : "";
  return settle(limit, () => ({
    socket: tls.connect({
      ...secrets,
      socket: under,
      host,
      servername,
      ALPNProtocols: ["http/1.1"],
    }),
    ready: "secureConnect",
  }));
}

/** Waits until a socket is ready, has failed or has taken too long. */
function settle(
  { limitMs, clock }: Limit,
  start: () => { readonly socket: net.Socket; readonly ready: string },
): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const { socket, ready } = start();
    const fail = (error: Error): void => {
      disarm();
      socket.destroy();
      reject(error);
    };
    const closed = (): void =>
      fail(new ReplyError("the connection was closed", { brokenOff: true }));
    const disarm = clock.after(limitMs, () => fail(new Stalled(limitMs)));
    socket.on("error", fail);
    socket.once("close", closed);
    socket.once(ready, () => {
      disarm();
      socket.off("close", closed);
      resolve(socket);
    });
  });
}

async function tunnel(
  socket: net.Socket,
  server: URL,
  proxy: URL,
  { limitMs, clock }: Limit,
): Promise<void> {
  const stream = byteStream(socket, limitMs, clock);
  const target = `${server.hostname}:${server.port || 443}`;
  const headers = { host: target, ...proxyHeaders(proxy) };
  await writeRequest(stream, { method: "CONNECT", target, headers }, null);
  const { status } = await readHead(stream);
  if (status !== 200) {
    const why = status === 407 ? "it wants other credentials" : `it answered ${status}`;
    throw new ReplyError(`the proxy ${proxy.host} does not connect to ${target}: ${why}`);
  }
  stream.release();
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}
