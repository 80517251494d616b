// Exports and imports as files: what lies beside the store meanwhile, who can read it, what it leaves
// when it is killed.

import { assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { StorageError } from "../../lib/errors.ts";
import { PARENT_TAG } from "../../lib/own_names.ts";
import { APPLICATION_ID } from "../../lib/store/schema.ts";
import { takeLease } from "../../lib/store/lease.ts";
import { openStore, openStoreToRead } from "../../lib/store/mod.ts";
import type { Io } from "../../lib/io.ts";
import { testIo } from "../helpers/test_io.ts";
import { fakeServer } from "./fake_server.ts";
import { takeBackFormat7 } from "./older_format.ts";
import { record, type StoreFolder, storeFolder } from "./store_folder.ts";

function transferTest(name: string, fn: (world: StoreFolder) => Promise<void>): void {
  Deno.test(name, async () => {
    const world = await storeFolder();
    try {
      await fn(world);
    } finally {
      await world.remove();
    }
  });
}

/** An export of a new store with so many runs, numbered from `first`. */
async function exported({ io, folder }: StoreFolder, first: number, runs: number): Promise<string> {
  const store = await openStore(io, `${folder}/from-${first}.db`);
  store.commitRuns(Array.from({ length: runs }, (_, i) => record(first + i)));
  const file = `${folder}/${first}.btflow`;
  await store.exportTo(file);
  await store.close();
  return file;
}

function names(folder: string): readonly string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

/** The host's io, but who looks at a file of this kind first waits until the others are done. */
function waiting(io: Io, kind: string, others: Promise<unknown>): Io {
  const info = async (file: string): ReturnType<Io["files"]["info"]> => {
    if (file.includes(kind)) await others;
    return await io.files.info(file);
  };
  return { ...io, files: { ...io.files, info } };
}

transferTest("imports by processes with one id do not take each other's file", async (world) => {
  const { io, path } = world;
  const [first = "", second = ""] = [
    await exported(world, 100, 2),
    await exported(world, 200, 3),
  ];
  const others = Promise.withResolvers<void>();
  const slow = await openStore(waiting(io, ".import-", others.promise), path);
  const quick = await openStore(io, path);
  const slowly = slow.importFrom(first);
  assertEquals((await quick.importFrom(second)).added, 3);
  others.resolve();
  assertEquals((await slowly).added, 2);
  await slow.close();
  await quick.close();
});

/** The host's io, but whenever a chunk of a file is read the modes of the files in a folder are noted. */
function noting(io: Io, folder: string, seen: Map<string, number>): Io {
  const note = (): void => {
    for (const name of names(folder)) {
      const mode = Deno.statSync(`${folder}/${name}`).mode ?? 0;
      seen.set(name.replace(/-[0-9].*/, "…"), mode & 0o777);
    }
  };
  return {
    ...io,
    files: {
      ...io.files,
      chunks: async function* (file) {
        note();
        for await (const chunk of io.files.chunks(file, 1 << 16)) {
          yield chunk;
          note();
        }
      },
    },
  };
}

Deno.test({
  name: "exports and imports are readable by their owner alone while they are made",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const world = await storeFolder();
    const umask = Deno.umask(0);
    try {
      const file = await exported(world, 1, 2);
      const seen = new Map<string, number>();
      const store = await openStore(noting(world.io, world.folder, seen), world.path);
      await store.importFrom(file);
      await store.exportTo(`${world.folder}/out.btflow`);
      await store.close();
      const open = [...seen].filter(([, mode]) => mode !== 0o600);
      assertEquals(open, []);
      const made = [".btflow…", "store.db.export…", "store.db.import…"];
      assertEquals(made.filter((name) => !seen.has(name)), []);
    } finally {
      Deno.umask(umask);
      await world.remove();
    }
  },
});

transferTest(
  "what killed exports and imports left is tidied; what others use is not",
  async (world) => {
    const { io, path, folder } = world;
    await (await openStore(io, path)).close();
    const lease = await takeLease(io, path);
    const living = `${path}.export-${lease.owner}`;
    const dead = [
      ".export-1-00ff",
      ".export-1-00ff-journal",
      ".import-1-0a0b",
      ".import-1-0a0b-wal",
    ];
    const others = ["store.db.export", "store.db.export-of-may", "my-store.db.export-1-00ff"];
    for (const file of [living, ...dead.map((name) => path + name)]) {
      Deno.writeTextFileSync(
        file,
        "x",
      );
    }
    for (const name of others) Deno.writeTextFileSync(`${folder}/${name}`, "x");
    await (await openStore(io, path, { readOnly: true })).close();
    assertEquals(names(folder).filter((name) => name.includes("port-1-")).length, 5);
    await (await openStore(io, path)).close();
    const kept = [...others, "store.db", `store.db.export-${lease.owner}`];
    const lockFile = `store.db.sync-${lease.owner}`;
    assertEquals(names(folder).filter((name) => !name.startsWith(lockFile)), kept.sort());
    await lease.release();
    await (await openStore(io, path)).close();
    assertEquals(names(folder), [...others, "store.db"].sort());
  },
);

