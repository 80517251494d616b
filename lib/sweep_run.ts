// Running a sweep: compute, commit in groups, deliver concurrently. A group is one transaction, so a
// thousand runs do not wait for a thousand disk flushes; a run is counted only once it is durable.

import type { Backends } from "./backends.ts";
import type { Context } from "./command.ts";
import type { PreparedRun } from "./log_answer.ts";
import { PATIENCE_MS, requireExperiment, undelivered } from "./log_run.ts";
import type { DeliveryOutcome } from "./store/mod.ts";
import type { SweepItem } from "./sweep.ts";
import { existingRun, findExisting, findPrepared, prepareItem } from "./sweep_item.ts";
import type { Sweep, SweepRun } from "./sweep_item.ts";
import { openParent } from "./sweep_parent.ts";

/** An item that was not logged, or not delivered: `kept` says that its run waits in the store. */
export interface SweepFailure {
  /** Path of the file. */
  readonly returns: string;
  /** Why. */
  readonly error: Error;
  /** True when the run is in the store and will be delivered by `sync`. */
  readonly kept: boolean;
}

/** What became of a sweep. */
export interface SweepOutcome {
  /** In the order in which they ended. */
  readonly runs: readonly SweepRun[];
  /** In the order in which they ended. */
  readonly failures: readonly SweepFailure[];
  /** Key of the parent run. */
  readonly parent: string | null;
}

const GROUP_RUNS = 32;
const GROUP_MS = 200;

interface Waiting {
  readonly item: SweepItem;
  readonly prepared: PreparedRun;
}

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
  let since = context.io.now();
  for (const item of sweep.items) {
    if (context.interrupted.aborted) break;
    try {
      const existing = sweep.request.ifNew
        ? await findExisting(context, backends, sweep, item)
        : null;
      if (existing !== null) {
        runs.push(existing);
        report(item.returns);
        continue;
      }
      for (const prepared of await prepareItem(context, backends, sweep, item, parent)) {
        const found = await findPrepared(backends, sweep, item, prepared);
        if (found === null) group.push({ item, prepared });
        else runs.push(found);
      }
    } catch (error) {
      failures.push({ returns: item.returns, error: asError(error), kept: false });
      report(item.returns);
    }
    if (group.length >= GROUP_RUNS || context.io.now() - since > GROUP_MS) {
      await post.send(group.splice(0));
      since = context.io.now();
    }
  }
  await post.send(group.splice(0));
  await post.done();
  return { runs, failures, parent };
}

interface PostRoom {
  /** Commits a group in one transaction; its delivery goes on while the next is computed. */
  send(group: readonly Waiting[]): Promise<void>;
  done(): Promise<void>;
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
  const settle = ({ item, prepared }: Waiting, key: string | null, runId: string | null): void => {
    runs.push({
      returns: item.returns,
      run_name: prepared.record.runName,
      run_id: runId ?? key,
      run_key: key,
      delivered: runId !== null,
      existed: false,
    });
    report(item.returns);
  };
  const ended = (outcome: DeliveryOutcome): void => {
    const one = waiting.get(outcome.key);
    if (one === undefined) return;
    waiting.delete(outcome.key);
    for (const warning of outcome.warnings) context.warn(warning);
    if (outcome.error === null) return settle(one, outcome.key, outcome.runId);
    failures.push({ returns: one.item.returns, error: undelivered(outcome), kept: true });
    report(one.item.returns);
  };
  const deliverAll = async (): Promise<void> => {
    const keys = [...waiting.keys()];
    if (keys.length === 0) return;
    const signal = context.interrupted;
    await backends.deliver(keys, { jobs, onProgress: ended, signal, patienceMs: PATIENCE_MS });
    // What has no outcome did not wait any more: an equal run that another call had delivered.
    for (const key of keys) {
      const one = waiting.get(key);
      if (one === undefined) continue;
      waiting.delete(key);
      const runId = (await (await backends.store()).getRun(key)).id;
      runs.push(
        existingRun(one.item, one.prepared.record.runName, { key, runId, delivered: true }),
      );
      report(one.item.returns);
    }
  };
  return {
    send: async (group) => {
      if (group.length === 0) return;
      if (request.dryRun) return group.forEach((one) => settle(one, null, null));
      const store = await backends.store();
      const keys = store.commitRuns(group.map(({ prepared }) => prepared.record));
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
    done: () => delivery,
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
