// What two stores change of a run that both have: the server ends with the later change of each part,
// whichever store delivers it and in whatever order, and with every change that any store was given.

import { assertEquals } from "@std/assert";
import { TrackerError } from "../../lib/errors.ts";
import type { LocalStore } from "../../lib/store/mod.ts";
import { openDatabase } from "../../lib/store/sqlite.ts";
import type { RunStatus } from "../../lib/tracker.ts";
import type { FakeServer } from "./fake_server.ts";
import { only, shared, type SharedWorld, tag } from "./shared_world.ts";
import { record } from "./store_folder.ts";

/** A part of a run that can be changed, and what it is after each of two changes. */
interface Part {
  readonly change: (store: LocalStore, key: string, nth: 1 | 2) => Promise<void>;
  readonly after: readonly [first: unknown, second: unknown];
  readonly found: (server: FakeServer) => unknown;
}

const STATUSES = { 1: "FAILED", 2: "KILLED" } as const satisfies Record<number, RunStatus>;

const fileOf = (server: FakeServer): unknown =>
  server.runs.get(only(server).id)?.artifacts.get("a.txt")?.join();

const PARTS: Readonly<Record<string, Part>> = {
  "a tag": {
    change: (store, key, nth) => tag(store, key, { x: String(nth) }),
    after: ["1", "2"],
    found: (server) => only(server).tags["x"],
  },
  "a tag that is taken away": {
    change: (store, key, nth) =>
      nth === 1 ? tag(store, key, { x: "1" }) : store.deleteTag(key, "x"),
    after: ["1", undefined],
    found: (server) => only(server).tags["x"],
  },
  "a tag of the commit": {
    change: (store, key, nth) => tag(store, key, { side: String(nth) }),
    after: ["1", "2"],
    found: (server) => only(server).tags["side"],
  },
  "a name": {
    change: (store, key, nth) => store.updateRun(key, { name: `name ${nth}` }),
    after: ["name 1", "name 2"],
    found: (server) => only(server).name,
  },
  "a status": {
    change: (store, key, nth) => store.updateRun(key, { status: STATUSES[nth] }),
    after: ["FAILED", "KILLED"],
    found: (server) => only(server).status,
  },
  "a file": {
    change: (store, key, nth) => store.writeArtifact(key, "a.txt", new Uint8Array(nth)),
    after: ["0", "0,0"],
    found: fileOf,
  },
};

/** A run that both stores have, with a file of its commit. */
async function commonRun({ site, office, carry, io }: SharedWorld): Promise<string> {
  const artifacts = [{ path: "a.txt", content: new Uint8Array([7, 7, 7]) }];
  const key = site.commitRun(record(1, { artifacts, tags: { side: "long" } }));
  await carry(site, office);
  await io.sleep(1000);
  return key;
}

