// A server that speaks MLflow's protocol, and leaves out one thing or another of what it is asked: an
// oddity at a time, as services, gateways and bugs have them. What was asked and changed is kept.

import {
  compareExperiments,
  compareRuns,
  evaluate,
  evaluateExperiment,
  parseExperimentFilter,
  parseExperimentOrderBy,
  parseFilter,
  parseOrderBy,
} from "../../lib/filter/mod.ts";
import type { Experiment, Run } from "../../lib/tracker.ts";

/** A run of the server, as far as tests say. */
export type OddRun = Pick<Run, "id"> & Partial<Run>;

/** What the server does otherwise than MLflow. */
export interface Oddity {
  /** Null: the server does not say. */
  readonly version?: string | null;
  readonly ignores?: readonly ("filter" | "order" | "view" | "limit" | "experiments")[];
  /** Reads only the first of several experiments. */
  readonly firstExperimentOnly?: boolean;
  /** Pages are no larger, whatever is asked. */
  readonly pageCap?: number;
  /** Rows of a page are sorted, pages are not. */
  readonly sortsPages?: boolean;
  /** Why a request is refused (400), or null. */
  readonly refuses?: (call: string, body: Body) => string | null;
  /** Calls that are not there. */
  readonly lacks?: readonly string[];
  /** Changes a reply before it is sent. */
  readonly reply?: (call: string, reply: Body, asked: Body) => Body;
  /** How 200 is said. */
  readonly status?: number;
  /** The reply's text, where it is no JSON that JSON.stringify makes. */
  readonly text?: (json: string) => string;
}

// deno-lint-ignore no-explicit-any
export type Body = Record<string, any>;

export interface OddServer {
  readonly uri: string;
  /** The ids of runs and experiments changed, after the call that changed them. */
  readonly changed: readonly string[];
  /** Calls asked, with what was sent. */
  readonly asked: readonly (readonly [call: string, body: Body])[];
  stop(): Promise<void>;
}

export const API = "/api/2.0/mlflow/";

export function oddServer(
  runs: readonly OddRun[],
  experiments: readonly string[],
  oddity: Oddity = {},
): OddServer {
  const changed: string[] = [];
  const asked: [string, Body][] = [];
  const all = runs.map(whole);
  const groups = experiments.map((name, index): Experiment => ({
    id: String(index + 1),
    name,
    artifactLocation: `mlflow-artifacts:/${index + 1}`,
    lifecycleStage: name.startsWith("deleted") ? "deleted" : "active",
    creationTime: index + 1,
    lastUpdateTime: index + 1,
    tags: {},
  }));
  const version = oddity.version === undefined ? "3.17.2" : oddity.version;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (got) => {
    const url = new URL(got.url);
    if (url.pathname === "/version" && version !== null) return new Response(version);
    if (url.pathname === "/health" && version !== null) return new Response("OK");
    if (!url.pathname.startsWith(API)) return missing();
    const call = url.pathname.slice(API.length);
    const text = await got.text();
    const body: Body = text === "" ? Object.fromEntries(url.searchParams) : JSON.parse(text);
    asked.push([call, body]);
    if (oddity.lacks?.includes(call)) return missing();
    const refused = oddity.refuses?.(call, body) ?? null;
    if (refused !== null) {
      return Response.json({ error_code: "INVALID_PARAMETER_VALUE", message: refused }, {
        status: 400,
      });
    }
    const reply = answer(call, body, { all, groups, changed, oddity });
    if (reply === null) {
      const message = `No such thing: ${call}`;
      return Response.json({ error_code: "RESOURCE_DOES_NOT_EXIST", message }, { status: 404 });
    }
    const made = oddity.reply?.(call, reply, body) ?? reply;
    return new Response(oddity.text?.(JSON.stringify(made)) ?? JSON.stringify(made), {
      status: oddity.status ?? 200,
      headers: { "content-type": "application/json" },
    });
  });
  return {
    uri: `http://127.0.0.1:${server.addr.port}`,
    changed,
    asked,
    stop: () => server.shutdown(),
  };
}

function missing(): Response {
  return Response.json({ error: "404 Not Found" }, { status: 404 });
}

function whole(run: OddRun): Run {
  return {
    experimentId: "1",
    name: "",
    status: "FINISHED",
    startTime: 1000,
    endTime: null,
    artifactUri: `mlflow-artifacts:/1/${run.id}/artifacts`,
    lifecycleStage: "active",
    userId: "ada",
    metrics: {},
    params: {},
    datasets: [],
    ...run,
    tags: { ...run.tags },
  };
}

interface World {
  readonly all: readonly Run[];
  readonly groups: readonly Experiment[];
  readonly changed: string[];
  readonly oddity: Oddity;
}

