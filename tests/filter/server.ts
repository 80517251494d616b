// A server with the seed's runs on it, by plain REST calls: what a filter means on a server is asked
// of the server itself, not of our client.

import { assertEquals } from "@std/assert";
import type { FilterableExperiment, FilterableRun } from "../../lib/filter/mod.ts";
import type { MlflowServer } from "../helpers/mlflow_server.ts";
import { type SeedRun, seedRuns } from "./seed.ts";

/** A seeded server. */
export interface Seeded {
  readonly uri: string;
  readonly experimentId: string;
  /** All runs, deleted ones too, as the server gives them. */
  readonly runs: readonly FilterableRun[];
  /** Its answers so far: most filters are asked twice, as written and as pushed down. */
  readonly answers: Map<string, Promise<Answer>>;
}

/** What a server says to a search: the ids found, or why it refuses. */
export interface Answer {
  readonly status: number;
  readonly ids: readonly string[];
  readonly message: string;
}

interface Reply<Body> {
  readonly status: number;
  readonly body: Body;
}

interface Pair {
  readonly key: string;
  readonly value: string;
}

interface RunJson {
  readonly info: {
    readonly run_id: string;
    readonly run_name: string;
    readonly status: string;
    readonly start_time: number;
    readonly end_time?: number;
    readonly artifact_uri: string;
    readonly user_id?: string;
  };
  readonly data: {
    readonly metrics?: readonly { readonly key: string; readonly value: number | string }[];
    readonly params?: readonly Pair[];
    readonly tags?: readonly Pair[];
  };
  readonly inputs?: { readonly dataset_inputs?: readonly DatasetJson[] };
}

interface DatasetJson {
  readonly dataset: { readonly name: string; readonly digest: string };
  readonly tags?: readonly Pair[];
}

interface SearchJson {
  readonly runs?: readonly RunJson[];
  readonly message?: string;
}

interface ExperimentsJson {
  readonly experiments?: readonly {
    readonly experiment_id: string;
    readonly name: string;
    readonly creation_time?: number;
    readonly last_update_time?: number;
    readonly tags?: readonly Pair[];
  }[];
  readonly message?: string;
}

/** Sends JSON to a server's REST interface. */
export async function call<Body>(uri: string, path: string, body: unknown): Promise<Reply<Body>> {
  const reply = await fetch(`${uri}/api/2.0/mlflow/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await reply.text();
  try {
    return { status: reply.status, body: JSON.parse(text) as Body };
  } catch {
    // A server that fails answers in HTML.
    return { status: reply.status, body: { message: text } as Body };
  }
}

/** The same, of a request that has to succeed. */
export async function must<Body>(uri: string, path: string, body: unknown): Promise<Body> {
  const reply = await call<Body>(uri, path, body);
  assertEquals(reply.status, 200, `${path}: ${JSON.stringify(reply.body)}`);
  return reply.body;
}

/** Puts the seed's runs on a server. */
export async function seedServer(server: MlflowServer): Promise<Seeded> {
  const { uri } = server;
  const { experiment_id: experimentId } = await must<{ experiment_id: string }>(
    uri,
    "experiments/create",
    { name: "filters" },
  );
  for (const run of seedRuns(42, 20260101)) await createRun(uri, experimentId, run);
  const { body } = await searchPage(uri, experimentId, "", []);
  return { uri, experimentId, runs: (body.runs ?? []).map(fromJson), answers: new Map() };
}

async function createRun(uri: string, experimentId: string, run: SeedRun): Promise<void> {
  const created = await must<{ run: RunJson }>(uri, "runs/create", {
    experiment_id: experimentId,
    run_name: run.name,
    start_time: run.startTime,
    user_id: run.userId,
  });
  const runId = created.run.info.run_id;
  const timestamp = run.startTime;
  await must(uri, "runs/log-batch", {
    run_id: runId,
    metrics: Object.entries(run.metrics).map(([key, value]) => ({
      key,
      value: Number.isNaN(value) ? "NaN" : value,
      timestamp,
      step: 0,
    })),
    params: Object.entries(run.params).map(([key, value]) => ({ key, value })),
    tags: Object.entries(run.tags).map(([key, value]) => ({ key, value })),
  });
  if (run.datasets.length > 0) {
    await must(uri, "runs/log-inputs", {
      run_id: runId,
      datasets: run.datasets.map(({ name, digest, context }) => ({
        dataset: { name, digest, source_type: "local", source: "{}" },
        tags: context === undefined ? [] : [{ key: "mlflow.data.context", value: context }],
      })),
    });
  }
  await must(uri, "runs/update", {
    run_id: runId,
    status: run.status,
    ...(run.endTime === null ? {} : { end_time: run.endTime }),
  });
  if (run.deleted) await must(uri, "runs/delete", { run_id: runId });
}

function searchPage(
  uri: string,
  experimentId: string,
  filter: string,
  orderBy: readonly string[],
): Promise<Reply<SearchJson>> {
  return call(uri, "runs/search", {
    experiment_ids: [experimentId],
    filter,
    order_by: orderBy,
    run_view_type: "ALL",
    max_results: 1000,
  });
}

/** The server's own answer to a filter of runs, deleted ones included. */
export function search(
  seeded: Seeded,
  filter: string,
  orderBy: readonly string[] = [],
): Promise<Answer> {
  const question = JSON.stringify([filter, orderBy]);
  const known = seeded.answers.get(question);
  if (known !== undefined) return known;
  const answer = searchPage(seeded.uri, seeded.experimentId, filter, orderBy)
    .then(({ status, body }) => {
      const ids = (body.runs ?? []).map((run) => run.info.run_id);
      return { status, ids, message: String(body.message ?? "") };
    });
  seeded.answers.set(question, answer);
  return answer;
}

/** The server's own answer to a filter of experiments. */
export async function searchExperiments(
  uri: string,
  filter: string,
  orderBy: readonly string[] = [],
): Promise<Answer & { readonly experiments: readonly FilterableExperiment[] }> {
  const { status, body } = await call<ExperimentsJson>(uri, "experiments/search", {
    filter,
    order_by: orderBy,
    view_type: "ALL",
    max_results: 1000,
  });
  const experiments = (body.experiments ?? []).map((experiment): FilterableExperiment => ({
    id: experiment.experiment_id,
    name: experiment.name,
    creationTime: experiment.creation_time ?? null,
    lastUpdateTime: experiment.last_update_time ?? null,
    tags: pairs(experiment.tags),
  }));
  const ids = experiments.map(({ id }) => id);
  return { status, ids, message: String(body.message ?? ""), experiments };
}

function fromJson({ info, data, inputs }: RunJson): FilterableRun {
  return {
    id: info.run_id,
    name: info.run_name,
    status: info.status,
    startTime: info.start_time,
    endTime: info.end_time ?? null,
    artifactUri: info.artifact_uri,
    userId: info.user_id ?? "",
    metrics: Object.fromEntries(
      (data.metrics ?? []).map(({ key, value }) => [key, Number(value)]),
    ),
    params: pairs(data.params),
    tags: pairs(data.tags),
    datasets: (inputs?.dataset_inputs ?? []).map(({ dataset, tags }) => {
      const context = pairs(tags)["mlflow.data.context"];
      const { name, digest } = dataset;
      return context === undefined ? { name, digest } : { name, digest, context };
    }),
  };
}

function pairs(list: readonly Pair[] | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((list ?? []).map(({ key, value }) => [key, value]));
}
