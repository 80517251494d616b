// The record of trials: nothing that is done to runs shortens it, wherever they are carried, and whoever
// changes it by hand is found out, at whichever record.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { createHash } from "node:crypto";
import { InterruptedError } from "../../lib/errors.ts";
import { TRIAL_TAG } from "../../lib/own_names.ts";
import { type LocalStore, openStore, type RunRecord } from "../../lib/store/mod.ts";
import { MIGRATIONS } from "../../lib/store/schema.ts";
import { type Database, openDatabase } from "../../lib/store/sqlite.ts";
import { parseTrialTag } from "../../lib/store/trial_tag.ts";
import { FIELD_COLUMNS, type FieldRow, fieldsOf, trialHash } from "../../lib/store/trials.ts";
import { fakeServer } from "./fake_server.ts";
import { record, START, type StoreFolder, storeFolder } from "./store_folder.ts";

function trialTest(name: string, fn: (world: StoreFolder) => Promise<void>): void {
  Deno.test(name, async () => {
    const world = await storeFolder();
    try {
      await fn(world);
    } finally {
      await world.remove();
    }
  });
}

/** A run of returns, as log makes it; of equal `returns` are equal backtests. */
function backtest(index: number, fields: Partial<RunRecord> = {}, returns = index): RunRecord {
  const whole = record(index, fields);
  return {
    ...whole,
    fingerprint: whole.fingerprint ?? `fingerprint ${index}`,
    params: { ...whole.params, returns_count: "250" },
    trial: {
      returnsHash: createHash("sha256").update(`returns ${returns}`).digest("hex"),
      sharpe: returns / 8,
      rows: 250,
    },
  };
}

const EVER = { olderThanMs: -1_000_000 };

/** The state of each record of the experiment "crypto", in order. */
async function states(store: LocalStore): Promise<readonly string[]> {
  const { id = "0" } = await store.findExperiment("crypto") ?? {};
  return [...store.trialPages([id])].flat().map(({ state }) => state);
}

async function changed(store: LocalStore, path: string, work: (file: Database) => void) {
  await store.close();
  const file = openDatabase(path);
  file.run("PRAGMA foreign_keys = OFF");
  work(file);
  file.close();
}

trialTest(
  "each backtest is recorded once, after the one before it, and its run says so",
  async ({ io, path }) => {
    const store = await openStore(io, path);
    const first = store.commitRun(backtest(1));
    const group = store.commitRun(record(2, { fingerprint: "group" }));
    const [second = "", third = ""] = store.commitRuns([
      backtest(3, { parentKey: group }),
      backtest(4, { parentKey: group }, 1),
    ]);
    assertEquals(store.commitRun({ ...backtest(3), key: second }), second);
    const tags = await Promise.all([first, second, third].map(async (key) => {
      const tag = parseTrialTag((await store.getRun(key)).tags[TRIAL_TAG]);
      assert(tag !== null);
      return tag;
    }));
    assertEquals(tags.map(({ previous }) => previous), ["", tags[0]?.hash, tags[1]?.hash]);
    assertEquals(tags.map(({ sharpe, rows }) => [sharpe, rows]), [[1 / 8, 250], [3 / 8, 250], [
      1 / 8,
      250,
    ]]);
    assertEquals(tags[0]?.returns, tags[2]?.returns);
    assertEquals((await store.getRun(group)).tags[TRIAL_TAG], undefined);
    const { id = "" } = await store.findExperiment("crypto") ?? {};
    const kept = [...store.trialPages([id])].flat();
    assertEquals(
      kept.map(({ hash, key, returns }) => ({ hash, key, returns })),
      [first, second, third].map((key, nth) => ({
        ...{ key, hash: tags[nth]?.hash ?? "", returns: tags[nth]?.returns ?? "" },
      })),
    );
    assertEquals(kept.map(({ fingerprint }) => fingerprint), [
      "fingerprint 1",
      "fingerprint 3",
      "fingerprint 4",
    ]);
    assertEquals(store.verifyTrials(), []);
    await store.close();
  },
);

