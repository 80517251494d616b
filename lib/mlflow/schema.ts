// What an MLflow server's replies must hold, and how they become what a Tracker answers. Unknown fields
// pass, because servers grow them; a field that is needed and missing is an error that names it.

import * as zod from "zod";

import { DATASET_CONTEXT_TAG, RUN_NAME_TAG, USER_TAG } from "../own_names.ts";
import type { Artifact, Dataset, Experiment, MetricPoint, Run, RunStatus } from "../tracker.ts";
import {
  type Page,
  pageReader,
  type Reader,
  reader,
  type RowShapes,
  type Shape,
  type Single,
  singleReader,
} from "./reader.ts";

export { type Page, type Reader, ShapeError, type Single } from "./reader.ts";

/**
 * Protocol buffers as JSON write 64-bit whole numbers as text; MLflow's server does not, others do.
 * Of any size: one run logged with nanoseconds for a time must not hide all others.
 */
const whole = zod.union([
  zod.number().refine(Number.isInteger, "expected a whole number"),
  zod.string().regex(/^-?\d{1,19}$/).transform(Number),
]);
/**
 * NaN comes as text; infinities are stored as the largest numbers, but text is understood too, and any
 * number that others write so.
 */
const figure = zod.union([
  zod.custom<number>(Number.isFinite, "expected a number within range"),
  zod.enum(["NaN", "Infinity", "-Infinity"]).transform(Number),
  zod.string().regex(/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i).transform(Number)
    .refine(Number.isFinite, "expected a number within range"),
  zod.string().regex(/^([-+]?inf(inity)?|nan)$/i).transform((word) =>
    /^nan$/i.test(word) ? NaN : word.startsWith("-") ? -Infinity : Infinity
  ),
]);
const text = zod.string();
/** A word of a list, whose letter case is a matter of the server's language. */
function wordOf<const Words extends readonly [string, ...string[]]>(
  words: Words,
  written: (word: string) => string,
) {
  const word = zod.enum(words);
  return zod.union([word, text.transform(written).pipe(word)]);
}
/** Of a run or experiment: without one, nothing can be asked about it. Some servers count. */
const id = zod.union([
  text.min(1, "expected an id, got nothing"),
  zod.number().int().transform(String),
]);
const status = wordOf(
  ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"],
  (word) => word.toUpperCase(),
);
const stage = wordOf(["active", "deleted"], (word) => word.toLowerCase());
const pair = zod.object({ key: text, value: text.default("") });
const pairs = zod.array(pair).default([]);

const experimentShape = zod.object({
  experiment_id: id,
  name: text,
  artifact_location: text.default(""),
  lifecycle_stage: stage.default("active"),
  creation_time: whole.optional(),
  last_update_time: whole.optional(),
  tags: pairs,
});

const metricShape = zod.object({
  key: text,
  value: figure,
  timestamp: whole.default(0),
  step: whole.default(0),
});

/** A whole number of 64 bits in full: of a metric's history, where it is shown. */
const exactWhole = zod.union([
  zod.number().refine(Number.isInteger, "expected a whole number"),
  zod.string().regex(/^-?\d{1,19}$/).transform((digits) =>
    Number.isSafeInteger(Number(digits)) ? Number(digits) : digits
  ),
]);
const pointShape = metricShape.extend({
  timestamp: exactWhole.default(0),
  step: exactWhole.default(0),
});

const datasetShape = zod.object({
  tags: pairs,
  dataset: zod.object({
    name: text,
    digest: text,
    source_type: text.default(""),
    source: text.default(""),
    profile: text.optional(),
    schema: text.optional(),
  }),
});

const infoShape = zod.object({
  run_id: id,
  experiment_id: id,
  run_name: text.optional(),
  user_id: text.optional(),
  status,
  start_time: whole.default(0),
  end_time: whole.optional(),
  artifact_uri: text.default(""),
  lifecycle_stage: stage.default("active"),
});

const dataShape = zod.object({
  metrics: zod.array(metricShape).default([]),
  params: pairs,
  tags: pairs,
});

const runShape = zod.object({
  info: infoShape,
  data: dataShape.prefault({}),
  inputs: zod.object({ dataset_inputs: zod.array(datasetShape).default([]) }).prefault({}),
});

/** A metric whose value is none is one that is not defined. */
const loosePoint = pointShape.extend({
  value: figure.or(zod.unknown().transform((value) => typeof value === "number" ? value : NaN)),
});

