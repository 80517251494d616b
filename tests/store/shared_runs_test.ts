// Runs that more than one hand is on: two stores that carry them across an air gap, a prune beside a
// change, a request that arrives hours late, runs that fail before runs that would not.

import { assertEquals, assertMatch } from "@std/assert";
import { TrackerError } from "../../lib/errors.ts";
import { openStore } from "../../lib/store/mod.ts";
import { pruneRuns } from "../../lib/store/remove_runs.ts";
import { type Database, openDatabase } from "../../lib/store/sqlite.ts";
import type { Run, Tracker } from "../../lib/tracker.ts";
import { only, shared, type SharedWorld, tag } from "./shared_world.ts";
import { record, START, valueOf } from "./store_folder.ts";

/** A run of the site whose tag x is 1 in what the office was given, and 2 by now. */
async function changedTwice({ site, office, carry, io }: SharedWorld): Promise<void> {
  const key = site.commitRun(record(1));
  await io.sleep(1000);
  await tag(site, key, { x: "1" });
  await carry(site, office);
  await io.sleep(1000);
  await tag(site, key, { x: "2" });
}

shared("tags set on both sides of an air gap all arrive", async (world) => {
  const { site, office, server, carry } = world;
  const key = site.commitRun(record(1));
  assertEquals(await carry(site, office), {
    added: 1,
    updated: 0,
    merged: 0,
    known: 0,
    breaks: [],
  });
  await tag(site, key, { x: "1" });
  await site.deliver(server);
  await tag(office, key, { y: "1" });
  await tag(office, key, { z: "1" });
  assertEquals(await carry(office, site), {
    added: 0,
    updated: 0,
    merged: 1,
    known: 0,
    breaks: [],
  });
  await site.deliver(server);
  const { tags } = only(server);
  assertEquals([tags["x"], tags["y"], tags["z"]], ["1", "1", "1"]);
  assertEquals((await site.getRun(key)).tags["x"], "1");
  assertEquals((await site.verify(server)).flatMap(({ differences }) => differences), []);
});

shared("the later of two changes counts, whichever store takes in the other", async (world) => {
  const { site, office, server, carry } = world;
  const key = site.commitRun(record(1));
  await carry(site, office);
  await tag(site, key, { stage: "first", gone: "yes" });
  await carry(site, office);
  await world.io.sleep(5);
  await tag(office, key, { stage: "second" });
  await office.deleteTag(key, "gone");
  await office.updateRun(key, { name: "renamed" });
  await carry(site, office);
  await carry(office, site);
  for (const store of [site, office]) {
    const { tags, name } = await store.getRun(key);
    assertEquals([tags["stage"], tags["gone"], name], ["second", undefined, "renamed"]);
  }
  await site.deliver(server);
  const { tags, name } = only(server);
  assertEquals([tags["stage"], tags["gone"], name], ["second", undefined, "renamed"]);
});

shared("what was imported does not replace what was delivered since", async (world) => {
  const { site, office, server, carry } = world;
  const key = site.commitRun(record(1));
  await site.deliver(server);
  await tag(site, key, { stage: "old", gone: "yes" });
  await carry(site, office);
  await world.io.sleep(5);
  await tag(site, key, { stage: "new" });
  await site.deleteTag(key, "gone");
  await site.updateRun(key, { name: "renamed" });
  await site.deliver(server);
  // The office has a change of its own to bring, and older ones of the site's.
  await tag(office, key, { own: "1" });
  await office.deliver(server);
  const { tags, name } = only(server);
  assertEquals([tags["stage"], tags["gone"], tags["own"]], ["new", undefined, "1"]);
  assertEquals(name, "renamed");
  for (const store of [site, office]) {
    assertEquals((await store.verify(server)).flatMap(({ differences }) => differences), []);
  }
});

