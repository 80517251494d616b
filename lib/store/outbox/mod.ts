// The outbox: brings runs that wait to a server, several at once, each by one sync alone. What is
// wrong with one run never stops the rest; a server that no longer answers stops them all, since
// each would only wait for it again.

import { DeliveryError, StorageError, type Warning } from "../../errors.ts";
import type { Io } from "../../io.ts";
import { serverHealth } from "../../server_health.ts";
import type { Tracker } from "../../tracker.ts";
import {
  type DeliveryCandidate,
  type DeliveryCandidates,
  deliveryCandidates,
} from "./candidates.ts";
import { deliverRun } from "./deliver_run.ts";
import {
  claim,
  deliveryRow,
  isDelivered,
  serverId,
  serverUri,
  updateDelivery,
} from "../deliveries.ts";
import type { DeliveryContext, DeliveryOutcome, RunDelivery, StepHook } from "./delivery.ts";
import { step } from "./delivery.ts";
import { experimentOfRun } from "../experiments.ts";
import type { Lease, Leases } from "../lease.ts";
import { findStoredRun, type RunRow, storedRun } from "../run_rows.ts";
import { serverExperiments } from "./server_experiments.ts";
import { removeOrphans, runsInDoubt } from "./orphans.ts";
import { chosenOf, currentRow, DeletedOnServerError, lookUp } from "./server_run.ts";
import type { Database } from "../sqlite.ts";
import { undeliverableParts } from "../undeliverable.ts";

/** What is delivered, and how. */
export interface DeliverOptions {
  /** Only these runs, by key; without, all that wait for this server. */
  readonly keys?: readonly string[];
  /** Only runs of this experiment, by name. */
  readonly experiment?: string;
  /** Also runs meant for, or delivered to, another server. */
  readonly copy?: boolean;
  /** Runs delivered at once; 4 when not given. */
  readonly jobs?: number;
  /** Make a run again when the server has deleted it. */
  readonly recreate?: boolean;
  /** Read each run back and compare. */
  readonly verify?: boolean;
  /** Send once more what the server refused for good, of runs that were delivered too. */
  readonly retryUndeliverable?: boolean;
  /** Called with each run as it ends. */
  readonly onProgress?: (outcome: DeliveryOutcome, ended: number, total: number) => void;
  /** Once aborted, no further run is begun; those in hand are finished. */
  readonly signal?: AbortSignal;
  /** How long a creation without an answer may take to arrive after all; 5,000 when not given. */
  readonly graceMs?: number;
  /** How long to wait for another that delivers one of these runs; not at all when not given. */
  readonly patienceMs?: number;
  /** Called with what is odd about runs that were delivered before. */
  readonly warn?: (warning: Warning) => void;
  /** Called before and after each step, for tests. */
  readonly stopAt?: StepHook;
}

const JOBS = 4;
/** What a creation without an answer may take to arrive after all. */
const GRACE_MS = 5000;
const CLAIM_PAUSE_MS = 200;

/** Delivers what waits in a store to a server; one outcome a run, in the order they ended. */
export async function deliverWaiting(
  io: Io,
  { database, leases }: { readonly database: Database; readonly leases: Leases },
  tracker: Tracker,
  options: DeliverOptions,
): Promise<readonly DeliveryOutcome[]> {
  const { keys, recreate = false, verify = false, retryUndeliverable = false, stopAt } = options;
  const { graceMs = GRACE_MS, patienceMs = 0 } = options;
  await leases.tidy();
  const { experiment, copy = false } = options;
  const candidates = deliveryCandidates(database, {
    trackingUri: tracker.uri,
    copy,
    refused: retryUndeliverable,
    keys,
    experiment,
  });
  const server = serverId(database, serverUri(tracker.uri));
  const inDoubt = keys === undefined ? runsInDoubt(database, server, experiment) : [];
  if (candidates.length === 0 && inDoubt.length === 0) return [];
  const lease = await leases.take();
  const context: DeliveryContext = {
    io,
    database,
    tracker,
    serverId: server,
    experiments: serverExperiments(io, database, tracker),
    settings: {
      recreate,
      verify,
      retryUndeliverable,
      graceMs,
      patienceMs,
      hook: stopAt ?? (() => {}),
    },
    said: new Set(),
  };
  try {
    const outcomes = await deliverAll(context, lease, candidates, options);
    await lookAgain(context, lease, inDoubt, options);
    return outcomes;
  } finally {
    await lease.release();
  }
}

/** Looks for what arrived after its run was delivered. What fails here is looked for another time. */
async function lookAgain(
  context: DeliveryContext,
  lease: Lease,
  keys: readonly string[],
  { signal, warn = () => {} }: DeliverOptions,
): Promise<void> {
  const { database, serverId } = context;
  const server = serverHealth();
  for (const key of keys) {
    const run = findStoredRun(database, key);
    if (run === undefined) continue;
    const id = { runId: run.id, serverId };
    const delivery: RunDelivery = { ...context, run, id, warn };
    if (signal?.aborted === true || server.failure() !== null) return;
    // Another sync that has it in hand looks for it as well.
    if (!await claimInTime(delivery, lease)) continue;
    try {
      const row = currentRow(delivery);
      const kept = row.state === "creating"
        ? chosenOf(await lookUp(delivery, row))?.id ?? null
        : row.server_run_id;
      if (kept !== null) await removeOrphans(delivery, kept);
      server.note(null);
    } catch (error) {
      if (!(error instanceof Error) || error instanceof StorageError) throw error;
      server.note(error);
    } finally {
      updateDelivery(database, id, { owner: null });
    }
  }
}

