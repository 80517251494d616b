// What a request carries, and which answer is taken for what, without a network.

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { TrackerError, UsageError } from "../../lib/errors.ts";
import { hostIo } from "../../lib/io.ts";
import { type Connection, mlflowClient } from "../../lib/mlflow/client.ts";
import { HOST_NOT_ALLOWED_CODE } from "../../lib/mlflow/signed_transfer.ts";
import { answeredClient, type Came, CONNECTION, type Sent, TRACKING } from "./clients.ts";

const RUN_ID = "f".repeat(32);
const INFO = { run_id: RUN_ID, experiment_id: "1", status: "FINISHED" };
const RUN: Came = { content: { run: { info: { ...INFO, artifact_uri: "mlflow-artifacts:/1" } } } };
const CONTENT = new TextEncoder().encode("content");

/** Asks for a run, which is answered like this. */
function question(...answers: readonly Came[]) {
  let asked = 0;
  const made = answeredClient(() => answers[Math.min(asked++, answers.length - 1)] ?? RUN);
  return { ...made, answer: () => made.client.getRun(RUN_ID) };
}

const failure = (work: () => Promise<unknown>): Promise<TrackerError> =>
  assertRejects(work, TrackerError);

Deno.test("an answer is a success from 200 to 299, whole or in parts", async () => {
  for (const status of [200, 299]) {
    assertEquals((await question({ ...RUN, status }).answer()).id, RUN_ID);
  }
  for (const status of [101, 300, 304, 399, 400]) {
    assertEquals((await failure(question({ ...RUN, status }).answer)).status, status);
    const { client } = answeredClient(({ path }) => path.includes("runs/get") ? RUN : { status });
    const read = () => Array.fromAsync(client.readArtifact(RUN_ID, "a.txt"));
    assertEquals((await failure(read)).status, status);
  }
});

Deno.test("a question follows a redirect, and nothing that is none", async () => {
  const headers = { location: "/moved" };
  for (const status of [300, 302, 399]) {
    const { answer, sent } = question({ status, headers }, RUN);
    await answer();
    assertEquals(sent.map(({ path }) => path).at(-1), "/moved");
  }
  const created = question({ ...RUN, status: 201, headers });
  await created.answer();
  assertEquals(created.sent.length, 1);
  const refused = question({ status: 400, headers }, RUN);
  await failure(refused.answer);
  assertEquals(refused.sent.length, 1);
});

Deno.test("redirects are followed five times, and the sixth is an error", async () => {
  const moved = (to: number): Came => ({ status: 302, headers: { location: `/moved/${to}` } });
  const five = question(...[1, 2, 3, 4, 5].map(moved), RUN);
  await five.answer();
  assertEquals(five.sent.length, 6);
  const six = question(...[1, 2, 3, 4, 5, 6].map(moved), RUN);
  assert((await failure(six.answer)).message.includes("the server redirects in circles"));
  assertEquals(six.sent.length, 6);
});

Deno.test("nothing at all is an answer of gateways that say so, and of no other", async () => {
  const create = (came: Came): Promise<TrackerError> =>
    failure(() => answeredClient(() => came).client.createExperiment("a"));
  for (
    const [status, content, says] of [
      [200, "", "the reply is no JSON"],
      [201, "", "the field experiment_id"],
      [201, "created", "the reply is no JSON"],
    ] as const
  ) {
    const error = await create({ status, content });
    assertEquals([error.code, error.maybeDone], ["BAD_REPLY", true]);
    assertStringIncludes(error.message, says);
  }
});

Deno.test("an answer that is not MLflow's may follow a change, and follows no question", async () => {
  const read = await failure(question({ content: "[]" }).answer);
  assertEquals([read.code, read.maybeDone], ["BAD_REPLY", false]);
  const { client } = answeredClient(() => ({ content: "[]" }));
  const query = { filter: null, orderBy: [], view: "active", limit: 1 } as const;
  const search = await failure(() =>
    Array.fromAsync(client.searchRuns({ ...query, experimentIds: ["1"] }))
  );
  assertEquals([search.code, search.maybeDone], ["BAD_REPLY", false]);
  assert(!search.message.includes("no JSON"));
});

