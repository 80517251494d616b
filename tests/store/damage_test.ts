// A store or a carried file of which a byte has changed: nothing takes the damage for what was logged,
// and nothing else suffers from it.

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { InputError, StorageError } from "../../lib/errors.ts";
import { type LocalStore, openStore } from "../../lib/store/mod.ts";
import { fakeServer } from "./fake_server.ts";
import { record, type StoreFolder, storeFolder } from "./store_folder.ts";

const CONTENT = new TextEncoder().encode("date,returns\n2024-01-01,0.01\n");
const ARTIFACTS = [{ path: "returns.csv", content: CONTENT }];

interface World extends StoreFolder {
  readonly store: LocalStore;
}

function damageTest(name: string, fn: (world: World) => Promise<void>): void {
  Deno.test(name, async () => {
    const folder = await storeFolder();
    const store = await openStore(folder.io, folder.path);
    try {
      await fn({ ...folder, store });
    } finally {
      await store.close();
      await folder.remove();
    }
  });
}

/** Changes one digit of every artifact that a file has, as a bad disk or a hand might. */
function damageContent(file: string): void {
  const database = new DatabaseSync(file);
  const content = CONTENT.slice();
  content[content.length - 2] = "9".charCodeAt(0);
  database.prepare("UPDATE blobs SET content = ?").run(content);
  database.close();
}

/** Overwrites the page that the metrics begin on. */
function damagePage(file: string): void {
  const database = new DatabaseSync(file, { readOnly: true });
  const select = "SELECT rootpage AS page FROM sqlite_schema WHERE name = 'metrics'";
  const { page } = database.prepare(select).get() as { page: number };
  const size = database.prepare("PRAGMA page_size").get()?.["page_size"] as number;
  database.close();
  const handle = Deno.openSync(file, { write: true });
  handle.seekSync((page - 1) * size, Deno.SeekMode.Start);
  handle.writeSync(new Uint8Array(size).fill(0xaa));
  handle.close();
}

async function content(store: LocalStore, key: string): Promise<string> {
  const [bytes] = await Array.fromAsync(store.readArtifact(key, "returns.csv"));
  return new TextDecoder().decode(bytes);
}

/** An export with a run that has a damaged file, and another run. */
async function damagedExport({ io, folder }: StoreFolder): Promise<readonly [string, string]> {
  const from = await openStore(io, `${folder}/from.db`);
  const key = from.commitRun(record(1, { artifacts: ARTIFACTS }));
  from.commitRun(record(2));
  const file = `${folder}/carried.btflow`;
  await from.exportTo(file);
  await from.close();
  damageContent(file);
  return [file, key];
}

damageTest("a damaged artifact is not imported; the other runs are", async (world) => {
  const { store } = world;
  const [file, key] = await damagedExport(world);
  const error = await assertRejects(() => store.importFrom(file), InputError);
  assertEquals(
    error.message,
    `Cannot read ${file}: artifact returns.csv of run ${key} is damaged and was left out with its ` +
      "run; of the others 1 were imported, 0 known already",
  );
  assertEquals(store.resolveRunId(key), null);
  const own = store.commitRun(record(3, { artifacts: ARTIFACTS }));
  assertEquals(await content(store, own), new TextDecoder().decode(CONTENT));
});

damageTest(
  "damaged content is given to nobody, and logging it again restores it",
  async (world) => {
    const { store, path } = world;
    const key = store.commitRun(record(1, { artifacts: ARTIFACTS }));
    damageContent(path);
    const damaged = `artifact returns.csv of run ${key} is damaged`;
    await assertRejects(() => content(store, key), StorageError, damaged);
    const own = store.commitRun(record(2, { artifacts: ARTIFACTS }));
    for (const run of [key, own]) {
      assertEquals(await content(store, run), new TextDecoder().decode(CONTENT));
    }
  },
);

damageTest("a run with a damaged file is not delivered, and stops no other", async (world) => {
  const { store, path } = world;
  const server = fakeServer();
  const key = store.commitRun(record(1, { artifacts: ARTIFACTS }));
  damageContent(path);
  const other = store.commitRun(record(2));
  const outcomes = await store.deliver(server, { jobs: 1 });
  assertEquals(
    outcomes.map(({ key, status }) => [key, status]),
    [[key, "failed"], [other, "delivered"]],
  );
  assertMatch(outcomes[0]?.error?.message ?? "", /artifact returns\.csv of run \w+ is damaged/);
});

damageTest("--verify finds a file that was damaged after its delivery", async (world) => {
  const { store, path } = world;
  const server = fakeServer();
  store.commitRun(record(1, { artifacts: ARTIFACTS }));
  await store.deliver(server);
  damageContent(path);
  const [outcome] = await store.verify(server);
  assertEquals(outcome?.differences, ["artifact returns.csv is damaged in the store"]);
});

damageTest("a store with a damaged file is not exported as if it were whole", async (world) => {
  const { store, path, folder } = world;
  const key = store.commitRun(record(1, { artifacts: ARTIFACTS }));
  damageContent(path);
  const error = await assertRejects(() => store.exportTo(`${folder}/out.btflow`), StorageError);
  assertEquals(
    error.message,
    `Cannot use ${path}: artifact returns.csv of run ${key} is damaged, so an export of it would ` +
      "not be whole: log the same file again, which restores it",
  );
  const left = [...Deno.readDirSync(folder)].map(({ name }) => name);
  assertEquals(left.filter((name) => !name.startsWith("store.db")), []);
});

damageTest("a damaged store is not exported, and the error names the store", async (world) => {
  const { io, folder } = world;
  const from = await openStore(io, `${folder}/damaged.db`);
  from.commitRun(record(1));
  await from.close();
  const path = `${folder}/damaged.db`;
  damagePage(path);
  const damaged = await openStore(io, path);
  const error = await assertRejects(() => damaged.exportTo(`${folder}/out.btflow`), StorageError);
  assertMatch(
    error.message,
    new RegExp(`^Cannot use ${path}: it is damaged \\(.*\\), so an export`),
  );
  await damaged.close();
});

damageTest("a damaged export is not imported, and the error names the export", async (world) => {
  const { store, io, folder } = world;
  const from = await openStore(io, `${folder}/from.db`);
  from.commitRun(record(1));
  const file = `${folder}/carried.btflow`;
  await from.exportTo(file);
  await from.close();
  damagePage(file);
  const error = await assertRejects(() => store.importFrom(file), InputError);
  assertMatch(error.message, new RegExp(`^Cannot read ${file}: it is damaged .*: nothing was`));
});
