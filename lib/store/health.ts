// The state of a store, for `doctor`: whether the file is sound, kept safely, and what is in it.

import type { Io } from "../io.ts";
import { networkFileSystem } from "./file_system.ts";
import { readRuns } from "./read_runs.ts";
import { countWronglySettled } from "./settled.ts";
import type { Database } from "./sqlite.ts";
import { verifyTrials } from "./verify_trials.ts";
import { countWaiting } from "./waiting.ts";

/** What `storeHealth` found; experiments and runs that are deleted are counted too. */
export interface StoreHealth {
  readonly path: string;
  /** The store format, `user_version`. */
  readonly format: number;
  /**
   * How many of the newest runs and trial records were read of a large store, beside the tables that do
   * not grow with the runs; null when all of it was read.
   */
  readonly newest: number | null;
  /** True when SQLite finds what was read sound; `problems` has what it found otherwise. */
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

/** Larger stores are read as a whole only when that is asked for: 10 GB take minutes. */
const LARGE_BYTES = 100e6;
/** How many of the newest runs, and of the newest trial records, of a large store are read. */
const NEWEST_RUNS = 500;
/** Of a large store SQLite examines these; the others grow with the runs. */
const SMALL_TABLES: readonly string[] = [
  "experiments",
  "experiment_tags",
  "keys",
  "metric_sets",
  "servers",
];

/** What is examined. */
export interface HealthOptions {
  /** Also of a large store all. */
  readonly whole?: boolean;
}

/** Examines a store: all of it, or what can be read of a large one in less than a second. */
export async function storeHealth(
  io: Io,
  database: Database,
  { whole = false }: HealthOptions = {},
): Promise<StoreHealth> {
  const info = await io.files.info(database.path);
  const log = await io.files.info(`${database.path}-wal`);
  const sizeBytes = (info?.size ?? 0) + (log?.size ?? 0);
  const isReadWhole = whole || sizeBytes <= LARGE_BYTES;
  const problems = isReadWhole ? problemsOf(database) : newestProblems(database);
  const count = (table: string): number =>
    database.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n ?? 0;
  return {
    path: database.path,
    format: database.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0,
    newest: isReadWhole ? null : NEWEST_RUNS,
    isSound: problems.length === 0,
    problems,
    journalMode: database.get<{ journal_mode: string }>("PRAGMA journal_mode")?.journal_mode ?? "",
    fileMode: info?.mode ?? null,
    networkFileSystem: await networkFileSystem(io, database.path),
    sizeBytes,
    experiments: count("experiments"),
    runs: count("runs"),
    waiting: countWaiting(database, { trackingUri: null })
      .reduce((sum, { runs }) => sum + runs, 0),
    trials: count("trials"),
    // Of a damaged file whatever it says of its records would be about the damage.
    trialBreaks: problems.length > 0
      ? []
      : isReadWhole
      ? verifyTrials(database)
      : verifyTrials(database, {
        trial: lastOf(database, "trials") - NEWEST_RUNS,
        run: lastOf(database, "runs") - NEWEST_RUNS,
      }),
  };
}

function problemsOf(database: Database): readonly string[] {
  const problems = integrityOf(database, "20");
  if (problems.length > 0) return problems;
  const hidden = countWronglySettled(database);
  return hidden === 0 ? [] : [`${hidden} runs that wait are marked as delivered`];
}

function newestProblems(database: Database): readonly string[] {
  const problems = SMALL_TABLES.flatMap((table) => integrityOf(database, table));
  const newest = database.arrays<[number]>(
    `SELECT id FROM runs ORDER BY id DESC LIMIT ${NEWEST_RUNS}`,
  ).map(([id]) => id);
  // A damaged page on the way to them is an error that says so.
  readRuns(database, newest);
  return problems;
}

function integrityOf(database: Database, what: string): readonly string[] {
  return database.arrays<[string]>(`PRAGMA integrity_check(${what})`)
    .map(([line]) => line)
    .filter((line) => line !== "ok");
}

function lastOf(database: Database, table: string): number {
  return database.get<{ last: number | null }>(`SELECT max(id) AS last FROM ${table}`)?.last ?? 0;
}
