// What of a run goes beside its batches: dataset lineage, and its artifacts one by one.

import { DeliveryError, StorageError, TrackerError, type Warning } from "../../errors.ts";
import type { Dataset, Run } from "../../tracker.ts";
import { readArtifact, type StoredArtifact, storedArtifacts } from "../artifacts.ts";
import { acknowledge } from "../deliveries.ts";
import { readDatasets } from "../read_runs.ts";
import { type RecordedPart, recordParts } from "../undeliverable.ts";
import { type RunDelivery, step } from "./delivery.ts";
import { isForGood, refusedPart, sendInHalves } from "./refused.ts";

/** Whether a part is to be sent; `step` is the name of its acknowledgement. */
export type IsWanted = (part: string, step: string) => boolean;

/** Sends the datasets. A server that has no such call is none the worse: lineage is optional. */
export async function sendInputs(
  delivery: RunDelivery,
  serverRun: Run,
  isWanted: IsWanted,
): Promise<void> {
  const { database, id, run, tracker } = delivery;
  const name = `inputs ${run.revision}`;
  const datasets = readDatasets(database, run.id)
    .filter((dataset) => isWanted(partOf(dataset), name));
  if (datasets.length === 0) return;
  const refused: RecordedPart[] = [];
  const send = async (some: readonly Dataset[]): Promise<void> => {
    try {
      await tracker.logInputs(serverRun.id, some);
    } catch (error) {
      if (!(error instanceof TrackerError) || !error.isUnsupported) throw error;
      for (const one of some) refused.push({ ...refusedPart(partOf(one), error), optional: 1 });
      warnOnce(delivery, {
        code: "no-log-inputs",
        message: `${tracker.uri} has no log-inputs: the datasets of runs (lineage) are left out`,
      });
    }
  };
  await step(delivery, "inputs", async () => {
    await sendInHalves(datasets, {
      send,
      onRefused: (dataset, refusal) => void refused.push(refusedPart(partOf(dataset), refusal)),
    });
    database.write(() => {
      recordParts(database, id, refused, datasets.map(partOf));
      acknowledge(database, id, name);
    }, { durable: false });
  });
}

function partOf({ name }: Dataset): string {
  return `dataset ${name}`;
}

function warnOnce({ said, warn }: RunDelivery, warning: Warning): void {
  if (said.has(warning.code)) return;
  said.add(warning.code);
  warn(warning);
}

/** Uploads the artifacts, each by itself: one that is refused keeps no other. */
export async function sendArtifacts(
  delivery: RunDelivery,
  serverRun: Run,
  isWanted: IsWanted,
): Promise<void> {
  const { database, id, run } = delivery;
  for (const artifact of storedArtifacts(database, run.id)) {
    const part = `artifact ${artifact.path}`;
    const name = `artifact ${artifact.sha256} ${artifact.path}`;
    if (!isWanted(part, name)) continue;
    try {
      await step(delivery, part, async () => {
        await sendArtifact(delivery, serverRun, artifact);
        database.write(() => {
          recordParts(database, id, [], [part]);
          acknowledge(database, id, name);
        }, { durable: false });
      });
    } catch (error) {
      if (!isForGood(error)) throw error;
      recordParts(database, id, [refusedPart(part, error)]);
    }
  }
}

/** Uploads one artifact and reads it back by list. */
async function sendArtifact(
  delivery: RunDelivery,
  serverRun: Run,
  { path, size }: StoredArtifact,
): Promise<void> {
  const { tracker } = delivery;
  await tracker.writeArtifact(serverRun.id, path, contentOf(delivery, path));
  const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : undefined;
  const listed = await tracker.listArtifacts(serverRun.id, folder);
  const there = listed.find((entry) => entry.path === path);
  if (there === undefined || (there.size !== null && there.size !== size)) {
    const found = there === undefined ? "is not listed" : `has ${there.size} bytes, not ${size}`;
    throw new DeliveryError(`artifact ${path} ${found} after its upload`);
  }
}

/** A damaged file is the fault of one run, and stops no other. */
function contentOf({ database, run }: RunDelivery, path: string): Uint8Array {
  try {
    return readArtifact(database, run.id, path);
  } catch (cause) {
    throw cause instanceof StorageError ? new DeliveryError(cause.message, { cause }) : cause;
  }
}
