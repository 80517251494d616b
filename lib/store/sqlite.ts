// SQLite, and the only user of node:sqlite. Everything goes through prepared statements, BEGIN and
// COMMIT too: Deno's exec() errors carry no error code, so a full disk would look like a bug.

import { backup, DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { StorageError } from "../errors.ts";

/** A value that SQLite can be given. NaN arrives as NULL. */
export type Value = SQLInputValue;

/** What a statement changed, and the id of the last row it inserted. */
export interface Changes {
  readonly changes: number;
  readonly lastId: number;
}

/** One open SQLite file. Its errors are `StorageError`s wherever the cause is outside the program. */
export interface Database {
  readonly path: string;
  get<Row>(sql: string, ...values: readonly Value[]): Row | undefined;
  all<Row>(sql: string, ...values: readonly Value[]): Row[];
  /** Rows of a statement whose parameters have names, `$name`. */
  named<Row>(sql: string, values: Readonly<Record<string, Value>>): Row[];
  /** Rows as arrays: much faster where there are many columns. */
  arrays<Row extends readonly unknown[]>(sql: string, ...values: readonly Value[]): Row[];
  iterate<Row extends readonly unknown[]>(sql: string, ...values: readonly Value[]): Iterable<Row>;
  run(sql: string, ...values: readonly Value[]): Changes;
  /** Runs the work in one write transaction, taken at once; one inside another joins it. */
  write<T>(work: () => T, options?: WriteOptions): T;
  /** Runs the work on one unchanging state of the file. */
  read<T>(work: () => T): T;
  /** A consistent copy of the file as it is now, writers or not. */
  copyTo(file: string): Promise<void>;
  close(): void;
}

/** How a transaction is committed. */
export interface WriteOptions {
  /**
   * False for what may be lost in a power cut (never in a crash of the program), so that nobody waits
   * for the disk. Without a write-ahead log every commit is durable all the same.
   */
  readonly durable?: boolean;
}

/** How a file is opened. */
export interface DatabaseOptions {
  readonly busyTimeoutMs?: number;
  readonly readOnly?: boolean;
}

/** How long a statement waits for another process that is writing. */
export const BUSY_TIMEOUT_MS = 30_000;
const CACHED_STATEMENTS = 256;

/** Opens (and, unless read-only, creates) a file. Sets no pragma but the busy timeout. */
export function openDatabase(path: string, options: DatabaseOptions = {}): Database {
  const busyTimeoutMs = options.busyTimeoutMs ?? BUSY_TIMEOUT_MS;
  const failed = (error: unknown): unknown => sqliteError(path, error, busyTimeoutMs);
  let handle: DatabaseSync;
  try {
    handle = new DatabaseSync(path, {
      timeout: busyTimeoutMs,
      readOnly: options.readOnly ?? false,
    });
  } catch (error) {
    throw failed(error);
  }
  const { statement, close } = statements(handle, failed);
  const guard = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw failed(error);
    }
  };
  const run: Database["run"] = (sql, ...values) => {
    const { changes, lastInsertRowid } = guard(() => statement(sql).statement.run(...values));
    return { changes: Number(changes), lastId: Number(lastInsertRowid) };
  };
  return {
    path,
    get: <Row>(sql: string, ...values: readonly Value[]) => {
      const prepared = guard(() => statement(sql));
      const row = guard(() => prepared.statement.get(...values));
      return row === undefined ? undefined : rowOf(path, prepared, row) as Row;
    },
    all: <Row>(sql: string, ...values: readonly Value[]) => {
      const prepared = guard(() => statement(sql));
      return guard(() => prepared.statement.all(...values))
        .map((row) => rowOf(path, prepared, row)) as Row[];
    },
    named: <Row>(sql: string, values: Readonly<Record<string, Value>>) => {
      const prepared = guard(() => statement(sql));
      return guard(() => prepared.statement.all({ ...values }))
        .map((row) => rowOf(path, prepared, row)) as Row[];
    },
    arrays: <Row>(sql: string, ...values: readonly Value[]) =>
      guard(() => statement(sql).statement.all(...values)) as unknown as Row[],
    // By all(): node:sqlite's own iterator ends without a word at a damaged page, as Deno 2.9 has it.
    iterate: <Row>(sql: string, ...values: readonly Value[]) =>
      guard(() => statement(sql).statement.all(...values)) as unknown as Iterable<Row>,
    run,
    ...transactions(run, once(() => hasWriteAheadLog(statement))),
    copyTo: async (file) => {
      try {
        await backup(handle, file);
      } catch (error) {
        throw sqliteError(file, error, busyTimeoutMs);
      }
    },
    close,
  };
}

/** What the type definitions of Node lack so far: a statement whose rows are arrays. */
interface ArrayStatement {
  setReturnArrays(enabled: boolean): void;
  columns(): readonly { readonly name: string }[];
  get(...values: readonly (Value | Record<string, Value>)[]): readonly Value[] | undefined;
  all(...values: readonly (Value | Record<string, Value>)[]): readonly (readonly Value[])[];
  run: StatementSync["run"];
}

interface Prepared {
  readonly statement: ArrayStatement;
  /** Of its columns; asked for with the first row. */
  names: readonly string[];
}

interface Statements {
  statement(sql: string): Prepared;
  close(): void;
}

