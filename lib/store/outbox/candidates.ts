// Which runs a delivery takes up, and in what order. Their row ids are settled first (16 bytes a run),
// what else is needed of each is read a page at a time, so a million that wait take little memory.

import type { Database } from "../sqlite.ts";
import { waitingIds, type WaitingQuery } from "../waiting.ts";

/** A run to be delivered, and the run that groups it. */
export interface DeliveryCandidate {
  readonly id: number;
  readonly key: string;
  readonly parentKey: string | null;
}

/** Runs to be delivered, in order. */
export interface DeliveryCandidates {
  readonly length: number;
  values(): Iterable<DeliveryCandidate>;
}

const PAGE_RUNS = 500;

/**
 * The runs asked for that wait for a server, and those that group them. What was tried longest ago, or
 * never, comes first, so that runs that fail do not keep others from their turn; a run comes after the
 * one that groups it.
 */
export function deliveryCandidates(
  database: Database,
  query: WaitingQuery & { readonly trackingUri: string },
): DeliveryCandidates {
  const ordered = inOrder(withGroups(database, query));
  return {
    length: ordered.length,
    values: function* () {
      for (let from = 0; from < ordered.length; from += PAGE_RUNS) {
        yield* read(database, ordered.slice(from, from + PAGE_RUNS));
      }
    },
  };
}

/** Row ids, and at the same place those of the runs that group them, 0 for none. */
interface Chosen {
  readonly ids: number[];
  readonly parents: number[];
}

/** The runs asked for and those that group them, level by level. */
function withGroups(
  database: Database,
  query: WaitingQuery & { readonly trackingUri: string },
): Chosen {
  const { keys: _, experiment: __, refused: ___, ...server } = query;
  const chosen: Chosen = { ids: [], parents: [] };
  let more = waitingIds(database, query);
  while (more.ids.length > 0) {
    for (const id of more.ids) chosen.ids.push(id);
    for (const parent of more.parents) chosen.parents.push(parent);
    const groups = new Set(more.parents);
    for (const id of chosen.ids) groups.delete(id);
    more = waitingIds(database, { ...server, ids: [...groups] });
  }
  return chosen;
}

/** As chosen, but for groups, which come before the first of their runs. */
function inOrder({ ids, parents }: Chosen): readonly number[] {
  const isGroup = new Set(parents);
  // Of groups alone: their number is small.
  const parentOf = new Map<number, number>();
  ids.forEach((id, index) => {
    if (isGroup.has(id)) parentOf.set(id, parents[index] ?? 0);
  });
  if (parentOf.size === 0) return ids;
  const ordered: number[] = [];
  const placed = new Set<number>();
  const placeGroup = (group: number): void => {
    const parent = parentOf.get(group);
    if (parent === undefined || placed.has(group)) return;
    placed.add(group);
    placeGroup(parent);
    ordered.push(group);
  };
  ids.forEach((id, index) => {
    placeGroup(parents[index] ?? 0);
    if (parentOf.has(id)) placeGroup(id);
    else ordered.push(id);
  });
  return ordered;
}

/** What delivery needs of runs to begin; one that is gone by now is left out. */
function read(database: Database, ids: readonly number[]): readonly DeliveryCandidate[] {
  return database.named<DeliveryCandidate>(
    `SELECT runs.id, runs.key, runs.parent_key AS parentKey
     FROM json_each($ids) AS one JOIN runs ON runs.id = one.value ORDER BY one.key`,
    { ids: JSON.stringify(ids) },
  );
}
