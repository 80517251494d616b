// The files that a call may touch: those below one folder, wherever links lead, and of what lies
// elsewhere the store and the certificates that whoever started the server has named. The rule stands
// at the file system and not at the arguments, because a manifest or a dataset names files too.

import { basename, dirname, resolve, sep } from "node:path";
import type { Files } from "../io.ts";

/** What a call may touch. */
export interface Bounds {
  /** The folder, with all its links followed. Relative paths are of it. */
  readonly root: string;
  /** Whether anything may be written. */
  readonly allowWrite: boolean;
  /** The store of who started the server; its neighbours are its log and its locks. */
  readonly store: string;
  /** The files of certificates and keys that the settings name, as absolute paths. */
  readonly certificates: readonly string[];
  /** Files of settings, as named and with links followed: read already, and they hold secrets. */
  readonly settings: readonly string[];
  /** Ends the world of a call that has ended: what it left behind does nothing more. */
  readonly ended: AbortSignal;
}

/** Where a Unix keeps what is no file of anybody. */
const NO_FILES: readonly string[] = ["/proc", "/sys", "/dev"];

/** What a command looks for in its working folder. */
const SETTINGS_FILES: readonly string[] = [".env", ".env.local"];

/** The host's files within bounds. What is out of them is an error that says so. */
export function rootedFiles(files: Files, bounds: Bounds): Files {
  const { root, store, certificates } = bounds;
  const inRoot = async (file: string): Promise<string> => {
    bounds.ended.throwIfAborted();
    if (file === "-") throw new Error("standard input is where the agent speaks: name a file");
    const path = resolve(root, file);
    const isNoFile = NO_FILES.some((folder) => isBelow(path, folder));
    const real = isNoFile ? path : await files.realPath(path);
    if (isNoFile || !isBelow(real, root) || NO_FILES.some((folder) => isBelow(real, folder))) {
      throw new Error(`it is outside ${root}, all that btflow mcp may use (--root)`);
    }
    if (isSettings(real, bounds)) throw new Error("it holds settings, which no tool reads");
    return real;
  };
  /** What is asked of a file without its content: of the store too. */
  const known = async (file: string): Promise<string> => {
    bounds.ended.throwIfAborted();
    const path = resolve(root, file);
    return path === dirname(store) || isOfStore(path, store) || certificates.includes(file)
      ? path
      : await inRoot(file);
  };
  const content = async (file: string): Promise<string> =>
    certificates.includes(file) ? file : await inRoot(file);
  const written = async (file: string): Promise<string> => {
    if (!bounds.allowWrite) {
      const path = resolve(root, file);
      const what = path === dirname(store) || isOfStore(path, store)
        ? "there is no store there yet"
        : "nothing is written";
      throw new Error(`${what}: btflow mcp was started without --allow-write`);
    }
    return await known(file);
  };
  return {
    chunks: async function* (file, size) {
      for await (const chunk of files.chunks(await storeContent(file), size)) {
        bounds.ended.throwIfAborted();
        yield chunk;
      }
    },
    read: async (file) => await files.read(await content(file)),
    head: async (file, length) => await files.head(await known(file), length),
    readAt: async (file, position, length) =>
      await files.readAt(await content(file), position, length),
    info: async (file) => {
      // The settings are read once, before there is a call: to a command there are none.
      if (SETTINGS_FILES.includes(file) || bounds.settings.includes(resolve(root, file))) {
        return null;
      }
      return await files.info(await known(file));
    },
    inUse: async (file) => await files.inUse(await known(file)),
    realPath: async (file) => await files.realPath(await known(file)),
    list: async (folder) => await files.list(await known(folder)),
    fileSystem: async (file) => await files.fileSystem(await known(file)),
    write: async (file, text, mode) => await files.write(await written(file), text, mode),
    create: async (file, text, mode) => await files.create(await written(file), text, mode),
    makeFolder: async (folder, mode) => await files.makeFolder(await written(folder), mode),
    remove: async (file) => await files.remove(await written(file)),
  };

  /** A copy that is exported is made beside the store, and read there. */
  async function storeContent(file: string): Promise<string> {
    return isOfStore(resolve(root, file), `${store}.`) ? await known(file) : await content(file);
  }
}

/** Whether a path is a folder, or below it. */
function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The store, its log, its locks and its temporary copies. */
function isOfStore(path: string, store: string): boolean {
  return dirname(path) === dirname(store) && path.startsWith(store);
}

function isSettings(real: string, { settings }: Bounds): boolean {
  return /^\.env(\..*)?$/i.test(basename(real)) || settings.includes(real);
}
