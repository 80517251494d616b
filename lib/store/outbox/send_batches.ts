// The batches of a run on their way: each is one request, and is acknowledged when the server has what
// it takes of it. So are the halves of one that is refused: an interrupted delivery goes on after them.

import { type BatchItem, cutBatches, itemsOf } from "../../limits.ts";
import type { Batch, Run } from "../../tracker.ts";
import { acknowledge } from "../deliveries.ts";
import { type RecordedPart, recordParts } from "../undeliverable.ts";
import { type RunDelivery, step } from "./delivery.ts";
import {
  checkTakesBatches,
  isForGood,
  type Refusal,
  refusedPart,
  sendInHalves,
} from "./refused.ts";
import { NOTHING_LATER } from "./changes.ts";
import { batchItems, batchStep, type RunBatch, type TagOptions } from "./run_batches.ts";

/** Of a metric of which a server takes no point, so many are tried one by one. */
const HOPELESS_POINTS = 8;

/** What one delivery learns of the parts of its batches. */
interface Sending {
  readonly delivery: RunDelivery;
  readonly serverRun: Run;
  /** What the server has acknowledged. */
  readonly done: ReadonlySet<string>;
  /** Parts that it refused before. */
  readonly refusedBefore: ReadonlySet<string>;
  /** Parts of which the server took something. */
  readonly taken: Set<string>;
  readonly refused: Map<string, RecordedPart>;
  /** How many points of a metric were refused. */
  readonly points: Map<string, number>;
  /** True once a batch was found to be refused for what is in it. */
  isChecked: boolean;
  /** True when the server had something before. */
  isResumed: boolean;
}

function begin(
  delivery: RunDelivery,
  serverRun: Run,
  before: Pick<Sending, "done" | "refusedBefore">,
): Sending {
  return {
    delivery,
    serverRun,
    ...before,
    taken: new Set(),
    refused: new Map(),
    points: new Map(),
    isChecked: false,
    isResumed: false,
  };
}

/** Sends the batches that the server has not; what it refuses of them is recorded. */
export async function sendBatches(
  delivery: RunDelivery,
  serverRun: Run,
  batches: Iterable<RunBatch>,
  before: Pick<Sending, "done" | "refusedBefore">,
): Promise<void> {
  const { database, id } = delivery;
  const sending = begin(delivery, serverRun, before);
  let number = 0;
  for (const { step: name, batch } of batches) {
    number++;
    if (isThere(sending, batch, name)) continue;
    await sendBatch(sending, batch, `batch ${number}`);
    database.write(() => {
      recordParts(database, id, [...sending.refused.values()]);
      acknowledge(database, id, name);
    }, { durable: false });
  }
  // Else what the server refused may be among what was sent before.
  if (!sending.isResumed) recordParts(database, id, [], arrived(sending, sending.taken));
}

/** Whether the server has acknowledged a batch that nobody has changed since: another store may have. */
function isThere(sending: Sending, { tags }: Required<Batch>, name: string): boolean {
  const { delivery, serverRun, done, refusedBefore } = sending;
  const isThere = done.has(name) && (delivery.run.imported === 0 ||
    Object.entries(tags).every(([key, value]) =>
      serverRun.tags[key] === value || refusedBefore.has(`tag ${key}`)
    ));
  if (isThere) sending.isResumed = true;
  return isThere;
}

/** Sends once more what was refused before. */
export async function sendRefusedItems(
  delivery: RunDelivery,
  serverRun: Run,
  refusedBefore: ReadonlySet<string>,
  tags: TagOptions,
): Promise<void> {
  const { database, run, id } = delivery;
  const sending = begin(delivery, serverRun, { done: new Set(), refusedBefore });
  const refusedItems = (since: TagOptions): readonly BatchItem[] =>
    [...batchItems(database, run, since)].filter((item) => refusedBefore.has(partOf(item)));
  const all = { ...tags, tagRevision: null };
  const sent = new Set(refusedItems({ ...all, isLaterThere: NOTHING_LATER }).map(partOf));
  // What another store that has the run brought meanwhile may have been changed since.
  const again = refusedItems(all).filter((item) =>
    item.kind !== "tag" || run.imported === 0 || serverRun.tags[item.key] === undefined
  );
  for (const batch of cutBatches(again)) await sendBatch(sending, batch, "refused items");
  recordParts(database, id, [...sending.refused.values()], arrived(sending, sent));
}