shared("a change carried home is delivered, also where the run was pruned", async (world) => {
  const { site, office, server, carry } = world;
  const key = site.commitRun(record(1));
  await carry(site, office);
  await tag(site, key, { x: "1" });
  await site.deliver(server);
  // The office may have made it at the same moment, and take this one for a leftover.
  assertEquals((await site.prune({ olderThanMs: 0 })).runs, 0);
  await world.io.sleep(6 * 60_000);
  assertEquals((await site.prune({ olderThanMs: 0 })).runs, 1);
  assertEquals(await carry(office, site), {
    added: 0,
    updated: 0,
    merged: 0,
    known: 1,
    breaks: [],
  });
  await world.io.sleep(5);
  await tag(office, key, { y: "1" });
  assertEquals(await carry(office, site), {
    added: 0,
    updated: 1,
    merged: 0,
    known: 0,
    breaks: [],
  });
  await site.deliver(server);
  const { tags } = only(server);
  assertEquals([tags["x"], tags["y"]], ["1", "1"]);
});

shared(
  "a change that another store sent over is sent again by a delivery that goes on",
  async (world) => {
    const { site, office, server } = world;
    await changedTwice(world);
    const interrupted: Tracker = {
      ...server,
      logBatch: (id, batch) =>
        Object.keys(batch.tags ?? {}).every((key) => !key.startsWith("btflow.changed."))
          ? server.logBatch(id, batch)
          : Promise.reject(failure(0)),
    };
    // Its tags are there; when they were changed is not.
    const [first] = await site.deliver(interrupted);
    assertEquals([first?.status, only(server).tags["x"]], ["failed", "2"]);
    await office.deliver(server);
    assertEquals(only(server).tags["x"], "1");
    await site.deliver(server);
    assertEquals(only(server).tags["x"], "2");
  },
);

shared("a run that another store takes for a leftover of its own is found again", async (world) => {
  const { site, office, server, carry, io } = world;
  const key = site.commitRun(record(1));
  await carry(site, office);
  await tag(office, key, { y: "1" });
  await office.deliver(server);
  const { id } = only(server);
  // The site has made one at the same moment, and found the office's still unfinished.
  const { experimentId, name, startTime } = only(server);
  const tags = { "btflow.run_key": key };
  const made = await server.createRun({ experimentId, name, startTime, user: "ada", tags });
  await server.deleteRun(id);
  await office.deliver(server);
  assertEquals(office.waiting({ trackingUri: server.uri }).map(({ key }) => key), [key]);
  await office.deliver(server);
  const kept = only(server);
  assertEquals([kept.id, kept.status, kept.tags["y"]], [made.id, "FINISHED", "1"]);
  assertEquals((await office.verify(server)).map(({ error }) => error), [null]);
  // In doubt for minutes, not for a day.
  let lookUps = 0;
  const searchRuns: Tracker["searchRuns"] = (query) => {
    lookUps++;
    return server.searchRuns(query);
  };
  for (const expected of [1, 2, 2]) {
    await office.deliver({ ...server, searchRuns });
    assertEquals(lookUps, expected);
    await io.sleep(6 * 60_000);
  }
});

shared("so is a name that did not arrive with the other changes", async (world) => {
  const { site, office, server, carry, io } = world;
  const key = site.commitRun(record(1));
  await io.sleep(1000);
  await site.updateRun(key, { name: "renamed" });
  await carry(site, office);
  const experimentId = await server.createExperiment("crypto");
  const fields = { experimentId, name: "run 1", startTime: START, user: "ada" };
  await server.createRun({ ...fields, tags: { "btflow.run_key": key } });
  const [first] = await office.deliver({ ...server, updateRun: () => Promise.reject(failure(0)) });
  assertEquals([first?.status, only(server).name], ["failed", "run 1"]);
  assertEquals((await office.deliver(server)).map(({ status }) => status), ["delivered"]);
  assertEquals(only(server).name, "renamed");
});

const REFUSED = new TrackerError("POST", "http://server:5000", {
  status: 400,
  code: "INVALID_PARAMETER_VALUE",
  message: "no",
});

shared("so is one whose batch was refused and had gone in halves", async (world) => {
  const { site, office, server } = world;
  await changedTwice(world);
  const refusing: Tracker = {
    ...server,
    logBatch: (id, batch) =>
      Object.keys(batch.params ?? {}).length > 0
        ? Promise.reject(REFUSED)
        : server.logBatch(id, batch),
  };
  const [first] = await site.deliver({
    ...refusing,
    logBatch: (id, batch) =>
      Object.keys(batch.params ?? {}).length === 0 && (batch.metrics ?? []).length > 0
        ? Promise.reject(failure(0))
        : refusing.logBatch(id, batch),
  });
  assertEquals([first?.status, only(server).tags["x"]], ["failed", "2"]);
  await office.deliver(refusing);
  assertEquals(only(server).tags["x"], "1");
  await site.deliver(refusing);
  assertEquals(only(server).tags["x"], "2");
});

