// From settings to what a command works with: the server where a tracking URI is set, else the store.
// Each is opened when a command first asks for it, so `log --offline` touches no network, and is closed
// when the command's work ends.

import { resolve } from "node:path";
import type { Context } from "./command/declare.ts";
import { loadConfig } from "./config/values.ts";
import type { Config } from "./config/values.ts";
import type { ConnectionValues } from "./config/connection_flags.ts";
import { hostProblem, StorageError, TrackerError, UsageError } from "./errors.ts";
import { type ServerHealth, serverHealth } from "./server_health.ts";
import type {
  DeliverOptions,
  DeliveryOutcome,
  ExperimentChoice,
  FoundRun,
  LocalStore,
} from "./store/mod.ts";
import { FINGERPRINT_TAG, RUN_KEY_TAG } from "./own_names.ts";
import type { ExperimentRef, Tracker } from "./tracker.ts";

/** What a command does with the store: `make` also makes one that is missing. */
export type StoreUse = "read" | "change" | "make";

/** Everything a command may need to reach. */
export interface Backends {
  /** The settings, checked. */
  readonly config: Config;
  /** The server's origin and path, without secrets; null when none is set. */
  readonly serverUri: string | null;
  /** True when commands that read look at the server. */
  readonly readsServer: boolean;
  /**
   * The local store, made where it is not there yet. Unless `make` is true one that --store names
   * must be there: a mistyped name is not an empty store. Throws `StorageError`.
   */
  store(make?: boolean): Promise<LocalStore>;
  /** The local store as `store(false)` finds it, for reading alone: an export stays as it is. */
  storeToRead(): Promise<LocalStore>;
  /** The local store for reading; null where there is none yet, for looking must not make one. */
  storeIfThere(): Promise<LocalStore | null>;
  /** The server; a UsageError when none is set. */
  server(): Promise<Tracker>;
  /** The server when one is set and commands that read look there, else the store, opened for `use`. */
  tracker(use?: StoreUse): Promise<Tracker>;
  /** A run with one of these fingerprints in this experiment: in the store, else (not `offline`) on the server. */
  findLogged(
    experiment: ExperimentChoice,
    fingerprints: readonly string[],
    offline: boolean,
  ): Promise<FoundRun | null>;
  /** Delivers committed runs to the server. */
  deliver(options: DeliverOptions): Promise<readonly DeliveryOutcome[]>;
  /** Closes what was opened. */
  close(): Promise<void>;
}

/**
 * Reads the settings and says how to reach server and store. `--store` given to a command that reads,
 * without `--tracking-uri`, means that store, whatever the environment says.
 */
export async function openBackends(
  context: Context,
  flags: ConnectionValues,
): Promise<Backends> {
  const { io } = context;
  const { trackingUri, store: named, envFile, allowArtifactHost } = flags;
  const config = await loadConfig(io, {
    flags: { trackingUri, store: named, envFile, allowArtifactHost },
  });
  for (const warning of config.warnings) context.warn(warning);
  let store: Promise<LocalStore> | undefined;
  let reader: Promise<LocalStore> | undefined;
  let server: Promise<Tracker> | undefined;
  const readsServer = config.serverUri !== null &&
    (named === undefined || trackingUri !== undefined);
  const health = serverHealth();
  const requireNamed = async (): Promise<void> => {
    const path = named === undefined ? null : config.storePath;
    if (path !== null && !await isThere(context, path)) {
      throw new StorageError(path, "there is no such store");
    }
  };
  const backends: Backends = {
    config,
    serverUri: config.serverUri,
    readsServer,
    store: async (make = true) => {
      if (!make) await requireNamed();
      return await (store ??= openLocalStore(context, config));
    },
    storeToRead: async () => {
      await requireNamed();
      return await (store ?? (reader ??= openLocalStore(context, config, true)));
    },
    storeIfThere: async () =>
      await isThere(context, await storePath(context, config))
        ? await backends.storeToRead()
        : null,
    server: () => server ??= openServer(context, config),
    tracker: (use = "read") => {
      if (readsServer) return backends.server();
      return use === "read" ? backends.storeToRead() : backends.store(use === "make");
    },
    findLogged: async (experiment, fingerprints, offline) => {
      const local = await backends.store();
      for (const fingerprint of fingerprints) {
        const found = local.findFingerprint(experiment, fingerprint);
        if (found !== null) return found;
      }
      if (offline || config.serverUri === null || experiment.kind === "ofRun") return null;
      for (const fingerprint of fingerprints) {
        const found = await findOnServer(backends, health, experiment, fingerprint);
        if (found !== null) return found;
      }
      return null;
    },
    deliver: async (options) => {
      const local = await backends.store();
      return await local.deliver(await backends.server(), options);
    },
    close: async () => {
      await (await server?.catch(() => undefined))?.close();
      await (await store?.catch(() => undefined))?.close();
      await (await reader?.catch(() => undefined))?.close();
    },
  };
  return backends;
}

