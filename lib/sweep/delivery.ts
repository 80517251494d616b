// The way of a sweep's runs from memory to the store and on to the server. Deliveries go on while the
// next group is computed, one after the other; each run is reported where it ends.

import type { Backends } from "../backends.ts";
import type { Context } from "../command/declare.ts";
import { present } from "../errors.ts";
import { PATIENCE_MS, undelivered, waitingElsewhere } from "../logging/deliver.ts";
import type { DeliveryOutcome, RunRecord } from "../store/mod.ts";
import { existingRun, type SweepRun } from "./item_runs.ts";
import type { Sweep, SweepItem } from "./items.ts";

/** An item that was not logged, or not delivered. */
export interface SweepFailure {
  /** Path of the file. */
  readonly returns: string;
  readonly error: Error;
  /** True when the run is in the store and will be delivered by `sync`. */
  readonly kept: boolean;
  /** True when it was there before this call. */
  readonly existed: boolean;
}

/** What became of the items so far. */
export interface SweepResults {
  readonly runs: readonly SweepRun[];
  readonly failures: readonly SweepFailure[];
  ended(run: SweepRun): void;
  failed(failure: SweepFailure): void;
}

/** Results that are shown as progress. */
export function sweepResults(context: Context, total: number): SweepResults {
  const runs: SweepRun[] = [];
  const failures: SweepFailure[] = [];
  const report = ({ returns: label }: { readonly returns: string }): void => {
    const done = runs.length + failures.length;
    context.progress({ done, total, failed: failures.length, label });
  };
  return {
    runs,
    failures,
    ended: (run) => {
      runs.push(run);
      report(run);
    },
    failed: (failure) => {
      failures.push(failure);
      report(failure);
    },
  };
}

/** A run to be committed and delivered; or one that is in the store (its key), to be delivered. */
export type Waiting =
  & { readonly item: SweepItem; readonly runName: string }
  & (
    | { readonly record: RunRecord; readonly key: null }
    | { readonly record: null; readonly key: string }
  );

/** Takes groups of runs. */
export interface DeliveryQueue {
  /** Commits a group in one transaction; its delivery goes on while the next is computed. */
  send(group: readonly Waiting[]): Promise<void>;
  /** Resolves to how many runs were delivered. */
  done(): Promise<number>;
}

/** A queue that commits to the store and delivers to the server, where the sweep is meant for one. */
export function deliveryQueue(
  context: Context,
  backends: Backends,
  { request, jobs }: Sweep,
  results: SweepResults,
): DeliveryQueue {
  const undone = new Map<string, Waiting>();
  let delivery: Promise<void> = Promise.resolve();
  let delivered = 0;
  const onProgress = (outcome: DeliveryOutcome): void => {
    const one = undone.get(outcome.key);
    if (one === undefined) return;
    undone.delete(outcome.key);
    for (const warning of outcome.warnings) context.warn(warning);
    if (outcome.error === null) delivered++;
    settle(results, one, outcome);
  };
  const deliverAll = async (): Promise<void> => {
    const keys = [...undone.keys()];
    if (keys.length === 0) return;
    const signal = context.interrupted;
    await backends.deliver(keys, { jobs, onProgress, signal, patienceMs: PATIENCE_MS });
    for (const key of keys) {
      const one = undone.get(key);
      if (one === undefined) continue;
      undone.delete(key);
      await settleOther(backends, results, one, key);
    }
  };
  return {
    send: async (group) => {
      if (group.length === 0) return;
      if (request.dryRun) return group.forEach((one) => results.ended(sweepRun(one, null, null)));
      const keys = await commit(backends, group);
      for (const [one, key] of keys) {
        // Not meant for a server; or the same input twice in one sweep, which is one run.
        const isDone = backends.serverUri === null || request.offline || undone.has(key);
        if (isDone) results.ended(sweepRun(one, key, null));
        else undone.set(key, one);
      }
      delivery = delivery.then(deliverAll);
      delivery.catch(() => {});
    },
    done: async () => {
      await delivery;
      return delivered;
    },
  };
}

/** Commits what is new of a group, and gives every run's key. */
async function commit(
  backends: Backends,
  group: readonly Waiting[],
): Promise<readonly (readonly [Waiting, key: string])[]> {
  const store = await backends.store();
  const committed = store.commitRuns(group.flatMap(({ record }) => record ?? [])).values();
  return group.map((one) => [one, one.key ?? present(committed.next().value, "a run's key")]);
}

function settle(results: SweepResults, one: Waiting, outcome: DeliveryOutcome): void {
  if (outcome.error === null) return results.ended(sweepRun(one, outcome.key, outcome.runId));
  const existed = one.record === null;
  const { item: { returns } } = one;
  results.failed({ returns, error: undelivered(outcome), kept: true, existed });
}

/** What has no outcome did not wait for this server: an equal run, delivered or meant for another. */
async function settleOther(
  backends: Backends,
  results: SweepResults,
  { item, runName }: Waiting,
  key: string,
): Promise<void> {
  const store = await backends.store();
  const error = waitingElsewhere(store, key);
  if (error !== null) {
    return results.failed({ returns: item.returns, error, kept: true, existed: true });
  }
  const runId = (await store.getRun(key)).id;
  results.ended(existingRun(item, runName, { key, runId, delivered: true }));
}

function sweepRun(one: Waiting, key: string | null, runId: string | null): SweepRun {
  return {
    returns: one.item.returns,
    runName: one.runName,
    runId: runId ?? key,
    runKey: key,
    delivered: runId !== null,
    existed: one.record === null,
  };
}
