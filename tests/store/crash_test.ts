// kill -9 at every step of a commit and of a delivery, found by enumeration; other processes in the
// way; a disk that is full, a folder that is read-only; stores of older and of newer formats.

import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { StorageError } from "../../lib/errors.ts";
import { openStore } from "../../lib/store/mod.ts";
import { openDatabase } from "../../lib/store/sqlite.ts";
import { APPLICATION_ID, MIGRATIONS } from "../../lib/store/schema.ts";
import type { Run, Tracker } from "../../lib/tracker.ts";
import { noMounts, toolTest } from "../helpers/tools.ts";
import { record, storeFolder } from "./store_folder.ts";
import { storeServer } from "./store_server.ts";

const SCRIPT = new URL("./crash_process.ts", import.meta.url).pathname;

function start(...args: readonly (string | number)[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", SCRIPT, ...args.map(String)],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function runProcess(
  ...args: readonly (string | number)[]
): Promise<{ signal: string | null; out: string; err: string }> {
  const { signal, stdout, stderr } = await start(...args).output();
  const decoder = new TextDecoder();
  return { signal, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

async function allRuns(tracker: Tracker): Promise<readonly Run[]> {
  const experimentIds = ["1", "2"];
  return (await Array.fromAsync(
    tracker.searchRuns({ experimentIds, filter: null, orderBy: [], view: "all", limit: Infinity }),
  )).flat();
}

/** Runs the numbers from 1 on, a few processes at once, until one is not killed any more. */
async function enumerate(
  one: (number: number) => Promise<"killed" | "ended">,
): Promise<number> {
  const AT_ONCE = 3;
  for (let from = 1;; from += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, index) => from + index);
    const results = await Promise.all(numbers.map(one));
    const ended = results.indexOf("ended");
    if (ended >= 0) return from + ended - 1;
  }
}

Deno.test("a commit that is killed at any statement leaves the whole run or none", async () => {
  const { io, folder, remove } = await storeFolder();
  const kills = await enumerate(async (number) => {
    const path = `${folder}/${number}.db`;
    const { signal, out, err } = await runProcess("commit", path, number);
    assert(signal === "SIGKILL" || out === "committed\n", err);
    const store = await openStore(io, path);
    const runs = await allRuns(store);
    assertEquals((await store.health()).problems, []);
    // Killed before its last statement, COMMIT, there is nothing; announced, there is all of it.
    assertEquals(runs.length, signal === null ? 1 : 0, `statement ${number}`);
    if (signal === null) {
      assertEquals(Object.keys(runs[0]?.metrics ?? {}).length, 13);
      assertEquals((await store.listArtifacts(runs[0]?.id ?? "")).length, 1);
    }
    await store.close();
    return signal === null ? "ended" : "killed";
  });
  assert(kills >= 10, `only ${kills} statements`);
  await remove();
});

Deno.test("a delivery that is killed at any step is taken up by the next sync", async () => {
  const { io, folder, remove } = await storeFolder();
  const kills = await enumerate(async (number) => {
    const path = `${folder}/${number}.db`;
    const server = `${folder}/${number}-server.db`;
    const store = await openStore(io, path);
    const params = { ...record(1).params, refused: "yes" };
    const artifacts = [{ path: "a.txt", content: new Uint8Array([1]) }];
    store.commitRun(record(1, { params, artifacts }));
    const { signal, out, err } = await runProcess("deliver", path, number, server);
    assert(signal === "SIGKILL" || out === "delivered\n", err);
    const tracker = await storeServer(io, server);
    const outcomes = await store.deliver(tracker, { verify: true });
    assertEquals(outcomes.filter(({ error }) => error !== null), [], `step ${number}`);
    const runs = await allRuns(tracker);
    assertEquals(runs.map(({ status }) => status), ["FINISHED"], `step ${number}`);
    assertEquals(runs[0]?.params, record(1).params, `step ${number}`);
    assertEquals(Object.keys(runs[0]?.metrics ?? {}).length, 12, `step ${number}`);
    const listed = store.waiting({ trackingUri: null, refused: true });
    assertEquals(
      listed.map(({ undeliverable }) => undeliverable.map(({ part }) => part)),
      [["param refused"]],
      `step ${number}`,
    );
    assertEquals((await tracker.listArtifacts(runs[0]?.id ?? "")).length, 1);
    assertEquals(store.waiting({ trackingUri: null }), []);
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name)
      .filter((name) => name.startsWith(`${number}.db.sync-`));
    assertEquals(left, [], "nothing of the killed sync is left beside the store");
    await tracker.close();
    await store.close();
    return signal === null ? "ended" : "killed";
  });
  assert(kills >= 24, `only ${kills} steps`);
  await remove();
});

