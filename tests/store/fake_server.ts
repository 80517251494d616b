// An MLflow server in memory, as far as delivery can tell: ids of its own choosing, params that do
// not change, points that are kept once, soft deletion. It passes the conformance suite, so what
// holds against it is meant to hold against a real one.

import { NotFoundError, TrackerError } from "../../lib/errors.ts";
import {
  compareExperiments,
  compareRuns,
  evaluate,
  evaluateExperiment,
} from "../../lib/filter/mod.ts";
import type {
  Artifact,
  Dataset,
  Experiment,
  MetricPoint,
  Run,
  Tracker,
  View,
} from "../../lib/tracker.ts";

interface ServerRun {
  run: Run;
  points: MetricPoint[];
  artifacts: Map<string, Uint8Array>;
}

export interface FakeServer extends Tracker {
  readonly runs: ReadonlyMap<string, ServerRun>;
  readonly experiments: ReadonlyMap<string, Experiment>;
  /** Removes a run for good, as mlflow gc does. */
  purge(runId: string): void;
}

export interface FakeServerOptions {
  readonly uri?: string;
  readonly artifactScheme?: string;
}

export function fakeServer(options: FakeServerOptions = {}): FakeServer {
  const { uri = "http://server:5000", artifactScheme = "mlflow-artifacts:" } = options;
  const experiments = new Map<string, Experiment>();
  const runs = new Map<string, ServerRun>();
  let ids = 0;

  const refuse = (status: number, code: string, message: string): TrackerError =>
    new TrackerError("POST", uri, { status, code, message });
  const experimentOf = (id: string): Experiment => {
    const found = experiments.get(id);
    if (found === undefined) throw new NotFoundError("experiment", id);
    return found;
  };
  const runOf = (id: string): ServerRun => {
    const found = runs.get(id);
    if (found === undefined) throw new NotFoundError("run", id);
    return found;
  };
  const activeRun = (id: string): ServerRun => {
    const found = runOf(id);
    if (found.run.lifecycleStage === "active") return found;
    throw refuse(400, "INVALID_PARAMETER_VALUE", `The run ${id} must be in 'active' state`);
  };
  const activeExperiment = (id: string): Experiment => {
    const found = experimentOf(id);
    if (found.lifecycleStage === "active") return found;
    throw refuse(400, "INVALID_PARAMETER_VALUE", `The experiment ${id} must be in 'active' state`);
  };
  const change = (id: string, fields: Partial<Run>): void => {
    const found = runOf(id);
    found.run = { ...found.run, ...fields };
  };
  const setStage = (id: string, stage: "active" | "deleted"): void => {
    const experiment = experimentOf(id);
    if (experiment.lifecycleStage === stage) throw refuse(400, "INVALID_STATE", `already ${stage}`);
    experiments.set(id, { ...experiment, lifecycleStage: stage });
    for (const { run } of runs.values()) {
      if (run.experimentId === id) change(run.id, { lifecycleStage: stage });
    }
  };
  const inView = (view: View) => (item: { lifecycleStage: string }): boolean =>
    view === "all" || item.lifecycleStage === view;

  return {
    uri,
    kind: "mlflow",
    runs,
    experiments,
    purge: (id) => void runs.delete(id),
    async *searchExperiments({ filter, orderBy, view, limit }) {
      const found = [...experiments.values()]
        .filter(inView(view))
        .filter((experiment) => filter === null || evaluateExperiment(filter, experiment));
      yield await Promise.resolve(found.sort(compareExperiments(orderBy)).slice(0, limit));
    },
    getExperiment: (id) => attempt(() => experimentOf(id)),
    findExperiment: (name) =>
      attempt(() => [...experiments.values()].find((one) => one.name === name) ?? null),
    createExperiment: (name, { artifactLocation, tags = {} } = {}) =>
      attempt(() => {
        if ([...experiments.values()].some((one) => one.name === name)) {
          throw refuse(400, "RESOURCE_ALREADY_EXISTS", `Experiment '${name}' already exists`);
        }
        const id = String(++ids);
        experiments.set(id, {
          id,
          name,
          artifactLocation: artifactLocation ?? `${artifactScheme}/${id}`,
          lifecycleStage: "active",
          creationTime: ids,
          lastUpdateTime: ids,
          tags: { ...tags },
        });
        return id;
      }),
    renameExperiment: (id, name) =>
      attempt(() => {
        const experiment = activeExperiment(id);
        if ([...experiments.values()].some((one) => one.name === name && one.id !== id)) {
          throw refuse(400, "RESOURCE_ALREADY_EXISTS", `Experiment '${name}' already exists`);
        }
        experiments.set(id, { ...experiment, name });
      }),
    setExperimentTag: (id, key, value) =>
      attempt(() => {
        const experiment = activeExperiment(id);
        experiments.set(id, { ...experiment, tags: { ...experiment.tags, [key]: value } });
      }),
    deleteExperiment: (id) => attempt(() => setStage(id, "deleted")),
    restoreExperiment: (id) => attempt(() => setStage(id, "active")),
    async *searchRuns({ experimentIds, filter, orderBy, view, limit }) {
      const found = [...runs.values()].map(({ run }) => run)
        .filter((run) => experimentIds.includes(run.experimentId))
        .filter(inView(view))
        .filter((run) => filter === null || evaluate(filter, run));
      const all = found.sort(compareRuns(orderBy)).slice(0, limit);
      for (let from = 0; from < all.length; from += 2) {
        yield await Promise.resolve(all.slice(from, from + 2));
      }
    },
    getRun: (id) => attempt(() => runOf(id).run),
    createRun: ({ experimentId, name, startTime, user, tags }) =>
      attempt(() => {
        const { artifactLocation } = activeExperiment(experimentId);
        const id = `server${String(++ids).padStart(26, "0")}`;
        const run: Run = {
          id,
          experimentId,
          name,
          status: "RUNNING",
          startTime,
          endTime: null,
          artifactUri: `${artifactLocation}/${id}/artifacts`,
          lifecycleStage: "active",
          userId: user,
          metrics: {},
          params: {},
          tags: { ...tags, "mlflow.runName": name },
          datasets: [],
        };
        runs.set(id, { run, points: [], artifacts: new Map() });
        return run;
      }),
    updateRun: (id, { status, endTime, name }) =>
      attempt(() => {
        const { run } = activeRun(id);
        change(id, {
          status: status ?? run.status,
          endTime: endTime ?? run.endTime,
          name: name ?? run.name,
          tags: { ...run.tags, "mlflow.runName": name ?? run.name },
        });
      }),
    logBatch: (id, { metrics = [], params = {}, tags = {} }) =>
      attempt(() => {
        const found = activeRun(id);
        checkBatchSize(refuse, metrics, params, tags);
        for (const [key, value] of Object.entries(params)) {
          const { params: before } = found.run;
          if (Object.hasOwn(before, key) && before[key] !== value) {
            throw refuse(400, "INVALID_PARAMETER_VALUE", `Changing param values: ${key}`);
          }
        }
        for (const point of metrics) addPoint(found, point);
        change(id, {
          params: { ...found.run.params, ...params },
          tags: { ...found.run.tags, ...tags },
          metrics: latestOf(found.points),
        });
      }),
    logInputs: (id, datasets) =>
      attempt(() => {
        const { run } = activeRun(id);
        const mark = ({ name, digest }: Dataset): string => `${name} ${digest}`;
        const all = new Map([...run.datasets, ...datasets].map((one) => [mark(one), one]));
        change(id, { datasets: [...all.values()] });
      }),
    deleteTag: (id, key) =>
      attempt(() => {
        const { [key]: removed, ...tags } = activeRun(id).run.tags;
        if (removed === undefined) throw new NotFoundError("tag", key);
        change(id, { tags });
      }),
    deleteRun: (id) => attempt(() => change(id, { lifecycleStage: "deleted" })),
    restoreRun: (id) => attempt(() => change(id, { lifecycleStage: "active" })),
    async *metricHistory(id, key) {
      const points = runOf(id).points.filter((point) => point.key === key)
        .sort((a, b) => a.step - b.step || a.timestamp - b.timestamp || a.value - b.value);
      for (let from = 0; from < points.length; from += 100) {
        yield await Promise.resolve(points.slice(from, from + 100));
      }
    },
    listArtifacts: (id, folder = "") => attempt(() => list(runOf(id).artifacts, folder)),
    async *readArtifact(id, path) {
      const content = runOf(id).artifacts.get(path);
      if (content === undefined) throw new NotFoundError("artifact", path);
      yield await Promise.resolve(content);
    },
    writeArtifact: (id, path, content) =>
      attempt(() => {
        const { run, artifacts } = activeRun(id);
        if (!run.artifactUri.startsWith("mlflow-artifacts:")) {
          throw refuse(0, "UNREACHABLE_ARTIFACTS", `its artifacts are at ${run.artifactUri}`);
        }
        artifacts.set(path, content.slice());
      }),
    close: () => Promise.resolve(),
  };
}

