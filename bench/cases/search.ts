// The best 20 runs of 100,000 in the store, beside MLflow's own search of 10,000 in its SQLite
// database: once as a process that starts, as a user waits for it, and once the search alone.

import path from "node:path";

import { hostIo } from "../../lib/io.ts";
import { openStore, type RunRecord } from "../../lib/store/mod.ts";
import { CATALOGUE } from "../../lib/metrics/mod.ts";
import {
  type BenchContext,
  type Case,
  denoRun,
  faster,
  interleave,
  median,
  python,
  pythonScript,
  repository,
} from "../harness.ts";
import { seededRandom } from "../../tests/helpers/random.ts";

const EXPERIMENT = "bench";
const METRICS = 24;
const GROUP_RUNS = 500;
const REPEATS = 5;
const FILTER = "metrics.sharpe_ratio > 0.5 and params.lookback = '20'";

/** `runs search` with a filter, an order and a limit. */
export const SEARCH: Case = {
  name: "search",
  summary: "runs search over 100,000 runs in the store beside MLflow's over 10,000",
  run: async (context) => {
    const ourRuns = context.quick ? 200 : 100_000;
    const theirRuns = context.quick ? 100 : 10_000;
    const store = path.join(context.folder, "search.db");
    context.note(`filling a store with ${ourRuns} runs`);
    await fillStore(store, ourRuns);
    const database = path.join(context.folder, "mlflow.db");
    context.note(`filling MLflow's database with ${theirRuns} runs`);
    await fillMlflow(context, database, theirRuns);
    const [cold, theirCold, warm, theirWarm] = await interleave(context, [
      {
        name: "btflow",
        command: [
          ...[context.binary, "runs", "search", "-e", EXPERIMENT, "--store", store],
          ...["--filter", FILTER, "--order-by", "metrics.sharpe_ratio DESC"],
          ...["--max-results", "20"],
        ],
      },
      { name: "mlflow", command: mlflowSearch(database, 0) },
      { name: "btflow", command: storeSearch(store), ownCost: searchCost },
      { name: "mlflow", command: mlflowSearch(database, REPEATS), ownCost: searchCost },
    ]);
    const work = `\`runs search\` of ${ourRuns.toLocaleString("en")} runs (MLflow: ${
      theirRuns.toLocaleString("en")
    }), filter + order + top 20`;
    return [
      faster(`${work}, cold process`, cold, theirCold, 10),
      faster(`${work}, the search alone`, warm, theirWarm, 10),
    ];
  },
};

function mlflowSearch(database: string, repeats: number): readonly string[] {
  const script = pythonScript("mlflow_search.py");
  return [python, script, database, EXPERIMENT, FILTER, String(repeats)];
}

function storeSearch(store: string): readonly string[] {
  const script = path.join(repository, "bench", "store_search.ts");
  return [...denoRun(script), store, EXPERIMENT, FILTER, String(REPEATS)];
}

function searchCost(stdout: string): { seconds: number; cpuSeconds: number } {
  const own = JSON.parse(stdout) as {
    readonly seconds: readonly number[];
    readonly cpu_seconds: readonly number[];
  };
  return { seconds: median(own.seconds), cpuSeconds: median(own.cpu_seconds) };
}

/** Runs as a sweep leaves them: a parameter grid and the first metrics of the catalogue. */
async function fillStore(file: string, count: number): Promise<void> {
  const store = await openStore(hostIo(), file);
  const random = seededRandom(7);
  const names = CATALOGUE.slice(0, METRICS).map(({ name }) => name);
  for (let first = 0; first < count; first += GROUP_RUNS) {
    const length = Math.min(GROUP_RUNS, count - first);
    store.commitRuns(Array.from({ length }, (_, index) => runRecord(first + index, names, random)));
  }
  await store.close();
}

const START = Date.UTC(2026, 0, 1);

function runRecord(number: number, names: readonly string[], random: () => number): RunRecord {
  const startTime = START + number * 1000;
  const point = (key: string): RunRecord["metrics"][number] => ({
    key,
    value: random() * 2 - 0.5,
    timestamp: startTime,
    step: 0,
  });
  return {
    experiment: { kind: "name", name: EXPERIMENT },
    runName: `run-${number}`,
    startTime,
    endTime: startTime + 1000,
    status: "FINISHED",
    user: "bench",
    params: { lookback: String(5 + number % 40), threshold: (number % 17 / 10).toFixed(1) },
    tags: { "mlflow.source.name": "btflow" },
    metrics: names.map(point),
    datasets: [],
    artifacts: [],
    trackingUri: null,
  };
}

async function fillMlflow(
  { folder }: BenchContext,
  database: string,
  count: number,
): Promise<void> {
  const { success, stderr } = await new Deno.Command(python, {
    args: [pythonScript("mlflow_fill.py"), database, EXPERIMENT, String(count), String(METRICS)],
    cwd: folder,
    env: { MLFLOW_DISABLE_TELEMETRY: "true" },
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).slice(-2000));
}
