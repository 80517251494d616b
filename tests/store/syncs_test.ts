// One sync beside others, and all the runs of one: what is taken up, what is left, what stops it.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { StorageError } from "../../lib/errors.ts";
import { openStore } from "../../lib/store/mod.ts";
import { openDatabase } from "../../lib/store/sqlite.ts";
import type { NewRun, Tracker } from "../../lib/tracker.ts";
import {
  activeRuns,
  DELIVERED,
  deliveryTest,
  type DeliveryWorld,
  failure,
} from "./delivery_world.ts";
import type { FakeServer } from "./fake_server.ts";
import { record, START } from "./store_folder.ts";

const LOST = failure("TIMEOUT", 0, { maybeDone: true });
const FULL = new StorageError("store.db", "the disk is full");

/** Runs that are delivered and of which the server may still be given second ones; makes those. */
async function inDoubt(
  { store, server, send }: DeliveryWorld,
  count: number,
): Promise<{ readonly keys: readonly string[]; readonly arrive: () => Promise<void> }> {
  const keys = store.commitRuns(Array.from({ length: count }, (_, index) => record(index)));
  const late: NewRun[] = [];
  const createRun = (run: NewRun): Promise<never> => {
    late.push(run);
    return Promise.reject(LOST);
  };
  // One at a time: several such in a row are a server that is gone.
  for (const key of keys) await send({ createRun }, { keys: [key] });
  for (const key of keys) await send({}, { keys: [key] });
  return {
    keys,
    arrive: async () => {
      for (const run of late) await server.createRun(run);
    },
  };
}

deliveryTest(
  "what fails when second runs are looked for is left for another time",
  async (world) => {
    const { server, send } = world;
    const { arrive } = await inDoubt(world, 3);
    await arrive();
    let looks = 0;
    const searchRuns: Tracker["searchRuns"] = (query) => {
      if (++looks === 1) throw failure("INTERNAL_ERROR", 500);
      return server.searchRuns(query);
    };
    assertEquals(await send({ searchRuns }), []);
    assertEquals([looks, activeRuns(server).length], [3, 4]);
    await send();
    assertEquals(activeRuns(server).length, 3);
  },
);

deliveryTest("a server that is gone is not asked for the second run of each", async (world) => {
  const { send } = world;
  await inDoubt(world, 6);
  let looks = 0;
  const searchRuns = (): never => {
    looks++;
    throw LOST;
  };
  assertEquals(await send({ searchRuns }), []);
  assertEquals(looks, 3);
  assertEquals(await send({ searchRuns }, { signal: AbortSignal.abort() }), []);
  assertEquals(looks, 3);
});

deliveryTest("a run that is removed while second runs are looked for stops none", async (world) => {
  const { store, send, io } = world;
  await inDoubt(world, 2);
  await io.sleep(2 * 86_400_000);
  let pruned = 0;
  const stopAt = async (step: string): Promise<void> => {
    if (step === "before claim") pruned += (await store.prune({ olderThanMs: -START })).runs;
  };
  assertEquals([await send({}, { stopAt }), pruned], [[], 2]);
});

deliveryTest("a store that cannot be written stops the sync, and says so", async (world) => {
  const { store, send } = world;
  store.commitRuns([record(1), record(2)]);
  const stopAt = (step: string): void => {
    if (step === "before batch 1") throw FULL;
  };
  await assertRejects(() => send({}, { stopAt }), StorageError, "the disk is full");
  await send();
  await inDoubt(world, 1);
  const looking = (step: string): void => {
    if (step === "before look up") throw FULL;
  };
  await assertRejects(() => send({}, { stopAt: looking }), StorageError, "the disk is full");
});

deliveryTest(
  "a run in another's hands is busy; one that it has delivered costs no request",
  async (world) => {
    const { store, server, send, io, path, sleeps } = world;
    store.commitRun(record(1));
    const other = await openStore(io, path);
    const ended: string[] = [];
    const hold = async (step: string): Promise<void> => {
      if (step !== "before create") return;
      for (const patienceMs of [0, 500]) {
        ended.push(...(await other.deliver(server, { patienceMs })).map(({ status }) => status));
      }
    };
    assertEquals(await send({}, { stopAt: hold, patienceMs: 500 }), DELIVERED);
    assertEquals(ended, ["busy", "busy"]);
    assert(sleeps.includes(200), "nobody waited");
    store.commitRun(record(2));
    let isDone = false;
    const overtake = async (step: string): Promise<void> => {
      if (step !== "before claim" || isDone) return;
      isDone = true;
      await other.deliver(server);
    };
    const getRun = (): Promise<never> => Promise.reject(failure("INTERNAL_ERROR", 500));
    assertEquals(await send({ getRun }, { stopAt: overtake }), DELIVERED);
    await other.close();
  },
);

