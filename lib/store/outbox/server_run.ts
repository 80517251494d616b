// A run's counterpart on the server, made exactly once. Before each creation the store notes, on
// disk, that one is being sent; from then on the run is looked up by its key before another is, and
// may come to be there twice unless the creation is answered. A look-up that fails is never "not
// there".

import { DeliveryError, NotFoundError, TrackerError } from "../../errors.ts";
import { parseFilter } from "../../filter/mod.ts";
import { MAX_BATCH_TEXTS } from "../../limits.ts";
import { PARENT_TAG, RUN_KEY_TAG } from "../../own_names.ts";
import type { Run, Tracker } from "../../tracker.ts";
import {
  type DeliveryRow,
  deliveryRow,
  forget,
  isDelivered,
  isElsewhere,
  updateDelivery,
} from "../deliveries.ts";
import { forgetParts } from "../undeliverable.ts";
import { NOTHING_LATER } from "./changes.ts";
import { type RunDelivery, step } from "./delivery.ts";
import { isForGood } from "./refused.ts";
import { tagsToSend } from "./run_batches.ts";

const CREATIONS = 3;
/** How long to leave a server that is busy and names no time. */
const BUSY_MS = 1000;
const MAX_RETRY_AFTER_MS = 30_000;

/** The server has the run and has deleted it. */
export class DeletedOnServerError extends DeliveryError {
  override readonly name: string = "DeletedOnServerError";
}

/** The run on the server: the one to log into, the one made before, or a new one. */
export async function ensureServerRun(
  delivery: RunDelivery,
  parentRunId: string | null,
): Promise<Run> {
  const { run, id, database, settings } = delivery;
  if (run.existing_run_id !== null) return await existingRun(delivery, run.existing_run_id);
  const row = currentRow(delivery);
  const found = await knownRun(delivery, row);
  if (found?.lifecycleStage === "active") return found;
  if (found !== null || row.state === "deleted") {
    updateDelivery(database, id, { state: "deleted" });
    if (!settings.recreate) throw deletedOnServer(delivery.tracker, row.server_run_id);
    forgetParts(database, id);
    forget(database, id, {
      state: "waiting",
      server_run_id: null,
      tag_revision: null,
      delivered_revision: null,
    });
  }
  return await createOnce(delivery, parentRunId);
}

/** What is known of the run at the server. */
export function currentRow({ database, id }: RunDelivery): DeliveryRow {
  const row = deliveryRow(database, id);
  if (row === undefined) throw new DeliveryError("it is gone from the store");
  return row;
}

/** The error of a run that a server has deleted, or has lost. */
export function deletedOnServer(
  tracker: Pick<Tracker, "uri">,
  serverRunId: string | null,
): DeletedOnServerError {
  const itsId = serverRunId === null ? "" : ` (run ${serverRunId})`;
  return new DeletedOnServerError(
    `it is deleted on ${tracker.uri}${itsId}; ` +
      `restore it there, or make it anew with "btflow sync --recreate"`,
  );
}

async function existingRun(delivery: RunDelivery, serverRunId: string): Promise<Run> {
  const { tracker, database, id } = delivery;
  const found = await step(delivery, "get run", () => tracker.getRun(serverRunId));
  if (found.lifecycleStage === "deleted") throw deletedOnServer(tracker, serverRunId);
  updateDelivery(database, id, {
    ...(isDelivered(currentRow(delivery), delivery.run) ? {} : { state: "created" }),
    server_run_id: found.id,
    server_experiment_id: found.experimentId,
  });
  await delivery.experiments.learn(delivery.run, found.experimentId);
  return found;
}

/** A run that was there and is no more. */
interface RemovedRun {
  readonly lifecycleStage: "removed";
}

