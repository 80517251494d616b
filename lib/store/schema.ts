// The store's tables, as a list of migrations: entry n brings a file from format n to n + 1, and
// user_version says where it is. Forward only: a file that a newer btflow wrote is refused, never
// guessed at. docs/store.md describes the tables for those who read them with sqlite3.

import { present, StorageError } from "../errors.ts";
import { enterEarlierTrials } from "./earlier_trials.ts";
import { rankMetrics } from "./ranked_metrics.ts";
import { settleRuns } from "./settled.ts";
import { type Database, notAsMade } from "./sqlite.ts";

/** "BTFL": tells a btflow store from any other SQLite file. */
export const APPLICATION_ID = 0x4254464c;
/**
 * "BTFX": an export, which another may replace. A store never has it: opened for writing an export
 * becomes one, and loses it. Exports made before there was this mark have the store's.
 */
export const EXPORT_ID = 0x42544658;

/**
 * Metrics are clustered by name, not by run: filtering and sorting on one metric then reads one
 * contiguous range. A run's own metrics are found through its metric set, the names it has.
 * `metrics` has the latest point of each, `points` all the earlier ones, so that a metric logged
 * once is stored once. A NULL value is NaN; a NULL timestamp is the run's start, which is usual;
 * `nth` counts points that differ in nothing but their value.
 */
