// The way of a sweep's runs from memory to the store and on to the server. Deliveries go on while the
// next group is computed, one after the other; each run is reported where it ends.

import type { Backends } from "../backends.ts";
import type { Context } from "../command/declare.ts";
import { asError, present } from "../errors.ts";
import { PATIENCE_MS, undelivered, waitingElsewhere } from "../logging/deliver.ts";
import { sharpeRatio } from "../metrics/mod.ts";
import type { DeliveryOutcome, RunRecord } from "../store/mod.ts";
import { knownRefusals } from "../logging/refused.ts";
import { existingRun, type SweepRun } from "./item_runs.ts";
import { placeOf, type Sweep, type SweepItem } from "./items.ts";

/** An item that was not logged, or not delivered. */
export interface SweepFailure {
  readonly item: SweepItem;
  readonly error: Error;
  /** True when the run is in the store and will be delivered by `sync`. */
  readonly kept: boolean;
  /** True when it was there before this call. */
  readonly existed: boolean;
}

/** An item whose metrics are not what was required; its runs are logged all the same. */
export interface Unmet {
  readonly item: SweepItem;
  /** At least one, each with its values. */
  readonly conditions: readonly string[];
}

/** What became of the items so far, in the order in which they ended. */
export interface SweepResults {
  readonly runs: readonly SweepRun[];
  readonly failures: readonly SweepFailure[];
  readonly unmet: readonly Unmet[];
  add(result: SweepRun | SweepFailure): void;
  addUnmet(item: Unmet): void;
}

/** Results that are shown as progress. */
export function sweepResults(context: Context, total: number): SweepResults {
  const runs: SweepRun[] = [];
  const failures: SweepFailure[] = [];
  const unmet: Unmet[] = [];
  // Shown before the first is done: that takes a while where files are long.
  context.progress({ done: 0, total, failed: 0 });
  return {
    runs,
    failures,
    unmet,
    addUnmet: (item) => void unmet.push(item),
    add: (result) => {
      if ("error" in result) failures.push(result);
      else runs.push(result);
      const done = runs.length + failures.length;
      context.progress({ done, total, failed: failures.length, label: placeOf(result.item) });
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
  /** True once a group could not be committed: no further one would be. */
  isBroken(): boolean;
  /** Resolves to how many runs were delivered. */
  done(): Promise<number>;
}

/** A queue that commits to the store and delivers to the server, where the sweep is meant for one. */
export function deliveryQueue(
  given: Context,
  backends: Backends,
  { jobs, request: { dryRun, offline } }: Sweep,
  results: SweepResults,
): DeliveryQueue {
  const context = { ...given, warn: onceEach(given.warn) };
  const undone = new Map<string, Waiting>();
  let delivery: Promise<number> = Promise.resolve(0);
  let hasKept = false;
  let isBroken = false;
  return {
    send: async (group) => {
      if (group.length === 0) return;
      if (dryRun) return group.forEach((one) => results.add(sweepRun(one, null)));
      let committed: readonly (readonly [Waiting, key: string])[];
      try {
        committed = await commit(backends, group);
      } catch (error) {
        if (!hasKept) throw error;
        // Thrown, it would hide the runs that are kept.
        isBroken = true;
        for (const { item, key } of group) {
          const isKept = key !== null;
          results.add({ item, error: asError(error), kept: isKept, existed: isKept });
        }
        return;
      }
      for (const [one, key] of committed) {
        hasKept = true;
        if (one.record !== null) context.kept(key);
        // Not meant for a server; or the same input twice in one sweep, which is one run.
        const isDone = backends.serverUri === null || offline || undone.has(key);
        if (isDone) results.add(sweepRun(one, key));
        else undone.set(key, one);
      }
      delivery = delivery.then(async (before) =>
        before + await deliverAll(context, backends, jobs, undone, results)
      );
      // A failure is seen by whoever waits for the end.
      delivery.catch(() => {});
    },
    isBroken: () => isBroken,
    done: () => delivery,
  };
}

/** What is true of the server is found out with each group, and said once. */
function onceEach(warn: Context["warn"]): Context["warn"] {
  const said = new Set<string>();
  return (warning) => {
    if (said.has(warning.message)) return;
    said.add(warning.message);
    warn(warning);
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

/** Delivers all runs that wait, and gives how many were delivered. */
async function deliverAll(
  context: Context,
  backends: Backends,
  jobs: number,
  undone: Map<string, Waiting>,
  results: SweepResults,
): Promise<number> {
  let delivered = 0;
  const onProgress = (outcome: DeliveryOutcome): void => {
    const one = undone.get(outcome.key);
    if (one === undefined) return;
    undone.delete(outcome.key);
    for (const warning of outcome.warnings) context.warn(warning);
    if (outcome.error === null) delivered++;
    results.add(resultOf(one, outcome));
  };
  const keys = [...undone.keys()];
  if (keys.length === 0) return 0;
  const signal = context.interrupted;
  let failed: Error | null = null;
  try {
    await backends.deliver({ keys, jobs, onProgress, signal, patienceMs: PATIENCE_MS });
  } catch (error) {
    failed = asError(error);
  }
  for (const key of keys) {
    const one = undone.get(key);
    if (one === undefined) continue;
    undone.delete(key);
    results.add(
      failed === null
        ? await otherResult(backends, one, key)
        : resultOf(one, { key, status: "failed", error: failed, runId: null, undeliverable: [] }),
    );
  }
  return delivered;
}

function resultOf(
  one: Waiting,
  outcome: Pick<DeliveryOutcome, "key" | "status" | "error" | "runId" | "undeliverable">,
): SweepRun | SweepFailure {
  if (outcome.error === null) return sweepRun(one, outcome.key, outcome);
  const { item, record } = one;
  return { item, error: undelivered(outcome), kept: true, existed: record === null };
}

/** What has no outcome did not wait for this server: an equal run, delivered or meant for another. */
async function otherResult(
  backends: Backends,
  { item, runName }: Waiting,
  key: string,
): Promise<SweepRun | SweepFailure> {
  const store = await backends.store();
  const error = waitingElsewhere(store, key);
  if (error !== null) return { item, error, kept: true, existed: true };
  const runId = (await store.getRun(key)).id;
  const refused = await knownRefusals(backends, key);
  return existingRun(item, runName, { key, runId, delivered: true, undeliverable: refused });
}

const UNSENT = { runId: null, undeliverable: [] };

function sweepRun(
  one: Waiting,
  key: string | null,
  { runId, undeliverable }: Pick<SweepRun, "runId" | "undeliverable"> = UNSENT,
): SweepRun {
  return {
    item: one.item,
    runName: one.runName,
    runId: runId ?? key,
    runKey: key,
    delivered: runId !== null,
    undeliverable,
    existed: one.record === null,
    sharpe: one.record?.metrics.find(({ key }) => key === sharpeRatio.name)?.value ?? null,
  };
}
