// What is settled once, when the server is started: the settings with the files that hold them, the
// folder that bounds the files, the store. The settings become a call's environment, so that no call
// reads a file of settings, or finds others because the folder's were changed meanwhile.

import { resolve } from "node:path";
import { type SettingName, SETTINGS } from "../config/settings.ts";
import { type Config, loadConfig } from "../config/values.ts";
import { UsageError, type Warning } from "../errors.ts";
import type { Io } from "../io.ts";
import type { Surroundings } from "./world.ts";

/** What `btflow mcp` was told. */
export interface Told {
  readonly root: string | undefined;
  readonly allowWrite: boolean;
  readonly store: string | undefined;
  readonly trackingUri: string | undefined;
  readonly envFile: string | undefined;
  readonly allowArtifactHost: readonly string[];
}

/**
 * Reads the settings and finds the folder.
 *
 * @throws {UsageError} where a setting cannot be used, or there is no such folder.
 */
export async function surroundingsOf(
  io: Io,
  told: Told,
  defaultStore: (io: Io) => string,
): Promise<{ readonly surroundings: Surroundings; readonly warnings: readonly Warning[] }> {
  const { trackingUri, store, envFile, allowArtifactHost, allowWrite } = told;
  const flags = { trackingUri, store, envFile, allowArtifactHost };
  const config = await loadConfig(io, { flags });
  refuseForeignServer(config, allowWrite);
  const root = await rootFolder(io, told.root ?? ".");
  const at = (file: string): string => resolve(io.cwd(), file);
  const storePath = at(config.storePath ?? defaultStore(io));
  const { caFile, clientCertFile } = config.tls;
  const places: readonly (readonly [SettingName, string | null])[] = [
    ["BTFLOW_STORE", config.storePath === null ? null : storePath],
    ["MLFLOW_TRACKING_SERVER_CERT_PATH", caFile === null ? null : at(caFile)],
    ["MLFLOW_TRACKING_CLIENT_CERT_PATH", clientCertFile === null ? null : at(clientCertFile)],
  ];
  const settings = new Map<string, string | undefined>();
  for (const { name, aliases = [] } of SETTINGS) {
    const { value, source } = config.get(name);
    for (const alias of aliases) settings.set(alias, undefined);
    settings.set(name, source === "default" ? undefined : value);
  }
  for (const [name, path] of places) if (path !== null) settings.set(name, path);
  return {
    surroundings: {
      io,
      settings,
      bounds: {
        root,
        allowWrite,
        store: storePath,
        certificates: places.slice(1).flatMap(([, path]) => path === null ? [] : [path]),
        settings: await settingsFiles(io, envFile),
      },
    },
    warnings: config.warnings,
  };
}

/** The rule of `btflow sync`: a folder's own file does not decide where runs go. */
function refuseForeignServer({ directions: [direction] }: Config, allowWrite: boolean): void {
  if (!allowWrite || direction === undefined) return;
  const { name, origin } = direction;
  throw new UsageError(
    `Cannot allow writing: ${name} comes from ${origin} of the working folder, which would direct ` +
      `runs elsewhere; if you trust the file, say --env-file ${origin}`,
  );
}

async function rootFolder(io: Io, root: string): Promise<string> {
  const info = await io.files.info(root).catch(() => null);
  if (info?.isDirectory !== true) {
    throw new UsageError(`Cannot use --root ${root}: there is no such folder`);
  }
  return await io.files.realPath(resolve(io.cwd(), root));
}

/** The files that settings are read from: where they lead, and as commands ask for them. */
async function settingsFiles(io: Io, envFile: string | undefined): Promise<readonly string[]> {
  const home = io.env("HOME") ?? io.env("USERPROFILE");
  const named = [
    ...envFile === undefined ? [".env.local", ".env"] : [envFile],
    ...home === undefined ? [] : [`${home}/.mlflow/credentials`],
  ].map((file) => resolve(io.cwd(), file));
  const real = await Promise.all(named.map((file) => io.files.realPath(file).catch(() => file)));
  return [...new Set([...named, ...real])];
}
