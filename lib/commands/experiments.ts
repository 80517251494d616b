// `btflow experiments`: list, create, get, update, delete, restore. An experiment is named by its name
// or its id.

import { defineCommand } from "../command/declare.ts";
import type { Command, CommandGroup } from "../command/declare.ts";
import type { Result } from "../command/answer.ts";
import { CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { TrackerError, UsageError } from "../errors.ts";
import { parseExperimentFilter, parseExperimentOrderBy } from "../filter/mod.ts";
import { pairs, text, texts, toggle } from "../command/flags.ts";
import { paramsFromJson } from "../logging/params.ts";
import { ROW_FORMATS } from "../output/mod.ts";
import { plainLine } from "../output/plain.ts";
import { NOTE_TAG } from "../own_names.ts";
import type { Experiment, Tracker } from "../tracker.ts";
import { EXPERIMENT_FLAG, limitFlag, NAME_OPERAND, named } from "../tracking/choices.ts";
import { findExperiment } from "../tracking/find.ts";
import { experimentRow, timeJson } from "../tracking/run_rows.ts";
import { withPages, withTracker } from "../tracking/session.ts";
import { remove, restore } from "./experiments_stage.ts";

const list: Command = defineCommand({
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
    const orderBy = flags.orderBy.map(parseExperimentOrderBy);
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

const create: Command = defineCommand({
  name: "experiments create",
  summary: "Create an experiment and print its id",
  description: "One that exists is left as it is: its id is printed, with a note on stderr.",
  operands: [{ ...NAME_OPERAND, name: "NAME", summary: "Its name" }],
  flags: {
    name: text({ short: "n", summary: "Its name", value: "NAME" }),
    description: text({ short: "d", summary: "What it is about" }),
    tags: text({ short: "t", summary: "Tags as a JSON object", value: "JSON" }),
    artifactLocation: text({ summary: "Where its artifacts go", value: "URI" }),
    ...CONNECTION_FLAGS,
  },
  examples: [
    { command: "btflow experiments create crypto", does: "Create one" },
    {
      command: `btflow experiments create -n crypto -d "Daily bars" -t '{"team": "quant"}'`,
      does: "With a description and tags",
    },
  ],
  exits: [5, 7],
  formats: ["text", "json"],
  run: async (context, { flags, operands }) => {
    const [name = ""] = named(operands, flags.name, {
      command: "experiments create",
      what: "the experiment",
      most: 1,
    });
    if (name.trim() === "") throw new UsageError("Cannot create an experiment without a name");
    const tags = {
      ...(flags.tags === undefined ? {} : paramsFromJson(flags.tags, "--tags")),
      ...(flags.description === undefined ? {} : { [NOTE_TAG]: flags.description }),
    };
    const artifactLocation = flags.artifactLocation;
    const options = { tags, ...(artifactLocation === undefined ? {} : { artifactLocation }) };
    return await withTracker(context, flags, async ({ tracker }) => {
      const existing = await existingId(tracker, name);
      const id = existing ?? await createNew(tracker, name, options);
      const wasThere = id === existing;
      if (wasThere) context.note(`Experiment "${name}" exists: left as it is`);
      return { text: id, json: { experiment_id: id, name, created: !wasThere } };
    }, true);
  },
});

/** The id of an active experiment of this name; null when there is none. */
async function existingId(tracker: Tracker, name: string): Promise<string | null> {
  const found = await tracker.findExperiment(name);
  if (found?.lifecycleStage === "deleted") {
    throw new UsageError(
      `Cannot create experiment "${name}": one of that name (id ${found.id}) is deleted; ` +
        `bring it back with: btflow experiments restore ${found.id}`,
    );
  }
  return found?.id ?? null;
}

/** Creates it; when another process was quicker, its id is the answer. */
async function createNew(
  tracker: Tracker,
  name: string,
  options: { readonly tags: Readonly<Record<string, string>>; readonly artifactLocation?: string },
): Promise<string> {
  try {
    return await tracker.createExperiment(name, options);
  } catch (error) {
    if (!(error instanceof TrackerError) || error.code !== "RESOURCE_ALREADY_EXISTS") throw error;
    const id = await existingId(tracker, name);
    if (id === null) throw error;
    return id;
  }
}

const get: Command = defineCommand({
  name: "experiments get",
  summary: "Show one experiment",
  operands: [NAME_OPERAND],
  flags: { experiment: EXPERIMENT_FLAG, ...CONNECTION_FLAGS },
  examples: [
    { command: "btflow experiments get crypto", does: "By name" },
    { command: "btflow experiments get 3 --format json", does: "By id, for programs" },
  ],
  exits: [4, 5, 7],
  formats: ["text", "json"],
  run: (context, { flags, operands }) => {
    const [wanted = ""] = named(operands, flags.experiment, {
      command: "experiments get",
      what: "the experiment",
      most: 1,
    });
    return withTracker(context, flags, async ({ tracker }) => {
      return shown(await findExperiment(tracker, wanted));
    });
  },
});

function shown(experiment: Experiment): Result {
  const row = experimentRow({ ...experiment, tags: {} });
  const cells = Object.entries(row).map(([key, cell]): [string, string | null] => [
    key,
    cell === null ? null : cell instanceof Date ? timeJson(cell) : String(cell),
  ]);
  const tags = Object.keys(experiment.tags).sort();
  const lines = [
    ...cells.map(([key, value]) => plainLine(`${key}: ${value ?? ""}`)),
    ...tags.map((key) => plainLine(`tags.${key}: ${experiment.tags[key]}`)),
  ];
  return {
    text: lines.join("\n"),
    json: { ...Object.fromEntries(cells), tags: experiment.tags },
  };
}

const update: Command = defineCommand({
  name: "experiments update",
  summary: "Rename an experiment, describe it, tag it",
  operands: [NAME_OPERAND],
  flags: {
    experiment: EXPERIMENT_FLAG,
    rename: text({ summary: "Its new name", value: "NAME" }),
    description: text({ short: "d", summary: "What it is about" }),
    tag: pairs({ short: "t", summary: "Set a tag" }),
    ...CONNECTION_FLAGS,
  },
  examples: [
    { command: "btflow experiments update crypto --rename crypto-daily", does: "Rename" },
    { command: "btflow experiments update crypto --tag team=quant", does: "Tag" },
  ],
  exits: [4, 5, 7],
  formats: ["text", "json"],
  run: (context, { flags, operands }) => {
    const [wanted = ""] = named(operands, flags.experiment, {
      command: "experiments update",
      what: "the experiment",
      most: 1,
    });
    const { rename, description } = flags;
    const tags = {
      ...flags.tag,
      ...(description === undefined ? {} : { [NOTE_TAG]: description }),
    };
    if (rename === undefined && Object.keys(tags).length === 0) {
      throw new UsageError(
        "Cannot update: say what to change with --rename, --description or --tag",
      );
    }
    if (rename?.trim() === "") throw new UsageError("Cannot rename: the new name is empty");
    return withTracker(context, flags, async ({ tracker }) => {
      const { id, name } = await findExperiment(tracker, wanted);
      if (rename !== undefined && rename !== name) {
        await checkFree(tracker, rename);
        await tracker.renameExperiment(id, rename);
      }
      for (const [key, value] of Object.entries(tags)) {
        await tracker.setExperimentTag(id, key, value);
      }
      return shown(await tracker.getExperiment(id));
    });
  },
});

async function checkFree(tracker: Tracker, name: string): Promise<void> {
  const other = await tracker.findExperiment(name);
  if (other === null) return;
  const stage = other.lifecycleStage === "deleted" ? "deleted " : "";
  throw new UsageError(
    `Cannot rename: the ${stage}experiment with id ${other.id} has the name "${name}"`,
  );
}

/** `experiments` and its verbs. */
export const command: CommandGroup = {
  name: "experiments",
  summary: "List, create, show, change, delete and restore experiments",
  verbs: [list, create, get, update, remove, restore],
  defaultVerb: "list",
};