shared("so is a file that was changed before another store sent the old one", async (world) => {
  const { site, office, server, carry, io } = world;
  const [old, changed] = [new Uint8Array([1]), new Uint8Array([2])];
  const key = site.commitRun(record(1, { artifacts: [{ path: "a.txt", content: old }] }));
  await carry(site, office);
  await io.sleep(1000);
  await site.writeArtifact(key, "a.txt", changed);
  const files = (): readonly unknown[] =>
    [...server.runs.values()].map(({ artifacts }) => artifacts.get("a.txt"));
  await site.deliver({ ...server, updateRun: () => Promise.reject(failure(0)) });
  assertEquals(files(), [changed]);
  await office.deliver(server);
  assertEquals(files(), [old]);
  await site.deliver(server);
  assertEquals(files(), [changed]);
});

shared(
  "a run that is changed while others are pruned stays",
  async ({ site, server, path, io }) => {
    const keys = site.commitRuns(Array.from({ length: 250 }, (_, index) => record(index)));
    await site.deliver(server);
    const database = openDatabase(path);
    let writes = 0;
    const interrupted: Database = {
      ...database,
      write: (work, options) => {
        // Another process changes the last run while the first ones are removed.
        if (++writes === 2) void site.logBatch(keys.at(-1) ?? "", { tags: { kept: "yes" } });
        return database.write(work, options);
      },
    };
    const later = { ...io, now: () => START * 2 };
    assertEquals((await pruneRuns(later, interrupted, { olderThanMs: 0 })).runs, 249);
    database.close();
    assertEquals((await site.getRun(keys.at(-1) ?? "")).tags["kept"], "yes");
    assertEquals(site.waiting({ trackingUri: server.uri }).length, 1);
  },
);

function failure(status: number): TrackerError {
  const code = status === 0 ? "TIMEOUT" : "GATEWAY_TIMEOUT";
  return new TrackerError("POST", "http://server:5000", {
    status,
    code,
    message: code,
    maybeDone: true,
  });
}

shared("a creation that arrives hours later leaves no second run", async (world) => {
  const { site, server, io } = world;
  site.commitRun(record(1));
  let late: (() => Promise<Run>) | undefined;
  const slow: Tracker = {
    ...server,
    createRun: (run) => {
      if (late !== undefined) return server.createRun(run);
      late = () => server.createRun(run);
      return Promise.reject(failure(0));
    },
  };
  await site.deliver(slow);
  assertEquals((await site.deliver(slow)).map(({ status }) => status), ["delivered"]);
  await io.sleep(3_600_000);
  await late?.();
  assertEquals((await site.prune({ olderThanMs: -START })).runs, 0);
  assertEquals(await site.deliver(server), []);
  assertEquals(only(server).status, "FINISHED");
  // After a day nothing is on its way any more: no further sync asks.
  await io.sleep(86_400_000);
  await site.deliver(server);
  const silent = { ...server, searchRuns: () => Promise.reject(failure(0)) } as unknown as Tracker;
  assertEquals(await site.deliver(silent), []);
  assertEquals((await site.prune({ olderThanMs: -START })).runs, 1);
});

shared("a run taken in delivered leaves a creation of one's own in doubt", async (world) => {
  const { site, office, server, carry } = world;
  site.commitRun(record(1));
  await carry(site, office);
  let late: (() => Promise<Run>) | undefined;
  const [first] = await office.deliver({
    ...server,
    createRun: (run) => {
      late = () => server.createRun(run);
      return Promise.reject(failure(0));
    },
  });
  assertEquals(first?.status, "failed");
  await site.deliver(server);
  await carry(site, office);
  await late?.();
  assertEquals(await office.deliver(server), []);
  assertEquals(only(server).status, "FINISHED");
});