Deno.test("processes that write at once all get their runs in", async () => {
  const { io, path, remove } = await storeFolder();
  const results = await Promise.all([1, 2, 3].map(() => runProcess("write", path, 40)));
  assertEquals(results.map(({ err, signal }) => [err, signal]), Array(3).fill(["", null]));
  const store = await openStore(io, path);
  const runs = await allRuns(store);
  assertEquals(runs.length, 120);
  assertEquals(new Set(runs.map(({ id }) => id)).size, 120);
  assertEquals((await store.health()).problems, []);
  await store.close();
  await remove();
});

Deno.test("a store that another process keeps locked is waited for, then told of", async () => {
  const { io, path, remove } = await storeFolder();
  await (await openStore(io, path)).close();
  const holder = start("hold", path, 2500);
  const output = holder.stdout.getReader();
  await output.read();
  const impatient = await openStore(io, path, { busyTimeoutMs: 100 });
  const error = assertThrows(() => impatient.commitRun(record(1)), StorageError);
  assertMatch(error.message, /another process has kept it locked/);
  await impatient.close();
  const patient = await openStore(io, path, { busyTimeoutMs: 30_000 });
  patient.commitRun(record(2));
  assertEquals((await allRuns(patient)).map(({ name }) => name), ["run 2"]);
  await patient.close();
  await output.cancel();
  await holder.stderr.cancel();
  await holder.status;
  await remove();
});

/** A small file system of its own in memory. */
async function smallDisk(
  folder: string,
  options: string,
): Promise<{ remount(options: string): Promise<void>; remove(): Promise<void> }> {
  const mount = async (...args: readonly string[]): Promise<void> => {
    const { success } = await new Deno.Command("mount", { args: [...args] }).output();
    assert(success, `mount ${args.join(" ")}`);
  };
  await mount("-t", "tmpfs", "-o", options, "btflow-test", folder);
  return {
    remount: (changed) => mount("-o", `remount,${changed}`, folder),
    remove: async () => {
      await new Deno.Command("umount", { args: [folder] }).output();
    },
  };
}

const unless = noMounts();

/** Registers a test on a small file system of its own. */
function diskTest(name: string, fn: () => Promise<void>): void {
  toolTest({ name, tools: ["mount"], unless, fn });
}

diskTest("a full disk is told of, and loses nothing", async () => {
  const { io, folder, remove } = await storeFolder();
  const disk = await smallDisk(folder, "size=2m");
  const path = `${folder}/store.db`;
  const store = await openStore(io, path);
  const content = new Uint8Array(100_000).map((_, index) => index % 251);
  let committed = 0;
  const fill = (): void => {
    for (; committed < 100; committed++) {
      const own = content.slice(committed);
      store.commitRun(record(committed, { artifacts: [{ path: "a", content: own }] }));
    }
  };
  const error = assertThrows(fill, StorageError);
  assertMatch(error.message, /full|I\/O error/);
  assert(committed > 2);
  assertEquals((await allRuns(store)).length, committed);
  await disk.remount("size=4m");
  store.commitRun(record(committed));
  assertEquals((await allRuns(store)).length, committed + 1);
  assertEquals((await store.health()).problems, []);
  await store.close();
  await disk.remove();
  await remove();
});

