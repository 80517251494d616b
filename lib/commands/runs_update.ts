// `btflow runs update`: name, tags, note and status of one run, of several, or of all that a filter
// selects; and the way to close runs that a dead process left RUNNING.

import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import { CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { NotFoundError, TrackerError, UsageError } from "../errors.ts";
import { choice, list, pairs, text } from "../command/flags.ts";
import type { FlagValues } from "../command/flags.ts";
import { counted } from "../output/mod.ts";
import { NOTE_TAG } from "../own_names.ts";
import type { RunChange, Tracker } from "../tracker.ts";
import { agreed, AGREEMENT_FLAGS, proposalText } from "../tracking/agreement.ts";
import { changeRuns, checkIdentity } from "../tracking/change_runs.ts";
import { describeRun, selectRuns } from "../tracking/select.ts";
import type { Selected } from "../tracking/select.ts";
import {
  ageFlag,
  EXPERIMENTS_FLAG,
  RUN_ID_FLAG,
  RUNS_OPERAND,
  together,
} from "../tracking/selection_flags.ts";
import { withTracker } from "../tracking/session.ts";

const FLAGS = {
  runId: RUN_ID_FLAG,
  experiment: EXPERIMENTS_FLAG,
  filter: text({ short: "f", summary: "Change all runs the filter holds for", value: "FILTER" }),
  olderThan: ageFlag("Change runs left RUNNING or SCHEDULED that started this long ago (12h, 7d)"),
  name: text({ short: "n", summary: "New name", value: "NAME" }),
  tag: pairs({ short: "t", summary: "Set a tag" }),
  deleteTag: list({ summary: "Remove these tags", value: "KEY" }),
  description: text({ short: "d", summary: "Set the note" }),
  status: choice(["FINISHED", "FAILED", "KILLED", "RUNNING", "SCHEDULED"], {
    summary: "Set the status; the first three also set the end time, to now",
  }),
  ...AGREEMENT_FLAGS,
  ...CONNECTION_FLAGS,
};

type Flags = FlagValues<typeof FLAGS>;

/** Changes runs that are there. */
export const update: Command = defineCommand({
  name: "runs update",
  summary: "Change name, tags, note or status of runs",
  writes: true,
  description: "Runs are named by id, or selected with --filter and --older-than; a selection is " +
    "listed and asked about first (--yes answers, --dry-run only lists).",
  operands: [RUNS_OPERAND],
  flags: FLAGS,
  examples: [
    { command: "btflow runs update 0199f2c5… --tag reviewed=yes", does: "Tag one run" },
    {
      command: "btflow runs update -e crypto --older-than 1d --status KILLED --yes",
      does: "Close runs that a dead process left RUNNING",
    },
    {
      command: `btflow runs update -e crypto -f "metrics.sharpe_ratio < 0" --tag keep=no --dry-run`,
      does: "See which runs a filter would tag",
    },
  ],
  exits: [4, 5, 7, 9],
  formats: ["text", "json"],
  graceful: true,
  run: (context, { flags, operands }) => {
    const changes = describeChanges(flags);
    const ids = together(operands, flags.runId);
    if (flags.name !== undefined && ids.length !== 1) {
      throw new UsageError("Cannot rename several runs: --name goes with the id of one");
    }
    return withTracker(context, flags, async (session) => {
      const runs = await selectRuns(session, {
        ids,
        experiments: flags.experiment,
        filter: flags.filter,
        conditions: unfinishedSince(flags.olderThan, context.io.now()),
        view: "active",
        command: "runs update",
      });
      const count = counted(runs.length, "runs");
      const title = `Update ${count} (${changes.join(", ")})`;
      const proposal = { title, items: runs.map(describeRun), command: "runs update" };
      if (flags.dryRun) {
        const text = proposalText({ ...proposal, title: title.replace("Update", "Would update") });
        return { text, json: { would_update: runs.map(({ id }) => id) } };
      }
      const isAgreed = ids.length > 0 || await agreed(context, proposal, flags.yes);
      if (!isAgreed) return { text: "", json: { updated: [], failed: [] } };
      const now = context.io.now();
      return await changeRuns(context, runs, {
        done: "Updated",
        apply: async (run) => {
          const change = await applyTo(session.tracker, run, flags, now);
          await requireKept(session.tracker, run.id, change);
        },
      });
    }, "change");
  },
});

/** What is to change, in words. */
function describeChanges(flags: Flags): readonly string[] {
  checkIdentity(flags.name, [...Object.keys(flags.tag), ...flags.deleteTag ?? []]);
  const changes = [
    ...(flags.name === undefined ? [] : [`name ${flags.name}`]),
    ...(flags.status === undefined ? [] : [`status ${flags.status}`]),
    ...(flags.description === undefined ? [] : ["note"]),
    ...Object.keys(flags.tag).map((key) => `tag ${key}`),
    ...(flags.deleteTag ?? []).map((key) => `no tag ${key}`),
  ];
  if (changes.length > 0) return changes;
  throw new UsageError(
    "Cannot update: say what to change with --name, --tag, --delete-tag, --description or --status",
  );
}

function unfinishedSince(ageMs: number | undefined, now: number): readonly string[] {
  if (ageMs === undefined) return [];
  return [
    "attributes.status IN ('RUNNING', 'SCHEDULED')",
    `attributes.start_time <= ${Math.floor(now - ageMs)}`,
  ];
}

const ENDED = ["FINISHED", "FAILED", "KILLED"];

async function applyTo(
  tracker: Tracker,
  { id, lifecycleStage }: Selected,
  flags: Flags,
  now: number,
): Promise<Wanted> {
  if (lifecycleStage === "deleted") {
    throw new UsageError(
      `Cannot update run ${id}: it is deleted; bring it back with: btflow runs restore ${id}`,
    );
  }
  const tags = {
    ...flags.tag,
    ...(flags.description === undefined ? {} : { [NOTE_TAG]: flags.description }),
  };
  if (Object.keys(tags).length > 0) await tracker.logBatch(id, { tags });
  for (const key of flags.deleteTag ?? []) await removeTag(tracker, id, key);
  const change: RunChange = {
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.status === undefined ? {} : { status: flags.status }),
    ...(flags.status !== undefined && ENDED.includes(flags.status) ? { endTime: now } : {}),
  };
  if (Object.keys(change).length > 0) await tracker.updateRun(id, change);
  return { tags, change };
}

/** What a run should be after the change. */
interface Wanted {
  readonly tags: Readonly<Record<string, string>>;
  readonly change: RunChange;
}

/** Services that speak MLflow's protocol say 200 to a change that they leave out. */
async function requireKept(tracker: Tracker, id: string, { tags, change }: Wanted): Promise<void> {
  const run = await tracker.getRun(id);
  const left = [
    ...Object.keys(tags).filter((key) => run.tags[key] !== tags[key]).map((key) => `tag ${key}`),
    ...(change.name === undefined || change.name === run.name ? [] : ["name"]),
    ...(change.status === undefined || change.status === run.status ? [] : ["status"]),
  ];
  if (left.length === 0) return;
  throw new TrackerError("update", `run ${id}`, {
    status: 200,
    code: "NOT_CHANGED",
    message: `the server took the change, and still has another ${left.join(", ")}`,
  });
}

/** A tag that is not there is as good as removed: the command can be run again. */
async function removeTag(tracker: Tracker, id: string, key: string): Promise<void> {
  try {
    await tracker.deleteTag(id, key);
  } catch (error) {
    if (!(error instanceof NotFoundError) || error.kind === "run") throw error;
  }
}