async function deliverAll(
  context: DeliveryContext,
  lease: Lease,
  candidates: DeliveryCandidates,
  options: DeliverOptions,
): Promise<readonly DeliveryOutcome[]> {
  const { jobs = JOBS, signal, onProgress } = options;
  const outcomes: DeliveryOutcome[] = [];
  const inHand = new Map<string, Promise<unknown>>();
  const server = serverHealth();
  const queue = candidates.values();
  const deliverNext = async ({ id, key, parentKey }: DeliveryCandidate): Promise<void> => {
    // Candidates are in the order they were logged, groups first, so this waits for one in hand.
    if (parentKey !== null) await inHand.get(parentKey);
    const run = findStoredRun(context.database, key);
    // Removed meanwhile, by another command.
    if (run === undefined) return;
    const stop = signal?.aborted === true ? interrupted() : server.failure();
    const outcome = stop === null
      ? await deliverOne(context, lease, { runId: id, serverId: context.serverId }, run)
      : outcomeOf(context, run, { status: "skipped", error: stop });
    if (outcome === null) return;
    server.note(outcome.error);
    outcomes.push(outcome);
    onProgress?.(outcome, outcomes.length, candidates.length);
  };
  const worker = async (): Promise<void> => {
    for (const candidate of queue) {
      const work = deliverNext(candidate);
      inHand.set(candidate.key, work.catch(() => {}));
      await work;
      inHand.delete(candidate.key);
    }
  };
  const workers = Array.from({ length: Math.max(1, jobs) }, worker);
  // All workers end before the lease does, also when one of them fails.
  for (const ended of await Promise.allSettled(workers)) {
    if (ended.status === "rejected") throw ended.reason;
  }
  return outcomes;
}

function interrupted(): DeliveryError {
  return new DeliveryError("delivery was interrupted before it");
}

async function deliverOne(
  context: DeliveryContext,
  lease: Lease,
  id: RunDelivery["id"],
  run: RunRow,
): Promise<DeliveryOutcome | null> {
  const warnings: Warning[] = [];
  const delivery: RunDelivery = {
    ...context,
    run,
    id,
    warn: (warning) => warnings.push(warning),
  };
  const { database } = context;
  if (!await claimInTime(delivery, lease)) {
    // Delivered and pruned by others before its turn.
    if (findStoredRun(database, run.key) === undefined) return null;
    const error = new DeliveryError("another sync is delivering it");
    return outcomeOf(context, run, { status: "busy", error });
  }
  try {
    // As it is now that nobody else delivers it: another sync may just have finished it.
    const current = storedRun(database, run.key);
    const isThere = isDelivered(deliveryRow(database, id), current);
    if (isThere && !context.settings.retryUndeliverable) {
      updateDelivery(database, id, { owner: null });
    } else {
      await deliverRun({ ...delivery, run: current });
    }
    return outcomeOf(context, current, { status: "delivered", error: null, warnings });
  } catch (error) {
    // A store that cannot be written is no fault of the run; whoever has it next takes it over.
    if (!(error instanceof Error) || error instanceof StorageError) throw error;
    updateDelivery(database, id, { last_error: error.message, owner: null });
    const status = error instanceof DeletedOnServerError ? "deleted" : "failed";
    return outcomeOf(context, run, { status, error, warnings });
  }
}

/** Takes the run; one that another has in hand only if that one is done with it in time. */
async function claimInTime(delivery: RunDelivery, lease: Lease): Promise<boolean> {
  const { database, id, io, settings } = delivery;
  const deadline = io.now() + settings.patienceMs;
  for (;;) {
    const holder = deliveryRow(database, id)?.owner ?? null;
    const isFree = holder === null || !await lease.isAlive(holder);
    const isOurs = isFree &&
      await step(delivery, "claim", () => claim(database, id, lease.owner, holder, io.now()));
    if (isOurs || io.now() >= deadline) return isOurs;
    await io.sleep(CLAIM_PAUSE_MS);
  }
}

function outcomeOf(
  { database, serverId }: DeliveryContext,
  run: RunRow,
  result:
    & Pick<DeliveryOutcome, "status" | "error">
    & Partial<Pick<DeliveryOutcome, "warnings">>,
): DeliveryOutcome {
  const id = { runId: run.id, serverId };
  const row = deliveryRow(database, id);
  return {
    key: run.key,
    runName: run.name,
    experiment: experimentOfRun(database, run).name,
    runId: row?.server_run_id ?? null,
    experimentId: row?.server_experiment_id ?? null,
    warnings: [],
    undeliverable: undeliverableParts(database, id),
    ...result,
  };
}