shared("what a process that died had sent may come beside another store's run", async (world) => {
  const { site, office, server, carry, io, folder } = world;
  site.commitRun(record(1));
  await carry(site, office);
  const asKilled = `${folder}/killed.db`;
  let late: (() => Promise<Run>) | undefined;
  await site.deliver({
    ...server,
    createRun: async (run) => {
      late = () => server.createRun(run);
      await site.exportTo(asKilled);
      throw failure(0);
    },
  });
  await office.deliver(server);
  const restarted = await openStore(io, asKilled);
  assertEquals((await restarted.deliver(server)).map(({ status }) => status), ["delivered"]);
  await late?.();
  assertEquals(server.runs.size, 2);
  assertEquals(await restarted.deliver(server), []);
  assertEquals(only(server).status, "FINISHED");
  await restarted.close();
});

shared("of two runs by doubtful creations both stores take the same", async (world) => {
  const { site, office, server, carry } = world;
  const key = site.commitRun(record(1));
  await carry(site, office);
  await tag(site, key, { x: "1" });
  // The first is carried out and found by nobody for a while, as if it had arrived later.
  const hidden: Tracker = { ...server, searchRuns: async function* () {} };
  const carriedOut = async (run: Parameters<Tracker["createRun"]>[0]): Promise<never> => {
    await server.createRun(run);
    throw failure(0);
  };
  const logBatch = (): Promise<never> => Promise.reject(failure(0));
  assertEquals(
    [
      ...await site.deliver({ ...hidden, createRun: carriedOut }),
      ...await site.deliver({ ...hidden, logBatch }),
    ].map(({ status }) => status),
    ["failed", "failed"],
  );
  assertEquals(server.runs.size, 2);
  for (const store of [office, site]) {
    assertEquals((await store.deliver(server)).map(({ status }) => status), ["delivered"]);
  }
  const { status, params, tags } = only(server);
  assertEquals([status, tags["x"]], ["FINISHED", "1"]);
  assertEquals(params, record(1).params);
});

shared("a run that is deleted while its creation is in doubt is not there twice", async (world) => {
  const { site, server } = world;
  const key = site.commitRun(record(1));
  const late: (() => Promise<Run>)[] = [];
  const slow: Tracker = {
    ...server,
    createRun: (run) => {
      late.push(() => server.createRun(run));
      return Promise.reject(failure(0));
    },
  };
  await site.deliver(slow, { graceMs: 0 });
  await site.deliver(slow, { graceMs: 0 });
  await site.deleteRun(key);
  for (const arrive of late) await arrive();
  assertEquals([late.length, server.runs.size], [2, 2]);
  await site.deliver(server);
  only(server);
});

shared("of two runs that two stores made at one moment the empty one goes", async (world) => {
  const { site, office, server, carry } = world;
  const key = site.commitRun(record(1));
  await carry(site, office);
  await site.deliver(server);
  const kept = only(server);
  await server.createRun({
    experimentId: kept.experimentId,
    name: kept.name,
    startTime: kept.startTime,
    user: "",
    tags: { "btflow.run_key": key },
  });
  assertEquals((await office.deliver(server)).map(({ status }) => status), ["delivered"]);
  assertEquals(only(server).id, kept.id);
});

shared("a run that another store deleted for an orphan is no loss", async (world) => {
  const { site, office, server, carry } = world;
  const key = site.commitRun(record(1));
  await carry(site, office);
  await tag(site, key, { x: "1" });
  const [first] = await site.deliver({ ...server, logBatch: () => Promise.reject(failure(0)) });
  assertEquals(first?.status, "failed");
  const [mine] = server.runs.keys();
  const hidden: Tracker = { ...server, searchRuns: async function* () {} };
  await office.deliver(hidden);
  await server.deleteRun(mine ?? "");
  assertEquals((await site.deliver(server)).map(({ status }) => status), ["delivered"]);
  assertEquals(only(server).tags["x"], "1");
});

shared("what one run on the server refused is not said of another", async (world) => {
  const { site, office, server, carry } = world;
  site.commitRun(record(1));
  await carry(site, office);
  const [first] = await office.deliver({
    ...server,
    logBatch: (id, batch) =>
      batch.metrics?.some(({ key }) => key === "metric_3") === true
        ? Promise.reject(REFUSED)
        : server.logBatch(id, batch),
    updateRun: () => Promise.reject(failure(0)),
  });
  assertEquals(first?.undeliverable.map(({ part }) => part), ["metric metric_3"]);
  const [mine] = server.runs.keys();
  await server.deleteRun(mine ?? "");
  await site.deliver({ ...server, searchRuns: async function* () {} });
  assertEquals(
    (await office.deliver(server)).map(({ status, undeliverable }) => [status, undeliverable]),
    [["delivered", []]],
  );
  assertEquals(only(server).metrics["metric_3"], valueOf(1, 3));
});

