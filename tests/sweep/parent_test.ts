// Sweeps that are started at the same moment: the same sweep has one parent, whoever comes first.

import { assertEquals } from "@std/assert";
import type { Backends } from "../../lib/backends.ts";
import type { Context } from "../../lib/command/declare.ts";
import { openStore } from "../../lib/store/mod.ts";
import type { Sweep } from "../../lib/sweep/items.ts";
import { openParent } from "../../lib/sweep/parent.ts";
import { storeFolder } from "../store/store_folder.ts";

Deno.test("equal sweeps that looked before any had committed share one parent", async () => {
  const { io, path, remove } = await storeFolder();
  const store = await openStore(io, path);
  const backends = {
    serverUri: null,
    store: () => Promise.resolve(store),
    findLogged: () => Promise.resolve(null),
  } as unknown as Backends;
  const sweep = (ifNew: boolean): Sweep =>
    ({
      name: "sweep",
      parent: "par",
      items: [{}],
      request: {
        dryRun: false,
        ifNew,
        tags: {},
        offline: false,
        noCreate: false,
        experiment: { kind: "name", name: "x" },
      },
    }) as unknown as Sweep;
  const open = (ifNew: boolean): Promise<string | null> =>
    openParent({ io, kept: () => {} } as unknown as Context, backends, sweep(ifNew));
  try {
    const [first, second] = [await open(true), await open(true)];
    assertEquals(first, second);
    // Without --resume each sweep is a new one.
    assertEquals(await open(false) === first, false);
    assertEquals(store.waiting({ trackingUri: null }).length, 2);
  } finally {
    await store.close();
    await remove();
  }
});