trialTest("each backtest that is logged into one run is recorded", async ({ io, path }) => {
  const store = await openStore(io, path);
  const key = store.commitRun(backtest(1));
  const into = (returns: number) =>
    store.commitRun({ ...backtest(1, { existingRunId: key, params: {} }, returns), metrics: [] });
  assertEquals([into(2), into(2), into(1)], [key, key, key]);
  assertEquals(await states(store), ["active", "active"]);
  assertEquals(parseTrialTag((await store.getRun(key)).tags[TRIAL_TAG])?.sharpe, 2 / 8);
  assertEquals(store.verifyTrials(), []);
  await store.close();
});

trialTest("a commit that fails records nothing", async ({ io, path }) => {
  const store = await openStore(io, path);
  store.commitRun(backtest(1));
  let isRefused = false;
  try {
    store.commitRuns([backtest(2), { ...backtest(3), startTime: -1 }]);
  } catch {
    isRefused = true;
  }
  assert(isRefused);
  store.commitRun(backtest(4));
  assertEquals(await states(store), ["active", "active"]);
  assertEquals(store.verifyTrials(), []);
  await store.close();
});

trialTest("deleting, failing and pruning a run leave its record", async ({ io, path }) => {
  const store = await openStore(io, path);
  const keys = store.commitRuns([1, 2, 3, 4].map((index) => backtest(index)));
  await store.deliver(fakeServer());
  await store.deleteRun(keys[1] ?? "");
  await store.updateRun(keys[2] ?? "", { status: "FAILED" });
  assertEquals(await states(store), ["active", "deleted", "failed", "active"]);
  await store.restoreRun(keys[1] ?? "");
  await store.deliver(fakeServer());
  assert((await store.prune(EVER)).runs >= 3);
  assertEquals((await states(store)).length, 4);
  assert((await states(store)).includes("pruned"));
  assertEquals(store.verifyTrials(), []);
  await store.close();
});

trialTest(
  "a record follows its run to the experiment whose name the server told",
  async ({ io, path }) => {
    const store = await openStore(io, path);
    const server = fakeServer();
    const id = await server.createExperiment("crypto");
    store.commitRun(backtest(1, { experiment: { kind: "id", id }, trackingUri: server.uri }));
    assertEquals(await states(store), []);
    const [outcome] = await store.deliver(server);
    assertEquals(outcome?.error, null);
    assertEquals(await states(store), ["active"]);
    const found = await store.findExperiment("crypto");
    await store.renameExperiment(found?.id ?? "", "renamed");
    assertEquals([...store.trialPages([found?.id ?? ""])].flat().length, 1);
    assertEquals(store.verifyTrials(), []);
    await store.close();
  },
);

/** A store with runs of which all but the last are delivered and pruned, and an export of it. */
async function prunedExport({ io, folder }: StoreFolder, from: number): Promise<string> {
  const path = `${folder}/from-${from}.db`;
  const store = await openStore(io, path);
  store.commitRuns([0, 1, 2].map((nth) => backtest(from + nth)));
  await store.deliver(fakeServer());
  assertEquals((await store.prune(EVER)).runs, 3);
  store.commitRun(backtest(from + 3));
  const file = `${folder}/${from}.btflow`;
  await store.exportTo(file);
  await store.close();
  return file;
}

trialTest(
  "an import takes in the whole record, also of runs that are pruned there",
  async (world) => {
    const { io, path } = world;
    const file = await prunedExport(world, 1);
    const store = await openStore(io, path);
    store.commitRun(backtest(9));
    assertEquals((await store.importFrom(file)).breaks, []);
    const all = ["active", "pruned", "pruned", "pruned", "active"];
    assertEquals(await states(store), all);
    assertEquals((await store.importFrom(file)).known, 1);
    assertEquals(await states(store), all);
    // Its own chain goes on where it was.
    store.commitRun(backtest(10));
    assertEquals(store.verifyTrials(), []);
    const back = await openStore(io, `${world.folder}/from-1.db`);
    await store.exportTo(`${world.folder}/back.btflow`);
    await back.importFrom(`${world.folder}/back.btflow`);
    assertEquals((await states(back)).length, 6);
    assertEquals(back.verifyTrials(), []);
    // What is known already makes no experiment of its former name.
    await store.renameExperiment((await store.findExperiment("crypto"))?.id ?? "", "renamed");
    await store.importFrom(file);
    assertEquals(await store.findExperiment("crypto"), null);
    await back.close();
    await store.close();
  },
);

