// What an MLflow server's replies must hold, and how they become what a Tracker answers. Unknown fields
// pass, because servers grow them; a field that is needed and missing is an error that names it.

import * as zod from "zod";

import { DATASET_CONTEXT_TAG, RUN_NAME_TAG, USER_TAG } from "../own_names.ts";
import type { Artifact, Dataset, Experiment, MetricPoint, Run, RunStatus } from "../tracker.ts";

/** Reads a reply's JSON; throws a {@link ShapeError} when it has another shape. */
export type Reader<Value> = (json: unknown) => Value;

/** A reply that is JSON, but not what MLflow answers. */
export class ShapeError extends Error {
  override readonly name: string = "ShapeError";
}

/** Results of a search and the token of the next page. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Null on the last page. */
  readonly next: string | null;
}

function reader<Shape extends zod.ZodType, Value>(
  shape: Shape,
  make: (value: zod.output<Shape>) => Value,
): Reader<Value> {
  return (json) => {
    const result = shape.safeParse(json);
    if (!result.success) throw new ShapeError(describe(result.error));
    return make(result.data);
  };
}

function describe(error: zod.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return "it has another shape";
  const place = issue.path.map((part) =>
    typeof part === "number" ? `[${part}]` : `.${String(part)}`
  )
    .join("").replace(/^\./, "");
  const isMissing = issue.code === "invalid_type" && issue.message.endsWith("received undefined");
  if (isMissing) return `the field ${place} is missing`;
  return place === ""
    ? `it is no object (${issue.message})`
    : `the field ${place}: ${issue.message}`;
}

/**
 * Protocol buffers as JSON write 64-bit whole numbers as text; MLflow's server does not, others do.
 * Of any size: one run logged with nanoseconds for a time must not hide all others.
 */
const whole = zod.union([
  zod.number().refine(Number.isInteger, "expected a whole number"),
  zod.string().regex(/^-?\d{1,19}$/).transform(Number),
]);
/**
 * NaN comes as text; infinities are stored as the largest numbers, but text is understood too, and
 * 1e999, which is read as infinite.
 */
const figure = zod.union([
  zod.custom<number>((value) => typeof value === "number", "expected a number"),
  zod.enum(["NaN", "Infinity", "-Infinity"]).transform(Number),
]);
const text = zod.string();
/** Of a run or experiment: without one, nothing can be asked about it. */
const id = text.min(1, "expected an id, got nothing");
/** Also one that this program does not know: one such run must not hide all others. */
const status = text.transform((value) => value as RunStatus);
const stage = zod.enum(["active", "deleted"]);
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

const runShape = zod.object({
  info: zod.object({
    run_id: id,
    experiment_id: id,
    run_name: text.optional(),
    user_id: text.optional(),
    status,
    start_time: whole.default(0),
    end_time: whole.optional(),
    artifact_uri: text.default(""),
    lifecycle_stage: stage.default("active"),
  }),
  data: zod.object({
    metrics: zod.array(metricShape).default([]),
    params: pairs,
    tags: pairs,
  }).prefault({}),
  inputs: zod.object({ dataset_inputs: zod.array(datasetShape).default([]) }).prefault({}),
});

const nextToken = text.optional().transform((token) =>
  token === undefined || token === "" ? null : token
);

/** `experiments/create`. */
export const readExperimentId: Reader<string> = reader(
  zod.object({ experiment_id: id }),
  (reply) => reply.experiment_id,
);

/** `experiments/get` and `get-by-name`. */
export const readExperiment: Reader<Experiment> = reader(
  zod.object({ experiment: experimentShape }),
  (reply) => experimentOf(reply.experiment),
);

/** `experiments/search`. */
export const readExperiments: Reader<Page<Experiment>> = reader(
  zod.object({ experiments: zod.array(experimentShape).default([]), next_page_token: nextToken }),
  (reply) => ({ items: reply.experiments.map(experimentOf), next: reply.next_page_token }),
);

/** `runs/get` and `runs/create`. */
export const readRun: Reader<Run> = reader(
  zod.object({ run: runShape }),
  (reply) => runOf(reply.run),
);

/** `runs/search`. */
export const readRuns: Reader<Page<Run>> = reader(
  zod.object({ runs: zod.array(runShape).default([]), next_page_token: nextToken }),
  (reply) => ({ items: reply.runs.map(runOf), next: reply.next_page_token }),
);

/** `metrics/get-history`. */
export const readHistory: Reader<Page<MetricPoint>> = reader(
  zod.object({ metrics: zod.array(pointShape).default([]), next_page_token: nextToken }),
  (reply) => ({ items: reply.metrics.map(pointOf), next: reply.next_page_token }),
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
    metrics: Object.fromEntries(data.metrics.map(({ key, value }) => [key, value])),
    params: textsOf(data.params),
    tags,
    datasets: inputs.dataset_inputs.map(datasetOf),
  };
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
