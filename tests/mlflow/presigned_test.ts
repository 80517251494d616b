// Artifacts of a server that takes and gives none itself: they go by signed addresses, to hosts that
// the user has named alone, without our credentials, and no signature is ever shown.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TrackerError } from "../../lib/errors.ts";
import type { Connection, MlflowClient } from "../../lib/mlflow/client.ts";
import { testIo } from "../helpers/test_io.ts";
import { clientOf } from "./clients.ts";
import { startProxy } from "./http_proxy.ts";
import {
  type PresignedOptions,
  type PresignedServer,
  presignedServer,
  RUN_ID,
  SECRET,
} from "./presigned_server.ts";

interface Setup extends PresignedOptions {
  /** The hosts named by the user; the storage's unless given. */
  readonly hosts?: readonly string[];
  readonly connection?: Partial<Connection>;
}

async function withServer(
  { hosts, connection, ...options }: Setup,
  work: (client: MlflowClient, server: PresignedServer) => Promise<void>,
): Promise<void> {
  const server = await presignedServer(options);
  const client = clientOf(server.uri, {
    artifactHosts: hosts ?? [server.storageHost],
    ...connection,
  });
  try {
    await work(client, server);
  } finally {
    await client.close();
    await server.stop();
  }
}

async function contentOf(client: MlflowClient, path: string): Promise<Uint8Array> {
  const parts = await Array.fromAsync(client.readArtifact(RUN_ID, path));
  return await new Blob(parts as BlobPart[]).bytes();
}

/** The error of an attempt, in which no signature may stand. */
async function errorOf(work: () => Promise<unknown>): Promise<TrackerError> {
  const error = await assertRejects(work, TrackerError);
  const all = `${error.message} ${error.url} ${error.stack} ${String(error.cause)}`;
  assert(!all.includes(SECRET) && !all.includes("X-Amz"), all);
  return error;
}

const write = (client: MlflowClient, path: string, content = new Uint8Array(9)): Promise<void> =>
  client.writeArtifact(RUN_ID, path, content);

Deno.test("artifacts of any size go in parts, and come back", async () => {
  const sizes = [0, 1, 10 * 1024 * 1024, 25 * 1024 * 1024 + 7];
  await withServer({}, async (client, server) => {
    for (const size of sizes) {
      const content = new Uint8Array(size).map((_, index) => (index * 31) >> 5);
      await write(client, `reports/a b+ü ${size}.bin`, content);
      assertEquals(await contentOf(client, `reports/a b+ü ${size}.bin`), content);
    }
    assertEquals(server.stored.filter(({ method }) => method === "PUT").length, 1 + 1 + 1 + 3);
    assertEquals(server.open.size, 0);
    const proxied = server.asked.filter((line) => line.includes("mlflow-artifacts/artifacts/"));
    assertEquals(proxied.length, 1, "a server that has refused once is not sent the content again");
  });
});

Deno.test("no credentials go to the storage", async () => {
  const connection = {
    auth: { kind: "bearer", token: "hunter2hunter2" },
    workspace: "team",
  } as const;
  await withServer({ connection }, async (client, server) => {
    await write(client, "a.txt");
    await contentOf(client, "a.txt");
    assertEquals(server.stored.length, 2);
    for (const { headers } of server.stored) {
      assertEquals(headers.get("authorization"), null);
      assertEquals(headers.get("x-mlflow-workspace"), null);
      assertEquals(headers.get("content-type"), null, "nothing that the signature does not know");
    }
  });
});

Deno.test("a host that was not named is told, with the flag that names it", async () => {
  for (const hosts of [[], ["bucket.s3.amazonaws.com"], ["127.0.0.1:1"]]) {
    await withServer({ hosts }, async (client, server) => {
      const error = await errorOf(() => write(client, "a.txt"));
      assertEquals([error.status, error.code], [403, "ARTIFACT_HOST_NOT_ALLOWED"]);
      assertEquals(error.isDenied, false, "nobody's credentials were refused");
      assertStringIncludes(error.message, `--allow-artifact-host ${server.storageHost}`);
      assertEquals(server.open.size, 0, "the upload is given up");
      const read = await errorOf(() => contentOf(client, "a.txt"));
      assertEquals(read.code, "ARTIFACT_HOST_NOT_ALLOWED");
      assertEquals(server.stored.length, 0);
    });
  }
  await withServer({ hosts: ["127.0.0.1"] }, (client) => write(client, "a.txt"));
});

