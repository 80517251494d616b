// The diagnosis on real servers and on broken ones: the first failure is the cause, what builds on it
// is skipped, each failure says how to fix it, and no secret is shown.

import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { run } from "../../lib/cli.ts";
import { testIo } from "../helpers/test_io.ts";
import { loadConfig } from "../../lib/config/values.ts";
import { type DoctorOptions, type Finding, runChecks } from "../../lib/doctor/mod.ts";
import { hostIo, type Io } from "../../lib/io.ts";
import type { StoreHealth } from "../../lib/store/mod.ts";
import { startMlflow } from "../helpers/mlflow_server.ts";
import { pythonTest } from "../helpers/python.ts";
import { clientOf } from "./clients.ts";
import { faultServer, reply, silence } from "./fault_server.ts";

type Env = Readonly<Record<string, string>>;

async function diagnose(
  env: Env,
  options: DoctorOptions = {},
  world: Partial<Io> = {},
): Promise<ReadonlyMap<string, Finding>> {
  const host = hostIo();
  const files = { ...host.files, info: () => Promise.resolve(null) };
  const io: Io = { ...host, files, env: (name) => env[name], ...world };
  const found = new Map<string, Finding>();
  for await (const finding of runChecks(await loadConfig(io), io, options)) {
    assertFalse(JSON.stringify(finding).includes("hunter2"), finding.detail);
    if (finding.status === "failed") assert(finding.mend !== undefined && finding.mend !== "");
    found.set(finding.name, finding);
  }
  return found;
}

function statusOf(found: ReadonlyMap<string, Finding>, ...names: readonly string[]): string {
  return names.map((name) => `${name} ${found.get(name)?.status}`).join(", ");
}

Deno.test("without a server, the settings and the store are all there is", async () => {
  const found = await diagnose({ MLFLOW_EXPERIMENT_NAME: "crypto" });
  assertEquals(found.get("server")?.status, "skipped");
  assertEquals(found.get("MLFLOW_EXPERIMENT_NAME")?.detail, "crypto (from environment)");
  assertEquals(found.get("MLFLOW_TRACKING_URI")?.detail, "not set");
  assertEquals(found.get("BTFLOW_PERIODS")?.detail, "252 (default)");
  assertFalse(found.has("dns"));
});

Deno.test("the store's state is judged", async () => {
  const sound: StoreHealth = {
    path: "/s.db",
    format: 1,
    journalMode: "wal",
    sizeBytes: 4096,
    newest: null,
    isSound: true,
    problems: [],
    fileMode: 0o600,
    networkFileSystem: null,
    experiments: 1,
    runs: 2,
    waiting: 0,
    trials: 3,
    trialBreaks: [],
  };
  const judge = async (
    change: Partial<StoreHealth> | null,
    name = "store",
  ): Promise<Finding | undefined> => {
    const store = () => Promise.resolve(change === null ? null : { ...sound, ...change });
    return (await diagnose({}, { store })).get(name);
  };
  assertEquals((await judge({}))?.status, "ok");
  assertEquals((await judge(null))?.status, "ok");
  assertStringIncludes((await judge({ waiting: 3 }))?.mend ?? "", "btflow sync");
  assertStringIncludes((await judge({ fileMode: 0o644 }))?.mend ?? "", "chmod 600");
  assertStringIncludes((await judge({ networkFileSystem: "nfs" }))?.detail ?? "", "nfs");
  assertEquals((await judge({ isSound: false, problems: ["page 3"] }))?.status, "failed");
  assertEquals((await judge({}, "trials"))?.status, "ok");
  const changed = await judge({ trialBreaks: ["record of run a: cut", "run b: gone"] }, "trials");
  assertEquals(changed?.status, "warning");
  assertStringIncludes(changed?.detail ?? "", "record of run a: cut; run b: gone");
  assertEquals(await judge({ isSound: false, problems: ["page 3"] }, "trials"), undefined);
  const broken = { store: () => Promise.reject(new Error("Cannot use /s.db: it is locked")) };
  assertEquals((await diagnose({}, broken)).get("store")?.status, "failed");
});

Deno.test("connection refused: the failure is at tcp, the rest builds on it", async () => {
  const server = await faultServer();
  await server.stop();
  const found = await diagnose({ MLFLOW_TRACKING_URI: server.uri });
  assertEquals(
    statusOf(found, "dns", "tcp", "tls", "http", "version", "read", "write"),
    "dns ok, tcp failed, tls skipped, http skipped, version skipped, read skipped, write skipped",
  );
  assertStringIncludes(found.get("tcp")?.detail ?? "", "nothing listens");
  assertStringIncludes(found.get("http")?.detail ?? "", '"tls"');
});

Deno.test("an unknown host fails at dns", async () => {
  const found = await diagnose({ MLFLOW_TRACKING_URI: "http://no-such-host.invalid" });
  assertEquals(statusOf(found, "dns", "tcp"), "dns failed, tcp skipped");
});

Deno.test("what is not MLflow fails at http or at what follows", async () => {
  const page = reply(200, "<html><title>Hello</title></html>", { "content-type": "text/html" });
  const web = await faultServer(page);
  const found = await diagnose({ MLFLOW_TRACKING_URI: web.uri });
  assertEquals(statusOf(found, "version", "credentials"), "version warning, credentials failed");
  assertStringIncludes(found.get("credentials")?.detail ?? "", "Hello");
  await web.stop();
  const moved = await faultServer(
    reply(302, "", { location: "https://login.test/?secret=hunter2" }),
  );
  const redirected = await diagnose({ MLFLOW_TRACKING_URI: moved.uri });
  assertEquals(statusOf(redirected, "http"), "http failed");
  assertStringIncludes(redirected.get("http")?.detail ?? "", "https://login.test");
  await moved.stop();
});

