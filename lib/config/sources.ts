// Where the values of the settings come from: a flag, the environment, `.env.local`, `.env`,
// MLflow's credentials file, a default, in this order. Each value keeps its source, because a
// refusal or a diagnosis that does not say which file to fix is no use. What the values mean is
// values.ts' matter.

import { hostProblem, present, UsageError, type Warning } from "../errors.ts";
import type { Io } from "../io.ts";
import { readAtMost, readSmall, SMALL_FILE_BYTES } from "../small_file.ts";
import {
  type Resolved,
  type Setting,
  type SettingName,
  SETTINGS,
  type Settings,
  type Source,
} from "./settings.ts";

/** What the command line may set. */
export interface ConfigFlags {
  /** The value of `--tracking-uri`; stronger than MLFLOW_TRACKING_URI. */
  readonly trackingUri?: string | undefined;
  /** The value of `--store`; stronger than BTFLOW_STORE. */
  readonly store?: string | undefined;
  /** Read instead of `.env.local` and `.env`. */
  readonly envFile?: string | undefined;
  /** The values of `--allow-artifact-host`; stronger than BTFLOW_ALLOW_ARTIFACT_HOST. */
  readonly allowArtifactHost?: readonly string[] | undefined;
}

interface Layer {
  readonly source: Source;
  readonly origin: string;
  readonly value: (name: string) => string | undefined;
  /** What was odd about the file that it was read from. */
  readonly warnings?: readonly Warning[];
}

/** Looks every setting up where it may be set, strongest first. */
export async function readSettings(io: Io, flags: ConfigFlags = {}): Promise<Settings> {
  const layers: readonly Layer[] = [
    flagLayer("--tracking-uri", "MLFLOW_TRACKING_URI", flags.trackingUri),
    flagLayer("--store", "BTFLOW_STORE", flags.store),
    flagLayer("--allow-artifact-host", "BTFLOW_ALLOW_ARTIFACT_HOST", hosts(flags)),
    { source: "environment", origin: "environment", value: (name) => io.env(name) },
    ...await envFileLayers(io, flags.envFile),
    ...await credentialsLayer(io),
  ];
  const resolved = new Map(SETTINGS.map((setting) => [setting.name, resolve(setting, layers)]));
  return {
    get: (name) => present(resolved.get(name), name),
    warnings: layers.flatMap(({ warnings }) => warnings ?? []),
  };
}

function resolve(setting: Setting, layers: readonly Layer[]): Resolved {
  for (const { source, origin, value: lookUp } of layers) {
    // requests, and so MLflow's own client, prefers the lower-case spelling of the proxies.
    for (const name of [...(setting.aliases ?? []), setting.name]) {
      const value = lookUp(name);
      if (value !== undefined && value !== "") return { value, source, origin };
    }
  }
  return { value: setting.default ?? undefined, source: "default", origin: "default" };
}

function hosts({ allowArtifactHost = [] }: ConfigFlags): string | undefined {
  return allowArtifactHost.length === 0 ? undefined : allowArtifactHost.join();
}

function flagLayer(flag: string, setting: SettingName, value: string | undefined): Layer {
  if (value === "") throw new UsageError(`Cannot use ${flag}: its value is empty`);
  return { source: "flag", origin: flag, value: (name) => name === setting ? value : undefined };
}

async function envFileLayers(io: Io, envFile: string | undefined): Promise<readonly Layer[]> {
  if (envFile !== undefined) {
    const layer = await envFileLayer(io, envFile, "env-file");
    if (layer === null) throw new UsageError(`Cannot read --env-file ${envFile}: no such file`);
    return [layer];
  }
  const local = await envFileLayer(io, ".env.local", ".env.local");
  const shared = await envFileLayer(io, ".env", ".env");
  return [local, shared].filter((layer) => layer !== null);
}

/** Null when there is no such file. */
async function envFileLayer(io: Io, file: string, source: Source): Promise<Layer | null> {
  const text = await readText(io, file, source);
  if (text === null) return null;
  const { parse } = await import("dotenv");
  const values = new Map(Object.entries(parse(text.content)));
  return fileLayer(text, { source, origin: file, value: (name) => values.get(name) });
}

/** MLflow's own file: an ini with a section `[mlflow]`, of which it reads these two names. */
async function credentialsLayer(io: Io): Promise<readonly Layer[]> {
  const source = "~/.mlflow/credentials";
  const home = io.env("HOME") ?? io.env("USERPROFILE");
  if (home === undefined) return [];
  const text = await readText(io, `${home}/.mlflow/credentials`, source);
  if (text === null) return [];
  const names = ["MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"];
  const values = iniSection(text.content, "mlflow");
  const value = (name: string): string | undefined =>
    names.includes(name) ? values.get(name.toLowerCase()) : undefined;
  return [fileLayer(text, { source, origin: source, value })];
}

function fileLayer({ mode, warnings }: FileText, layer: Layer): Layer {
  const holdsSecret = SETTINGS.some(({ name, secret }) =>
    secret === true && (layer.value(name) ?? "") !== ""
  );
  const isReadable = mode !== null && (mode & 0o004) !== 0;
  if (!holdsSecret || !isReadable) return { ...layer, warnings };
  const message = `${layer.origin} holds a secret and every user of this machine can read it: ` +
    `chmod 600 ${layer.origin}`;
  return { ...layer, warnings: [...warnings, { code: "secrets-readable", message }] };
}

interface FileText {
  readonly content: string;
  readonly mode: number | null;
  readonly warnings: readonly Warning[];
}

/** Null when there is no such file. A folder named `.env` is a Python environment. */
async function readText(io: Io, file: string, source: Source): Promise<FileText | null> {
  try {
    const info = await io.files.info(file);
    if (info === null || info.isDirectory) return null;
    // A pipe that is named on purpose is one whose other end writes: --env-file <(decrypt …).
    const bytes = source === "env-file"
      ? await readAtMost(io.files, file, SMALL_FILE_BYTES)
      : await readSmall(io.files, file);
    return { content: new TextDecoder().decode(bytes), mode: info.mode, warnings: [] };
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    if ((cause as { readonly code?: unknown }).code === "EFBIG") {
      throw new UsageError(`Cannot read ${file}: larger than 1 MB`, { cause });
    }
    const message = `Cannot read ${file}: ${hostProblem(cause, "reading")}`;
    if (source === "env-file") throw new UsageError(message, { cause });
    return { content: "", mode: null, warnings: [{ code: "env-file-unreadable", message }] };
  }
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
