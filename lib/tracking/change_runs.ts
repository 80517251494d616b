// Changing many runs: each by itself, so that one that fails does not stop the others, with progress,
// and with the failures listed at the end.

import type { Context } from "../command/declare.ts";
import type { Result } from "../command/answer.ts";
import { InterruptedError, SeveralErrors, TrackerError, UsageError } from "../errors.ts";
import { checkName } from "../limits.ts";
import { RUN_KEY_TAG } from "../own_names.ts";
import type { Selected } from "./select.ts";

/** What is done to each run, in words. */
export interface Change {
  /** "Deleted": begins the line of each run that was changed. */
  readonly done: string;
  readonly apply: (run: Selected) => Promise<void>;
}

/** Throws unless every server would take the new name, and the changes leave the run the one that it is. */
export function checkIdentity(name: string | undefined, tags: readonly string[]): void {
  if (name !== undefined) checkName("run", name);
  if (!tags.includes(RUN_KEY_TAG)) return;
  throw new UsageError(
    `Cannot change tag "${RUN_KEY_TAG}": a run is known by it, and would be made a second time`,
  );
}

/** Above this many, progress is shown. */
const QUICK = 10;
/** Failures listed one by one. */
const LISTED = 10;

/** Applies a change to each run. The result lists the ids changed, and carries what failed. */
export async function changeRuns(
  context: Context,
  runs: readonly Selected[],
  change: Change,
): Promise<Result> {
  const changed: string[] = [];
  const failures: Error[] = [];
  for (const run of runs) {
    if (context.interrupted.aborted) throw interruption(context, changed.length, runs.length);
    try {
      await change.apply(run);
      changed.push(run.id);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      failures.push(error);
      if (isHopeless(error)) break;
    }
    if (runs.length > QUICK) {
      context.progress({ done: changed.length, total: runs.length, failed: failures.length });
    }
  }
  return {
    text: changed.map((id) => `${change.done} ${id}`).join("\n"),
    json: {
      [change.done.toLowerCase()]: changed,
      failed: failures.map(({ message }) => message),
    },
    ...failed(failures, runs.length),
  };
}

/** What the next run would meet as well: no connection, no permission to log in. */
function isHopeless(error: Error): boolean {
  return error instanceof TrackerError && (error.status === 0 || error.isUnauthenticated);
}

function interruption(context: Context, done: number, total: number): Error {
  const { reason } = context.interrupted;
  const signal = reason instanceof InterruptedError ? reason.signal : "SIGINT";
  return new InterruptedError(
    signal,
    `Interrupted after ${done} of ${total} runs; run it again for the rest`,
  );
}

function failed(failures: readonly Error[], total: number): { readonly failure?: Error } {
  const [first] = failures;
  if (first === undefined) return {};
  if (total === 1) return { failure: first };
  const more = failures.length > LISTED ? `\n  … and ${failures.length - LISTED} more` : "";
  const list = failures.slice(0, LISTED).map(({ message }) => `\n  ${message}`).join("");
  const title = `Cannot change ${failures.length} of ${total} runs:`;
  return { failure: new SeveralErrors(`${title}${list}${more}`, failures) };
}
