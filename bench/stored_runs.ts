// Fills a store with runs as sweeps leave them, by plain SQL in one transaction: a million take a
// minute, where committing them one by one takes an hour. The rows are those that `log` writes, each
// run's trial record and delivery included, but for its files: returns alone would be 20 GB.
//
//     deno run -A bench/stored_runs.ts FILE RUNS [METRICS]

import { hostIo } from "../lib/io.ts";
import { CATALOGUE } from "../lib/metrics/mod.ts";
import { RUN_KEY_TAG, RUN_NAME_TAG, TRIAL_TAG } from "../lib/own_names.ts";
import { openStoreFile } from "../lib/store/open.ts";
import { settleRuns } from "../lib/store/settled.ts";
import type { Database } from "../lib/store/sqlite.ts";
import { trialTagText } from "../lib/store/trial_tag.ts";
import { fromHex, toHex, trialChain } from "../lib/store/trials.ts";

/** How large the runs are. */
export interface StoredRuns {
  readonly runs: number;
  /** Metrics a run, the Sharpe ratio first and then those of the catalogue; 12 when not given. */
  readonly metrics?: number;
  /** Those that they are in; {@link EXPERIMENTS} when not given. */
  readonly experiments?: Experiments;
  /** The server that has all of them; null leaves them waiting. */
  readonly server?: string | null;
}

/** Experiments, and up to which thousandth of the runs each has them. */
export type Experiments = readonly (readonly [name: string, upTo: number])[];

/** One has most of the runs, one few. */
export const EXPERIMENTS: Experiments = [
  ["sweep", 600],
  ["futures", 850],
  ["crypto", 950],
  ["fx", 999],
  ["live", 1000],
];

/** The server that the runs were delivered to. */
export const SERVER = "http://127.0.0.1:5000";
/** When the first of them began; one begins each second. */
export const STARTS: number = Date.UTC(2026, 0, 1);
const RUN_MS = 1000;

/** A value for each run and metric in [-0.5, 1.5), no two of a metric the same up to a million runs. */
const VALUE =
  "((runs.id * (7919 + 2 * keys.id) + keys.id * 104729) % 1000003) / 1000003.0 * 2 - 0.5";

const PARAMS: Readonly<Record<string, string>> = {
  lookback: "5 + runs.id % 40",
  threshold: "printf('%.1f', runs.id % 17 / 10.0)",
  symbol: "'S' || runs.id % 500",
  timeframe: "CASE runs.id % 3 WHEN 0 THEN '1h' WHEN 1 THEN '4h' ELSE '1d' END",
  returns_count: "2520",
  periods_per_year: "252",
};

/** Fills a new store. */
export async function fillStore(file: string, options: StoredRuns): Promise<void> {
  const { runs, metrics = 12, server = SERVER, experiments = EXPERIMENTS } = options;
  const names = CATALOGUE.map(({ name }) => name).filter((name) => name !== "sharpe_ratio");
  const database = await openStoreFile(hostIo(), file);
  database.write(() => {
    insertRuns(database, { runs, experiments }, ["sharpe_ratio", ...names].slice(0, metrics));
    insertContent(database);
    insertTrials(database);
    if (server !== null) insertDeliveries(database, server);
  });
  database.close();
}

