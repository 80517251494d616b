// Every setting of the program, one row each. Where values are looked for (sources.ts) and what
// they mean (values.ts) stand elsewhere, so that help, documentation and `doctor` can list the
// settings without reading any.

import type { Warning } from "../errors.ts";

const ROWS = [
  {
    name: "MLFLOW_TRACKING_URI",
    isAddress: true,
    directs: "http and https",
    default: null,
    summary: "tracking server (http or https); unset: the local store",
  },
  {
    name: "MLFLOW_TRACKING_USERNAME",
    default: null,
    summary: "user name for basic authentication",
  },
  {
    name: "MLFLOW_TRACKING_PASSWORD",
    secret: true,
    identifies: true,
    default: null,
    summary: "password for basic authentication",
  },
  {
    name: "MLFLOW_TRACKING_TOKEN",
    secret: true,
    identifies: true,
    default: null,
    summary: "bearer token; a user name with password takes precedence",
  },
  {
    name: "MLFLOW_TRACKING_SERVER_CERT_PATH",
    directs: "https",
    default: null,
    summary: "certificates (PEM) that the server's must descend from",
  },
  {
    name: "MLFLOW_TRACKING_CLIENT_CERT_PATH",
    identifies: true,
    default: null,
    summary: "client certificate with its key (PEM)",
  },
  {
    name: "MLFLOW_TRACKING_INSECURE_TLS",
    directs: "https",
    default: "false",
    summary: "true: do not check the server's certificate",
  },
  {
    name: "MLFLOW_WORKSPACE",
    default: null,
    summary: "workspace on servers that have them",
  },
  {
    name: "MLFLOW_EXPERIMENT_NAME",
    default: null,
    summary: "experiment where none is named",
  },
  {
    name: "MLFLOW_EXPERIMENT_ID",
    default: null,
    summary: "experiment where none is named, by id",
  },
  {
    name: "MLFLOW_DEFAULT_EXPERIMENT",
    default: null,
    summary: "experiment where neither a flag nor the two above name one",
  },
  {
    name: "MLFLOW_RUN_ID",
    directs: "run",
    default: null,
    summary: "existing run that `log` writes into",
  },
  {
    name: "MLFLOW_HTTP_REQUEST_TIMEOUT",
    default: "120",
    summary: "seconds without an answer after which a request is given up",
  },
  {
    name: "MLFLOW_HTTP_REQUEST_MAX_RETRIES",
    default: "3",
    summary: "how often a request is repeated where repeating is safe",
  },
  {
    name: "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR",
    default: "1",
    summary: "seconds before the first repeat; doubled for each further one",
  },
  {
    name: "HTTP_PROXY",
    aliases: ["http_proxy"],
    isAddress: true,
    directs: "http",
    default: null,
    summary: "proxy for http servers",
  },
  {
    name: "HTTPS_PROXY",
    aliases: ["https_proxy"],
    isAddress: true,
    directs: "https",
    default: null,
    summary: "proxy for https servers",
  },
  {
    name: "NO_PROXY",
    aliases: ["no_proxy"],
    default: null,
    summary: "hosts reached without a proxy, separated by commas; * for all",
  },
  {
    name: "NO_COLOR",
    default: null,
    summary: "when set, no colour",
  },
  {
    name: "CLICOLOR_FORCE",
    default: null,
    summary: "when set, and not to 0, colour in pipes and files too",
  },
  {
    name: "BTFLOW_STORE",
    default: null,
    summary: "the local store; unset: btflow/store.db in the user's data folder",
  },
  {
    name: "BTFLOW_PERIODS",
    default: "252",
    summary: "periods a year, or auto",
  },
  {
    name: "BTFLOW_ALLOW_ARTIFACT_HOST",
    default: null,
    summary: "hosts, separated by commas, that artifacts may go to by signed addresses",
  },
  {
    name: "BTFLOW_QUANTSTATS",
    default: "0.0.86",
    summary: "QuantStats release whose definitions count, from 0.0.81 on",
  },
] as const;

/** The name of a setting. */
export type SettingName = typeof ROWS[number]["name"];

/** One setting, as it is named in the environment and in env files. */
export interface Setting {
  /** As in the environment. */
  readonly name: SettingName;
  /** Other spellings of the same variable; the first that is set counts. */
  readonly aliases?: readonly string[];
  /** An address, which may hold credentials: those are never shown. */
  readonly isAddress?: true;
  /** Never shown, at any verbosity. */
  readonly secret?: true;
  /** What the server knows the user by. */
  readonly identifies?: true;
  /**
   * Decides where things go, so a foreign folder may not set it for what comes from elsewhere: who
   * sees what is sent to servers of these protocols, or which run is written into.
   */
  readonly directs?: "http" | "https" | "http and https" | "run";
  /** As text; null when there is none. */
  readonly default: string | null;
  /** In lower case, for the manual page. */
  readonly summary: string;
}

/** The settings, in the order in which they are listed. */
export const SETTINGS: readonly Setting[] = ROWS;

/** Where a value may come from, from the strongest to the weakest. */
export const SOURCES = [
  "flag",
  "environment",
  "env-file",
  ".env.local",
  ".env",
  "~/.mlflow/credentials",
  "default",
] as const;

/** Where a value came from. */
export type Source = typeof SOURCES[number];

/** A setting's value; undefined with source "default" when nothing sets it. */
export interface Resolved {
  readonly value: string | undefined;
  /** The layer it was found in. */
  readonly source: Source;
  /** What the user would recognise: `--tracking-uri`, `.env.local`, the path of `--env-file`. */
  readonly origin: string;
}

/** The values as text, before anything is made of them. */
export interface Settings {
  /** A setting's text and where it comes from. */
  get(name: SettingName): Resolved;
  /** What was odd about the files that were read. */
  readonly warnings: readonly Warning[];
}
