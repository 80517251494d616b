// A run's counterpart on the server: when it is looked for, which of several is taken, and what is said
// of one that was deleted there. One decision a test.

import { assertEquals, assertMatch } from "@std/assert";
import { openDatabase } from "../../lib/store/sqlite.ts";
import type { NewRun, Run, Tracker } from "../../lib/tracker.ts";
import {
  activeRuns,
  carriedOut,
  DELIVERED,
  deliveryTest,
  failure,
  made,
  markImported,
} from "./delivery_world.ts";
import { record } from "./store_folder.ts";

const LOST = failure("CONNECTION", 0, { maybeDone: true });

deliveryTest(
  "a run that cannot be read from the server is not taken for deleted",
  async (world) => {
    const { store, server, send } = world;
    const key = store.commitRun(record(1));
    await send();
    await store.logBatch(key, { tags: { note: "x" } });
    const getRun = (): Promise<never> => Promise.reject(failure("INTERNAL_ERROR", 500));
    assertEquals((await send({ getRun }))[0]?.[0], "failed");
    assertEquals(await send({}, { recreate: true }), DELIVERED);
    assertEquals(server.runs.size, 1);
  },
);

deliveryTest(
  "a run that was deleted before its id was known is not made anew unasked",
  async (world) => {
    const { store, server, send } = world;
    store.commitRun(record(1));
    const searchRuns = (): never => {
      throw LOST;
    };
    await send({ createRun: carriedOut(world, LOST), searchRuns });
    const [id = ""] = server.runs.keys();
    await server.deleteRun(id);
    const [[status, message] = []] = await send();
    assertEquals(status, "deleted");
    assertMatch(message ?? "", /^it is deleted on http:\/\/server:5000; restore it there/);
    server.purge(id);
    assertEquals((await send())[0]?.[0], "deleted");
    assertEquals(server.runs.size, 0);
    assertEquals(await send({}, { recreate: true }), DELIVERED);
  },
);

deliveryTest(
  "an imported run that the server has no more is not made anew unasked",
  async (world) => {
    const { store, server, send } = world;
    const key = store.commitRun(record(1));
    await send();
    markImported(world);
    const [id = ""] = server.runs.keys();
    server.purge(id);
    await store.logBatch(key, { tags: { note: "x" } });
    const [[status, message] = []] = await send();
    assertEquals([status, server.runs.size], ["deleted", 0]);
    assertMatch(message ?? "", RegExp(`\\(run ${id}\\)`));
  },
);

deliveryTest("nothing is logged into a run that the server has deleted", async (world) => {
  const { store, server, send } = world;
  const { id } = await made(world, "someone's");
  await server.deleteRun(id);
  store.commitRun(
    record(1, { existingRunId: id, trackingUri: server.uri, experiment: { kind: "ofRun" } }),
  );
  const [[status, message] = []] = await send();
  assertEquals(status, "deleted");
  assertMatch(message ?? "", RegExp(`\\(run ${id}\\)`));
});

deliveryTest(
  "a run that is logged into keeps its state when a retry is interrupted",
  async (world) => {
    const { store, server, send } = world;
    const { id } = await made(world, "someone's");
    store.commitRun(
      record(1, { existingRunId: id, trackingUri: server.uri, experiment: { kind: "ofRun" } }),
    );
    const stop = (at: string) => (step: string): void => {
      if (step === at) throw new Error("killed");
    };
    await send({}, { stopAt: stop("before batch 1") });
    assertEquals(store.waiting({ trackingUri: server.uri })[0]?.state, "created");
    const logBatch: Tracker["logBatch"] = (run, batch) =>
      batch.params?.["window"] === undefined
        ? server.logBatch(run, batch)
        : Promise.reject(failure("INVALID_PARAMETER_VALUE", 400));
    assertEquals(await send({ logBatch }), DELIVERED);
    await send({}, { retryUndeliverable: true, stopAt: stop("before refused items") });
    assertEquals(store.waiting({ trackingUri: server.uri }), []);
  },
);

deliveryTest("a late second run does not stand for one that was deleted", async (world) => {
  const { store, server, send } = world;
  const key = store.commitRun(record(1));
  let late: NewRun | undefined;
  const createRun: Tracker["createRun"] = (run) => {
    late = run;
    return Promise.reject(failure("TIMEOUT", 0, { maybeDone: true }));
  };
  await send({ createRun });
  assertEquals(await send(), DELIVERED);
  await server.deleteRun(activeRuns(server)[0]?.id ?? "");
  if (late !== undefined) await server.createRun(late);
  await store.logBatch(key, { tags: { note: "x" } });
  assertEquals((await send())[0]?.[0], "deleted");
  assertEquals(activeRuns(server), []);
});

