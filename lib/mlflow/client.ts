// An MLflow server as a Tracker. Whoever needs a server imports this file when the need arises: the
// check of replies (zod) takes longer to load than most commands take to run.

import { TrackerError, UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import type { Tracker } from "../tracker.ts";
import { openTransport } from "../transport/mod.ts";
import type { TransportOptions } from "../transport/mod.ts";
import { artifactMethods } from "./artifacts.ts";
import { experimentMethods } from "./experiments.ts";
import { openHttp } from "./http.ts";
import type { Http } from "./http.ts";
import type { Auth } from "./refusal.ts";
import { runMethods } from "./runs.ts";

export type { Auth };

/** Where the server is and how to speak to it; a Config has it all. */
export interface ClientOptions extends Omit<TransportOptions, "server"> {
  /** The server; null is refused with a `UsageError`. */
  readonly trackingUri: URL | null;
  /** Null: no credentials are sent. */
  readonly auth: Auth;
  /** Null for the server's default. */
  readonly workspace: string | null;
  /** How often a request is repeated at most, where repeating is safe. */
  readonly retries: number;
  /** Seconds before the first repeat, doubled for each further one. */
  readonly backoffFactor: number;
}

/** A Tracker that is an MLflow server. */
export interface MlflowClient extends Tracker {
  /** Tells it from the store. */
  readonly kind: "mlflow";
  /** The server's version, such as "3.17.2"; null when it does not tell. Asked once. */
  version(): Promise<string | null>;
  /** Whether /health answers OK. */
  health(): Promise<boolean>;
}

/** Opens nothing yet: the first request does. */
export function mlflowClient(
  io: Pick<Io, "files" | "sleep" | "randomBytes" | "now">,
  options: ClientOptions,
): MlflowClient {
  const { trackingUri, auth, workspace, retries, backoffFactor, timeoutMs } = options;
  if (trackingUri === null) {
    throw new UsageError("Cannot reach a server: MLFLOW_TRACKING_URI is not set");
  }
  const { tls, proxies } = options;
  const transport = openTransport(io, { server: trackingUri, tls, proxies, timeoutMs });
  const root = trackingUri.pathname.replace(/\/+$/, "");
  const http = openHttp({
    transport,
    root,
    auth,
    workspace,
    retries,
    backoffFactor,
    timeoutMs,
    io,
  });
  let asked: Promise<string | null> | undefined;
  const version = (): Promise<string | null> => asked ??= askVersion(http);
  return {
    uri: trackingUri.origin + root,
    kind: "mlflow",
    ...experimentMethods(http, version),
    ...runMethods(http, version),
    ...artifactMethods(http, trackingUri),
    version,
    health: async () =>
      (await http.text({ method: "GET", path: "/health", repeatable: true })).trim() === "OK",
    close: () => {
      transport.close();
      return Promise.resolve();
    },
  };
}

async function askVersion(http: Http): Promise<string | null> {
  try {
    const text = await http.text({ method: "GET", path: "/version", repeatable: true });
    return /^\d+\.\d+[\w.+-]*$/.exec(text.trim())?.[0] ?? null;
  } catch (error) {
    // Services that speak MLflow's protocol need not tell.
    if (error instanceof TrackerError && error.status === 404) return null;
    throw error;
  }
}
