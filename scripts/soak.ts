// A long run of simulated cron: several schedules that each start `btflow log` as a process of its
// own into one shared store, a `sync` and a clean-up now and then, and a server that goes away and
// comes back. What must stay flat is sampled, and at the end every run must be on the server once.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { startMlflow } from "../tests/helpers/mlflow_server.ts";
import { openGate } from "./soak/gate.ts";
import { btflow, type Ended, repository } from "./soak/process.ts";
import { csv, type Sample, summary, table, type Window } from "./soak/samples.ts";

export interface SoakOptions {
  readonly seconds: number;
  /** Schedules that run side by side. */
  readonly loggers: number;
  /** Between two logs, over all schedules. */
  readonly intervalMs: number;
  /** The server's turns: so long there, so long away. */
  readonly upMs: number;
  readonly downMs: number;
  readonly syncMs: number;
  /** How often delivered runs are removed from the store, and how old they then are at least. */
  readonly pruneMs: number;
  readonly sampleMs: number;
  readonly onSample?: (sample: Sample) => void;
}

export interface SoakResult {
  readonly samples: readonly Sample[];
  /** Names of all runs that `log` said it kept. */
  readonly logged: readonly string[];
  /** How often each run name is on the server, over all lifecycle stages. */
  readonly onServer: ReadonlyMap<string, number>;
  /** Runs that wait at the end, once the server is back and a sync has run. */
  readonly waiting: number;
  /** How many delivered runs were removed from the store: on the way, and once more at the end. */
  readonly removed: { readonly meanwhile: number; readonly atTheEnd: number };
  /**
   * How many the store keeps after that, and how many of them because the server went away while it
   * made them: a second may still arrive, so the clean-up leaves them for a day.
   */
  readonly kept: { readonly runs: number; readonly inDoubt: number };
  /** What `log` or `sync` answered that it never should. */
  readonly surprises: readonly string[];
}

const RETURNS = path.join(repository, "examples/sp500_returns.csv");
const EXPERIMENT = "soak";

/** Runs the simulation against an MLflow server of its own. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "btflow-soak-"));
  const server = await startMlflow();
  const gate = await openGate(server.port);
  const store = path.join(folder, "store.db");
  const env = {
    MLFLOW_TRACKING_URI: gate.uri,
    MLFLOW_HTTP_REQUEST_TIMEOUT: "20",
    MLFLOW_HTTP_REQUEST_MAX_RETRIES: "1",
    BTFLOW_STORE: store,
  };
  const call = (...args: readonly string[]): Promise<Ended> => btflow(args, { env, cwd: folder });
  const end = Date.now() + options.seconds * 1000;
  const logged: string[] = [];
  const surprises: string[] = [];
  let [isUp, window] = [true, emptyWindow()];
  const surprise = (what: string, { code, stderr }: Ended): void => {
    surprises.push(`${what}: exit ${code}: ${stderr.trim()}`);
  };

  const logger = async (number: number): Promise<void> => {
    const everyMs = options.intervalMs * options.loggers;
    let next = Date.now() + (number * everyMs) / options.loggers;
    for (let count = 0; next < end; count++, next += everyMs) {
      await sleep(next - Date.now());
      const name = `${number}-${count}`;
      const wasUp = isUp;
      const ended = await call(
        ...["log", "-e", EXPERIMENT, "-r", name, "--returns", RETURNS, "--param", `n=${count}`],
      );
      if (ended.code === 0 || ended.code === 6) logged.push(name);
      if (ended.code !== 0 && ended.code !== 6) surprise(`log ${name}`, ended);
      else if (ended.code === 0 || !(wasUp && isUp)) window.logs.push({ ...ended, isUp: wasUp });
      else if (!hasTurned(ended)) surprise(`log ${name} with the server there`, ended);
    }
  };
  let turnedAt = Date.now();
  const hasTurned = ({ elapsedMs }: Ended): boolean => Date.now() - turnedAt < elapsedMs + 1000;
  const turns = async (): Promise<void> => {
    while (Date.now() < end) {
      await sleep(Math.min(isUp ? options.upMs : options.downMs, end - Date.now()));
      await (isUp ? gate.shut() : gate.open());
      isUp = !isUp;
      turnedAt = Date.now();
    }
  };
  const repeatedly = async (everyMs: number, work: () => Promise<void>): Promise<void> => {
    for (let next = Date.now() + everyMs; next < end; next += everyMs) {
      await sleep(next - Date.now());
      await work();
    }
  };
  const sync = async (): Promise<void> => {
    const ended = await call("sync");
    if (ended.code !== 0 && ended.code !== 6) surprise("sync", ended);
    window.syncs.push({ ...ended, isUp });
  };
  const prune = async (ageMs: number): Promise<number> => {
    const ended = await call(
      ...["runs", "delete", "--delivered", "--older-than", `${Math.ceil(ageMs / 1000)}s`],
      ...["--yes", "--format", "json"],
    );
    if (ended.code !== 0) surprise("prune", ended);
    return ended.code === 0 ? (JSON.parse(ended.stdout) as { removed: number }).removed : 0;
  };
  let meanwhile = 0;
  const waiting = async (): Promise<number> => {
    const ended = await call("sync", "--status", "--format", "json");
    if (ended.code !== 0) surprise("sync --status", ended);
    return ended.code === 0 ? (JSON.parse(ended.stdout) as readonly unknown[]).length : NaN;
  };
  const samples: Sample[] = [];
  const began = Date.now();
  const sample = async (): Promise<void> => {
    const closed = window;
    window = emptyWindow();
    const taken = summary(closed, {
      second: Math.round((Date.now() - began) / 1000),
      waiting: await waiting(),
      storeBytes: sizeOf(store),
      journalBytes: sizeOf(`${store}-wal`),
    });
    samples.push(taken);
    options.onSample?.(taken);
  };

  try {
    await Promise.all([
      ...Array.from({ length: options.loggers }, (_, number) => logger(number)),
      turns(),
      repeatedly(options.syncMs, sync),
      repeatedly(options.pruneMs, async () => {
        meanwhile += await prune(options.pruneMs);
      }),
      repeatedly(options.sampleMs, sample),
    ]);
    await gate.open();
    const last = await call("sync");
    if (last.code !== 0) surprise("the last sync", last);
    await sample();
    const onServer = await runsOnServer(server.uri);
    const left = await waiting();
    await sleep(1000); // The youngest run is older than the least age there is.
    const removed = { meanwhile, atTheEnd: await prune(1000) };
    return { samples, logged, onServer, waiting: left, removed, kept: keptIn(store), surprises };
  } finally {
    await gate.shut();
    await server.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function emptyWindow(): Window {
  return { logs: [], syncs: [] };
}

function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Asked of the file itself, not through btflow. */
function keptIn(store: string): SoakResult["kept"] {
  const database = new DatabaseSync(store, { readOnly: true });
  try {
    const count = (from: string): number => Number(database.prepare(from).get()?.n);
    return {
      runs: count("SELECT count(*) AS n FROM runs"),
      inDoubt: count("SELECT count(DISTINCT run_id) AS n FROM deliveries WHERE uncertain > 0"),
    };
  } finally {
    database.close();
  }
}

