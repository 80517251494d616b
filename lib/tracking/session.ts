// The tracker that a command works with, and when it is closed: a command that answers with rows is
// done when the last page has been written, not when it returns.

import { type Backends, openBackends, type StoreUse, withBackends } from "../backends.ts";
import type { Context } from "../command/declare.ts";
import type { ConnectionValues } from "../config/connection_flags.ts";
import { NotFoundError } from "../errors.ts";
import type { Tracker } from "../tracker.ts";

/** What a command on experiments and runs works with. */
export interface Session {
  readonly context: Context;
  readonly backends: Backends;
  readonly tracker: Tracker;
}

/** Opens the tracker, does the work, and closes it. */
export async function withTracker<T>(
  context: Context,
  flags: ConnectionValues,
  work: (session: Session) => Promise<T>,
  use: StoreUse = "read",
): Promise<T> {
  return await withBackends(context, flags, async (backends) => {
    try {
      return await work({ context, backends, tracker: await backends.tracker(use) });
    } catch (error) {
      throw await explained(error, backends);
    }
  });
}

/**
 * The same for answers that come in pages: the tracker stays open until the pages have been read to
 * their end or left. The first page is fetched at once, so that what is missing or refused is said
 * before anything is printed.
 */
export async function withPages<Page>(
  context: Context,
  flags: ConnectionValues,
  work: (session: Session) => Promise<AsyncIterable<Page>>,
): Promise<AsyncIterable<Page>> {
  const backends = await openBackends(context, flags);
  try {
    const pages = await work({ context, backends, tracker: await backends.tracker() });
    const iterator = pages[Symbol.asyncIterator]();
    const first = await iterator.next();
    return readOn(first, iterator, () => backends.close());
  } catch (error) {
    const cause = await explained(error, backends);
    await backends.close();
    throw cause;
  }
}

/** A run that the server does not have may be in the store: then that is what to say. */
async function explained(error: unknown, backends: Backends): Promise<unknown> {
  if (!(error instanceof NotFoundError) || error.kind !== "run" || !backends.readsServer) {
    return error;
  }
  const store = await backends.storeIfThere().catch(() => null);
  const key = store?.resolveRunId(error.wanted) ?? null;
  if (store === null || key === null) return error;
  const waits = store.waiting({ trackingUri: null, keys: [key] }).length > 0;
  const hint = waits
    ? "it waits in the store: deliver it with btflow sync, or look there with --store"
    : "it was delivered and is there no more: btflow sync --verify, then btflow sync --recreate " +
      "make it anew; --store looks in the store";
  return new NotFoundError("run", error.wanted, { hint });
}

async function* readOn<Page>(
  first: IteratorResult<Page>,
  iterator: AsyncIterator<Page>,
  close: () => Promise<void>,
): AsyncIterable<Page> {
  try {
    for (let next = first; next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
    await close();
  }
}