/** Does work with the backends and closes those that it opened, however it ends. */
export async function withBackends<T>(
  context: Context,
  flags: ConnectionValues,
  work: (backends: Backends) => Promise<T>,
): Promise<T> {
  const backends = await openBackends(context, flags);
  try {
    return await work(backends);
  } finally {
    await backends.close();
  }
}

/** Another machine may have logged it. A server that cannot be asked has not: the run is then kept. */
async function findOnServer(
  backends: Backends,
  health: ServerHealth,
  experiment: ExperimentRef,
  fingerprint: string,
): Promise<FoundRun | null> {
  // A sweep over many files does not wait for the same silence once for each of them.
  if (health.failure() !== null) return null;
  try {
    const server = await backends.server();
    const id = experiment.kind === "name"
      ? (await server.findExperiment(experiment.name))?.id
      : experiment.id;
    health.note(null);
    if (id === undefined) return null;
    const { parseFilter } = await import("./filter/mod.ts");
    const filter = parseFilter(`tags.\`${FINGERPRINT_TAG}\` = "${fingerprint}"`);
    const query = { experimentIds: [id], filter, orderBy: [], view: "active", limit: 1 } as const;
    for await (const [run] of server.searchRuns(query)) {
      if (run === undefined) continue;
      return { key: run.tags[RUN_KEY_TAG] ?? run.id, runId: run.id, delivered: true };
    }
  } catch (error) {
    if (!(error instanceof TrackerError)) throw error;
    health.note(error);
  }
  return null;
}

async function isThere({ io }: Context, path: string): Promise<boolean> {
  try {
    return await io.files.info(path) !== null;
  } catch (cause) {
    throw new StorageError(path, hostProblem(cause, "reading"), { cause });
  }
}

async function storePath({ io }: Context, config: Config): Promise<string> {
  const { defaultStorePath } = await import("./store/mod.ts");
  return resolve(io.cwd(), config.storePath ?? defaultStorePath(io));
}

async function openLocalStore(
  context: Context,
  config: Config,
  toRead = false,
): Promise<LocalStore> {
  const { openStore, openStoreToRead } = await import("./store/mod.ts");
  const open = toRead ? openStoreToRead : openStore;
  return await open(context.io, await storePath(context, config), {
    onMigration: (runs) => {
      if (runs < MANY_RUNS) return;
      context.note(
        `The store is brought to this btflow's format, once; of ${runs} runs that takes a while`,
      );
    },
  });
}

/** Fewer are brought to a newer format in less than a second or two. */
const MANY_RUNS = 50_000;

async function openServer(context: Context, config: Config): Promise<Tracker> {
  if (config.trackingUri === null) {
    throw new UsageError(
      "Cannot reach a server: none is set; use --tracking-uri or MLFLOW_TRACKING_URI",
    );
  }
  const { mlflowClient } = await import("./mlflow/client.ts");
  return mlflowClient(context.io, config, { warn: (warning) => context.warn(warning) });
}
