// What commands ask of the server besides their own work, counted at a server of the test's own.

import { assertEquals } from "@std/assert";
import { openBackends } from "../lib/backends.ts";
import type { Context } from "../lib/command/declare.ts";
import { testIo } from "./helpers/test_io.ts";

Deno.test("a sweep stops asking a server that answers nothing whether it has its runs", async () => {
  let requests = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    requests++;
    return new Response("away", { status: 503 });
  });
  const io = testIo({
    env: {
      MLFLOW_TRACKING_URI: `http://127.0.0.1:${server.addr.port}`,
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0",
    },
  });
  const context: Context = {
    io,
    warn: () => {},
    note: () => {},
    progress: () => {},
    interrupted: new AbortController().signal,
    kept: () => {},
    run: () => Promise.resolve(0),
    confirm: () => Promise.resolve(null),
  };
  const backends = await openBackends(context, {
    trackingUri: undefined,
    store: undefined,
    envFile: undefined,
  });
  try {
    for (let item = 0; item < 10; item++) {
      assertEquals(
        await backends.findLogged({ kind: "name", name: "sweep" }, [`mark ${item}`], false),
        null,
      );
    }
    assertEquals(requests, 3);
  } finally {
    await backends.close();
    await server.shutdown();
    io.remove();
  }
});
