// What the settings mean: addresses, credentials, limits, each checked once, so that no command
// meets a bad value later. A refusal names the setting and its source; no message carries a secret.
// A value goes one way: found (sources.ts), read (read_value.ts), and checked against the others
// here.

import type { Warning } from "../errors.ts";
import type { Io } from "../io.ts";
import type { Release } from "../metrics/releases.ts";
import type { ExperimentRef } from "../tracker.ts";
import { isLoopback } from "../transport/proxy.ts";
import type { ProxyRules } from "../transport/proxy.ts";
import type { TlsOptions } from "../transport/tls_files.ts";
import { type Direction, foreignDirections, refuseForeignDirections } from "./foreign_folder.ts";
import {
  configuredPeriods,
  configuredRelease,
  describe,
  expandHome,
  readHosts,
  readNumber,
  readProxy,
  readTrackingUri,
  refuse,
  withoutSlash,
} from "./read_value.ts";
import { type Resolved, type SettingName, SETTINGS, type Settings, SOURCES } from "./settings.ts";
import { type ConfigFlags, readSettings } from "./sources.ts";

/** How btflow makes itself known to the server. */
export type Auth =
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "bearer"; readonly token: string };

/** The settings as the program uses them. */
export interface Config {
  /** A setting's text and where it comes from. */
  get(name: SettingName): Resolved;
  /** The value as it may be shown: secrets and credentials in URIs masked; null when unset. */
  shown(name: SettingName): string | null;
  /** Without a trailing slash's path: `https://host/mlflow`. Null: the local store. */
  readonly trackingUri: URL | null;
  readonly serverUri: string | null;
  /** Null: no credentials are sent. */
  readonly auth: Auth | null;
  readonly tls: TlsOptions;
  /** How often a request is repeated at most, where repeating is safe. */
  readonly retries: number;
  /** How long a request may wait for an answer. */
  readonly timeoutMs: number;
  /** Seconds before the first repeat, doubled for each further one. */
  readonly backoffFactor: number;
  /** What stands between this machine and the server. */
  readonly proxies: ProxyRules;
  /** Where no flag names one; null when none is set. */
  readonly experiment: ExperimentRef | null;
  /** Periods a year, where no flag gives them. */
  readonly periods: number | "auto";
  /** Whose definitions of metrics count, where no flag says. */
  readonly release: Release;
  /** From `--store` or BTFLOW_STORE; null: the default place. */
  readonly storePath: string | null;
  /** `HOST` or `HOST:PORT`, in lower case: where artifacts may go to by signed addresses. */
  readonly artifactHosts: readonly string[];
  /** On servers that have workspaces; null for the default one. */
  readonly workspace: string | null;
  /** What the working folder's files alone say of where data goes; nothing where that is this machine. */
  readonly directions: readonly Direction[];
  /** What is odd about the settings, such as secrets that others can read. */
  readonly warnings: readonly Warning[];
}

/** Python's client takes these, in any case. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);

const MAX_RETRIES = 10;

/**
 * The settings, looked up, checked and given their meaning.
 *
 * @throws {UsageError} naming the setting and its source.
 */
export async function loadConfig(
  io: Io,
  options: { readonly flags?: ConfigFlags } = {},
): Promise<Config> {
  return interpret(await readSettings(io, options.flags), io);
}

function interpret(found: Settings, io: Pick<Io, "env">): Config {
  refuseForeignDirections(found);
  const trackingUri = readTrackingUri(found.get("MLFLOW_TRACKING_URI"));
  const auth = readAuth(found);
  const tls = readTls(found, io);
  const store = found.get("BTFLOW_STORE").value;
  return {
    get: found.get,
    shown: (name) => shown(name, found.get(name).value),
    trackingUri,
    serverUri: trackingUri === null ? null : withoutSlash(trackingUri.href),
    auth,
    tls,
    retries: readNumber(found, "MLFLOW_HTTP_REQUEST_MAX_RETRIES", {
      whole: true,
      max: MAX_RETRIES,
    }),
    timeoutMs: 1000 * readNumber(found, "MLFLOW_HTTP_REQUEST_TIMEOUT", { min: 0.001, max: 86_400 }),
    backoffFactor: readNumber(found, "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", { max: 120 }),
    proxies: {
      http: readProxy(found, "HTTP_PROXY"),
      https: readProxy(found, "HTTPS_PROXY"),
      none: (found.get("NO_PROXY").value ?? "").split(",").map((host) => host.trim())
        .filter((host) => host !== ""),
    },
    experiment: readExperiment(found),
    periods: configuredPeriods(found.get("BTFLOW_PERIODS")),
    release: configuredRelease(found.get("BTFLOW_QUANTSTATS")),
    storePath: store === undefined ? null : expandHome(store, io),
    artifactHosts: readHosts(found.get("BTFLOW_ALLOW_ARTIFACT_HOST")),
    workspace: found.get("MLFLOW_WORKSPACE").value ?? null,
    directions: foreignDirections(found, trackingUri),
    warnings: [...found.warnings, ...warningsOf(found, trackingUri, auth, tls)],
  };
}

