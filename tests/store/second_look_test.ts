// What is locked this moment may be free the next: whoever meets a lock asks again before it believes
// it. The pauses between are played; what happens in one is the test's.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { StorageError } from "../../lib/errors.ts";
import { hostIo, type Io } from "../../lib/io.ts";
import { leaseFile, takeLease } from "../../lib/store/lease.ts";
import { openStoreFile } from "../../lib/store/open.ts";
import { checkFormat, migrate, MIGRATIONS } from "../../lib/store/schema.ts";
import { type Database, openDatabase } from "../../lib/store/sqlite.ts";
import { storeFolder } from "./store_folder.ts";

interface Pauses {
  readonly io: Io;
  readonly slept: number[];
}

/** The host's world in which, in the pause of this number, something happens. */
function pauses(number: number, happens: () => void): Pauses {
  const slept: number[] = [];
  const sleep = (ms: number): Promise<void> => {
    slept.push(ms);
    if (slept.length === number) happens();
    return Promise.resolve();
  };
  const now = (): number => slept.reduce((sum, ms) => sum + ms, 0);
  return { io: { ...hostIo(), sleep, now }, slept };
}

async function inFolder(work: (store: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "btflow-lock-" });
  try {
    await work(`${folder}/store.db`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function locked(file: string, how: "EXCLUSIVE" | "IMMEDIATE"): Database {
  const holder = openDatabase(file, { busyTimeoutMs: 0 });
  holder.run(`BEGIN ${how}`);
  return holder;
}

Deno.test("a lease that is locked for an instant only, by one that asks, is a dead one's", async () => {
  for (const pause of [1, 4]) {
    await inFolder(async (store) => {
      const holder = locked(leaseFile(store, "other"), "EXCLUSIVE");
      const { io, slept } = pauses(pause, () => holder.close());
      const lease = await takeLease(io, store);
      assertEquals(await lease.isAlive("other"), false);
      assertEquals(slept, Array(pause).fill(20));
      await lease.release();
    });
  }
});

Deno.test("a lease that stays locked is a living one's, and one's own always is", async () => {
  await inFolder(async (store) => {
    const holder = locked(leaseFile(store, "other"), "EXCLUSIVE");
    const { io, slept } = pauses(0, () => {});
    const lease = await takeLease(io, store);
    assert(await lease.isAlive("other"));
    assertEquals(slept.length, 4);
    assert(await lease.isAlive(lease.owner));
    assertEquals(slept.length, 4);
    assertEquals(await lease.isAlive("nobody"), false);
    holder.close();
    await lease.release();
  });
});

Deno.test("a store that another has locked is opened once it is free", async () => {
  await inFolder(async (store) => {
    const holder = locked(store, "IMMEDIATE");
    const { io, slept } = pauses(3, () => holder.close());
    const database = await openStoreFile(io, store, { busyTimeoutMs: 100 });
    assertEquals(slept, [20, 20, 20]);
    database.close();
  });
});

Deno.test("a store that stays locked is given up after the time that it may take", async () => {
  await inFolder(async (store) => {
    const holder = locked(store, "IMMEDIATE");
    const { io, slept } = pauses(0, () => {});
    await assertRejects(() => openStoreFile(io, store, { busyTimeoutMs: 100 }), StorageError);
    assertEquals(slept.length, 5);
    holder.close();
  });
});

Deno.test("a store that another process makes meanwhile is no damaged one", async () => {
  const { path, remove } = await storeFolder();
  const database = openDatabase(path);
  let others = 0;
  const seen: Database = {
    ...database,
    get: <Row>(sql: string, ...values: Parameters<Database["run"]>[1][]) => {
      const row = database.get<Row>(sql, ...values);
      if (others++ === 0) {
        const other = openDatabase(path);
        migrate(other);
        other.close();
      }
      return row;
    },
  };
  migrate(seen);
  assertEquals([others > 1, checkFormat(database)], [true, MIGRATIONS.length]);
  database.close();
  await remove();
});