Deno.test("https to a plain server fails at tls; silence fails at http", async () => {
  const server = await faultServer(silence);
  const https = await diagnose({
    MLFLOW_TRACKING_URI: server.uri.replace("http", "https"),
    MLFLOW_HTTP_REQUEST_TIMEOUT: "0.3",
  });
  assertEquals(statusOf(https, "tcp", "tls", "http"), "tcp ok, tls failed, http skipped");
  const http = await diagnose({
    MLFLOW_TRACKING_URI: server.uri,
    MLFLOW_HTTP_REQUEST_TIMEOUT: "0.3",
  });
  assertEquals(statusOf(http, "tls", "http"), "tls ok, http failed");
  await server.stop();
});

Deno.test("refused credentials say which, and mask them", async () => {
  const server = await faultServer(reply(200, "OK"), reply(200, "3.17.2"), reply(401, "no"));
  const found = await diagnose({
    MLFLOW_TRACKING_URI: server.uri,
    MLFLOW_TRACKING_USERNAME: "ada",
    MLFLOW_TRACKING_PASSWORD: "hunter2",
  });
  assertEquals(found.get("MLFLOW_TRACKING_PASSWORD")?.detail, "******** (from environment)");
  assertEquals(statusOf(found, "credentials", "read"), "credentials failed, read skipped");
  assertStringIncludes(found.get("credentials")?.detail ?? "", '"ada"');
  await server.stop();
});

Deno.test("the exit code is that of a refusal only when the server refused", async () => {
  for (
    const [credentials, code] of [
      [reply(401, "no"), 7],
      [reply(403, "no"), 7],
      [reply(200, "nonsense"), 5],
    ] as const
  ) {
    const server = await faultServer(reply(200, "OK"), reply(200, "3.17.2"), credentials);
    const io = testIo();
    try {
      assertEquals(await run(["doctor", "--tracking-uri", server.uri], io), code);
      assertStringIncludes(io.err(), "1 check failed: credentials");
    } finally {
      io.remove();
      await server.stop();
    }
  }
});

pythonTest({
  name: "a real server is found in order, and written to on request",
  sanitize: false,
  fn: async (test) => {
    const server = await startMlflow();
    const env = { MLFLOW_TRACKING_URI: server.uri, MLFLOW_EXPERIMENT_NAME: "crypto-backtest" };
    try {
      await test.step("all in order", async () => {
        const found = await diagnose(env);
        const checks = ["dns", "tcp", "tls", "http", "version", "credentials", "read"];
        for (const name of [...checks, "artifacts", "clock"]) {
          assertEquals(found.get(name)?.status, "ok", `${name}: ${found.get(name)?.detail}`);
        }
        // Its default experiment alone does not tell a database from files.
        assertEquals(found.get("backend")?.status, "skipped");
        assertEquals(found.get("write")?.status, "skipped");
      });
      const client = clientOf(server.uri);
      await test.step("an experiment that is not there, with the nearest", async () => {
        await client.createExperiment("crypto-backtests");
        const found = await diagnose(env);
        assertEquals(found.get("backend")?.status, "ok");
        const finding = found.get("experiment");
        assertEquals(finding?.status, "warning");
        assertStringIncludes(finding?.detail ?? "", "near it: crypto-backtests");
      });
      await test.step("an experiment that is deleted", async () => {
        await client.deleteExperiment(await client.createExperiment("crypto-backtest"));
        const finding = (await diagnose(env)).get("experiment");
        assertEquals(finding?.status, "failed");
        assertStringIncludes(finding?.mend ?? "", "restore");
      });
      await test.step("a clock that is wrong", async () => {
        const finding = (await diagnose(env, {}, { now: () => Date.now() - 7_200_000 })).get(
          "clock",
        );
        assertEquals(finding?.status, "warning");
        assertStringIncludes(finding?.detail ?? "", "behind");
      });
      await test.step("writing, and nothing left active", async () => {
        const finding = (await diagnose(env, { write: true })).get("write");
        assertEquals(finding?.status, "ok", finding?.detail);
        const names: string[] = [];
        const query = { filter: null, orderBy: [], view: "active", limit: Infinity } as const;
        for await (const page of client.searchExperiments(query)) {
          names.push(...page.map(({ name }) => name));
        }
        assertEquals(names.filter((name) => name.startsWith("btflow doctor")), []);
      });
      await client.close();
    } finally {
      await server.stop();
    }
  },
});

pythonTest({
  name: "a server on a file store is warned of, by its ids and by what it does",
  version: "2",
  sanitize: false,
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "btflow-file-store-" });
    const args = ["--backend-store-uri", `${folder}/mlruns`, "--no-serve-artifacts"];
    const server = await startMlflow({ version: "2", args });
    const client = clientOf(server.uri);
    try {
      await client.createExperiment("crypto");
      const found = await diagnose({ MLFLOW_TRACKING_URI: server.uri }, { write: true });
      assertEquals(found.get("backend")?.status, "warning", found.get("backend")?.detail);
      assertEquals(found.get("artifacts")?.status, "warning", found.get("artifacts")?.detail);
      assertEquals(found.get("write")?.status, "warning", found.get("write")?.detail);
      assertStringIncludes(found.get("write")?.detail ?? "", "kept twice");
    } finally {
      await client.close();
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