function readAuth(found: Settings): Auth | null {
  const username = found.get("MLFLOW_TRACKING_USERNAME");
  const password = found.get("MLFLOW_TRACKING_PASSWORD");
  const token = found.get("MLFLOW_TRACKING_TOKEN");
  if (token.value !== undefined && !/^[\x21-\x7e]+$/.test(token.value)) {
    refuse(
      "MLFLOW_TRACKING_TOKEN",
      token,
      "it has blanks, line ends or characters that a header cannot carry",
    );
  }
  if (username.value !== undefined && password.value !== undefined) {
    if (username.value.includes(":")) {
      refuse("MLFLOW_TRACKING_USERNAME", username, "basic authentication allows no colon in it");
    }
    return { kind: "basic", username: username.value, password: password.value };
  }
  if (token.value !== undefined) return { kind: "bearer", token: token.value };
  if (username.value !== undefined) {
    refuse("MLFLOW_TRACKING_USERNAME", username, "MLFLOW_TRACKING_PASSWORD is not set");
  }
  if (password.value !== undefined) {
    refuse("MLFLOW_TRACKING_PASSWORD", password, "MLFLOW_TRACKING_USERNAME is not set");
  }
  return null;
}

function readTls(found: Settings, io: Pick<Io, "env">): TlsOptions {
  const ca = found.get("MLFLOW_TRACKING_SERVER_CERT_PATH").value;
  const client = found.get("MLFLOW_TRACKING_CLIENT_CERT_PATH").value;
  const asked = found.get("MLFLOW_TRACKING_INSECURE_TLS");
  const insecure = BOOLEANS.get((asked.value ?? "false").trim().toLowerCase());
  if (insecure === undefined) {
    refuse("MLFLOW_TRACKING_INSECURE_TLS", asked, `expected true or false, got "${asked.value}"`);
  }
  if (insecure && ca !== undefined) {
    refuse(
      "MLFLOW_TRACKING_INSECURE_TLS",
      asked,
      "MLFLOW_TRACKING_SERVER_CERT_PATH is set too; either check the certificate or do not",
    );
  }
  return {
    caFile: ca === undefined ? null : expandHome(ca, io),
    clientCertFile: client === undefined ? null : expandHome(client, io),
    insecure,
  };
}

/** Name and id are two ways to say one thing: the stronger source counts, and one that says both is refused. */
function readExperiment(found: Settings): Config["experiment"] {
  const name = found.get("MLFLOW_EXPERIMENT_NAME");
  const id = found.get("MLFLOW_EXPERIMENT_ID");
  const order = SOURCES.indexOf(name.source) - SOURCES.indexOf(id.source);
  if (order === 0 && name.value !== undefined && id.value !== undefined) {
    refuse(
      "MLFLOW_EXPERIMENT_ID",
      id,
      `MLFLOW_EXPERIMENT_NAME is set too, by ${describe(name)}; unset one of them`,
    );
  }
  if (order < 0 && name.value !== undefined) return { kind: "name", name: name.value };
  if (id.value !== undefined) return { kind: "id", id: id.value };
  const fallback = found.get("MLFLOW_DEFAULT_EXPERIMENT").value;
  return fallback === undefined ? null : { kind: "name", name: fallback };
}

function warningsOf(
  found: Settings,
  uri: URL | null,
  auth: Auth | null,
  tls: TlsOptions,
): readonly Warning[] {
  const warnings: Warning[] = [];
  if (uri === null) return warnings;
  if (uri.protocol === "http:" && auth !== null && !isLoopback(uri.hostname)) {
    const message = `credentials go to ${uri.host} over plain http, where others can read them: ` +
      "use https";
    warnings.push({ code: "credentials-in-clear", message });
  }
  if (uri.protocol === "https:" && tls.insecure) {
    const { origin } = found.get("MLFLOW_TRACKING_INSECURE_TLS");
    const message = `the certificate of ${uri.host} is not checked ` +
      `(MLFLOW_TRACKING_INSECURE_TLS from ${origin}): anybody on the way can pose as the server`;
    warnings.push({ code: "insecure-tls", message });
  }
  if (auth?.kind === "basic" && found.get("MLFLOW_TRACKING_TOKEN").value !== undefined) {
    const message = "MLFLOW_TRACKING_TOKEN is not used, because a user name and password are set";
    warnings.push({ code: "token-unused", message });
  }
  return warnings;
}

function shown(name: SettingName, value: string | undefined): string | null {
  if (value === undefined) return null;
  const setting = SETTINGS.find((candidate) => candidate.name === name);
  if (setting?.secret === true) return "********";
  return setting?.isAddress === true ? value.replace(/^([^/]*\/\/)?[^/]*@/, "$1********@") : value;
}