deliveryTest(
  "what a process that died had sent is looked for, and removed if it comes",
  async (world) => {
    const { store, server, send, sleeps } = world;
    const key = store.commitRun(record(1));
    await send({ createRun: () => Promise.reject(failure("CONNECTION", 0)) });
    const database = openDatabase(world.path);
    database.run(
      "UPDATE deliveries SET state = 'creating', create_time = ?, uncertain = 1",
      world.io.now() - 5000,
    );
    database.close();
    let looks = 0;
    const searchRuns: Tracker["searchRuns"] = (query) => {
      looks++;
      return server.searchRuns(query);
    };
    assertEquals(await send({ searchRuns }), DELIVERED);
    // Its time to arrive was over: one look before the creation, one for what arrived after all.
    assertEquals([sleeps, looks], [[], 2]);
    await made(world, key);
    await send();
    assertEquals(activeRuns(server).map(({ status }) => status), ["FINISHED"]);
  },
);

deliveryTest(
  "a run is looked for where it was made, whatever its experiment is called by now",
  async (world) => {
    const { store, server, send } = world;
    store.commitRun(record(1));
    const searchRuns = (): never => {
      throw LOST;
    };
    await send({ createRun: carriedOut(world, LOST), searchRuns });
    const [{ id = "" } = {}] = server.experiments.values();
    await server.renameExperiment(id, "renamed");
    assertEquals(await send(), DELIVERED);
    assertEquals(server.runs.size, 1);
  },
);

deliveryTest("a run made anew is found beside the fuller one that was deleted", async (world) => {
  const { store, server, send } = world;
  const key = store.commitRun(record(1));
  await send();
  await server.deleteRun([...server.runs.keys()][0] ?? "");
  await store.logBatch(key, { tags: { note: "x" } });
  assertEquals(await send({ createRun: carriedOut(world, LOST) }, { recreate: true }), DELIVERED);
  assertEquals([server.runs.size, activeRuns(server)[0]?.status], [2, "FINISHED"]);
});

deliveryTest("a run that is looked up and known keeps what was changed there", async (world) => {
  const { store, server, send } = world;
  const key = store.commitRun(record(1));
  await send({ createRun: carriedOut(world, LOST) });
  markImported(world);
  const [id = ""] = server.runs.keys();
  await store.logBatch(key, { tags: { own: "1" } });
  await send();
  await server.logBatch(id, { tags: { own: "by hand" } });
  await store.logBatch(key, { tags: { another: "1" } });
  assertEquals(await send(), DELIVERED);
  const { tags } = await server.getRun(id);
  assertEquals([tags["own"], tags["another"]], ["by hand", "1"]);
  // Without a doubt it is not looked up.
  const database = openDatabase(world.path);
  database.run("UPDATE deliveries SET uncertain = 0");
  database.close();
  await store.logBatch(key, { tags: { another: "2" } });
  const searchRuns = (): never => {
    throw LOST;
  };
  assertEquals(await send({ searchRuns }), DELIVERED);
});

for (const turned of [false, true]) {
  deliveryTest(
    `of several runs one is taken, ${turned ? "last" : "first"} or not`,
    async (world) => {
      const { store, server, send } = world;
      const keys = [store.commitRun(record(1)), store.commitRun(record(2))];
      markImported(world);
      const [key = "", other = ""] = keys;
      await made(world, key);
      const fullest = await made(world, key, 3);
      await made(world, key, 1);
      const first = await made(world, other, 2);
      await made(world, other, 2);
      const searchRuns: Tracker["searchRuns"] = async function* (query) {
        const found: Run[] = [];
        for await (const page of server.searchRuns(query)) found.push(...page);
        yield turned ? found.reverse() : found;
      };
      await send({ searchRuns });
      const taken = activeRuns(server).filter(({ status }) => status === "FINISHED");
      assertEquals(taken.map(({ id }) => id), [fullest.id, first.id]);
    },
  );
}

for (const what of ["params", "a status"]) {
  deliveryTest(`of several runs one that has ${what} alone is no empty one`, async (world) => {
    const { store, server, send } = world;
    const key = store.commitRun(record(1));
    markImported(world);
    await made(world, key);
    const begun = await made(world, key);
    if (what === "params") await server.logBatch(begun.id, { params: record(1).params });
    else await server.updateRun(begun.id, { status: "FINISHED" });
    assertEquals(await send(), DELIVERED);
    assertEquals(activeRuns(server).map(({ id }) => id), [begun.id]);
  });
}
