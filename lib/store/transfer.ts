// Carrying a store across an air gap as one file. The copy is made by SQLite's backup, which is
// consistent while others write; Deno refuses VACUUM INTO unless every permission is given.

import { hostProblem, InputError, present, StorageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { type Imported, importRuns } from "./import_runs.ts";
import { openStoreFile } from "./open.ts";
import { EXPORT_ID } from "./schema.ts";
import { storeHeader } from "./header.ts";
import { type Database, openDatabase } from "./sqlite.ts";
import { withTemporary } from "./temporaries.ts";

/** What was written. */
export interface Exported {
  /** How many runs the copy holds. */
  readonly runs: number;
}

/** Only the owner can read a copy, from its first byte on. */
const PRIVATE = 0o600;

/** Writes a consistent copy of the store, which its owner alone can read. */
export async function exportStore(io: Io, database: Database, file: string): Promise<Exported> {
  await refuseOtherFile(io, file);
  return await withTemporary(io, database.path, "export", async (temporary) => {
    try {
      await io.files.create(temporary, "", PRIVATE);
      await database.copyTo(temporary);
      const copy = openDatabase(temporary);
      let runs: number;
      try {
        runs = finishCopy(copy, database);
      } finally {
        copy.close();
      }
      await io.files.write(file, io.files.chunks(temporary), PRIVATE);
      return { runs };
    } catch (error) {
      if (error instanceof StorageError) throw error;
      const reason = hostProblem(error, "writing");
      throw new StorageError(file, `the store cannot be copied to it: ${reason}`, { cause: error });
    }
  });
}

/** An older export is replaced; no other file is, and least of all a store or a server's database. */
async function refuseOtherFile(io: Io, file: string): Promise<void> {
  const info = await io.files.info(file).catch(() => null);
  if (info === null || info.size === 0 || info.isDirectory) return;
  if ((await storeHeader(io, file))?.isExport === true) return;
  throw new StorageError(file, "it is there already and is no export; choose another name");
}

/**
 * Counts the runs of a copy, and makes it an export: marked as one, and whole by itself, so that it
 * can be read on read-only media too. From here on two stores have these runs, and each must look a
 * run up before it creates it.
 */
export function finishCopy(copy: Database, original: Database): number {
  copy.get("PRAGMA journal_mode = delete");
  copy.run(`PRAGMA application_id = ${EXPORT_ID}`);
  copy.run("UPDATE runs SET imported = 1 WHERE imported = 0");
  const { n, last } = present(
    copy.get<{ n: number; last: number | null }>("SELECT count(*) AS n, max(id) AS last FROM runs"),
    "the count of runs",
  );
  original.write(() =>
    original.run("UPDATE runs SET imported = 1 WHERE imported = 0 AND id <= ?", last)
  );
  return n;
}

/** Takes in the runs of an exported store; those that are here already change nothing. */
export async function importStore(io: Io, database: Database, file: string): Promise<Imported> {
  return await withTemporary(io, database.path, "import", async (temporary) => {
    await copyIn(io, file, temporary);
    // The copy, not the file itself: an older format is brought up to date there.
    const source = await openCopy(io, temporary, file);
    try {
      return importRuns(source, database);
    } finally {
      source.close();
    }
  });
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
    await io.files.create(temporary, io.files.chunks(file), PRIVATE);
  } catch (error) {
    throw new InputError(file, hostProblem(error, "reading"), { cause: error });
  }
  // SQLite takes an empty file for a new database, a broken transfer leaves one.
  if ((await io.files.info(temporary))?.size === 0) throw new InputError(file, "it is empty");
}
