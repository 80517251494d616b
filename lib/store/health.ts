// The state of a store, for `doctor`: whether the file is sound, kept safely, and what is in it.

import type { Io } from "../io.ts";
import { networkFileSystem } from "./file_system.ts";
import type { Database } from "./sqlite.ts";
import { verifyTrials } from "./verify_trials.ts";
import { countWaiting } from "./waiting.ts";

/** What `storeHealth` found; experiments and runs that are deleted are counted too. */
export interface StoreHealth {
  readonly path: string;
  /** The store format, `user_version`. */
  readonly format: number;
  /** True when SQLite finds the whole file sound; `problems` has what it found otherwise. */
  readonly isSound: boolean;
  /** At most twenty lines of SQLite's. */
  readonly problems: readonly string[];
  /** "wal", or "delete" on a network file system. */
  readonly journalMode: string;
  /** Unix permission bits, 0600 as made here; null where there are none. */
  readonly fileMode: number | null;
  /** The network file system it is on, such as "nfs"; null for a local one. */
  readonly networkFileSystem: string | null;
  /** The file and its write-ahead log. */
  readonly sizeBytes: number;
  readonly experiments: number;
  readonly runs: number;
  /** Runs that are on no server yet, or have changed since. */
  readonly waiting: number;
  /** Trial records, those of runs that are gone included. */
  readonly trials: number;
  /** What is wrong with them, a line each. */
  readonly trialBreaks: readonly string[];
}

/** Examines a store. Reads all of it, so it takes a while where there is much. */
export async function storeHealth(io: Io, database: Database): Promise<StoreHealth> {
  const problems = database.arrays<[string]>("PRAGMA integrity_check(20)")
    .map(([line]) => line)
    .filter((line) => line !== "ok");
  const info = await io.files.info(database.path);
  const log = await io.files.info(`${database.path}-wal`);
  const count = (table: string): number =>
    database.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n ?? 0;
  return {
    path: database.path,
    format: database.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0,
    isSound: problems.length === 0,
    problems,
    journalMode: database.get<{ journal_mode: string }>("PRAGMA journal_mode")?.journal_mode ?? "",
    fileMode: info?.mode ?? null,
    networkFileSystem: await networkFileSystem(io, database.path),
    sizeBytes: (info?.size ?? 0) + (log?.size ?? 0),
    experiments: count("experiments"),
    runs: count("runs"),
    waiting: countWaiting(database, { trackingUri: null })
      .reduce((sum, { runs }) => sum + runs, 0),
    trials: count("trials"),
    // Of a damaged file whatever it says of its records would be about the damage.
    trialBreaks: problems.length === 0 ? verifyTrials(database) : [],
  };
}
