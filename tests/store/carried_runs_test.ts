// What an import leaves of what a store knows itself, and a prune of what only it has.

import { assertEquals } from "@std/assert";
import { openStore } from "../../lib/store/mod.ts";
import { openDatabase } from "../../lib/store/sqlite.ts";
import {
  activeRuns,
  DELIVERED,
  deliveryTest,
  type DeliveryWorld,
  failure,
} from "./delivery_world.ts";
import { record, START } from "./store_folder.ts";

/** Another store that has a run of this one; carries it there, or back. */
async function shared({ io, folder, store }: DeliveryWorld): Promise<{
  readonly key: string;
  readonly site: typeof store;
  readonly carry: (from: typeof store, to: typeof store) => Promise<unknown>;
}> {
  const site = await openStore(io, `${folder}/site.db`);
  let files = 0;
  const carry = async (from: typeof store, to: typeof store): Promise<unknown> => {
    const file = `${folder}/${++files}.btflow`;
    await from.exportTo(file);
    return await to.importFrom(file);
  };
  const key = site.commitRun(record(1));
  await carry(site, store);
  return { key, site, carry };
}

deliveryTest("an import leaves what is known of a server here", async (world) => {
  const { store, server, send } = world;
  const { site, carry } = await shared(world);
  assertEquals(await send(), DELIVERED);
  const createRun = (): Promise<never> =>
    Promise.reject(failure("TIMEOUT", 0, { maybeDone: true }));
  const hidden = { ...server, createRun, searchRuns: async function* () {} };
  assertEquals((await site.deliver(hidden)).map(({ status }) => status), ["failed"]);
  await carry(site, store);
  assertEquals(store.waiting({ trackingUri: server.uri }), []);
  await site.close();
});

deliveryTest("an import leaves a run alone that a sync has in hand", async (world) => {
  const { store, server, path, send } = world;
  const { site, carry } = await shared(world);
  await site.deliver(server);
  const states: unknown[] = [];
  await send({}, {
    stopAt: async (step) => {
      if (step !== "before look up") return;
      await carry(site, store);
      const database = openDatabase(path);
      states.push(...database.arrays("SELECT state, server_run_id FROM deliveries"));
      database.close();
    },
  });
  assertEquals(states, [["waiting", null]]);
  await site.close();
});

deliveryTest(
  "a run that was delivered elsewhere waits here with what is more here",
  async (world) => {
    const { store, server, send } = world;
    const { key, site, carry } = await shared(world);
    await store.logBatch(key, { tags: { own: "1" } });
    await site.deliver(server);
    await carry(site, store);
    assertEquals(store.waiting({ trackingUri: server.uri }).length, 1);
    assertEquals(await send(), DELIVERED);
    assertEquals(activeRuns(server).map(({ tags }) => tags["own"]), ["1"]);
    await site.close();
  },
);

deliveryTest("prune leaves a run that its server has deleted since", async (world) => {
  const { store, server, send } = world;
  store.commitRun(record(1));
  const logBatch: typeof server.logBatch = (id, batch) =>
    batch.params?.["window"] === undefined
      ? server.logBatch(id, batch)
      : Promise.reject(failure("INVALID_PARAMETER_VALUE", 400));
  assertEquals(await send({ logBatch }), DELIVERED);
  await server.deleteRun([...server.runs.keys()][0] ?? "");
  const database = openDatabase(world.path);
  assertEquals((await send({}, { retryUndeliverable: true }))[0]?.[0], "deleted");
  // Not for what it lacked there alone.
  database.run("DELETE FROM undeliverable");
  database.close();
  assertEquals((await store.prune({ olderThanMs: -START })).runs, 0);
});
