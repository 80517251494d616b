// The run that groups the runs of a sweep. It has nothing but its tags, and is known again by what
// names the sweep, so that a sweep which is resumed goes on under the parent it had.

import type { Backends } from "../backends.ts";
import type { Context } from "../command/declare.ts";
import { InputError } from "../errors.ts";
import { fingerprintOf } from "../logging/fingerprint.ts";
import { deliverNow } from "../logging/deliver.ts";
import { userName } from "../logging/run_content.ts";
import type { Sweep } from "./items.ts";
import { SOURCE_TAGS, SWEEP_TAG } from "../own_names.ts";

/** The parent run: the one of an earlier, interrupted call where there is one. */
export async function openParent(
  context: Context,
  backends: Backends,
  sweep: Sweep,
): Promise<string | null> {
  const { name, parent, request, items } = sweep;
  if (parent === undefined || request.dryRun) return null;
  if (items.length === 0) throw new InputError("the batch", "there is nothing to log");
  const fingerprint = fingerprintOf(JSON.stringify({ parent, sweep: name, tags: request.tags }));
  const found = request.ifNew
    ? await backends.findLogged(request.experiment, [fingerprint], request.offline)
    : null;
  const store = await backends.store();
  if (found !== null) {
    // Logged from another store, or pruned: only the server's id means it here.
    return store.resolveRunId(found.key) ?? found.runId ?? found.key;
  }
  const now = context.io.now();
  const key = store.commitRun({
    runName: parent,
    experiment: request.experiment,
    startTime: now,
    endTime: now,
    status: "FINISHED",
    user: userName(context.io),
    params: {},
    tags: { ...SOURCE_TAGS, [SWEEP_TAG]: name ?? parent, ...request.tags },
    metrics: [],
    datasets: [],
    artifacts: [],
    trackingUri: backends.serverUri,
    fingerprint,
    // Looked for once more in the transaction: calls at the same moment share one parent.
    ifNew: request.ifNew,
    noCreate: request.noCreate,
  });
  context.kept(key);
  if (backends.serverUri !== null && !request.offline) await deliverNow(context, backends, key);
  return key;
}
