// What the store keeps, finds and refuses, on real files.

import { MIGRATIONS } from "../../lib/store/schema.ts";
import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { NotFoundError, StorageError, TrackerError, UsageError } from "../../lib/errors.ts";
import { parseFilter, parseOrderBy } from "../../lib/filter/mod.ts";
import { defaultStorePath, type LocalStore, openStore } from "../../lib/store/mod.ts";
import type { Run } from "../../lib/tracker.ts";
import { fakeServer } from "./fake_server.ts";
import { record, START, type StoreFolder, storeFolder, valueOf } from "./store_folder.ts";

interface World extends StoreFolder {
  readonly store: LocalStore;
}

function storeTest(name: string, run: (world: World) => Promise<void> | void): void {
  Deno.test(name, async () => {
    const folder = await storeFolder();
    const store = await openStore(folder.io, folder.path);
    try {
      await run({ ...folder, store });
    } finally {
      await store.close();
      await folder.remove();
    }
  });
}

async function search(
  store: LocalStore,
  query: {
    filter?: string;
    orderBy?: readonly string[];
    limit?: number;
    metrics?: readonly string[];
  } = {},
): Promise<readonly Run[]> {
  const found: Run[] = [];
  const pages = store.searchRuns({
    experimentIds: ["1", "2", "3"],
    filter: query.filter === undefined ? null : parseFilter(query.filter),
    orderBy: (query.orderBy ?? []).map(parseOrderBy),
    view: "active",
    limit: query.limit ?? Infinity,
    ...(query.metrics === undefined ? {} : { metrics: query.metrics }),
  });
  for await (const page of pages) {
    assert(page.length <= 500);
    found.push(...page);
  }
  return found;
}

