// The ways to a real server: TLS with a private authority, with client certificates, unchecked on
// request; proxies for both schemes; users with and without permission; artifacts out of reach.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type ChildProcess, spawn } from "node:child_process";
import { TrackerError } from "../../lib/errors.ts";
import type { Connection, MlflowClient } from "../../lib/mlflow/client.ts";
import { proxyFor } from "../../lib/transport/proxy.ts";
import { administrator, type MlflowServer, startMlflow } from "../helpers/mlflow_server.ts";
import { python, pythonTest } from "../helpers/python.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { clientOf } from "./clients.ts";
import { startProxy } from "./http_proxy.ts";

const NO_TLS: Connection["tls"] = { caFile: null, clientCertFile: null, insecure: false };

interface Front {
  readonly port: number;
  stop(): Promise<void>;
}

async function startFront(
  port: number,
  certificates: Certificates,
  options: { readonly demands?: boolean } = {},
): Promise<Front> {
  const script = new URL("./tls_front.py", import.meta.url).pathname;
  const { serverCertificate, serverKey, authority } = certificates;
  const demanded = options.demands === true ? [authority] : [];
  const child: ChildProcess = spawn(
    python(),
    [script, String(port), serverCertificate, serverKey, ...demanded],
    { stdio: ["pipe", "pipe", "ignore"] },
  );
  const text = await new Promise<string>((resolve) => child.stdout?.once("data", resolve));
  return {
    port: Number(String(text).trim()),
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.stdin?.end();
      await ended;
      child.stdout?.destroy();
    },
  };
}

async function version(uri: string, options: Partial<Connection>): Promise<string | null> {
  const client = clientOf(uri, { timeoutMs: 20_000, ...options });
  try {
    return await client.version();
  } finally {
    await client.close();
  }
}

async function problem(uri: string, options: Partial<Connection>): Promise<TrackerError> {
  return await assertRejects(() => version(uri, options), TrackerError);
}