/** The run that is, or may be, there as far as the store knows. */
async function knownRun(
  delivery: RunDelivery,
  row: DeliveryRow,
): Promise<Run | RemovedRun | null> {
  const { database, run, id } = delivery;
  if (row.server_run_id !== null) {
    const there = await getRun(delivery, row.server_run_id);
    const isSettled = there.lifecycleStage === "active" && row.uncertain === 0;
    if (run.imported === 0 || isSettled) return there;
    // Of two, another store may have taken the other, and deleted this one for an orphan.
    const chosen = await adopt(delivery, await lookUp(delivery, row));
    return chosen?.lifecycleStage === "active" ? chosen : there;
  }
  if (row.state === "creating") return await lookUpPatiently(delivery, row);
  // Another store has it too and may have delivered it; another address may be the same server; one
  // that was found deleted before it had an id may be restored.
  const mayBeThere = run.imported === 1 || row.state === "deleted" || isElsewhere(database, id);
  return mayBeThere ? await adopt(delivery, await lookUp(delivery, row)) : null;
}

async function getRun(delivery: RunDelivery, serverRunId: string): Promise<Run | RemovedRun> {
  try {
    return await step(delivery, "get run", () => delivery.tracker.getRun(serverRunId));
  } catch (error) {
    if (error instanceof NotFoundError) return { lifecycleStage: "removed" };
    throw error;
  }
}

/**
 * Creates the run, looking it up whenever a creation ends without an answer. One that is refused may
 * be refused for its tags: it is sent with its key alone, and they follow in batches.
 */
async function createOnce(delivery: RunDelivery, parentRunId: string | null): Promise<Run> {
  const { io, tracker, run } = delivery;
  const experiment = await step(delivery, "experiment", () => delivery.experiments.of(run));
  const all = tagsToSend(delivery.database, run, {
    tagRevision: null,
    parentRunId,
    isLaterThere: NOTHING_LATER,
  });
  let sent = all.length <= MAX_BATCH_TEXTS ? all : all.filter(([key]) => key === PARENT_TAG);
  for (let creation = 1;; creation++) {
    const before = currentRow(delivery);
    noteCreation(delivery, experiment.id, sent.length === all.length ? run.revision : -1);
    try {
      const created = await step(delivery, "create", () =>
        tracker.createRun({
          experimentId: experiment.id,
          name: run.name,
          startTime: run.start_time,
          user: run.user_id,
          tags: { ...Object.fromEntries(sent), [RUN_KEY_TAG]: run.key },
        }, () => noteTime(delivery)));
      return noteRun(delivery, before, created);
    } catch (error) {
      const told = error instanceof TrackerError ? error : null;
      if (!mayHaveReached(error)) {
        if (before.state !== "creating") noteNothingSent(delivery, before);
        if (sent.length > 0 && isForGood(error) && told?.isDenied !== true) {
          sent = [];
          continue;
        }
        if (creation === CREATIONS || told?.isBusy !== true) throw error;
        await io.sleep(retryAfterMs(told));
        continue;
      }
      if (told?.isBusy === true) await io.sleep(retryAfterMs(told));
      const found = await lookUpPatiently(delivery, currentRow(delivery));
      if (found?.lifecycleStage === "active") return found;
      if (found !== null) throw deletedOnServer(tracker, found.id);
      // A server that took too long may still be at it: only a later sync asks again.
      if (creation === CREATIONS || told?.isTimeout === true) throw error;
    }
  }
}

/** Notes on disk that a creation is being sent, with the run's tags up to a revision. */
function noteCreation(
  delivery: RunDelivery,
  experimentId: string,
  revision: number,
): void {
  const { io, database, id } = delivery;
  updateDelivery(database, id, {
    state: "creating",
    create_time: io.now(),
    server_experiment_id: experimentId,
    tag_revision: revision,
    uncertain: 1,
  }, { durable: true });
}

/** Notes on disk that the same creation is being sent once more: what it has to arrive begins anew. */
function noteTime({ io, database, id }: RunDelivery): void {
  updateDelivery(database, id, { create_time: io.now() }, { durable: true });
}

/**
 * Notes what a creation was answered with: no more is in doubt than was before it, but for what other
 * stores that have the run may do.
 */
function noteRun({ database, run, id }: RunDelivery, before: DeliveryRow, created: Run): Run {
  const uncertain = before.uncertain === 0 && run.imported === 1 ? 2 : before.uncertain;
  updateDelivery(database, id, {
    state: "created",
    server_run_id: created.id,
    server_experiment_id: created.experimentId,
    uncertain,
  });
  return created;
}

