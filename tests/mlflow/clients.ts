// Clients for tests: the real client over the real network, with few and quick repeats.

import { hostIo } from "../../lib/io.ts";
import type { Warning } from "../../lib/errors.ts";
import type { Connection, MlflowClient } from "../../lib/mlflow/client.ts";
import { mlflowClient } from "../../lib/mlflow/client.ts";
import { type Answer, type FaultServer, faultServer } from "./fault_server.ts";

/** A client of a server, with what a test wants otherwise. */
export function clientOf(
  uri: string,
  options: Partial<Connection> = {},
  warn: (warning: Warning) => void = unexpected,
): MlflowClient {
  return mlflowClient(hostIo(), {
    trackingUri: new URL(uri),
    auth: null,
    tls: { caFile: null, clientCertFile: null, insecure: false },
    proxies: { http: null, https: null, none: [] },
    workspace: null,
    retries: 0,
    backoffFactor: 0.01,
    timeoutMs: 60_000,
    ...options,
  }, { warn });
}

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
