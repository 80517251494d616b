// What a store says of many runs at once is what reading them would say.

import { assertEquals } from "@std/assert";
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
