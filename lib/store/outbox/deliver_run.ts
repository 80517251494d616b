// Delivering one run, step by step. Each step may be interrupted anywhere and done again: batches
// and inputs that a server has already change nothing there, artifacts are replaced by themselves.

import { DeliveryError, NotFoundError, StorageError } from "../../errors.ts";
import { ARTIFACT_SCHEME } from "../../limits.ts";
import { CHANGED_TAG } from "../../own_names.ts";
import type { LifecycleStage, Run } from "../../tracker.ts";
import { readArtifact, type StoredArtifact, storedArtifacts } from "../artifacts.ts";
import { acknowledge, acknowledged, deliveryRow, forget } from "../deliveries.ts";
import { type RunDelivery, step } from "./delivery.ts";
import { removeOrphans } from "./orphans.ts";
import {
  broughtUntil,
  isRenamed,
  runBatches,
  type TagOptions,
  tagsToRemove,
} from "./run_batches.ts";
import { lastChange } from "../merge_run.ts";
import { readDatasets } from "../read_runs.ts";
import { ensureServerRun } from "./server_run.ts";
import { compareWithServer } from "./verify.ts";

/** Brings all of a run to the server and returns the server's run. */
export async function deliverRun(delivery: RunDelivery): Promise<Run> {
  const { io, run, id, database, settings } = delivery;
  const parentRunId = parentOnServer(delivery);
  const serverRun = await ensureServerRun(delivery, parentRunId);
  const tags = {
    tagRevision: deliveryRow(database, id)?.tag_revision ?? null,
    parentRunId,
    broughtUntil: broughtUntil(run, serverRun),
  };
  const done = acknowledged(database, id);
  let number = 0;
  for (const { step: name, batch } of runBatches(database, run, tags)) {
    number++;
    if (done.has(name)) continue;
    await step(delivery, `batch ${number}`, async () => {
      await delivery.tracker.logBatch(serverRun.id, batch);
      acknowledge(database, id, name);
    });
  }
  await removeTags(delivery, serverRun, tags);
  await sendInputs(delivery, serverRun, done);
  const problems: string[] = [];
  for (const artifact of storedArtifacts(database, run.id)) {
    const problem = await sendArtifact(delivery, serverRun, artifact, done);
    if (problem !== null) problems.push(problem);
  }
  await finish(delivery, serverRun);
  await removeOrphans(delivery, serverRun.id);
  if (settings.verify) await verify(delivery, serverRun.id);
  await step(delivery, "done", () =>
    forget(database, id, {
      state: "delivered",
      delivered_revision: run.revision,
      tag_revision: run.revision,
      delivered_time: io.now(),
      // Not empty for a run of which the store alone has a part: it is not to be pruned.
      last_error: problems[0] ?? null,
      owner: null,
    }));
  return serverRun;
}

/**
 * The server's id of the run that groups this one, which is delivered first; null where there is
 * none. A group that was deleted in the store before it reached the server does not hold its runs
 * back.
 */
function parentOnServer({ database, run, id, warn }: RunDelivery): string | null {
  if (run.parent_key === null) return null;
  const parent = database.get<{
    readonly lifecycle_stage: LifecycleStage;
    readonly server_run_id: string | null;
    readonly last_error: string | null;
  }>(
    `SELECT p.lifecycle_stage, d.server_run_id, d.last_error FROM runs AS p
     LEFT JOIN deliveries AS d ON d.run_id = p.id AND d.server_id = ? WHERE p.key = ?`,
    id.serverId,
    run.parent_key,
  );
  // One that the store does not have is the server's own, known by its id there.
  if (parent === undefined) return prunedParent(database, run.parent_key) ?? run.parent_key;
  if (parent.server_run_id !== null) return parent.server_run_id;
  if (parent.lifecycle_stage === "deleted") {
    warn({
      code: "group-deleted",
      message: `run ${run.key} is delivered without its group: run ${run.parent_key} is deleted ` +
        "in the store",
    });
    return null;
  }
  const why = parent.last_error === null ? "" : `: ${parent.last_error}`;
  throw new DeliveryError(`the run that groups it, ${run.parent_key}, is not delivered yet${why}`);
}

function prunedParent(database: RunDelivery["database"], key: string): string | undefined {
  return database.get<{ id: string }>("SELECT server_run_id AS id FROM pruned WHERE key = ?", key)
    ?.id;
}

