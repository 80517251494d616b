// `btflow experiments delete` and `restore`: the two ways between active and deleted, both repeatable.

import { defineCommand } from "../command/declare.ts";
import type { Command, Context } from "../command/declare.ts";
import type { Result } from "../command/answer.ts";
import { CONNECTION_FLAGS } from "../config/connection_flags.ts";
import type { FlagValues } from "../command/flags.ts";
import { counted } from "../output/mod.ts";
import { plainLine } from "../output/plain.ts";
import type { Experiment, Tracker } from "../tracker.ts";
import { agreed, AGREEMENT_FLAGS, proposalText } from "../tracking/agreement.ts";
import { findExperiment } from "../tracking/find.ts";
import { EXPERIMENT_FLAG, NAME_OPERAND, named } from "../tracking/selection_flags.ts";
import { withTracker } from "../tracking/session.ts";

/** Marks experiments as deleted. */
export const remove: Command = defineCommand({
  name: "experiments delete",
  summary: "Delete experiments with their runs; restore brings them back",
  writes: true,
  operands: [{ ...NAME_OPERAND, many: true }],
  flags: { experiment: EXPERIMENT_FLAG, ...AGREEMENT_FLAGS, ...CONNECTION_FLAGS },
  examples: [
    { command: "btflow experiments delete scratch", does: "Ask, then delete" },
    { command: "btflow experiments delete scratch --dry-run", does: "See what would be deleted" },
  ],
  exits: [4, 5, 7],
  formats: ["text", "json"],
  run: (context, input) => changeStage(context, input, "deleted"),
});

/** Makes deleted experiments active again. */
export const restore: Command = defineCommand({
  name: "experiments restore",
  summary: "Bring deleted experiments back, with their runs",
  writes: true,
  operands: [{ ...NAME_OPERAND, many: true }],
  flags: { experiment: EXPERIMENT_FLAG, ...CONNECTION_FLAGS },
  examples: [{ command: "btflow experiments restore scratch", does: "Bring one back" }],
  exits: [4, 5, 7],
  formats: ["text", "json"],
  run: (context, input) => changeStage(context, input, "active"),
});

interface StageInput {
  readonly flags:
    & FlagValues<{ experiment: typeof EXPERIMENT_FLAG } & typeof CONNECTION_FLAGS>
    & Partial<FlagValues<typeof AGREEMENT_FLAGS>>;
  readonly operands: readonly string[];
}

function changeStage(
  context: Context,
  { flags, operands }: StageInput,
  stage: "active" | "deleted",
): Promise<Result> {
  const isDelete = stage === "deleted";
  const command = isDelete ? "experiments delete" : "experiments restore";
  const wanted = named(operands, flags.experiment, { command, what: "the experiments" });
  return withTracker(context, flags, async ({ tracker }) => {
    const found: Experiment[] = [];
    for (const name of wanted) {
      const experiment = await findExperiment(tracker, name);
      if (found.some(({ id }) => id === experiment.id)) continue;
      if (experiment.lifecycleStage !== stage) found.push(experiment);
      else context.note(`Experiment "${experiment.name}" is ${stage} already`);
    }
    const items = await Promise.all(found.map((experiment) => described(tracker, experiment)));
    const count = counted(found.length, "experiments");
    const proposal = { title: `Delete ${count}`, items, command };
    const ids = found.map(({ id }) => id);
    if (flags.dryRun === true) {
      return {
        text: proposalText({ ...proposal, title: `Would delete ${count}` }),
        json: { would_delete: ids },
      };
    }
    const done = isDelete ? "deleted" : "restored";
    // Restoring takes nothing away, so it is not asked about.
    if (isDelete && !await agreed(context, proposal, flags.yes === true)) {
      return { text: "", json: { deleted: [] } };
    }
    for (const id of ids) {
      await (isDelete ? tracker.deleteExperiment(id) : tracker.restoreExperiment(id));
    }
    return {
      text: found.map(({ id, name }) => `${isDelete ? "Deleted" : "Restored"} ${name} (id ${id})`)
        .join("\n"),
      json: { [done]: ids },
    };
  }, "change");
}

const RUNS_COUNTED = 100;

/** "crypto (id 3), 12 runs". */
async function described(tracker: Tracker, experiment: Experiment): Promise<string> {
  const { id, name } = experiment;
  let runs = 0;
  const pages = tracker.searchRuns({
    experimentIds: [id],
    filter: null,
    orderBy: [],
    view: "active",
    limit: RUNS_COUNTED,
  });
  for await (const page of pages) runs += page.length;
  const count = runs < RUNS_COUNTED ? String(runs) : `${RUNS_COUNTED} or more`;
  return `${plainLine(name)} (id ${id}), ${count} ${runs === 1 ? "run" : "runs"}`;
}
