// What of a run goes beside its batches: dataset lineage, and its artifacts one by one.

import { DeliveryError, StorageError, TrackerError, type Warning } from "../../errors.ts";
import type { Dataset, Run } from "../../tracker.ts";
import { readArtifact, type StoredArtifact, storedArtifacts } from "../artifacts.ts";
import { acknowledge } from "../deliveries.ts";
import { readDatasets } from "../read_runs.ts";
import { type RecordedPart, recordParts } from "../undeliverable.ts";
import type { IsLaterThere } from "./changes.ts";
import { type RunDelivery, step } from "./delivery.ts";
import { isForGood, type Refusal, refusedPart, sendInHalves } from "./refused.ts";

/** Whether a part is to be sent; `step` is the name of its acknowledgement, null where none counts. */
export type IsWanted = (part: string, step: string | null) => boolean;

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

/**
 * Uploads the artifacts, each by itself: one that is refused keeps no other. Gives the optional ones that
 * are left out because the server refuses them, or fails on them: for them no run waits.
 */
export async function sendArtifacts(
  delivery: RunDelivery,
  serverRun: Run,
  { isWanted, isLaterThere }: { readonly isWanted: IsWanted; readonly isLaterThere: IsLaterThere },
): Promise<readonly RecordedPart[]> {
  const { database, id, run, said } = delivery;
  const leftOut: RecordedPart[] = [];
  for (const artifact of storedArtifacts(database, run.id)) {
    const part = `artifact ${artifact.path}`;
    const name = `artifact ${artifact.sha256} ${artifact.path}`;
    if (isLaterThere({ part, changed: artifact.changed })) {
      recordParts(database, id, [], [part]);
      continue;
    }
    // Over one that was changed another store may have sent it as it was.
    const mayBeOld = run.imported === 1 && artifact.changed > 0;
    if (!isWanted(part, mayBeOld ? null : name)) continue;
    const isOptional = artifact.optional === 1;
    if (isOptional && said.has(FAILING)) {
      leftOut.push({ part, reason: "not sent: the server fails on others", optional: 1 });
      continue;
    }
    try {
      await step(delivery, part, async () => {
        await sendArtifact(delivery, serverRun, artifact);
        database.write(() => {
          recordParts(database, id, [], [part]);
          acknowledge(database, id, name);
        }, { durable: false });
      });
    } catch (error) {
      if (isOptional && isLeftOut(error)) {
        leftOut.push({ ...refusedPart(part, error), optional: 1 });
        // Each try costs all repeats of a request.
        if (!isForGood(error)) said.add(FAILING);
      } else if (isForGood(error)) recordParts(database, id, [refusedPart(part, error)]);
      else throw error;
    }
  }
  return leftOut;
}

/** That the server fails on optional artifacts, which it did not say are refused. */
const FAILING = "failing-artifacts";

function isLeftOut(error: unknown): error is Refusal {
  return isForGood(error) || (error instanceof TrackerError && error.mayBeOfFilesAlone);
}

/**
 * Records what is left out of a run that has arrived otherwise: by then the server is known to be there,
 * and to fail on these alone.
 */
export function recordLeftOut(
  delivery: RunDelivery,
  serverRun: Run,
  leftOut: readonly RecordedPart[],
): void {
  const { database, id, tracker } = delivery;
  recordParts(database, id, leftOut);
  for (const { part, reason } of leftOut) {
    // The same for every run, so that it is said once.
    const why = reason.replaceAll(serverRun.id, "ID");
    warnOnce(delivery, {
      code: "left-out",
      message: `${tracker.uri} does not take ${part}: ${why}; the store keeps it, and runs are ` +
        "whole without (batch --no-attach-returns sends none)",
    });
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
