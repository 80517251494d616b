// Running a sweep: compute, commit in groups, deliver concurrently. A group is one transaction, so a
// thousand runs do not wait for a thousand disk flushes; a run is counted only once it is durable.

import type { Backends } from "../backends.ts";
import type { Context } from "../command/declare.ts";
import { present } from "../errors.ts";
import { waitsForServer } from "../logging/deliver.ts";
import { attachedFiles, type LogWork, requireExperiment } from "../logging/prepare.ts";
import { deliveryQueue, type SweepResults, sweepResults, type Waiting } from "./delivery.ts";
import { holding } from "../backtest/held_files.ts";
import { chunkOutcomes } from "./chunk_outcomes.ts";
import { itemChunks, type Sweep } from "./items.ts";
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
  const { request } = sweep;
  if (request.noCreate && !request.dryRun) await requireExperiment(backends, request);
  const parent = await openParent(context, backends, sweep);
  const work = sweepWork(context, backends, sweep);
  const results = sweepResults(context, sweep.items.length);
  const queue = deliveryQueue(context, backends, sweep, results);
  const group: Waiting[] = [];
  let since = context.io.now();
  for (const chunk of itemChunks(sweep.items)) {
    if (context.interrupted.aborted || queue.isBroken()) break;
    for await (const { item, ...outcome } of chunkOutcomes(work, sweep, chunk, parent)) {
      if ("error" in outcome) results.add({ item, ...outcome, kept: false, existed: false });
      else {
        const { unmet } = outcome;
        if (unmet.length > 0) results.addUnmet({ item, conditions: unmet });
        for (const run of outcome.runs) {
          if ("record" in run) {
            const { record } = run;
            group.push({ item, runName: record.runName, record, key: null });
          } else if (waitsForServer(backends, request, run)) {
            // What an earlier call kept and could not deliver is not done.
            const key = present(run.runKey, "the key of a run that was logged before");
            group.push({ item, runName: run.runName, record: null, key });
          } else results.add(run);
        }
      }
      if (group.length >= GROUP_RUNS || context.io.now() - since > GROUP_MS) {
        await queue.send(group.splice(0));
        since = context.io.now();
      }
      if (context.interrupted.aborted || queue.isBroken()) break;
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
