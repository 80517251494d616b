// `btflow experiments update`: name, note and tags of one experiment.

import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import { CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { UsageError } from "../errors.ts";
import { pairs, text } from "../command/flags.ts";
import { NOTE_TAG } from "../own_names.ts";
import type { Tracker } from "../tracker.ts";
import { findExperiment } from "../tracking/find.ts";
import { EXPERIMENT_FLAG, NAME_OPERAND, namedOne } from "../tracking/selection_flags.ts";
import { withTracker } from "../tracking/session.ts";
import { shown } from "./experiments_get.ts";

/** Changes one experiment. */
export const update: Command = defineCommand({
  name: "experiments update",
  summary: "Rename an experiment, describe it, tag it",
  writes: true,
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
    const wanted = namedOne(operands, flags.experiment, {
      command: "experiments update",
      what: "the experiment",
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
    }, "change");
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
