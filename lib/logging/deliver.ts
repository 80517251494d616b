// From the store to the server, as log and batch share it: a committed run is delivered at once, and
// so is one that an earlier call kept and could not deliver.

import type { Backends } from "../backends.ts";
import type { Context } from "../command/declare.ts";
import { asError, DeliveryError, NotFoundError, TrackerError } from "../errors.ts";
import type { Logged } from "./answer.ts";
import { refusedError } from "./refused.ts";
import type { LogRequest } from "./request.ts";
import type { DeliveryOutcome, FoundRun, LocalStore } from "../store/mod.ts";

/** Whether a run that was logged before may be delivered now. */
export function waitsForServer(
  { serverUri }: Backends,
  { offline }: LogRequest,
  { delivered }: Pick<FoundRun, "delivered">,
): boolean {
  return !delivered && serverUri !== null && !offline;
}

/** How long a run is waited for that a sync took up the moment it was committed. */
export const PATIENCE_MS = 15_000;

/** What became of one run's delivery. */
type Delivered = Pick<
  Logged,
  "runId" | "experimentId" | "delivered" | "undeliverable" | "failure"
>;

/** Delivers one committed run. A failure is reported, not thrown: the run is safe in the store. */
export async function deliverNow(
  context: Context,
  backends: Backends,
  key: string,
): Promise<Delivered> {
  const none = { runId: null, experimentId: null, delivered: false, undeliverable: [] };
  let outcomes: readonly DeliveryOutcome[];
  try {
    outcomes = await backends.deliver({
      keys: [key],
      signal: context.interrupted,
      patienceMs: PATIENCE_MS,
    });
  } catch (error) {
    const failure = undelivered({
      key,
      status: "failed",
      error: asError(error),
      undeliverable: [],
    });
    return { ...none, failure };
  }
  const outcome = outcomes.find((one) => one.key === key);
  for (const warning of outcomes.flatMap(({ warnings }) => warnings)) context.warn(warning);
  if (outcome === undefined) {
    const failure = waitingElsewhere(await backends.store(), key);
    return { ...none, failure };
  }
  const { runId, experimentId, error, undeliverable } = outcome;
  return {
    runId,
    experimentId,
    delivered: error === null,
    undeliverable,
    failure: error === null ? refusedError(key, undeliverable) : undelivered(outcome),
  };
}

/** The error of a run that waits, but not for this server; null when it does not wait any more. */
export function waitingElsewhere(store: LocalStore, key: string): DeliveryError | null {
  const [run] = store.waiting({ trackingUri: null, keys: [key] });
  if (run === undefined) return null;
  const server = run.trackingUri ?? "another server";
  return new DeliveryError(
    `Cannot deliver run ${key}: it is meant for ${server}; "btflow sync --copy" sends it here too`,
    { cause: new DeliveryError(`meant for ${server}, here only with --copy`) },
  );
}

/** The error of a run that is kept but did not reach the server. */
export function undelivered(
  { key, status, error, undeliverable }: Pick<
    DeliveryOutcome,
    "key" | "status" | "error" | "undeliverable"
  >,
): DeliveryError {
  const reason = error?.message ?? "it was not tried";
  // What the server has deleted is not made again just because one asks a second time.
  // One that lacks refused parts may count as delivered: then a sync without the flag passes it by.
  const next = status === "deleted"
    ? ""
    : undeliverable.length > 0
    ? ', "btflow sync --retry-undeliverable" tries it again'
    : `, ${nextSync(error, "it")}`;
  const kept = reason.endsWith("?") ? " It is kept" : "; it is kept";
  return new DeliveryError(
    `Cannot deliver run ${key}: ${reason}${kept} in the store${next}`,
    { cause: error },
  );
}

/** What a sync does for a run that failed so: it promises no more than it can keep. */
export function nextSync(error: unknown, runs: "it" | "them"): string {
  const isRefused = error instanceof TrackerError && error.isForGood && !error.isDenied;
  // Logged with --run-id into a run that the server has not.
  const isNowhere = error instanceof NotFoundError && error.kind === "run";
  return isRefused || isNowhere
    ? `"btflow sync" tries ${runs} again`
    : `"btflow sync" delivers ${runs}`;
}
