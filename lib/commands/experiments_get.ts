// `btflow experiments get`: one experiment, by its name or its id.

import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import type { Result } from "../command/answer.ts";
import { CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { plainLine } from "../output/plain.ts";
import type { Experiment } from "../tracker.ts";
import { findExperiment } from "../tracking/find.ts";
import { experimentRow, timeJson } from "../tracking/rows.ts";
import { EXPERIMENT_FLAG, NAME_OPERAND, namedOne } from "../tracking/selection_flags.ts";
import { withTracker } from "../tracking/session.ts";

/** Shows one experiment. */
export const get: Command = defineCommand({
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
    const wanted = namedOne(operands, flags.experiment, {
      command: "experiments get",
      what: "the experiment",
    });
    return withTracker(context, flags, async ({ tracker }) => {
      return shown(await findExperiment(tracker, wanted));
    });
  },
});

/** An experiment as `get` and `update` answer it. */
export function shown(experiment: Experiment): Result {
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
