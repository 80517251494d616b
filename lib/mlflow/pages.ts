// A search whose filter and order a server can run only in part: it gets what it can do, the rest is
// done on the pages that come back. Pages are fetched when asked for, so memory stays flat unless an
// order must be made here.

import type { Filter, OrderBy, Pushdown } from "../filter/mod.ts";
import { TrackerError } from "../errors.ts";
import type { Page } from "./schema.ts";

/** One page as it is asked of the server. */
export interface PageRequest {
  readonly filter: string | null;
  readonly orderBy: readonly string[];
  readonly maxResults: number;
  readonly token: string | null;
}

/** A search, and how its two halves are done. */
export interface PagedSearch<Item> {
  readonly filter: Filter | null;
  readonly orderBy: readonly OrderBy[];
  readonly limit: number;
  readonly pageSize: number;
  readonly cut: (filter: Filter) => Promise<Pushdown>;
  /** The order as the server takes it; null when it must be made here. */
  readonly serverOrder: (orderBy: readonly OrderBy[]) => readonly string[] | null;
  readonly matches: (filter: Filter, item: Item) => boolean;
  readonly compare: (orderBy: readonly OrderBy[]) => (left: Item, right: Item) => number;
  /** Where pages come from, for errors. */
  readonly url: string;
  readonly fetch: (request: PageRequest) => Promise<Page<Item>>;
}

const PAGE_GROWTH = 4;
/** A server may leave out of a page what a user may not see; one that goes on like this is broken. */
const MAX_EMPTY_PAGES = 1000;
const MAX_PAGES = 100_000;

/** Takes the pages of one question and gives the token of the next, as long as they lead to an end. */
export function pageTokens(
  method: "GET" | "POST",
  url: string,
): (page: Page<unknown>) => string | null {
  const seen = new Set<string>();
  let empty = 0;
  return ({ items, next }) => {
    if (next === null) return null;
    empty = items.length === 0 ? empty + 1 : 0;
    const problem = seen.has(next)
      ? "it gives a page token for the second time"
      : empty > MAX_EMPTY_PAGES
      ? `more than ${MAX_EMPTY_PAGES} pages one after the other are empty`
      : seen.size >= MAX_PAGES
      ? `there are more than ${MAX_PAGES} pages`
      : null;
    if (problem !== null) {
      const message = `the server's pages do not end: ${problem}`;
      throw new TrackerError(method, url, { status: 200, code: "BAD_REPLY", message });
    }
    seen.add(next);
    return next;
  };
}

/** The items of a search, page by page. */
export async function* matchingPages<Item>(
  search: PagedSearch<Item>,
): AsyncIterable<readonly Item[]> {
  const { filter, limit, pageSize } = search;
  if (limit <= 0) return;
  const { server, rest } = filter === null
    ? { server: null, rest: null }
    : await search.cut(filter);
  const orderBy = search.serverOrder(search.orderBy);
  const unordered: Item[] = [];
  let left = limit;
  // What is left to do here turns few items down: pages begin as small as the limit, and grow where
  // it turns out otherwise.
  let asked = orderBy === null ? pageSize : Math.min(pageSize, limit);
  let token: string | null = null;
  const tokenOf = pageTokens("POST", search.url);
  do {
    const maxResults = rest === null && orderBy !== null ? Math.min(pageSize, left) : asked;
    asked = Math.min(pageSize, asked * PAGE_GROWTH);
    const page: Page<Item> = await search.fetch({
      filter: server,
      orderBy: orderBy ?? [],
      maxResults,
      token,
    });
    const items = rest === null
      ? page.items
      : page.items.filter((item) => search.matches(rest, item));
    if (orderBy === null) { for (const item of items) unordered.push(item); }
    else if (items.length > 0) {
      yield items.length > left ? items.slice(0, left) : items;
      left -= items.length;
    }
    token = tokenOf(page);
  } while (token !== null && left > 0);
  if (orderBy === null) {
    yield* inOrder(unordered.sort(search.compare(search.orderBy)), left, pageSize);
  }
}

function* inOrder<Item>(
  items: readonly Item[],
  limit: number,
  pageSize: number,
): Iterable<readonly Item[]> {
  const end = Math.min(limit, items.length);
  for (let from = 0; from < end; from += pageSize) {
    yield items.slice(from, Math.min(from + pageSize, end));
  }
}