const FORMAT_1: readonly string[] = [
  `CREATE TABLE experiments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    artifact_location TEXT,
    lifecycle_stage TEXT NOT NULL DEFAULT 'active',
    creation_time INTEGER NOT NULL,
    last_update_time INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE experiment_tags (
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (experiment_id, key)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE metric_sets (
    id INTEGER PRIMARY KEY,
    key_ids TEXT NOT NULL UNIQUE
  ) STRICT`,
  `CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    start_time INTEGER NOT NULL,
    end_time INTEGER,
    lifecycle_stage TEXT NOT NULL DEFAULT 'active',
    user_id TEXT NOT NULL,
    artifact_uri TEXT NOT NULL,
    metric_set INTEGER REFERENCES metric_sets (id),
    fingerprint TEXT,
    tracking_uri TEXT,
    server_experiment_id TEXT,
    existing_run_id TEXT,
    parent_key TEXT,
    revision INTEGER NOT NULL DEFAULT 0,
    imported INTEGER NOT NULL DEFAULT 0
  ) STRICT`,
  "CREATE INDEX runs_by_experiment ON runs (experiment_id, lifecycle_stage, start_time, key)",
  `CREATE INDEX runs_by_fingerprint ON runs (fingerprint, experiment_id)
    WHERE fingerprint IS NOT NULL`,
  `CREATE TABLE keys (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  ) STRICT`,
  `CREATE TABLE metrics (
    key_id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    value REAL,
    step INTEGER NOT NULL,
    timestamp INTEGER,
    PRIMARY KEY (key_id, run_id)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE points (
    run_id INTEGER NOT NULL,
    key_id INTEGER NOT NULL,
    step INTEGER NOT NULL,
    timestamp INTEGER NOT NULL,
    nth INTEGER NOT NULL DEFAULT 0,
    value REAL,
    PRIMARY KEY (run_id, key_id, step, timestamp, nth)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE params (
    run_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run_id, key)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE tags (
    run_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (run_id, key)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE removed_tags (
    run_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (run_id, key)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE datasets (
    run_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    source_type TEXT NOT NULL,
    source TEXT NOT NULL,
    schema TEXT,
    profile TEXT,
    context TEXT,
    PRIMARY KEY (run_id, name, digest)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE blobs (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    content BLOB NOT NULL
  ) STRICT`,
  `CREATE TABLE artifacts (
    run_id INTEGER NOT NULL,
    path TEXT NOT NULL,
    blob_id INTEGER NOT NULL REFERENCES blobs (id),
    PRIMARY KEY (run_id, path)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX artifacts_by_blob ON artifacts (blob_id)",
  `CREATE TABLE servers (
    id INTEGER PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE
  ) STRICT`,
  `CREATE TABLE deliveries (
    run_id INTEGER NOT NULL REFERENCES runs (id),
    server_id INTEGER NOT NULL REFERENCES servers (id),
    state TEXT NOT NULL,
    server_run_id TEXT,
    server_experiment_id TEXT,
    create_time INTEGER,
    uncertain INTEGER NOT NULL DEFAULT 0,
    tag_revision INTEGER,
    delivered_revision INTEGER,
    delivered_time INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_attempt INTEGER,
    last_error TEXT,
    owner TEXT,
    PRIMARY KEY (run_id, server_id)
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX deliveries_by_server_run ON deliveries (server_run_id)
    WHERE server_run_id IS NOT NULL`,
  "CREATE INDEX deliveries_by_owner ON deliveries (owner) WHERE owner IS NOT NULL",
  `CREATE TABLE acknowledgements (
    run_id INTEGER NOT NULL,
    server_id INTEGER NOT NULL,
    step TEXT NOT NULL,
    note TEXT,
    PRIMARY KEY (run_id, server_id, step)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE pruned (
    key TEXT NOT NULL PRIMARY KEY,
    experiment TEXT NOT NULL,
    fingerprint TEXT,
    tracking_uri TEXT NOT NULL,
    server_run_id TEXT NOT NULL
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX pruned_by_fingerprint ON pruned (fingerprint) WHERE fingerprint IS NOT NULL",
];

/** Runs logged with --no-create: their experiment must be on the server when they arrive. */
const FORMAT_2: readonly string[] = [
  "ALTER TABLE runs ADD COLUMN no_create INTEGER NOT NULL DEFAULT 0",
];

/**
 * When what can change was changed last, in ms since the epoch; 0: when the run was committed. By it
 * two stores that have a run agree on what counts. `imported`: 1 for what was changed in another
 * store, which may have delivered it, and later changes, since.
 */
const FORMAT_3: readonly string[] = [
  ...["runs", "tags", "removed_tags", "artifacts", "pruned"].map(
    (table) => `ALTER TABLE ${table} ADD COLUMN changed INTEGER NOT NULL DEFAULT 0`,
  ),
  ...["tags", "removed_tags"].map(
    (table) => `ALTER TABLE ${table} ADD COLUMN imported INTEGER NOT NULL DEFAULT 0`,
  ),
  // Of changes from before times were kept the higher revision counts, as it did; any later one more.
  ...["runs", "tags", "removed_tags"].map((table) => `UPDATE ${table} SET changed = revision`),
];

/**
 * The parts of runs that servers refuse for good. Before, a delivered run of which an artifact could
 * not be delivered said so, for the first, in its last error.
 */
const FORMAT_4: readonly string[] = [
  `CREATE TABLE undeliverable (
    run_id INTEGER NOT NULL,
    server_id INTEGER NOT NULL,
    part TEXT NOT NULL,
    reason TEXT NOT NULL,
    optional INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (run_id, server_id, part)
  ) STRICT, WITHOUT ROWID`,
  `INSERT INTO undeliverable (run_id, server_id, part, reason)
   SELECT d.run_id, d.server_id, 'artifact ' || a.path,
     substr(d.last_error, instr(d.last_error, ' cannot be delivered: ') + 22)
   FROM deliveries AS d JOIN artifacts AS a ON a.run_id = d.run_id
   WHERE d.state = 'delivered' AND instr(d.last_error, ' cannot be delivered: ') > 0`,
];

/** `optional`: 1 for files without which a run is whole, should its server not take them. */
const FORMAT_5: readonly string[] = [
  "ALTER TABLE artifacts ADD COLUMN optional INTEGER NOT NULL DEFAULT 0",
];

/**
 * The chained record of trials. A record stays when its run goes, and no statement changes it but for
 * `experiment_id`, which is where the experiment is found here. `trial` of a pruned run is the hash of
 * its record.
 */
const FORMAT_6: readonly MigrationStep[] = [
  `CREATE TABLE trials (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    previous BLOB NOT NULL,
    key TEXT NOT NULL,
    origin_id INTEGER NOT NULL,
    origin_name TEXT NOT NULL,
    fingerprint TEXT,
    returns_hash BLOB,
    sharpe REAL,
    rows INTEGER,
    time INTEGER NOT NULL,
    marked INTEGER NOT NULL,
    experiment_id INTEGER REFERENCES experiments (id),
    own INTEGER NOT NULL
  ) STRICT`,
  "CREATE INDEX trials_by_key ON trials (key)",
  "CREATE INDEX trials_by_experiment ON trials (experiment_id)",
  "CREATE INDEX own_trials ON trials (own) WHERE own = 1",
  "ALTER TABLE pruned ADD COLUMN trial TEXT",
  enterEarlierTrials,
];

/**
 * What keeps a store of a million runs as quick as one of a thousand. `settled_revision` is kept by
 * settled.ts: what waits is in an index, however much does not. A search that is sorted by start, or by
 * a metric that traders sort by, reads an index from its end. Of all metrics that would cost every
 * commit as much again as the metrics themselves.
 *
 * `changes` of a pruned run: when each of its parts had been changed, as JSON. One time for all of them,
 * `changed`, hid what another store had changed before that and nobody had brought.
 */
const FORMAT_7: readonly MigrationStep[] = [
  "ALTER TABLE pruned ADD COLUMN changes TEXT",
  "ALTER TABLE runs ADD COLUMN settled_revision INTEGER NOT NULL DEFAULT -1",
  settleRuns,
  `CREATE INDEX runs_waiting ON runs (id)
    WHERE lifecycle_stage = 'active' AND settled_revision < revision`,
  "CREATE INDEX runs_by_start ON runs (start_time)",
  "CREATE INDEX deliveries_in_doubt ON deliveries (server_id, run_id) WHERE uncertain > 0",
  "ALTER TABLE keys ADD COLUMN ranked INTEGER NOT NULL DEFAULT 0",
  rankMetrics,
];

/** A statement, or what takes more than one. */
export type MigrationStep = string | ((database: Database) => void);

/** Entry n is the steps that bring format n to format n + 1. */
export const MIGRATIONS: readonly (readonly MigrationStep[])[] = [
  FORMAT_1,
  FORMAT_2,
  FORMAT_3,
  FORMAT_4,
  FORMAT_5,
  FORMAT_6,
  FORMAT_7,
];

/** Brings a file to the newest format, in one transaction that only one process can hold. */
export function migrate(
  database: Database,
  migrations: readonly (readonly MigrationStep[])[] = MIGRATIONS,
): void {
  const isNewest = checkFormat(database, migrations.length) === migrations.length;
  if (isNewest && headOf(database).application === APPLICATION_ID) return;
  database.write(() => {
    const format = checkFormat(database, migrations.length);
    for (const step of migrations.slice(format).flat()) {
      if (typeof step === "string") database.run(step);
      else step(database);
    }
    database.run(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.run(`PRAGMA user_version = ${migrations.length}`);
  });
}

/** The file's format; throws when it is not a store, or a newer one than this program knows. */
export function checkFormat(database: Database, newest: number = MIGRATIONS.length): number {
  const { format, application, tables } = headOf(database);
  const empty = format === 0 && application === 0 && tables === 0;
  if (!empty && application !== APPLICATION_ID && application !== EXPORT_ID) {
    throw new StorageError(database.path, "it is an SQLite file, but not a btflow store");
  }
  if (format < 0 || (format === 0 && application !== 0)) {
    throw new StorageError(database.path, notAsMade(`its format is ${format}`));
  }
  const foreign = database.get<{ name: string }>(
    `SELECT name FROM sqlite_schema WHERE type IN ('view', 'trigger')
       OR sql LIKE 'CREATE VIRTUAL%' OR (type = 'table' AND name NOT LIKE 'sqlite_%'
         AND name NOT IN (SELECT name FROM pragma_table_list WHERE strict)) LIMIT 1`,
  );
  if (foreign !== undefined) {
    // Views and triggers would be run by a store's own statements, and a table that is not STRICT
    // holds values of any type.
    throw new StorageError(database.path, notAsMade(`${foreign.name} is no table of a store`));
  }
  if (format > newest) {
    throw new StorageError(
      database.path,
      `a newer btflow wrote it (store format ${format}, this btflow knows ${newest}): update btflow`,
    );
  }
  return format;
}

/** Whether it is what `--export` wrote, and nobody has changed since. */
export function isExport(database: Database): boolean {
  return headOf(database).application === EXPORT_ID;
}

interface Head {
  readonly format: number;
  readonly application: number;
  /** 1 when there is anything in the file. */
  readonly tables: number;
}

/** Read in one statement, so as of one moment: another process may be making the store. */
function headOf(database: Database): Head {
  const head = database.get<Head>(
    `SELECT (SELECT user_version FROM pragma_user_version) AS format,
       (SELECT application_id FROM pragma_application_id) AS application,
       EXISTS (SELECT 1 FROM sqlite_schema) AS tables`,
  );
  return present(head, "the head of a store");
}