function noteNothingSent({ database, id }: RunDelivery, { uncertain }: DeliveryRow): void {
  updateDelivery(database, id, { state: "waiting", tag_revision: null, uncertain });
}

/** Whether a request that failed may have been carried out all the same. */
function mayHaveReached(error: unknown): boolean {
  if (error instanceof NotFoundError) return false;
  if (!(error instanceof TrackerError)) return true;
  return error.mayHaveReached;
}

function retryAfterMs(error: TrackerError): number {
  return Math.min(error.retryAfterMs ?? BUSY_MS, MAX_RETRY_AFTER_MS);
}

/** Looks a run up now, and once more when the last creation has had its time to arrive. */
async function lookUpPatiently(delivery: RunDelivery, row: DeliveryRow): Promise<Run | null> {
  const { io, settings } = delivery;
  const found = await adopt(delivery, await lookUp(delivery, row));
  if (found !== null) return found;
  // At most that long, also when the clock was set back meanwhile.
  const waitMs = Math.min((row.create_time ?? 0) + settings.graceMs - io.now(), settings.graceMs);
  if (waitMs <= 0) return null;
  await io.sleep(waitMs);
  return await adopt(delivery, await lookUp(delivery, row));
}

/** All runs on the server that carry the run's key, deleted ones included. */
export async function lookUp(
  delivery: RunDelivery,
  row: Pick<DeliveryRow, "server_experiment_id">,
): Promise<readonly Run[]> {
  const { tracker, run } = delivery;
  return await step(delivery, "look up", async () => {
    const experimentId = row.server_experiment_id ?? (await delivery.experiments.of(run)).id;
    return await runsOfKey(tracker, experimentId, run.key);
  });
}

/** All runs of an experiment that carry a run's key; one that cannot be read may be one of them. */
export async function runsOfKey(
  tracker: Tracker,
  experimentId: string,
  key: string,
): Promise<readonly Run[]> {
  const found: Run[] = [];
  const pages = tracker.searchRuns({
    experimentIds: [experimentId],
    filter: parseFilter(`tags.\`${RUN_KEY_TAG}\` = '${key}'`),
    orderBy: [],
    view: "all",
    limit: 100,
    whole: true,
  });
  for await (const page of pages) for (const one of page) found.push(one);
  // A server that ignores the filter must not make us adopt a stranger's run.
  return found.filter(({ tags }) => tags[RUN_KEY_TAG] === key);
}

/** Of several runs always the same one: the fullest that is not deleted. */
export function chosenOf(found: readonly Run[]): Run | undefined {
  const active = activeOf(found);
  return (active.length > 0 ? active : found).toSorted((a, b) => fullest(a, b))[0];
}

function activeOf(found: readonly Run[]): readonly Run[] {
  return found.filter(({ lifecycleStage }) => lifecycleStage === "active");
}

/** Takes the run that was found as this one's. */
async function adopt(delivery: RunDelivery, found: readonly Run[]): Promise<Run | null> {
  const first = chosenOf(found);
  if (first === undefined) return null;
  if (first.lifecycleStage === "deleted") return first;
  if (first.id === currentRow(delivery).server_run_id) return first;
  return await step(delivery, "adopt", () => {
    // Made by an earlier creation, or by another store: what it has, or refuses, is not known.
    forgetParts(delivery.database, delivery.id);
    forget(delivery.database, delivery.id, {
      state: "created",
      server_run_id: first.id,
      server_experiment_id: first.experimentId,
      tag_revision: -1,
      // Of what another store made at the same moment one is left over.
      ...(activeOf(found).length > 1 ? { uncertain: 1 } : {}),
    });
    return first;
  });
}

function fullest(left: Run, right: Run): number {
  return contentSize(right) - contentSize(left) || (left.id < right.id ? -1 : 1);
}

/** How much a run has of what its creation alone does not give it; one with 0 may be deleted. */
export function contentSize({ status, metrics, params }: Run): number {
  return Object.keys(metrics).length + Object.keys(params).length + (status === "RUNNING" ? 0 : 1);
}