/** What has no key is no metric; of a run's metrics only key and value are shown. */
const looseMetrics = zod.array(zod.unknown()).default([]).transform((list) =>
  list.flatMap((json) => timelessMetric.safeParse(json).data ?? [])
);
const timelessMetric = loosePoint.extend({ timestamp: whole.catch(0), step: whole.catch(0) });

/** A time as other services write it: parts of a ms, or a date; none where it is neither. */
const looseTime = zod.unknown().optional().transform((value) => {
  const timeMs = typeof value === "string" && !/^-?\d+(\.\d*)?$/.test(value)
    ? Date.parse(value)
    : Number(value ?? NaN);
  return Number.isFinite(timeMs) ? Math.round(timeMs) : undefined;
});

/** A status that this program does not know is shown as it is. */
const looseRunShape = zod.object({
  info: zod.object({
    ...infoShape.shape,
    status: text.transform((value) => value as RunStatus),
    start_time: looseTime.transform((timeMs) => timeMs ?? 0),
    end_time: looseTime,
  }),
  data: zod.object({ ...dataShape.shape, metrics: looseMetrics }).prefault({}),
  inputs: runShape.shape.inputs,
});

const nextToken = zod.union([text, zod.number().transform(String)]).optional()
  .transform((token) => token === undefined || token === "" ? null : token);

const NAMED = zod.object({
  run_id: text.optional(),
  experiment_id: text.optional(),
  run_name: text.optional(),
  name: text.optional(),
});

/** What can be told of a row that is not understood: its id, else its name, else its place. */
function nameOf(kind: "run" | "experiment", json: unknown, index: number): string {
  const { run_id, experiment_id, run_name, name } = NAMED.safeParse(json).data ?? {};
  const id = kind === "run" ? run_id : experiment_id;
  if (id !== undefined && id !== "") return `${kind} ${id}`;
  const called = run_name ?? name ?? "";
  return called === "" ? `${kind} ${index + 1} of a page` : `${kind} "${called}"`;
}

const RUN_ROWS: RowShapes<zod.output<typeof runShape>> = {
  strict: runShape,
  loose: looseRunShape,
  name: (json, index) => nameOf("run", (json as { readonly info?: unknown } | null)?.info, index),
};

const EXPERIMENT_ROWS: RowShapes<zod.output<typeof experimentShape>> = {
  strict: experimentShape,
  loose: experimentShape,
  name: (json, index) => nameOf("experiment", json, index),
};

function pageShape<Row extends zod.ZodType>(
  field: "runs" | "experiments" | "metrics",
  row: Row,
): Shape<{ readonly rows: readonly zod.output<Row>[]; readonly next: string | null }> {
  return zod.object({ [field]: zod.array(row).default([]), next_page_token: nextToken })
    .transform((page) => ({
      rows: page[field] as readonly zod.output<Row>[],
      next: page.next_page_token as string | null,
    }));
}

/** `experiments/create`. */
export const readExperimentId: Reader<string> = reader(
  zod.object({ experiment_id: id }),
  (reply) => reply.experiment_id,
);

/** `experiments/get`. */
export const readExperiment: Reader<Single<Experiment>> = singleReader(
  "experiment",
  EXPERIMENT_ROWS,
  experimentOf,
);

/** `experiments/get-by-name`; null where a server answers with nothing rather than a refusal. */
export const readFoundExperiment: Reader<Single<Experiment> | null> = (
  json: unknown,
): Single<Experiment> | null => noExperiment.safeParse(json).success ? null : readExperiment(json);
const noExperiment = zod.strictObject({ experiment: zod.null().optional() });

/** `experiments/search`. */
export const readExperiments: Reader<Page<Experiment>> = pageReader(
  {
    whole: pageShape("experiments", experimentShape),
    envelope: pageShape("experiments", zod.unknown()),
  },
  EXPERIMENT_ROWS,
  experimentOf,
);

/** `runs/get` and `runs/create`. */
export const readRun: Reader<Single<Run>> = singleReader(
  "run",
  RUN_ROWS,
  runOf,
);

/** `runs/search`. */
export const readRuns: Reader<Page<Run>> = pageReader(
  { whole: pageShape("runs", runShape), envelope: pageShape("runs", zod.unknown()) },
  RUN_ROWS,
  runOf,
);

