// What stands before a server and is not MLflow: gateways that send to a login page, moved addresses,
// compression that nobody asked for, other statuses for success, and replies that never come to an
// end. Each ends in one line that says what to do, or just works.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { TrackerError } from "../../lib/errors.ts";
import type { Connection, MlflowClient } from "../../lib/mlflow/client.ts";
import { withAnswers } from "./clients.ts";
import { type Answer, type FaultServer, raw, reply } from "./fault_server.ts";

const FOUND = JSON.stringify({ experiment: { experiment_id: "7", name: "crypto" } });
const RUN = JSON.stringify({
  run: {
    info: {
      run_id: "a",
      experiment_id: "7",
      status: "RUNNING",
      artifact_uri: "mlflow-artifacts:/7/a/artifacts",
    },
  },
});
const NEW_RUN = { experimentId: "7", name: "a", startTime: 1, user: "ada", tags: {} };

function withGateway(
  answers: readonly Answer[],
  work: (client: MlflowClient, server: FaultServer) => Promise<void>,
  options: Partial<Connection> = {},
): Promise<void> {
  return withAnswers(answers, work, { timeoutMs: 5000, ...options });
}

async function errorOf(
  answer: Answer,
  work: (client: MlflowClient) => Promise<unknown> = (client) => client.getExperiment("7"),
  options: Partial<Connection> = {},
): Promise<TrackerError> {
  let error: TrackerError | undefined;
  await withGateway([answer], async (client, server) => {
    error = await assertRejects(() => work(client), TrackerError);
    assertEquals(server.heard.length, 1);
  }, options);
  assert(error !== undefined);
  return error;
}

