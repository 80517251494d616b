// Opening a store: folder and file that only their owner can read, the journal that works on this file
// system, and the newest format, even when several processes open the same file at once.

import { hostProblem, StorageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { networkFileSystem } from "./file_system.ts";
import { folderOf } from "./location.ts";
import { checkFormat, migrate, MIGRATIONS } from "./schema.ts";
import { BUSY_TIMEOUT_MS, type Database, openDatabase } from "./sqlite.ts";

/** How a store's file is opened. */
export interface OpenOptions {
  /** Reads only: another's store, or one in a folder that cannot be written. It must exist. */
  readonly readOnly?: boolean;
  /** How long to wait for another process that is writing. */
  readonly busyTimeoutMs?: number;
  /** The formats to bring the file to, in place of this program's own. */
  readonly migrations?: readonly (readonly string[])[];
}

/** Pages kept in memory: enough for the metrics that a search of 100,000 runs reads. */
const CACHE_KIB = 16_384;

/** Opens the file of a store, making it (unless read-only) and bringing it to the newest format. */
export async function openStoreFile(
  io: Io,
  path: string,
  options: OpenOptions = {},
): Promise<Database> {
  const { readOnly = false, busyTimeoutMs = BUSY_TIMEOUT_MS, migrations = MIGRATIONS } = options;
  await io.files.inUse(path);
  await prepareFile(io, path, readOnly);
  const database = openDatabase(path, { busyTimeoutMs, readOnly });
  try {
    database.run(`PRAGMA cache_size = -${CACHE_KIB}`);
    if (readOnly) {
      checkReadable(database, migrations.length);
      return database;
    }
    checkFormat(database, migrations.length);
    const network = await networkFileSystem(io, path);
    await setJournal(io, database, network === null ? "wal" : "delete", busyTimeoutMs);
    database.run("PRAGMA synchronous = FULL");
    migrate(database, migrations);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Makes folder and file, if need be. SQLite gives its journal files the mode of the file. */
async function prepareFile(io: Io, path: string, readOnly: boolean): Promise<void> {
  try {
    const info = await io.files.info(path);
    if (info?.isDirectory) {
      throw new StorageError(path, "it is a folder: give the path of a file");
    }
    if (info !== null) return;
    if (readOnly) throw new StorageError(path, "there is no such store");
    await io.files.makeFolder(folderOf(path), 0o700);
    // Where it cannot be made SQLite cannot make it either, and says why.
    await io.files.create(path, "", 0o600).catch(() => {});
  } catch (error) {
    if (error instanceof StorageError) throw error;
    const reason = hostProblem(error, "writing");
    throw new StorageError(path, `its folder cannot be made or read: ${reason}`, { cause: error });
  }
}

function checkReadable(database: Database, newest: number): void {
  const format = checkFormat(database, newest);
  if (format === newest) return;
  throw new StorageError(
    database.path,
    `an older btflow wrote it (store format ${format}) and it is opened for reading only: ` +
      "open it once where it can be written",
  );
}

/**
 * Sets the journal. The change of a file's journal does not wait for others as writing does, so
 * processes that make one store at the same moment take turns here.
 */
async function setJournal(
  io: Io,
  database: Database,
  mode: "wal" | "delete",
  busyTimeoutMs: number,
): Promise<void> {
  const giveUpAt = io.now() + busyTimeoutMs;
  while (true) {
    try {
      const before = database.get<{ journal_mode: string }>("PRAGMA journal_mode")?.journal_mode;
      if (before === mode) return;
      if (database.get("SELECT 1 FROM sqlite_schema LIMIT 1") === undefined) {
        // Space of pruned runs can then be given back without VACUUM, which Deno does not allow.
        database.run("PRAGMA auto_vacuum = INCREMENTAL");
      }
      database.get(`PRAGMA journal_mode = ${mode}`);
      return;
    } catch (error) {
      const locked = error instanceof StorageError && /locked/.test(error.message);
      if (!locked || io.now() >= giveUpAt) throw error;
      await io.sleep(20);
    }
  }
}
