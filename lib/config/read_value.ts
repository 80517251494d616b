// Values of single settings, read from their text: addresses, numbers, paths. What is refused is
// refused by name and source, and without repeating a secret.

import { decimal } from "../command/flags.ts";
import { UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { readPeriods } from "../metrics/periods.ts";
import { type Release, releaseNamed, unknownRelease } from "../metrics/releases.ts";
import type { Resolved, SettingName, Settings } from "./settings.ts";

/** A source as messages name it. */
export function describe({ source, origin }: Resolved): string {
  return source === "environment" ? "the environment" : origin;
}

/** Refuses a value, naming the setting and its source. */
export function refuse(name: SettingName, from: Resolved, problem: string): never {
  const what = from.source === "flag" ? from.origin : `${name} from ${describe(from)}`;
  throw new UsageError(`Cannot use ${what}: ${problem}`);
}

/** The server's address; null when none is set. */
export function readTrackingUri(from: Resolved): URL | null {
  const name = "MLFLOW_TRACKING_URI";
  if (from.value === undefined) return null;
  const text = from.value.trim();
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase();
  if (scheme !== "http" && scheme !== "https") refuse(name, from, otherScheme(text, scheme));
  const url = URL.parse(text);
  if (url === null || url.hostname === "") {
    refuse(name, from, "it is not a valid address; expected the like of http://localhost:5000");
  }
  if (url.username !== "" || url.password !== "") {
    refuse(
      name,
      from,
      `it holds credentials (${withoutUser(url)}); set MLFLOW_TRACKING_USERNAME and ` +
        "MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, instead",
    );
  }
  if (url.search !== "" || url.hash !== "") {
    refuse(name, from, "it has a query or fragment; expected the like of http://localhost:5000");
  }
  url.pathname = withoutSlash(url.pathname);
  return url;
}

function otherScheme(text: string, scheme: string | undefined): string {
  if (text === "databricks" || text === "uc" || /^(databricks|uc):/.test(text)) {
    return "btflow speaks to MLflow's open-source server, not to Databricks; expected http:// or https://";
  }
  if (scheme !== undefined && /^(sqlite|mysql|postgres|mssql)/.test(scheme)) {
    return `btflow does not open MLflow's database (${scheme}) itself; start a server with ` +
      "mlflow server --backend-store-uri … and give its address";
  }
  if (scheme === "file" || /^file:|^[./~]|^\w:[\\/]/.test(text)) {
    return "it is a folder; btflow needs a server, http:// or https://, or its own store (--store FILE)";
  }
  if (scheme !== undefined) {
    return `scheme ${scheme} is not supported; expected http:// or https://`;
  }
  return "it has no scheme; expected http:// or https:// before the host";
}

/** Which numbers a setting takes. */
export interface NumberRange {
  /** 0 when absent. */
  readonly min?: number;
  readonly max: number;
  /** True when fractions are refused. */
  readonly whole?: boolean;
}

/** A number within its range. */
export function readNumber(found: Settings, name: SettingName, range: NumberRange): number {
  const from = found.get(name);
  const { min = 0, max, whole = false } = range;
  const value = decimal(from.value ?? "");
  if (!(value >= min && value <= max) || (whole && !Number.isInteger(value))) {
    const kind = whole ? "a whole number" : "a number";
    refuse(name, from, `expected ${kind} from ${min} to ${max}, got "${from.value}"`);
  }
  return value;
}

/** A proxy's address, which may hold its credentials. */
export function readProxy(found: Settings, name: "HTTP_PROXY" | "HTTPS_PROXY"): URL | null {
  const from = found.get(name);
  if (from.value === undefined) return null;
  const text = from.value.trim();
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  if (url === null || url.hostname === "") {
    refuse(name, from, "it is not a valid address; expected the like of http://proxy:3128");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    refuse(
      name,
      from,
      `scheme ${url.protocol.slice(0, -1)} is not supported; expected http or https`,
    );
  }
  return url;
}

/** Hosts separated by commas, each with a port or without. */
export function readHosts(from: Resolved): readonly string[] {
  const hosts = (from.value ?? "").split(",").map((host) => host.trim().toLowerCase())
    .filter((host) => host !== "");
  const wrong = hosts.find((host) =>
    !/^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/.test(host) || Number(host.split(":").at(-1)) > 65_535
  );
  if (wrong === undefined) return hosts;
  refuse(
    "BTFLOW_ALLOW_ARTIFACT_HOST",
    from,
    `expected a host, with a port or without, such as bucket.s3.amazonaws.com, got "${wrong}"`,
  );
}

/** Periods a year, by the rule of `--periods`. */
export function configuredPeriods(from: Resolved): number | "auto" {
  const problem = `expected a number of periods a year or auto, got "${from.value}"`;
  return readPeriods(from.value ?? "") ?? refuse("BTFLOW_PERIODS", from, problem);
}

/** A release of QuantStats, by the rule of `--quantstats`. */
export function configuredRelease(from: Resolved): Release {
  const name = from.value ?? "";
  return releaseNamed(name) ?? refuse("BTFLOW_QUANTSTATS", from, unknownRelease(name));
}

function withoutUser(url: URL): string {
  return `${url.protocol}//********@${url.host}`;
}

/** Without slashes at its end. */
export function withoutSlash(text: string): string {
  return text.replace(/\/+$/, "");
}

/** A path whose `~/` is the user's folder. */
export function expandHome(file: string, io: Pick<Io, "env">): string {
  const home = io.env("HOME") ?? io.env("USERPROFILE");
  return home !== undefined && /^~[/\\]/.test(file) ? home + file.slice(1) : file;
}
