// The diagnosis: settings, store, then the way to the server step by step, so that the first failure
// is the cause and not its consequence. The checks of the server are a table, each with what it
// builds on.

import { SETTINGS } from "../config/settings.ts";
import type { Config } from "../config/values.ts";
import { TrackerError } from "../errors.ts";
import type { Io } from "../io.ts";
import { mlflowClient } from "../mlflow/client.ts";
import { openHttp } from "../mlflow/http.ts";
import { openTransport } from "../transport/mod.ts";
import { abilityChecks } from "./ability_checks.ts";
import { connectionChecks } from "./connection_checks.ts";
import {
  type Check,
  type DoctorOptions,
  failed,
  type Finding,
  skipped,
  type Subject,
  type Verdict,
} from "./finding.ts";
import { serverChecks } from "./server_checks.ts";
import { storeFindings } from "./store_check.ts";
import { writeChecks } from "./write_check.ts";

export type { DoctorOptions, Finding } from "./finding.ts";
export { findingLines } from "./screen.ts";

/** The checks of the server, in the order in which they are made. */
const checks: readonly Check[] = [
  ...connectionChecks,
  ...serverChecks,
  ...abilityChecks,
  ...writeChecks,
];

const LIMIT_MS = 15_000;

/** Examines everything; each finding comes as it is made. */
export async function* runChecks(
  config: Config,
  io: Io,
  options: DoctorOptions = {},
): AsyncIterable<Finding> {
  yield* settingFindings(config);
  if (options.store !== undefined) yield* storeFindings(options.store);
  if (config.trackingUri === null) {
    const detail = "no server is set (MLFLOW_TRACKING_URI): runs are kept in the local store";
    yield { name: "server", ...skipped(detail) };
    return;
  }
  const subject = openSubject(config, io, options);
  const fine = new Set<string>();
  try {
    for (const check of checks) {
      const missing = check.needs.find((name) => !fine.has(name));
      const verdict = missing === undefined
        ? await attempt(check, subject)
        : { ...skipped(`not checked: it builds on "${missing}"`), follows: true };
      if (verdict.status === "ok" || verdict.status === "warning") fine.add(check.name);
      yield { name: check.name, ...verdict };
    }
  } finally {
    await subject.client.close();
    subject.transport.close();
  }
}

function* settingFindings(config: Config): Iterable<Finding> {
  for (const { name } of SETTINGS) {
    const { source, origin } = config.get(name);
    const shown = config.shown(name);
    const from = source === "default" ? "default" : `from ${origin}`;
    const detail = shown === null ? "not set" : `${shown} (${from})`;
    yield { name, status: "ok", detail, isSet: shown !== null && source !== "default" };
  }
  for (const { code, message } of config.warnings) {
    yield { name: `setting: ${code}`, status: "warning", detail: message };
  }
}

/** Nothing is repeated and nothing waits long: a diagnosis shows a failure as it is. */
function openSubject(config: Config, io: Io, options: DoctorOptions): Subject {
  const server = config.trackingUri;
  if (server === null) throw new TypeError("Cannot examine a server: none is set");
  const quick = { ...config, timeoutMs: Math.min(config.timeoutMs, LIMIT_MS), retries: 0 };
  const transport = openTransport(io, { ...quick, server });
  const root = server.pathname.replace(/\/+$/, "");
  return {
    config,
    io,
    options,
    transport,
    http: openHttp({ ...quick, transport, root, io }),
    client: mlflowClient(io, quick),
  };
}

async function attempt(check: Check, subject: Subject): Promise<Verdict> {
  try {
    return await check.run(subject);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ...failed(error.message, mendOf(error)), cause: error };
  }
}

function mendOf(error: Error): string {
  if (!(error instanceof TrackerError)) return "see the message";
  return MENDS[error.code] ?? MENDS[String(error.status)] ??
    "look into the server's log for the reason";
}

/** By error code, else by status. */
const MENDS: Readonly<Record<string, string>> = {
  CONNECTION: "check the address in MLFLOW_TRACKING_URI and that the server runs: " +
    "mlflow server --host 0.0.0.0 --port 5000; in between, runs are kept and btflow sync sends them",
  TIMEOUT: "check the network, the firewall and the server's load; MLFLOW_HTTP_REQUEST_TIMEOUT " +
    "allows for more time",
  TLS: "set MLFLOW_TRACKING_SERVER_CERT_PATH, or mend the server's certificate",
  NO_TLS: "write http:// in MLFLOW_TRACKING_URI, or the port at which the server speaks TLS",
  REFUSED: "set MLFLOW_TRACKING_URI to the server that answers, or use a build that may reach it",
  BAD_REPLY: "open the address in a browser: what answers there is not MLflow's interface",
  ENDPOINT_NOT_FOUND: "check the path in MLFLOW_TRACKING_URI; btflow needs MLflow 2.9 or later",
  "401": "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, " +
    "as the server's administrator gave them",
  "403": "ask the server's administrator for permission on the experiment",
  "429": "the server is busy: try again later",
};
