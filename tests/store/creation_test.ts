// Making a run on the server: what delivery concludes from each answer. One decision a test.

import { assertEquals } from "@std/assert";
import { NotFoundError } from "../../lib/errors.ts";
import type { NewRun, Tracker } from "../../lib/tracker.ts";
import {
  activeRuns,
  carriedOut,
  DELIVERED,
  deliveryTest,
  failure,
  made,
} from "./delivery_world.ts";
import { record } from "./store_folder.ts";

const LOST = failure("CONNECTION", 0, { maybeDone: true });
const OTHER = { trackingUri: "http://other:5000" };

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
  "a run that cannot be read is looked for in vain, and not made again",
  async (world) => {
    const { store, server, send } = world;
    store.commitRun(record(1));
    // As the client does: what it cannot read it leaves out, or refuses to where nothing may be missed.
    const searchRuns: Tracker["searchRuns"] = async function* ({ whole }) {
      if (whole === true) throw failure("BAD_REPLY", 200);
      yield await Promise.resolve([]);
    };
    const changed = { createRun: carriedOut(world, LOST), searchRuns };
    assertEquals((await send(changed))[0]?.[0], "failed");
    assertEquals((await send(changed))[0]?.[0], "failed");
    assertEquals(server.runs.size, 1);
    assertEquals(await send(), DELIVERED);
    assertEquals(server.runs.size, 1);
  },
);

deliveryTest("a server that knows names as tags alone is given the name so", async (world) => {
  const { store, server, send } = world;
  store.commitRun(record(1));
  const createRun: Tracker["createRun"] = async (run) => ({
    ...await server.createRun({ ...run, name: "" }),
    name: "",
  });
  const named: unknown[] = [];
  const logBatch: Tracker["logBatch"] = async (id, batch) => {
    const name = batch.tags?.["mlflow.runName"];
    if (name !== undefined) named.push(name);
    await server.logBatch(id, batch);
  };
  assertEquals(await send({ createRun, logBatch }), DELIVERED);
  store.commitRun(record(2));
  assertEquals(await send({ logBatch }), DELIVERED);
  assertEquals(named, ["run 1"]);
});

deliveryTest("an experiment whose creation was lost is made by a second one", async (world) => {
  const { store, server, send } = world;
  store.commitRun(record(1));
  let creations = 0;
  const createExperiment: Tracker["createExperiment"] = (...given) =>
    ++creations === 1 ? Promise.reject(LOST) : server.createExperiment(...given);
  assertEquals(await send({ createExperiment }), DELIVERED);
  assertEquals([creations, server.experiments.size], [2, 1]);
  store.commitRun(record(2, { experiment: { kind: "name", name: "other" } }));
  creations = 0;
  const never: Tracker["createExperiment"] = () => {
    creations++;
    return Promise.reject(LOST);
  };
  assertEquals((await send({ createExperiment: never }))[0]?.[0], "failed");
  assertEquals(creations, 2);
});