trialTest("an import that is interrupted has no run without its record", async (world) => {
  const { io, path, folder } = world;
  const from = await openStore(io, `${folder}/from.db`);
  from.commitRuns(Array.from({ length: 250 }, (_, index) => backtest(index)));
  await from.exportTo(`${folder}/from.btflow`);
  await from.close();
  const store = await openStore(io, path);
  const stop = new AbortController();
  const reason = new InterruptedError("SIGINT", "stop");
  const part = await store.importFrom(`${folder}/from.btflow`, {
    signal: stop.signal,
    onProgress: () => stop.abort(reason),
  });
  assertEquals([part.added, part.left], [100, 150]);
  assertEquals((await states(store)).length, 250);
  assertEquals(store.verifyTrials(), []);
  await store.importFrom(`${folder}/from.btflow`);
  assertEquals((await states(store)).filter((state) => state === "active").length, 250);
  await store.close();
});

trialTest(
  "of a store that was copied and used twice both ways are kept",
  async ({ io, path, folder }) => {
    const store = await openStore(io, path);
    store.commitRun(backtest(1));
    await store.close();
    const twin = `${folder}/twin.db`;
    await Deno.copyFile(path, twin);
    const [a, b] = [await openStore(io, path), await openStore(io, twin)];
    a.commitRun(backtest(2));
    b.commitRun(backtest(3));
    await b.exportTo(`${folder}/b.btflow`);
    await a.importFrom(`${folder}/b.btflow`);
    assertEquals(await states(a), ["active", "active", "active"]);
    a.commitRun(backtest(4));
    assertEquals(a.verifyTrials(), []);
    await a.close();
    await b.close();
  },
);

/** The key of the n-th record, and a problem with it. */
type Problem = readonly [nth: number, what: string];

const WRITTEN = "it is not as it was written";
const EDITS: Readonly<Record<string, string>> = {
  hash: "zeroblob(32)",
  previous: "zeroblob(32)",
  key: "'another'",
  origin_id: "origin_id + 1",
  origin_name: "'other'",
  fingerprint: "'other'",
  returns_hash: "zeroblob(32)",
  sharpe: "-1.0",
  rows: "2",
  time: "time + 1",
  marked: "1",
};

