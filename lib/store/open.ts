// Opening a store: folder and file that only their owner can read, the journal that works on this file
// system, and the newest format, even when several processes open the same file at once.

import { hostProblem, StorageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { networkFileSystem } from "./file_system.ts";
import { folderOf } from "./location.ts";
import { checkFormat, isExport, migrate, MIGRATIONS, type MigrationStep } from "./schema.ts";
import { BUSY_TIMEOUT_MS, type Database, openDatabase } from "./sqlite.ts";

/** How a store's file is opened. */
export interface OpenOptions {
  /** Reads only: another's store, or one in a folder that cannot be written. It must exist. */
  readonly readOnly?: boolean;
  /** How long to wait for another process that is writing. */
  readonly busyTimeoutMs?: number;
  /** Called before a store of an older format is brought up to date, with about how many runs it has. */
  readonly onMigration?: (runs: number) => void;
  /** The formats to bring the file to, in place of this program's own. */
  readonly migrations?: readonly (readonly MigrationStep[])[];
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
    const format = checkFormat(database, migrations.length);
    await setJournal(io, database, await networkFileSystem(io, path), busyTimeoutMs);
    // Without a write-ahead log a commit is the removal of a journal, which a power cut may take back
    // until the folder is on the disk.
    database.run("PRAGMA synchronous = EXTRA");
    if (format > 0 && format < migrations.length) {
      const last = database.get<{ last: number | null }>("SELECT max(id) AS last FROM runs")?.last;
      options.onMigration?.(last ?? 0);
    }
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
  const isOld =
    `an older btflow wrote it (store format ${format}) and it is opened for reading only`;
  throw new StorageError(
    database.path,
    isExport(database)
      ? `${isOld}: take it into a store with btflow sync --import`
      : `${isOld}: open it once where it can be written`,
  );
}

/**
 * Sets the journal: a write-ahead log, but not on a network file system, and not where another opened
 * the store as on one, for the same file may be both: a server's disk and what others mount. The
 * change of a file's journal does not wait for others as writing does, so processes that make one
 * store at the same moment take turns here.
 */
async function setJournal(
  io: Io,
  database: Database,
  network: string | null,
  busyTimeoutMs: number,
): Promise<void> {
  const wanted = network === null ? "wal" : "delete";
  const giveUpAt = io.now() + busyTimeoutMs;
  while (true) {
    let before: string | undefined;
    try {
      before = database.get<{ journal_mode: string }>("PRAGMA journal_mode")?.journal_mode;
      if (before === wanted) return;
      if (database.get("SELECT 1 FROM sqlite_schema LIMIT 1") === undefined) {
        // Space of pruned runs can then be given back without VACUUM, which Deno does not allow.
        database.run("PRAGMA auto_vacuum = INCREMENTAL");
      } else if (wanted === "wal" && !isExport(database)) return;
      database.get(`PRAGMA journal_mode = ${wanted}`);
      return;
    } catch (error) {
      const locked = error instanceof StorageError && /locked/.test(error.message);
      if (!locked || io.now() >= giveUpAt) {
        throw locked && before === "wal" ? otherJournal(database.path, network, error) : error;
      }
      await io.sleep(20);
    }
  }
}

function otherJournal(path: string, network: string | null, cause: Error): StorageError {
  return new StorageError(
    path,
    `it is on a network file system here (${network}), and another process uses it as on a local ` +
      "disk, with a journal that the two cannot share: wait for that process, or stop it",
    { cause },
  );
}
