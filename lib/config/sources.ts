// Where the values of the settings come from: a flag, the environment, `.env.local`, `.env`, MLflow's
// credentials file, a default, in this order. Each value keeps its source, because a refusal or a
// diagnosis that does not say which file to mend is no use.

import type { Config } from "./values.ts";
import { interpret } from "./values.ts";
import { hostProblem, UsageError } from "../errors.ts";
import type { Warning } from "../errors.ts";
import type { Io } from "../io.ts";
import { settings } from "./settings.ts";
import type { Resolved, SettingName, Settings, Source } from "./settings.ts";

export type { Auth, Config } from "./values.ts";
export { settings } from "./settings.ts";
export type { Resolved, Setting, SettingName, Settings, Source } from "./settings.ts";

/** What the command line may set. */
export interface ConfigFlags {
  /** The value of `--tracking-uri`; stronger than MLFLOW_TRACKING_URI. */
  readonly trackingUri?: string | undefined;
  /** The value of `--store`; stronger than BTFLOW_STORE. */
  readonly store?: string | undefined;
  /** Read instead of `.env.local` and `.env`. */
  readonly envFile?: string | undefined;
}

interface Layer {
  readonly source: Source;
  readonly origin: string;
  value(name: string): string | undefined;
}

const ENV_FILE_BYTES = 1 << 20;

/**
 * The settings, checked and given their meaning.
 *
 * @throws {UsageError} naming the setting and its source.
 */
export async function loadConfig(
  io: Io,
  options: { readonly flags?: ConfigFlags } = {},
): Promise<Config> {
  return interpret(await readSettings(io, options.flags), io);
}

/** Looks every setting up where it may be set, strongest first. */
export async function readSettings(io: Io, flags: ConfigFlags = {}): Promise<Settings> {
  const warnings: Warning[] = [];
  const layers: readonly Layer[] = [
    flagLayer("--tracking-uri", "MLFLOW_TRACKING_URI", flags.trackingUri),
    flagLayer("--store", "BTFLOW_STORE", flags.store),
    { source: "environment", origin: "environment", value: (name) => io.env(name) },
    ...await envFileLayers(io, flags.envFile, warnings),
    ...await credentialsLayer(io, warnings),
  ];
  const resolve = (setting: typeof settings[number]): Resolved => {
    for (const layer of layers) {
      // requests, and so MLflow's own client, prefers the lower-case spelling of the proxies.
      for (const name of [...(setting.aliases ?? []), setting.name]) {
        const value = layer.value(name);
        if (value !== undefined && value !== "") {
          return { value, source: layer.source, origin: layer.origin };
        }
      }
    }
    return { value: setting.default ?? undefined, source: "default", origin: "default" };
  };
  const resolved = new Map<string, Resolved>(
    settings.map((setting) => [setting.name, resolve(setting)]),
  );
  const unset: Resolved = { value: undefined, source: "default", origin: "default" };
  return { get: (name) => resolved.get(name) ?? unset, warnings };
}

function flagLayer(flag: string, setting: SettingName, value: string | undefined): Layer {
  if (value === "") throw new UsageError(`Cannot use ${flag}: its value is empty`);
  return { source: "flag", origin: flag, value: (name) => name === setting ? value : undefined };
}

async function envFileLayers(
  io: Io,
  envFile: string | undefined,
  warnings: Warning[],
): Promise<readonly Layer[]> {
  if (envFile !== undefined) {
    const layer = await envFileLayer(io, envFile, "env-file", warnings);
    if (layer === null) throw new UsageError(`Cannot read --env-file ${envFile}: no such file`);
    return [layer];
  }
  const local = await envFileLayer(io, ".env.local", ".env.local", warnings);
  const shared = await envFileLayer(io, ".env", ".env", warnings);
  return [local, shared].filter((layer) => layer !== null);
}

/** Null when there is no such file. A folder `.env` is a Python environment, and none of ours. */
async function envFileLayer(
  io: Io,
  file: string,
  source: Source,
  warnings: Warning[],
): Promise<Layer | null> {
  const text = await readText(io, file, source, warnings);
  if (text === null) return null;
  const { parse } = await import("dotenv");
  const values = new Map(Object.entries(parse(text.content)));
  const secrets = settings.filter((setting) => setting.secret === true);
  const exposed = secrets.filter((setting) => (values.get(setting.name) ?? "") !== "");
  if (exposed.length > 0) warnIfReadable(file, text.mode, warnings);
  return { source, origin: file, value: (name) => values.get(name) };
}

function warnIfReadable(file: string, mode: number | null, warnings: Warning[]): void {
  if (mode === null || (mode & 0o004) === 0) return;
  warnings.push({
    code: "secrets-readable",
    message: `${file} holds a secret and every user of this machine can read it: chmod 600 ${file}`,
  });
}

async function readText(
  io: Io,
  file: string,
  source: Source,
  warnings: Warning[],
): Promise<{ readonly content: string; readonly mode: number | null } | null> {
  try {
    const info = await io.files.info(file);
    if (info === null || info.isDirectory) return null;
    if (info.size > ENV_FILE_BYTES) throw new UsageError(`Cannot read ${file}: larger than 1 MB`);
    const content = new TextDecoder().decode(await io.files.read(file));
    return { content, mode: info.mode };
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const message = `Cannot read ${file}: ${hostProblem(cause, "reading")}`;
    if (source === "env-file") throw new UsageError(message, { cause });
    warnings.push({ code: "env-file-unreadable", message });
    return null;
  }
}

/** MLflow's own file: an ini with a section `[mlflow]`, of which it reads these two names. */
async function credentialsLayer(io: Io, warnings: Warning[]): Promise<readonly Layer[]> {
  const source = "~/.mlflow/credentials";
  const home = io.env("HOME") ?? io.env("USERPROFILE");
  if (home === undefined) return [];
  const file = `${home}/.mlflow/credentials`;
  const text = await readText(io, file, source, warnings);
  if (text === null) return [];
  const names = ["MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"];
  const values = iniSection(text.content, "mlflow");
  const value = (name: string): string | undefined =>
    names.includes(name) ? values.get(name.toLowerCase()) : undefined;
  if (value("MLFLOW_TRACKING_PASSWORD") !== undefined) warnIfReadable(source, text.mode, warnings);
  return [{ source, origin: source, value }];
}

/** As Python's configparser reads it: text may follow a heading, and `%%` in a value is a `%`. */
function iniSection(text: string, wanted: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let section = "";
  for (const line of text.split(/\r?\n/)) {
    const heading = /^\[(.+)\]/.exec(line);
    if (heading !== null) section = heading[1] ?? "";
    const pair = /^\s*([^#;=:\s][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (section === wanted && pair !== null) {
      values.set((pair[1] ?? "").toLowerCase(), (pair[2] ?? "").replaceAll("%%", "%"));
    }
  }
  return values;
}
