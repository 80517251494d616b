// Carrying a store across an air gap as one file. The copy is made by SQLite's backup, which is
// consistent while others write; Deno refuses VACUUM INTO unless every permission is given.

import { hostProblem, InputError, StorageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { type Imported, importRuns } from "./import_runs.ts";
import { openStoreFile } from "./open.ts";
import { type Database, openDatabase } from "./sqlite.ts";

/** What was written. */
export interface Exported {
  /** How many runs the copy holds. */
  readonly runs: number;
}

/** Writes a consistent copy of the store, which its owner alone can read. */
export async function exportStore(io: Io, database: Database, file: string): Promise<Exported> {
  await refuseOtherFile(io, file);
  const temporary = `${database.path}.export-${io.pid}`;
  try {
    await io.files.remove(temporary);
    await database.copyTo(temporary);
    const runs = finishCopy(temporary);
    await io.files.write(file, io.files.chunks(temporary));
    if (io.platform !== "windows") await io.files.chmod(file, 0o600);
    return { runs };
  } catch (error) {
    if (error instanceof StorageError) throw error;
    const reason = hostProblem(error, "writing");
    throw new StorageError(file, `the store cannot be copied to it: ${reason}`, { cause: error });
  } finally {
    await removeStoreFiles(io, temporary);
  }
}

const SQLITE_MAGIC = "SQLite format 3\0";

/** An older export is replaced; a mistyped `--export returns.csv` must not cost the file. */
async function refuseOtherFile(io: Io, file: string): Promise<void> {
  const info = await io.files.info(file).catch(() => null);
  if (info === null || info.size === 0 || info.isDirectory) return;
  for await (const chunk of io.files.chunks(file)) {
    if (new TextDecoder().decode(chunk.subarray(0, SQLITE_MAGIC.length)) === SQLITE_MAGIC) return;
    break;
  }
  throw new StorageError(file, "it is there already and holds no store; choose another name");
}

/** Counts the runs of a copy, and makes it a file that is whole by itself, on read-only media too. */
function finishCopy(file: string): number {
  const copy = openDatabase(file);
  try {
    copy.get("PRAGMA journal_mode = delete");
    return copy.get<{ n: number }>("SELECT count(*) AS n FROM runs")?.n ?? 0;
  } finally {
    copy.close();
  }
}

/** Takes in the runs of an exported store; those that are here already change nothing. */
export async function importStore(io: Io, database: Database, file: string): Promise<Imported> {
  const temporary = `${database.path}.import-${io.pid}`;
  let source: Database | undefined;
  try {
    await copyIn(io, file, temporary);
    // The copy, not the file itself: an older format is brought up to date there.
    source = await openCopy(io, temporary, file);
    return importRuns(source, database);
  } finally {
    source?.close();
    await removeStoreFiles(io, temporary);
  }
}

/** Opens the copy; what is wrong with it is wrong with the file that it was made from. */
async function openCopy(io: Io, temporary: string, file: string): Promise<Database> {
  try {
    return await openStoreFile(io, temporary);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const problem = error.message.replace(`Cannot use ${temporary}: `, "");
    throw new StorageError(file, `it cannot be imported: ${problem}`, { cause: error });
  }
}

async function copyIn(io: Io, file: string, temporary: string): Promise<void> {
  try {
    await io.files.write(temporary, io.files.chunks(file));
    if (io.platform !== "windows") await io.files.chmod(temporary, 0o600);
  } catch (error) {
    throw new InputError(file, hostProblem(error, "reading"), { cause: error });
  }
  // SQLite takes an empty file for a new database, a broken transfer leaves one.
  if ((await io.files.info(temporary))?.size === 0) throw new InputError(file, "it is empty");
}

async function removeStoreFiles(io: Io, path: string): Promise<void> {
  for (const suffix of ["-wal", "-shm", "-journal", ""]) await io.files.remove(path + suffix);
}
