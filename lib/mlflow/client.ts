// An MLflow server as a Tracker. Whoever needs a server imports this file when the need arises: the
// check of replies (zod) takes longer to load than most commands take to run.

import { TrackerError, UsageError, type Warning } from "../errors.ts";
import type { Io } from "../io.ts";
import type { Tracker } from "../tracker.ts";
import { openTransport } from "../transport/mod.ts";
import { artifactMethods, artifactPlaces } from "./artifacts.ts";
import { experimentMethods } from "./experiments.ts";
import { openHttp } from "./http.ts";
import type { Connection, Http } from "./http.ts";
import { notesTo } from "./notes.ts";
import { runMethods } from "./runs.ts";
import { signedTransfers } from "./signed_transfer.ts";

export type { Connection };

/** A Tracker that is an MLflow server. */
export interface MlflowClient extends Tracker {
  readonly kind: "mlflow";
  /** The server's version, such as "3.17.2"; null when it does not say. Asked once. */
  version(): Promise<string | null>;
  /** Whether /health answers OK. */
  health(): Promise<boolean>;
}

/** What else a client may be given. */
export interface ClientOptions {
  /** Makes the way to the server. */
  readonly open?: typeof openTransport;
  /** Told, once a kind, what the server leaves out of its answers. */
  readonly warn?: (warning: Warning) => void;
}

/**
 * Opens nothing yet: the first request does.
 *
 * @throws {UsageError} when no server is set.
 */
export function mlflowClient(
  io: Pick<Io, "files" | "sleep" | "randomBytes" | "now">,
  connection: Connection,
  { open = openTransport, warn = () => {} }: ClientOptions = {},
): MlflowClient {
  const { trackingUri } = connection;
  if (trackingUri === null) {
    throw new UsageError("Cannot reach a server: MLFLOW_TRACKING_URI is not set");
  }
  const transport = open(io, { ...connection, server: trackingUri });
  const root = trackingUri.pathname.replace(/\/+$/, "");
  const http = openHttp({ ...connection, transport, root, io });
  const transfers = signedTransfers({
    ...connection,
    io,
    hosts: connection.artifactHosts ?? [],
    // The client certificate is a credential of the server's.
    open: (server) =>
      open(io, { ...connection, server, tls: { ...connection.tls, clientCertFile: null } }),
  });
  let asked: Promise<string | null> | undefined;
  const notes = notesTo(warn);
  const places = artifactPlaces(http, notes);
  const version = (): Promise<string | null> => asked ??= askVersion(http);
  return {
    uri: trackingUri.origin + root,
    kind: "mlflow",
    ...experimentMethods(http, version, notes),
    ...runMethods(http, version, notes, places.note),
    ...artifactMethods(http, trackingUri, transfers, notes, places),
    version,
    health: async () =>
      (await http.text({ method: "GET", path: "/health", repeatable: true })).trim() === "OK",
    close: () => {
      transport.close();
      transfers.close();
      return Promise.resolve();
    },
  };
}

async function askVersion(http: Http): Promise<string | null> {
  try {
    const text = await http.text({ method: "GET", path: "/version", repeatable: true });
    return /^\d+\.\d+[\w.+-]*$/.exec(text.trim())?.[0] ?? null;
  } catch (error) {
    // Services that speak MLflow's protocol need not say theirs, and answer with what they like.
    const isAnswered = error instanceof TrackerError && error.status >= 200 &&
      error.status < 500 && ![401, 407].includes(error.status);
    if (isAnswered) return null;
    throw error;
  }
}
