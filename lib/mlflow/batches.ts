// Batches as the bodies of requests, as MLflow's JSON has them.

import { checkLengths, cutBatches, itemsOf } from "../limits.ts";
import type { Batch, MetricPoint } from "../tracker.ts";
import { pairsOf } from "./calls.ts";

/** A request's body, without the run's id. */
export interface BatchBody {
  readonly metrics: readonly WrittenMetric[];
  readonly params: ReturnType<typeof pairsOf>;
  readonly tags: ReturnType<typeof pairsOf>;
}

interface WrittenMetric extends Omit<MetricPoint, "value"> {
  readonly value: number | string;
}

/**
 * The requests that a batch takes, params and tags first.
 *
 * @throws {UsageError} for a value that the server would cut.
 */
export function batchesOf(batch: Batch): readonly BatchBody[] {
  checkLengths(batch);
  return [...cutBatches(itemsOf(batch))].map(({ metrics, params, tags }) => ({
    metrics: metrics.map((point) => ({ ...point, value: written(point.value) })),
    params: pairsOf(params),
    tags: pairsOf(tags),
  }));
}

/** JSON has no word for what is not a number; protocol buffers' JSON writes it as text. */
function written(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
