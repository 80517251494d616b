// What the commands answer is what MLflow's Python client answers, row for row: on a real server with
// 2,000 runs that Python made, and on a store that holds the same runs.

import { assert, assertEquals } from "@std/assert";
import { openStore } from "../../lib/store/mod.ts";
import { mlflowClient } from "../../lib/mlflow/client.ts";
import { loadConfig } from "../../lib/config/values.ts";
import type { MetricPoint, Run } from "../../lib/tracker.ts";
import { type MlflowServer, startMlflow } from "../helpers/mlflow_server.ts";
import { python, pythonTest } from "../helpers/python.ts";
import { type TestIo, testIo } from "../helpers/test_io.ts";

const RUNS = 2000;

interface Search {
  readonly experiments: readonly string[];
  readonly filter: string;
  readonly order: readonly string[];
  readonly limit: number;
  readonly deleted: boolean;
}

function ask(filter: string, order: readonly string[], rest: Partial<Search> = {}): Search {
  return { experiments: ["alpha"], filter, order, limit: 300, deleted: false, ...rest };
}

const BOTH = ["alpha", "beta"];

/** Filters, orders, limits and pages: 2,000 rows take more than one page of the server. */
const SEARCHES: readonly Search[] = [
  ask("", [], { experiments: BOTH, limit: 100_000, deleted: true }),
  ask("", [], { experiments: BOTH, limit: 100_000 }),
  ask("", ["metrics.metric_0 DESC"], { experiments: BOTH, limit: 1500 }),
  ask("", ["metrics.metric_0 ASC", "params.lookback DESC"], { limit: 1000 }),
  ask("", ["params.kind ASC", "metrics.metric_1 DESC"], { limit: 1000 }),
  ask("", ["tags.note DESC"], { limit: 1000 }),
  ask("", ["attributes.start_time ASC"], { experiments: BOTH }),
  ask("", ["attributes.run_name ASC"], { experiments: BOTH }),
  ask("", ["attributes.status ASC", "attributes.end_time DESC"], { experiments: BOTH }),
  ask("metrics.metric_0 > 0", []),
  ask("metrics.metric_0 > 0 AND metrics.metric_1 <= 0.5", ["metrics.metric_2 DESC"]),
  ask("metrics.metric_0 != 1", ["metrics.metric_0 ASC"]),
  ask("metrics.metric_3 >= -0.1 AND metrics.metric_3 < 0.1", []),
  ask("metrics.`equity` > 0.5", ["metrics.equity DESC"]),
  ask("metrics.nothing > 0", []),
  ask("params.lookback = '20'", ["metrics.metric_0 DESC"]),
  ask("params.lookback != '20'", [], { experiments: ["beta"] }),
  ask("params.kind = 'x'", []),
  ask("params.kind LIKE '%x%'", []),
  ask("params.kind ILIKE 'X'", []),
  ask('params.kind = "it\'s"', []),
  ask("params.kind = 'say \"hi\"'", []),
  ask("params.kind = 'ü'", []),
  ask("tags.desk = 'a' AND params.lookback = '5'", ["metrics.metric_4 DESC"]),
  ask("tags.note LIKE 'n%'", ["tags.note ASC"]),
  ask("tags.note IS NULL", []),
  ask("tags.note IS NOT NULL AND metrics.metric_5 > 1", []),
  ask("attributes.status = 'FAILED'", []),
  ask("attributes.status != 'FINISHED'", ["attributes.status DESC"]),
  ask("attributes.run_name LIKE 'trend%'", []),
  ask("attributes.run_name ILIKE 'TREND%'", ["attributes.run_name DESC"]),
  ask('attributes.run_name = "it\'s 50 % 48"', []),
  ask("attributes.start_time > 1700010000000", ["attributes.start_time DESC"], { limit: 17 }),
  ask("attributes.end_time < 1700005000000", []),
  ask("metrics.metric_0 > -100", ["metrics.metric_7 DESC"], { limit: 1 }),
  ask("", ["metrics.metric_0 DESC"], { limit: 999, deleted: true }),
];

type Row = Record<string, unknown>;

/** A row as both sides have it: no undefined cells, and only what both know. */
function comparable(row: Row): Row {
  const kept = Object.entries(row).filter(([key, value]) => {
    if (value === null || value === undefined) return false;
    if (["duration", "run_name", "lifecycle_stage", "artifact_uri"].includes(key)) return false;
    return !key.startsWith("tags.btflow.") && !key.startsWith("tags.mlflow.");
  });
  return Object.fromEntries(kept.sort(([a], [b]) => a < b ? -1 : 1));
}