async function removeTags(
  delivery: RunDelivery,
  serverRun: Run,
  tags: TagOptions,
): Promise<void> {
  for (const key of tagsToRemove(delivery.database, delivery.run, tags)) {
    try {
      await step(delivery, "remove tag", () => delivery.tracker.deleteTag(serverRun.id, key));
    } catch (error) {
      // It never reached the server, or was removed in an earlier attempt.
      if (!(error instanceof NotFoundError)) throw error;
    }
  }
}

async function sendInputs(
  delivery: RunDelivery,
  serverRun: Run,
  done: ReadonlySet<string>,
): Promise<void> {
  const { database, id, run, tracker } = delivery;
  const name = `inputs ${run.revision}`;
  if (done.has(name)) return;
  const datasets = readDatasets(database, run.id);
  if (datasets.length === 0) return;
  await step(delivery, "inputs", async () => {
    await tracker.logInputs(serverRun.id, datasets);
    acknowledge(database, id, name);
  });
}

/** Uploads one artifact and reads it back by list; says why when that cannot be done there. */
async function sendArtifact(
  delivery: RunDelivery,
  serverRun: Run,
  { path, sha256, size }: StoredArtifact,
  done: ReadonlySet<string>,
): Promise<string | null> {
  const { database, id, run, tracker, warn } = delivery;
  if (!serverRun.artifactUri.startsWith(ARTIFACT_SCHEME)) {
    const reason = `the run's artifacts are at ${serverRun.artifactUri}, which only ` +
      `the server's own clients reach (${ARTIFACT_SCHEME} is needed)`;
    warn({
      code: "artifact-undeliverable",
      message: `artifact ${path} of run ${run.key} cannot be delivered: ${reason}`,
    });
    return `artifact ${path} cannot be delivered: ${reason}`;
  }
  const name = `artifact ${sha256} ${path}`;
  if (done.has(name)) return null;
  await step(delivery, `artifact ${path}`, async () => {
    await tracker.writeArtifact(serverRun.id, path, contentOf(delivery, path));
    const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : undefined;
    const listed = await tracker.listArtifacts(serverRun.id, folder);
    const there = listed.find((entry) => entry.path === path);
    if (there === undefined || (there.size !== null && there.size !== size)) {
      const found = there === undefined ? "is not listed" : `has ${there.size} bytes, not ${size}`;
      throw new DeliveryError(`artifact ${path} ${found} after its upload`);
    }
    acknowledge(database, id, name);
  });
  return null;
}

/** A damaged file is the fault of one run, and stops no other. */
function contentOf({ database, run }: RunDelivery, path: string): Uint8Array {
  try {
    return readArtifact(database, run.id, path);
  } catch (cause) {
    throw cause instanceof StorageError ? new DeliveryError(cause.message, { cause }) : cause;
  }
}

/** Sets status, end and a changed name; a run that is only logged into keeps its own. */
async function finish(delivery: RunDelivery, serverRun: Run): Promise<void> {
  const { run, tracker, database } = delivery;
  if (run.existing_run_id !== null) return;
  await noteChanges(delivery, serverRun);
  const renamed = isRenamed(database, run, serverRun);
  if (run.status === "RUNNING" && run.end_time === null && !renamed) return;
  await step(delivery, "finish", () =>
    tracker.updateRun(serverRun.id, {
      status: run.status,
      ...(run.end_time === null ? {} : { endTime: run.end_time }),
      ...(renamed ? { name: run.name } : {}),
    }));
}

/** Tells other stores that have the run up to when the server has its changes. */
async function noteChanges({ database, run, tracker }: RunDelivery, there: Run): Promise<void> {
  if (run.imported === 0) return;
  const changed = lastChange(database, run);
  if (changed <= broughtUntil(run, there)) return;
  await tracker.logBatch(there.id, { tags: { [CHANGED_TAG]: String(changed) } });
}

async function verify(delivery: RunDelivery, serverRunId: string): Promise<void> {
  const { database, id } = delivery;
  const differences = await step(
    delivery,
    "verify",
    () => compareWithServer(delivery, serverRunId),
  );
  if (differences.length === 0) return;
  // What the server was thought to have is in doubt: the next sync sends all of it.
  forget(database, id, { tag_revision: -1 });
  const more = differences.length > 5 ? ` and ${differences.length - 5} more` : "";
  throw new DeliveryError(
    `it differs on the server: ${differences.slice(0, 5).join("; ")}${more}`,
  );
}
