// How many trials an experiment has, whatever became of their runs and wherever they are: the number never
// falls, or what made it fall is named.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { createHash } from "node:crypto";
import {
  type LocalStore,
  type OpenOptions,
  openStore,
  type RunRecord,
} from "../../lib/store/mod.ts";
import { openDatabase } from "../../lib/store/sqlite.ts";
import type { Run, Tracker } from "../../lib/tracker.ts";
import { numbering } from "../../lib/tracking/numbering.ts";
import { type Trials, trialsOf, trialsText } from "../../lib/tracking/trials.ts";
import { fakeServer } from "../store/fake_server.ts";
import { record, START, storeFolder } from "../store/store_folder.ts";
import { takeBackFormat7 } from "../store/older_format.ts";

const EVER = { olderThanMs: -1_000_000 };

/** A run of returns, as log makes it; of equal `returns` are equal backtests. */
function backtest(returns: number, fields: Partial<RunRecord> = {}): RunRecord {
  const whole = record(returns, fields);
  return {
    ...whole,
    params: { ...whole.params, returns_count: "250" },
    fingerprint: fields.fingerprint ?? `fingerprint ${returns}`,
    trial: {
      returnsHash: createHash("sha256").update(`returns ${returns}`).digest("hex"),
      sharpe: returns / 8,
      rows: 250,
    },
  };
}

interface World {
  readonly open: (name: string, options?: OpenOptions) => Promise<LocalStore>;
  readonly path: (name: string) => string;
  readonly carry: (from: LocalStore, to: LocalStore) => Promise<void>;
}

function trialsTest(name: string, fn: (world: World) => Promise<void>): void {
  Deno.test(name, async () => {
    const { io, folder, remove } = await storeFolder();
    const opened: LocalStore[] = [];
    let exports = 0;
    try {
      await fn({
        path: (name) => `${folder}/${name}.db`,
        open: async (name, options) => {
          const store = await openStore(io, `${folder}/${name}.db`, options);
          opened.push(store);
          return store;
        },
        carry: async (from, to) => {
          const file = `${folder}/${++exports}.btflow`;
          await from.exportTo(file);
          await to.importFrom(file);
        },
      });
    } finally {
      for (const store of opened) await store.close().catch(() => {});
      await remove();
    }
  });
}

async function trialsAt(
  trackers: readonly Tracker[],
  stores: readonly LocalStore[],
  onRun?: (run: Run) => void,
): Promise<Trials> {
  const places = [];
  for (const tracker of trackers) {
    const experiment = await tracker.findExperiment("crypto");
    assert(experiment !== null);
    places.push({ tracker, experiment });
  }
  return await trialsOf(places, stores, onRun === undefined ? {} : { onRun });
}

const NONE = { active: 0, deleted: 0, failed: 0, pruned: 0, repeated: 0 };

trialsTest("a backtest counts once, in the first state that it has a run in", async ({ open }) => {
  const store = await open("a");
  const group = store.commitRun(record(9, { fingerprint: "group" }));
  const parentKey = group;
  const [first = "", again = "", second = "", third = ""] = store.commitRuns([
    ...[backtest(1, { parentKey }), backtest(1, { parentKey })],
    ...[backtest(2, { parentKey }), backtest(3, { parentKey })],
  ]);
  const seen: string[] = [];
  const before = await trialsAt([store], [store], ({ id }) => seen.push(id));
  assertEquals(before.trials, { ...NONE, active: 3, repeated: 1, total: 3 });
  assertEquals(seen.sort(), [group, first, again, second, third].sort());
  assertEquals([...before.groups], [group]);
  assertEquals(before.breaks, []);
  assertEquals([...before.distinct()].map(({ sharpe, rows }) => [sharpe, rows]).sort(), [
    ...[[1 / 8, 250], [2 / 8, 250], [3 / 8, 250]],
  ]);
  await store.deleteRun(first);
  await store.deleteRun(second);
  await store.updateRun(third, { status: "KILLED" });
  const after = await trialsAt([store], [store]);
  assertEquals(after.trials, { ...NONE, active: 1, deleted: 1, failed: 1, repeated: 1, total: 3 });
  await store.deleteRun(again);
  assertEquals((await trialsAt([store], [store])).trials.total, 3);
});

