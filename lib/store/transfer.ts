// Carrying a store across an air gap as one file. The copy is made by SQLite's backup, which is
// consistent while others write; Deno refuses VACUUM INTO unless every permission is given.

import { hostProblem, InputError, InterruptedError, present, StorageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { type DamagedArtifact, damagedArtifacts } from "./artifacts.ts";
import { type Imported, type ImportOptions, importRuns } from "./import_runs.ts";
import { openStoreFile } from "./open.ts";
import { EXPORT_ID } from "./schema.ts";
import { isSqlite, storeHeader } from "./header.ts";
import { type Database, faultOf, openDatabase } from "./sqlite.ts";
import { withTemporary } from "./temporaries.ts";
import { verifyTrials } from "./verify_trials.ts";

/** What became of an exported file. */
export interface ImportedStore extends Imported {
  /** What is wrong with its record of trials, which was taken in all the same. */
  readonly breaks: readonly string[];
}

/** What was written. */
export interface Exported {
  /** How many runs the copy holds. */
  readonly runs: number;
}

/** Only the owner can read a copy, from its first byte on. */
const PRIVATE = 0o600;

/**
 * Writes a consistent copy of the store, which its owner alone can read.
 *
 * @throws {StorageError} also where the store is damaged: the copy would not be whole.
 */
export async function exportStore(
  io: Io,
  database: Database,
  file: string,
  { signal }: Pick<ImportOptions, "signal"> = {},
): Promise<Exported> {
  await refuseOtherFile(io, file);
  return await withTemporary(io, database.path, "export", async (temporary) => {
    try {
      await io.files.create(temporary, "", PRIVATE);
      await database.copyTo(temporary);
      const copy = openDatabase(temporary);
      let runs: number;
      try {
        refuseDamaged(copy, database.path);
        runs = finishCopy(copy, database);
      } finally {
        copy.close();
      }
      await io.files.write(file, untilAborted(io.files.chunks(temporary), signal), PRIVATE);
      return { runs };
    } catch (error) {
      if (error instanceof InterruptedError) throw error;
      if (error instanceof StorageError && error.path !== temporary) throw error;
      // A copy is made page by page, so what is wrong with it is wrong with the store or its disk.
      if (error instanceof StorageError) {
        const problem = `it cannot be exported: ${problemOf(error)}`;
        throw new StorageError(database.path, problem, { cause: error });
      }
      const reason = hostProblem(error, "writing");
      throw new StorageError(file, `the store cannot be copied to it: ${reason}`, { cause: error });
    }
  });
}

function problemOf(error: StorageError): string {
  return error.message.slice(`Cannot use ${error.path}: `.length);
}

/** What SQLite finds wrong in a file; null when nothing. */
function damageOf(database: Database): string | null {
  const [line] = database.arrays<[string]>("PRAGMA quick_check(1)")[0] ?? ["no answer"];
  return line === "ok" ? null : line.replace(/\s+/g, " ");
}

function refuseDamaged(copy: Database, path: string): void {
  const damage = damageOf(copy);
  if (damage !== null) {
    throw new StorageError(
      path,
      `it is damaged (${damage}), so an export of it would not be whole: ` +
        "restore a copy, or save what can be read with sqlite3's .recover",
    );
  }
  const [first, ...more] = damagedArtifacts(copy);
  if (first === undefined) return;
  throw new StorageError(
    path,
    `${named(first, more)} is damaged, so an export of it would not be whole: ` +
      "log the same file again, which restores it",
  );
}

function named(first: DamagedArtifact, more: readonly DamagedArtifact[]): string {
  const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
  return `artifact ${first.path} of run ${first.runKey}${others}`;
}

/** An older export is replaced; no other file is, and least of all a store or a server's database. */
async function refuseOtherFile(io: Io, file: string): Promise<void> {
  const info = await io.files.info(file).catch(() => null);
  if (info === null || info.isDirectory) return;
  if (!info.isFile) {
    throw new StorageError(file, "it is a device or a pipe, and an export needs a file");
  }
  if (info.size === 0) return;
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

/**
 * Takes in the runs of an exported store; those that are here already change nothing.
 *
 * @throws {InputError} where the file is damaged. Runs with a damaged artifact are left out, and said
 * when all the others have been taken in.
 */
export async function importStore(
  io: Io,
  database: Database,
  file: string,
  options: ImportOptions = {},
): Promise<ImportedStore> {
  await refusePipe(io, file);
  return await withTemporary(io, database.path, "import", async (temporary) => {
    await copyIn(io, { file, temporary, storePath: database.path, signal: options.signal });
    let source: Database | undefined;
    try {
      // The copy, not the file itself: an older format is brought up to date there.
      source = await openStoreFile(io, temporary);
      const damage = damageOf(source);
      if (damage !== null) {
        throw new InputError(file, `it is damaged (${damage}): nothing was imported`);
      }
      const breaks = verifyTrials(source);
      const damaged = leaveOutDamaged(source);
      const imported = { ...await importRuns(source, database, options), breaks };
      const [first, ...more] = damaged;
      if (first === undefined) return imported;
      const { added, updated, known } = imported;
      throw new InputError(
        file,
        `${named(first, more)} is damaged and was left out with its run; ` +
          `of the others ${added + updated} were imported, ${known} known already`,
      );
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      throw importError(error, { file, source, target: database });
    } finally {
      source?.close();
    }
  });
}

/** A pipe that nobody writes into is waited for, and what comes through one cannot be read twice. */
async function refusePipe(io: Io, file: string): Promise<void> {
  // Whatever else is wrong with it is found where it is read.
  const info = await io.files.info(file).catch(() => null);
  if (file !== "-" && (info === null || info.isFile || info.isDirectory)) return;
  const problem =
    "it is a device or a pipe: an import needs a file; write what comes into one first";
  throw new InputError(file, problem);
}

/** Takes runs with a damaged artifact out of the copy that is imported from. */
function leaveOutDamaged(source: Database): readonly DamagedArtifact[] {
  const damaged = damagedArtifacts(source);
  for (const { runId } of damaged) {
    source.run("DELETE FROM deliveries WHERE run_id = ?", runId);
    source.run("DELETE FROM runs WHERE id = ?", runId);
  }
  return damaged;
}

/** The error of an import, naming the file or the store, whichever is at fault, not the copy. */
function importError(
  error: StorageError,
  { file, source, target }: {
    readonly file: string;
    readonly source: Database | undefined;
    readonly target: Database;
  },
): Error {
  const problem = problemOf(error) + (source === undefined ? "" : takenIn(source, target));
  const options = { cause: error };
  if (error.path === target.path) return new StorageError(target.path, problem, options);
  const fault = faultOf(error);
  if (fault === "damage") return new InputError(file, problem, options);
  if (fault === "disk") {
    return new StorageError(target.path, `${file} cannot be imported: ${problem}`, options);
  }
  return new StorageError(file, `it cannot be imported: ${problem}`, options);
}

/** How far an import came that failed; nothing where that cannot be read any more. */
function takenIn(source: Database, target: Database): string {
  try {
    const keys = source.arrays<[string]>("SELECT key FROM runs");
    const here = keys.filter(([key]) => target.get("SELECT 1 FROM runs WHERE key = ?", key));
    return `; ${here.length} of its ${keys.length} runs are in the store`;
  } catch {
    return "";
  }
}

async function copyIn(
  io: Io,
  { file, temporary, storePath, signal }: {
    readonly file: string;
    readonly temporary: string;
    readonly storePath: string;
    readonly signal: AbortSignal | undefined;
  },
): Promise<void> {
  const content = async function* (): AsyncIterable<Uint8Array> {
    try {
      yield* storeChunks(io, file, signal);
    } catch (cause) {
      if (cause instanceof StorageError || cause instanceof InterruptedError) throw cause;
      throw new InputError(file, hostProblem(cause, "reading"), { cause });
    }
  };
  try {
    await io.files.create(temporary, content(), PRIVATE);
  } catch (cause) {
    const isSaid = [InputError, InterruptedError, StorageError].some((kind) =>
      cause instanceof kind
    );
    if (isSaid) throw cause;
    const problem = `${file} cannot be copied beside it: ${hostProblem(cause, "writing")}`;
    throw new StorageError(storePath, problem, { cause });
  }
  // SQLite takes an empty file for a new database, a broken transfer leaves one.
  if ((await io.files.info(temporary))?.size === 0) throw new InputError(file, "it is empty");
}

/** The bytes of a file that begins as SQLite's do: another may have no end, and is not copied. */
async function* storeChunks(
  io: Io,
  file: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of untilAborted(io.files.chunks(file), signal)) {
    if (isFirst && !isSqlite(chunk)) {
      throw new StorageError(file, "it cannot be imported: the file is not an SQLite database");
    }
    isFirst = false;
    yield chunk;
  }
}

async function* untilAborted(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    yield chunk;
  }
}