function answer(call: string, body: Body, world: World): Body | null {
  const { all, groups, changed } = world;
  const run = all.find(({ id }) => id === body.run_id);
  const group = groups.find(({ id, name }) =>
    id === body.experiment_id || name === body.experiment_name
  );
  if (call === "runs/search") return { runs: found(all, body, world), ...paging(all, body, world) };
  if (call === "experiments/search") {
    const page = foundGroups(body, world);
    return { experiments: page.map(experimentJson) };
  }
  if (call.startsWith("experiments/")) {
    if (group === undefined) return null;
    if (call.includes("get")) return { experiment: experimentJson(group) };
    changed.push(`${call} ${group.id}`);
    return {};
  }
  if (call === "artifacts/list") return { root_uri: "x", files: [] };
  if (run === undefined) return null;
  if (call === "runs/get") return { run: runJson(run) };
  if (call === "metrics/get-history") {
    const value = run.metrics[body.metric_key];
    const point = { key: body.metric_key, value, timestamp: 1, step: 0 };
    return { metrics: value === undefined ? [] : [point] };
  }
  changed.push(`${call} ${run.id}`);
  for (const { key, value } of body.tags ?? []) Object.assign(run.tags, { [key]: value });
  return {};
}

function selected(all: readonly Run[], body: Body, { oddity }: World): readonly Run[] {
  const ignores = new Set(oddity.ignores);
  const ids: readonly string[] = oddity.firstExperimentOnly === true
    ? body.experiment_ids.slice(0, 1)
    : body.experiment_ids;
  const filter = body.filter === undefined || ignores.has("filter")
    ? null
    : parseFilter(body.filter);
  const view = body.run_view_type ?? "ACTIVE_ONLY";
  const orderBy = ignores.has("order") || oddity.sortsPages === true ? [] : body.order_by ?? [];
  return all
    .filter((run) => ignores.has("experiments") || ids.includes(run.experimentId))
    .filter((run) => ignores.has("view") || isSeen(run.lifecycleStage, view))
    .filter((run) => filter === null || evaluate(filter, run))
    .toSorted(compareRuns(orderBy.map(parseOrderBy)));
}

function isSeen(stage: string, view: string): boolean {
  return view === "ALL" || view === `${stage.toUpperCase()}_ONLY`;
}

function bounds(body: Body, { oddity }: World): readonly [number, number] {
  const from = Number(body.page_token ?? 0);
  if (oddity.ignores?.includes("limit") === true) return [from, Infinity];
  return [from, from + Math.min(body.max_results, oddity.pageCap ?? Infinity)];
}

function found(all: readonly Run[], body: Body, world: World): readonly Body[] {
  const page = selected(all, body, world).slice(...bounds(body, world));
  const sorted = world.oddity.sortsPages === true
    ? page.toSorted(compareRuns((body.order_by ?? []).map(parseOrderBy)))
    : page;
  return sorted.map(runJson);
}

function paging(all: readonly Run[], body: Body, world: World): Body {
  const [, end] = bounds(body, world);
  return end < selected(all, body, world).length ? { next_page_token: String(end) } : {};
}

function foundGroups(body: Body, { groups, oddity }: World): readonly Experiment[] {
  const ignores = new Set(oddity.ignores);
  const filter = body.filter === undefined || ignores.has("filter")
    ? null
    : parseExperimentFilter(body.filter);
  const orderBy = ignores.has("order") ? [] : body.order_by ?? [];
  return groups
    .filter((group) =>
      ignores.has("view") || isSeen(group.lifecycleStage, body.view_type ?? "ACTIVE_ONLY")
    )
    .filter((group) => filter === null || evaluateExperiment(filter, group))
    .toSorted(compareExperiments(orderBy.map(parseExperimentOrderBy)));
}

function experimentJson(group: Experiment): Body {
  return {
    experiment_id: group.id,
    name: group.name,
    artifact_location: group.artifactLocation,
    lifecycle_stage: group.lifecycleStage,
    creation_time: group.creationTime,
    last_update_time: group.lastUpdateTime,
  };
}

export function runJson(run: Run): Body {
  const pairs = (texts: Readonly<Record<string, string>>): readonly Body[] =>
    Object.entries(texts).map(([key, value]) => ({ key, value }));
  return {
    info: {
      run_id: run.id,
      run_uuid: run.id,
      run_name: run.name,
      experiment_id: run.experimentId,
      user_id: run.userId,
      status: run.status,
      start_time: run.startTime,
      artifact_uri: run.artifactUri,
      lifecycle_stage: run.lifecycleStage,
    },
    data: {
      metrics: Object.entries(run.metrics)
        .map(([key, value]) => ({ key, value, timestamp: 1, step: 0 })),
      params: pairs(run.params),
      tags: pairs(run.tags),
    },
  };
}