/** Prepared statements by their text; the one prepared longest ago goes first. */
function statements(handle: DatabaseSync, failed: (error: unknown) => unknown): Statements {
  const cache = new Map<string, Prepared>();
  return {
    statement(sql) {
      const cached = cache.get(sql);
      if (cached !== undefined) return cached;
      const statement = handle.prepare(sql) as unknown as ArrayStatement;
      statement.setReturnArrays(true);
      const prepared = { statement, names: [] };
      if (cache.size >= CACHED_STATEMENTS) {
        const [oldest] = cache.keys();
        if (oldest !== undefined) cache.delete(oldest);
      }
      cache.set(sql, prepared);
      return prepared;
    },
    close() {
      cache.clear();
      try {
        handle.close();
      } catch (error) {
        throw failed(error);
      }
    },
  };
}

/**
 * A row by its columns' names. The objects that node:sqlite makes cost more than the query does: each
 * is a table of its own, with names made anew. Bytes are the content of artifacts and nothing else.
 */
function rowOf(path: string, prepared: Prepared, values: readonly Value[]): unknown {
  // Others than before once another process has added a column to what `*` stands for.
  if (prepared.names.length !== values.length) {
    prepared.names = prepared.statement.columns().map(({ name }) => name);
  }
  const row: Record<string, Value> = {};
  prepared.names.forEach((name, column) => {
    const value = values[column] as Value;
    if (value instanceof Uint8Array && name !== "content") {
      throw new StorageError(path, notAsMade(`${name} holds bytes`));
    }
    row[name] = value;
  });
  return row;
}

/** A file's journal is set when it is opened, before anything is written that need not be durable. */
function once(ask: () => boolean): () => boolean {
  let answer: boolean | undefined;
  return () => answer ??= ask();
}

function hasWriteAheadLog(statement: Statements["statement"]): boolean {
  return statement("PRAGMA journal_mode").statement.get()?.[0] === "wal";
}

function transactions(
  run: Database["run"],
  hasWriteAheadLog: () => boolean,
): Pick<Database, "write" | "read"> {
  let depth = 0;
  const within = <T>(begin: string, work: () => T): T => {
    if (depth > 0) return work();
    run(begin);
    depth++;
    try {
      const result = work();
      run("COMMIT");
      return result;
    } catch (error) {
      try {
        run("ROLLBACK");
      } catch {
        // After a full disk or an I/O error SQLite has rolled back by itself and ROLLBACK fails.
      }
      throw error;
    } finally {
      depth--;
    }
  };
  return {
    write(work, { durable = true } = {}) {
      if (durable || depth > 0 || !hasWriteAheadLog()) return within("BEGIN IMMEDIATE", work);
      run("PRAGMA synchronous = NORMAL");
      try {
        return within("BEGIN IMMEDIATE", work);
      } finally {
        run("PRAGMA synchronous = EXTRA");
      }
    },
    read: (work) => within("BEGIN", work),
  };
}

/** What an SQLite error code (the low byte) means to a user, and what to do about it. */
const PROBLEMS: Readonly<Record<number, string>> = {
  3: "permission denied: check who owns the file and its folder",
  8: "it cannot be written: the file, its folder or the file system is read-only",
  10: "the disk reports an I/O error: check that it is not full and not failing",
  11: "the file is damaged: restore a copy, or save what can be read with sqlite3's .recover",
  13: "the disk is full: free some space and run the command again",
  14: "the file cannot be opened: check that its folder exists and can be written",
  26: "the file is not an SQLite database",
};

/** Messages of errors that carry no code: those of opening a file. */
const MESSAGES: readonly (readonly [RegExp, number])[] = [
  [/locked/, 5],
  [/readonly/, 8],
  [/unable to open|Requires .* access/, 14],
  [/disk is full/, 13],
  [/not a database/, 26],
  [/malformed/, 11],
  [/disk I\/O/, 10],
];

/** What SQLite says of tables and values that btflow never makes: a file's content is data. */
const FOREIGN =
  /^(no such (table|column|index)|no query solution|.*already exists|duplicate column|malformed JSON|JSON cannot hold|.*has no column named|cannot store )/;

function foreignProblem(error: Error): string | undefined {
  const isLarge = /too large to be represented|out of range/i.test(error.message);
  if (!isLarge && !FOREIGN.test(error.message)) return undefined;
  return notAsMade(isLarge ? "a number is too large" : error.message);
}

/** The problem of a store whose content is none that btflow writes. */
export function notAsMade(what: string): string {
  return `it is not as btflow made it (${what}): it is damaged, or another program changed it; ` +
    "restore a copy";
}

/** What went wrong outside the program, as a `StorageError`; a fault inside it comes back as it is. */
export function sqliteError(path: string, error: unknown, busyTimeoutMs: number): unknown {
  if (!(error instanceof Error) || error instanceof StorageError) return error;
  const code = codeOf(error);
  if (code === 5 || code === 6) {
    const seconds = Math.round(busyTimeoutMs / 1000);
    const problem = `another process has kept it locked for ${seconds} s: wait for it, or stop it`;
    return new StorageError(path, problem, { cause: error });
  }
  const problem = code === undefined || code === 1 ? foreignProblem(error) : PROBLEMS[code];
  return problem === undefined ? error : new StorageError(path, problem, { cause: error });
}

function codeOf(error: Error): number | undefined {
  const errcode = (error as { readonly errcode?: number }).errcode;
  return errcode === undefined
    ? MESSAGES.find(([pattern]) => pattern.test(error.message))?.[1]
    : errcode & 0xff;
}

/** What is to blame for SQLite's error: what is in the file, or the disk that it is on. */
export function faultOf(error: StorageError): "damage" | "not SQLite" | "disk" | null {
  const code = error.cause instanceof Error ? codeOf(error.cause) : undefined;
  if (code === undefined) return null;
  return code === 11 ? "damage" : code === 26 ? "not SQLite" : "disk";
}
