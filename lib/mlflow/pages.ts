// Pages of an answer, as long as they lead to an end: a server that gives the same token, the same rows
// or empty pages again and again, or rows without end, is left with an error.

import { TrackerError } from "../errors.ts";
import type { Page } from "./reader.ts";

/** A server may leave out of a page what a user may not see; one that goes on like this is broken. */
const MAX_EMPTY_PAGES = 1000;
/** Rows move to the next page while others are logged, but not this often all of them. */
const MAX_STALE_PAGES = 10;
const MAX_PAGES = 100_000;
/** More than any search has use for; a hundred metrics each would be 100 GB. */
const MAX_ITEMS = 10_000_000;

/** An answer that goes on or is not what was asked for. */
export function badReply(method: "GET" | "POST", url: string, message: string): TrackerError {
  return new TrackerError(method, url, { status: 200, code: "BAD_REPLY", message });
}

/**
 * Takes the pages of one question and gives the token of the next. `fresh` is how many of a page's
 * items have not come before.
 */
export function pageTokens(
  method: "GET" | "POST",
  url: string,
): (page: Page<unknown>, fresh: number) => string | null {
  const seen = new Set<string>();
  let empty = 0;
  let stale = 0;
  let items = 0;
  return (page, fresh) => {
    const { next } = page;
    if (next === null) return null;
    empty = page.items.length === 0 ? empty + 1 : 0;
    stale = page.items.length > 0 && fresh === 0 ? stale + 1 : 0;
    items += fresh;
    const problem = seen.has(next)
      ? "it gives a page token for the second time"
      : empty > MAX_EMPTY_PAGES
      ? `more than ${MAX_EMPTY_PAGES} pages one after the other are empty`
      : stale > MAX_STALE_PAGES
      ? `more than ${MAX_STALE_PAGES} pages one after the other repeat what came before`
      : seen.size >= MAX_PAGES || items > MAX_ITEMS
      ? `there are more than ${MAX_PAGES} pages or ${MAX_ITEMS} rows`
      : null;
    if (problem !== null) throw badReply(method, url, `the server's pages do not end: ${problem}`);
    seen.add(next);
    return next;
  };
}
