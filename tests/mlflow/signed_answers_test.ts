// Files by signed addresses: what the tracking server and the storage may answer, and what becomes of
// each answer, without a network.

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NotFoundError, TrackerError } from "../../lib/errors.ts";
import type { Connection, MlflowClient } from "../../lib/mlflow/client.ts";
import { answeredClient, type Came, type Sent, TRACKING } from "./clients.ts";

const RUN_ID = "f".repeat(32);
const STORAGE = "http://storage.test:9000";
const CONTENT = new TextEncoder().encode("content");

const INFO = { run_id: RUN_ID, experiment_id: "1", status: "FINISHED" };
const RUN = { info: { ...INFO, artifact_uri: "s3://bucket/1" }, data: {} };
const SERVED = { ...RUN, info: { ...RUN.info, artifact_uri: `mlflow-artifacts:/1/${RUN_ID}` } };

/** MLflow's way to say that files go by signed addresses alone. */
const SIGNED_ONLY: Came = { status: 400, content: { artifacts_presigned_only: true } };

interface Answers {
  readonly run?: unknown;
  /** Answers of the tracking server, by the end of the path; before all others. */
  readonly tracking?: Readonly<Record<string, Came>>;
  readonly storage?: (sent: Sent) => Came;
  readonly address?: string;
  readonly options?: Partial<Connection>;
}

/** A client of a server that gives files by signed addresses alone. */
function signedClient({ run = SERVED, tracking = {}, storage = () => ({}), ...given }: Answers) {
  const { address = `${STORAGE}/k`, options = {} } = given;
  const answers: Readonly<Record<string, Came>> = {
    "runs/get": { content: { run } },
    "/mpu/create/": {
      content: { upload_id: "u", credentials: [{ part_number: 1, url: address }] },
    },
    "/mpu/": {},
    "/presigned/": { content: { url: address } },
    "-url": { content: { presigned_url: address } },
    "": SIGNED_ONLY,
  };
  return answeredClient((sent) => {
    if (sent.url.origin !== TRACKING) return storage(sent);
    const all = [...Object.entries(tracking), ...Object.entries(answers)];
    return all.find(([part]) => sent.path.includes(part))?.[1] ?? {};
  }, { artifactHosts: ["storage.test"], ...options });
}

const write = (client: MlflowClient): Promise<void> =>
  client.writeArtifact(RUN_ID, "a.txt", CONTENT);
const read = (client: MlflowClient): Promise<Uint8Array[]> =>
  Array.fromAsync(client.readArtifact(RUN_ID, "a.txt"));
const failure = (work: Promise<unknown>): Promise<TrackerError> =>
  assertRejects(() => work, TrackerError);

Deno.test("an upload without an id is completed without one", async () => {
  for (
    const [id, sentId] of [["u", "u"], [undefined, undefined], ["", undefined], [7, undefined]]
  ) {
    const content = {
      upload_id: id,
      credentials: [{ part_number: 1, url: `${STORAGE}/k` }],
    };
    const { client, sent } = signedClient({ tracking: { "/mpu/create/": { content } } });
    await write(client);
    const completed = JSON.parse(sent.at(-1)?.text ?? "");
    assertEquals([completed.upload_id, "upload_id" in completed], [sentId, sentId !== undefined]);
    // The storage gave no tag.
    assertEquals(completed.parts, [{ part_number: 1, etag: "", url: `${STORAGE}/k` }]);
  }
});

Deno.test("a size that the server does not know is not held against the file", async () => {
  const storage = (): Came => ({ content: CONTENT });
  for (const size of [undefined, null, -1, 1.5, "many", CONTENT.length]) {
    const tracking = { "/presigned/": { content: { url: `${STORAGE}/k`, file_size: size } } };
    const got = await read(signedClient({ tracking, storage }).client);
    assertEquals(got, [CONTENT]);
  }
});

Deno.test("an answer that is no address is said to be none", async () => {
  const good = { part_number: 1, url: `${STORAGE}/k` };
  const cases: readonly (readonly [answer: string, says: string])[] = [
    ["null", "it is no object"],
    ["7", "it is no object"],
    ["[]", "it is no object"],
    ['{"credentials":{}}', "the field credentials is no list"],
    ...[
      ["", "is no address"],
      [[good.url], "is no address"],
      ["storage.test", "is no address"],
    ].map(([url, says]) =>
      [JSON.stringify({ credentials: [{ ...good, url }] }), String(says)] as const
    ),
    ...[7, null].map((value) =>
      [JSON.stringify({ credentials: [{ ...good, headers: { a: value } }] }), "headers"] as const
    ),
  ];
  for (const [content, says] of cases) {
    const error = await failure(
      write(signedClient({ tracking: { "/mpu/create/": { content } } }).client),
    );
    assertEquals(error.code, "BAD_REPLY", content);
    assertStringIncludes(error.message, says);
  }
});

