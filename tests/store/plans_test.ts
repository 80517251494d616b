// What a command asks of a store does not grow with the runs in it: no statement of it reads a table of
// runs, or of what they hold, as a whole. A store of some thousand runs whose newest has a large id is
// taken for one of a million.

import { assert, assertEquals } from "@std/assert";

import { fillStore, SERVER, STARTS } from "../../bench/stored_runs.ts";
import { parseFilter, parseOrderBy } from "../../lib/filter/mod.ts";
import { findFingerprint } from "../../lib/store/fingerprints.ts";
import { openStoreFile } from "../../lib/store/open.ts";
import { deliveryCandidates } from "../../lib/store/outbox/candidates.ts";
import { runsInDoubt } from "../../lib/store/outbox/orphans.ts";
import { pruneRuns } from "../../lib/store/remove_runs.ts";
import { findStoredRun } from "../../lib/store/run_rows.ts";
import { runKeys } from "../../lib/store/run_key.ts";
import { searchExperiments, searchRuns } from "../../lib/store/read_runs.ts";
import { selectRunIds } from "../../lib/store/select_runs.ts";
import type { Database } from "../../lib/store/sqlite.ts";
import { countWaiting, waitingPages, waitingRuns } from "../../lib/store/waiting.ts";
import { commitRecords } from "../../lib/store/write_record.ts";
import type { RunQuery } from "../../lib/tracker.ts";
import { recordPlans } from "./recorded_plans.ts";
import { quickIo, record } from "./store_folder.ts";

const RUNS = 7000;
const METRICS = ["sharpe_ratio", "smart_sharpe_ratio"];
const EXPERIMENT = { sweep: "1", fx: "4", live: "5" };
const io = quickIo();

