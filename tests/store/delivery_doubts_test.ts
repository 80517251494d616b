// What delivery must conclude from answers that are lost, late or wrong: one doubt a test, against
// the server in memory. Each of these is a line whose loss would repeat a run or leave it half sent.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { StorageError } from "../../lib/errors.ts";
import { sqliteError } from "../../lib/store/sqlite.ts";
import type { Batch, Run, RunStatus, Tracker } from "../../lib/tracker.ts";
import {
  activeRuns,
  DELIVERED,
  deliveryTest,
  failure,
  made,
  markImported,
} from "./delivery_world.ts";
import { record, START } from "./store_folder.ts";

const content = new Uint8Array([1, 2]);

deliveryTest(
  "what the server has acknowledged is not sent again",
  async ({ store, server, send }) => {
    store.commitRun(record(1, { artifacts: [{ path: "a.txt", content }] }));
    const [first] = await send({ writeArtifact: () => Promise.reject(failure("INTERNAL", 500)) });
    assertEquals(first?.[0], "failed");
    const again = (): never => {
      throw new Error("sent twice");
    };
    assertEquals(await send({ logBatch: again, logInputs: again }), DELIVERED);
    assertEquals([...server.runs.values()].map(({ artifacts }) => artifacts.size), [1]);
  },
);

deliveryTest("an upload that was cut short is noticed", async ({ store, server, send }) => {
  store.commitRun(record(1, { artifacts: [{ path: "a.txt", content }] }));
  const [cut] = await send({
    writeArtifact: (id, path) => server.writeArtifact(id, path, content.subarray(1)),
  });
  assertEquals(cut?.[0], "failed");
  assertStringIncludes(cut?.[1] ?? "", "has 1 bytes, not 2");
  assertEquals(await send(), DELIVERED);
});

deliveryTest("no stranger's run is adopted from a server that ignores filters", async (world) => {
  const { store, server, send } = world;
  const experimentId = await server.createExperiment("crypto");
  const fields = { experimentId, name: "stranger", startTime: START, user: "bob", tags: {} };
  const stranger = await server.createRun(fields);
  store.commitRun(record(1));
  let creations = 0;
  const ended = await send({
    searchRuns: (query) => server.searchRuns({ ...query, filter: null }),
    createRun: (run) =>
      ++creations === 1
        ? Promise.reject(failure("CONNECTION", 0, { maybeDone: true }))
        : server.createRun(run),
  });
  assertEquals(ended, DELIVERED);
  assertEquals(server.runs.size, 2);
  assertEquals((await server.getRun(stranger.id)).params, {});
});

deliveryTest("a creation that ended with 500 may have been carried out", async (world) => {
  const { store, server, send } = world;
  store.commitRun(record(1));
  const ended = await send({
    createRun: async (run) => {
      await server.createRun(run);
      throw failure("INTERNAL_ERROR", 500);
    },
  });
  assertEquals(ended, DELIVERED);
  assertEquals(server.runs.size, 1);
});

const SECONDS:
  readonly (readonly [what: string, batch: Batch, status: RunStatus, goes: boolean])[] = [
    ["has some of the first one", { params: { window: "1" } }, "RUNNING", true],
    ["is finished", { params: { window: "1" } }, "FINISHED", false],
    ["has a param of its own", { params: { own: "1" } }, "RUNNING", false],
    ["has another value of a param", { params: { window: "2" } }, "RUNNING", false],
    [
      "has a metric of its own",
      { metrics: [{ key: "own", value: 1, timestamp: START, step: 0 }] },
      "RUNNING",
      false,
    ],
  ];

for (const [what, batch, status, goes] of SECONDS) {
  deliveryTest(
    `a second run that ${what} is ${goes ? "deleted" : "named, and stays"}`,
    async (world) => {
      const { store, server, send } = world;
      store.commitRun(record(1));
      let late: (() => Promise<Run>) | undefined;
      await send({
        createRun: (run) => {
          late = () => server.createRun(run);
          return Promise.reject(failure("TIMEOUT", 0, { maybeDone: true }));
        },
      });
      assertEquals(await send(), DELIVERED);
      const second = await late?.();
      assert(second !== undefined);
      await server.logBatch(second.id, batch);
      await server.updateRun(second.id, { status });
      const warnings: string[] = [];
      await store.deliver(server, { warn: ({ code }) => warnings.push(code) });
      assertEquals(warnings, goes ? [] : ["run-twice"]);
      const { lifecycleStage } = await server.getRun(second.id);
      assertEquals(lifecycleStage, goes ? "deleted" : "active");
    },
  );
}