diskTest("a read-only folder is told of; an export in it is read", async () => {
  const { io, folder, remove } = await storeFolder();
  const disk = await smallDisk(folder, "size=4m");
  const path = `${folder}/store.db`;
  const store = await openStore(io, path);
  store.commitRun(record(1));
  await store.exportTo(`${folder}/export.db`);
  await store.close();
  await disk.remount("ro");
  const error = await assertRejects(() => openStore(io, path), StorageError);
  assertMatch(error.message, /read-only|cannot be written|cannot be opened/);
  const other = await assertRejects(() => openStore(io, `${folder}/new/store.db`), StorageError);
  assertMatch(other.message, /folder cannot be made/);
  const reader = await openStore(io, `${folder}/export.db`, { readOnly: true });
  assertEquals((await allRuns(reader)).length, 1);
  assertThrows(() => reader.commitRun(record(2)), StorageError, "read-only");
  await reader.close();
  await disk.remove();
  await remove();
});

Deno.test("an older store is brought up to date, once, with what it holds", async () => {
  const { io, path, remove } = await storeFolder();
  const old = await openStore(io, path);
  old.commitRun(record(1));
  await old.close();
  const next = [...MIGRATIONS, ["ALTER TABLE runs ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'"]];
  const stores = await Promise.all([1, 2, 3].map(() => openStore(io, path, { migrations: next })));
  for (const store of stores) {
    assertEquals((await allRuns(store)).length, 1);
    assertEquals((await store.health()).format, next.length);
    await store.close();
  }
  await remove();
});

Deno.test("a migration that fails leaves the store as it was", async () => {
  const { io, path, remove } = await storeFolder();
  const store = await openStore(io, path);
  store.commitRun(record(1));
  await store.close();
  const broken = [...MIGRATIONS, ["CREATE TABLE half (id INTEGER)", "CREATE TABLE runs (id)"]];
  await assertRejects(() => openStore(io, path, { migrations: broken }));
  const again = await openStore(io, path);
  assertEquals((await again.health()).format, MIGRATIONS.length);
  await again.close();
  const file = openDatabase(path);
  assertEquals(file.all("SELECT name FROM sqlite_schema WHERE name = 'half'"), []);
  file.close();
  await remove();
});

Deno.test("a newer store is refused, and told how to go on", async () => {
  const { io, path, remove } = await storeFolder();
  await (await openStore(io, path)).close();
  const file = openDatabase(path);
  file.run("PRAGMA user_version = 99");
  file.close();
  for (const readOnly of [false, true]) {
    const error = await assertRejects(() => openStore(io, path, { readOnly }), StorageError);
    assertMatch(error.message, /newer btflow .*format 99.* update btflow/);
  }
  await remove();
});

Deno.test("what is no store is left alone", async () => {
  const { io, folder, remove } = await storeFolder();
  const other = openDatabase(`${folder}/other.db`);
  other.run("CREATE TABLE theirs (id INTEGER)");
  other.close();
  await Deno.writeTextFile(`${folder}/text.db`, "date,return\n".repeat(100));
  const cases = [
    [`${folder}/other.db`, /not a btflow store/],
    [`${folder}/text.db`, /not an SQLite database/],
    [folder, /is a folder/],
  ] as const;
  for (const [path, message] of cases) {
    const error = await assertRejects(() => openStore(io, path), StorageError);
    assertMatch(error.message, message);
  }
  const missing = await assertRejects(
    () => openStore(io, `${folder}/none.db`, { readOnly: true }),
    StorageError,
  );
  assertMatch(missing.message, /no such store/);
  const file = openDatabase(`${folder}/other.db`);
  assert(
    file.get<{ application_id: number }>("PRAGMA application_id")?.application_id !==
      APPLICATION_ID,
  );
  file.close();
  await remove();
});