/** Of parts that were refused before and are sent now, those of which nothing was refused again. */
function arrived(
  { refused, refusedBefore }: Sending,
  sent: ReadonlySet<string>,
): readonly string[] {
  return [...refusedBefore].filter((part) => sent.has(part) && !refused.has(part));
}

async function sendBatch(
  sending: Sending,
  batch: Required<Batch>,
  name: string,
): Promise<void> {
  const { delivery, serverRun } = sending;
  await sendInHalves([...itemsOf(batch)], {
    send: async (items) => {
      await sound(sending, batch, items, name);
      await sendItems(sending, items, name);
    },
    onRefusal: async (refusal) => {
      if (!sending.isChecked) await checkTakesBatches(delivery, serverRun, refusal);
      sending.isChecked = true;
    },
    onRefused: (item, refusal) => noteRefused(sending, batch, item, refusal),
  });
}

async function sendItems(
  sending: Sending,
  items: readonly BatchItem[],
  name: string,
): Promise<void> {
  const { delivery, serverRun, taken } = sending;
  const { database, id, tracker } = delivery;
  const [batch] = cutBatches(items.filter((item) => !isHopeless(sending, item)));
  if (batch === undefined) return;
  const mark = batchStep(batch);
  if (!isThere(sending, batch, mark)) {
    await step(delivery, name, async () => {
      await tracker.logBatch(serverRun.id, batch);
      acknowledge(database, id, mark);
    });
  }
  for (const item of itemsOf(batch)) taken.add(partOf(item));
}

/** Whether an item is a point of a metric whose name the server does not take, as it seems. */
function isHopeless({ taken, points }: Sending, item: BatchItem): boolean {
  if (item.kind !== "metric" || taken.has(partOf(item))) return false;
  return (points.get(item.point.key) ?? 0) > HOPELESS_POINTS;
}

/** Before a metric is given up its last point in the batch is tried: the first ones may be at fault. */
async function sound(
  sending: Sending,
  batch: Required<Batch>,
  items: readonly BatchItem[],
  name: string,
): Promise<void> {
  const { taken, points } = sending;
  const doubtful = new Set(
    items.flatMap((item) =>
      item.kind === "metric" && points.get(item.point.key) === HOPELESS_POINTS &&
        !taken.has(partOf(item))
        ? [item.point.key]
        : []
    ),
  );
  for (const key of doubtful) {
    const point = batch.metrics.findLast((one) => one.key === key);
    if (point === undefined) continue;
    const last: BatchItem = { kind: "metric", point };
    try {
      await sendItems(sending, [last], name);
    } catch (error) {
      if (!isForGood(error)) throw error;
      noteRefused(sending, batch, last, error);
    }
  }
}

function noteRefused(
  sending: Sending,
  { metrics }: Required<Batch>,
  item: BatchItem,
  refusal: Refusal,
): void {
  const { refused, points } = sending;
  const part = partOf(item);
  const recorded = refusedPart(part, refusal);
  if (item.kind !== "metric") {
    refused.set(part, recorded);
    return;
  }
  const { key, step } = item.point;
  points.set(key, (points.get(key) ?? 0) + 1);
  const isSeries = metrics.filter((point) => point.key === key).length > 1;
  if (isHopeless(sending, item) || !isSeries) refused.set(part, recorded);
  else if (!refused.has(part)) {
    refused.set(part, { ...recorded, reason: `step ${step}: ${recorded.reason}` });
  }
}

/** What an item is a part of, for people; the points of a metric are one part. */
function partOf(item: BatchItem): string {
  return `${item.kind} ${item.kind === "metric" ? item.point.key : item.key}`;
}
