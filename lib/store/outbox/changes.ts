// What several stores change of a run that they have: of each tag, name and file the later change
// counts, on the server as in the stores. So the server is told when each of them was changed, in a tag
// a part, by which another store sees that what it has is older. One time for all parts would say too
// much: that a change is there which its store was never brought.

import { createHash } from "node:crypto";
import { cutBatches } from "../../limits.ts";
import { CHANGED_TAG } from "../../own_names.ts";
import type { Run } from "../../tracker.ts";
import { changedParts } from "../merge_run.ts";
import type { RunRow } from "../run_rows.ts";
import { recordedParts } from "../undeliverable.ts";
import { type RunDelivery, step } from "./delivery.ts";

/** A part of a run as a store has it. */
export interface PartChange {
  /** As `changedParts` names it. */
  readonly part: string;
  /** When it was changed, ms since the epoch; 0: as it was committed. */
  readonly changed: number;
  /** The name of a tag that another store set. */
  readonly importedTag?: string | undefined;
}

/** Whether the server has a part as it was changed later, which is left as it is. */
export type IsLaterThere = (change: PartChange) => boolean;

/** Status and end of a run, which change together. */
export function ownFields({ changed }: RunRow): PartChange {
  return { part: "run", changed };
}

/** Of a run that is not there yet, or that one store alone has. */
export const NOTHING_LATER: IsLaterThere = (): boolean => false;

/**
 * What a server has of a run from other stores. Where nobody has told of a part it is as it was
 * committed: an imported tag is not sent over what the server has, which may be edited there. What is
 * logged into a run of the server is never older than what that has.
 */
export function laterThere(run: RunRow, there: Run): IsLaterThere {
  if (run.imported === 0 || run.existing_run_id !== null) return NOTHING_LATER;
  return ({ part, changed, importedTag }) => {
    const changedThere = timeThere(there, part);
    if (changedThere > 0 || changed > 0) return changedThere > changed;
    return importedTag !== undefined && there.tags[importedTag] !== undefined;
  };
}

/** Tells other stores that have the run when its parts were changed, once the server has them all. */
export async function noteChanges(delivery: RunDelivery, there: Run): Promise<void> {
  const { database, id, run, tracker } = delivery;
  if (run.imported === 0 || run.existing_run_id !== null) return;
  const refused = new Set(recordedParts(database, id).map(({ part }) => part));
  const tags = [...changedParts(database, run)]
    .filter(([part, changed]) => changed > timeThere(there, part) && !refused.has(part))
    .map(([part, changed]) => ({ kind: "tag", key: tagOf(part), value: `${changed}` }) as const);
  for (const batch of cutBatches(tags)) {
    await step(delivery, "times of changes", () => tracker.logBatch(there.id, batch));
  }
}

/** When what a server has of a part was changed; 0 where nobody said. */
function timeThere({ tags }: Run, part: string): number {
  const changed = Number(tags[tagOf(part)] ?? 0);
  return Number.isSafeInteger(changed) ? changed : 0;
}

/** The tag that says when a part was changed; a path has signs in it that names of tags may not have. */
function tagOf(part: string): string {
  return `${CHANGED_TAG}.${createHash("sha256").update(part).digest("hex").slice(0, 16)}`;
}
