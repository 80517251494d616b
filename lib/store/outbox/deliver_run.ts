// Delivering one run, step by step. Each step may be interrupted anywhere and done again: batches
// and inputs that a server has already change nothing there, artifacts are replaced by themselves.

import { DeliveryError } from "../../errors.ts";
import { RUN_NAME_TAG } from "../../own_names.ts";
import type { LifecycleStage, Run, RunChange } from "../../tracker.ts";
import {
  acknowledged,
  deliveryRow,
  type DeliveryState,
  forget,
  isDelivered,
} from "../deliveries.ts";
import { recordedParts, recordParts } from "../undeliverable.ts";
import { type IsLaterThere, laterThere, noteChanges, ownFields, removeTag } from "./changes.ts";
import { type RunDelivery, step } from "./delivery.ts";
import { removeOrphans } from "./orphans.ts";
import { isForGood, refusedPart } from "./refused.ts";
import { isRenamed, runBatches, type TagOptions, tagsToRemove } from "./run_batches.ts";
import { sendBatches, sendRefusedItems } from "./send_batches.ts";
import { type IsWanted, recordLeftOut, sendArtifacts, sendInputs } from "./send_files.ts";
import { ensureServerRun } from "./server_run.ts";
import { compareWithServer } from "./verify.ts";

/** Brings all of a run to the server and returns the server's run. */
export async function deliverRun(delivery: RunDelivery): Promise<Run> {
  const { io, run, id, database, settings } = delivery;
  const parentRunId = parentOnServer(delivery);
  const serverRun = await ensureServerRun(delivery, parentRunId);
  const row = deliveryRow(database, id);
  const isLaterThere = laterThere(run, serverRun);
  const tags = {
    // Over what an interrupted delivery has sent another store may have sent its own.
    tagRevision: run.imported === 0
      ? row?.tag_revision ?? null
      : Math.min(row?.tag_revision ?? -1, row?.delivered_revision ?? -1),
    parentRunId,
    isLaterThere,
  };
  const done = acknowledged(database, id);
  const refused = new Set(recordedParts(database, id).map(({ part }) => part));
  // Of a run that is there nothing is left to be sent but what was refused.
  const isThere = isDelivered(row, run);
  const isRetried = (part: string): boolean => settings.retryUndeliverable && refused.has(part);
  const isWanted: IsWanted = (part, step) =>
    isRetried(part) || !isThere && (step === null || !done.has(step));
  if (!isThere) {
    const batches = runBatches(database, run, tags);
    await sendBatches(delivery, serverRun, batches, { done, refusedBefore: refused });
  }
  if (settings.retryUndeliverable) {
    await sendRefusedItems(delivery, serverRun, refused, tags);
  }
  await removeTags(delivery, serverRun, tags, isRetried);
  await sendInputs(delivery, serverRun, isWanted);
  const leftOut = await sendArtifacts(delivery, serverRun, { isWanted, isLaterThere });
  const isNameRetried = isRetried(NAME_PART);
  if (!isThere || isNameRetried) {
    const since = isNameRetried ? { ...tags, tagRevision: null } : tags;
    const renamed = isRenamed(database, run, serverRun, since);
    await finish(delivery, serverRun, { renamed, isLaterThere });
  }
  recordLeftOut(delivery, serverRun, leftOut);
  if (!isThere || settings.retryUndeliverable) await noteChanges(delivery, serverRun);
  if (!await removeOrphans(delivery, serverRun.id)) return await deliverRun(delivery);
  if (settings.verify) await verify(delivery, serverRun.id);
  await step(delivery, "done", () =>
    forget(database, id, {
      state: "delivered",
      delivered_revision: run.revision,
      tag_revision: run.revision,
      delivered_time: io.now(),
      last_error: null,
      owner: null,
    }));
  return serverRun;
}

/**
 * The server's id of the run that groups this one, which is delivered first; null where there is
 * none. A group that was deleted before its id on the server was known, in the store or there, does
 * not hold its runs back.
 */
