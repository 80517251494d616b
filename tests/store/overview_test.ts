// What a store says of many runs at once is what reading them would say.

import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { parseFilter } from "../../lib/filter/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { testIo } from "../helpers/test_io.ts";

Deno.test("counts, the best and the last are of active runs; ids are told from those of all", async () => {
  const io = testIo();
  const store = await openStore(io, `${io.folder}/s.db`);
  const [one, two] = [await store.createExperiment("one"), await store.createExperiment("two")];
  const ids: string[] = [];
  for (const [index, value] of [1, 3, NaN, 2].entries()) {
    const run = {
      experimentId: one,
      name: `r${index}`,
      startTime: 1000 + index,
      user: "",
      tags: {},
    };
    const { id } = await store.createRun(run);
    const point = { key: "sharpe_ratio", value, timestamp: 0, step: 0 };
    await store.logBatch(id, { metrics: [point] });
    ids.push(id);
  }
  const query = { experimentIds: [one, two], filter: null, view: "active" } as const;
  assertEquals(store.countRuns(query), 4);
  const filter = parseFilter("metrics.sharpe_ratio >= 2");
  assertEquals(store.countRuns({ ...query, filter }), 2);
  assertEquals(store.countRuns({ ...query, experimentIds: [two] }), 0);
  assertEquals([...store.experimentSummaries("sharpe_ratio")], [
    [one, { runs: 4, lastRun: 1003, best: 3 }],
  ]);
  await store.deleteRun(ids[1] ?? "");
  await store.deleteRun(ids[3] ?? "");
  assertEquals([...store.experimentSummaries("sharpe_ratio")], [
    [one, { runs: 2, lastRun: 1002, best: 1 }],
  ]);
  assertEquals([...store.experimentSummaries("nothing")][0]?.[1].best, null);
  for (const id of ids) {
    const length = store.keyLength([id]);
    const alike = ids.filter((other) => other.startsWith(id.slice(0, length)));
    assertEquals(alike, [id]);
    assertEquals(ids.filter((other) => other.startsWith(id.slice(0, length - 1))).length > 1, true);
  }
  await store.close();
  io.remove();
});

Deno.test("the best of an experiment is told, however far from the best of the store it is", async () => {
  const io = testIo();
  const store = await openStore(io, `${io.folder}/s.db`);
  const [good, bad] = [await store.createExperiment("good"), await store.createExperiment("bad")];
  const log = async (experimentId: string, value: number): Promise<string> => {
    const run = { experimentId, name: "r", startTime: 1000, user: "", tags: {} };
    const { id } = await store.createRun(run);
    const point = { value, timestamp: 0, step: 0 };
    const metrics = ["sharpe_ratio", "skew"].map((key) => ({ ...point, key }));
    await store.logBatch(id, { metrics });
    return id;
  };
  for (const value of [-3, NaN, -2]) await log(bad, value);
  await log(good, 7);
  const best = await log(good, 8);
  await store.close();
  const database = new DatabaseSync(`${io.folder}/s.db`);
  // Ten thousand runs that are better than any of the other experiment.
  database.exec(
    `WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
     INSERT INTO runs (id, key, experiment_id, name, status, start_time, user_id, artifact_uri)
     SELECT 100 + i, 'k' || i, ${good}, 'r', 'FINISHED', 2000, '', '' FROM n`,
  );
  database.exec(
    `INSERT INTO metrics (key_id, run_id, value, step)
     SELECT keys.id, runs.id, 1 + runs.id / 1e6, 0 FROM runs, keys
     WHERE runs.id > 100 AND keys.name = 'sharpe_ratio'`,
  );
  database.close();
  const again = await openStore(io, `${io.folder}/s.db`);
  const told = (metric: string): unknown[] =>
    [...again.experimentSummaries(metric)].map(([id, { best }]) => [id, best]);
  assertEquals(told("sharpe_ratio"), [[good, 8], [bad, -2]]);
  // Of a metric that the store does not keep in order.
  assertEquals(told("skew"), [[good, 8], [bad, -2]]);
  await again.deleteRun(best);
  assertEquals(told("sharpe_ratio"), [[good, 7], [bad, -2]]);
  await again.close();
  io.remove();
});
