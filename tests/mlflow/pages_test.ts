// A search that a server runs in part gives what it would give whole, and asks for no more pages
// than it needs.

import { assertEquals, assertRejects } from "@std/assert";
import { TrackerError } from "../../lib/errors.ts";
import { type OrderBy, parseFilter, parseOrderBy } from "../../lib/filter/mod.ts";
import { notesTo } from "../../lib/mlflow/notes.ts";
import { pageTokens } from "../../lib/mlflow/pages.ts";
import type { PageRequest, Search, SearchKind } from "../../lib/mlflow/reading.ts";
import { searched } from "../../lib/mlflow/search.ts";

const NUMBERS = Array.from({ length: 95 }, (_, index) => index);

/** Numbers in ascending order; a filter, where one is left to do here, leaves the even ones. */
const KIND: SearchKind<number> = {
  noun: "runs",
  cut: (whole) => ({ server: whole.text, rest: null, kept: null }),
  serverOrder: (orderBy) => orderBy.map(({ text }) => text),
  matches: () => true,
  compare: () => (left, right) => left - right,
  keptOrder: (orderBy) => ({
    allows: (left, right) => orderBy.length > 0 ? left <= right : left % 7 <= right % 7,
    ties: (left, right) => left === right,
    reversed: [],
  }),
  isNumeric: () => true,
  id: String,
  stage: () => "active",
  experiment: () => null,
};

function searchOf(
  fetch: Search<number>["fetch"],
  change: Partial<Search<number>>,
  kind: Partial<SearchKind<number>> = {},
): Search<number> {
  return {
    kind: { ...KIND, ...kind },
    ids: [],
    filter: null,
    orderBy: [parseOrderBy("metrics.a")],
    view: "active",
    limit: Infinity,
    pageSize: 30,
    version: () => Promise.resolve("3.17.2"),
    notes: notesTo(({ message }) => assertEquals(message, "no note")),
    url: "http://server/search",
    fetch,
    ...change,
  };
}

interface Asked {
  readonly pages: readonly (readonly number[])[];
  readonly requests: readonly PageRequest[];
}

/** Searches the numbers on a server that keeps to its page size; `rest` leaves the even ones. */
async function searchNumbers(
  change: { readonly limit?: number; readonly rest?: boolean; readonly ordered?: boolean },
): Promise<Asked> {
  const { limit = Infinity, rest = false, ordered = true } = change;
  const filter = parseFilter("metrics.a > 1");
  const requests: PageRequest[] = [];
  const fetch: Search<number>["fetch"] = (request) => {
    requests.push(request);
    const from = Number(request.token ?? 0);
    const items = NUMBERS.slice(from, from + request.maxResults);
    const end = from + items.length;
    return Promise.resolve({ items, next: end < NUMBERS.length ? String(end) : null });
  };
  const search = searchOf(fetch, { filter, limit }, {
    cut: (whole) => ({ server: whole.text, rest: rest ? whole : null, kept: null }),
    serverOrder: (orderBy: readonly OrderBy[]) => ordered ? orderBy.map(({ text }) => text) : null,
    matches: (_filter, number) => !rest || number % 2 === 0,
    ...(ordered ? {} : { compare: () => (left, right) => right - left }),
  });
  const pages: (readonly number[])[] = [];
  for await (const page of searched(search)) {
    pages.push(page);
    if (pages.length > 100) throw new Error("There is no end");
  }
  return { pages, requests };
}

Deno.test("all pages are read, once each", async () => {
  const { pages, requests } = await searchNumbers({});
  assertEquals(pages.flat(), NUMBERS);
  assertEquals(requests.length, 4);
  assertEquals(requests[0], {
    ids: [],
    filter: "metrics.a > 1",
    orderBy: ["metrics.a"],
    maxResults: 30,
    token: null,
  });
});

Deno.test("no more is asked for than the limit, and what shows an order", async () => {
  for (const [limit, calls] of [[0, 0], [1, 1], [30, 1], [31, 2], [95, 4], [1000, 4]] as const) {
    const { pages, requests } = await searchNumbers({ limit });
    assertEquals(pages.flat(), NUMBERS.slice(0, limit));
    assertEquals(requests.length, calls, `limit ${limit}`);
  }
  assertEquals((await searchNumbers({ limit: 3 })).requests[0]?.maxResults, 20);
  assertEquals((await searchNumbers({ limit: 31 })).requests[1]?.maxResults, 1);
});

