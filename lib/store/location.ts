// Where the store is: beside the user's other data, by the custom of each platform.

import { StorageError } from "../errors.ts";
import type { Io } from "../io.ts";

/**
 * The store's file: BTFLOW_STORE, else `btflow/store.db` in the platform's data folder (Linux:
 * $XDG_DATA_HOME or ~/.local/share; macOS: ~/Library/Application Support; Windows: %LOCALAPPDATA%).
 *
 * @throws {StorageError} when no variable says where the user's files are.
 */
export function defaultStorePath(io: Pick<Io, "env" | "platform">): string {
  const chosen = io.env("BTFLOW_STORE");
  if (chosen !== undefined) return chosen;
  const folder = DATA_FOLDERS[io.platform](io.env);
  if (folder === undefined) {
    const missing = io.platform === "windows" ? "LOCALAPPDATA and USERPROFILE are" : "HOME is";
    throw new StorageError(
      "the local store",
      `${missing} not set, so there is no place for it: set BTFLOW_STORE or give --store FILE`,
    );
  }
  const separator = io.platform === "windows" ? "\\" : "/";
  return [folder, "btflow", "store.db"].join(separator);
}

type DataFolder = (env: Io["env"]) => string | undefined;

const DATA_FOLDERS: Readonly<Record<Io["platform"], DataFolder>> = {
  linux: (env) => xdg(env) ?? below(env("HOME"), "/.local/share"),
  darwin: (env) => xdg(env) ?? below(env("HOME"), "/Library/Application Support"),
  windows: (env) => env("LOCALAPPDATA") ?? below(env("USERPROFILE"), "\\AppData\\Local"),
};

/** A relative XDG_DATA_HOME is to be ignored (XDG Base Directory Specification). */
function xdg(env: Io["env"]): string | undefined {
  const folder = env("XDG_DATA_HOME");
  return folder?.startsWith("/") ? folder.replace(/\/+$/, "") : undefined;
}

function below(home: string | undefined, rest: string): string | undefined {
  return home === undefined ? undefined : home.replace(/[/\\]+$/, "") + rest;
}

/** The folder of a file. */
export function folderOf(file: string): string {
  const cut = Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\"));
  if (cut < 0) return ".";
  return cut === 0 ? file.slice(0, 1) : file.slice(0, cut);
}
