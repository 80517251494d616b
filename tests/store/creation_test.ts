// A run's counterpart on the server: what delivery concludes from each answer to a creation, and which
// of several runs it takes. One decision a test.

import { assertEquals, assertMatch } from "@std/assert";
import { NotFoundError } from "../../lib/errors.ts";
import { openDatabase } from "../../lib/store/sqlite.ts";
import type { NewRun, Run, Tracker } from "../../lib/tracker.ts";
import {
  activeRuns,
  DELIVERED,
  deliveryTest,
  type DeliveryWorld,
  failure,
} from "./delivery_world.ts";
import { record, START } from "./store_folder.ts";

const LOST = failure("CONNECTION", 0, { maybeDone: true });
const OTHER = { trackingUri: "http://other:5000" };

/** A creation that is carried out, and ends with this error. */
function carriedOut({ server }: DeliveryWorld, error: Error): Tracker["createRun"] {
  return async (run) => {
    await server.createRun(run);
    throw error;
  };
}

/** A run with this run's key, as another creation would have made it. */
async function made({ server }: DeliveryWorld, key: string, points = 0): Promise<Run> {
  const experimentId = (await server.findExperiment("crypto"))?.id ??
    await server.createExperiment("crypto");
  const tags = { "btflow.run_key": key };
  const run = await server.createRun({
    experimentId,
    name: "r",
    startTime: START,
    user: "ada",
    tags,
  });
  const metrics = Array.from({ length: points }, (_, at) => ({
    key: `m${at}`,
    value: 1,
    timestamp: START,
    step: 0,
  }));
  if (points > 0) await server.logBatch(run.id, { metrics });
  return run;
}

/** Marks a run as brought by another store, which may have delivered it as well. */
function markImported({ path }: DeliveryWorld): void {
  const database = openDatabase(path);
  database.run("UPDATE runs SET imported = 1");
  database.close();
}

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

for (const [count, sent] of [[100, 100], [101, 1]] as const) {
  deliveryTest(`of ${count} tags ${sent} go with a run's creation`, async (world) => {
    const { store, server, send } = world;
    const { id: parentKey } = await made(world, "a group of the server's own");
    const tags = Object.fromEntries(Array.from({ length: count - 1 }, (_, at) => [`t${at}`, "v"]));
    store.commitRun(record(1, { tags, parentKey }));
    let created: NewRun["tags"] = {};
    const createRun: Tracker["createRun"] = (run) => {
      created = run.tags;
      return server.createRun(run);
    };
    assertEquals(await send({ createRun }), DELIVERED);
    assertEquals(Object.keys(created).length, sent + 1);
    const run = activeRuns(server).at(-1);
    assertEquals([created["mlflow.parentRunId"], run?.tags["mlflow.parentRunId"]], [
      parentKey,
      parentKey,
    ]);
    assertEquals(Object.keys(run?.tags ?? {}).filter((key) => key in tags).length, count - 1);
  });
}

for (
  const error of [
    failure("CONNECTION", 0),
    failure("INVALID_PARAMETER_VALUE", 400),
    new NotFoundError("experiment", "1"),
  ]
) {
  deliveryTest(
    `a creation that certainly failed leaves no doubt: ${error.message}`,
    async (world) => {
      const { store, send } = world;
      store.commitRun(record(1));
      assertEquals((await send({ createRun: () => Promise.reject(error) }))[0]?.[0], "failed");
      // One that may be on a server belongs to that one.
      assertEquals(store.waiting(OTHER).length, 1);
    },
  );

  deliveryTest(`nor does it end the doubt about one before it: ${error.message}`, async (world) => {
    const { store, server, send } = world;
    store.commitRun(record(1));
    let late: NewRun | undefined;
    const createRun: Tracker["createRun"] = (run) => {
      late = run;
      return Promise.reject(failure("TIMEOUT", 0, { maybeDone: true }));
    };
    await send({ createRun });
    await send({ createRun: () => Promise.reject(error) });
    if (late !== undefined) await server.createRun(late);
    assertEquals(await send(), DELIVERED);
    assertEquals(server.runs.size, 1);
  });
}

deliveryTest("after an error of its own the client may have made the run", async (world) => {
  world.store.commitRun(record(1));
  const createRun = carriedOut(world, new TypeError("a bug"));
  assertEquals(await world.send({ createRun }), DELIVERED);
  assertEquals(world.server.runs.size, 1);
});

deliveryTest("who may not create runs is not asked again without the tags", async (world) => {
  world.store.commitRun(record(1));
  let creations = 0;
  const createRun = (): Promise<never> => {
    creations++;
    return Promise.reject(failure("PERMISSION_DENIED", 403));
  };
  await world.send({ createRun });
  assertEquals(creations, 1);
});

for (
  const [what, error, pauses] of [
    ["is busy and names no time", failure("BUSY", 429), [1000, 1000]],
    ["is busy for long", failure("BUSY", 429, { retryAfterMs: 90_000 }), [30_000, 30_000]],
    ["loses each answer", LOST, [5000, 5000, 5000]],
    [
      "is busy, and may have done it",
      failure("BUSY", 429, { maybeDone: true, retryAfterMs: 2000 }),
      [2000, 3000, 2000, 3000, 2000, 3000],
    ],
  ] as const
) {
  deliveryTest(`a creation is sent three times to a server that ${what}`, async (world) => {
    world.store.commitRun(record(1));
    let creations = 0;
    const createRun = (): Promise<never> => {
      creations++;
      return Promise.reject(error);
    };
    assertEquals((await world.send({ createRun }))[0]?.[0], "failed");
    assertEquals(creations, 3);
    assertEquals(world.sleeps, [...pauses]);
  });
}

deliveryTest(
  "a run that was deleted before its creation's answer came is not repeated",
  async (world) => {
    const { store, server, send } = world;
    store.commitRun(record(1));
    const createRun: Tracker["createRun"] = async (run) => {
      await server.deleteRun((await server.createRun(run)).id);
      throw LOST;
    };
    assertEquals((await send({ createRun }))[0]?.[0], "deleted");
    assertEquals(server.runs.size, 1);
  },
);

deliveryTest(
  "what a process that died had sent is looked for, and removed if it comes",
  async (world) => {
    const { store, server, send, sleeps } = world;
    const key = store.commitRun(record(1));
    await send({ createRun: () => Promise.reject(failure("CONNECTION", 0)) });
    const database = openDatabase(world.path);
    database.run(
      "UPDATE deliveries SET state = 'creating', create_time = ?",
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
