// The store, and the server that stands in for one in tests of delivery, keep the promises.

import { openStore } from "../../lib/store/mod.ts";
import { fakeServer } from "../store/fake_server.ts";
import { storeFolder } from "../store/store_folder.ts";
import { conformance } from "./suite.ts";

conformance("the local store", async () => {
  const { io, path, remove } = await storeFolder();
  const store = await openStore(io, path);
  return {
    tracker: store,
    close: async () => {
      await store.close();
      await remove();
    },
  };
});

conformance("the server in memory", () => {
  const tracker = fakeServer();
  return Promise.resolve({ tracker, close: () => tracker.close() });
});
