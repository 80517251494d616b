// A batch of any size as requests that every server takes. Measured: 1000 metrics, 100 params, 100
// tags, 1000 items, 1 MB a request; and servers before 2026 fail when a request of more than 100
// distinct metric names is repeated, so a request has at most 100.

import { UsageError } from "../errors.ts";
import type { Batch, MetricPoint } from "../tracker.ts";
import { pairsOf } from "./calls.ts";

/** A request's body, without the run's id. */
export interface BatchBody {
  readonly metrics: readonly WrittenMetric[];
  readonly params: readonly Pair[];
  readonly tags: readonly Pair[];
}

interface Pair {
  readonly key: string;
  readonly value: string;
}

interface WrittenMetric extends Omit<MetricPoint, "value"> {
  readonly value: number | string;
}

const MAX_ITEMS = 1000;
const MAX_TEXTS = 100;
const MAX_NAMES = 100;
/** Below 1 MB with room for the run's id and the brackets. */
const MAX_BYTES = 900_000;
/** Longer values are cut without a word. */
const MAX_PARAM_LENGTH = 6000;
const MAX_TAG_LENGTH = 8000;

const encoder = new TextEncoder();

/**
 * The requests, params and tags first.
 *
 * @throws {UsageError} for a value that the server would cut.
 */
export function batchesOf(batch: Batch): readonly BatchBody[] {
  const params = checked("param", batch.params ?? {}, MAX_PARAM_LENGTH);
  const tags = checked("tag", batch.tags ?? {}, MAX_TAG_LENGTH);
  const bodies: MutableBody[] = [];
  for (const pair of params) room(bodies, pair, "params").params.push(pair);
  for (const pair of tags) room(bodies, pair, "tags").tags.push(pair);
  for (const point of batch.metrics ?? []) {
    const metric = { ...point, value: written(point.value) };
    const body = room(bodies, metric, "metrics");
    body.metrics.push(metric);
    body.names.add(metric.key);
  }
  return bodies.map(({ metrics, params, tags }) => ({ metrics, params, tags }));
}

interface MutableBody {
  readonly metrics: WrittenMetric[];
  readonly params: Pair[];
  readonly tags: Pair[];
  readonly names: Set<string>;
  bytes: number;
}

/** The last body when it has room for the item, else a new one. Counts the item in. */
function room(
  bodies: MutableBody[],
  item: Pair | WrittenMetric,
  list: "metrics" | "params" | "tags",
): MutableBody {
  const bytes = encoder.encode(JSON.stringify(item)).length + 1;
  const last = bodies.at(-1);
  if (last !== undefined && fits(last, item, list, bytes)) {
    last.bytes += bytes;
    return last;
  }
  const fresh = { metrics: [], params: [], tags: [], names: new Set<string>(), bytes };
  bodies.push(fresh);
  return fresh;
}

function fits(
  body: MutableBody,
  item: Pair | WrittenMetric,
  list: "metrics" | "params" | "tags",
  bytes: number,
): boolean {
  if (body.bytes + bytes > MAX_BYTES) return false;
  if (body.metrics.length + body.params.length + body.tags.length >= MAX_ITEMS) return false;
  if (list !== "metrics") return body[list].length < MAX_TEXTS;
  return body.names.size < MAX_NAMES || body.names.has(item.key);
}

function checked(
  kind: "param" | "tag",
  texts: Readonly<Record<string, string>>,
  maxLength: number,
): readonly Pair[] {
  for (const [key, value] of Object.entries(texts)) {
    if (value.length <= maxLength) continue;
    throw new UsageError(
      `Cannot log ${kind} "${key}": its value has ${value.length} characters; MLflow keeps ${maxLength}`,
    );
  }
  return pairsOf(texts);
}

/** JSON has no word for what is not a number; protocol buffers' JSON writes it as text. */
function written(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
