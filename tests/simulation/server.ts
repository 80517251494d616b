// An MLflow server in memory, spoken to in its own REST calls: what delivery asks of one, by what
// was measured on MLflow 3.17.2. It shares no code with the program, filters included, so that a
// mistake in how the program asks is not answered by the same mistake.

import { type Body, sentJson } from "./sent_json.ts";

export interface ServerReply {
  readonly status: number;
  readonly json: unknown;
}

export interface ServerRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly body: Uint8Array | null;
}

export interface Point {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
  readonly step: number;
}

export interface ServerRun {
  readonly id: string;
  readonly experimentId: string;
  name: string;
  status: string;
  readonly startTime: number;
  endTime: number | null;
  stage: "active" | "deleted";
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly points: Point[];
  readonly datasets: Map<string, unknown>;
  readonly artifacts: Map<string, Uint8Array>;
}

export interface Server {
  readonly runs: ReadonlyMap<string, ServerRun>;
  /** Carries a request out. */
  handle(request: ServerRequest): ServerReply;
  /** Removes a run for good, as `mlflow gc` does. */
  purge(id: string): void;
  /** From now on a search ignores its filter, as some services do. */
  ignoreFilters(): void;
  /** From now on refuses whatever has one of these parts in it, such as `param window`. */
  refuse(parts: ReadonlySet<string>): void;
}

interface Experiment {
  readonly id: string;
  readonly name: string;
}

/** No error: one costs more than the rest of a request. */
class Refusal {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    this.status = status;
    this.code = code;
  }
}

const API = "/api/2.0/mlflow/";
const PROXY = "/api/2.0/mlflow-artifacts/artifacts/";
const PAGE_RUNS = 2;

