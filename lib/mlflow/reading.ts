// The pages of one question, each row held against it: what the filter does not hold for, what belongs
// to another experiment or stage, and what came before, is left out, and a note says so.

import type { Filter, KeptOrder, OrderBy, Pushdown } from "../filter/mod.ts";
import type { View } from "../tracker.ts";
import type { Notes, Noun } from "./notes.ts";
import { badReply, pageTokens } from "./pages.ts";
import type { Page } from "./reader.ts";

/** One page as it is asked of the server. */
export interface PageRequest {
  /** The experiments to search in; none where a search has none. */
  readonly ids: readonly string[];
  readonly filter: string | null;
  readonly orderBy: readonly string[];
  readonly maxResults: number;
  readonly token: string | null;
}

/** What a search must know of the kind of things it searches for. */
export interface SearchKind<Item> {
  readonly noun: Noun;
  readonly cut: (filter: Filter, version: string | null) => Pushdown;
  readonly matches: (filter: Filter, item: Item) => boolean;
  /** The order as the server takes it; null when it must be made here. */
  readonly serverOrder: (orderBy: readonly OrderBy[]) => readonly string[] | null;
  readonly compare: (orderBy: readonly OrderBy[]) => (left: Item, right: Item) => number;
  readonly keptOrder: (orderBy: readonly OrderBy[]) => KeptOrder<Item>;
  /** Whether all databases agree on the order. */
  readonly isNumeric: (orderBy: readonly OrderBy[]) => boolean;
  readonly id: (item: Item) => string;
  readonly stage: (item: Item) => "active" | "deleted";
  /** Which experiment it belongs to; null where that was not asked. */
  readonly experiment: (item: Item) => string | null;
}

/** A search, and whom it is asked of. */
export interface Search<Item> {
  readonly kind: SearchKind<Item>;
  /** The experiments to search in; none where the kind has none. */
  readonly ids: readonly string[];
  readonly filter: Filter | null;
  readonly orderBy: readonly OrderBy[];
  readonly view: View;
  readonly limit: number;
  readonly pageSize: number;
  /** True where a row that would be left out is an error. */
  readonly whole?: boolean;
  /** The version of an MLflow server; null for one that is not MLflow's own. */
  readonly version: () => Promise<string | null>;
  readonly notes: Notes;
  /** Where pages come from, for errors. */
  readonly url: string;
  readonly fetch: (request: PageRequest) => Promise<Page<Item>>;
}

/** What of a search is asked of the server. */
export interface Plan {
  readonly pushdown: Pushdown;
  /** Null where all is asked for, to be sorted here. */
  readonly orderBy: readonly string[] | null;
}

/** The rows of a page. */
export interface KeptRows<Item> {
  /** As the server gave them, without those that came before. */
  readonly all: readonly Item[];
  /** Those that were asked for. */
  readonly kept: readonly Item[];
  /** Whether each row was asked for. */
  readonly isWhole: boolean;
}

/** Reads the pages of one question, one after the other. */
export interface Reading<Item> {
  /** Whether there are no more pages. */
  readonly isDone: () => boolean;
  readonly next: (maxResults: number) => Promise<KeptRows<Item>>;
}

/** Asks nothing yet. */
export function openReading<Item>(search: Search<Item>, plan: Plan): Reading<Item> {
  const seen = new Set<string>();
  const tokenOf = pageTokens("POST", search.url);
  const isKept = holder(search, plan);
  let token: string | null = null;
  let isDone = false;
  return {
    isDone: () => isDone,
    next: async (maxResults) => {
      const page: Page<Item> = await search.fetch({
        ids: search.ids,
        filter: plan.pushdown.server,
        orderBy: plan.orderBy ?? [],
        maxResults,
        token,
      });
      const [problem] = page.problems ?? [];
      const isNothing = seen.size + page.items.length === 0 && page.next === null;
      const unread = search.whole === true
        ? page.problems?.find(({ isShown }) => !isShown)
        : isNothing
        ? problem
        : undefined;
      if (unread !== undefined) {
        throw badReply("POST", search.url, `the reply is not MLflow's: ${unread.what}`);
      }
      search.notes.rows(page.problems ?? []);
      const all = page.items.filter((item) => isNew(seen, search.kind.id(item)));
      if (all.length < page.items.length) search.notes.tell("repeats", search.kind.noun);
      token = tokenOf(page, all.length);
      isDone = token === null;
      const kept = all.filter(isKept);
      return { all, kept, isWhole: kept.length === page.items.length };
    },
  };
}

function isNew(seen: Set<string>, id: string): boolean {
  const before = seen.size;
  return seen.add(id).size > before;
}

/** Whether a row was asked for. */
function holder<Item>(
  { kind, ids, filter, view, notes }: Search<Item>,
  { pushdown: { kept } }: Plan,
): (item: Item) => boolean {
  const asked = new Set(ids);
  return (item) => {
    const experiment = kind.experiment(item);
    if (experiment !== null && !asked.has(experiment)) {
      notes.tell("experiments", kind.noun);
      return false;
    }
    if (view !== "all" && kind.stage(item) !== view) {
      notes.tell("view", kind.noun);
      return false;
    }
    if (filter === null || kind.matches(filter, item)) return true;
    // What was not sent, or is let through by some of MLflow's versions, is no fault of the server.
    if (kept !== null && !kind.matches(kept, item)) notes.tell("filter", kind.noun);
    return false;
  };
}