shared("runs that fail do not keep others from their turn", async ({ site, server }) => {
  const artifacts = [{ path: "big.html", content: new Uint8Array([1]) }];
  site.commitRuns([1, 2, 3, 4].map((index) => record(index, { artifacts })));
  site.commitRuns([5, 6, 7].map((index) => record(index)));
  const gateway = { ...server, writeArtifact: () => Promise.reject(failure(504)) };
  const delivered = async (): Promise<number> =>
    (await site.deliver(gateway, { jobs: 1 })).filter(({ status }) => status === "delivered")
      .length;
  assertEquals(await delivered(), 0);
  assertEquals(await delivered(), 3);
});

shared("the runs of a group that was deleted are delivered without it", async (world) => {
  const { site, server } = world;
  const parentKey = site.commitRun(record(1));
  site.commitRun(record(2, { parentKey }));
  await site.deleteRun(parentKey);
  const [outcome] = await site.deliver(server);
  assertEquals(outcome?.status, "delivered");
  assertMatch(outcome?.warnings[0]?.message ?? "", /without its group: run \w+ is deleted/);
  assertEquals(only(server).tags["mlflow.parentRunId"], undefined);
});

shared("so are those of a group that the server deleted before its id was known", async (world) => {
  const { site, server } = world;
  const parentKey = site.commitRun(record(1));
  const lost: Tracker = {
    ...server,
    createRun: async (run) => {
      await server.createRun(run);
      throw failure(504);
    },
    searchRuns: async function* () {},
  };
  await site.deliver(lost, { graceMs: 0 });
  const [group = ""] = server.runs.keys();
  await server.deleteRun(group);
  const key = site.commitRun(record(2, { parentKey }));
  const outcomes = await site.deliver(server);
  assertEquals(
    outcomes.map((outcome) => [outcome.key, outcome.status]),
    [[parentKey, "deleted"], [key, "delivered"]],
  );
  assertMatch(outcomes[1]?.warnings[0]?.message ?? "", /without its group: run \w+ is deleted on/);
  assertEquals(only(server).tags["mlflow.parentRunId"], undefined);
});

shared("a group that was delivered and pruned is found beyond the air gap, too", async (world) => {
  const { site, office, server, carry } = world;
  const parentKey = site.commitRun(record(1));
  await site.deliver(server);
  const [group] = server.runs.keys();
  await site.prune({ olderThanMs: -START });
  const key = site.commitRun(record(2, { parentKey }));
  await carry(site, office);
  const [outcome] = await office.deliver(server);
  assertEquals([outcome?.key, outcome?.status], [key, "delivered"]);
  assertEquals(server.runs.get(outcome?.runId ?? "")?.run.tags["mlflow.parentRunId"], group);
});

shared("a run that is removed before its turn stops no other", async ({ site, server, path }) => {
  const [first = ""] = site.commitRuns([record(1), record(2)]);
  const outcomes = await site.deliver(server, {
    jobs: 1,
    stopAt: (step, key) => {
      if (step !== "before claim" || key !== first) return;
      const other = openDatabase(path);
      other.run("DELETE FROM runs WHERE key <> ?", first);
      other.close();
    },
  });
  assertEquals(outcomes.map(({ key, status }) => [key, status]), [[first, "delivered"]]);
});

shared("a run that others deliver and prune before its turn is no error", async (world) => {
  const { site, server, io, path } = world;
  const key = site.commitRun(record(1));
  const other = await openStore(io, path);
  let isDone = false;
  const outcomes = await site.deliver(server, {
    stopAt: async (step) => {
      if (step !== "before claim" || isDone) return;
      isDone = true;
      await other.deliver(server);
      assertEquals((await other.prune({ olderThanMs: 0 })).runs, 1);
    },
  });
  assertEquals([isDone, outcomes], [true, []]);
  assertEquals(only(server).tags["btflow.run_key"], key);
  await other.close();
});