Deno.test("what the server cannot filter is filtered here, up to the limit", async () => {
  const even = NUMBERS.filter((number) => number % 2 === 0);
  assertEquals((await searchNumbers({ rest: true })).pages.flat(), even);
  const { pages, requests } = await searchNumbers({ rest: true, limit: 12 });
  assertEquals(pages.flat(), even.slice(0, 12));
  // The first page is as small as shows an order; the next is larger, but no larger than a page.
  assertEquals(requests.map(({ maxResults }) => maxResults), [20, 30]);
});

Deno.test("an order that the server cannot make is made here, on all, before the limit", async () => {
  const { pages, requests } = await searchNumbers({ ordered: false, limit: 32 });
  assertEquals(pages.flat(), NUMBERS.toReversed().slice(0, 32));
  assertEquals(pages.map((page) => page.length), [30, 2]);
  assertEquals(requests.length, 4);
  assertEquals(requests[0]?.orderBy, []);
  const few = await searchNumbers({ ordered: false, limit: 30 });
  assertEquals(few.pages.map((page) => page.length), [30]);
  const least = await searchNumbers({ ordered: false, limit: 3 });
  assertEquals(least.requests.map(({ maxResults }) => maxResults), [30, 30, 30, 30]);
});

Deno.test("pages are fetched only when asked for", async () => {
  let fetched = 0;
  const fetch: Search<number>["fetch"] = () =>
    Promise.resolve({ items: [++fetched], next: String(fetched) });
  const pages = searched(searchOf(fetch, { orderBy: [], pageSize: 1 }));
  for await (const [number] of pages) if (number === 3) break;
  assertEquals(fetched, 3);
});

/** Asks a server whose pages are made by `fetch` for everything. */
async function everything(
  fetch: Search<number>["fetch"],
  ordered = true,
): Promise<readonly number[]> {
  const found: number[] = [];
  const serverOrder = (): readonly string[] | null => ordered ? [] : null;
  const pages = searched(searchOf(fetch, { orderBy: [], pageSize: 1 }, { serverOrder }));
  for await (const page of pages) for (const number of page) found.push(number);
  return found;
}

for (
  const [what, tokens] of [["the same token", ["a"]], ["two tokens in turn", ["a", "b"]]] as const
) {
  Deno.test(`a server that gives ${what} again and again is an error, not an end`, async () => {
    let fetched = 0;
    const next = (): string => tokens[fetched % tokens.length] as string;
    await assertRejects(
      () => everything(() => Promise.resolve({ items: [++fetched], next: next() })),
      TrackerError,
      "Cannot POST http://server/search: the server's pages do not end: it gives a page token",
    );
    assertEquals(fetched, tokens.length + 1);
  });
}

Deno.test("a server whose pages are empty and never end is left", async () => {
  let fetched = 0;
  await assertRejects(
    () => everything(() => Promise.resolve({ items: [], next: String(++fetched) })),
    TrackerError,
    "pages one after the other are empty",
  );
});

Deno.test("a page with more items than a call takes arguments is read", async () => {
  const items = Array.from({ length: 300_000 }, (_, index) => index);
  assertEquals(
    (await everything(() => Promise.resolve({ items, next: null }), false)).length,
    300_000,
  );
});

Deno.test("more items than a machine sorts at ease are refused, not sorted", async () => {
  const items = Array.from({ length: 1_000_001 }, (_, index) => index);
  await assertRejects(
    () => everything(() => Promise.resolve({ items, next: null }), false),
    TrackerError,
    "more than 1000000 runs that must be sorted here; narrow the search",
  );
});

/** How many pages are taken before an error, of which each has so many items and so many new ones. */
function taken(items: number, fresh: number, pages: number): number {
  const tokenOf = pageTokens("GET", "http://server/a");
  for (let page = 0; page < pages; page++) {
    try {
      tokenOf(
        { items: { length: items } as unknown as readonly unknown[], next: `${page}` },
        fresh,
      );
    } catch {
      return page;
    }
  }
  return pages;
}

Deno.test("pages that do not end are left at their limits, and not before", () => {
  assertEquals(taken(0, 0, 2000), 1000);
  assertEquals(taken(5, 0, 2000), 10);
  assertEquals(taken(5, 1, 2000), 2000);
  assertEquals(taken(1, 1, 200_000), 100_000);
  assertEquals(taken(1_000_000, 1_000_000, 100), 10);
});

Deno.test("empty and repeated pages count one after the other", () => {
  const tokenOf = pageTokens("GET", "http://server/a");
  for (let page = 0; page < 3000; page++) {
    const kind = page % 10;
    tokenOf({ items: kind === 0 ? [1] : kind < 5 ? [] : [1], next: `${page}` }, kind === 0 ? 1 : 0);
  }
  assertEquals(tokenOf({ items: [], next: null }, 0), null);
});