pythonTest({
  name: "a real server behind TLS and proxies",
  tools: ["openssl"],
  sanitize: false,
  fn: async (test) => {
    const certificates = await makeCertificates();
    const server = await startMlflow();
    const front = await startFront(server.port, certificates);
    const strict = await startFront(server.port, certificates, { demands: true });
    const { authority: caFile, client: clientCertFile } = certificates;
    const secure = `https://localhost:${front.port}`;
    const current = await version(server.uri, {});
    try {
      await test.step("a private authority is believed when it is named", async () => {
        assertEquals(await version(secure, { tls: { ...NO_TLS, caFile } }), current);
      });
      await test.step("an unknown authority is refused, with what to do", async () => {
        const error = await problem(secure, {});
        assertEquals([error.code, error.maybeDone], ["TLS", false]);
        assertStringIncludes(error.message, "MLFLOW_TRACKING_SERVER_CERT_PATH");
      });
      await test.step("a certificate for another name is refused", async () => {
        const error = await problem(`https://127.0.0.1:${front.port}`, {
          tls: { ...NO_TLS, caFile },
        });
        assertEquals(error.code, "TLS");
        assertStringIncludes(error.message, "another name");
      });
      await test.step("nothing is checked on request", async () => {
        const tls = { ...NO_TLS, insecure: true };
        assertEquals(await version(`https://127.0.0.1:${front.port}`, { tls }), current);
      });
      await test.step("a client certificate is shown where it is demanded", async () => {
        const uri = `https://localhost:${strict.port}`;
        assertEquals(await version(uri, { tls: { ...NO_TLS, caFile, clientCertFile } }), current);
        const error = await problem(uri, { tls: { ...NO_TLS, caFile } });
        assertStringIncludes(error.message, "MLFLOW_TRACKING_CLIENT_CERT_PATH");
      });
      await test.step("https to a plain server says so", async () => {
        const error = await problem(`https://localhost:${server.port}`, {});
        assertEquals([error.code, error.maybeDone], ["NO_TLS", false]);
        assertStringIncludes(error.message, "http://");
      });
      await test.step("a proxy is asked for http", async () => {
        const proxy = await startProxy(server.port, "me:secret");
        const url = new URL(proxy.url.href.replace("//", "//me:secret@"));
        const proxies = { http: url, https: null, none: [] };
        assertEquals(await version("http://10.1.2.3:5000", { proxies }), current);
        assertEquals(proxy.asked, ["GET http://10.1.2.3:5000/version"]);
        const error = await problem("http://10.1.2.3:5000", {
          proxies: { ...proxies, http: proxy.url },
        });
        assertEquals(error.status, 407);
        await proxy.stop();
      });
      await test.step("a proxy is tunnelled through for https", async () => {
        const proxy = await startProxy(strict.port);
        const proxies = { http: null, https: proxy.url, none: [] };
        const tls = { ...NO_TLS, caFile, clientCertFile };
        assertEquals(await version("https://tracking.test", { proxies, tls }), current);
        assertEquals(proxy.asked, ["CONNECT tracking.test:443"]);
        await proxy.stop();
        const gone = await problem("https://tracking.test", { proxies, tls });
        assertEquals(gone.code, "CONNECTION");
        assertStringIncludes(gone.message, "the proxy");
        assertStringIncludes(gone.message, "NO_PROXY");
      });
      await test.step("a host name that MLflow does not serve is told", async () => {
        const proxy = await startProxy(server.port);
        const proxies = { http: proxy.url, https: null, none: [] };
        const client = clientOf("http://tracking.test", { proxies });
        const error = await assertRejects(() => client.getExperiment("0"), TrackerError);
        assertEquals(error.status, 403);
        assertStringIncludes(error.message, "--allowed-hosts");
        await client.close();
        await proxy.stop();
      });
      await test.step("a proxy that refuses the tunnel is told", async () => {
        const proxy = await startProxy(strict.port, "me:secret");
        const proxies = { http: null, https: proxy.url, none: [] };
        const error = await problem("https://tracking.test", { proxies });
        assertStringIncludes(error.message, "other credentials");
        await proxy.stop();
      });
      await test.step("NO_PROXY goes straight", async () => {
        const proxy = await startProxy(1);
        const proxies = { http: proxy.url, https: null, none: ["10.0.0.0/8"] };
        assertEquals(await version(server.uri, { proxies }), current);
        assertEquals(proxy.asked, []);
        await proxy.stop();
      });
      await test.step("artifacts that the proxy does not lead to", () =>
        artifactsElsewhere(server));
    } finally {
      await strict.stop();
      await front.stop();
      await server.stop();
      certificates.remove();
    }
  },
});

Deno.test("NO_PROXY means what it means to curl", () => {
  const proxy = new URL("http://proxy:3128");
  const isProxied = (url: string, ...none: readonly string[]): boolean =>
    proxyFor(new URL(url), { http: proxy, https: proxy, none }) !== null;
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["http://mlflow.corp.test", "corp.test", false],
    ["http://mlflow.corp.test", ".corp.test", false],
    ["http://mlflow.corp.test", "*.corp.test", false],
    ["http://mlflow.corp.test", "MLFLOW.corp.test", false],
    ["http://corp.test", "corp.test", false],
    ["http://notcorp.test", "corp.test", true],
    ["http://host:5000", "host:5000", false],
    ["http://host:5000", "host:80", true],
    ["https://host", "host:443", false],
    ["http://10.2.3.4", "10.0.0.0/8", false],
    ["http://11.2.3.4", "10.0.0.0/8", true],
    ["http://10.2.3.4", "10.2.3.4", false],
    ["http://[2001:db8::1]:5000", "2001:db8::1", false],
    ["http://[2001:db8::1]:5000", "[2001:db8::1]:5000", false],
    ["http://anything", "*", false],
    ["http://anything", "", true],
  ];
  for (const [url, entry, expected] of cases) {
    assertEquals(isProxied(url, entry), expected, `${url} with ${entry}`);
  }
  assert(!isProxied("http://localhost:5000") && !isProxied("http://127.0.0.1:5000"));
  const httpOnly = { http: proxy, https: null, none: [] };
  assertEquals(proxyFor(new URL("https://host"), httpOnly), null);
});

