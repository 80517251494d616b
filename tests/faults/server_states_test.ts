// What a user sees when the server is not as it was: a run or an experiment deleted there, artifacts
// kept elsewhere, a store of files, a restart in the middle, two syncs at once. Exact texts and codes.

import { assert, assertEquals, assertMatch } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { btflow } from "../../scripts/soak/process.ts";
import { type MlflowServer, startMlflow } from "../helpers/mlflow_server.ts";
import { pythonTest } from "../helpers/python.ts";
import { type CommandLine, commandLine } from "./command_line.ts";
import { calm, startFaultProxy } from "./fault_proxy.ts";

const OTHER_SETTINGS = {
  MLFLOW_HTTP_REQUEST_MAX_RETRIES: "1",
  MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: "0.1",
};

async function withCommandLine(
  uri: string,
  work: (line: CommandLine) => Promise<void>,
): Promise<void> {
  const line = commandLine({ MLFLOW_TRACKING_URI: uri, ...OTHER_SETTINGS });
  try {
    await work(line);
  } finally {
    line.remove();
  }
}

/** Names of the runs of an experiment on the server, over all lifecycle stages. */
async function namesOnServer(line: CommandLine, experiment: string): Promise<readonly string[]> {
  const args = ["runs", "-e", experiment, "--show-deleted", "--max-results", "all"];
  const { code, out, err } = await line.call(...args, "--format", "json");
  assertEquals(code, 0, err);
  return (JSON.parse(out) as { run_name: string }[]).map(({ run_name }) => run_name).sort();
}

async function deletedRun(line: CommandLine, { uri }: MlflowServer): Promise<void> {
  const { run_id, run_key } = await line.log("runs-deleted");
  await line.call("runs", "delete", run_id, "--yes");
  assertEquals(await line.call("sync"), { code: 0, out: "Nothing waits\n", err: "" });
  // It changes in the store, so it waits again; the server's copy is gone by then.
  const changed = await line.call("runs", "update", run_key, "--tag", "a=b", "--store", "store.db");
  assertEquals(changed.code, 0, changed.err);
  const told = {
    code: 6,
    out: "Delivered 0 of 1 runs\n",
    err: `error: Cannot deliver run ${run_key}: it is deleted on ${uri} (run ${run_id}); ` +
      'restore it there, or make it anew with "btflow sync --recreate"; it is kept in the store\n',
  };
  assertEquals(await line.call("sync"), told);
  assertEquals(await line.call("sync"), told, "it is not made again by asking twice");
  assertEquals((await namesOnServer(line, "runs-deleted")).length, 1);
  const status = await line.call("sync", "--status", "--format", "json");
  const [{ state, reason }] = JSON.parse(status.out);
  assertEquals([state, reason], [
    "deleted",
    "deleted on the server; send it again with --recreate",
  ]);
  const again = await line.call("sync", "--recreate");
  assertEquals(again, { code: 0, out: "Delivered 1 of 1 runs\n", err: "" });
  assertEquals((await namesOnServer(line, "runs-deleted")).length, 2);
}

async function deletedExperiment(line: CommandLine, { uri }: MlflowServer): Promise<void> {
  const { run_key } = await line.log("gone", "--offline");
  await line.log("stays", "--offline");
  await line.call("experiments", "create", "-n", "gone");
  await line.call("experiments", "delete", "gone", "--yes");
  assertEquals(await line.call("sync"), {
    code: 6,
    out: "Delivered 1 of 2 runs\n",
    err: `error: Cannot deliver run ${run_key}: experiment "gone" is deleted on ${uri}; ` +
      '"btflow experiments restore" brings it back; it is kept in the store, ' +
      '"btflow sync" delivers it\n',
  });
  assertEquals(await namesOnServer(line, "stays"), ["returns"]);
  const direct = await line.log("gone");
  assertEquals([direct.code, direct.delivered], [6, false]);
  await line.call("experiments", "restore", "gone");
  assertEquals(await line.call("sync"), { code: 0, out: "Delivered 2 of 2 runs\n", err: "" });
  assertEquals(await namesOnServer(line, "gone"), ["returns", "returns"]);
}

async function artifactsElsewhere(line: CommandLine): Promise<void> {
  fs.writeFileSync(path.join(line.folder, "notes.txt"), "hello");
  const made = ["experiments", "create", "-n", "cold", "--artifact-location", "s3://bucket/cold"];
  assertEquals((await line.call(...made)).code, 0);
  const { code, out, run_id, run_key } = await line.log("cold", "--artifact", "notes.txt");
  assertEquals(code, 5);
  assertEquals(JSON.parse(out).undeliverable, [{
    part: "artifact notes.txt",
    reason: `the artifacts of run ${run_id} are at s3://bucket/cold/${run_id}/artifacts, which ` +
      "only the server's own clients reach (mlflow-artifacts: is needed)",
  }]);
  const got = await line.call("runs", "get", run_id, "--format", "json");
  assertMatch(got.out, /"total_return": 0\.0096/);
  assertEquals(await line.call("sync"), { code: 0, out: "Nothing waits\n", err: "" });
  // The store has the only copy of the file, so making room must not remove it.
  const room = ["runs", "delete", "--delivered", "--older-than", "1s", "--yes"];
  await new Promise((resolve) => setTimeout(resolve, 1200));
  const pruned = await line.call(...room);
  assertMatch(pruned.out, /^Removed 0 runs /);
  const kept = await line.call("runs", "artifacts", run_key, "--store", "store.db");
  assertMatch(kept.out, /notes\.txt/);
}

