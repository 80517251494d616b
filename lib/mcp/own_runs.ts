// Whether the runs that a call names are of the one experiment that the server was given. Ids come from
// anywhere, a prompt included, and a command that is given runs asks for no experiment. It is asked of
// the commands that read runs and experiments, so it means what they mean.

import type { Context } from "../command/declare.ts";
import { present, UsageError } from "../errors.ts";
import { type Call, type Settled, settledWords } from "./arguments.ts";
import type { Tool } from "./tools.ts";
import { type Surroundings, worldOf } from "./world.ts";

/** What is asked, of whom. */
export interface OwnRunsOptions {
  readonly run: Context["run"];
  readonly surroundings: Surroundings;
  readonly settled: Settled;
  readonly tools: readonly Tool[];
}

const NOT_FOUND = 4;

/**
 * Refuses a call that names a run of another experiment than the server's. A run or an experiment that
 * is not found is left to the command, which says so.
 *
 * @throws {UsageError} naming the run.
 */
export async function requireOwnRuns({ runs }: Call, options: OwnRunsOptions): Promise<void> {
  const { experiment } = options.settled;
  if (experiment === undefined || runs.length === 0) return;
  const own = await answerTo(options, "experiments get", experiment);
  for (const id of runs) {
    const found = await answerTo(options, "runs get", id);
    if (found.exit === NOT_FOUND) continue;
    if (found.experiment !== null && found.experiment === own.experiment) continue;
    const isOther = found.experiment !== null && (own.exit === 0 || own.exit === NOT_FOUND);
    throw new UsageError(
      `Cannot use run ${JSON.stringify(id)}: it is ${isOther ? "not" : "not known to be"} of ` +
        `experiment ${JSON.stringify(experiment)}, to which btflow mcp -e keeps this server`,
    );
  }
}

interface Answer {
  readonly exit: number;
  /** The id of the experiment that it tells of; null where the command failed. */
  readonly experiment: string | null;
}

/** What a command says of a run or an experiment. */
async function answerTo(
  { run, surroundings, settled, tools }: OwnRunsOptions,
  name: string,
  operand: string,
): Promise<Answer> {
  const { command } = present(tools.find((tool) => tool.command.name === name), name);
  const world = worldOf(surroundings);
  try {
    const words = settledWords(command, settled, { withExperiment: false });
    const exit = await run(
      [...name.split(" "), "--format=json", ...words, "--", operand],
      world.io,
    );
    if (exit !== 0) return { exit, experiment: null };
    const answer: { readonly experiment_id: string } = JSON.parse(world.out());
    return { exit, experiment: answer.experiment_id };
  } finally {
    world.end();
  }
}
