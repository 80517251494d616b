// What sync answers about the runs that wait, and those it delivered and read back. Failures come after
// the answer and give the exit code, so that they hide no run that was delivered.

import type { Context } from "../command/declare.ts";
import type { Result } from "../command/answer.ts";
import { DeliveryError, InterruptedError, SeveralErrors } from "../errors.ts";
import { undelivered } from "./deliver.ts";
import { waitingLines } from "./sync_screen.ts";
import { refusedCell, refusedError, refusedLines } from "./refused.ts";
import { counted } from "../output/mod.ts";
import type { Row, Rows } from "../command/answer.ts";
import type { DeliveryOutcome, VerifyOutcome, WaitingRun } from "../store/mod.ts";

/** What waits and why, a row a run; on a terminal summed up, unless all are to be listed. */
export function statusAnswer(
  pages: AsyncIterable<readonly WaitingRun[]>,
  isWhole: boolean,
): Result {
  let lacksParts = false;
  const noting = async function* (): AsyncIterable<readonly WaitingRun[]> {
    for await (const page of pages) {
      lacksParts ||= page.some(({ undeliverable }) => undeliverable.length > 0);
      yield page;
    }
  };
  return {
    ...isWhole ? {} : { screen: (screen) => waitingLines(pages, screen) },
    rows: {
      columns: STATUS_COLUMNS,
      tableColumns: () => ["run_key", "run_name", "experiment", "state", "attempts", "reason"],
      // Asked for when all pages have passed.
      get noun() {
        return lacksParts ? "waiting or incomplete runs" : "waiting runs";
      },
      pages: statusRows(noting()),
    },
  };
}

async function* statusRows(
  pages: AsyncIterable<readonly WaitingRun[]>,
): AsyncIterable<readonly Row[]> {
  for await (const page of pages) yield page.map(statusRow);
}

function statusRow(run: WaitingRun): Row {
  const time = (at: number | null): Date | null => at === null ? null : new Date(at);
  return {
    run_key: run.key,
    run_name: run.runName,
    experiment: run.experiment,
    start_time: time(run.startTime),
    tracking_uri: run.trackingUri,
    state: run.state,
    attempts: run.attempts,
    last_attempt: time(run.lastAttempt),
    reason: run.reason,
    undeliverable: refusedCell(run.undeliverable),
  };
}

const STATUS_COLUMNS: readonly string[] = [
  "run_key",
  "run_name",
  "experiment",
  "start_time",
  "tracking_uri",
  "state",
  "attempts",
  "last_attempt",
  "reason",
  "undeliverable",
];

/** Null when the server has the run as the store does. */
export function verifyError({ key, runId, differences, error }: VerifyOutcome): Error | null {
  if (error instanceof DeliveryError) {
    return new DeliveryError(`Run ${key}: ${error.message}`, { cause: error });
  }
  if (error !== null) return error;
  if (differences.length === 0) return null;
  return new DeliveryError(
    `Run ${key} differs on the server (${runId}): ${differences.slice(0, 5).join("; ")}; ` +
      "the next sync sends it again",
  );
}

/** What a sync did. */
export interface SyncWork {
  readonly outcomes: readonly DeliveryOutcome[];
  /** What was read back; null when --verify was not given. */
  readonly verified: readonly VerifyOutcome[] | null;
  /** True for formats of programs, which get a row a run; people get the count. */
  readonly asRows: boolean;
}

/** How many runs were delivered and verified; fails when any could not be. */
export function deliveryAnswer(
  context: Context,
  { outcomes, verified, asRows }: SyncWork,
): Result {
  for (const warning of outcomes.flatMap(({ warnings }) => warnings)) context.warn(warning);
  const delivered = outcomes.filter(({ status }) => status === "delivered").length;
  const busy = outcomes.filter(({ status }) => status === "busy").length;
  const wrong = (verified ?? []).flatMap((outcome) => verifyError(outcome) ?? []);
  const checked = verified === null
    ? ""
    : `Verified ${verified.length - wrong.length} of ${verified.length} delivered runs` +
      `${partial(verified)}\n`;
  const shared = busy > 0 ? `; ${busy} are being delivered by another sync` : "";
  const refused = outcomes.flatMap(({ status, key, undeliverable }) =>
    status === "delivered" ? refusedError(key, undeliverable) ?? [] : []
  );
  const result: Result = {
    text:
      (outcomes.length === 0
        ? "Nothing waits\n"
        : `Delivered ${delivered} of ${outcomes.length} runs${shared}\n`) +
      outcomes.map(refusedText).join("") + checked,
    ...(asRows ? { rows: outcomeRows(outcomes) } : {}),
  };
  const failures = outcomes.filter(({ status }) => status === "failed" || status === "deleted");
  const reason: unknown = context.interrupted.reason;
  if (context.interrupted.aborted && reason instanceof InterruptedError) {
    const left = outcomes.length - delivered;
    const message = `Interrupted with ${
      counted(left, "runs")
    } left; run "btflow sync" again to go on`;
    return { ...result, failure: new InterruptedError(reason.signal, message) };
  }
  const errors = [...failures.map(undelivered), ...wrong, ...refused];
  if (errors.length === 0) return result;
  const skipped = outcomes.filter(({ status }) => status === "skipped").length;
  const more = skipped > 0 ? `, ${skipped} were not tried` : "";
  const [first] = errors.map((error) => error.message);
  const message = errors.length === 1
    ? `${first}${more}`
    : `${errors.length} runs could not be delivered whole or verified${more}; the first: ${first}`;
  return { ...result, failure: new SeveralErrors(message, errors) };
}

function refusedText({ key, runName, undeliverable }: DeliveryOutcome): string {
  const lines = refusedLines(undeliverable).map((line) => `  ${line}\n`);
  return lines.length === 0
    ? ""
    : `Refused by the server, of run ${key} (${runName}):\n${lines.join("")}`;
}

function partial(verified: readonly VerifyOutcome[]): string {
  const { length } = verified.filter(({ undeliverable }) => undeliverable.length > 0);
  return length === 0
    ? ""
    : `; ${length} without parts that the server refuses (--status lists them)`;
}

function outcomeRows(outcomes: readonly DeliveryOutcome[]): Rows {
  const rows = outcomes.map((outcome): Row => ({
    run_key: outcome.key,
    run_name: outcome.runName,
    experiment: outcome.experiment,
    run_id: outcome.runId,
    status: outcome.status,
    error: outcome.error?.message ?? null,
    undeliverable: refusedCell(outcome.undeliverable),
  }));
  return {
    columns: ["run_key", "run_name", "experiment", "run_id", "status", "error", "undeliverable"],
    noun: null,
    pages: [rows],
  };
}