/** The tags that say when a part was changed. */
const notes = (tags: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(tags).filter((name) => /^btflow\.changed\.[0-9a-f]{16}\.\d+$/.test(name));

const differences = async ({ site, office, server }: SharedWorld): Promise<readonly string[]> =>
  [...await site.verify(server), ...await office.verify(server)]
    .flatMap((verified) => verified.differences);

for (const [what, { change, after: [first, second], found }] of Object.entries(PARTS)) {
  shared(`${what}: what another store has delivered later stays`, async (world) => {
    const { site, office, server, carry, io } = world;
    const key = await commonRun(world);
    await change(site, key, 1);
    await carry(site, office);
    await io.sleep(1000);
    await change(site, key, 2);
    await site.deliver(server);
    for (const value of ["1", "2"]) {
      await io.sleep(1000);
      await tag(office, key, { own: value });
      await office.deliver(server);
      assertEquals([found(server), only(server).tags["own"]], [second, value]);
    }
    assertEquals(await differences(world), []);
  });

  shared(`${what}: so it does over what was committed`, async (world) => {
    const { site, office, server, io } = world;
    const key = await commonRun(world);
    await change(site, key, 1);
    await site.deliver(server);
    await io.sleep(1000);
    await tag(office, key, { own: "1" });
    await office.deliver(server);
    assertEquals([found(server), only(server).tags["own"]], [first, "1"]);
  });

  shared(`${what}: so it does over what a store has changed itself, before`, async (world) => {
    const { site, office, server, io } = world;
    const key = await commonRun(world);
    await site.deliver(server);
    await change(office, key, 1);
    await office.deliver(server);
    assertEquals(found(server), first);
    await io.sleep(1000);
    if (second === undefined) await change(site, key, 1);
    await change(site, key, 2);
    await site.deliver(server);
    await io.sleep(1000);
    await tag(office, key, { own: "1" });
    await office.deliver(server);
    assertEquals([found(server), only(server).tags["own"]], [second, "1"]);
    assertEquals(await differences(world), []);
  });

  shared(`${what}: it is delivered after a later change of something else`, async (world) => {
    const { site, office, server, carry, io } = world;
    const key = await commonRun(world);
    await office.deliver(server);
    await change(site, key, 1);
    await io.sleep(1000);
    await tag(office, key, { own: "1" });
    await office.deliver(server);
    // The site never reaches the server.
    await carry(site, office);
    await office.deliver(server);
    assertEquals([found(server), only(server).tags["own"]], [first, "1"]);
  });

  shared(`${what}: so it is where that run has been pruned since`, async (world) => {
    const { site, office, server, carry, io } = world;
    const key = await commonRun(world);
    await office.deliver(server);
    await change(site, key, 1);
    await io.sleep(1000);
    await tag(office, key, { own: "1" });
    await office.deliver(server);
    await io.sleep(600_000);
    assertEquals((await office.prune({ olderThanMs: 0 })).runs, 1);
    assertEquals((await carry(site, office)).updated, 1);
    await office.deliver(server);
    assertEquals([found(server), only(server).tags["own"]], [first, "1"]);
    assertEquals((await office.prune({ olderThanMs: 0 })).runs, 1);
    assertEquals((await carry(site, office)).known, 1);
  });
}

shared("when a part was changed is not set back by what arrives late", async (world) => {
  const { site, office, server, carry, io } = world;
  const key = await commonRun(world);
  await tag(site, key, { x: "1" });
  await carry(site, office);
  const late: (() => Promise<void>)[] = [];
  await site.deliver({
    ...server,
    logBatch: (id, batch) => {
      if (notes(batch.tags ?? {}).length === 0) return server.logBatch(id, batch);
      late.push(() => server.logBatch(id, batch));
      const gone = { status: 0, code: "TIMEOUT", message: "slow", maybeDone: true };
      return Promise.reject(new TrackerError("POST", server.uri, gone));
    },
  });
  await io.sleep(1000);
  await tag(site, key, { x: "2" });
  await site.deliver(server);
  await Promise.all(late.map((arrive) => arrive()));
  assertEquals([late.length, notes(only(server).tags).length], [1, 2]);
  await tag(office, key, { own: "1" });
  await office.deliver(server);
  const { tags } = only(server);
  // What says less is taken away: of each of the two tags one time is left.
  assertEquals([tags["x"], tags["own"], notes(tags).length], ["2", "1", 2]);
  assertEquals(Object.keys(tags).filter((name) => name.startsWith("btflow.changed")).length, 2);
});

shared("a time that cannot be taken away stops no delivery", async (world) => {
  const { site, server, io } = world;
  const key = await commonRun(world);
  const refusal = { status: 404, code: "ENDPOINT_NOT_FOUND", message: "no such call" };
  const keeping = {
    ...server,
    deleteTag: () => Promise.reject(new TrackerError("POST", server.uri, refusal)),
  };
  for (const value of ["1", "2"]) {
    await io.sleep(1000);
    await tag(site, key, { x: value });
    assertEquals((await site.deliver(keeping)).map(({ status }) => status), ["delivered"]);
  }
  assertEquals(notes(only(server).tags).length, 2);
});

shared("one that cannot be for a moment is tried again", async (world) => {
  const { site, server, io } = world;
  const key = await commonRun(world);
  const busy = { status: 503, code: "UNAVAILABLE", message: "busy" };
  for (const value of ["1", "2"]) {
    await io.sleep(1000);
    await tag(site, key, { x: value });
    const [outcome] = await site.deliver({
      ...server,
      deleteTag: () => Promise.reject(new TrackerError("POST", server.uri, busy)),
    });
    assertEquals(outcome?.status, value === "1" ? "delivered" : "failed");
  }
  await io.sleep(600_000);
  assertEquals((await site.deliver(server)).map(({ status }) => status), ["delivered"]);
  assertEquals(notes(only(server).tags).length, 1);
});

shared("when a part was changed is told once, and where others may ask", async (world) => {
  const { site, office, server, io } = world;
  const key = await commonRun(world);
  const own = office.commitRun(record(2));
  await tag(office, own, { x: "1" });
  const told: number[] = [];
  const deliver = (store: LocalStore): Promise<unknown> =>
    store.deliver({
      ...server,
      logBatch: (id, batch) => {
        told.push(notes(batch.tags ?? {}).length);
        return server.logBatch(id, batch);
      },
    });
  for (const name of ["x", "y"]) {
    await tag(site, key, { [name]: "1" });
    await io.sleep(1000);
    await deliver(site);
    assertEquals(told.splice(0).filter((count) => count > 0), [1], name);
  }
  await deliver(office);
  const runs = [...server.runs.values()].map(({ run }) => notes(run.tags).length);
  assertEquals(runs.toSorted(), [0, 2]);
});

shared("what looks like the time of a change, and is none, is left alone", async (world) => {
  const { site, office, server } = world;
  const key = await commonRun(world);
  await site.deliver(server);
  const odd = { "btflow.changed": "1", "btflow.changed.x": "2", "btflow.changed.y.3": "3" };
  await server.logBatch(only(server).id, { tags: odd });
  await tag(office, key, { x: "1" });
  assertEquals((await office.deliver(server)).map(({ status }) => status), ["delivered"]);
  const { tags } = only(server);
  assertEquals([tags["x"], notes(tags).length], ["1", 1]);
  assertEquals(Object.keys(odd).filter((name) => name in tags), Object.keys(odd));
});

shared("of more changes than one request takes all are told of", async (world) => {
  const { site, office, server } = world;
  const key = await commonRun(world);
  const names = Array.from({ length: 130 }, (_, at) => `t${at}`);
  for (const name of names) await tag(site, key, { [name]: "1" });
  await site.deliver(server);
  assertEquals(notes(only(server).tags).length, 130);
  await tag(office, key, { t0: "2", t129: "2" });
  await office.deliver(server);
  assertEquals(notes(only(server).tags).length, 130);
});

shared("of a name and a status that were changed on two sides both count", async (world) => {
  const { site, office, server, carry, io } = world;
  const key = await commonRun(world);
  await site.updateRun(key, { status: "FAILED" });
  await io.sleep(1000);
  await office.updateRun(key, { name: "renamed" });
  await carry(office, site);
  await carry(site, office);
  for (const store of [site, office]) {
    const { name, status } = await store.getRun(key);
    assertEquals([name, status], ["renamed", "FAILED"]);
  }
  await office.deliver(server);
  assertEquals([only(server).name, only(server).status], ["renamed", "FAILED"]);
});

shared("what is carried to be logged into a server's run arrives", async (world) => {
  const { site, office, server, carry } = world;
  const experimentId = await server.createExperiment("crypto");
  const fields = { experimentId, name: "theirs", startTime: 1, user: "ada" };
  const { id } = await server.createRun({ ...fields, tags: { x: "0" } });
  await server.updateRun(id, { status: "FINISHED", endTime: 5 });
  const artifacts = [{ path: "a.txt", content: new Uint8Array(1) }];
  const key = site.commitRun(
    record(1, { existingRunId: id, trackingUri: server.uri, tags: { x: "1" }, artifacts }),
  );
  await tag(site, key, { y: "2" });
  await carry(site, office);
  await office.deliver(server);
  const { tags } = only(server);
  assertEquals([tags["x"], tags["y"], fileOf(server)], ["1", "2", "0"]);
  // It is the server's own, where no store's change counts for more.
  assertEquals(notes(tags), []);
});

shared("an imported file that the server has lost is sent once that is found", async (world) => {
  const { office, server } = world;
  await commonRun(world);
  await office.deliver(server);
  server.runs.get(only(server).id)?.artifacts.clear();
  assertEquals(await differences(world), ["artifact a.txt is missing"]);
  await office.deliver(server);
  assertEquals(fileOf(server), "7,7,7");
});

shared("so is one that was changed, as of the time that the server tells", async (world) => {
  const { site, server } = world;
  const key = await commonRun(world);
  await site.writeArtifact(key, "a.txt", new Uint8Array(1));
  await site.deliver(server);
  server.runs.get(only(server).id)?.artifacts.clear();
  assertEquals((await site.verify(server))[0]?.differences, ["artifact a.txt is missing"]);
  await site.deliver(server);
  assertEquals(fileOf(server), "0");
});

shared("a tag that was edited on the server stays when a second store delivers", async (world) => {
  const { site, office, server } = world;
  const key = await commonRun(world);
  await site.deliver(server);
  await server.logBatch(only(server).id, { tags: { side: "edited" } });
  await tag(office, key, { own: "1" });
  await office.deliver(server);
  assertEquals([only(server).tags["side"], only(server).tags["own"]], ["edited", "1"]);
});

shared("tags of a run that still runs are not taken to be there with it", async (world) => {
  const { site, office, server, carry } = world;
  const tags = Object.fromEntries(Array.from({ length: 120 }, (_, at) => [`t${at}`, "1"]));
  const key = site.commitRun(record(1, { status: "RUNNING", endTime: null, tags }));
  await carry(site, office);
  const experimentId = await server.createExperiment("crypto");
  const fields = { experimentId, name: "run 1", startTime: 1, user: "ada" };
  await server.createRun({ ...fields, tags: { "btflow.run_key": key } });
  await office.deliver(server);
  assertEquals(Object.keys(only(server).tags).filter((name) => name in tags).length, 120);
});

shared("of a run pruned by an older btflow its one time counts for all parts", async (world) => {
  const { site, office, server, carry, io, folder } = world;
  const key = await commonRun(world);
  await tag(site, key, { x: "1" });
  await carry(site, office);
  await office.deliver(server);
  await io.sleep(600_000);
  assertEquals((await office.prune({ olderThanMs: 0 })).runs, 1);
  const database = openDatabase(`${folder}/office.db`);
  database.run("UPDATE pruned SET changed = ?, changes = NULL", io.now());
  database.close();
  assertEquals((await carry(site, office)).known, 1);
  await io.sleep(1000);
  await tag(site, key, { x: "2" });
  assertEquals((await carry(site, office)).updated, 1);
  await office.deliver(server);
  assertEquals(only(server).tags["x"], "2");
});
