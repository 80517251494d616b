// Which runs a command changes: those named by id, or those a filter holds for. A selection is read to
// its end before the first change, because changes move the pages of a search.

import { exclusive } from "../command/flags.ts";
import { UsageError } from "../errors.ts";
import { parseFilter } from "../filter/mod.ts";
import type { Filter } from "../filter/mod.ts";
import { cellText } from "../output/cells.ts";
import { plainLine } from "../output/plain.ts";
import type { Run, View } from "../tracker.ts";
import { chosenExperiments, findRun } from "./find.ts";
import type { Session } from "./session.ts";

/** What the user said of the runs. */
export interface Choice {
  readonly ids: readonly string[];
  readonly experiments: readonly string[];
  readonly filter: string | undefined;
  /** Conditions that the command adds to the filter. */
  readonly conditions: readonly string[];
  readonly view: View;
  /** For messages: "runs delete". */
  readonly command: string;
}

/** Runs as a change needs them; a selection of many keeps no metrics. */
export type Selected = Pick<
  Run,
  "id" | "name" | "status" | "startTime" | "lifecycleStage" | "experimentId"
>;

/**
 * The runs chosen.
 *
 * @throws {UsageError} when both or neither of ids and a filter are given, or no experiment is named.
 */
export async function selectRuns(session: Session, choice: Choice): Promise<readonly Selected[]> {
  const { ids, filter, conditions, experiments, command } = choice;
  const selects = filter !== undefined || conditions.length > 0 || experiments.length > 0;
  const both = `Cannot run "btflow ${command}": name runs or select them, not both`;
  exclusive(both, ids.length > 0, selects);
  if (ids.length > 0) {
    // A run has two ids, and both may be given.
    const runs = new Map<string, Selected>();
    for (const wanted of ids) {
      const run = brief(await findRun(session.tracker, wanted));
      runs.set(run.id, run);
    }
    return [...runs.values()];
  }
  if (filter === undefined && conditions.length === 0) {
    throw new UsageError(
      `Cannot run "btflow ${command}": name runs, or select them with --filter or --older-than`,
    );
  }
  return await searched(session, choice);
}

async function searched(
  { context, tracker, backends }: Session,
  choice: Choice,
): Promise<readonly Selected[]> {
  const filter = combined(choice.filter, choice.conditions);
  const chosen = await chosenExperiments(tracker, backends, choice.experiments);
  if (chosen === null) {
    throw new UsageError(
      `Cannot run "btflow ${choice.command}" on all experiments: name them with -e (repeatable)`,
    );
  }
  const experimentIds = chosen.map(({ id }) => id);
  const query = { experimentIds, filter, orderBy: [], view: choice.view, limit: Infinity };
  const runs: Selected[] = [];
  for await (const page of tracker.searchRuns(query)) {
    for (const run of page) runs.push(brief(run));
  }
  if (runs.length === 0) context.note("No run matches: nothing to do");
  return runs;
}

/** The user's filter is read by itself first, so that an error shows the text that was written. */
function combined(filter: string | undefined, conditions: readonly string[]): Filter {
  if (filter !== undefined) parseFilter(filter);
  return parseFilter(
    [...(filter === undefined ? [] : [`(${filter})`]), ...conditions].join(" AND "),
  );
}

function brief({ id, name, status, startTime, lifecycleStage, experimentId }: Run): Selected {
  return { id, name, status, startTime, lifecycleStage, experimentId };
}

/** "0199… trend FINISHED 2026-01-02T03:04:05Z": a run in a list of what will be done. */
export function describeRun({ id, name, status, startTime }: Selected): string {
  return `${id} ${plainLine(name)} ${status} ${
    cellText(new Date(startTime)).replace(/\.\d+Z$/, "Z")
  }`;
}
