// The main job from end to end: a file, the command line, the store, a real server, and Python's own
// client reading back what is there. And that a kill leaves the whole run or none.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { CATALOGUE } from "../../lib/metrics/mod.ts";
import { administrator, startMlflow } from "../helpers/mlflow_server.ts";
import type { MlflowServer } from "../helpers/mlflow_server.ts";
import { python, pythonTest, repository } from "../helpers/python.ts";
import { type Answer, testIo } from "../helpers/test_io.ts";

const RETURNS = path.join(repository, "examples/sp500_returns.csv");

async function btflow(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<Answer> {
  const io = testIo({ env, now: Date.now(), ...(cwd === undefined ? {} : { cwd }) });
  try {
    return await io.run(...argv);
  } finally {
    if (cwd === undefined) io.remove();
  }
}

async function readBack(uri: string, runId: string): Promise<Record<string, unknown>> {
  const script = path.join(repository, "tests/logging/read_back.py");
  const child = spawn(python("3"), [script, uri, runId, RETURNS], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const expressions = CATALOGUE.filter(({ category, quantstats }) =>
    category !== "benchmark" && quantstats !== undefined
  ).map(({ name, quantstats }) => [name, quantstats]);
  child.stdin.end(JSON.stringify(Object.fromEntries(expressions)));
  let text = "";
  for await (const chunk of child.stdout) text += chunk;
  return JSON.parse(text);
}

pythonTest({
  name: "log: the old script's call reaches the server with QuantStats' values",
  sanitize: false,
  fn: async (t) => {
    const server: MlflowServer = await startMlflow();
    try {
      const env = { MLFLOW_TRACKING_URI: server.uri };
      await t.step("the run is on the server, whole, and equal to QuantStats", async () => {
        const params = '{"strategy": "momentum", "timeframe": "1h"}';
        const answer = await btflow([
          ...["log", "--experiment", "crypto-backtests", "--run-name", "btc_momentum_v2"],
          ...["--returns", RETURNS, "--params", params, "--format", "json"],
        ], env);
        assertEquals([answer.code, answer.err], [0, ""]);
        const logged = JSON.parse(answer.out);
        assertEquals(logged.delivered, true);
        assertEquals(logged.tracking_uri, server.uri);
        const found = await readBack(server.uri, logged.run_id);
        assertEquals(found["differences"], {});
        assertEquals(found["metrics"], 72);
        assertEquals(found["status"], "FINISHED");
        assertEquals(found["name"], "btc_momentum_v2");
        assertEquals(found["params"], {
          strategy: "momentum",
          timeframe: "1h",
          returns_file: RETURNS,
          returns_start: "1999-01-05 00:00:00",
          returns_end: "2018-12-31 00:00:00",
          returns_count: "5030",
          risk_free_rate: "0.0",
          periods_per_year: "252",
        });
        const tags = found["tags"] as Record<string, string>;
        assertEquals(tags["btflow.run_key"], logged.run_key);
        assertEquals(tags["mlflow.user"], "tester");
        const digest = (tags["btflow.input_sha256"] ?? "").slice(0, 32);
        assertEquals(found["datasets"], [["sp500_returns", digest]]);
        assert(Number(found["end"]) >= Number(found["start"]), "the run ends after it starts");
      });
      await t.step("a dead server: exit 6, the run is kept, sync delivers it once", async () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "btflow-log-"));
        const few = ["--metrics", "sharpe_ratio"];
        const dead = {
          MLFLOW_TRACKING_URI: "http://127.0.0.1:9",
          MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0",
        };
        const answer = await btflow(
          ["log", "-e", "later", "--returns", RETURNS, ...few],
          dead,
          folder,
        );
        assertEquals(answer.code, 6);
        assertStringIncludes(answer.out, "Kept in the store:");
        assertStringIncludes(answer.err, "is kept in the store");
        const here = ["--tracking-uri", server.uri];
        const elsewhere = await btflow(["sync", ...here], {}, folder);
        assertEquals([elsewhere.code, elsewhere.out], [0, "Nothing waits\n"]);
        const moved = await btflow(["sync", "--copy", ...here], {}, folder);
        assertEquals([moved.code, moved.out], [0, "Delivered 1 of 1 runs\n"]);
        const again = await btflow(["sync", "--copy", ...here], {}, folder);
        assertEquals(again.out, "Nothing waits\n");
        const runs = await btflow(
          ["runs", "-e", "later", "--format", "csv", "-c", "run_name"],
          env,
        );
        assertEquals(runs.out, "run_name\nsp500_returns\n");
        fs.rmSync(folder, { recursive: true });
      });
      await t.step("--if-new logs a second time only what differs", async () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "btflow-log-"));
        const call = ["log", "-e", "new", "--returns", RETURNS, "--metrics", "cagr", "--if-new"];
        await btflow(call, env, folder);
        const again = await btflow(call, env, folder);
        assertStringIncludes(again.out, "Logged already:");
        const elsewhere = await btflow(call, env);
        assertStringIncludes(elsewhere.out, "Logged already:");
        const other = await btflow([...call, "--param", "a=1"], env, folder);
        assertStringIncludes(other.out, "Logged to");
        const runs = await btflow(["runs", "-e", "new", "--format", "csv", "-c", "run_id"], env);
        assertEquals(runs.err, "2 runs\n");
        fs.rmSync(folder, { recursive: true });
      });
    } finally {
      await server.stop();
    }
  },
});

