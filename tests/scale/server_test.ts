// Many runs at once into one MLflow server on PostgreSQL, and a store that has grown large: nothing
// is lost or doubled, and what one run costs does not depend on how many came before it.

import { assert, assertEquals } from "@std/assert";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { btflow, type Ended } from "../../scripts/soak/process.ts";
import { hostIo } from "../../lib/io.ts";
import { CATALOGUE } from "../../lib/metrics/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { readServerRuns } from "../faults/server_rows.ts";
import { type MlflowServer, startMlflow } from "../helpers/mlflow_server.ts";
import { type Postgres, startPostgres } from "../helpers/postgres.ts";
import { pythonTest, repository } from "../helpers/python.ts";
import { record } from "../store/store_folder.ts";
import { size, tell } from "./size.ts";
import { writeReturns } from "../helpers/returns.ts";

const RUNS = size(160, 5000);
const PROCESSES = 8;
const ROWS = 252;
const FEW = 1000;
const MANY = size(10_000, 100_000);
const TURNS = size(3, 7);
const METRICS = CATALOGUE.filter(({ category, quantstats }) =>
  category !== "benchmark" && quantstats !== undefined
);

interface Servers {
  readonly server: MlflowServer;
  readonly postgres: Postgres;
}

async function manyAtOnce({ server, postgres }: Servers, folder: string): Promise<void> {
  for (let run = 0; run < RUNS; run++) {
    writeReturns(path.join(folder, `run-${run}.csv`), returnsOf(run));
  }
  const began = performance.now();
  const shares = await Promise.all(Array.from({ length: PROCESSES }, (_, share) => {
    const files = Array.from({ length: RUNS }, (_, run) => `run-${run}.csv`)
      .filter((_, run) => run % PROCESSES === share);
    const store = path.join(folder, `store-${share}.db`);
    return btflow(["batch", ...files, "-e", "scale", "--store", store, "--format", "json"], {
      env: { MLFLOW_TRACKING_URI: server.uri },
      cwd: folder,
    });
  }));
  const seconds = (performance.now() - began) / 1000;
  const errors = shares.filter(({ code }) => code !== 0).map(({ stderr }) => stderr);
  const peak = Math.max(...shares.map(({ peakBytes }) => peakBytes));
  tell(
    `${RUNS} runs by ${PROCESSES} processes in ${seconds.toFixed(0)} s: ` +
      `${(RUNS / seconds).toFixed(1)} runs/s, ${errors.length} processes with errors, ` +
      `peak ${(peak / 1e6).toFixed(0)} MB a process`,
  );
  assertEquals(errors, []);
  const runs = await readServerRuns(postgres.uri);
  assertEquals(runs.length, RUNS, "runs on the server, over all lifecycle stages");
  assertEquals(new Set(runs.map(({ key }) => key)).size, RUNS);
  for (const { name, status, points, params, datasets } of runs) {
    const expected = [name, "FINISHED", String(ROWS), 1];
    assertEquals([name, status, params["returns_count"], datasets.length], expected);
    // Undefined ones aside, each metric is there, and once.
    assert(points.length > METRICS.length - 5 && points.length <= METRICS.length, name);
  }
}

function returnsOf(seed: number): readonly number[] {
  return Array.from(
    { length: ROWS },
    (_, day) => Number((Math.sin(seed * 7.3 + day * day * 1.7) / 50 + 0.0004).toFixed(8)),
  );
}

/** A store of runs with every metric, all of them delivered. */
async function fill(file: string, runs: number, uri: string): Promise<void> {
  const store = await openStore(hostIo(), file);
  const one = (index: number): ReturnType<typeof record> => {
    const base = record(index, { trackingUri: uri, experiment: { kind: "name", name: "large" } });
    const timestamp = base.startTime;
    const metrics = METRICS.map(({ name }, nth) => ({
      key: name,
      value: Math.sin(index * 3.1 + nth),
      timestamp,
      step: 0,
    }));
    return { ...base, metrics };
  };
  const atOnce = 500;
  for (let from = 0; from < runs; from += atOnce) {
    store.commitRuns(Array.from({ length: atOnce }, (_, index) => one(from + index)));
  }
  await store.close();
  const database = new DatabaseSync(file);
  database.prepare("INSERT INTO servers (uri) VALUES (?)").run(uri);
  database.exec(
    `INSERT INTO deliveries (run_id, server_id, state, server_run_id, delivered_revision,
       tag_revision, delivered_time, attempts)
     SELECT r.id, s.id, 'delivered', lower(hex(randomblob(16))), 0, 0, r.end_time, 1
     FROM runs r, servers s`,
  );
  database.close();
}

async function largeStore({ server }: Servers, folder: string): Promise<void> {
  const sizes = [FEW, MANY] as const;
  const storeOf = (runs: number): string => path.join(folder, `large-${runs}.db`);
  for (const runs of sizes) await fill(storeOf(runs), runs, server.uri);
  const env = { MLFLOW_TRACKING_URI: server.uri };
  const returns = path.join(repository, "examples/sp500_returns.csv");
  const timed = async (runs: number, args: readonly string[]): Promise<Ended> => {
    const ended = await btflow([...args, "--store", storeOf(runs)], { env, cwd: folder });
    assertEquals(ended.code, 0, ended.stderr);
    return ended;
  };
  const log = ["log", "-e", "large", "--returns", returns];
  const times = new Map<string, number[]>();
  const note = (name: string, { cpuMs }: Ended): void => {
    times.set(name, [...times.get(name) ?? [], cpuMs]);
  };
  // Processor time, in turns, and the least counts: what else the machine does only adds to it.
  for (let turn = 0; turn < TURNS; turn++) {
    for (const runs of sizes) {
      note(`log ${runs}`, await timed(runs, log));
      note(`log --offline ${runs}`, await timed(runs, [...log, "--offline"]));
      const sync = await timed(runs, ["sync"]);
      assertEquals(sync.stdout, "Delivered 1 of 1 runs\n");
      note(`sync ${runs}`, sync);
    }
  }
  for (const what of ["log", "log --offline", "sync"]) {
    const [few, many] = sizes.map((runs) => Math.min(...times.get(`${what} ${runs}`) ?? [NaN]));
    tell(`${what}: ${few?.toFixed(0)} ms at ${FEW} runs, ${many?.toFixed(0)} ms at ${MANY}`);
    assert((many ?? NaN) <= 2 * (few ?? NaN), `${what}: ${few} ms, then ${many} ms`);
  }
  for (const runs of sizes) {
    tell(`a store of ${runs} runs: ${(fs.statSync(storeOf(runs)).size / 1e6).toFixed(1)} MB`);
  }
}

pythonTest({
  name: `scale: ${RUNS} runs at once to PostgreSQL, and a store of ${MANY} runs`,
  tools: ["postgresql"],
  sanitize: false,
  fn: async (t) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "btflow-scale-"));
    const postgres = await startPostgres();
    const server = await startMlflow({ args: ["--backend-store-uri", postgres.uri] });
    const servers = { server, postgres };
    try {
      await t.step("many runs at once", () => manyAtOnce(servers, folder));
      await t.step("a large store", () => largeStore(servers, folder));
    } finally {
      await server.stop();
      await postgres.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    }
  },
});