for (const nth of [1, 3, 5]) {
  trialTest(`record ${nth} of 5: every change of it is found`, async ({ io, path }) => {
    const store = await openStore(io, path);
    const keys = store.commitRuns([1, 2, 3, 4, 5].map((index) => backtest(index)));
    await store.close();
    for (const [column, value] of Object.entries(EDITS)) {
      const file = openDatabase(path);
      file.run("PRAGMA foreign_keys = OFF");
      const [before] = file.arrays<[Uint8Array | string | number]>(
        `SELECT ${column} FROM trials WHERE id = ?`,
        nth,
      );
      file.run(`UPDATE trials SET ${column} = ${value} WHERE id = ?`, nth);
      file.close();
      const broken = await openStore(io, path);
      const named = broken.verifyTrials();
      const key = column === "key" ? "another" : keys[nth - 1];
      assert(named.includes(`record of run ${key}: ${WRITTEN}`), `${column}: ${named}`);
      await changed(
        broken,
        path,
        (again) =>
          again.run(`UPDATE trials SET ${column} = ? WHERE id = ?`, before?.[0] ?? null, nth),
      );
    }
    const mended = await openStore(io, path);
    assertEquals(mended.verifyTrials(), []);
    await mended.close();
  });

  trialTest(`record ${nth} of 5: its removal is found`, async ({ io, path, folder }) => {
    for (const isPruned of [false, true]) {
      const own = `${path}.${isPruned}`;
      const store = await openStore(io, own);
      const keys = store.commitRuns([1, 2, 3, 4, 5].map((index) => backtest(index)));
      if (isPruned) {
        await store.deliver(fakeServer());
        assertEquals((await store.prune(EVER)).runs, 5);
      }
      await changed(store, own, (file) => file.run("DELETE FROM trials WHERE id = ?", nth));
      const expected = [
        ...(nth < 5 ? [`record of run ${keys[nth]}: the record before it is missing`] : []),
        `${isPruned ? "pruned run" : "run"} ${keys[nth - 1]}: its record is missing`,
      ];
      const broken = await openStore(io, own);
      assertEquals(broken.verifyTrials(), expected);
      assertEquals((await broken.health()).trialBreaks, expected);
      // What is broken is carried, and said.
      await broken.exportTo(`${folder}/${isPruned}.btflow`);
      const other = await openStore(io, `${own}.other`);
      assertEquals((await other.importFrom(`${folder}/${isPruned}.btflow`)).breaks, expected);
      assertEquals((await states(other)).length, 4);
      await other.close();
      await broken.close();
    }
  });
}

/** Takes the second record away, and makes the chain after it whole again. */
function writtenAnew(file: Database): void {
  const [first, , third] = file.arrays<[number, Uint8Array, ...FieldRow]>(
    `SELECT id, hash, ${FIELD_COLUMNS.join(", ")} FROM trials ORDER BY id`,
  );
  assert(first !== undefined && third !== undefined);
  const [id, , ...row] = third;
  const fields = { ...fieldsOf(row), previous: first[1] };
  file.run("DELETE FROM trials WHERE id = 2");
  file.run(
    "UPDATE trials SET previous = ?, hash = ? WHERE id = ?",
    first[1],
    trialHash(fields),
    id,
  );
}

trialTest(
  "a chain that is written anew, a moved record and a changed tag are found",
  async ({ io, path }) => {
    const store = await openStore(io, path);
    const [first, second] = store.commitRuns([backtest(1), backtest(2)]);
    const third = store.commitRun(backtest(3, { experiment: { kind: "name", name: "other" } }));
    let copies = 0;
    const problems = async (
      edit: string | ((file: Database) => void),
    ): Promise<readonly string[]> => {
      const copy = `${path}.copy-${++copies}`;
      await store.exportTo(copy);
      const file = openDatabase(copy);
      if (typeof edit === "string") file.run(edit);
      else edit(file);
      file.close();
      const broken = await openStore(io, copy);
      const named = broken.verifyTrials();
      await broken.close();
      return named;
    };
    assertEquals(await problems("UPDATE trials SET experiment_id = 2 WHERE id = 1"), [
      `record of run ${first}: it was moved to another experiment`,
    ]);
    assertEquals(await problems("UPDATE runs SET experiment_id = 2 WHERE id = 1"), [
      `record of run ${first}: it was moved to another experiment`,
    ]);
    const edit =
      `UPDATE tags SET value = json_set(value, '$.sharpe', 9) WHERE key = '${TRIAL_TAG}'`;
    assertEquals(await problems(`${edit} AND run_id = 2`), [
      `run ${second}: its tag ${TRIAL_TAG} says otherwise than its record`,
    ]);
    assertEquals(
      await problems(writtenAnew),
      [second, third].map((key) => `run ${key}: its record is missing`),
    );
    await store.close();
  },
);

