// A store in memory that several processes have open, which may be killed or lose their power. Its
// SQLite is real; what is played is the disk: statements are noted, and after a power cut only those
// up to the last commit that had to be durable are carried out again.

import { type LocalStore, localStore } from "../../lib/store/mod.ts";
import { finishCopy } from "../../lib/store/transfer.ts";
import { importRuns } from "../../lib/store/import_runs.ts";
import { migrate } from "../../lib/store/schema.ts";
import { type Database, openDatabase, type Value } from "../../lib/store/sqlite.ts";
import type { Io } from "../../lib/io.ts";
import type { Leases } from "../../lib/store/lease.ts";

/** One that runs btflow; dead ones do nothing any more. */
export interface Process {
  alive: boolean;
  /** True once it has done its work. */
  ended: boolean;
  readonly name: string;
}

export interface MemoryStore {
  /** The store as a process has it. */
  open(process: Process, io: Io): LocalStore;
  /** As `sync --export` makes it. */
  export(): Database;
  /** As `sync --import` takes it in. */
  import(copy: Database): Promise<void>;
  /** Forgets what had not to be on disk. The processes are dead by then. */
  cutPower(): void;
  close(): void;
}

type Statement = readonly [sql: string, values: readonly Value[]];

/** Databases that were used before: making their tables takes most of a history's time. */
const spare: Database[] = [];

/**
 * An empty database in one transaction that is never committed, so that giving it back is rolling it
 * back. What is a transaction to the program is a savepoint in it, which costs a fraction of a commit.
 */
function takeDatabase(): Database {
  const database = spare.pop() ?? migrated();
  database.run("BEGIN");
  return database;
}

function migrated(): Database {
  const database = openDatabase(":memory:");
  migrate(database);
  return database;
}

function giveBack(database: Database): void {
  database.run("ROLLBACK");
  spare.push(database);
}

function replayed(statements: readonly Statement[]): Database {
  const database = takeDatabase();
  for (const [sql, values] of statements) database.run(sql, ...values);
  return database;
}

export function memoryStore(name: string): MemoryStore {
  let database = takeDatabase();
  const statements: Statement[] = [];
  let durable = 0;
  let depth = 0;
  const owners = new Map<string, Process>();
  let tokens = 0;

  const noted: Database = {
    path: name,
    get: (sql, ...values) => database.get(sql, ...values),
    all: (sql, ...values) => database.all(sql, ...values),
    named: (sql, values) => database.named(sql, values),
    arrays: (sql, ...values) => database.arrays(sql, ...values),
    iterate: (sql, ...values) => database.iterate(sql, ...values),
    run(sql, ...values) {
      const changes = database.run(sql, ...values);
      statements.push([sql, values]);
      if (depth === 0) durable = statements.length;
      return changes;
    },
    write(work, options) {
      if (depth > 0) return work();
      const before = statements.length;
      depth++;
      database.run("SAVEPOINT write");
      try {
        return work();
      } catch (error) {
        statements.length = before;
        database.run("ROLLBACK TO write");
        throw error;
      } finally {
        depth--;
        database.run("RELEASE write");
        if (options?.durable !== false) durable = statements.length;
      }
    },
    read: (work) => work(),
    copyTo: () => Promise.reject(new Error("not in memory")),
    close: () => {},
  };

  const leases = (process: Process): Leases => ({
    tidy: () => Promise.resolve(),
    take() {
      const owner = `${name}-${++tokens}`;
      owners.set(owner, process);
      return Promise.resolve({
        owner,
        isAlive: (other) => Promise.resolve(owners.get(other)?.alive === true),
        release: () => {
          owners.delete(owner);
          return Promise.resolve();
        },
      });
    },
  });

  return {
    open: (process, io) => localStore(io, noted, leases(process)),
    export() {
      const copy = replayed(statements);
      finishCopy(copy, noted);
      return copy;
    },
    import: async (copy) => {
      await importRuns(copy, noted);
    },
    cutPower() {
      statements.length = durable;
      giveBack(database);
      database = replayed(statements);
    },
    close: () => giveBack(database),
  };
}

/** Gives a copy back. */
export function discard(copy: Database): void {
  giveBack(copy);
}
