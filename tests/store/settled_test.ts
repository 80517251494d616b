// The mark of runs that wait for nobody: whatever is known of a run's deliveries, a run that waits for a
// server is not passed over because of its mark, in a store that was brought up from format 6 as well.

import { assert, assertEquals } from "@std/assert";

import { openStoreFile } from "../../lib/store/open.ts";
import { countWronglySettled, settleRun, settleRuns } from "../../lib/store/settled.ts";
import { MIGRATIONS } from "../../lib/store/schema.ts";
import type { Database } from "../../lib/store/sqlite.ts";
import { storeHealth } from "../../lib/store/health.ts";
import { waitingRuns } from "../../lib/store/waiting.ts";
import { seededRandom } from "../helpers/random.ts";
import { pick } from "../filter/seed.ts";
import { storeFolder } from "./store_folder.ts";

const SERVERS = ["http://a", "http://b", "http://c"];
const RUNS = 600;

/** Runs with anything that may be known of them, the marks not set. */
function insertAnything(database: Database): void {
  const random = seededRandom(11);
  database.run(
    "INSERT INTO experiments (name, creation_time, last_update_time) VALUES ('sweep', 1, 1)",
  );
  for (const uri of SERVERS) database.run("INSERT INTO servers (uri) VALUES (?)", uri);
  for (let id = 1; id <= RUNS; id++) {
    database.run(
      `INSERT INTO runs (id, key, experiment_id, name, status, start_time, user_id, artifact_uri,
         tracking_uri, lifecycle_stage, revision)
       VALUES (?, ?, 1, 'r', 'FINISHED', 1, 'ada', '', ?, ?, ?)`,
      ...[id, `key-${id}`, pick([null, null, "http://a", "http://b"], random)],
      ...[pick(["active", "active", "active", "deleted"], random), pick([0, 1], random)],
    );
    for (const server of [1, 2, 3]) {
      if (random() < 0.5) continue;
      database.run(
        `INSERT INTO deliveries (run_id, server_id, state, delivered_revision, last_attempt)
         VALUES (?, ?, ?, ?, ?)`,
        ...[id, server],
        pick(["waiting", "creating", "created", "delivered", "delivered", "deleted"], random),
        ...[pick([null, 0, 1, 1], random), pick([null, 1, 2], random)],
      );
      if (random() < 0.8) continue;
      database.run(
        `INSERT INTO undeliverable (run_id, server_id, part, reason, optional)
         VALUES (?, ?, 'param a', '', ?)`,
        ...[id, server, pick([0, 1], random)],
      );
    }
  }
}

/** What waits, told with the marks, and without, as of runs that are named. */
function waits(database: Database, marked: boolean): readonly string[] {
  const ids = Array.from({ length: RUNS }, (_, index) => index + 1);
  const named = marked ? {} : { ids };
  return [null, ...SERVERS, "http://unknown"].flatMap((trackingUri) =>
    [true, false].flatMap((refused) =>
      waitingRuns(database, { trackingUri, refused, ...named }).map((run) =>
        `${trackingUri} ${refused} ${JSON.stringify(run)}`
      )
    )
  );
}

Deno.test("what waits is found by its mark, whatever is known of it", async () => {
  const { path, io, remove } = await storeFolder();
  const database = await openStoreFile(io, path);
  database.write(() => insertAnything(database));
  const all = waits(database, false);
  assertEquals(waits(database, true), all, "no marks");
  database.write(() => {
    for (let id = 1; id <= RUNS; id++) settleRun(database, id);
  });
  assertEquals(waits(database, true), all);
  assertEquals(countWronglySettled(database), 0);
  const [[passed] = [0]] = database.arrays<[number]>(
    "SELECT count(*) FROM runs WHERE settled_revision >= revision",
  );
  assert(passed > RUNS / 10, `${passed} are passed over`);
  database.run("UPDATE runs SET settled_revision = 9 WHERE id IN (5, 6)");
  assertEquals((await storeHealth(io, database)).problems, [
    `${countWronglySettled(database)} runs that wait are marked as delivered`,
  ]);
  database.close();
  await remove();
});

Deno.test("a store of format 6 gets marks, and metrics in order", async () => {
  const { path, io, remove } = await storeFolder();
  const old = await openStoreFile(io, path, { migrations: MIGRATIONS.slice(0, 6) });
  old.write(() => {
    // Ids that a new store gives to other metrics.
    for (const name of ["own", "sharpe_ratio"]) old.run("INSERT INTO keys (name) VALUES (?)", name);
    insertAnything(old);
    old.run("INSERT INTO metrics (key_id, run_id, value, step) SELECT 2, id, id % 7, 0 FROM runs");
  });
  old.close();
  const database = await openStoreFile(io, path);
  assertEquals(waits(database, true), waits(database, false));
  const marks = (): unknown => database.arrays("SELECT settled_revision FROM runs ORDER BY id");
  const migrated = marks();
  settleRuns(database);
  assertEquals(marks(), migrated);
  assertEquals(
    database.arrays("SELECT name FROM keys WHERE ranked = 1 AND id = 2"),
    [["sharpe_ratio"]],
  );
  const inOrder = `SELECT value FROM metrics INDEXED BY metrics_by_value
    WHERE key_id = 2 AND value IS NOT NULL ORDER BY value DESC LIMIT 1`;
  assertEquals(database.arrays(inOrder), [[6]]);
  assertEquals(database.arrays("PRAGMA integrity_check"), [["ok"]]);
  database.close();
  await remove();
});
