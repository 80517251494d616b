// Pruning much of a store: in steps, between which others write.

import { assert, assertEquals } from "@std/assert";

import { fillStore } from "../../bench/stored_runs.ts";
import { openStore } from "../../lib/store/mod.ts";
import { openStoreFile } from "../../lib/store/open.ts";
import { pruneRuns } from "../../lib/store/remove_runs.ts";
import type { Database } from "../../lib/store/sqlite.ts";
import { record, storeFolder } from "./store_folder.ts";

Deno.test("others write while much is pruned", async () => {
  const folder = await storeFolder();
  const { path, io } = folder;
  const runs = 550;
  await fillStore(path, { runs });
  // One that finds the store locked fails at once.
  const other = await openStore(io, path, { busyTimeoutMs: 0 });
  const database = await openStoreFile(io, path);
  let pauses = 0;
  const sleep = async (ms: number): Promise<void> => {
    other.commitRun(record(pauses++));
    await io.sleep(ms);
  };
  const { largest, counting } = countingRuns(database);
  const pruned = await pruneRuns({ now: io.now, sleep }, counting, { olderThanMs: 0 });
  assertEquals(pruned.runs, runs);
  assert(pauses >= 5, `${pauses} pauses`);
  assert(largest() <= 100, `${largest()} runs removed in one transaction`);
  assertEquals(other.waiting({ trackingUri: null }).length, pauses);
  assert(pruned.freedBytes > 0);
  database.close();
  await other.close();
  await folder.remove();
});

/** How many runs go in the largest transaction. */
function countingRuns(database: Database): { largest: () => number; counting: Database } {
  let largest = 0;
  const counting: Database = {
    ...database,
    write: (work, options) => {
      let removed = 0;
      const result = database.write(() => {
        const runs = (): number =>
          database.arrays<[number]>("SELECT count(*) FROM runs")[0]?.[0] ?? 0;
        const before = runs();
        const done = work();
        removed = before - runs();
        return done;
      }, options);
      largest = Math.max(largest, removed);
      return result;
    },
  };
  return { largest: () => largest, counting };
}

Deno.test("what is given back is given back in steps as well", async () => {
  const folder = await storeFolder();
  const { path, io } = folder;
  const database = await openStoreFile(io, path);
  // As 12 MB of files that were replaced leave it.
  database.run(
    "INSERT INTO blobs (sha256, size, content) VALUES ('a', 12000000, zeroblob(12000000))",
  );
  const other = await openStore(io, path, { busyTimeoutMs: 0 });
  const sizes: number[] = [];
  const sleep = (): Promise<void> => {
    sizes.push(database.get<{ page_count: number }>("PRAGMA page_count")?.page_count ?? 0);
    other.commitRun(record(sizes.length));
    return Promise.resolve();
  };
  await pruneRuns({ now: io.now, sleep }, database, { olderThanMs: 0 });
  assert(sizes.length >= 2, `${sizes.length} pauses`);
  assert((sizes.at(-1) ?? 0) < (sizes[0] ?? 0) - 500, sizes.join(" "));
  assertEquals(database.get("PRAGMA freelist_count"), { freelist_count: 0 });
  database.close();
  await other.close();
  await folder.remove();
});
