// A server whose connections to its database are all in use says 400, as if the request were wrong
// (seen with 8 processes and 5,000 runs). It is taken for what it is: busy, and worth another try.

import { assertEquals, assertRejects } from "@std/assert";
import { TrackerError } from "../../lib/errors.ts";
import { clientOf } from "../mlflow/clients.ts";
import { faultServer, reply } from "../mlflow/fault_server.ts";

const overloaded = reply(
  400,
  JSON.stringify({
    error_code: "BAD_REQUEST",
    message: "QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00",
  }),
);

Deno.test("what an overloaded server refuses is sent again where that is safe", async () => {
  const server = await faultServer(overloaded, overloaded, reply(200, "{}"));
  const client = clientOf(server.uri, { retries: 2 });
  const metrics = [{ key: "cagr", value: 1, timestamp: 1, step: 0 }];
  await client.logBatch("0123", { metrics, params: {}, tags: {} });
  assertEquals(server.heard.length, 3);
  await client.close();
  await server.stop();
});

Deno.test("a creation that an overloaded server refuses may have happened", async () => {
  const server = await faultServer(overloaded);
  const client = clientOf(server.uri);
  const run = { experimentId: "7", name: "a", startTime: 1, user: "ada", tags: {} };
  const error = await assertRejects(() => client.createRun(run), TrackerError);
  assertEquals([error.code, error.maybeDone, server.heard.length], ["OVERLOADED", true, 1]);
  await client.close();
  await server.stop();
});