function attempt<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}

/** The limits of one log-batch; more than 100 names is what older servers cannot repeat. */
function checkBatchSize(
  refuse: (status: number, code: string, message: string) => TrackerError,
  metrics: readonly MetricPoint[],
  params: Readonly<Record<string, string>>,
  tags: Readonly<Record<string, string>>,
): void {
  const counts = [metrics.length, Object.keys(params).length, Object.keys(tags).length];
  const [metricCount = 0, paramCount = 0, tagCount = 0] = counts;
  const names = new Set(metrics.map(({ key }) => key)).size;
  const bytes = new TextEncoder().encode(JSON.stringify({ metrics, params, tags })).length;
  const isTooMuch = metricCount > 1000 || paramCount > 100 || tagCount > 100 || names > 100 ||
    metricCount + paramCount + tagCount > 1000 || bytes > 1_000_000;
  if (isTooMuch || metrics.some(({ value }) => !Number.isFinite(value))) {
    throw refuse(
      400,
      "INVALID_PARAMETER_VALUE",
      `A batch of ${counts}, ${names} names, ${bytes} B`,
    );
  }
}

function addPoint(found: ServerRun, point: MetricPoint): void {
  const isKnown = found.points.some((other) =>
    other.key === point.key && other.step === point.step &&
    other.timestamp === point.timestamp && other.value === point.value
  );
  if (!isKnown) found.points.push({ ...point });
}

function latestOf(points: readonly MetricPoint[]): Record<string, number> {
  const latest = new Map<string, MetricPoint>();
  for (const point of points) {
    const before = latest.get(point.key);
    const isLater = before === undefined || point.step > before.step ||
      (point.step === before.step && (point.timestamp > before.timestamp ||
        (point.timestamp === before.timestamp && point.value > before.value)));
    if (isLater) latest.set(point.key, point);
  }
  return Object.fromEntries([...latest].map(([key, { value }]) => [key, value]));
}

function list(artifacts: ReadonlyMap<string, Uint8Array>, folder: string): readonly Artifact[] {
  const prefix = folder === "" ? "" : `${folder}/`;
  const entries = new Map<string, Artifact>();
  for (const [path, content] of artifacts) {
    if (!path.startsWith(prefix)) continue;
    const [name = "", ...deeper] = path.slice(prefix.length).split("/");
    const isDirectory = deeper.length > 0;
    const size = isDirectory ? null : content.length;
    entries.set(name, { path: prefix + name, isDirectory, size });
  }
  return [...entries.values()].sort((a, b) => a.path < b.path ? -1 : 1);
}