deliveryTest("of two unfinished runs the one that has something in it stays", async (world) => {
  const { store, server, send } = world;
  const key = store.commitRun(record(1, { status: "RUNNING", endTime: null }));
  markImported(world);
  const batch = { params: { window: "1" } };
  for (const { id } of [await made(world, key), await made(world, key)]) {
    await server.logBatch(id, batch);
  }
  assertEquals(await send(), DELIVERED);
  assertEquals(activeRuns(server).length, 2);
});

deliveryTest(
  "a run that another store made after a doubtful creation gets the tags that it lacks",
  async (world) => {
    const { store, server, send } = world;
    const key = store.commitRun(record(1));
    await store.logBatch(key, { tags: { side: "short" } });
    let asked: Parameters<Tracker["createRun"]>[0] | undefined;
    const [first] = await send({
      createRun: (run) => {
        asked = run;
        return Promise.reject(failure("TIMEOUT", 0, { maybeDone: true }));
      },
    });
    assertEquals(first?.[0], "failed");
    assert(asked !== undefined);
    await server.createRun({ ...asked, tags: { ...asked.tags, side: "long" } });
    assertEquals(await send(), DELIVERED);
    assertEquals([...server.runs.values()].map(({ run }) => run.tags["side"]), ["short"]);
  },
);

deliveryTest(
  "a tag changed between two doubtful creations arrives, whichever was carried out",
  async (world) => {
    const { store, server, send } = world;
    const key = store.commitRun(record(1));
    let late: (() => Promise<Run>) | undefined;
    const [first] = await send({
      createRun: (run) => {
        late = () => server.createRun(run);
        return Promise.reject(failure("TIMEOUT", 0, { maybeDone: true }));
      },
    });
    await store.logBatch(key, { tags: { side: "short" } });
    const [second] = await send({
      createRun: () => Promise.reject(failure("TIMEOUT", 0, { maybeDone: true })),
    });
    assertEquals([first?.[0], second?.[0]], ["failed", "failed"]);
    await late?.();
    assertEquals(await send(), DELIVERED);
    assertEquals([...server.runs.values()].map(({ run }) => run.tags["side"]), ["short"]);
  },
);

deliveryTest(
  "a server that answers in between is not taken to be gone",
  async ({ store, server, send }) => {
    store.commitRuns(Array.from({ length: 6 }, (_, index) => record(index)));
    const silent = failure("CONNECTION", 0);
    // With its tags and, in case it is for them, without.
    const refused = Array(2).fill(failure("INVALID_PARAMETER_VALUE", 400));
    const answers = [silent, silent, ...refused, silent, silent];
    const ended = await send({
      createRun: (run) => {
        const problem = answers.shift();
        return problem === undefined ? server.createRun(run) : Promise.reject(problem);
      },
    });
    assertEquals(ended.map(([status]) => status), [...Array(5).fill("failed"), "delivered"]);
  },
);

deliveryTest(
  "a run that may be on one server does not wait for another",
  async ({ store, server, send }) => {
    store.commitRun(record(1));
    await send({ createRun: () => Promise.reject(failure("TIMEOUT", 0, { maybeDone: true })) });
    assertEquals(store.waiting({ trackingUri: "http://other:5000" }), []);
    assertMatch(store.waiting({ trackingUri: server.uri })[0]?.reason ?? "", /TIMEOUT/);
  },
);

deliveryTest("a tag removed and set again is on the server", async ({ store, server, send }) => {
  const key = store.commitRun(record(1));
  await send();
  await store.deleteTag(key, "side");
  await store.logBatch(key, { tags: { side: "short" } });
  assertEquals(await send(), DELIVERED);
  assertEquals([...server.runs.values()].map(({ run }) => run.tags["side"]), ["short"]);
});

Deno.test("SQLite's extended codes mean what their low byte means", () => {
  const problemOf = (errcode: number): string => {
    const told = sqliteError("store.db", Object.assign(new Error("x"), { errcode }), 30_000);
    assert(told instanceof StorageError);
    return told.message;
  };
  assertMatch(problemOf(10 | 12 << 8), /I\/O error/);
  assertMatch(problemOf(8 | 4 << 8), /read-only/);
  assertMatch(problemOf(5 | 1 << 8), /another process has kept it locked for 30 s/);
});
