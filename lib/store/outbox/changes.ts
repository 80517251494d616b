// What several stores change of a run that they have: of each tag, name and file the later change
// counts, on the server as in the stores. So the server is told when each of them was changed, in a tag
// a part, by which another store sees that what it has is older. One time for all parts would say too
// much: that a change is there which its store was never brought.

import { createHash } from "node:crypto";
import { NotFoundError } from "../../errors.ts";
import { cutBatches } from "../../limits.ts";
import { CHANGED_TAG } from "../../own_names.ts";
import type { Run } from "../../tracker.ts";
import { changedParts } from "../merge_run.ts";
import type { RunRow } from "../run_rows.ts";
import { recordedParts } from "../undeliverable.ts";
import { type RunDelivery, step } from "./delivery.ts";
import { isForGood } from "./refused.ts";

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
  if (run.existing_run_id !== null) return NOTHING_LATER;
  const noted = latestNotes(there);
  return ({ part, changed, importedTag }) => {
    const changedThere = noted.get(hashOf(part)) ?? 0;
    if (changedThere > 0 || changed > 0) return changedThere > changed;
    return importedTag !== undefined && there.tags[importedTag] !== undefined;
  };
}

/**
 * Tells other stores that have the run when its parts were changed, once the server has them all, and
 * takes away what said less. A time is in a tag's name: one that arrives late takes none back.
 */
export async function noteChanges(delivery: RunDelivery, there: Run): Promise<void> {
  const { database, id, run, tracker } = delivery;
  if (run.imported === 0 || run.existing_run_id !== null) return;
  const refused = new Set(recordedParts(database, id).map(({ part }) => part));
  const noted = latestNotes(there);
  const later = new Map(
    [...changedParts(database, run)].filter(([part]) => !refused.has(part))
      .map(([part, changed]) => [hashOf(part), changed] as const)
      .filter(([hash, changed]) => changed > (noted.get(hash) ?? 0)),
  );
  const tags = [...later].map(([hash, changed]) => {
    const value = String(changed);
    return { kind: "tag", key: `${CHANGED_TAG}.${hash}.${value}`, value } as const;
  });
  for (const batch of cutBatches(tags)) {
    await step(delivery, "times of changes", () => tracker.logBatch(there.id, batch));
  }
  const isPassed = ({ hash, changed }: Note): boolean =>
    changed < Math.max(later.get(hash) ?? 0, noted.get(hash) ?? 0);
  try {
    for (const note of notesOf(there).filter(isPassed)) await removeTag(delivery, there, note.tag);
  } catch (error) {
    // What is left says nothing wrong.
    if (!isForGood(error)) throw error;
  }
}

/** Removes a tag from the server, if it has it. */
export async function removeTag(delivery: RunDelivery, there: Run, key: string): Promise<void> {
  try {
    await step(delivery, "remove tag", () => delivery.tracker.deleteTag(there.id, key));
  } catch (error) {
    // It never reached the server, or was removed in an earlier attempt.
    if (!(error instanceof NotFoundError)) throw error;
  }
}

/** A tag that says when a part was changed. */
interface Note {
  readonly tag: string;
  readonly hash: string;
  readonly changed: number;
}

function notesOf({ tags }: Run): readonly Note[] {
  return Object.keys(tags).flatMap((tag) => {
    if (!tag.startsWith(CHANGED_TAG)) return [];
    const [, hash, changed] =
      /^\.([0-9a-f]{16})\.(\d{1,15})$/.exec(tag.slice(CHANGED_TAG.length)) ?? [];
    return hash === undefined ? [] : [{ tag, hash, changed: Number(changed) }];
  });
}

/** When what a server has of each part was changed, by the part's hash. */
function latestNotes(there: Run): ReadonlyMap<string, number> {
  const latest = new Map<string, number>();
  for (const { hash, changed } of notesOf(there)) {
    latest.set(hash, Math.max(changed, latest.get(hash) ?? 0));
  }
  return latest;
}

/** What a tag says of a part's name: a path has signs in it that names of tags may not have. */
function hashOf(part: string): string {
  return createHash("sha256").update(part).digest("hex").slice(0, 16);
}
