// A server over HTTP that takes what MLflow takes, but for what a test has it refuse: limits lower than
// MLflow's own, a gateway before it, calls that it does not have. It stands in for services that speak
// MLflow's protocol, of which none can be asked to refuse on request.

import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { memoryServer, type Server, type ServerRequest } from "../simulation/server.ts";

export interface Heard {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Parsed; null where it is no JSON. */
  readonly json: Readonly<Record<string, unknown>> | null;
  readonly size: number;
  readonly authorization: string | undefined;
}

/** What is answered instead; null: nothing is wrong with the request. */
export type Refuse = (heard: Heard) => Refused | null;

export interface Refused {
  readonly status: number;
  /** A text is sent as a web page. */
  readonly body: unknown;
}

export interface RefusingServer {
  readonly uri: string;
  readonly server: Server;
  readonly heard: readonly Heard[];
  /** From now on; null refuses nothing. */
  refuse(rule: Refuse | null): void;
  stop(): Promise<void>;
}

export async function refusingServer(
  rule: Refuse | null,
  /** Changes the text of every reply. */
  rewrite: (text: string) => string = (text) => text,
): Promise<RefusingServer> {
  const server = memoryServer();
  const heard: Heard[] = [];
  let refuse = rule;
  const answer = (request: ServerRequest, authorization: string | undefined): Refused => {
    const { method, path, body } = request;
    const one: Heard = {
      method,
      path: path.replace(/\?.*/, ""),
      json: method === "POST" && body !== null ? JSON.parse(new TextDecoder().decode(body)) : null,
      size: body?.length ?? 0,
      authorization,
    };
    heard.push(one);
    const refused = refuse?.(one) ?? null;
    if (refused !== null) return refused;
    const { status, json } = server.handle(request);
    return { status, body: json };
  };
  const http = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => {
      const { method = "", url: path = "", headers } = incoming;
      const content = Buffer.concat(parts);
      const body = method === "GET" ? null : new Uint8Array(content);
      const { status, body: said } = answer({ method, path, body }, headers.authorization);
      const isPage = typeof said === "string";
      outgoing.writeHead(status, { "content-type": isPage ? "text/html" : "application/json" });
      outgoing.end(rewrite(isPage ? said : JSON.stringify(said)));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  return {
    uri: `http://127.0.0.1:${port}`,
    server,
    heard,
    refuse: (next) => {
      refuse = next;
    },
    stop: async () => {
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

/** MLflow's own words for what it does not take. */
export function invalid(message: string): Refused {
  return { status: 400, body: { error_code: "INVALID_PARAMETER_VALUE", message } };
}

/** The items of a batch, of one kind. */
export function itemsIn(
  { path, json }: Heard,
  kind: "params" | "tags" | "metrics",
): readonly { readonly key: string; readonly value: unknown }[] {
  const isBatch = path.endsWith("/log-batch") || path.endsWith("/runs/create");
  return isBatch ? (json?.[kind] ?? []) as { key: string; value: unknown }[] : [];
}