/** The points that a run itself carries: the last of each metric. */
export const readRunPoints: Reader<Page<MetricPoint>> = reader(
  zod.object({ run: zod.object({ data: zod.object({ metrics: looseMetrics }).prefault({}) }) }),
  ({ run }) => ({ items: run.data.metrics, next: null }),
);

/** `metrics/get-history`. */
export const readHistory: Reader<Page<MetricPoint>> = pageReader(
  { whole: pageShape("metrics", pointShape), envelope: pageShape("metrics", zod.unknown()) },
  {
    strict: pointShape,
    loose: loosePoint,
    name: (_, index) => `point ${index + 1} of a page of a history`,
  },
  pointOf,
);

/** `artifacts/list`. */
export const readArtifacts: Reader<Page<Artifact>> = reader(
  zod.object({
    files: zod.array(zod.object({
      path: text,
      is_dir: zod.boolean().default(false),
      file_size: whole.optional(),
    })).default([]),
    next_page_token: nextToken,
  }),
  (reply) => ({
    items: reply.files.map((file) => ({
      path: file.path,
      isDirectory: file.is_dir,
      size: file.is_dir ? null : file.file_size ?? null,
    })),
    next: reply.next_page_token,
  }),
);

/** What MLflow says when it refuses; fields are missing when something else answers. */
export const readRefusal: Reader<{ readonly code: string; readonly message: string }> = reader(
  zod.object({
    error_code: zod.union([text, zod.number().transform(String)]),
    message: text.default(""),
  }),
  (reply) => ({ code: reply.error_code, message: reply.message }),
);

function pointOf({ key, value, timestamp, step }: zod.output<typeof pointShape>): MetricPoint {
  return {
    key,
    value,
    timestamp: Number(timestamp),
    step: Number(step),
    ...(typeof timestamp === "string" ? { exactTimestamp: timestamp } : {}),
    ...(typeof step === "string" ? { exactStep: step } : {}),
  };
}

function experimentOf(shape: zod.output<typeof experimentShape>): Experiment {
  return {
    id: shape.experiment_id,
    name: shape.name,
    artifactLocation: shape.artifact_location,
    lifecycleStage: shape.lifecycle_stage,
    creationTime: shape.creation_time ?? null,
    lastUpdateTime: shape.last_update_time ?? null,
    tags: textsOf(shape.tags),
  };
}

function runOf({ info, data, inputs }: zod.output<typeof runShape>): Run {
  const tags = textsOf(data.tags);
  return {
    id: info.run_id,
    experimentId: info.experiment_id,
    name: info.run_name ?? tags[RUN_NAME_TAG] ?? "",
    status: info.status,
    startTime: info.start_time,
    endTime: info.end_time ?? null,
    artifactUri: info.artifact_uri,
    lifecycleStage: info.lifecycle_stage,
    userId: info.user_id ?? tags[USER_TAG] ?? "",
    metrics: latestOf(data.metrics),
    params: textsOf(data.params),
    tags,
    datasets: inputs.dataset_inputs.map(datasetOf),
  };
}

/** Of several points of a metric, which MLflow itself does not send, the latest. */
function latestOf(points: readonly MetricPoint[]): Readonly<Record<string, number>> {
  const quick = Object.fromEntries(points.map(({ key, value }) => [key, value]));
  if (Object.keys(quick).length === points.length) return quick;
  const latest = new Map<string, MetricPoint>();
  for (const point of points) {
    const before = latest.get(point.key);
    if (before === undefined || isLater(point, before)) latest.set(point.key, point);
  }
  return Object.fromEntries(Array.from(latest, ([key, { value }]) => [key, value]));
}

function isLater(point: MetricPoint, before: MetricPoint): boolean {
  return (point.step - before.step || point.timestamp - before.timestamp ||
    point.value - before.value) > 0;
}

function datasetOf({ dataset, tags }: zod.output<typeof datasetShape>): Dataset {
  const context = tags.find(({ key }) => key === DATASET_CONTEXT_TAG)?.value;
  return {
    name: dataset.name,
    digest: dataset.digest,
    sourceType: dataset.source_type,
    source: dataset.source,
    ...(dataset.profile === undefined ? {} : { profile: dataset.profile }),
    ...(dataset.schema === undefined ? {} : { schema: dataset.schema }),
    ...(context === undefined ? {} : { context }),
  };
}

function textsOf(
  items: readonly { readonly key: string; readonly value: string }[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(items.map(({ key, value }) => [key, value]));
}
