// Searching runs: experiments looked up first, then pages from the server or the store, or from
// several stores merged in one order. Pages are never collected here, so memory stays flat.

import type { Context } from "../command/declare.ts";
import type { ConnectionValues } from "../config/connection_flags.ts";
import { NotFoundError, StorageError, UsageError } from "../errors.ts";
import { compareRuns } from "../filter/mod.ts";
import type { Experiment, Run, RunQuery } from "../tracker.ts";
import { chosenExperiments, listExperiments } from "./find.ts";
import { type Found, learning, nothingYet, oneMore, type Search, upTo } from "./found.ts";
import { type Session, withPages } from "./session.ts";

export type { Search } from "./found.ts";

/** Pages of the runs found, from wherever the flags say; `seen` is filled as they pass. */
export async function searchRuns(
  context: Context,
  flags: Omit<ConnectionValues, "store">,
  search: Search,
  seen: Found,
): Promise<AsyncIterable<readonly Run[]>> {
  const { stores, limit } = search;
  const searchIn = (
    store: string | undefined,
    wanted: Search,
    part: Found,
  ): Promise<AsyncIterable<readonly Run[]>> =>
    withPages(context, { ...flags, store }, (session) => searchHere(session, wanted, part));
  if (stores.length < 2) return await searchIn(stores[0], search, seen);
  if (flags.trackingUri !== undefined) {
    throw new UsageError("Cannot search a server and several stores at once");
  }
  const found: AsyncIterable<readonly Run[]>[] = [];
  const missing: NotFoundError[] = [];
  // What the runs of one lack, those of another may have.
  const part: Search = { ...search, chosen: [], limit: oneMore(limit) };
  for (const store of new Set(stores)) {
    try {
      found.push(await searchIn(store, part, nothingYet()));
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      missing.push(error);
    }
  }
  if (found.length === 0 && missing[0] !== undefined) throw missing[0];
  return upTo(limit, merge(found, compareRuns(search.orderBy), oneMore(limit)), seen);
}

/** Pages of the runs found by an open tracker; `seen` is filled as they pass. */
async function searchHere(
  session: Session,
  search: Search,
  seen: Found,
): Promise<AsyncIterable<readonly Run[]>> {
  const { query } = await foundHere(session, search);
  const pages = session.tracker.searchRuns({ ...query, limit: oneMore(search.limit) });
  return learning(session, search, query.experimentIds, pages, seen);
}

/** What an open tracker is asked for a search, and in which experiments. */
export async function foundHere(
  session: Session,
  { filter, orderBy, view, experiments }: Omit<Search, "limit">,
): Promise<{
  readonly query: Omit<RunQuery, "limit">;
  readonly experiments: readonly Experiment[];
}> {
  const { tracker, backends } = session;
  await noteWaiting(session);
  const chosen = await chosenExperiments(tracker, backends, experiments) ??
    await listExperiments(tracker, "active");
  const experimentIds = chosen.map(({ id }) => id);
  return { query: { experimentIds, filter, orderBy, view }, experiments: chosen };
}

/** How many runs a query finds, at most so many: asked of a store that knows, else read. */
export async function countRuns(
  { tracker, backends }: Session,
  query: Omit<RunQuery, "limit">,
  limit: number,
): Promise<number> {
  const known = backends.readsServer ? null : (await backends.storeToRead()).countRuns(query);
  if (known !== null) return Math.min(known, limit);
  let count = 0;
  for await (const page of tracker.searchRuns({ ...query, metrics: [], limit })) {
    count += page.length;
  }
  return count;
}

/** Against a server: says when runs wait in the store, for the search cannot find those. */
async function noteWaiting({ context, backends }: Session): Promise<void> {
  if (!backends.readsServer) return;
  try {
    const store = await backends.storeIfThere();
    if (store === null) return;
    const count = store.countWaiting({ trackingUri: backends.serverUri })
      .reduce((sum, { runs }) => sum + runs, 0);
    if (count === 0) return;
    const wait = count === 1 ? "1 run waits" : `${count} runs wait`;
    context.note(`${wait} in the store for this server (btflow sync)`);
  } catch (error) {
    if (!(error instanceof StorageError) && !(error instanceof UsageError)) throw error;
    context.warn({ code: "store-unreadable", message: error.message });
  }
}

const PAGE_RUNS = 500;

/**
 * Sorted sources as one sorted stream; it holds one page of each. A run that several stores have
 * (one was imported into another) comes once.
 */
async function* merge(
  sources: readonly AsyncIterable<readonly Run[]>[],
  compare: (left: Run, right: Run) => number,
  limit: number,
): AsyncIterable<readonly Run[]> {
  const heads = sources.map((source) => runsOf(source));
  const take = async (i: number): Promise<Run | null> => (await heads[i]?.next())?.value ?? null;
  try {
    const next = await Promise.all(heads.map((_, i) => take(i)));
    const seen = new Set<string>();
    let page: Run[] = [];
    while (seen.size < limit) {
      let first: Run | null = null;
      for (const run of next) {
        if (run !== null && (first === null || compare(run, first) < 0)) first = run;
      }
      if (first === null) break;
      if (!seen.has(first.id)) page.push(first);
      seen.add(first.id);
      const from = next.indexOf(first);
      next[from] = await take(from);
      if (page.length < PAGE_RUNS) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  } finally {
    await Promise.all(heads.map((head) => head.return(undefined)));
  }
}

async function* runsOf(
  pages: AsyncIterable<readonly Run[]>,
): AsyncGenerator<Run, undefined, undefined> {
  for await (const page of pages) yield* page;
}