Deno.test("a host that this program may not reach is refused for good", async () => {
  const tracking: PresignedOptions["tracking"] = (_, path) =>
    !path.includes("/mpu/create/") ? undefined : Response.json({
      upload_id: "u",
      credentials: [{ url: `https://192.0.2.1/k?X-Amz-Signature=${SECRET}`, part_number: 1 }],
    });
  await withServer({ hosts: ["192.0.2.1"], tracking }, async (client) => {
    const error = await errorOf(() => write(client, "a.txt"));
    assertEquals([error.status, error.code], [403, "ARTIFACT_HOST_NOT_ALLOWED"]);
    assertStringIncludes(error.message, "no permission to connect to 192.0.2.1");
  });
});

Deno.test("a storage that is busy is asked again; one that refuses is quoted without secrets", async () => {
  let busy = 2;
  const storage = (): Response | undefined =>
    busy-- > 0 ? new Response("<Code>SlowDown</Code>", { status: 503 }) : undefined;
  await withServer({ storage, connection: { retries: 2 } }, async (client, server) => {
    await write(client, "a.txt");
    assertEquals(server.stored.length, 3);
  });
  const refuses = (): Response =>
    new Response(
      `<Error><Code>AccessDenied</Code><Message>Expired: ${SECRET}</Message></Error>`,
      { status: 403 },
    );
  await withServer({ storage: refuses }, async (client, server) => {
    const error = await errorOf(() => write(client, "a.txt"));
    assertEquals([error.status, error.code], [403, "ARTIFACT_STORAGE"]);
    assertStringIncludes(error.message, "the storage refuses: AccessDenied: Expired: ********");
    assertEquals(error.isDenied, false);
    assertEquals(server.open.size, 0);
  });
});

Deno.test("a redirect of the storage is not followed", async () => {
  const storage = (): Response =>
    new Response(null, { status: 307, headers: { location: "https://other.test/k?s=secret" } });
  await withServer({ storage }, async (client) => {
    const error = await errorOf(() => write(client, "a.txt"));
    assertStringIncludes(error.message, "redirects to https://other.test, which is not followed");
    assert(!error.message.includes("secret"));
  });
});

Deno.test("a download of another length than was told is an error", async () => {
  await withServer({ sizeOff: 3 }, async (client) => {
    await write(client, "a.txt");
    const error = await errorOf(() => contentOf(client, "a.txt"));
    assertStringIncludes(error.message, "sent 9 bytes, and the server says that there are 12");
  });
});

Deno.test("files of a run in a storage of its own go by signed addresses", async () => {
  await withServer({ artifactUri: "s3://bucket/x" }, async (client, server) => {
    await write(client, "dir/a.txt", new Uint8Array([1, 2]));
    assertEquals(await contentOf(client, "dir/a.txt"), new Uint8Array([1, 2]));
    assertEquals(server.stored.map(({ method }) => method), ["PUT", "GET"]);
  });
  await withServer({ artifactUri: "s3://bucket/x", hosts: [] }, async (client) => {
    assertEquals((await errorOf(() => write(client, "a"))).code, "ARTIFACT_HOST_NOT_ALLOWED");
  });
});

Deno.test("a storage to which the server has no addresses cannot be reached", async () => {
  const tracking = (status: number) => (_: Request, path: string): Response | undefined =>
    path.endsWith("/presigned-upload-url") ? new Response("{}", { status }) : undefined;
  for (const status of [404, 500, 501]) {
    const setup = { artifactUri: "s3://bucket/x", tracking: tracking(status) };
    await withServer({ ...setup, connection: { retries: 3 } }, async (client, server) => {
      const error = await errorOf(() => write(client, "a.txt"));
      assertEquals(error.code, "UNREACHABLE_ARTIFACTS");
      assertEquals(server.asked.length, 2, "nothing is asked again");
    });
  }
  await withServer({ artifactUri: "gs://bucket/x" }, async (client, server) => {
    assertEquals((await errorOf(() => write(client, "a.txt"))).code, "UNREACHABLE_ARTIFACTS");
    assertEquals(server.asked.length, 1);
  });
});