/** A reply of bytes. */
function bytes(content: Uint8Array, headers: Readonly<Record<string, string>>): Answer {
  const all = { "content-type": "application/json", "content-length": content.length, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\n${lines}\r\n`);
    socket.write(content);
  };
}

Deno.test("a redirect to a sign-in page is named with its own status and host", async () => {
  const location = "https://login.example.test/oauth2/start?rd=%2Fsecret";
  for (const status of [302, 303, 307]) {
    const error = await errorOf(reply(status, "", { location }));
    assertEquals([error.status, error.code], [status, "REFUSED"]);
    assertStringIncludes(error.message, "https://login.example.test, to a sign-in page");
    assertStringIncludes(error.message, "MLFLOW_TRACKING_TOKEN");
    assertStringIncludes(error.message, `(${status} REFUSED)`);
    assert(!error.message.includes("secret") && !error.message.includes("oauth2"));
  }
  const auth = { kind: "bearer", token: "hunter2hunter2" } as const;
  const { message } = await errorOf(reply(302, "", { location }), undefined, { auth });
  assertStringIncludes(message, "does not take the credentials that are set");
});

Deno.test("a redirect to the same call elsewhere says what the tracking URI should be", async () => {
  const create = (client: MlflowClient): Promise<unknown> => client.createRun(NEW_RUN);
  for (const place of ["https://mlflow.example.test", "http://other.test:8080/team/mlflow"]) {
    const location = `${place}/api/2.0/mlflow/runs/create`;
    const error = await errorOf(reply(308, "", { location }), create);
    assertEquals([error.status, error.code, error.maybeDone], [308, "REFUSED", false]);
    assertStringIncludes(error.message, `redirects to ${place}; set MLFLOW_TRACKING_URI to that`);
  }
  await withGateway([
    (socket, heard) => reply(308, "", { location: `/mlflow${heard.path}` })(socket, heard),
  ], async (client, server) => {
    const error = await assertRejects(() => create(client), TrackerError);
    assertStringIncludes(error.message, `redirects to ${server.uri}/mlflow; set`);
  });
});

Deno.test("replies compressed unasked are read", async () => {
  const packers = [["gzip", gzipSync], ["deflate", deflateSync], [
    "deflate",
    deflateRawSync,
  ]] as const;
  for (const [coding, pack] of packers) {
    const packed = bytes(pack(FOUND), { "content-encoding": coding });
    await withGateway([packed, packed], async (client, server) => {
      assertEquals((await client.getExperiment("7")).name, "crypto");
      assertEquals((await client.getExperiment("7")).name, "crypto");
      assertEquals(server.heard.length, 2);
    });
  }
  const content = new Uint8Array(3_000_000).map((_, index) => (index * 7919) >> 3);
  const file = bytes(gzipSync(content), { "content-encoding": "gzip" });
  await withGateway([reply(200, RUN), file], async (client) => {
    const parts = await Array.fromAsync(client.readArtifact("a", "b.bin"));
    assertEquals(await new Blob(parts as BlobPart[]).bytes(), content);
  });
});

Deno.test("an empty reply that says it is compressed is empty", async () => {
  const nothing = reply(201, "", { "content-encoding": "gzip" });
  await withGateway([nothing], (client) => client.logBatch("a", { tags: { b: "c" } }));
});

Deno.test("compression that cannot be read is named", async () => {
  const other = await errorOf(bytes(gzipSync(FOUND), { "content-encoding": "br" }));
  assertEquals(other.code, "BAD_REPLY");
  assertStringIncludes(other.message, 'compressed ("br"), which was not asked for');
  const damaged = [gzipSync(FOUND).subarray(0, 20), new TextEncoder().encode(FOUND)];
  for (const content of damaged) {
    const error = await errorOf(bytes(content, { "content-encoding": "gzip" }));
    assertEquals(error.code, "BAD_REPLY");
    assertStringIncludes(error.message, "says that it is compressed (gzip), and is not");
  }
});

Deno.test("a small reply that unpacks without end is refused at the limit", async () => {
  const bomb = gzipSync(new Uint8Array(200 * 1024 * 1024));
  const error = await errorOf(bytes(bomb, { "content-encoding": "gzip" }));
  assertStringIncludes(error.message, "larger than 64 MB");
});

/** Writes the same text again and again until the other side has had enough. */
function pouring(head: string, again: string): Answer {
  return (socket) => {
    socket.write(head);
    const pour = (): void => {
      if (!socket.destroyed) socket.write(again.repeat(50), () => setTimeout(pour, 0));
    };
    pour();
  };
}

Deno.test("a reply that never comes to its end is given up and said", async () => {
  const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
  const endless: readonly (readonly [Answer, string])[] = [
    [pouring("", "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"), "interim (1xx) replies"],
    [pouring("HTTP/1.1 200 OK\r\n", "x: yyyyyyyyyyyyyyyy\r\n"), "headers exceed 64 KB"],
    [pouring("HTTP/1.1 200 OK\r\nx: ", "yyyyyyyyyyyyyyyyyyyy"), "headers exceed 64 KB"],
    [pouring(`${chunked}0\r\n`, "x: yyyyyyyyyyyyyyyy\r\n"), "trailers without end"],
    [pouring(chunked, `1;${"e".repeat(2000)}\r\n \r\n`), "chunk extensions without end"],
    [pouring(chunked, "1;eeeeeeeeeeeeeeeeeeeeee"), "malformed chunk"],
    [pouring(chunked, "0000000000000000000000000"), "malformed chunk"],
  ];
  for (const [answer, problem] of endless) {
    const error = await errorOf(answer, undefined, { timeoutMs: 60_000 });
    assertEquals([error.code, error.status], ["BAD_REPLY", 0], problem);
    assertStringIncludes(error.message, problem);
  }
});

Deno.test("interim replies before the reply are passed over", async () => {
  const early = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n";
  const head = `HTTP/1.1 200 OK\r\ncontent-length: ${FOUND.length}\r\n\r\n`;
  await withGateway([raw(early + head + FOUND)], async (client) => {
    assertEquals((await client.getExperiment("7")).name, "crypto");
  });
});

Deno.test("201 and 204 are success for changes and uploads", async () => {
  for (const done of [reply(201, "{}"), reply(201, ""), raw("HTTP/1.1 204 No Content\r\n\r\n")]) {
    await withGateway([done], (client) => client.logBatch("a", { tags: { b: "c" } }));
    await withGateway([done], (client) => client.updateRun("a", { status: "FINISHED" }));
    await withGateway([reply(200, RUN), done], async (client, server) => {
      await client.writeArtifact("a", "b.txt", new Uint8Array(3));
      assertEquals(server.heard.map(({ method }) => method), ["GET", "PUT"]);
    });
  }
  await withGateway([reply(201, RUN)], async (client) => {
    assertEquals((await client.createRun(NEW_RUN)).id, "a");
  });
  const empty = await errorOf(reply(201, ""), (client) => client.createRun(NEW_RUN));
  assertEquals([empty.code, empty.maybeDone], ["BAD_REPLY", true]);
});

Deno.test("a login page that says 200 is no success for an upload either", async () => {
  const page = reply(200, "<!DOCTYPE html><title>Sign in</title><form></form>", {
    "content-type": "text/html",
  });
  await withGateway([reply(200, RUN), page], async (client) => {
    const error = await assertRejects(
      () => client.writeArtifact("a", "b.txt", new Uint8Array(3)),
      TrackerError,
    );
    assertStringIncludes(error.message, '"Sign in"');
    assertStringIncludes(error.message, "login page");
  });
});

Deno.test("a name that something else has is told from an experiment that exists", async () => {
  // As Databricks answers: experiments are places in a workspace, beside folders and notebooks.
  const missing = reply(
    404,
    JSON.stringify({
      error_code: "RESOURCE_DOES_NOT_EXIST",
      message: "Node /Users/ada/x does not exist.",
    }),
  );
  const taken = reply(
    400,
    JSON.stringify({
      error_code: "RESOURCE_ALREADY_EXISTS",
      message: "Node named 'x' already exists",
    }),
  );
  await withGateway([taken, missing], async (client, server) => {
    const create = client.createExperiment("/Users/ada/x");
    const error = await assertRejects(() => create, TrackerError);
    assertEquals([error.status, error.alreadyExists], [400, true]);
    assertStringIncludes(error.message, 'no experiment "/Users/ada/x", yet something else of that');
    assertStringIncludes(error.message, "choose another name");
    assert(!error.message.includes("restore"));
    assertEquals(server.heard.length, 3);
  });
});
