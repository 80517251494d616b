// Running a sweep: compute, commit in groups, deliver concurrently. A group is one transaction, so a
// thousand runs do not wait for a thousand disk flushes; a run is counted only once it is durable.

import type { Backends } from "../backends.ts";
import type { Context } from "../command/declare.ts";
import { present } from "../errors.ts";
import type { PreparedRun } from "../logging/answer.ts";
import { asError, waitsForServer } from "../logging/deliver.ts";
import { attachedFiles, type LogWork, requireExperiment } from "../logging/prepare.ts";
import { deliveryQueue, type SweepResults, sweepResults, type Waiting } from "./delivery.ts";
import { evaluateFile } from "../backtest/mod.ts";
import { type Requirement, unmetAmong } from "../backtest/require.ts";
import { holding } from "../backtest/held_files.ts";
import { findExisting, findPrepared, itemWork, prepareItem } from "./item_runs.ts";
import type { SweepRun } from "./item_runs.ts";
import type { Sweep, SweepItem } from "./items.ts";
import { openParent } from "./parent.ts";

/** What became of a sweep. */
export interface SweepOutcome extends Pick<SweepResults, "runs" | "failures" | "unmet"> {
  /** By this call. */
  readonly delivered: number;
  /** Key of the parent run. */
  readonly parent: string | null;
}

const GROUP_RUNS = 32;
const GROUP_MS = 200;

/** Logs every item; what fails is gathered. An interruption finishes the runs in hand. */
export async function runSweep(
  context: Context,
  backends: Backends,
  sweep: Sweep,
): Promise<SweepOutcome> {
  const { request, required } = sweep;
  if (request.noCreate && !request.dryRun) await requireExperiment(backends, request);
  const parent = await openParent(context, backends, sweep);
  const work = sweepWork(context, backends, sweep);
  const results = sweepResults(context, sweep.items.length);
  const queue = deliveryQueue(context, backends, sweep, results);
  const group: Waiting[] = [];
  let since = context.io.now();
  for (const item of sweep.items) {
    if (context.interrupted.aborted || queue.isBroken()) break;
    try {
      const { runs, unmet } = await itemRuns(itemWork(work, sweep, item), item, required, parent);
      if (unmet.length > 0) results.addUnmet({ returns: item.returns, conditions: unmet });
      for (const run of runs) {
        if ("record" in run) {
          const { record } = run;
          group.push({ item, runName: record.runName, record, key: null });
        } else if (waitsForServer(backends, request, run)) {
          // What an earlier call kept and could not deliver is not done.
          const key = present(run.runKey, "the key of a run that was logged before");
          group.push({ item, runName: run.runName, record: null, key });
        } else results.add(run);
      }
    } catch (error) {
      results.add({ returns: item.returns, error: asError(error), kept: false, existed: false });
    }
    if (group.length >= GROUP_RUNS || context.io.now() - since > GROUP_MS) {
      await queue.send(group.splice(0));
      since = context.io.now();
    }
  }
  await queue.send(group.splice(0));
  const { runs, failures, unmet } = results;
  return { runs, failures, unmet, delivered: await queue.done(), parent };
}

/** The work that all items share, each file that all need being read once. */
function sweepWork(context: Context, backends: Backends, sweep: Sweep): LogWork {
  const { request, options } = sweep;
  const shared = options.benchmark === undefined ? [] : [options.benchmark];
  return {
    context: { ...context, io: holding(context.io, shared) },
    backends,
    request,
    options,
    attached: attachedFiles(context.io, request.artifact),
  };
}

interface ItemRuns {
  readonly runs: readonly (SweepRun | PreparedRun)[];
  /** The conditions, each with its values. */
  readonly unmet: readonly string[];
}

/** What an item comes to: runs that were logged before, and new ones; and what they do not meet. */
async function itemRuns(
  work: LogWork,
  item: SweepItem,
  required: readonly Requirement[],
  parent: string | null,
): Promise<ItemRuns> {
  const existing = work.request.ifNew ? await findExisting(work, item) : null;
  if (existing !== null) {
    return { runs: [existing], unmet: await unmetByExisting(work, item, required) };
  }
  const prepared = await prepareItem(work, item, parent);
  const unmet = unmetAmong(required, prepared.map(({ backtest }) => backtest));
  const runs: (SweepRun | PreparedRun)[] = [];
  for (const one of prepared) runs.push(await findPrepared(work, item, one) ?? one);
  return { runs, unmet };
}

/** A run that was logged before has the metrics that its file and the same options give again. */
async function unmetByExisting(
  { context, options }: LogWork,
  item: SweepItem,
  required: readonly Requirement[],
): Promise<readonly string[]> {
  if (required.length === 0) return [];
  return unmetAmong(required, await evaluateFile(context.io, item.returns, options));
}
