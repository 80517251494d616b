// Two stores that have the same runs, carried to and fro in exports, and one server.

import { assertEquals } from "@std/assert";
import { type LocalStore, openStore } from "../../lib/store/mod.ts";
import type { Run } from "../../lib/tracker.ts";
import { type FakeServer, fakeServer } from "./fake_server.ts";
import { type StoreFolder, storeFolder } from "./store_folder.ts";

/** The two stores and what is between them. */
export interface SharedWorld extends StoreFolder {
  /** Where runs are logged. */
  readonly site: LocalStore;
  /** Beyond the air gap. */
  readonly office: LocalStore;
  readonly server: FakeServer;
  /** Carries all runs of one store to the other, and says what that one took in. */
  readonly carry: (from: LocalStore, to: LocalStore) => ReturnType<LocalStore["importFrom"]>;
}

/** A test of two stores. */
export function shared(name: string, run: (world: SharedWorld) => Promise<void>): void {
  Deno.test(name, async () => {
    const folder = await storeFolder();
    const site = await openStore(folder.io, folder.path);
    const office = await openStore(folder.io, `${folder.folder}/office.db`);
    let files = 0;
    try {
      await run({
        ...folder,
        site,
        office,
        server: fakeServer(),
        carry: async (from, to) => {
          const file = `${folder.folder}/${++files}.btflow`;
          await from.exportTo(file);
          return await to.importFrom(file);
        },
      });
    } finally {
      await site.close();
      await office.close();
      await folder.remove();
    }
  });
}

/** The one active run that the server has. */
export function only(server: FakeServer): Run {
  const active = [...server.runs.values()].map(({ run }) => run)
    .filter(({ lifecycleStage }) => lifecycleStage === "active");
  assertEquals(active.length, 1);
  return active[0] as Run;
}

/** Sets tags of a run in a store. */
export const tag = (store: LocalStore, key: string, tags: Record<string, string>): Promise<void> =>
  store.logBatch(key, { tags });
