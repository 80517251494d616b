// What a server refuses of a run for good. A request that it refuses is sent again in halves, down to
// the parts that it does not take: those are recorded, and all else arrives.

import { TrackerError, UsageError } from "../../errors.ts";
import { RUN_KEY_TAG, USER_TAG } from "../../own_names.ts";
import type { Run } from "../../tracker.ts";
import type { RecordedPart } from "../undeliverable.ts";
import { type RunDelivery, step } from "./delivery.ts";

/** A server's refusal; a UsageError where the client knows that the server would not take it whole. */
export type Refusal = TrackerError | UsageError;

/** Whether something was refused that will be refused again. */
export function isForGood(error: unknown): error is Refusal {
  return error instanceof UsageError || (error instanceof TrackerError && error.isForGood);
}

/** A part as it was refused. */
export function refusedPart(part: string, refusal: Refusal): RecordedPart {
  const reason = refusal instanceof TrackerError ? refusal.reason : refusal.message;
  return { part, reason, optional: 0 };
}

/** How a request is sent that may be sent in halves. */
export interface Halving<Item> {
  readonly send: (items: readonly Item[]) => Promise<void>;
  /** Called once for each request that is refused; throws where its halves are worth no try. */
  readonly onRefusal?: (refusal: Refusal) => Promise<void>;
  /** Called with an item that is refused by itself. */
  readonly onRefused: (item: Item, refusal: Refusal) => void;
}

/** Sends items in one request; of one that is refused for good, each half by itself. */
export async function sendInHalves<Item>(
  items: readonly Item[],
  halving: Halving<Item>,
): Promise<void> {
  const [first] = items;
  if (first === undefined) return;
  try {
    return await halving.send(items);
  } catch (error) {
    if (!isForGood(error)) throw error;
    await halving.onRefusal?.(error);
    if (items.length === 1) return halving.onRefused(first, error);
  }
  const middle = Math.ceil(items.length / 2);
  await sendInHalves(items.slice(0, middle), halving);
  await sendInHalves(items.slice(middle), halving);
}

/**
 * Tells a batch that is refused for what is in it from a run that takes none, as one that was deleted
 * meanwhile or that this user may not change: that run waits. A tag that it has already is sent once
 * more; a run without any, as only other programs make, is taken at the word of the refusal.
 */
export async function checkTakesBatches(
  delivery: RunDelivery,
  serverRun: Run,
  refusal: Refusal,
): Promise<void> {
  const { run, tracker } = delivery;
  const tags = run.existing_run_id === null
    ? { [RUN_KEY_TAG]: run.key }
    : knownTag(serverRun, [RUN_KEY_TAG, USER_TAG]);
  if (tags === null) {
    if (refusal instanceof TrackerError && refusal.isDenied) throw refusal;
    return;
  }
  try {
    await step(delivery, "probe", () => tracker.logBatch(serverRun.id, { tags }));
  } catch (error) {
    throw isForGood(error) ? refusal : error;
  }
}

function knownTag(
  { tags }: Run,
  names: readonly string[],
): Readonly<Record<string, string>> | null {
  for (const name of names) {
    const value = tags[name];
    if (value !== undefined) return { [name]: value };
  }
  return null;
}
