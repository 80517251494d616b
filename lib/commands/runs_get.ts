// `btflow runs get`: one run, whole.

import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import { CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { cellText } from "../output/cells.ts";
import { plainLine } from "../output/plain.ts";
import { boundNames, withoutBounds } from "../own_names.ts";
import type { Run } from "../tracker.ts";
import { findRun } from "../tracking/find.ts";
import { runJson, runRow } from "../tracking/rows.ts";
import { namedOne, RUN_ID_FLAG } from "../tracking/selection_flags.ts";
import { withTracker } from "../tracking/session.ts";

/** Shows all of one run. */
export const get: Command = defineCommand({
  name: "runs get",
  summary: "Show one run: its metrics, params, tags and data",
  operands: [{
    name: "RUN",
    flag: "runId",
    summary: "Its id",
    optional: true,
    completes: "none",
  }],
  flags: { runId: RUN_ID_FLAG, ...CONNECTION_FLAGS },
  examples: [
    { command: "btflow runs get 0199f2c5a0c17d4c8f3d7d1e5b0a9c42", does: "Everything of one run" },
    {
      command: "btflow runs get 0199f2c5a0c17d4c8f3d7d1e5b0a9c42 --format json",
      does: "For programs",
    },
  ],
  exits: [4, 5, 7],
  formats: ["text", "json", "csv", "ndjson"],
  run: (context, { flags, operands }) => {
    const id = namedOne(operands, flags.runId, { command: "runs get", what: "the run" });
    return withTracker(context, flags, async ({ tracker }) => {
      const run = await findRun(tracker, id);
      return {
        text: runText(run),
        json: runJson(run),
        rows: { columns: null, noun: null, pages: [[runRow(run)]] },
      };
    });
  },
});

/** Attributes, then metrics, params, tags and data, a line each. */
function runText(run: Run): string {
  const time = (ms: number | null): string => ms === null ? "" : cellText(new Date(ms));
  const facts: [string, string][] = [
    ["run_id", run.id],
    ["run_name", run.name],
    ["experiment_id", run.experimentId],
    ["status", run.lifecycleStage === "deleted" ? `${run.status} (deleted)` : run.status],
    ["start_time", time(run.startTime)],
    ["end_time", time(run.endTime)],
    ["artifact_uri", run.artifactUri],
  ];
  return [
    ...facts.map(([key, value]) => `${key}: ${plainLine(value)}`),
    ...section("Metrics", withIntervals(run.metrics)),
    ...section("Params", run.params),
    ...section("Tags", run.tags),
    ...section("Data", Object.fromEntries(run.datasets.map(({ name, digest }) => [name, digest]))),
  ].join("\n");
}

/** The ends of a metric's interval beside it instead of among the metrics. */
function withIntervals(metrics: Run["metrics"]): Readonly<Record<string, string | number>> {
  return Object.fromEntries(
    withoutBounds(Object.keys(metrics)).map((name) => {
      const bounds = boundNames(name);
      const [low, high] = [metrics[bounds.low], metrics[bounds.high]];
      const hasInterval = low !== undefined || high !== undefined;
      return [name, `${metrics[name]}${hasInterval ? ` (95 %: ${low} to ${high})` : ""}`];
    }),
  );
}

function section(title: string, values: Readonly<Record<string, string | number>>): string[] {
  const keys = Object.keys(values).sort();
  if (keys.length === 0) return [];
  return ["", `${title}:`, ...keys.map((key) => `  ${plainLine(`${key}: ${values[key]}`)}`)];
}
