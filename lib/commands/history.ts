// `btflow history`: the points of a run's metrics, page by page, whatever their number.

import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import { CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { NotFoundError, UsageError } from "../errors.ts";
import { list, number, toggle } from "../command/flags.ts";
import type { Line } from "../command/screen.ts";
import { nearestNames } from "../nearest.ts";
import type { Cell, Result, Row } from "../command/answer.ts";
import { ROW_FORMATS } from "../output/mod.ts";
import { screenText } from "../output/screen.ts";
import type { MetricPoint, Run, Tracker } from "../tracker.ts";
import { findRun } from "../tracking/find.ts";
import { namedOne, RUN_ID_FLAG } from "../tracking/selection_flags.ts";
import { withPages } from "../tracking/session.ts";
import { historyLines, type MetricPoints } from "./history_screen.ts";

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
    tail: number({ summary: "Only the last points of each metric", min: 1, whole: true }),
    plot: toggle({ summary: "Draw the curves in a pipe or file too, as a terminal shows them" }),
    ...CONNECTION_FLAGS,
  },
  examples: [
    { command: "btflow history -r 0199f2c5… -m drawdown", does: "One metric" },
    {
      command: "btflow history 0199f2c5… --all --output history.parquet",
      does: "All metrics, into a file",
    },
    {
      command: "btflow history 0199f2c5… -m drawdown --tail 20",
      does: "The curve, and its last 20 points",
    },
  ],
  exits: [4, 5, 7],
  formats: ROW_FORMATS,
  run: async (context, { flags, operands, format }): Promise<Result> => {
    const id = namedOne(operands, flags.runId, { command: "history", what: "the run" });
    if (!flags.all && (flags.metrics ?? []).length === 0) {
      throw new UsageError("Cannot show a history: choose metrics with --metrics a,b or --all");
    }
    const pages = await withPages(context, flags, async ({ tracker }) => {
      const run = await findRun(tracker, id);
      const keys = flags.all ? Object.keys(run.metrics) : chosen(run, flags.metrics ?? []);
      return points(tracker, run, [...new Set(keys)].sort());
    });
    // A curve is drawn of all points, whichever are listed.
    const drawn = (metrics: readonly MetricPoints[], columns: number): readonly Line[] =>
      historyLines(metrics, { columns, tail: flags.tail ?? 0 });
    if (flags.plot && format === "table") {
      const metrics = await gathered(pages);
      return {
        text: screenText(drawn(metrics, PLOT_COLUMNS), false),
        screen: ({ columns }) => drawn(metrics, columns),
      };
    }
    return {
      rows: {
        columns: ["metric", "timestamp", "step", "value"],
        noun: "points",
        pages: lastOf(pages, flags.tail),
      },
      screen: async ({ columns }) => drawn(await gathered(pages), columns),
    };
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

/** Of a plot in a pipe. */
const PLOT_COLUMNS = 80;

/** The points of each metric; they come one metric after the other. */
async function gathered(pages: AsyncIterable<readonly Row[]>): Promise<readonly MetricPoints[]> {
  const rows = new Map<string, Row[]>();
  for await (const page of pages) {
    for (const row of page) {
      const metric = String(row["metric"]);
      const before = rows.get(metric);
      if (before === undefined) rows.set(metric, [row]);
      else before.push(row);
    }
  }
  return [...rows].map(([metric, some]) => ({ metric, rows: some }));
}

/** The last so many rows of each metric; all where none are asked for. */
async function* lastOf(
  pages: AsyncIterable<readonly Row[]>,
  count: number | undefined,
): AsyncIterable<readonly Row[]> {
  if (count === undefined) return yield* pages;
  let metric: Cell | undefined;
  let kept: Row[] = [];
  for await (const page of pages) {
    for (const row of page) {
      if (row["metric"] !== metric && kept.length > 0) {
        yield kept;
        kept = [];
      }
      metric = row["metric"];
      kept.push(row);
      if (kept.length > count) kept.shift();
    }
  }
  if (kept.length > 0) yield kept;
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
