// Running a sweep: compute, commit in groups, deliver concurrently. A group is one transaction, so a
// thousand runs do not wait for a thousand disk flushes; a run is counted only once it is durable.

import type { Backends } from "../backends.ts";
import type { Context } from "../command/declare.ts";
import { present } from "../errors.ts";
import type { PreparedRun } from "../logging/answer.ts";
import { asError, waitsForServer } from "../logging/deliver.ts";
import { attachedFiles, type LogWork, requireExperiment } from "../logging/prepare.ts";
import { deliveryQueue, type SweepResults, sweepResults, type Waiting } from "./delivery.ts";
import { holding } from "../backtest/held_files.ts";
import { findExisting, findPrepared, itemWork, prepareItem } from "./item_runs.ts";
import type { SweepRun } from "./item_runs.ts";
import type { Sweep, SweepItem } from "./items.ts";
import { openParent } from "./parent.ts";

/** What became of a sweep. */
export interface SweepOutcome extends Pick<SweepResults, "runs" | "failures"> {
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
  const { request } = sweep;
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
      for (const run of await itemRuns(itemWork(work, sweep, item), item, parent)) {
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
  const { runs, failures } = results;
  return { runs, failures, delivered: await queue.done(), parent };
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

/** What an item comes to: runs that were logged before, and new ones. */
async function itemRuns(
  work: LogWork,
  item: SweepItem,
  parent: string | null,
): Promise<readonly (SweepRun | PreparedRun)[]> {
  const existing = work.request.ifNew ? await findExisting(work, item) : null;
  if (existing !== null) return [existing];
  const runs: (SweepRun | PreparedRun)[] = [];
  for (const prepared of await prepareItem(work, item, parent)) {
    runs.push(await findPrepared(work, item, prepared) ?? prepared);
  }
  return runs;
}