Deno.test("a compressed answer is read to its end, in whatever parts it comes", async () => {
  const json = new Blob([JSON.stringify(RUN.content)]);
  const content = await new Response(json.stream().pipeThrough(new CompressionStream("gzip")))
    .bytes();
  for (const partBytes of [1, 50, Infinity]) {
    const came = { headers: { "content-encoding": "GZIP" }, content, partBytes };
    assertEquals((await question(came).answer()).id, RUN_ID);
  }
  const plain = question({ ...RUN, headers: { "content-encoding": " Identity" }, partBytes: 3 });
  assertEquals((await plain.answer()).id, RUN_ID);
});

async function headersOf(options: Partial<Connection>): Promise<Sent["headers"]> {
  const { client, sent } = answeredClient(() => RUN, options);
  await client.getRun(RUN_ID);
  return sent[0]?.headers ?? {};
}

Deno.test("credentials and the workspace go with each request, where there are any", async () => {
  const none = await headersOf({});
  assertEquals(Object.keys(none).sort(), ["accept", "accept-encoding"]);
  const bearer = await headersOf({ auth: { kind: "bearer", token: "t0ken" }, workspace: "desk" });
  assertEquals(bearer["authorization"], "Bearer t0ken");
  assertEquals(bearer["x-mlflow-workspace"], "desk");
  const basic = await headersOf({ auth: { kind: "basic", username: "u", password: "p" } });
  assertEquals(basic["authorization"], `Basic ${btoa("u:p")}`);
});

Deno.test("JSON goes as JSON, and files as bytes", async () => {
  const { client, sent } = answeredClient(({ path }) => path.includes("runs/get") ? RUN : {});
  await client.writeArtifact(RUN_ID, "a.txt", CONTENT);
  await client.logBatch(RUN_ID, { tags: { a: "b" } });
  const told = sent.map(({ headers, body }) => [headers["content-type"], body !== undefined]);
  assertEquals(told, [
    [undefined, false],
    ["application/octet-stream", true],
    ["application/json", true],
  ]);
});

Deno.test("without a server there is no client, and without named hosts no storage", async () => {
  const { client } = answeredClient(() => RUN);
  assertEquals(client.uri, TRACKING);
  const connection = { ...CONNECTION, trackingUri: null };
  assertThrows(() => mlflowClient(hostIo(), connection), UsageError, "MLFLOW_TRACKING_URI");
  const signed = answeredClient(({ path }) =>
    path.includes("runs/get")
      ? { content: { run: { info: { ...INFO, artifact_uri: "s3://b/1" } } } }
      : { content: { presigned_url: "http://storage.test/a" } }
  );
  const error = await failure(() => signed.client.writeArtifact(RUN_ID, "a.txt", CONTENT));
  assertEquals(error.code, HOST_NOT_ALLOWED_CODE);
});

Deno.test("a version is asked for once, and a server that says none is not MLflow's own", async () => {
  const cases: readonly (readonly [Came, string | null | number])[] = [
    [{ content: " 3.17.2rc1\n" }, "3.17.2rc1"],
    [{ content: "three" }, null],
    [{ headers: { "content-encoding": "gzip" }, content: "3.17.2" }, null],
    [{ status: 299, content: new Uint8Array([0xff]) }, null],
    [{ status: 300 }, null],
    [{ status: 404 }, null],
    [{ status: 499 }, null],
    [{ status: 401 }, 401],
    [{ status: 407 }, 407],
    [{ status: 500 }, 500],
    [{ status: 101 }, 101],
  ];
  for (const [came, version] of cases) {
    const { client, sent } = answeredClient(() => came);
    const told = await client.version().catch((error: TrackerError) => error.status);
    assertEquals(told, version);
    await client.version().catch(() => {});
    assertEquals(sent.length, 1);
  }
});

Deno.test("a server is well where it says OK", async () => {
  const health = (content: string): Promise<boolean> =>
    answeredClient(() => ({ content })).client.health();
  assertEquals([await health("OK\n"), await health("fine")], [true, false]);
});