trialsTest(
  "what is pruned, purged and not delivered yet counts beside the server",
  async ({ open }) => {
    const store = await open("a");
    const server = fakeServer();
    store.commitRuns([backtest(1), backtest(2), backtest(3)]);
    await store.deliver(server);
    assertEquals((await trialsAt([server], [])).trials, { ...NONE, active: 3, total: 3 });
    const [gone = ""] = server.runs.keys();
    await server.deleteRun(gone);
    const without = { ...NONE, active: 2, deleted: 1, total: 3 };
    assertEquals((await trialsAt([server], [])).trials, without);
    // The server is where it was deleted: what the store still has of it changes nothing.
    assertEquals((await trialsAt([server], [store])).trials, without);
    await server.restoreRun(gone);
    assertEquals((await store.prune(EVER)).runs, 3);
    const [first = ""] = server.runs.keys();
    server.purge(first);
    store.commitRuns([backtest(4), backtest(1)]);
    const all = await trialsAt([server], [store]);
    assertEquals(all.trials, { ...NONE, active: 4, repeated: 1, total: 4 });
    assertEquals(all.breaks, []);
    assertEquals((await trialsAt([store], [store])).trials, {
      ...{ ...NONE, active: 2, pruned: 2, repeated: 1, total: 4 },
    });
  },
);

trialsTest(
  "runs of other machines and of other tools count; what groups them does not",
  async ({ open }) => {
    const [here, there] = [await open("a"), await open("b")];
    const server = fakeServer();
    here.commitRuns([backtest(1), backtest(2)]);
    there.commitRuns([backtest(2), backtest(3)]);
    await here.deliver(server);
    await there.deliver(server);
    const { id: experimentId = "" } = await server.findExperiment("crypto") ?? {};
    const made = { experimentId, startTime: START, user: "", name: "other" };
    const parent = await server.createRun({ ...made, tags: {} });
    const child = await server.createRun({ ...made, tags: { "mlflow.parentRunId": parent.id } });
    const point = { key: "sharpe_ratio", value: 1.5, timestamp: START, step: 0 };
    await server.logBatch(child.id, { metrics: [point], params: { periods_per_year: "9" } });
    const { trials, distinct, groups, breaks } = await trialsAt([server], [here]);
    assertEquals(trials, { ...NONE, active: 4, repeated: 1, total: 4 });
    assertEquals([...groups], [parent.id]);
    assertEquals([...distinct()].find(({ id }) => id === child.id)?.sharpe, 0.5);
    assertEquals(breaks, []);
  },
);

trialsTest(
  "two stores that have runs of each other are counted as one",
  async ({ open, carry }) => {
    const [a, b] = [await open("a"), await open("b")];
    const server = fakeServer();
    const [first = ""] = a.commitRuns([backtest(1), backtest(2)]);
    await carry(a, b);
    b.commitRuns([backtest(3), backtest(2)]);
    await a.deleteRun(first);
    await carry(b, a);
    const expected = { ...NONE, active: 3, repeated: 1, total: 3 };
    assertEquals((await trialsAt([a, b], [a, b])).trials, expected);
    assertEquals((await trialsAt([b], [b])).trials, expected);
    assertEquals((await trialsAt([a], [a])).trials, {
      ...{ ...NONE, active: 2, deleted: 1, repeated: 1, total: 3 },
    });
    await b.deliver(server);
    await a.deliver(server);
    assertEquals((await trialsAt([server], [a, b])).trials, expected);
    assertEquals((await trialsAt([server], [])).trials, expected);
  },
);

trialsTest("a run from before records is the backtest of equal inputs", async ({ open, path }) => {
  const { trial: _, ...plain } = backtest(1);
  const old = await open("a");
  const group = old.commitRun(record(9, { fingerprint: "group" }));
  old.commitRuns([
    { ...plain, parentKey: group },
    { ...plain, fingerprint: "other", parentKey: group },
  ]);
  const server = fakeServer();
  await old.deliver(server);
  await old.close();
  // Of a group that was pruned with all its runs the store cannot tell what it was; the server can.
  const key = "018bcfe568007000800000000000000f";
  const file = openDatabase(path("a"));
  takeBackFormat7((sql) => file.run(sql));
  file.run("DROP TABLE trials");
  file.run("ALTER TABLE pruned DROP COLUMN trial");
  file.run("PRAGMA user_version = 5");
  file.run(
    `INSERT INTO pruned (key, experiment, fingerprint, tracking_uri, server_run_id)
     VALUES (?, 'crypto', 'a group', ?, 'x')`,
    ...[key, server.uri],
  );
  file.close();
  const experimentId = (await server.findExperiment("crypto"))?.id ?? "";
  const tags = { "btflow.run_key": key, "btflow.fingerprint": "a group" };
  await server.createRun({ experimentId, name: "group", startTime: START, user: "", tags });
  const store = await open("a");
  const earlier = await trialsAt([server], [store]);
  assertEquals(earlier.trials, { ...NONE, active: 2, total: 2 });
  // The same inputs again, and the same returns of other inputs.
  store.commitRuns([backtest(1), backtest(1, { fingerprint: "a copy of the file" })]);
  const expected = { ...NONE, active: 2, repeated: 2, total: 2 };
  const { trials, groups, breaks } = await trialsAt([server], [store]);
  assertEquals(trials, expected);
  assertEquals(groups.size, 2);
  assertEquals(breaks, []);
  assertEquals((await trialsAt([store], [store])).trials, { ...expected, pruned: 1, total: 3 });
  await store.deliver(server);
  assertEquals((await trialsAt([server], [store])).trials, expected);
  assertEquals((await trialsAt([server], [])).trials, expected);
});