storeTest("a record is read back as it was committed", async ({ store }) => {
  const given = record(7, { artifacts: [{ path: "a/b.txt", content: new Uint8Array([1, 2]) }] });
  const key = store.commitRun(given);
  assertMatch(key, /^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  const run = await store.getRun(key);
  assertEquals(run.metrics, Object.fromEntries(given.metrics.map((one) => [one.key, one.value])));
  assertEquals(run.params, given.params);
  assertEquals(run.tags, {
    ...given.tags,
    "btflow.run_key": key,
    "mlflow.runName": given.runName,
  });
  assertEquals(run.datasets, given.datasets);
  assertEquals([run.status, run.startTime, run.endTime, run.userId], [
    "FINISHED",
    given.startTime,
    given.endTime,
    "ada",
  ]);
  assertEquals(await store.listArtifacts(key), [{ path: "a", isDirectory: true, size: null }]);
});

storeTest(
  "of metrics that are named no others are read, whatever runs are found by",
  async ({ store }) => {
    const metric = (key: string, value: number) => ({ key, value, timestamp: START, step: 0 });
    store.commitRun(record(1, { metrics: [metric("a", 1), metric("b", 5), metric("c", NaN)] }));
    store.commitRun(record(2, { metrics: [metric("b", 6)] }));
    const query = { metrics: ["a", "c", "d"], filter: "metrics.b > 4", orderBy: ["metrics.b ASC"] };
    const found = await search(store, query);
    assertEquals(found.map(({ metrics }) => metrics), [{ a: 1, c: NaN }, {}]);
  },
);

storeTest("committing a key again changes nothing", async ({ store }) => {
  const key = store.commitRun(record(1));
  assertEquals(store.commitRun(record(2, { key })), key);
  assertEquals((await search(store)).map(({ name }) => name), ["run 1"]);
});

storeTest("a group of records is committed whole or not at all", async ({ store }) => {
  const bad = record(2, { params: { long: "x".repeat(6001) } });
  assertThrows(() => store.commitRuns([record(1), bad, record(3)]), UsageError, "6001 characters");
  assertEquals(await search(store), []);
  assertEquals(store.commitRuns([record(1), record(3)]).length, 2);
  assertEquals((await search(store)).length, 2);
});

storeTest("what a server would cut or refuse is refused at once", ({ store }) => {
  const point = { key: "m", value: 1, timestamp: START, step: 0 };
  const cases: readonly (readonly [Parameters<typeof record>[1], RegExp])[] = [
    [{ tags: { note: "x".repeat(8001) } }, /8001 characters/],
    [{ params: { ["k".repeat(251)]: "1" } }, /251 characters/],
    [{ params: { "a/../b": "1" } }, /names are letters/],
    [{ params: { "a%b": "1" } }, /names are letters/],
    [{ metrics: [{ ...point, value: Infinity }] }, /Infinity/],
    [{ metrics: [{ ...point, timestamp: -1 }] }, /timestamp is -1/],
    [{ metrics: [{ ...point, step: 0.5 }] }, /step is 0.5/],
    [{ artifacts: [{ path: "../x", content: new Uint8Array() }] }, /write the path without it/],
    ...["a#b", "a\tb", "a%20b", "x?", "é".repeat(128)].map((path) =>
      [
        { artifacts: [{ path, content: new Uint8Array() }] },
        /rename (the file|it)|shorten it/,
      ] as const
    ),
    [{ startTime: 1.5 }, /not ms since 1970/],
  ];
  for (const [fields, message] of cases) {
    assertMatch(
      assertThrows(() => store.commitRun(record(0, fields)), UsageError).message,
      message,
    );
  }
  assertThrows(() => store.commitRun(record(0, { existingRunId: "none" })), NotFoundError);
  const path = "ä & 1% ?.txt";
  store.commitRun(record(0, { artifacts: [{ path, content: new Uint8Array() }] }));
});

storeTest("so is what is added to a run that is there", async ({ store }) => {
  const key = store.commitRun(record(0));
  const dataset = { name: "d", digest: "x".repeat(37), sourceType: "local", source: "{}" };
  const changes: readonly (readonly [Promise<void>, string])[] = [
    [store.logBatch(key, { params: { "a%b": "1" } }), "names are letters"],
    [store.logBatch(key, { tags: { note: "x".repeat(8001) } }), "8001 characters"],
    [store.logInputs(key, [dataset]), "37 characters"],
    [store.writeArtifact(key, "../x", new Uint8Array()), "write the path without it"],
  ];
  for (const [change, message] of changes) {
    await assertRejects(() => change, UsageError, message);
  }
  const again = record(0, { existingRunId: key, tags: { note: "x".repeat(8001) } });
  assertThrows(() => store.commitRun(again), UsageError, "8001 characters");
});

storeTest("histories and latest values are told apart", async ({ store }) => {
  const metrics = [3, 1, 2].map((step) => ({ key: "m", value: step, timestamp: START, step }));
  const key = store.commitRun(record(0, { metrics: [...metrics, ...metrics] }));
  assertEquals((await store.getRun(key)).metrics, { m: 3 });
  const points = (await Array.fromAsync(store.metricHistory(key, "m"))).flat();
  assertEquals(points.map(({ step }) => step), [1, 2, 3]);
});

storeTest("searches filter, order and stop", async ({ store }) => {
  store.commitRuns(Array.from({ length: 1200 }, (_, index) => record(index)));
  const all = Array.from({ length: 1200 }, (_, index) => index);
  const value = (index: number): number => valueOf(index, 3);
  const best = all.filter((index) => value(index) > 2).sort((a, b) => value(b) - value(a));
  const found = await search(store, {
    filter: "metrics.metric_3 > 2",
    orderBy: ["metrics.metric_3 DESC"],
    limit: 20,
  });
  assertEquals(found.map(({ name }) => name), best.slice(0, 20).map((index) => `run ${index}`));
  const everything = await search(store);
  assertEquals(everything.length, 1200);
  assertEquals(everything[0]?.name, "run 1199");
});

storeTest("the best of many are the best of all, whatever the order and filter", async (world) => {
  const { store, path } = world;
  // Enough runs for the search to guess where the best are; few have what the filter wants.
  const COUNT = 12_000;
  const value = (index: number): number => Math.round(valueOf(index, 1) * 20) / 20;
  const all = Array.from({ length: COUNT }, (_, index) => index);
  for (let from = 0; from < COUNT; from += 3000) {
    store.commitRuns(
      all.slice(from, from + 3000).map((index) => ({
        ...record(index, { params: { kind: index % 400 === 0 ? "rare" : "common" }, tags: {} }),
        metrics: index % 10 === 3
          ? []
          : [{ key: "m", value: value(index), timestamp: START + index, step: 0 }],
        datasets: [],
      })),
    );
  }
  assert((await Deno.stat(path)).size > 0);
  const have = all.filter((index) => index % 10 !== 3);
  const sorted = (sign: number, from: readonly number[]): string[] =>
    from.toSorted((a, b) => sign * (value(a) - value(b)) || b - a).slice(0, 20)
      .map((index) => `run ${index}`);
  const names = async (direction: string, filter?: string): Promise<string[]> => {
    const orderBy = [`metrics.m ${direction}`];
    const query = filter === undefined ? { orderBy } : { orderBy, filter };
    return (await search(store, { ...query, limit: 20 })).map(({ name }) => name);
  };
  assertEquals(await names("DESC"), sorted(-1, have));
  assertEquals(await names("ASC"), sorted(1, have));
  const rare = have.filter((index) => index % 400 === 0);
  assertEquals(await names("DESC", "params.kind = 'rare'"), sorted(-1, rare));
});

storeTest("runs with different metrics come back with their own", async ({ store }) => {
  store.commitRuns(
    Array.from({ length: 30 }, (_, index) =>
      record(index, {
        metrics: Array.from({ length: index }, (_, name) => ({
          key: `only ${index} ${name}`,
          value: name,
          timestamp: START,
          step: 0,
        })),
      })),
  );
  for (const run of await search(store)) {
    const index = Number(run.name.slice(4));
    assertEquals(Object.keys(run.metrics).length, index);
    assert(Object.keys(run.metrics).every((key) => key.startsWith(`only ${index} `)));
  }
});

storeTest("the same content is stored once", async ({ store }) => {
  const content = new Uint8Array(200_000).fill(7);
  store.commitRuns(
    Array.from(
      { length: 20 },
      (_, index) => record(index, { artifacts: [{ path: "same.bin", content }] }),
    ),
  );
  assert((await store.health()).sizeBytes < 1_500_000);
});

storeTest("a fingerprint finds the run again, not a deleted one", async ({ store }) => {
  const key = store.commitRun(record(1, { fingerprint: "abc" }));
  assertEquals(store.findFingerprint({ kind: "name", name: "crypto" }, "abc"), {
    key,
    runId: null,
    delivered: false,
  });
  assertEquals(store.findFingerprint({ kind: "id", id: "1" }, "abc")?.key, key);
  assertEquals(store.findFingerprint({ kind: "name", name: "other" }, "abc"), null);
  await store.deleteRun(key);
  assertEquals(store.findFingerprint({ kind: "name", name: "crypto" }, "abc"), null);
});

storeTest("a param that changes is refused as a server refuses it", async ({ store }) => {
  const key = store.commitRun(record(1));
  const error = await assertRejects(
    () => store.logBatch(key, { params: { window: "other" } }),
    TrackerError,
  );
  assertEquals(error.code, "INVALID_PARAMETER_VALUE");
});

storeTest("an export holds the runs, and importing it twice changes nothing", async (world) => {
  const { store, io, folder } = world;
  const artifacts = [{ path: "a.txt", content: new Uint8Array([5]) }];
  const series = [1, 2].map((step) => ({ key: "s", value: step, timestamp: START, step }));
  const keys = store.commitRuns([record(1, { artifacts, metrics: series }), record(2)]);
  const file = `${folder}/out/export.db`;
  await Deno.mkdir(`${folder}/out`);
  assertEquals(await store.exportTo(file), { runs: 2 });
  assertEquals((await io.files.info(file))?.mode, 0o600);
  assertEquals([...Deno.readDirSync(`${folder}/out`)].map(({ name }) => name), ["export.db"]);
  const other = await openStore(io, `${folder}/other/store.db`);
  assertEquals(await other.importFrom(file), {
    added: 2,
    updated: 0,
    merged: 0,
    known: 0,
    breaks: [],
  });
  assertEquals(await other.importFrom(file), {
    added: 0,
    updated: 0,
    merged: 0,
    known: 2,
    breaks: [],
  });
  for (const key of keys) {
    const { experimentId: _one, ...there } = await other.getRun(key);
    const { experimentId: _two, ...here } = await store.getRun(key);
    assertEquals(there, here);
  }
  const points = (await Array.fromAsync(other.metricHistory(keys[0] ?? "", "s"))).flat();
  assertEquals(points.map(({ value }) => value), [1, 2]);
  await store.logBatch(keys[0] ?? "", { tags: { note: "later" } });
  await store.exportTo(file);
  assertEquals(await other.importFrom(file), {
    added: 0,
    updated: 1,
    merged: 0,
    known: 1,
    breaks: [],
  });
  assertEquals((await other.getRun(keys[0] ?? "")).tags["note"], "later");
  await other.close();
});

storeTest("a run delivered from two stores is on the server once", async (world) => {
  const { store, io, folder } = world;
  store.commitRuns([record(1), record(2)]);
  await store.exportTo(`${folder}/export.db`);
  const other = await openStore(io, `${folder}/other.db`);
  await other.importFrom(`${folder}/export.db`);
  // An export may be delivered from as it is.
  const exported = await openStore(io, `${folder}/export.db`);
  for (const order of [[store, other, exported], [other, exported, store]]) {
    const server = fakeServer({ uri: `http://server-${order.indexOf(store)}:5000` });
    const ids = new Set<string | null>();
    for (const one of order) {
      const outcomes = await one.deliver(server, { copy: true, verify: true });
      assertEquals(outcomes.map(({ status }) => status), ["delivered", "delivered"]);
      outcomes.forEach(({ runId }) => ids.add(runId));
    }
    assertEquals([server.runs.size, ids.size], [2, 2]);
  }
  await other.close();
  await exported.close();
});

storeTest("an export replaces an export, never a store or another's database", async (world) => {
  const { store, io, folder, path } = world;
  store.commitRun(record(1));
  await store.exportTo(`${folder}/export.db`);
  await store.exportTo(`${folder}/export.db`);
  const other = await openStore(io, `${folder}/other.db`);
  other.commitRun(record(2));
  const foreign = new DatabaseSync(`${folder}/mlflow.db`);
  foreign.exec("CREATE TABLE runs (run_uuid TEXT); INSERT INTO runs VALUES ('a')");
  foreign.close();
  await other.close();
  for (const file of [path, `${folder}/other.db`, `${folder}/mlflow.db`]) {
    const before = await Deno.readFile(file);
    await assertRejects(() => store.exportTo(file), StorageError, "is no export");
    assertEquals(await Deno.readFile(file), before);
  }
});

storeTest("delivered runs are pruned by age and stay known", async (world) => {
  const { store, io } = world;
  const server = fakeServer();
  const old = store.commitRun(record(1, { fingerprint: "abc" }));
  const [sent] = await store.deliver(server);
  const waiting = store.commitRun(record(2, {
    artifacts: [{ path: "keep.bin", content: new Uint8Array(100) }],
  }));
  const fresh = store.commitRun(record(3, { startTime: io.now(), endTime: io.now() }));
  await store.deliver(server, { keys: [fresh] });
  assertEquals((await store.prune({ olderThanMs: 86_400_000 })).runs, 1);
  assertEquals((await search(store)).map(({ id }) => id).sort(), [waiting, fresh].sort());
  await assertRejects(() => store.getRun(old), NotFoundError);
  const found = { key: old, runId: sent?.runId ?? null, delivered: true };
  assertEquals(store.findFingerprint({ kind: "name", name: "crypto" }, "abc"), found);
  assertEquals((await store.listArtifacts(waiting)).length, 1);
  assertEquals((await store.health()).problems, []);
});

storeTest("health tells what is there", async ({ store, io, path }) => {
  store.commitRuns([record(1), record(2)]);
  const health = await store.health();
  assertEquals(
    { ...health, sizeBytes: 0 },
    {
      path,
      format: MIGRATIONS.length,
      newest: null,
      isSound: true,
      problems: [],
      journalMode: "wal",
      fileMode: 0o600,
      networkFileSystem: null,
      sizeBytes: 0,
      experiments: 1,
      runs: 2,
      waiting: 2,
      trials: 0,
      trialBreaks: [],
    },
  );
  assert(health.sizeBytes > 0);
  const mode = (await io.files.info(`${path}-wal`))?.mode;
  assertEquals(mode, 0o600);
});

Deno.test("the store's folder is its owner's alone", async () => {
  const { io, folder, remove } = await storeFolder();
  const store = await openStore(io, `${folder}/new/deep/store.db`);
  await store.close();
  assertEquals((await io.files.info(`${folder}/new/deep`))?.mode, 0o700);
  await remove();
});

Deno.test("the store is where the platform keeps data", () => {
  const at = (
    platform: "linux" | "darwin" | "windows",
    env: Readonly<Record<string, string>>,
  ): string => defaultStorePath({ platform, env: (name) => env[name] });
  assertEquals(at("linux", { HOME: "/home/a" }), "/home/a/.local/share/btflow/store.db");
  assertEquals(at("linux", { HOME: "/home/a", XDG_DATA_HOME: "/d" }), "/d/btflow/store.db");
  assertEquals(
    at("linux", { HOME: "/h", XDG_DATA_HOME: "rel" }),
    "/h/.local/share/btflow/store.db",
  );
  assertEquals(
    at("darwin", { HOME: "/Users/a" }),
    "/Users/a/Library/Application Support/btflow/store.db",
  );
  assertEquals(at("windows", { LOCALAPPDATA: "C:\\L" }), "C:\\L\\btflow\\store.db");
  assertEquals(at("linux", { BTFLOW_STORE: "x.db" }), "x.db");
  assertMatch(assertThrows(() => at("linux", {}), StorageError).message, /set BTFLOW_STORE/);
});

Deno.test("a store on a network file system is journalled without shared memory", async () => {
  const { io, folder, remove } = await storeFolder();
  const nfs = { ...io, files: { ...io.files, fileSystem: () => Promise.resolve(0x6969) } };
  const store = await openStore(nfs, `${folder}/store.db`);
  store.commitRun(record(1));
  const health = await store.health();
  assertEquals([health.journalMode, health.networkFileSystem], ["delete", "nfs"]);
  assertEquals((await store.deliver(fakeServer())).map((one) => one.status), [
    "delivered",
  ]);
  await store.close();
  await remove();
});

Deno.test("a store that one process sees as local and another over a network is used by both", async () => {
  const { io, path, remove } = await storeFolder();
  const nfs = { ...io, files: { ...io.files, fileSystem: () => Promise.resolve(0x6969) } };
  const local = await openStore(io, path);
  local.commitRun(record(0));
  // Made with a write-ahead log, which cannot be shared: the other says so, and has it afterwards.
  const { message } = await assertRejects(() => openStore(nfs, path), StorageError);
  assertMatch(message, /network file system here \(nfs\), and another process uses it/);
  await local.close();
  const remote = await openStore(nfs, path);
  for (const index of [1, 2, 3]) {
    remote.commitRun(record(index));
    const again = await openStore(io, path);
    again.commitRun(record(-index));
    assertEquals((await again.health()).journalMode, "delete");
    await again.close();
  }
  assertEquals(remote.waiting({ trackingUri: null }).length, 7);
  await remote.close();
  await remove();
});

Deno.test("records that are to be new are looked for in the transaction that makes them", async () => {
  const { io, path, remove } = await storeFolder();
  const one = await openStore(io, path);
  const other = await openStore(io, path);
  const wanted = { ...record(1), fingerprint: "f".repeat(32), ifNew: true };
  const { key: _key, ...unnamed } = wanted;
  const first = one.commitRun(unnamed);
  assertEquals(other.commitRuns([unnamed, unnamed]), [first, first]);
  assertEquals(one.waiting({ trackingUri: null }).length, 1);
  assert(
    other.commitRun({ ...unnamed, ifNew: false }) !== first,
    "asked for again, it is made again",
  );
  await one.close();
  await other.close();
  await remove();
});