export function memoryServer(): Server {
  const experiments = new Map<string, Experiment>();
  const runs = new Map<string, ServerRun>();
  let ids = 0;
  let filters = true;
  let refused: ReadonlySet<string> = new Set();

  const check = (kind: string, list: unknown): void => {
    for (const [key] of pairs(list)) {
      if (refused.has(`${kind} ${key}`)) throw new Refusal(400, "INVALID_PARAMETER_VALUE");
    }
  };
  const runOf = (id: unknown): ServerRun => {
    const found = runs.get(String(id));
    if (found === undefined) throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST");
    return found;
  };
  const activeRun = (id: unknown): ServerRun => {
    const found = runOf(id);
    if (found.stage !== "active") throw new Refusal(400, "INVALID_PARAMETER_VALUE");
    return found;
  };
  const experimentBy = (test: (one: Experiment) => boolean): unknown => {
    const found = [...experiments.values()].find(test);
    if (found === undefined) throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST");
    return { experiment: { experiment_id: found.id, name: found.name, lifecycle_stage: "active" } };
  };

  const calls: Readonly<Record<string, (body: Body) => unknown>> = {
    "experiments/create": ({ name }) => {
      if ([...experiments.values()].some((one) => one.name === name)) {
        throw new Refusal(400, "RESOURCE_ALREADY_EXISTS");
      }
      const id = String(++ids);
      experiments.set(id, { id, name: String(name) });
      return { experiment_id: id };
    },
    "experiments/get": ({ experiment_id }) => experimentBy(({ id }) => id === experiment_id),
    "experiments/get-by-name": ({ experiment_name }) =>
      experimentBy(({ name }) => name === experiment_name),
    "runs/create": ({ experiment_id, run_name, start_time, tags }) => {
      if (!experiments.has(String(experiment_id))) {
        throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST");
      }
      check("tag", tags);
      const run: ServerRun = {
        // In no order, as real ones.
        id: `${++ids * 7 % 10}-${ids}`,
        experimentId: String(experiment_id),
        name: String(run_name),
        status: "RUNNING",
        startTime: Number(start_time),
        endTime: null,
        stage: "active",
        params: new Map(),
        tags: new Map(pairs(tags)),
        points: [],
        datasets: new Map(),
        artifacts: new Map(),
      };
      run.tags.set("mlflow.runName", run.name);
      runs.set(run.id, run);
      return { run: shown(run) };
    },
    "runs/get": ({ run_id }) => ({ run: shown(runOf(run_id)) }),
    "runs/search": ({ experiment_ids, filter, run_view_type, page_token }) => {
      const key = /^tags\.`btflow\.run_key` = ['"]([0-9a-f]+)['"]$/.exec(String(filter))?.[1];
      if (filter !== undefined && key === undefined) {
        throw new Refusal(400, "INVALID_PARAMETER_VALUE");
      }
      const found = [...runs.values()].filter((run) =>
        (experiment_ids as string[]).includes(run.experimentId) &&
        (run_view_type === "ALL" || run.stage === "active") &&
        (!filters || key === undefined || run.tags.get("btflow.run_key") === key)
      );
      const from = Number(page_token ?? 0);
      const next = from + PAGE_RUNS;
      return {
        runs: found.slice(from, next).map(shown),
        ...(next < found.length ? { next_page_token: String(next) } : {}),
      };
    },
    "runs/update": ({ run_id, status, end_time, run_name }) => {
      const run = activeRun(run_id);
      if (status !== undefined) run.status = String(status);
      if (end_time !== undefined) run.endTime = Number(end_time);
      if (run_name !== undefined) {
        run.name = String(run_name);
        run.tags.set("mlflow.runName", run.name);
      }
      return {};
    },
    "runs/log-batch": ({ run_id, params, tags, metrics }) => {
      const run = activeRun(run_id);
      const points = (metrics ?? []) as Point[];
      check("param", params);
      check("tag", tags);
      check("metric", points);
      for (const [key, value] of pairs(params)) {
        const before = run.params.get(key);
        if (before !== undefined && before !== value) {
          throw new Refusal(400, "INVALID_PARAMETER_VALUE");
        }
      }
      if (points.length > 1000 || new Set(points.map(({ key }) => key)).size > 100) {
        throw new Refusal(400, "INVALID_PARAMETER_VALUE");
      }
      for (const [key, value] of pairs(params)) run.params.set(key, value);
      for (const [key, value] of pairs(tags)) run.tags.set(key, value);
      for (const point of points) {
        if (!run.points.some((other) => isSame(other, point))) run.points.push(point);
      }
      return {};
    },
    "runs/log-inputs": ({ run_id, datasets }) => {
      const run = activeRun(run_id);
      for (const input of (datasets ?? []) as { dataset: { name: string; digest: string } }[]) {
        run.datasets.set(`${input.dataset.name} ${input.dataset.digest}`, input);
      }
      return {};
    },
    "runs/set-tag": ({ run_id, key, value }) => {
      activeRun(run_id).tags.set(String(key), String(value));
      return {};
    },
    "runs/delete-tag": ({ run_id, key }) => {
      if (!activeRun(run_id).tags.delete(String(key))) {
        throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST");
      }
      return {};
    },
    "runs/delete": ({ run_id }) => {
      runOf(run_id).stage = "deleted";
      return {};
    },
    "runs/restore": ({ run_id }) => {
      runOf(run_id).stage = "active";
      return {};
    },
    "metrics/get-history": ({ run_id, metric_key }) => ({
      metrics: runOf(run_id).points.filter(({ key }) => key === metric_key),
    }),
    "artifacts/list": ({ run_id, path }) => {
      const folder = path === undefined ? "" : `${path}/`;
      const files = [...runOf(run_id).artifacts].filter(([name]) =>
        name.startsWith(folder) && !name.slice(folder.length).includes("/")
      );
      return {
        files: files.map(([name, { length }]) => ({
          path: name,
          is_dir: false,
          file_size: length,
        })),
      };
    },
  };

  const proxied = (path: string, { method, body }: ServerRequest): unknown => {
    const [, id, name = ""] = /^\d+\/([^/]+)\/artifacts\/(.+)$/.exec(decodeURIComponent(path)) ??
      [];
    if (method !== "PUT") throw new Refusal(405, "METHOD_NOT_ALLOWED");
    if (refused.has(`artifact ${name}`)) throw new Refusal(413, "TOO_LARGE");
    runOf(id).artifacts.set(name, (body ?? new Uint8Array()).slice());
    return {};
  };

  const answer = (request: ServerRequest): unknown => {
    const [path = "", query = ""] = request.path.split("?", 2);
    if (path === "/version") return "3.17.2";
    if (path === "/health") return "OK";
    if (path.startsWith(PROXY)) return proxied(path.slice(PROXY.length), request);
    const call = calls[path.slice(API.length)];
    if (call === undefined) throw new Refusal(404, "ENDPOINT_NOT_FOUND");
    return call(
      request.body === null
        ? Object.fromEntries(new URLSearchParams(query))
        : sentJson(request.body),
    );
  };

  return {
    runs,
    handle(request) {
      try {
        return { status: 200, json: answer(request) };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return { status: error.status, json: { error_code: error.code, message: error.code } };
      }
    },
    purge: (id) => void runs.delete(id),
    ignoreFilters: () => void (filters = false),
    refuse: (parts) => void (refused = parts),
  };
}

/** Whether a run is as its creation has left it. */
export function isEmpty({ status, params, points }: ServerRun): boolean {
  return status === "RUNNING" && params.size === 0 && points.length === 0;
}

function pairs(list: unknown): [string, string][] {
  return ((list ?? []) as { key: string; value: string }[]).map(({ key, value }) => [key, value]);
}

function isSame(left: Point, right: Point): boolean {
  return left.key === right.key && left.step === right.step && left.value === right.value &&
    left.timestamp === right.timestamp;
}

function shown(run: ServerRun): unknown {
  const list = (texts: ReadonlyMap<string, string>): unknown =>
    [...texts].map(([key, value]) => ({ key, value }));
  const latest = new Map<string, Point>();
  for (const point of run.points) {
    const before = latest.get(point.key);
    if (before === undefined || point.step >= before.step) latest.set(point.key, point);
  }
  return {
    info: {
      run_id: run.id,
      experiment_id: run.experimentId,
      run_name: run.name,
      user_id: "",
      status: run.status,
      start_time: run.startTime,
      ...(run.endTime === null ? {} : { end_time: run.endTime }),
      artifact_uri: `mlflow-artifacts:/${run.experimentId}/${run.id}/artifacts`,
      lifecycle_stage: run.stage,
    },
    data: { metrics: [...latest.values()], params: list(run.params), tags: list(run.tags) },
    inputs: { dataset_inputs: [...run.datasets.values()] },
  };
}