pythonTest({
  name: "log: wrong credentials are told apart, and the run is kept",
  sanitize: false,
  fn: async () => {
    const server = await startMlflow({ args: ["--app-name", "basic-auth"] });
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "btflow-log-"));
    try {
      const call = ["log", "-e", "secret", "--returns", RETURNS, "--metrics", "cagr"];
      const env = {
        MLFLOW_TRACKING_URI: server.uri,
        MLFLOW_TRACKING_USERNAME: administrator.username,
      };
      const wrong = { ...env, MLFLOW_TRACKING_PASSWORD: "not-this-one" };
      const refused = await btflow(call, wrong, folder);
      assertEquals(refused.code, 7);
      assert(!`${refused.out}${refused.err}`.includes("not-this-one"), "no secret is printed");
      fs.writeFileSync(
        path.join(folder, ".env.local"),
        `MLFLOW_TRACKING_PASSWORD=${administrator.password}\nMLFLOW_TRACKING_USERNAME=${administrator.username}\n`,
        { mode: 0o600 },
      );
      const right = await btflow(["sync"], { MLFLOW_TRACKING_URI: server.uri }, folder);
      assertEquals([right.code, right.out], [0, "Delivered 1 of 1 runs\n"]);
    } finally {
      await server.stop();
      fs.rmSync(folder, { recursive: true });
    }
  },
});

Deno.test("log: kill -9 at any moment leaves the whole run or none", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "btflow-kill-"));
  const store = path.join(folder, "store.db");
  const command = [
    ...["run", "-q", "-A", path.join(repository, "main.ts"), "log", "-e", "kills", "--offline"],
    ...["--returns", RETURNS, "--series", "all", "--attach-returns", "--store", store],
  ];
  const once = (killAfterMs: number | null): Promise<void> =>
    new Promise((resolve) => {
      const child = spawn(Deno.execPath(), command, { stdio: "ignore", cwd: folder });
      const timer = killAfterMs === null
        ? null
        : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
      child.on("exit", () => {
        if (timer !== null) clearTimeout(timer);
        resolve();
      });
    });
  const started = performance.now();
  await once(null);
  const wholeMs = performance.now() - started;
  // From before anything is kept to long after, also where the first call was far faster than these.
  for (let turn = 0; turn < 24; turn++) await once(wholeMs * (0.05 + turn / 8));
  const database = new DatabaseSync(store, { readOnly: true });
  const rows = database.prepare(
    `SELECT (SELECT count(*) FROM metrics WHERE run_id = runs.id) AS metrics,
      (SELECT count(*) FROM points WHERE run_id = runs.id) AS points,
      (SELECT count(*) FROM params WHERE run_id = runs.id) AS params,
      (SELECT count(*) FROM artifacts WHERE run_id = runs.id) AS artifacts, status
     FROM runs`,
  ).all();
  assertEquals(database.prepare("PRAGMA integrity_check").all(), [{ integrity_check: "ok" }]);
  database.close();
  const [first] = rows;
  assert(rows.length > 1, "some calls outran their kill");
  assert(rows.length < 25, "some calls were killed before they had kept anything");
  for (const row of rows) assertEquals(row, first);
  fs.rmSync(folder, { recursive: true });
});
