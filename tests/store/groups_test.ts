// Runs that are committed in one transaction are those that are committed one by one: what the writer
// keeps in mind from one run to the next changes nothing.

import { assertEquals } from "@std/assert";
import { openDatabase } from "../../lib/store/sqlite.ts";
import { openStore, type RunRecord } from "../../lib/store/mod.ts";
import type { MetricPoint } from "../../lib/tracker.ts";
import { record, START, storeFolder } from "./store_folder.ts";

function points(keys: readonly string[], first: number): readonly MetricPoint[] {
  return keys.map((key, at) => ({ key, value: first / (at + 3), timestamp: START, step: 0 }));
}

const METRICS: readonly (readonly MetricPoint[])[] = [
  points(["cagr", "sharpe_ratio"], 1),
  points(["cagr", "sharpe_ratio"], 2),
  // Another order, other names, fewer and more of them.
  points(["sharpe_ratio", "cagr"], 3),
  points(["cagr"], 4),
  points(["cagr", "sharpe_ratio", "omega"], 5),
  [],
  points(["cagr", "sharpe_ratio", "omega"], 6).map((point) => ({ ...point, timestamp: START + 1 })),
  points(["cagr", "sharpe_ratio", "omega"], 7).map((point) => ({ ...point, value: NaN, step: -1 })),
  // A history, and the same point twice.
  points(["cagr", "cagr", "omega"], 8).map((point, step) => ({ ...point, step })),
  points(["cagr", "cagr", "omega"], 9),
  [...points(["cagr"], 10), ...points(["cagr"], 10), ...points(["omega"], 10)],
];

function records(): readonly RunRecord[] {
  return METRICS.map((metrics, index) =>
    record(index, {
      metrics,
      experiment: { kind: "name", name: index % 3 === 0 ? "one" : "other" },
    })
  );
}

/** All of a store's runs by the number they were made with, keys aside. */
async function stored(isTogether: boolean): Promise<readonly (readonly unknown[])[]> {
  const { io, path, remove } = await storeFolder();
  const store = await openStore(io, path);
  if (isTogether) store.commitRuns(records());
  else for (const one of records()) store.commitRun(one);
  await store.close();
  const database = openDatabase(path);
  try {
    return [
      `SELECT r.id, r.name, e.name, s.key_ids FROM runs r JOIN experiments e
         ON e.id = r.experiment_id LEFT JOIN metric_sets s ON s.id = r.metric_set`,
      "SELECT m.run_id, k.name, m.value, m.step, m.timestamp FROM metrics m JOIN keys k ON k.id = m.key_id",
      "SELECT p.run_id, k.name, p.step, p.timestamp, p.nth, p.value FROM points p JOIN keys k ON k.id = p.key_id",
    ].map((select) => database.arrays(`${select} ORDER BY 1, 2, 3, 4`));
  } finally {
    database.close();
    await remove();
  }
}

Deno.test("runs of one transaction are stored as those of many", async () => {
  const together = await stored(true);
  assertEquals(together, await stored(false));
  assertEquals(together.map((rows) => rows.length), [METRICS.length, 22, 2]);
});