async function makeUser(uri: string, username: string, password: string): Promise<void> {
  const auth = btoa(`${administrator.username}:${administrator.password}`);
  const reply = await fetch(`${uri}/api/2.0/mlflow/users/create`, {
    method: "POST",
    headers: { authorization: `Basic ${auth}`, "content-type": "application/json" },
    body: JSON.stringify({ username, password }),
  });
  assertEquals(reply.status, 200, await reply.text());
}

async function asUser<Value>(
  uri: string,
  auth: Connection["auth"],
  work: (client: MlflowClient) => Promise<Value>,
): Promise<Value> {
  const client = clientOf(uri, { auth });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

for (const mlflow of ["3", "2"] as const) {
  pythonTest({
    name: `users of MLflow ${mlflow}: right, wrong, none, and one without permission`,
    version: mlflow,
    sanitize: false,
    fn: async () => {
      const server = await startMlflow({ version: mlflow, args: ["--app-name", "basic-auth"] });
      try {
        const admin = { kind: "basic", ...administrator } as const;
        const id = await asUser(server.uri, admin, (client) => client.createExperiment("crypto"));
        const reader = { kind: "basic", username: "bob", password: "a long password" } as const;
        await makeUser(server.uri, reader.username, reader.password);
        const told = async (auth: Connection["auth"], ...parts: readonly string[]) => {
          const error = await asUser(
            server.uri,
            auth,
            (client) => assertRejects(() => client.setExperimentTag(id, "a", "b"), TrackerError),
          );
          for (const part of parts) assertStringIncludes(error.message, part);
          assert(!error.message.includes("password123"));
          return [error.status, error.maybeDone];
        };
        assertEquals(await told(null, "MLFLOW_TRACKING_USERNAME"), [401, false]);
        const wrong = { kind: "basic", username: "admin", password: "password123" } as const;
        assertEquals(await told(wrong, '"admin"', "does not accept"), [401, false]);
        const token = { kind: "bearer", token: "password123" } as const;
        assertEquals((await told(token, "token"))[0], 401);
        const { name } = await asUser(server.uri, reader, (client) => client.getExperiment(id));
        assertEquals(name, "crypto");
        assertEquals(await told(reader, '"bob"', "no permission"), [403, false]);
      } finally {
        await server.stop();
      }
    },
  });
}

/** Logs into an experiment whose artifacts are in a folder that only the server knows. */
async function artifactsElsewhere(server: MlflowServer): Promise<void> {
  const client = clientOf(server.uri);
  const artifactLocation = `file://${server.folder}/elsewhere`;
  const id = await client.createExperiment("elsewhere", { artifactLocation });
  const run = await client.createRun({
    experimentId: id,
    name: "a",
    startTime: 1,
    user: "ada",
    tags: {},
  });
  const write = () => client.writeArtifact(run.id, "a.txt", new TextEncoder().encode("hello"));
  const error = await assertRejects(write, TrackerError);
  assertEquals(error.code, "UNREACHABLE_ARTIFACTS");
  const folder = new URL(run.artifactUri).pathname;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/a.txt`, "hello");
  assertEquals((await client.listArtifacts(run.id)).map(({ path }) => path), ["a.txt"]);
  let text = "";
  for await (const chunk of client.readArtifact(run.id, "a.txt")) {
    text += new TextDecoder().decode(chunk);
  }
  assertEquals(text, "hello");
  await client.close();
}