async function sleep(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Counts the server's runs by name: asked of the server itself, not through btflow. */
async function runsOnServer(uri: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const ask = async <T>(what: string, body: unknown): Promise<T> => {
    const reply = await fetch(`${uri}/api/2.0/mlflow/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!reply.ok) throw new Error(`${what}: ${reply.status} ${await reply.text()}`);
    return await reply.json() as T;
  };
  const { experiments = [] } = await ask<{ experiments?: { experiment_id: string }[] }>(
    "experiments/search",
    { max_results: 100 },
  );
  for (let token: string | undefined = "";;) {
    const page: { runs?: { info: { run_name: string } }[]; next_page_token?: string } = await ask(
      "runs/search",
      {
        experiment_ids: experiments.map(({ experiment_id }) => experiment_id),
        run_view_type: "ALL",
        max_results: 1000,
        ...(token === "" ? {} : { page_token: token }),
      },
    );
    for (const { info } of page.runs ?? []) {
      counts.set(info.run_name, (counts.get(info.run_name) ?? 0) + 1);
    }
    token = page.next_page_token;
    if (token === undefined || token === "") return counts;
  }
}

/** What is wrong at the end; empty when nothing is lost, doubled or left. */
export function faultsOf(result: SoakResult): readonly string[] {
  const { logged, onServer, waiting, removed, kept, surprises } = result;
  const removals = removed.meanwhile + removed.atTheEnd;
  return [
    ...surprises,
    ...(waiting === 0 ? [] : [`${waiting} runs still wait`]),
    ...(removals + kept.runs === logged.length
      ? []
      : [`${removals} runs were removed and ${kept.runs} kept, of ${logged.length}`]),
    ...(kept.runs === kept.inDoubt
      ? []
      : [`${kept.runs} delivered runs were left in the store, ${kept.inDoubt} of them in doubt`]),
    ...logged.filter((name) => onServer.get(name) !== 1)
      .map((name) => `run ${name} is on the server ${onServer.get(name) ?? 0} times`),
    ...[...onServer.keys()].filter((name) => !logged.includes(name))
      .map((name) => `run ${name} is on the server though "log" never said so`),
  ];
}

const USAGE = `Simulate cron against a server that goes away and comes back.

Usage: deno run -A scripts/soak.ts [--seconds 3600] [--loggers 4] [--interval-ms 1000] [--csv FILE]
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      "seconds": { type: "string", default: "3600" },
      "loggers": { type: "string", default: "4" },
      "interval-ms": { type: "string", default: "1000" },
      "csv": { type: "string" },
      "help": { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const write = (sample: Sample, isFirst: boolean): void => {
    if (values.csv !== undefined) fs.appendFileSync(values.csv, csv(sample, isFirst));
  };
  let taken = 0;
  const result = await soak({
    seconds: Number(values.seconds),
    loggers: Number(values.loggers),
    intervalMs: Number(values["interval-ms"]),
    upMs: 180_000,
    downMs: 60_000,
    syncMs: 60_000,
    pruneMs: 300_000,
    sampleMs: 60_000,
    onSample: (sample) => write(sample, taken++ === 0),
  });
  console.log(table(result.samples));
  const faults = faultsOf(result);
  console.log(`${result.logged.length} runs logged, ${result.onServer.size} on the server`);
  for (const fault of faults) console.log(fault);
  return faults.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
