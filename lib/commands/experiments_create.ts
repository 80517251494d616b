// `btflow experiments create`. Many processes may make the same experiment at once: each gets its id.

import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import { CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { TrackerError, UsageError } from "../errors.ts";
import { text } from "../command/flags.ts";
import { paramsFromJson } from "../logging/params.ts";
import { NOTE_TAG } from "../own_names.ts";
import type { Tracker } from "../tracker.ts";
import { NAME_OPERAND, namedOne } from "../tracking/selection_flags.ts";
import { withTracker } from "../tracking/session.ts";

/** Makes an experiment. */
export const create: Command = defineCommand({
  name: "experiments create",
  summary: "Create an experiment and print its id",
  writes: true,
  description: "One that exists is left as it is: its id is printed, with a note on stderr.",
  operands: [{ ...NAME_OPERAND, name: "NAME", flag: "name", summary: "Its name" }],
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
    const name = namedOne(operands, flags.name, {
      command: "experiments create",
      what: "the experiment",
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
    }, "make");
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
    if (!(error instanceof TrackerError) || !error.alreadyExists) throw error;
    const id = await existingId(tracker, name);
    if (id === null) throw error;
    return id;
  }
}
