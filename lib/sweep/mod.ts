// Running a sweep: compute, commit in groups, deliver concurrently. A group is one transaction, so a
// thousand runs do not wait for a thousand disk flushes; a run is counted only once it is durable.

import type { Backends } from "../backends.ts";
import { sharingFiles } from "../backtest/held_files.ts";
import type { Context } from "../command/declare.ts";
import { waitsForServer } from "../logging/deliver.ts";
import { requireExperiment } from "../logging/log_runs.ts";
import { attachedFiles } from "../logging/prepare.ts";
import { knownRefusals } from "../logging/refused.ts";
import { deliveryQueue, type SweepResults, sweepResults, type Waiting } from "./delivery.ts";
import { existingRun, type SweepWork } from "./item_runs.ts";
import type { Sweep } from "./items.ts";
import { openParent } from "./parent.ts";
import { spread } from "./spread.ts";
import { sweepItems } from "./thread_work.ts";

/** What became of a sweep. */
export interface SweepOutcome extends Pick<SweepResults, "runs" | "failures" | "unmet"> {
  /** By this call. */
  readonly delivered: number;
  /** Key of the parent run. */
  readonly parent: string | null;
}

/**
 * A flush of the disk takes as long as some ten runs do, and each group writes the last page of every
 * metric anew: some 150 runs, as many as come in this time, write 38 kB a run instead of the 65 kB of
 * 64. More are a matter of memory.
 */
const GROUP_RUNS = 512;
const GROUP_MS = 200;
/** Reading and computing may never wait for anything, and then neither a signal nor a timer is heard. */
const TURN_MS = 100;

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
  let turn = since;
  const isOver = (): boolean => context.interrupted.aborted || queue.isBroken();
  const spreading = { io: context.io, threads: sweep.threads, isOver };
  const itemWork = sweepItems(work, { sweep, parent });
  for await (const [item, outcome] of spread(spreading, itemWork, sweep.items)) {
    if (context.io.now() - turn > TURN_MS) {
      await context.io.sleep(0);
      turn = context.io.now();
    }
    for (const warning of outcome.warnings) context.warn(warning);
    for (const note of outcome.notes) context.note(note);
    if ("error" in outcome) {
      results.add({ item, error: outcome.error, kept: false, existed: false });
    } else {
      if (outcome.unmet.length > 0) results.addUnmet({ item, conditions: outcome.unmet });
      for (const run of outcome.runs) {
        if ("record" in run) {
          const { record } = run;
          group.push({ item, runName: record.runName, record, key: null });
        } else if (waitsForServer(backends, request, run.known)) {
          // What an earlier call kept and could not deliver is not done.
          group.push({ item, runName: run.runName, record: null, key: run.known.key });
        } else results.add(existingRun(item, run.runName, run.known));
      }
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

/** The work that all items share. */
function sweepWork(
  { io, warn, note }: Context,
  backends: Backends,
  { request, options }: Sweep,
): SweepWork {
  return {
    context: { io: sharingFiles(io, options), warn, note },
    serverUri: backends.serverUri,
    request,
    options,
    attached: attachedFiles(io, request.artifact),
    findKnown: async (fingerprints) => {
      const { experiment, offline } = request;
      const found = await backends.findLogged(experiment, fingerprints, offline);
      if (found === null) return null;
      return { ...found, undeliverable: await knownRefusals(backends, found.key) };
    },
  };
}
