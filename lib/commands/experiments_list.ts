// `btflow experiments list`: experiments as rows.

import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import { CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { parseExperimentFilter, parseSortKeys } from "../filter/mod.ts";
import { text, texts, toggle } from "../command/flags.ts";
import { ROW_FORMATS } from "../output/mod.ts";
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
    const pages = await withPages(context, flags, ({ tracker }) => {
      const view = flags.showDeleted ? "all" : "active";
      const limit = flags.maxResults ?? Infinity;
      return Promise.resolve(tracker.searchExperiments({ filter, orderBy, view, limit }));
    });
    return {
      rows: { columns: null, tableColumns: () => LISTED, noun: "experiments", pages: rows(pages) },
    };
  },
});

const LISTED = [
  ...["experiment_id", "name", "lifecycle_stage", "creation_time", "last_update_time"],
  "artifact_location",
];

async function* rows(
  pages: AsyncIterable<readonly Experiment[]>,
): AsyncIterable<ReturnType<typeof experimentRow>[]> {
  for await (const page of pages) yield page.map(experimentRow);
}
