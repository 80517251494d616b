// The promise against a real server: 300 runs logged by 8 processes at once through a connection
// that fails in every way there is, syncs killed with -9 and repeated until nothing waits. Then the
// server's own rows must be the stores', run by run and point by point.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { btflow, start } from "../../scripts/soak/process.ts";
import { startMlflow } from "../helpers/mlflow_server.ts";
import { startPostgres } from "../helpers/postgres.ts";
import { pythonTest } from "../helpers/python.ts";
import { seededRandom } from "../helpers/random.ts";
import { writeReturns } from "../helpers/returns.ts";
import { calm, drawing, type Fault, type FaultProxy, startFaultProxy } from "./fault_proxy.ts";
import { readServerRuns, type ServerRun } from "./server_rows.ts";
import { readStore, type StoreRun } from "./store_rows.ts";

const RUNS = 300;
const ROWS = 40;
/** The store of each of the 8 processes: three share one. */
const STORES = ["a", "b", "c", "d", "e", "shared", "shared", "shared"];
const KILLED_LOGGERS = 3;
const FAULTY_ROUNDS = 8;
const MOST_ROUNDS = 20;
/** The fourth process groups its runs under one more. */
const GROUPED = 3;

const PROBABILITIES: Readonly<Partial<Record<Fault, number>>> = {
  "reset before": 0.015,
  "silence before": 0.003,
  "busy before": 0.015,
  "500 before": 0.012,
  "502 before": 0.012,
  "half a reply before": 0.01,
  "web page before": 0.01,
  "reset after": 0.015,
  "silence after": 0.003,
  "busy after": 0.008,
  "500 after": 0.012,
  "502 after": 0.012,
  "half a reply after": 0.012,
  "web page after": 0.012,
};

interface History {
  readonly folder: string;
  readonly proxy: FaultProxy;
  readonly random: () => number;
  kills: number;
}

const storeFile = ({ folder }: History, name: string): string => path.join(folder, `${name}.db`);

function environment({ proxy }: History): Readonly<Record<string, string>> {
  return {
    MLFLOW_TRACKING_URI: proxy.uri,
    MLFLOW_HTTP_REQUEST_TIMEOUT: "5",
    MLFLOW_HTTP_REQUEST_MAX_RETRIES: "2",
    MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: "0.1",
  };
}

/** Writes the returns of each run and gives the growth that they come to. */
function writeRuns(folder: string, random: () => number): ReadonlyMap<string, number> {
  const growth = new Map<string, number>();
  for (let run = 0; run < RUNS; run++) {
    const values = Array.from(
      { length: ROWS },
      () => Number(((random() - 0.48) / 25).toFixed(6)),
    );
    writeReturns(path.join(folder, `run-${run}.csv`), values);
    growth.set(`run-${run}`, values.reduce((total, value) => total * (1 + value), 1) - 1);
  }
  return growth;
}

/** Starts btflow, and kills it after a time unless it ends before; null when it was killed. */
async function withKill(
  history: History,
  args: readonly string[],
  killAfterMs: number | null,
): Promise<number | null> {
  const running = start(args, { env: environment(history), cwd: history.folder });
  const timer = killAfterMs === null
    ? undefined
    : setTimeout(() => running.child.kill("SIGKILL"), killAfterMs);
  const { code, stderr } = await running.ended;
  clearTimeout(timer);
  if (code === null) history.kills++;
  // Whatever the server does: delivered, kept, or several reasons to keep.
  else assert([0, 6, 9].includes(code), `btflow ${args[0]}: exit ${code}: ${stderr}`);
  return code;
}

/** One process's share; killed in the middle if it is to be, and then resumed. */
async function logShare(history: History, share: number): Promise<void> {
  const files = Array.from({ length: RUNS }, (_, run) => run)
    .filter((run) => run % STORES.length === share).map((run) => `run-${run}.csv`);
  const args = [
    ...["batch", ...files, "-e", share % 2 === 0 ? "even" : "odd", "--jobs", "4"],
    ...["--metrics", "total_return,sharpe_ratio,max_drawdown,cagr", "--tag", `share=${share}`],
    ...["--series", "cumulative_return,drawdown", "--param", "lookback=1.0", "--resume"],
    ...["--store", storeFile(history, STORES[share] ?? "")],
    ...(share === GROUPED ? ["--parent", "grid"] : []),
    // Of the killed ones two have threads.
    ...(share % 2 === 1 ? ["--threads", "2"] : []),
    ...(share === 0 ? ["--attach-returns"] : []),
  ];
  const isKilled = share >= STORES.length - KILLED_LOGGERS;
  if (isKilled) await withKill(history, args, 800 + history.random() * 3000);
  await withKill(history, args, null);
}

/** Syncs every store, the shared one twice at once, kills many, until nothing waits anywhere. */
async function syncUntilDone(history: History): Promise<number> {
  const stores = [...new Set(STORES), "shared"];
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    if (round > FAULTY_ROUNDS) history.proxy.setDraw(calm);
    const codes = await Promise.all(stores.map((store) => {
      const isKilled = round <= FAULTY_ROUNDS && history.random() < 0.6;
      const args = ["sync", "--store", storeFile(history, store)];
      return withKill(history, args, isKilled ? 400 + history.random() * 3500 : null);
    }));
    // Two syncs that share a store may each leave runs to the other: only a round in which all say 0
    // and none was delivering for another ends it.
    if (codes.every((code) => code === 0) && await waitingRuns(history) === 0) return round;
  }
  return MOST_ROUNDS + 1;
}

