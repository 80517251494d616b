// The tracker that a command works with, and when it is closed: a command that answers with rows is
// done when the last page has been written, not when it returns.

import { type Backends, openBackends } from "../backends.ts";
import type { Context } from "../command/declare.ts";
import type { ConnectionValues } from "../config/connection_flags.ts";
import { NotFoundError } from "../errors.ts";
import type { LocalStore } from "../store/mod.ts";
import type { Tracker } from "../tracker.ts";

export interface Session {
  readonly context: Context;
  readonly backends: Backends;
  readonly tracker: Tracker;
}

/** Opens the tracker (`make`: a store that is missing is made), does the work, and closes it. */
export async function withTracker<T>(
  context: Context,
  flags: ConnectionValues,
  work: (session: Session) => Promise<T>,
  make = false,
): Promise<T> {
  const backends = await openBackends(context, flags);
  try {
    return await work({ context, backends, tracker: await backends.tracker(make) });
  } catch (error) {
    throw await explained(error, context, backends);
  } finally {
    await backends.close();
  }
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
    const told = await explained(error, context, backends);
    await backends.close();
    throw told;
  }
}

/** A run that the server does not have may wait in the store: then that is what to say. */
async function explained(
  error: unknown,
  context: Context,
  backends: Backends,
): Promise<unknown> {
  if (!(error instanceof NotFoundError) || error.kind !== "run" || !backends.readsServer) {
    return error;
  }
  const store = await existingStore(context, backends).catch(() => null);
  if (store === null || store.resolveRunId(error.wanted) === null) return error;
  const hint = "it waits in the store: deliver it with btflow sync, or look there with --store";
  return new NotFoundError("run", error.wanted, { hint });
}

/** The store, unless there is none yet: looking must not make one. */
export async function existingStore(
  context: Context,
  backends: Backends,
): Promise<LocalStore | null> {
  const { defaultStorePath } = await import("../store/mod.ts");
  const path = backends.config.storePath ?? defaultStorePath(context.io);
  return await context.io.files.info(path) === null ? null : await backends.store();
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
