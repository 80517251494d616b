// The best 20 runs of 100,000 in the store, beside MLflow's own search of 10,000 in its SQLite
// database: once as a process that starts, as a user waits for it, and once the search alone.

import path from "node:path";

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
import { fillStore } from "../stored_runs.ts";

const EXPERIMENT = "bench";
const METRICS = 24;
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
    await fillStore(store, {
      runs: ourRuns,
      metrics: METRICS,
      experiments: [[EXPERIMENT, 1000]],
    });
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
      faster(`${work}, the search alone`, warm, theirWarm, 20),
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
