// `btflow history`: the points of a run's metrics, page by page, whatever their number.

import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import { CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { NotFoundError, UsageError } from "../errors.ts";
import { list, toggle } from "../command/flags.ts";
import { nearestNames } from "../nearest.ts";
import type { Cell, Row } from "../command/answer.ts";
import { ROW_FORMATS } from "../output/mod.ts";
import type { MetricPoint, Run, Tracker } from "../tracker.ts";
import { findRun } from "../tracking/find.ts";
import { namedOne, RUN_ID_FLAG } from "../tracking/selection_flags.ts";
import { withPages } from "../tracking/session.ts";

/** Shows the points of a run's metrics. */
export const command: Command = defineCommand({
  name: "history",
  summary: "Show the points of a run's metrics",
  operands: [{
    name: "RUN",
    flag: "runId",
    summary: "Id of the run",
    optional: true,
    completes: "none",
  }],
  flags: {
    runId: RUN_ID_FLAG,
    metrics: list({ short: "m", summary: "These metrics" }),
    all: toggle({ short: "a", summary: "All metrics" }),
    ...CONNECTION_FLAGS,
  },
  examples: [
    { command: "btflow history -r 0199f2c5… -m drawdown", does: "One metric" },
    {
      command: "btflow history 0199f2c5… --all --output history.parquet",
      does: "All metrics, into a file",
    },
  ],
  exits: [4, 5, 7],
  formats: ROW_FORMATS,
  run: async (context, { flags, operands }) => {
    const id = namedOne(operands, flags.runId, { command: "history", what: "the run" });
    if (!flags.all && (flags.metrics ?? []).length === 0) {
      throw new UsageError("Cannot show a history: choose metrics with --metrics a,b or --all");
    }
    const pages = await withPages(context, flags, async ({ tracker }) => {
      const run = await findRun(tracker, id);
      const keys = flags.all ? Object.keys(run.metrics) : chosen(run, flags.metrics ?? []);
      return points(tracker, run, [...new Set(keys)].sort());
    });
    return { rows: { columns: ["metric", "timestamp", "step", "value"], noun: "points", pages } };
  },
});

/** A server answers the history of an unknown metric with nothing, so it is looked for first. */
function chosen(run: Run, metrics: readonly string[]): readonly string[] {
  const known = Object.keys(run.metrics);
  for (const metric of metrics) {
    if (Object.hasOwn(run.metrics, metric)) continue;
    const nearest = nearestNames(metric, known);
    const others = known.length === 1 ? `only ${known[0]}` : `${known.length} others`;
    const hint = `run ${run.id} has ${known.length === 0 ? "no metrics" : others}`;
    throw new NotFoundError("metric", metric, { nearest, hint });
  }
  return metrics;
}

async function* points(
  tracker: Tracker,
  run: Run,
  keys: readonly string[],
): AsyncIterable<readonly Row[]> {
  for (const key of keys) {
    for await (const page of tracker.metricHistory(run.id, key)) {
      yield page.map((point) => ({
        metric: key,
        timestamp: timeOf(point),
        step: point.exactStep === undefined ? point.step : BigInt(point.exactStep),
        value: point.value,
      }));
    }
  }
}

/** A time that no calendar has is shown as the number that it is. */
function timeOf({ timestamp, exactTimestamp }: MetricPoint): Cell {
  const time = new Date(timestamp);
  if (!Number.isNaN(time.getTime())) return time;
  return exactTimestamp === undefined ? timestamp : BigInt(exactTimestamp);
}
