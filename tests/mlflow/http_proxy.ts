// An HTTP proxy that sends every host's connections to one port of this machine and notes what it
// was asked for, so that names which no resolver knows can be reached.

import { createServer } from "node:http";
import { connect } from "node:net";
import http from "node:http";

export interface Proxy {
  readonly url: URL;
  /** "GET http://host/path" or "CONNECT host:port", with the proxy's credentials. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/** Starts a proxy whose every target is `port`; wants `credentials` (user:password) when given. */
export async function startProxy(port: number, credentials?: string): Promise<Proxy> {
  const asked: string[] = [];
  const expected = credentials === undefined ? undefined : `Basic ${btoa(credentials)}`;
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (expected !== undefined && request.headers["proxy-authorization"] !== expected) {
      response.writeHead(407).end();
      return;
    }
    const { pathname, search } = new URL(request.url ?? "");
    const headers = { ...request.headers };
    delete headers["proxy-authorization"];
    const inner = http.request(
      { host: "127.0.0.1", port, method: request.method, path: pathname + search, headers },
      (reply) => {
        response.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(response);
      },
    );
    inner.on("error", () => response.destroy());
    request.pipe(inner);
  });
  server.on("connect", (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    if (expected !== undefined && request.headers["proxy-authorization"] !== expected) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const inner = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      inner.pipe(socket);
      socket.pipe(inner);
    });
    inner.on("error", () => socket.destroy());
    socket.on("error", () => inner.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Cannot listen");
  return {
    url: new URL(`http://127.0.0.1:${address.port}`),
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