trialTest(
  "runs and pruned rows from before records are entered, once and marked",
  async ({ io, path, folder }) => {
    const old = await openStore(io, path, { migrations: MIGRATIONS.slice(0, 5) });
    const { trial: _, ...plain } = backtest(1);
    const metrics = [{ key: "sharpe_ratio", value: 2, timestamp: START, step: 0 }];
    const group = old.commitRun(record(9, { fingerprint: "group" }));
    const params = { ...plain.params, periods_per_year: "252" };
    const [first] = old.commitRuns([
      { ...plain, metrics, params, parentKey: group },
      { ...plain, runName: "no ratio", parentKey: "0123456789ab7000800000000000000a" },
    ]);
    await changed(old, path, (file) => {
      const prune = (key: string, name: string) =>
        file.run(
          `INSERT INTO pruned (key, experiment, fingerprint, tracking_uri, server_run_id)
         VALUES (?, ?, 'pruned', 'http://s', ?)`,
          key,
          name,
          key,
        );
      prune("018bcfe568007000800000000000000f", "crypto");
      prune("018bcfe568007000800000000000000e", "renamed since");
      // One that groups a run which is still here.
      prune("0123456789ab7000800000000000000a", "crypto");
    });
    await Deno.copyFile(path, `${folder}/old.db`);
    const store = await openStore(io, path);
    const { id = "" } = await store.findExperiment("crypto") ?? {};
    const entered = [...store.trialPages([id])].flat();
    assertEquals(
      entered.map((
        { state, fingerprint, sharpe, rows, isEarlier, returns },
      ) => [state, fingerprint, sharpe, rows, isEarlier, returns]),
      [
        ["active", "fingerprint 1", 2 / Math.sqrt(252), 250, true, null],
        ["active", "fingerprint 1", null, 250, true, null],
        ["pruned", "pruned", null, null, true, null],
      ],
    );
    assertEquals(entered[0]?.key, first);
    assertEquals(entered[2]?.time, START);
    assertEquals((await store.health()).trials, 4);
    assertEquals(store.verifyTrials(), []);
    // The same old file makes the same records again.
    await store.importFrom(`${folder}/old.db`);
    assertEquals((await store.health()).trials, 4);
    // An experiment of the old name has what was pruned under it.
    const renamed = await store.createExperiment("renamed since");
    assertEquals([...store.trialPages([renamed])].flat().length, 1);
    store.commitRun(backtest(5));
    assertEquals(store.verifyTrials(), []);
    await changed(store, path, (file) => file.run("DELETE FROM trials WHERE id IN (1, 4)"));
    const broken = await openStore(io, path);
    assertEquals(broken.verifyTrials().length, 4);
    await broken.close();
  },
);

trialTest(
  "what a server's run says of its record is held against the store",
  async ({ io, path }) => {
    const store = await openStore(io, path);
    const [first = "", second = ""] = store.commitRuns([backtest(1), backtest(2)]);
    const tagOf = async (key: string) => {
      const tag = parseTrialTag((await store.getRun(key)).tags[TRIAL_TAG]);
      assert(tag !== null);
      return tag;
    };
    const tag = await tagOf(second);
    const { id = "" } = await store.findExperiment("crypto") ?? {};
    assertEquals(store.lookUpTrial(tag, second), {
      isRecorded: true,
      experimentId: id,
      problem: null,
    });
    assertEquals(store.lookUpTrial(tag, null).problem, null);
    assertMatch(store.lookUpTrial({ ...tag, sharpe: 3 }, second).problem ?? "", /otherwise/);
    const stranger = { ...tag, hash: "0".repeat(64), previous: "1".repeat(64) };
    assertEquals(store.lookUpTrial(stranger, "f".repeat(32)), {
      isRecorded: false,
      experimentId: null,
      problem: null,
    });
    assertMatch(store.lookUpTrial(stranger, first).problem ?? "", /rewritten/);
    // The end is cut off with all that told of it: the record after the one that is left is missed.
    await changed(store, path, (file) => {
      file.run("DELETE FROM trials WHERE id = 2");
      file.run("DELETE FROM runs WHERE id = 2");
    });
    const cut = await openStore(io, path);
    assertEquals(cut.verifyTrials(), []);
    assertMatch(cut.lookUpTrial(tag, second).problem ?? "", /followed one/);
    await cut.close();
  },
);
