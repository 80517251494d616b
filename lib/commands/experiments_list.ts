// `btflow experiments list`: experiments as rows.

import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import { CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { parseExperimentFilter, parseSortKeys } from "../filter/mod.ts";
import { text, texts, toggle } from "../command/flags.ts";
import type { Row } from "../command/answer.ts";
import { type Column, type Line, type Screen, styled } from "../command/screen.ts";
import { sharpeRatio } from "../metrics/mod.ts";
import { layOut } from "../output/layout.ts";
import { counted, ROW_FORMATS } from "../output/mod.ts";
import type { ExperimentSummary } from "../store/mod.ts";
import { metricColumn } from "../tracking/run_columns.ts";
import type { Experiment } from "../tracker.ts";
import { experimentRow } from "../tracking/rows.ts";
import { limitFlag } from "../tracking/selection_flags.ts";
import { withPages } from "../tracking/session.ts";

/** Lists experiments. */
export const list: Command = defineCommand({
  name: "experiments list",
  summary: "List experiments",
  flags: {
    showDeleted: toggle({ summary: "Deleted ones too" }),
    filter: text({ short: "f", summary: "Only those the filter holds for", value: "FILTER" }),
    orderBy: texts({ short: "o", summary: "Sort by this, such as 'name ASC'", value: "KEY" }),
    maxResults: limitFlag("all"),
    ...CONNECTION_FLAGS,
  },
  examples: [
    { command: "btflow experiments", does: "All of them, the newest first" },
    {
      command: `btflow experiments list -f "name LIKE 'crypto%'" -o "last_update_time DESC"`,
      does: "Some, the last changed first",
    },
  ],
  exits: [5, 7],
  formats: ROW_FORMATS,
  run: async (context, { flags }) => {
    const filter = flags.filter === undefined ? null : parseExperimentFilter(flags.filter);
    const orderBy = parseSortKeys(flags.orderBy, "experiments");
    let summaries: () => Promise<Summaries> = () => Promise.resolve(null);
    const pages = await withPages(context, flags, ({ tracker, backends }) => {
      summaries = async () =>
        backends.readsServer
          ? null
          : (await backends.storeToRead()).experimentSummaries(sharpeRatio.name);
      const view = flags.showDeleted ? "all" : "active";
      const limit = flags.maxResults ?? Infinity;
      return Promise.resolve(tracker.searchExperiments({ filter, orderBy, view, limit }));
    });
    return {
      screen: async (screen) => {
        // Asked for while the store is open: it closes with the last page.
        const known = await summaries();
        const experiments: Experiment[] = [];
        for await (const page of pages) experiments.push(...page);
        return experimentLines(experiments, known, screen);
      },
      rows: { columns: null, tableColumns: () => LISTED, noun: "experiments", pages: rows(pages) },
    };
  },
});

type Summaries = ReadonlyMap<string, ExperimentSummary> | null;

/** The columns of a terminal; a server says nothing of the runs without being asked for each of them. */
const COLUMNS: readonly Column[] = [
  { name: "name", kind: "name", priority: 0 },
  { name: "runs", kind: "number", unit: "count", priority: 1 },
  { name: "last_run", kind: "time", priority: 2 },
  {
    ...metricColumn("best", sharpeRatio.name),
    title: "best_sharpe_ratio",
    better: "none",
    priority: 2,
  },
  { name: "changed", kind: "time", priority: 3 },
  { name: "stage", kind: "word", priority: 1 },
  { name: "id", kind: "word", priority: 1 },
];

function experimentLines(
  experiments: readonly Experiment[],
  summaries: Summaries,
  screen: Screen,
): readonly Line[] {
  const time = (ms: number | null = null): Date | null => ms === null ? null : new Date(ms);
  const rows = experiments.map(({ id, name, lifecycleStage, lastUpdateTime }): Row => {
    const summary = summaries?.get(id);
    return {
      name,
      runs: summary?.runs ?? 0,
      last_run: time(summary?.lastRun),
      best: summary?.best ?? null,
      changed: time(lastUpdateTime),
      stage: lifecycleStage,
      id,
    };
  });
  const areDeleted = experiments.some(({ lifecycleStage }) => lifecycleStage === "deleted");
  const left = new Set([
    ...summaries === null ? ["runs", "last_run", "best"] : ["changed"],
    ...areDeleted ? [] : ["stage"],
  ]);
  const view = { columns: () => COLUMNS.filter(({ name }) => !left.has(name)) };
  const { head, row } = layOut(view, rows, screen);
  const count = styled(counted(rows.length, "experiments"), "dim");
  return rows.length === 0 ? [count] : [...head, ...rows.map(row), count];
}

const LISTED = [
  ...["experiment_id", "name", "lifecycle_stage", "creation_time", "last_update_time"],
  "artifact_location",
];

async function* rows(
  pages: AsyncIterable<readonly Experiment[]>,
): AsyncIterable<ReturnType<typeof experimentRow>[]> {
  for await (const page of pages) yield page.map(experimentRow);
}