deliveryTest("a run is sent as it is once it is this sync's", async (world) => {
  const { store, server, send } = world;
  const key = store.commitRun(record(1));
  let isChanged = false;
  const stopAt = async (step: string): Promise<void> => {
    if (step !== "before claim" || isChanged) return;
    isChanged = true;
    await store.logBatch(key, { tags: { side: "short" } });
  };
  assertEquals(await send({}, { stopAt }), DELIVERED);
  assertEquals(activeRuns(server)[0]?.tags["side"], "short");
  assertEquals(store.waiting({ trackingUri: server.uri }), []);
});

deliveryTest("groups of groups go first, however deep", async (world) => {
  const { store, server } = world;
  const root = store.commitRun(record(1));
  const middle = store.commitRun(record(2, { parentKey: root }));
  const leaf = store.commitRun(record(3, { parentKey: middle }));
  const outcomes = await store.deliver(server, { keys: [leaf] });
  assertEquals(outcomes.map(({ key, status }) => [key, status]), [
    [root, "delivered"],
    [middle, "delivered"],
    [leaf, "delivered"],
  ]);
});

deliveryTest("an empty run that still goes on is no orphan of its own", async (world) => {
  const { store, server, send } = world;
  store.commitRun(
    record(1, { status: "RUNNING", endTime: null, params: {}, metrics: [], datasets: [] }),
  );
  await send({ createRun: () => Promise.reject(LOST) });
  assertEquals(await send(), DELIVERED);
  await send();
  assertEquals(activeRuns(server).length, 1);
});

deliveryTest("prune leaves a run that is not delivered, or is in a sync's hands", async (world) => {
  const { store, server, send, io, path } = world;
  const prune = async (): Promise<number> => (await store.prune({ olderThanMs: -START })).runs;
  const key = store.commitRun(record(1));
  assertEquals(await prune(), 0);
  await send({ logBatch: () => Promise.reject(LOST) });
  assertEquals(await prune(), 0);
  await send();
  await send({ deleteTag: () => Promise.reject(LOST) });
  const other = await openStore(io, path);
  let pruned = -1;
  await store.deliver({ ...server, logBatch: server.logBatch }, { verify: true });
  await store.logBatch(key, { tags: { side: "short" } });
  await send({}, {
    stopAt: async (step) => {
      if (step !== "before done") return;
      const database = openDatabase(path);
      // As another process finds it that is a moment late.
      database.run("UPDATE deliveries SET delivered_revision = 9, state = 'delivered'");
      database.close();
      pruned = (await other.prune({ olderThanMs: -START })).runs;
    },
  });
  assertEquals(pruned, 0);
  assertEquals(await prune(), 1);
  await other.close();
});

deliveryTest("verify leaves a run that a sync has in hand by now", async (world) => {
  const { store, server, send } = world;
  const key = store.commitRun(record(1));
  await send();
  const [id = ""] = server.runs.keys();
  await server.logBatch(id, { tags: { side: "by hand" } });
  const state = (): readonly unknown[] => {
    const database = openDatabase(world.path);
    const rows = database.arrays("SELECT state, delivered_revision, owner FROM deliveries");
    database.close();
    return rows[0] ?? [];
  };
  const before = state();
  const take = async (run: string): ReturnType<Tracker["getRun"]> => {
    const database = openDatabase(world.path);
    database.run("UPDATE deliveries SET owner = 'another'");
    database.close();
    return await server.getRun(run);
  };
  const [checked] = await store.verify({ ...server, getRun: take });
  assertEquals(checked?.differences, ["tag side has another value"]);
  assertEquals(state(), [...before.slice(0, 2), "another"]);
  assertEquals(checked?.key, key);
});

for (
  const [what, fill] of [
    ["has ended", (server: FakeServer, id: string) => server.updateRun(id, { status: "FINISHED" })],
    [
      "has a metric",
      (server: FakeServer, id: string) =>
        server.logBatch(id, { metrics: [{ key: "m", value: 1, timestamp: START, step: 0 }] }),
    ],
    [
      "has a param",
      (server: FakeServer, id: string) => server.logBatch(id, { params: { a: "1" } }),
    ],
  ] as const
) {
  deliveryTest(
    `a second run that ${what} is named and left, until it is deleted`,
    async (world) => {
      const { store, server } = world;
      const { arrive } = await inDoubt(world, 1);
      await arrive();
      const second = activeRuns(server).find(({ status }) => status === "RUNNING");
      await fill(server, second?.id ?? "");
      const told = async (): Promise<readonly string[]> => {
        const codes: string[] = [];
        await store.deliver(server, { warn: ({ code }) => codes.push(code) });
        return codes;
      };
      assertEquals([await told(), activeRuns(server).length], [["run-twice"], 2]);
      await server.deleteRun(second?.id ?? "");
      assertEquals(await told(), []);
    },
  );
}

deliveryTest("second runs are looked for in the experiment that is synced", async (world) => {
  const { server, send } = world;
  const { arrive } = await inDoubt(world, 1);
  await arrive();
  await send({}, { experiment: "another" });
  assertEquals(activeRuns(server).length, 2);
  await send({}, { experiment: "crypto" });
  assertEquals(activeRuns(server).length, 1);
});
