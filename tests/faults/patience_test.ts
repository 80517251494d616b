// A sync that cron starts may take up a run between the moment `log` commits it and the moment `log`
// delivers it. Then `log` waits for that delivery: nothing went wrong, so nothing may be reported.

import { assertEquals } from "@std/assert";
import { hostIo } from "../../lib/io.ts";
import { openStore } from "../../lib/store/mod.ts";
import { fakeServer } from "../store/fake_server.ts";
import { record, storeFolder } from "../store/store_folder.ts";

Deno.test("a run that another sync has in hand is waited for, and delivered once", async () => {
  const folder = await storeFolder();
  const server = fakeServer();
  const [store, other] = [
    await openStore(hostIo(), folder.path),
    await openStore(hostIo(), folder.path),
  ];
  const key = store.commitRun(record(1, { trackingUri: server.uri }));
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const first = other.deliver(server, {
    stopAt: async (step) => {
      if (step !== "before create") return;
      reached.resolve();
      await released.promise;
    },
  });
  await reached.promise;
  const impatient = await store.deliver(server, { keys: [key] });
  const patient = store.deliver(server, { keys: [key], patienceMs: 20_000 });
  assertEquals(impatient.map(({ status }) => status), ["busy"]);
  setTimeout(released.resolve, 500);
  const [[mine], [theirs]] = await Promise.all([patient, first]);
  assertEquals([mine?.status, theirs?.status], ["delivered", "delivered"]);
  assertEquals(mine?.runId, theirs?.runId);
  assertEquals(store.waiting({ trackingUri: null }), []);
  assertEquals(server.runs.size, 1);
  await store.close();
  await other.close();
  await folder.remove();
});