Deno.test("only that there are no addresses means that a storage cannot be reached", async () => {
  for (
    const [status, code] of [[404, "UNREACHABLE_ARTIFACTS"], [403, "PERMISSION_DENIED"]] as const
  ) {
    const { client } = signedClient({ run: RUN, tracking: { "-url": { status, content: "no" } } });
    assertEquals((await failure(write(client))).code, code);
  }
});

Deno.test("a file that the server does not find is not there, for all its addresses", async () => {
  const content = { error_code: "RESOURCE_DOES_NOT_EXIST", message: "no such file" };
  const tracking = {
    "/presigned/": { status: 404, content },
    "artifacts/list": { content: { files: [] } },
  };
  await assertRejects(() => read(signedClient({ tracking }).client), NotFoundError);
  const { client } = signedClient({ tracking: { "/presigned/": { status: 404, content: "no" } } });
  assertEquals((await failure(read(client))).code, "ARTIFACTS_PRESIGNED_ONLY");
});

Deno.test("one way leads to a storage, and the signed one is not found out twice", async () => {
  const { client, sent, opened } = signedClient({});
  for (let file = 0; file < 3; file++) await write(client);
  assertEquals(opened, [TRACKING, STORAGE]);
  assertEquals(
    sent.filter(({ method, url }) => method === "PUT" && url.origin === TRACKING).length,
    1,
  );
  assertEquals(sent.filter(({ path }) => path.includes("runs/get")).length, 1);
});

Deno.test("a host with its port is named by the port that its scheme has", async () => {
  const cases = [
    ["http://storage.test/k", "storage.test:80", true],
    ["https://storage.test/k", "storage.test:443", true],
    ["https://storage.test/k", "storage.test:80", false],
    ["http://storage.test/k", "storage.test:443", false],
    ["https://storage.test:80/k", "storage.test:80", true],
  ] as const;
  for (const [address, host, isAllowed] of cases) {
    const { client } = signedClient({ address, options: { artifactHosts: [host] } });
    const code = await write(client).then(() => null, (error: TrackerError) => error.code);
    assertEquals(code, isAllowed ? null : "ARTIFACT_HOST_NOT_ALLOWED", `${address} ${host}`);
  }
});

const error = (code: string, message: string): string =>
  `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;

Deno.test("what the storage answers is told in its words, and a redirect by where it leads", async () => {
  const address = `${STORAGE}/k?X-Five=abcde&X-Six=abcdef`;
  const cases: readonly (readonly [Came, string])[] = [
    [{ status: 101 }, "the storage refuses (101 ARTIFACT_STORAGE)"],
    [{ status: 400 }, "the storage refuses (400 ARTIFACT_STORAGE)"],
    [{ status: 300 }, `the storage redirects to ${STORAGE}, which`],
    [
      { status: 399, headers: { location: "http://other.test/x" } },
      "redirects to http://other.test, which is not followed",
    ],
    [{ status: 302, headers: { location: "http://[" } }, "redirects to what is no address"],
    [{ status: 403, content: error("Denied", "of abcde, abcdef") }, ": Denied: of abcde, ********"],
  ];
  for (const [came, says] of cases) {
    assertStringIncludes(
      (await failure(write(signedClient({ address, storage: () => came }).client))).message,
      says,
    );
  }
});

Deno.test("an upload that was too slow is sent again, and what is refused is not", async () => {
  for (
    const [status, code, times] of [
      [400, "RequestTimeout", 2],
      [400, "InvalidDigest", 1],
      [403, "RequestTimeout", 1],
    ] as const
  ) {
    let asked = 0;
    const storage = (): Came => asked++ === 0 ? { status, content: error(code, "no") } : {};
    await write(signedClient({ storage, options: { retries: 1 } }).client).catch(() => {});
    assertEquals(asked, times, `${status} ${code}`);
  }
});

Deno.test("a storage that cannot be reached may be so later; one that may not be reached may not", async () => {
  for (
    const [code, said] of [["REFUSED", "ARTIFACT_HOST_NOT_ALLOWED"], [
      "TIMEOUT",
      "TIMEOUT",
    ]] as const
  ) {
    const storage = (): never => {
      throw new TrackerError("PUT", STORAGE, { status: 0, code, message: "it is not" });
    };
    assertEquals((await failure(write(signedClient({ storage }).client))).code, said);
  }
});