/** A store with a run of a large id, and what its statements do. */
async function withStore(run: (database: Database) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "btflow-plans-" });
  const path = `${folder}/store.db`;
  try {
    await fillStore(path, { runs: RUNS, metrics: METRICS.length });
    const database = await openStoreFile(io, path);
    database.run("UPDATE sqlite_sequence SET seq = 999999 WHERE name = 'runs'");
    commit(database, "newest");
    await run(database);
    database.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function commit(database: Database, name: string): string {
  const trial = { returnsHash: "ab".repeat(32), sharpe: 0.1, rows: 10 };
  const [key = ""] = commitRecords(database, [
    record(1, {
      ...{ runName: name, experiment: { kind: "name", name: "sweep" }, trial, ifNew: true },
      fingerprint: name.padStart(64, "0"),
      metrics: METRICS.map((key) => ({ key, value: 1, timestamp: 1, step: 0 })),
    }),
  ], { nowMs: 1, makeKey: runKeys(io) });
  return key;
}

function query(experiments: readonly string[], order = "", filter = "", limit = 20): RunQuery {
  return {
    experimentIds: experiments,
    filter: filter === "" ? null : parseFilter(filter),
    orderBy: order === "" ? [] : [parseOrderBy(order)],
    view: "active",
    limit,
  };
}

/** The tables that grow with the runs, and the names that statements give them. */
const GROWING =
  /^SCAN (runs|metrics|params|tags|removed_tags|datasets|points|artifacts|blobs|trials|deliveries|acknowledgements|undeliverable|pruned|[madoptu]|o\d)\b/;

/** Lines of a plan that read such a table as a whole; of these indices only the ends are read, or all that waits. */
function readsAll(plan: readonly string[]): readonly string[] {
  return plan.filter((line) => GROWING.test(line) && !/INDEX runs_(waiting|by_start)/.test(line));
}

Deno.test("no command reads all runs of a large store", async () => {
  await withStore(async (database) => {
    const recorded = recordPlans(database);
    const key = database.get<{ key: string }>("SELECT key FROM runs WHERE id = 77")?.key ?? "";
    const all = Object.values(EXPERIMENT);
    const search = (...asked: Parameters<typeof query>) => (): unknown => [
      ...searchRuns(recorded.database, query(...asked)),
    ];
    const commands: Readonly<Record<string, () => unknown>> = {
      "log": () => commit(recorded.database, "another"),
      "log --if-new": () =>
        findFingerprint(recorded.database, { kind: "name", name: "sweep" }, "f".repeat(64)),
      "log, then delivery of the run": () => [
        ...deliveryCandidates(recorded.database, { trackingUri: SERVER, keys: [key] }).values(),
      ],
      "sync": () => [
        ...deliveryCandidates(recorded.database, { trackingUri: SERVER }).values(),
        ...runsInDoubt(recorded.database, 1, undefined),
        ...countWaiting(recorded.database, { trackingUri: null }),
      ],
      "sync -e": () => [
        ...deliveryCandidates(recorded.database, { trackingUri: SERVER, experiment: "fx" })
          .values(),
      ],
      "sync --status": () => [
        ...waitingPages(recorded.database, { trackingUri: null, refused: true }),
        ...waitingPages(recorded.database, { trackingUri: SERVER, refused: true }),
      ],
      "runs get": () => [
        findStoredRun(recorded.database, key),
        findStoredRun(recorded.database, "no such run"),
        waitingRuns(recorded.database, { trackingUri: null, keys: [key] }),
      ],
      "experiments": () => [
        ...searchExperiments(recorded.database, {
          ...{ filter: null, orderBy: [], view: "active", limit: 100 },
        }),
      ],
      "runs search": search(all),
      "runs search -e": search([EXPERIMENT.sweep]),
      "runs search -e, of few": search([EXPERIMENT.live], "metrics.sharpe_ratio DESC"),
      "runs search, oldest first": search(all, "start_time ASC"),
      "runs search, sorted by a metric": search(all, "metrics.sharpe_ratio DESC"),
      "runs search with a filter": search(
        [EXPERIMENT.sweep],
        "metrics.sharpe_ratio ASC",
        "metrics.sharpe_ratio > 0.5 AND params.lookback = '20' AND tags.mlflow.runName != 'x'",
      ),
    };
    for (const [command, run] of Object.entries(commands)) {
      run();
      const plan = recorded.take();
      assert(plan.length > 0, command);
      assertEquals(readsAll(plan), [], command);
    }
    // A prune looks at every run once; what it does for each it finds reads no table.
    const later = { ...io, now: () => STARTS + 250_000 };
    const pruned = await pruneRuns(later, recorded.database, { olderThanMs: 0 });
    assertEquals([pruned.runs, readsAll(recorded.take())], [249, []]);
  });
});

Deno.test("the first few are those of all", async () => {
  await withStore((database) => {
    const recorded = recordPlans(database);
    // Values that many runs share, that some lack, and that are undefined.
    database.run("UPDATE metrics SET value = round(value, 1) WHERE run_id % 3 = 0");
    database.run("UPDATE metrics SET value = NULL WHERE run_id % 100 = 7");
    database.run("DELETE FROM metrics WHERE run_id % 50 = 3");
    database.run("UPDATE runs SET start_time = start_time / 10000 * 10000");
    const orders = ["", "start_time ASC", "end_time DESC", "params.lookback DESC"]
      .concat(METRICS.flatMap((name) => [`metrics.${name} DESC`, `metrics.${name} ASC`]));
    const filters = [
      "",
      "params.lookback = '20'",
      "metrics.sharpe_ratio < 0.4 AND params.lookback != '7'",
      "metrics.sharpe_ratio > 1.49 OR metrics.smart_sharpe_ratio IS NULL",
      "params.symbol = 'S77' AND params.lookback = '42'",
    ];
    let quick = 0;
    for (const order of orders) {
      for (const filter of filters) {
        for (
          const experiments of [Object.values(EXPERIMENT), [EXPERIMENT.sweep], [EXPERIMENT.fx]]
        ) {
          const all = selectRunIds(database, query(experiments, order, filter, Infinity));
          const few = selectRunIds(recorded.database, query(experiments, order, filter, 20));
          assertEquals(few, all.slice(0, 20), `${order} / ${filter} / ${experiments}`);
          if (recorded.take().some((line) => /metrics_by_value|runs_by_start/.test(line))) quick++;
        }
      }
    }
    assert(quick > 30, `${quick} went through an index`);
  });
});