async function search(io: TestIo, what: Search): Promise<readonly Row[]> {
  const words = ["runs", "search", "--format", "ndjson", "--max-results", String(what.limit)];
  for (const name of what.experiments) words.push("-e", name);
  for (const key of what.order) words.push("-o", key);
  if (what.filter !== "") words.push("-f", what.filter);
  if (what.deleted) words.push("--show-deleted");
  const { code, out, err } = await io.run(...words);
  assertEquals(code, 0, err);
  return out.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

interface Answers {
  readonly searches: readonly (readonly Row[])[];
  readonly histories: readonly (readonly [number, number, number][])[];
}

async function askPython(uri: string, asks: unknown): Promise<Answers> {
  return JSON.parse(await runPython(["tests/commands/ask_runs.py", uri], JSON.stringify(asks)));
}

async function runPython(args: readonly string[], stdin = ""): Promise<string> {
  const child = new Deno.Command(python(), {
    args: [...args],
    env: { MLFLOW_DISABLE_TELEMETRY: "true" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Puts the server's runs into a store, under the same ids. */
async function copyToStore(io: TestIo, server: MlflowServer): Promise<void> {
  const config = await loadConfig(io, { flags: { trackingUri: server.uri } });
  assert(config.trackingUri !== null);
  const client = mlflowClient(io, { ...config, trackingUri: config.trackingUri });
  const store = await openStore(io, `${io.folder}/store.db`);
  try {
    for (const name of BOTH) {
      const experiment = await client.findExperiment(name);
      assertEquals(await store.createExperiment(name), experiment?.id);
      const pages = client.searchRuns({
        experimentIds: [experiment?.id ?? ""],
        filter: null,
        orderBy: [],
        view: "all",
        limit: Infinity,
      });
      for await (const page of pages) {
        const records = [];
        for (const found of page) {
          records.push({ ...record(found, name), metrics: await points(client, found) });
        }
        store.commitRuns(records);
        for (const found of page) {
          if (found.lifecycleStage === "deleted") await store.deleteRun(found.id);
        }
      }
    }
  } finally {
    await client.close();
    await store.close();
  }
}

function record(found: Run, experiment: string) {
  return {
    key: found.id,
    experiment: { kind: "name" as const, name: experiment },
    runName: found.name,
    startTime: found.startTime,
    endTime: found.endTime,
    status: found.status,
    user: found.userId,
    params: found.params,
    tags: found.tags,
    datasets: [],
    artifacts: [],
    trackingUri: null,
  };
}

/** The latest values as a search gives them; whole histories only of the metric that has one. */
async function points(
  client: ReturnType<typeof mlflowClient>,
  found: Run,
): Promise<readonly MetricPoint[]> {
  const all: MetricPoint[] = [];
  for (const [key, value] of Object.entries(found.metrics)) {
    if (key !== "equity") all.push({ key, value, timestamp: found.startTime, step: 0 });
    else for await (const page of client.metricHistory(found.id, key)) all.push(...page);
  }
  return all;
}

pythonTest({
  name: "searches and histories equal the Python client's, on a server and in the store",
  sanitize: false,
  fn: async (context) => {
    const server = await startMlflow();
    const io = testIo();
    const onServer = testIo({
      cwd: io.folder,
      env: { MLFLOW_TRACKING_URI: server.uri, BTFLOW_STORE: "none" },
    });
    try {
      const database = `sqlite:///${server.folder}/mlflow.db`;
      await runPython(["tests/commands/make_runs.py", database, String(RUNS)]);
      const everything = await search(onServer, SEARCHES[0] ?? ask("", []));
      assertEquals(everything.length, RUNS);
      const histories = everything.filter((row) => row["metrics.equity"] !== undefined)
        .slice(0, 10)
        .flatMap((
          row,
        ) => [[row["run_id"], "equity"], [
          row["run_id"],
          Object.keys(row).find((key) => key.startsWith("metrics.m"))?.slice(8),
        ]]);
      const expected = await askPython(server.uri, { searches: SEARCHES, histories });
      await copyToStore(io, server);
      for (const [place, world] of [["server", onServer], ["store", io]] as const) {
        for (const [i, what] of SEARCHES.entries()) {
          await context.step(`${place}: ${JSON.stringify(what)}`, async () => {
            const rows = await search(world, what);
            assertEquals(rows.map(comparable), (expected.searches[i] ?? []).map(comparable));
          });
        }
        await context.step(
          `${place}: histories`,
          () => compareHistories(world, histories, expected),
        );
      }
    } finally {
      await server.stop();
      io.remove();
    }
  },
});

async function compareHistories(
  io: TestIo,
  histories: readonly unknown[][],
  expected: Answers,
): Promise<void> {
  assertEquals(histories.length, 20);
  for (const [i, [runId, metric]] of histories.entries()) {
    const words = ["history", "-r", String(runId), "-m", String(metric), "--format", "json"];
    const { code, out, err } = await io.run(...words);
    assertEquals(code, 0, err);
    const rows: Row[] = JSON.parse(out);
    const found = rows.map((
      { step, timestamp, value },
    ) => [step, Date.parse(String(timestamp)), value]);
    const wanted = [...expected.histories[i] ?? []].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    assertEquals(found, wanted, `${runId} ${metric}`);
  }
}