function insertRuns(
  database: Database,
  { runs, experiments }: { readonly runs: number; readonly experiments: Experiments },
  metrics: readonly string[],
): void {
  for (const [index, [name]] of experiments.entries()) {
    database.run(
      `INSERT INTO experiments (id, name, creation_time, last_update_time) VALUES (?, ?, ?, ?)`,
      ...[index + 1, name, STARTS, STARTS],
    );
  }
  database.run(
    "INSERT INTO keys (name) SELECT value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING",
    JSON.stringify(metrics),
  );
  database.run(
    `INSERT INTO metric_sets (id, key_ids) SELECT 1, json_group_array(id) FROM (
       SELECT id FROM keys WHERE name IN (SELECT value FROM json_each(?)) ORDER BY id)`,
    JSON.stringify(metrics),
  );
  const experiment = experiments
    .map(([, upTo], index) => `WHEN n * 7 % 1000 < ${upTo} THEN ${index + 1}`).join(" ");
  database.run(
    `INSERT INTO runs (id, key, experiment_id, name, status, start_time, end_time, user_id,
       artifact_uri, metric_set, fingerprint, tracking_uri)
     WITH RECURSIVE numbers (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
     SELECT n, ${KEY}, CASE ${experiment} END, 'run-' || n, 'FINISHED', ${STARTED},
       ${STARTED} + 800, 'trader', 'btflow-store:runs/' || ${KEY}, 1,
       lower(hex(randomblob(32))), NULL FROM numbers`,
    runs,
  );
}

const STARTED = `(${STARTS} + n * ${RUN_MS})`;
const KEY = `(printf('%012x', ${STARTED}) || '70008000' || printf('%012x', n))`;

function insertContent(database: Database): void {
  database.run(
    `INSERT INTO metrics (key_id, run_id, value, step)
     SELECT keys.id, runs.id, ${VALUE}, 0 FROM keys CROSS JOIN runs
     WHERE keys.id IN (SELECT value FROM metric_sets, json_each(key_ids))`,
  );
  const params = Object.entries(PARAMS).sort(([a], [b]) => a < b ? -1 : 1);
  for (const [key, value] of params) {
    database.run(
      `INSERT INTO params (run_id, key, value)
       SELECT runs.id, ?, CAST(${value} AS TEXT) FROM runs ORDER BY runs.id`,
      key,
    );
  }
  for (const [key, value] of [[RUN_KEY_TAG, "runs.key"], [RUN_NAME_TAG, "runs.name"]] as const) {
    database.run(`INSERT INTO tags (run_id, key, value) SELECT id, ?, ${value} FROM runs`, key);
  }
}

const PAGE_RUNS = 10_000;

function insertTrials(database: Database): void {
  const chain = trialChain(database);
  for (let after = 0;;) {
    const page = database.arrays<[number, string, number, string, number]>(
      `SELECT id, key, experiment_id, fingerprint, start_time FROM runs WHERE id > ?
       ORDER BY id LIMIT ${PAGE_RUNS}`,
      after,
    );
    const last = page.at(-1);
    if (last === undefined) return;
    after = last[0];
    for (const [id, key, experimentId, fingerprint, time] of page) {
      const values = { sharpe: (id % 1000) / 10_000, rows: 2520 };
      // Any SHA-256 does for that of the returns: no two runs are equal.
      const trial = { ...values, returnsHash: fromHex(fingerprint) };
      const { hash, previous } = chain.append({
        ...{ ...trial, key, experimentId, fingerprint, time },
        marked: 0,
      });
      const tag = { hash: toHex(hash), previous: toHex(previous), returns: fingerprint, ...values };
      database.run(
        "INSERT INTO tags (run_id, key, value) VALUES (?, ?, ?)",
        ...[id, TRIAL_TAG, trialTagText(tag)],
      );
    }
  }
}

function insertDeliveries(database: Database, server: string): void {
  database.run("INSERT INTO servers (id, uri) VALUES (1, ?)", server);
  database.run(
    `INSERT INTO deliveries (run_id, server_id, state, server_run_id, server_experiment_id,
       create_time, tag_revision, delivered_revision, delivered_time, attempts, last_attempt)
     SELECT id, 1, 'delivered', lower(hex(randomblob(16))), experiment_id, end_time, 0, 0, end_time,
       1, end_time FROM runs`,
  );
  settleRuns(database);
}

if (import.meta.main) {
  const [file = "", runs = "1000", metrics = "12"] = Deno.args;
  await fillStore(file, { runs: Number(runs), metrics: Number(metrics) });
}
