// `btflow runs delete` and `restore`. Deleting marks runs as deleted, as MLflow does; --delivered is the
// other thing: it frees the store's space from runs that a server has, and leaves the server alone.

import { defineCommand } from "../command/declare.ts";
import type { Command, Context } from "../command/declare.ts";
import type { Result } from "../command/answer.ts";
import { CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { UsageError } from "../errors.ts";
import { text, toggle } from "../command/flags.ts";
import type { FlagValues } from "../command/flags.ts";
import { counted } from "../output/mod.ts";
import { withBackends } from "../backends.ts";
import { agreed, AGREEMENT_FLAGS, proposalText } from "../tracking/agreement.ts";
import { changeRuns } from "../tracking/change_runs.ts";
import { describeRun, selectRuns } from "../tracking/select.ts";
import {
  ageFlag,
  EXPERIMENTS_FLAG,
  RUN_ID_FLAG,
  RUNS_OPERAND,
  together,
} from "../tracking/selection_flags.ts";
import { withTracker } from "../tracking/session.ts";

const SELECTION_FLAGS = {
  runId: RUN_ID_FLAG,
  experiment: EXPERIMENTS_FLAG,
  filter: text({ short: "f", summary: "All runs the filter holds for", value: "FILTER" }),
  ...AGREEMENT_FLAGS,
  ...CONNECTION_FLAGS,
};

/** Marks runs as deleted, or frees the store of delivered ones. */
export const remove: Command = defineCommand({
  name: "runs delete",
  summary: "Delete runs; restore brings them back",
  writes: true,
  operands: [RUNS_OPERAND],
  flags: {
    ...SELECTION_FLAGS,
    olderThan: ageFlag("Runs that started this long ago (12h, 7d)"),
    delivered: toggle({
      summary:
        "Free the local store of delivered runs older than --older-than; not undone by restore",
    }),
  },
  examples: [
    { command: "btflow runs delete 0199f2c5…", does: "Ask, then delete one run" },
    {
      command: `btflow runs delete -e scratch -f "metrics.sharpe_ratio < 0" --dry-run`,
      does: "See which runs would be deleted",
    },
    {
      command: "btflow runs delete -e scratch --older-than 30d --yes",
      does: "Old ones, without asking",
    },
    {
      command: "btflow runs delete --delivered --older-than 90d",
      does: "Free the local store of what the server has",
    },
  ],
  exits: [4, 5, 7, 9],
  formats: ["text", "json"],
  graceful: true,
  run: (context, input) =>
    input.flags.delivered ? prune(context, input) : changeStage(context, input, "deleted"),
});

/** Makes deleted runs active again. */
export const restore: Command = defineCommand({
  name: "runs restore",
  summary: "Bring deleted runs back",
  writes: true,
  operands: [RUNS_OPERAND],
  flags: SELECTION_FLAGS,
  examples: [
    { command: "btflow runs restore 0199f2c5…", does: "Bring one back" },
    {
      command: `btflow runs restore -e scratch -f "tags.keep = 'yes'" --yes`,
      does: "All with a tag",
    },
  ],
  exits: [4, 5, 7, 9],
  formats: ["text", "json"],
  graceful: true,
  run: (context, input) => changeStage(context, input, "active"),
});

interface StageInput {
  readonly flags: FlagValues<typeof SELECTION_FLAGS> & { readonly olderThan?: number | undefined };
  readonly operands: readonly string[];
}

function changeStage(
  context: Context,
  { flags, operands }: StageInput,
  stage: "active" | "deleted",
): Promise<Result> {
  const isDelete = stage === "deleted";
  const [verb, past] = isDelete ? ["Delete", "Deleted"] : ["Restore", "Restored"];
  const command = `runs ${verb.toLowerCase()}`;
  const ids = together(operands, flags.runId);
  return withTracker(context, flags, async (session) => {
    const found = await selectRuns(session, {
      ids,
      experiments: flags.experiment,
      filter: flags.filter,
      conditions: startedBefore(flags.olderThan, context.io.now()),
      view: isDelete ? "active" : "deleted",
      command,
    });
    for (const run of found.filter(({ lifecycleStage }) => lifecycleStage === stage)) {
      context.note(`Run ${run.id} is ${stage} already`);
    }
    const runs = found.filter(({ lifecycleStage }) => lifecycleStage !== stage);
    const count = counted(runs.length, "runs");
    const proposal = { title: `${verb} ${count}`, items: runs.map(describeRun), command };
    if (flags.dryRun) {
      const would = { ...proposal, title: `Would ${verb.toLowerCase()} ${count}` };
      return {
        text: proposalText(would),
        json: { [`would_${verb.toLowerCase()}`]: runs.map(({ id }) => id) },
      };
    }
    const isNamed = !isDelete && ids.length > 0;
    if (!isNamed && !await agreed(context, proposal, flags.yes)) {
      return { text: "", json: { [past.toLowerCase()]: [], failed: [] } };
    }
    const { tracker } = session;
    return await changeRuns(context, runs, {
      done: past,
      apply: ({ id }) => isDelete ? tracker.deleteRun(id) : tracker.restoreRun(id),
    });
  }, "change");
}

function startedBefore(ageMs: number | undefined, now: number): readonly string[] {
  return ageMs === undefined ? [] : [`attributes.start_time <= ${Math.floor(now - ageMs)}`];
}

/** Removes delivered runs from the store for good. The server keeps them, so nothing is lost. */
async function prune(context: Context, { flags, operands }: StageInput): Promise<Result> {
  const { olderThan, filter, experiment } = flags;
  if (olderThan === undefined) {
    throw new UsageError("Cannot free the store: say how old with --older-than, such as 90d");
  }
  if (
    operands.length > 0 || flags.runId !== undefined || filter !== undefined ||
    experiment.length > 0
  ) {
    throw new UsageError(
      "Cannot free the store of chosen runs: --delivered goes with --older-than only",
    );
  }
  return await withBackends(context, flags, async (backends) => {
    const store = await backends.store();
    const { runs } = await store.prune({ olderThanMs: olderThan, dryRun: true });
    const count = counted(runs, "delivered runs");
    if (flags.dryRun) {
      return { text: `Would remove ${count} from ${store.path}`, json: { would_remove: runs } };
    }
    const proposal = {
      title: `Remove ${count} from the store`,
      items: runs === 0 ? [] : [`${store.path}: the server keeps them`],
      command: "runs delete --delivered",
    };
    if (!await agreed(context, proposal, flags.yes)) return { text: "", json: { removed: 0 } };
    const pruned = await store.prune({ olderThanMs: olderThan });
    const freed = (pruned.freedBytes / 1e6).toFixed(1);
    return {
      text: `Removed ${counted(pruned.runs, "runs")} (${freed} MB) from ${store.path}`,
      json: { removed: pruned.runs, freed_bytes: pruned.freedBytes },
    };
  });
}