async function twoSyncs(line: CommandLine, server: MlflowServer): Promise<void> {
  const count = 60;
  const created: string[] = [];
  // Slow enough that both are at it at once, whichever starts first.
  const proxy = await startFaultProxy(server.port, (_, url) => {
    if (url.endsWith("/runs/create")) created.push(url);
    return "none";
  });
  try {
    const files = Array.from({ length: count }, (_, run) => `shared-${run}.csv`);
    for (const file of files) {
      fs.copyFileSync(`${line.folder}/returns.csv`, `${line.folder}/${file}`);
    }
    const batch = ["batch", ...files, "-e", "shared", "--metrics", "cagr", "--offline"];
    assertEquals((await line.call(...batch, "--tracking-uri", proxy.uri)).code, 0);
    const sync = ["sync", "--jobs", "1", "--store", line.store, "--tracking-uri", proxy.uri];
    const syncs = await Promise.all([1, 2, 3].map(() => btflow(sync)));
    for (const { code, stdout, stderr } of syncs) {
      assertEquals(code, 0, stderr);
      assert(!stderr.includes("failed"), stderr);
      assertMatch(
        stdout,
        /^Delivered \d+ of \d+ runs(; \d+ are being delivered by another sync)?\n$/,
      );
    }
    assert(
      syncs.some(({ stdout }) => stdout.includes("by another sync")),
      "they were never at work at once",
    );
    assertEquals(created.length, count, "each run is created once");
    assertEquals(
      await namesOnServer(line, "shared"),
      files.map((file) => file.slice(0, -4)).sort(),
    );
  } finally {
    proxy.setDraw(calm);
    await proxy.stop();
  }
}

/** The server looks for a dataset, then inserts it: two runs that bring the same one collide there. */
async function sameDataset(line: CommandLine): Promise<void> {
  const names = Array.from({ length: 40 }, (_, run) => `same-${run}`);
  const manifest = ["returns,run_name", ...names.map((name) => `returns.csv,${name}`), ""];
  fs.writeFileSync(path.join(line.folder, "sweep.csv"), manifest.join("\n"));
  const batch = ["batch", "--manifest", "sweep.csv", "-e", "same", "--metrics", "cagr"];
  const { code, out, err } = await line.call(...batch, "--jobs", "16");
  assertEquals([code, err.includes("UNIQUE")], [0, false], `${out}${err}`);
  const verified = await line.call("sync", "--verify", "-e", "same");
  assertEquals(verified.out, "Nothing waits\nVerified 40 of 40 delivered runs\n");
}

async function restartMidway(line: CommandLine, server: MlflowServer): Promise<void> {
  const files = Array.from({ length: 60 }, (_, run) => `midway-${run}.csv`);
  for (const file of files) fs.copyFileSync(`${line.folder}/returns.csv`, `${line.folder}/${file}`);
  await line.call("experiments", "create", "-n", "midway");
  let ended = false;
  const batch = line.call("batch", ...files, "-e", "midway", "--metrics", "cagr", "--jobs", "2")
    .finally(() => ended = true);
  while (!ended && (await namesOnServer(line, "midway")).length < 5) { /* until it is at it */ }
  await server.restart();
  const { code, out } = await batch;
  assertEquals(code, 6, out);
  const [, delivered] = /^Logged 60 of 60 runs, (\d+) delivered to /.exec(out) ?? [];
  assert(Number(delivered) >= 3 && Number(delivered) < 60, out);
  assertMatch(out, /\nKept, not delivered: \d+ \(.*\); "btflow sync" delivers (it|them)\n/);
  const rest = await line.call("sync", "-e", "midway", "--verify");
  const left = 60 - Number(delivered);
  assertEquals(rest, {
    code: 0,
    out: `Delivered ${left} of ${left} runs\nVerified 60 of 60 delivered runs\n`,
    err: "",
  });
  assertEquals(await namesOnServer(line, "midway"), files.map((file) => file.slice(0, -4)).sort());
}

pythonTest({
  name: "a server that is not as it was: each case ends as promised, in words",
  sanitize: false,
  fn: async (t) => {
    const server = await startMlflow();
    const cases = {
      "a run deleted on the server is told of, and made again only on request": deletedRun,
      "an experiment deleted on the server holds back its own runs only": deletedExperiment,
      "artifacts that cannot be delivered are told of, the rest is delivered": artifactsElsewhere,
      "syncs of one store at once share the work": twoSyncs,
      "runs that bring the same dataset at once": sameDataset,
      "a server that restarts midway": restartMidway,
    };
    try {
      for (const [name, work] of Object.entries(cases)) {
        await t.step(name, () => withCommandLine(server.uri, (line) => work(line, server)));
      }
    } finally {
      await server.stop();
    }
  },
});

pythonTest({
  name: "a server that keeps runs in files gets them whole, and doctor warns",
  version: "2",
  sanitize: false,
  fn: async () => {
    const folder = fs.mkdtempSync("/tmp/btflow-files-");
    const server = await startMlflow({
      version: "2",
      args: ["--backend-store-uri", path.join(folder, "mlruns")],
    });
    try {
      await withCommandLine(server.uri, async (line) => {
        const backend = async (): Promise<unknown> => {
          const { out } = await line.call("doctor", "--format", "json");
          const found = JSON.parse(out) as { name: string; status: string }[];
          return found.find(({ name }) => name === "backend")?.status;
        };
        assertEquals(await backend(), "skipped", "the default experiment tells nothing");
        fs.writeFileSync(path.join(line.folder, "notes.txt"), "hello");
        const more = ["--series", "all", "--artifact", "notes.txt"];
        const logged = await line.log("files", ...more);
        assertEquals([logged.code, logged.delivered], [0, true], logged.err);
        const verified = await line.call("sync", "--verify");
        assertEquals(verified.out, "Nothing waits\nVerified 1 of 1 delivered runs\n");
        assertEquals(await backend(), "warning");
      });
    } finally {
      await server.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    }
  },
});