async function waitingRuns(history: History): Promise<number> {
  const stores = [...new Set(STORES)].flatMap((store) => ["--store", storeFile(history, store)]);
  const status = await btflow(["sync", "--status", "--format", "json", ...stores], {
    env: environment(history),
  });
  assertEquals(status.code, 0, status.stderr);
  return (JSON.parse(status.stdout) as readonly unknown[]).length;
}

function compareRun(wanted: StoreRun, found: readonly ServerRun[], artifacts: string): void {
  const [run] = found;
  assert(run !== undefined && found.length === 1, `${wanted.name}: ${found.length} on the server`);
  assertEquals([run.status, run.stage], ["FINISHED", "active"], wanted.name);
  assertEquals([run.name, run.start, run.end], [wanted.name, wanted.start, wanted.end]);
  assertEquals(run.points, wanted.points, `${wanted.name}: points`);
  assertEquals(run.params, wanted.params, `${wanted.name}: params`);
  assertEquals(run.datasets, wanted.datasets, `${wanted.name}: datasets`);
  for (const [key, value] of Object.entries(wanted.tags)) {
    // Which run groups another is told by the server's id there, by the key in the store.
    if (key !== "mlflow.parentRunId") assertEquals(run.tags[key], value, `${wanted.name}: ${key}`);
  }
  const sizes = wanted.artifacts.map((artifact) => {
    const [file = ""] = artifact.split(" ");
    const matches = fs.globSync(`${artifacts}/*/${run.id}/artifacts/${file}`);
    return `${file} ${matches.map((match) => fs.statSync(match).size).join()}`;
  });
  assertEquals(sizes, wanted.artifacts, `${wanted.name}: artifacts`);
}

function compareAll(
  history: History,
  server: readonly ServerRun[],
  growth: ReadonlyMap<string, number>,
  artifacts: string,
): void {
  const byKey = Map.groupBy(server, ({ key }) => key);
  let total = 0;
  for (const store of new Set(STORES)) {
    const { runs, integrity } = readStore(storeFile(history, store));
    assertEquals(integrity, "ok", store);
    total += runs.length;
    for (const run of runs) compareRun(run, byKey.get(run.key) ?? [], artifacts);
  }
  assertEquals(total, RUNS + 1, "runs in the stores");
  assertEquals(server.length, RUNS + 1, "runs on the server, over all lifecycle stages");
  const names = new Set(server.map(({ name }) => name));
  assertEquals(names.size, RUNS + 1);
  for (const [name, expected] of growth) {
    const run = server.find((one) => one.name === name);
    // Computed here from the file's numbers, by neither the store nor btflow.
    assertAlmostEquals(run?.latest["total_return"] ?? NaN, expected, 1e-12, name);
    assertEquals(run?.points.filter((point) => point.startsWith("drawdown ")).length, ROWS, name);
  }
  const grid = server.find(({ name }) => name === "grid");
  const grouped = server.filter(({ tags }) => tags["mlflow.parentRunId"] !== undefined);
  assertEquals(grouped.length, Math.ceil((RUNS - GROUPED) / STORES.length), "runs in the group");
  for (const { tags } of grouped) assertEquals(tags["mlflow.parentRunId"], grid?.id);
}

pythonTest({
  name: `${RUNS} runs by 8 processes through every fault, with kills: each exactly once and whole`,
  tools: ["postgresql"],
  sanitize: false,
  fn: async () => {
    const seed = Number(Deno.env.get("BTFLOW_FAULT_SEED") ?? Math.floor(Math.random() * 2 ** 31));
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "btflow-faults-"));
    const postgres = await startPostgres();
    const server = await startMlflow({ args: ["--backend-store-uri", postgres.uri] });
    const random = seededRandom(seed);
    const draw = drawing(seededRandom(seed + 1), PROBABILITIES);
    const proxy = await startFaultProxy(server.port, draw);
    const history: History = { folder, proxy, random, kills: 0 };
    try {
      const growth = writeRuns(folder, random);
      await Promise.all(STORES.map((_, share) => logShare(history, share)));
      const rounds = await syncUntilDone(history);
      assert(rounds <= MOST_ROUNDS, `runs still wait after ${MOST_ROUNDS} rounds`);
      const rows = await readServerRuns(postgres.uri);
      compareAll(history, rows, growth, path.join(server.folder, "artifacts"));
      // Without these the history would have proved little.
      for (const fault of Object.keys(PROBABILITIES) as Fault[]) {
        assert((proxy.struck.get(fault) ?? 0) > 0, `no ${fault}`);
      }
      assert(history.kills >= 5, `only ${history.kills} kills`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`With BTFLOW_FAULT_SEED=${seed}: ${reason}`, { cause: error });
    } finally {
      await proxy.stop();
      await server.stop();
      await postgres.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    }
  },
});
