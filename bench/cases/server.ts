// A sweep to a local MLflow server, beside MLflow's Python client and beside a bare loop of the very
// requests that btflow sends. All three write to one server with its usual four workers.

import { Buffer } from "node:buffer";
import fs from "node:fs";
import path from "node:path";

import { startMlflow } from "../../tests/helpers/mlflow_server.ts";
import {
  type BenchContext,
  both,
  type Case,
  denoRun,
  faster,
  interleave,
  type Measured,
  python,
  pythonScript,
  repository,
  type Row,
} from "../harness.ts";
import { sweepFiles } from "../inputs.ts";
import { type Recorded, startRecorder } from "../recorder.ts";

const JOBS = 8;
const EXPERIMENT = "bench";

/** `batch --jobs 8` to a server. */
export const SERVER: Case = {
  name: "server",
  summary: "batch of 200 runs to a local MLflow server beside its client and a bare loop",
  run: async (context) => {
    const server = await startMlflow({ args: ["--workers", context.quick ? "1" : "4"] });
    try {
      return await compare(context, server.uri);
    } finally {
      await server.stop();
    }
  },
};

async function compare(context: BenchContext, uri: string): Promise<readonly Row[]> {
  const files = sweepFiles(context.folder, context.quick ? 3 : 200, 2520);
  const batch = [context.binary, "batch", "-e", EXPERIMENT, "--jobs", String(JOBS), ...files];
  const store = (name: string): readonly string[] => [
    "--store",
    path.join(context.folder, `server_${name}.db`),
  ];
  const requests = await record(uri, [...batch, ...store("recorded")]);
  const recording = path.join(context.folder, "recording.json");
  fs.writeFileSync(recording, JSON.stringify(requests));
  const content = path.join(context.folder, "content.json");
  fs.writeFileSync(content, JSON.stringify(contentOf(requests, context.folder)));
  const pieces = files.length;
  // One after the other, so that each costs the same: a part of them tells.
  const clientRuns = Math.ceil(pieces / 4);
  const [ours, bare, client] = await interleave(context, [
    {
      name: "btflow",
      command: batch,
      fresh: (run) => [...store(String(run)), "--tracking-uri", uri],
      pieces,
    },
    {
      name: "bare loop",
      command: [
        ...denoRun(path.join(repository, "bench", "replay.ts")),
        ...[uri, recording, String(JOBS)],
      ],
      pieces,
    },
    {
      name: "mlflow client",
      command: [python, pythonScript("mlflow_runs.py"), uri, String(clientRuns), content],
      ownCost: (stdout) => perRun(stdout, clientRuns),
    },
  ]);
  const work = `\`batch --jobs ${JOBS}\`, ${pieces} runs to a server, per run`;
  return [faster(work, ours, client, 6), shareOfBare(work, ours, bare)];
}

function perRun(stdout: string, runs: number): { seconds: number; cpuSeconds: number } {
  const own = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as {
    readonly seconds: number;
    readonly cpu_seconds: number;
  };
  return { seconds: own.seconds / runs, cpuSeconds: own.cpu_seconds / runs };
}

function shareOfBare(work: string, ours: Measured | undefined, bare: Measured | undefined): Row {
  const [our, their] = both(ours, bare);
  const share = their.seconds / our.seconds;
  return {
    work: `${work}: share of the bare loop's rate`,
    ours: our,
    theirs: their,
    promise: { text: "≥ 90 %", holds: share >= 0.9 },
  };
}

async function record(uri: string, command: readonly string[]): Promise<readonly Recorded[]> {
  const recorder = startRecorder(uri);
  const [program = "", ...args] = command;
  const { success, stderr } = await new Deno.Command(program, {
    args: [...args, "--tracking-uri", recorder.uri],
    stdout: "null",
    stderr: "piped",
  }).output();
  await recorder.stop();
  if (!success) throw new Error(`Cannot record: ${new TextDecoder().decode(stderr).slice(-2000)}`);
  return recorder.requests;
}

interface Pair {
  readonly key: string;
  readonly value: string | number;
}

interface Content {
  readonly params: Record<string, string | number>;
  readonly metrics: Record<string, string | number>;
  readonly tags: Record<string, string | number>;
  readonly datasets: unknown[];
  readonly files: string[];
}

/** What the first run carries, but for what MLflow's client sets by itself. */
function contentOf(requests: readonly Recorded[], folder: string): Content {
  const content: Content = { params: {}, metrics: {}, tags: {}, datasets: [], files: [] };
  const first = requests.find(({ runId }) => runId !== null)?.runId;
  for (const request of requests.filter(({ runId }) => runId === first)) {
    const body = Buffer.from(request.body, "latin1");
    if (request.method === "PUT") {
      const file = path.join(folder, path.posix.basename(request.path));
      fs.writeFileSync(file, body);
      content.files.push(file);
      continue;
    }
    const parsed = JSON.parse(body.toString() || "{}") as
      & Partial<Record<"params" | "metrics" | "tags", readonly Pair[]>>
      & { readonly datasets?: readonly { readonly dataset: unknown }[] };
    content.datasets.push(...(parsed.datasets ?? []).map(({ dataset }) => dataset));
    for (const part of ["params", "metrics", "tags"] as const) {
      for (const { key, value } of parsed[part] ?? []) {
        if (part !== "tags" || !key.startsWith("mlflow.")) content[part][key] = value;
      }
    }
  }
  return content;
}