/** An io whose file systems are all network ones: a store then has no write-ahead log. */
function onNetwork(io: Io): Io {
  return { ...io, files: { ...io.files, fileSystem: () => Promise.resolve(0x6969) } };
}

for (const [kind, world] of [["local", (io: Io) => io], ["network", onNetwork]] as const) {
  transferTest(
    `an export replaces no store on a ${kind} file system`,
    async ({ io, path, folder }) => {
      const disk = world(io);
      const store = await openStore(disk, path);
      store.commitRun(record(1));
      const other = await openStore(disk, `${folder}/other.db`);
      other.commitRun(record(2));
      await other.close();
      Deno.linkSync(path, `${folder}/hard.db`);
      Deno.symlinkSync(path, `${folder}/soft.db`);
      // An export that was opened for writing is a store, and may hold runs that nothing else has.
      await store.exportTo(`${folder}/opened.db`);
      const opened = await openStore(disk, `${folder}/opened.db`);
      opened.commitRun(record(3));
      await opened.close();
      for (const name of ["store.db", "other.db", "hard.db", "soft.db", "opened.db"]) {
        const before = Deno.readFileSync(`${folder}/${name}`);
        await assertRejects(
          () => store.exportTo(`${folder}/${name}`),
          StorageError,
          "is no export",
        );
        assertEquals(Deno.readFileSync(`${folder}/${name}`), before);
      }
      await store.close();
    },
  );
}

transferTest(
  "an export of before exports were marked is imported, and not replaced",
  async (world) => {
    const { io, path } = world;
    const file = await exported(world, 1, 2);
    const old = new DatabaseSync(file);
    old.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    old.close();
    const store = await openStore(io, path);
    assertEquals((await store.importFrom(file)).added, 2);
    await assertRejects(() => store.exportTo(file), StorageError, "is no export");
    await store.close();
  },
);

transferTest("an export of an older btflow is imported whole, and left as it is", async (world) => {
  const { io, folder, path } = world;
  const source = await openStore(io, `${folder}/old.db`);
  const server = fakeServer();
  const parentKey = source.commitRun(record(1));
  const [group] = await source.deliver(server);
  assertEquals((await source.prune({ olderThanMs: -1_000_000 })).runs, 1);
  const keys = [2, 3].map((index) => source.commitRun(record(index, { parentKey })));
  await source.logBatch(keys[0] ?? "", { tags: { x: "1" } });
  const file = `${folder}/old.btflow`;
  await source.exportTo(file);
  const old = new DatabaseSync(file);
  takeBackFormat7((sql) => old.exec(sql));
  old.exec("PRAGMA user_version = 6");
  old.close();
  const bytes = Deno.readFileSync(file);
  const store = await openStore(io, path);
  const { added, updated, known } = await store.importFrom(file);
  assertEquals([added, updated, known], [2, 0, 0]);
  assertEquals(Deno.readFileSync(file), bytes);
  for (const key of keys) assertEquals(await store.getRun(key), await source.getRun(key));
  assertEquals((await store.getRun(keys[0] ?? "")).tags["x"], "1");
  const outcomes = await store.deliver(server);
  assertEquals(outcomes.map(({ status }) => status), ["delivered", "delivered"]);
  // The id of a group that was removed there came with its runs.
  const parents = outcomes.map(({ runId }) => server.runs.get(runId ?? "")?.run.tags[PARENT_TAG]);
  assertEquals(parents, [group?.runId, group?.runId]);
  assertEquals((await store.importFrom(file)).known, 2);
  await store.close();
  await source.close();
});

transferTest("an export of an older format is not read, and said to be imported", async (world) => {
  const file = await exported(world, 1, 2);
  const old = new DatabaseSync(file);
  old.exec("PRAGMA user_version = 3");
  old.close();
  await assertRejects(
    () => openStoreToRead(world.io, file),
    StorageError,
    "store format 3) and it is opened for reading only: take it into a store with btflow sync --import",
  );
});

transferTest(
  "commands that read leave an export as it is; one that writes makes it a store",
  async (world) => {
    const { folder } = world;
    const file = await exported(world, 1, 2);
    const io = testIo({ cwd: folder });
    const before = Deno.readFileSync(file);
    const [id = "", other = ""] = JSON.parse(
      (await io.run("runs", "--store", file, "--format", "json")).out,
    )
      .map((row: { run_id: string }) => row.run_id);
    for (
      const words of [
        ["runs", "search"],
        ["runs", "get", id],
        ["runs", "compare", id, other],
        ["runs", "artifacts", id],
        ["history", id, "--all"],
        ["experiments"],
        ["experiments", "get", "crypto"],
        ["sync", "--status"],
        ["doctor"],
      ]
    ) {
      const { code, err } = await io.run(...words, "--store", file);
      assertEquals([words, code, err.includes("error")], [words, 0, false]);
      assertEquals(Deno.readFileSync(file), before, words.join(" "));
    }
    assertEquals(names(folder).filter((name) => name.startsWith("1.btflow")), ["1.btflow"]);
    assertEquals((await io.run("runs", "update", id, "--tag", "a=b", "--store", file)).code, 0);
    const again = await io.run("runs", "get", id, "--store", file, "--format", "json");
    assertEquals(JSON.parse(again.out).tags.a, "b");
  },
);
