// Clients for tests: the real client over the real network, with few and quick repeats.

import { hostIo } from "../../lib/io.ts";
import type { Warning } from "../../lib/errors.ts";
import type { Connection, MlflowClient } from "../../lib/mlflow/client.ts";
import { mlflowClient } from "../../lib/mlflow/client.ts";
import type { Transport, TransportRequest } from "../../lib/transport/mod.ts";
import { type Answer, type FaultServer, faultServer } from "./fault_server.ts";

/** A client of a server, with what a test wants otherwise. */
export function clientOf(
  uri: string,
  options: Partial<Connection> = {},
  warn: (warning: Warning) => void = unexpected,
): MlflowClient {
  return mlflowClient(hostIo(), { ...CONNECTION, trackingUri: new URL(uri), ...options }, { warn });
}

/** How a server is spoken to where a test says nothing else. */
export const CONNECTION: Omit<Connection, "trackingUri"> = {
  auth: null,
  tls: { caFile: null, clientCertFile: null, insecure: false },
  proxies: { http: null, https: null, none: [] },
  workspace: null,
  retries: 0,
  backoffFactor: 0.01,
  timeoutMs: 60_000,
};

/** A request as it would go out. */
export interface Sent extends TransportRequest {
  readonly url: URL;
  readonly text: string;
}

/** What comes back. */
export interface Came {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes or text as they are, else JSON. */
  readonly content?: unknown;
  /** So many bytes come at a time; all at once, if it does not say. */
  readonly partBytes?: number;
}

/** A client without a network: what it is answered a function says. It is closed by nobody. */
export function answeredClient(
  answer: (sent: Sent) => Came | Promise<Came>,
  options: Partial<Connection> = {},
  warn: (warning: Warning) => void = unexpected,
): { readonly client: MlflowClient; readonly sent: readonly Sent[]; readonly opened: string[] } {
  const sent: Sent[] = [];
  const opened: string[] = [];
  const open = (_: unknown, { server: { origin } }: { readonly server: URL }): Transport => {
    opened.push(origin);
    const never = (): Promise<never> => Promise.reject(new Error("not here"));
    return {
      origin,
      send: async (request) => {
        const { body } = request;
        const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : "";
        const one = { ...request, url: new URL(request.path, origin), text };
        sent.push(one);
        const { status = 200, headers = {}, content = {}, partBytes = Infinity } = await answer(
          one,
        );
        const bytes = content instanceof Uint8Array ? content : new TextEncoder().encode(
          typeof content === "string" ? content : JSON.stringify(content),
        );
        return { status, headers, body: partsOf(bytes, partBytes) };
      },
      steps: { lookUp: never, connect: never, greet: never },
      close: () => {},
    };
  };
  const connection = { ...CONNECTION, trackingUri: new URL(TRACKING), ...options };
  const client = mlflowClient({ ...hostIo(), sleep: () => Promise.resolve() }, connection, {
    open,
    warn,
  });
  return { client, sent, opened };
}

async function* partsOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

export const TRACKING = "http://mlflow.test:5000";

/** Work with a client whose server gives these answers, in their order. */
export async function withAnswers(
  answers: readonly Answer[],
  work: (client: MlflowClient, server: FaultServer) => Promise<void>,
  options: Partial<Connection>,
  warn?: (warning: Warning) => void,
): Promise<void> {
  const server = await faultServer(...answers);
  const client = clientOf(server.uri, options, warn);
  try {
    await work(client, server);
  } finally {
    await client.close();
    await server.stop();
  }
}

/** A server of MLflow's own leaves nothing out. */
function unexpected({ code, message }: Warning): never {
  throw new Error(`Unexpected note of a server: ${code}: ${message}`);
}
