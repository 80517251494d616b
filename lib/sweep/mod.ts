// Running a sweep: compute, commit in groups, deliver concurrently. A group is one transaction, so a
// thousand runs do not wait for a thousand disk flushes; a run is counted only once it is durable.

import type { Backends } from "../backends.ts";
import type { Context } from "../command/declare.ts";
import { PATIENCE_MS, undelivered, waitingElsewhere, waitsForServer } from "../logging/deliver.ts";
import { requireExperiment } from "../logging/prepare.ts";
import type { DeliveryOutcome, RunRecord } from "../store/mod.ts";
import type { SweepItem } from "./items.ts";
import { existingRun, findExisting, findPrepared, prepareItem } from "./item_runs.ts";
import type { Sweep, SweepRun } from "./item_runs.ts";
import { openParent } from "./parent.ts";

/** An item that was not logged, or not delivered: `kept` says that its run waits in the store. */
export interface SweepFailure {
  /** Path of the file. */
  readonly returns: string;
  /** Why. */
  readonly error: Error;
  /** True when the run is in the store and will be delivered by `sync`. */
  readonly kept: boolean;
  /** True when it was there before this call. */
  readonly existed: boolean;
}

/** What became of a sweep. */
export interface SweepOutcome {
  /** In the order in which they ended. */
  readonly runs: readonly SweepRun[];
  /** In the order in which they ended. */
  readonly failures: readonly SweepFailure[];
  /** How many runs this call delivered. */
  readonly delivered: number;
  /** Key of the parent run. */
  readonly parent: string | null;
}

const GROUP_RUNS = 32;
const GROUP_MS = 200;

/** A run to be committed and delivered; one that was there before, to be delivered alone. */
type Waiting =
  & { readonly item: SweepItem }
  & (
    | { readonly record: RunRecord; readonly existing: null }
    | { readonly record: null; readonly existing: SweepRun }
  );

/** Logs every item; what fails is gathered. An interruption finishes the runs in hand. */
export async function runSweep(
  context: Context,
  backends: Backends,
  sweep: Sweep,
): Promise<SweepOutcome> {
  const runs: SweepRun[] = [];
  const failures: SweepFailure[] = [];
  const report = (label: string): void => {
    const done = runs.length + failures.length;
    context.progress({ done, total: sweep.items.length, failed: failures.length, label });
  };
  if (!sweep.request.create && !sweep.request.dryRun) {
    await requireExperiment(backends, sweep.request);
  }
  const parent = await openParent(context, backends, sweep);
  const post = postRoom(context, backends, sweep, { runs, failures, report });
  const group: Waiting[] = [];
  const addExisting = (item: SweepItem, existing: SweepRun): void => {
    // What an earlier call kept and could not deliver is not done.
    if (waitsForServer(backends, sweep.request, existing)) {
      group.push({ item, record: null, existing });
      return;
    }
    runs.push(existing);
    report(item.returns);
  };
  let since = context.io.now();
  for (const item of sweep.items) {
    if (context.interrupted.aborted) break;
    try {
      const existing = sweep.request.ifNew
        ? await findExisting(context, backends, sweep, item)
        : null;
      if (existing !== null) {
        addExisting(item, existing);
      } else {
        for (const prepared of await prepareItem(context, backends, sweep, item, parent)) {
          const found = await findPrepared(backends, sweep, item, prepared);
          if (found === null) group.push({ item, record: prepared.record, existing: null });
          else addExisting(item, found);
        }
      }
    } catch (error) {
      failures.push({ returns: item.returns, error: asError(error), kept: false, existed: false });
      report(item.returns);
    }
    if (group.length >= GROUP_RUNS || context.io.now() - since > GROUP_MS) {
      await post.send(group.splice(0));
      since = context.io.now();
    }
  }
  await post.send(group.splice(0));
  return { runs, failures, delivered: await post.done(), parent };
}

interface PostRoom {
  /** Commits a group in one transaction; its delivery goes on while the next is computed. */
  send(group: readonly Waiting[]): Promise<void>;
  /** Resolves to how many runs were delivered. */
  done(): Promise<number>;
}

interface Results {
  readonly runs: SweepRun[];
  readonly failures: SweepFailure[];
  readonly report: (label: string) => void;
}

function postRoom(
  context: Context,
  backends: Backends,
  sweep: Sweep,
  { runs, failures, report }: Results,
): PostRoom {
  const { request, jobs } = sweep;
  const waiting = new Map<string, Waiting>();
  let delivery: Promise<void> = Promise.resolve();
  let delivered = 0;
  const settle = (one: Waiting, key: string | null, runId: string | null): void => {
    const { item, record, existing } = one;
    runs.push({
      returns: item.returns,
      run_name: existing === null ? record.runName : existing.run_name,
      run_id: runId ?? key,
      run_key: key,
      delivered: runId !== null,
      existed: existing !== null,
    });
    report(item.returns);
  };
  const ended = (outcome: DeliveryOutcome): void => {
    const one = waiting.get(outcome.key);
    if (one === undefined) return;
    waiting.delete(outcome.key);
    for (const warning of outcome.warnings) context.warn(warning);
    if (outcome.error === null) {
      delivered++;
      return settle(one, outcome.key, outcome.runId);
    }
    const { item: { returns }, existing } = one;
    failures.push({ returns, error: undelivered(outcome), kept: true, existed: existing !== null });
    report(returns);
  };
  const deliverAll = async (): Promise<void> => {
    const keys = [...waiting.keys()];
    if (keys.length === 0) return;
    const signal = context.interrupted;
    await backends.deliver(keys, { jobs, onProgress: ended, signal, patienceMs: PATIENCE_MS });
    // What has no outcome did not wait for this server: an equal run, delivered or meant for another.
    for (const key of keys) {
      const one = waiting.get(key);
      if (one === undefined) continue;
      waiting.delete(key);
      const { item, record, existing } = one;
      const store = await backends.store();
      const error = waitingElsewhere(store, key);
      if (error !== null) {
        failures.push({ returns: item.returns, error, kept: true, existed: true });
      } else {
        const runName = existing === null ? record.runName : existing.run_name;
        const runId = (await store.getRun(key)).id;
        runs.push(existingRun(item, runName, { key, runId, delivered: true }));
      }
      report(item.returns);
    }
  };
  return {
    send: async (group) => {
      if (group.length === 0) return;
      if (request.dryRun) return group.forEach((one) => settle(one, null, null));
      const store = await backends.store();
      const committed = store.commitRuns(group.flatMap(({ record }) => record ?? [])).values();
      const keys = group.map(({ existing }) =>
        existing === null ? committed.next().value ?? "" : existing.run_key ?? ""
      );
      if (backends.serverUri === null || request.offline) {
        return group.forEach((one, index) => settle(one, keys[index] ?? null, null));
      }
      for (const [index, one] of group.entries()) {
        const key = keys[index] ?? "";
        // The same input twice in one sweep is one run.
        if (waiting.has(key)) settle(one, key, null);
        else waiting.set(key, one);
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

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
