// The flags that say where a command works: at the server when a tracking URI is set, else in the
// local store. backends.ts opens what they name.

import { type Flag, text, texts } from "../command/flags.ts";

/** Flags of every command that works with a server or a store. */
export interface ConnectionFlags {
  /** The server; else the setting's. */
  readonly trackingUri: Flag<string | undefined>;
  /** The store's file; else the setting's. */
  readonly store: Flag<string | undefined>;
  /** A file of settings, in place of `.env.local` and `.env`. */
  readonly envFile: Flag<string | undefined>;
}

/** The values of {@link ConnectionFlags}. */
export interface ConnectionValues {
  /** Undefined when the flag was not used. */
  readonly trackingUri: string | undefined;
  /** Undefined when the flag was not used. */
  readonly store: string | undefined;
  /** Undefined when the flag was not used. */
  readonly envFile: string | undefined;
  /** Of commands that send or fetch artifacts. */
  readonly allowArtifactHost?: readonly string[] | undefined;
}

/** The flags themselves, to be spread into a command's. */
export const CONNECTION_FLAGS: ConnectionFlags = {
  trackingUri: text({
    summary: "MLflow server to use",
    value: "URL",
    fallback: "MLFLOW_TRACKING_URI, else the local store",
  }),
  store: text({
    summary: "Local store file",
    value: "FILE",
    fallback: "BTFLOW_STORE, else btflow/store.db in the user's data folder",
    completes: "file",
  }),
  envFile: text({
    summary: "Read settings from this file instead of .env.local and .env",
    value: "FILE",
    completes: "file",
  }),
};

/** `--allow-artifact-host`, for commands that send or fetch artifacts. */
export const ARTIFACT_HOST_FLAGS: { readonly allowArtifactHost: Flag<readonly string[]> } = {
  allowArtifactHost: texts({
    summary: "Let artifacts go to this host by the server's signed addresses",
    value: "HOST",
    fallback: "BTFLOW_ALLOW_ARTIFACT_HOST",
  }),
};

/** `--store`, for commands that read several stores at once. */
export const STORES_FLAG: Flag<readonly string[]> = texts({
  summary: "Local store file",
  value: "FILE",
  fallback: "BTFLOW_STORE, else btflow/store.db in the user's data folder",
  completes: "file",
});