function parentOnServer({ database, run, id, tracker, warn }: RunDelivery): string | null {
  if (run.parent_key === null) return null;
  const parent = database.get<{
    readonly lifecycle_stage: LifecycleStage;
    readonly state: DeliveryState | null;
    readonly server_run_id: string | null;
    readonly last_error: string | null;
  }>(
    `SELECT p.lifecycle_stage, d.state, d.server_run_id, d.last_error FROM runs AS p
     LEFT JOIN deliveries AS d ON d.run_id = p.id AND d.server_id = ? WHERE p.key = ?`,
    id.serverId,
    run.parent_key,
  );
  // One that the store does not have is the server's own, known by its id there.
  if (parent === undefined) return prunedParent(database, run.parent_key) ?? run.parent_key;
  if (parent.server_run_id !== null) return parent.server_run_id;
  if (parent.lifecycle_stage === "deleted" || parent.state === "deleted") {
    const where = parent.lifecycle_stage === "deleted" ? "in the store" : `on ${tracker.uri}`;
    warn({
      code: "group-deleted",
      message: `run ${run.key} is delivered without its group: run ${run.parent_key} is deleted ` +
        where,
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
  isRetried: (part: string) => boolean,
): Promise<void> {
  const { database, run, id } = delivery;
  const since = tagsToRemove(database, run, tags);
  const again = tagsToRemove(database, run, { ...tags, tagRevision: null })
    .filter((key) => isRetried(removalOf(key)));
  for (const key of new Set([...since, ...again])) {
    const part = removalOf(key);
    try {
      await removeTag(delivery, serverRun, key);
    } catch (error) {
      if (!isForGood(error)) throw error;
      recordParts(database, id, [refusedPart(part, error)]);
      continue;
    }
    recordParts(database, id, [], [part, `tag ${key}`]);
  }
}

function removalOf(key: string): string {
  return `removal of tag ${key}`;
}

/** The part of a run that is its new name. */
const NAME_PART = "run name";

/** Sets status, end and a changed name; a run that is only logged into keeps its own. */
async function finish(
  delivery: RunDelivery,
  serverRun: Run,
  { renamed, isLaterThere }: { readonly renamed: boolean; readonly isLaterThere: IsLaterThere },
): Promise<void> {
  const { run, tracker } = delivery;
  if (run.existing_run_id !== null) return;
  // MLflow before 1.30 knows a run's name as a tag alone.
  const isNameless = serverRun.name === "" && run.name !== "" && !renamed;
  if (isNameless) {
    await named(
      delivery,
      () => tracker.logBatch(serverRun.id, { tags: { [RUN_NAME_TAG]: run.name } }),
    );
  }
  const isOpen = run.status === "RUNNING" && run.end_time === null;
  const ended: RunChange = isOpen || isLaterThere(ownFields(run)) ? {} : {
    status: run.status,
    ...(run.end_time === null ? {} : { endTime: run.end_time }),
  };
  if (renamed) {
    const change = { ...ended, name: run.name };
    if (await named(delivery, () => updateRun(delivery, serverRun, change))) return;
  }
  if (ended.status !== undefined) await updateRun(delivery, serverRun, ended);
}

/** Gives the run its name; false where the server refuses it. */
async function named(
  { database, id }: RunDelivery,
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await work();
    recordParts(database, id, [], [NAME_PART]);
    return true;
  } catch (error) {
    if (!isForGood(error)) throw error;
    recordParts(database, id, [refusedPart(NAME_PART, error)]);
    return false;
  }
}

async function updateRun(delivery: RunDelivery, { id }: Run, change: RunChange): Promise<void> {
  await step(delivery, "finish", () => delivery.tracker.updateRun(id, change));
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
  forget(database, id, { state: "created", tag_revision: -1, delivered_revision: null });
  const more = differences.length > 5 ? ` and ${differences.length - 5} more` : "";
  throw new DeliveryError(
    `it differs on the server: ${differences.slice(0, 5).join("; ")}${more}`,
  );
}