trialsTest("an experiment that the server renamed is known by its runs", async ({ open }) => {
  const store = await open("a");
  const server = fakeServer();
  store.commitRuns([backtest(1), backtest(2)]);
  await store.deliver(server);
  const [first = ""] = server.runs.keys();
  server.purge(first);
  const experiment = await server.findExperiment("crypto");
  assert(experiment !== null);
  await server.renameExperiment(experiment.id, "shiny");
  const renamed = await server.getExperiment(experiment.id);
  const found = await trialsOf([{ tracker: server, experiment: renamed }], [store]);
  assertEquals(found.trials.total, 2);
});

trialsTest("a store that was rewritten disagrees with the server", async ({ open, path }) => {
  const store = await open("a");
  const server = fakeServer();
  const keys = store.commitRuns([backtest(1), backtest(2), backtest(3)]);
  await store.deliver(server);
  assertEquals((await trialsAt([server], [store])).breaks, []);
  const without = async (nth: number, withRun: boolean): Promise<readonly string[]> => {
    const copy = `${nth}-${withRun}`;
    await store.exportTo(path(copy));
    const file = openDatabase(path(copy));
    file.run("PRAGMA foreign_keys = OFF");
    file.run("DELETE FROM trials WHERE id = ?", nth);
    if (withRun) file.run("DELETE FROM runs WHERE id = ?", nth);
    file.close();
    const { trials, breaks } = await trialsAt([server], [await open(copy)]);
    assertEquals(trials.total, 3);
    return breaks;
  };
  const idOf = (nth: number): string => {
    const found = [...server.runs].find(([, { run }]) =>
      run.tags["btflow.run_key"] === keys[nth - 1]
    );
    return found?.[0] ?? "";
  };
  for (const nth of [1, 2, 3]) {
    const breaks = await without(nth, false);
    assert(breaks.some((line) => line.startsWith(`run ${idOf(nth)}: the store has the run and`)));
    assert(breaks.some((line) => line.endsWith(`run ${keys[nth - 1]}: its record is missing`)));
  }
  assertMatch((await without(2, true))[0] ?? "", /its record followed one that is in the store/);
  assertMatch((await without(3, true))[0] ?? "", /its record followed one that is in the store/);
  assertMatch((await without(1, true))[0] ?? "", /the record before it is missing/);
  const tag = { "btflow.trial": JSON.stringify({ sharpe: 9 }) };
  await server.logBatch(idOf(1), { tags: tag });
  // A tag that is none is no tag: the store's record still says what the run was.
  assertEquals((await trialsAt([server], [store])).trials, { ...NONE, active: 3, total: 3 });
});

trialsTest(
  "a copy of the store that is in use elsewhere is a break until it is known",
  async ({ open, path }) => {
    const store = await open("a");
    store.commitRun(backtest(1));
    await store.close();
    await Deno.copyFile(path("a"), path("b"));
    const [a, b] = [await open("a"), await open("b")];
    const server = fakeServer();
    b.commitRun(backtest(2));
    await b.deliver(server);
    assertMatch(
      (await trialsAt([server], [a])).breaks[0] ?? "",
      /or a copy of it is in use elsewhere/,
    );
    assertEquals((await trialsAt([server], [a, b])).breaks, []);
    assertEquals((await trialsAt([server], [a, b])).trials, { ...NONE, active: 2, total: 2 });
  },
);

Deno.test("trials are told in a sentence", () => {
  assertEquals(
    trialsText({ active: 300, deleted: 80, failed: 0, pruned: 32, repeated: 1, total: 412 }),
    "412 trials logged: 300 active, 80 deleted, 32 pruned; 1 more run repeats one of them",
  );
});

Deno.test("many texts are told apart", () => {
  const names = numbering();
  const texts = Array.from(
    { length: 20_000 },
    (_, index) =>
      index % 2 === 0 ? `run ${index}` : createHash("sha256").update(String(index)).digest("hex"),
  );
  texts.forEach((text, index) => assertEquals(names.of(text), index));
  texts.forEach((text, index) => assertEquals([names.of(text), names.find(text)], [index, index]));
  assertEquals(names.find("another"), -1);
});