Deno.test("the storage is reached by the proxy that is set, by the name that the user gave", async () => {
  const storageName = "bucket.storage.test";
  const server = await presignedServer({ storageName });
  const proxy = await startProxy(Number(server.storageHost.split(":")[1]));
  const client = clientOf(server.uri, {
    artifactHosts: [storageName],
    proxies: { http: proxy.url, https: null, none: [] },
  });
  await write(client, "a.txt");
  assertEquals(await contentOf(client, "a.txt"), new Uint8Array(9));
  assertEquals(proxy.asked.length, 2);
  for (const line of proxy.asked) assertStringIncludes(line, `http://${storageName}/bucket/7/`);
  await client.close();
  await proxy.stop();
  await server.stop();
});

Deno.test("a server that has no addresses to give says so", async () => {
  const tracking: PresignedOptions["tracking"] = (_, path) =>
    /\/mpu\/|\/presigned\//.test(path)
      ? Response.json({
        error_code: "NOT_IMPLEMENTED",
        message: "Multipart upload is not supported for the current artifact repository",
      }, { status: 501 })
      : undefined;
  await withServer({ tracking }, async (client) => {
    for (const work of [() => write(client, "a.txt"), () => contentOf(client, "a.txt")]) {
      const error = await errorOf(work);
      assertEquals([error.status, error.code], [403, "ARTIFACTS_PRESIGNED_ONLY"]);
      assertStringIncludes(error.message, "has none to give");
    }
  });
});

Deno.test("addresses that are none are refused without being shown", async () => {
  const one = (url: unknown, more = {}): unknown => ({
    upload_id: "u",
    credentials: [{ url, part_number: 1, ...more }],
  });
  const good = `http://127.0.0.1:1/k?X-Amz-Signature=${SECRET}`;
  const bad = [
    one(`file:///etc/passwd?X-Amz-Signature=${SECRET}`),
    one(`http://u:${SECRET}@127.0.0.1:1/k`),
    one(7),
    one(good, { part_number: 2 }),
    one(good, { headers: { "x-a": `a\r\n${SECRET}` } }),
    one(good, { headers: { "x a": "b" } }),
    { upload_id: "u", credentials: {} },
    { upload_id: "u", credentials: [] },
  ];
  for (const answer of bad) {
    const tracking: PresignedOptions["tracking"] = (_, path) =>
      path.includes("/mpu/create/") ? Response.json(answer) : undefined;
    await withServer({ tracking, hosts: ["127.0.0.1"] }, async (client, server) => {
      const error = await errorOf(() => write(client, "a.txt"));
      assertEquals(error.code, "BAD_REPLY", JSON.stringify(answer));
      assertEquals(server.stored.length, 0);
    });
  }
});

Deno.test("the flag and the setting name hosts, and a host without them is exit code 5", async () => {
  const server = await presignedServer();
  const client = clientOf(server.uri, { artifactHosts: [server.storageHost] });
  await client.writeArtifact(RUN_ID, "a.txt", new TextEncoder().encode("content"));
  const words = ["runs", "artifacts", RUN_ID, "--tracking-uri", server.uri, "--download", "got"];
  const host = server.storageHost;
  const cases: readonly (readonly [readonly string[], string | undefined, number])[] = [
    [[], undefined, 5],
    [["--allow-artifact-host", "other.test"], host, 5],
    [["--allow-artifact-host", "other.test", "--allow-artifact-host", host], undefined, 0],
    [[], `other.test, ${host.toUpperCase()}`, 0],
    [["--allow-artifact-host", `http://${host}/bucket`], undefined, 2],
    [["--allow-artifact-host", "storage.test:99999"], undefined, 2],
  ];
  for (const [flags, setting, exit] of cases) {
    const io = testIo({
      env: setting === undefined ? {} : { BTFLOW_ALLOW_ARTIFACT_HOST: setting },
    });
    const { code, err } = await io.run(...words, ...flags);
    assertEquals(code, exit, err);
    if (exit === 5) assertStringIncludes(err, `--allow-artifact-host ${host}`);
    if (exit === 0) assertEquals(await Deno.readTextFile(`${io.folder}/got/a.txt`), "content");
    if (exit === 2) assertStringIncludes(err, "expected a host, with a port or without");
    io.remove();
  }
  await client.close();
  await server.stop();
});
