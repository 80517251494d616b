// The runs that a history logs, of some kinds: grouped by another, too large for one batch, with a
// series, in an experiment of their own, without a dataset, with an artifact, and plain ones.

import type { RunRecord } from "../../lib/store/mod.ts";
import type { Announced } from "./expected.ts";
import type { Action } from "./plan.ts";

/** What a run is logged into. */
export interface LogContext {
  /** What was logged before. */
  readonly logged: readonly Announced[];
  readonly nowMs: number;
  readonly trackingUri: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What the index-th log of a history logs; `run` of the action says of which kind it is. */
export function recordOf(
  index: number,
  { run, store }: Action,
  { logged, nowMs, trackingUri }: LogContext,
): RunRecord {
  const parent = run === 1 || run === 6
    ? logged.findLast((one) => one.store === store && one.parentKey === null)
    : undefined;
  const metrics = Array.from({ length: run === 2 ? 120 : 2 }, (_, name) => ({
    key: `metric_${name}`,
    value: index + name / 8,
    timestamp: nowMs,
    step: 0,
  }));
  const series = run === 3
    ? Array.from({ length: 5 }, (_, step) => ({
      key: "series",
      value: step,
      timestamp: nowMs + step,
      step,
    }))
    : [];
  return {
    experiment: { kind: "name", name: run === 4 ? "other" : "backtests" },
    runName: `run ${index}`,
    startTime: nowMs,
    endTime: nowMs + 5,
    status: "FINISHED",
    user: "",
    params: { window: String(index) },
    tags: { side: "long" },
    metrics: [...metrics, ...series],
    datasets: run === 5
      ? []
      : [{ name: "r.csv", digest: String(index), sourceType: "local", source: "{}" }],
    artifacts: run % 2 === 1
      ? [{ path: "a/returns.csv", content: encoder.encode(`returns ${index}`) }]
      : [],
    trackingUri,
    ...(parent === undefined ? {} : { parentKey: parent.key }),
  };
}

/** What was announced with it. */
export function announcedOf(record: RunRecord, key: string, store: number): Announced {
  return {
    key,
    store,
    params: record.params,
    tags: record.tags,
    points: record.metrics.map(({ key, step, value }) => [key, step, value]),
    artifacts: Object.fromEntries(
      record.artifacts.map(({ path, content }) => [path, decoder.decode(content)]),
    ),
    endTime: record.endTime ?? 0,
    parentKey: record.parentKey ?? null,
  };
}
