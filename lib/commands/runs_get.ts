// `btflow runs get`: one run, whole.

import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import { CONNECTION_FLAGS } from "../config/connection_flags.ts";
import type { Line, Piece, Screen } from "../command/screen.ts";
import { styled } from "../command/screen.ts";
import { cellText } from "../output/cells.ts";
import { type GroupedFigure, groupLines } from "../output/figure_groups.ts";
import { ageText } from "../output/figures.ts";
import { gridLines } from "../output/grid.ts";
import { plainLine } from "../output/plain.ts";
import { boundNames, isBound, NOTE_TAG, UNDEFINED_TAG, withoutBounds } from "../own_names.ts";
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
        screen: (screen) => runLines(run, screen),
        json: runJson(run),
        rows: { columns: null, noun: null, pages: [[runRow(run)]] },
      };
    });
  },
});

/** On a terminal: who it is, its params, its metrics in groups. Tags of btflow's own are told by --format json. */
function runLines(run: Run, screen: Screen): readonly Line[] {
  const stage = run.lifecycleStage === "deleted" ? " (deleted)" : "";
  const pairs = (title: string, values: Readonly<Record<string, string>>): readonly Line[] => {
    const keys = Object.keys(values).sort();
    if (keys.length === 0) return [];
    const rows = keys.map((key): readonly Piece[] => [`  ${key}`, values[key] ?? ""]);
    return [[], styled(title, "bold"), ...gridLines(rows, ["left"])];
  };
  const tags = Object.entries(run.tags).filter(([key]) => !/^(btflow|mlflow)\./.test(key));
  const note = run.tags[NOTE_TAG];
  const facts = [`${run.status}${stage}`, ageText(run.startTime, screen.now), run.id];
  return [
    [{ text: run.name, style: "bold" }, `  ${facts.join("  ")}`],
    ...(note === undefined ? [] : [[note]]),
    ...pairs("Params", run.params),
    ...pairs("Tags", Object.fromEntries(tags)),
    ...pairs("Data", Object.fromEntries(run.datasets.map(({ name, digest }) => [name, digest]))),
    [],
    ...groupLines(
      figures(run),
      ["value", ...hasBounds(run) ? ["low", "high"] : []],
      screen.columns,
    ),
  ];
}

function hasBounds({ metrics }: Run): boolean {
  return Object.keys(metrics).some(isBound);
}

/** Its metrics with the ends of their intervals, and those that are undefined with the reason. */
function figures(run: Run): readonly GroupedFigure[] {
  const { metrics } = run;
  const own = withoutBounds(Object.keys(metrics)).map((name): GroupedFigure => {
    const bounds = boundNames(name);
    const value = metrics[name] ?? null;
    return {
      name,
      values: [value, ...hasBounds(run) ? [metrics[bounds.low], metrics[bounds.high]] : []],
    };
  });
  const lacking = undefinedMetrics(run).map(([name, reason]) => ({ name, values: [null], reason }));
  return [...own, ...lacking.filter(({ name }) => metrics[name] === undefined)];
}

/** From the tag that names them; a tag of another making names none. */
function undefinedMetrics({ tags }: Run): readonly (readonly [string, string])[] {
  try {
    const named: unknown = JSON.parse(tags[UNDEFINED_TAG] ?? "{}");
    return typeof named === "object" && named !== null
      ? Object.entries(named).map(([name, reason]) => [name, String(reason)])
      : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

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
