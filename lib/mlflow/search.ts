// A search whose every row is held against what was asked for, because servers that speak MLflow's
// protocol leave out parts of it: the filter, the order, all experiments but the first. What a server
// keeps to is streamed; what it does not is asked for whole, and done here. Pages are fetched when
// they are wanted, so memory stays flat unless an order must be made here.

import { TrackerError } from "../errors.ts";
import type { Pushdown } from "../filter/mod.ts";
import { badReply } from "./pages.ts";
import { type KeptRows, openReading, type Plan, type Reading, type Search } from "./reading.ts";

/** Fewer rows do not show whether they are in order. */
const TELLING_ROWS = 20;
/** By chance, rows in no order look sorted once in so many times. */
const TELLING_ODDS = 1e6;
/** So many experiments are asked for one by one to make sure that nothing is in any. */
const FEW_EXPERIMENTS = 20;
/** Sorted here, they are all in memory. */
const MAX_SORTED = 1_000_000;
const NOTHING: Pushdown = { server: null, rest: null, kept: null };

/** The items of a search, page by page. */
export async function* searched<Item>(
  search: Search<Item>,
): AsyncGenerator<readonly Item[], void, undefined> {
  const { kind, filter, limit, pageSize } = search;
  if (limit <= 0) return;
  const pushdown = filter === null ? NOTHING : kind.cut(filter, await search.version());
  const whole: Plan = { pushdown, orderBy: kind.serverOrder(search.orderBy) };
  const opened = await open(search, whole);
  if (opened === null || !await readsAll(search, opened)) {
    yield* pagesOf(await oneByOne(search, opened !== null), pageSize);
    return;
  }
  const { reading, first } = opened;
  if (!reading.isDone() && await keepsOrder(search, opened)) yield* inOrder(search, reading, first);
  else yield* pagesOf(await allSorted(search, reading, first), pageSize);
}

interface Opened<Item> {
  readonly plan: Plan;
  readonly reading: Reading<Item>;
  readonly first: KeptRows<Item>;
}

/**
 * The first page. What a server that is not MLflow's own refuses is left out of the question: the
 * order, the filter, then both; null where it refuses several experiments at once.
 */
async function open<Item>(search: Search<Item>, whole: Plan): Promise<Opened<Item> | null> {
  const begin = async (plan: Plan): Promise<Opened<Item>> => {
    const reading = openReading(search, plan);
    const enough = Math.min(search.pageSize, Math.max(search.limit, TELLING_ROWS));
    const first = await reading.next(plan.orderBy === null ? search.pageSize : enough);
    return { plan, reading, first };
  };
  try {
    return await begin(whole);
  } catch (refused) {
    if (!isRefusal(refused) || await search.version() !== null) throw refused;
    for (const plan of simpler(whole)) {
      try {
        const opened = await begin(plan);
        const { noun } = search.kind;
        if (plan.orderBy === null && whole.orderBy !== null) search.notes.tell("order", noun);
        if (plan.pushdown !== whole.pushdown) search.notes.tell("refusedFilter", noun);
        return opened;
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    }
    if (search.ids.length > 1) return null;
    throw refused;
  }
}

/** The server understood, and does not do what it is asked. */
function isRefusal(error: unknown): error is TrackerError {
  return error instanceof TrackerError && [400, 413, 414, 422, 501].includes(error.status);
}

function simpler({ pushdown, orderBy }: Plan): readonly Plan[] {
  const isOrdered = orderBy !== null && orderBy.length > 0;
  const isFiltered = pushdown.server !== null;
  return [
    ...(isOrdered ? [{ pushdown, orderBy: null }] : []),
    ...(isFiltered ? [{ pushdown: NOTHING, orderBy }] : []),
    ...(isOrdered && isFiltered ? [{ pushdown: NOTHING, orderBy: null }] : []),
  ];
}

/** Whether a server asked for several experiments reads all of them: GitLab reads the first. */
async function readsAll<Item>(
  search: Search<Item>,
  { plan, first }: Opened<Item>,
): Promise<boolean> {
  const { ids, kind } = search;
  if (ids.length < 2) return true;
  const from = new Set(
    first.all.map((item) => kind.experiment(item) ?? "")
      .filter((id) => ids.includes(id)),
  );
  if (from.size > 1) return true;
  // From the other end of the list the same rows come again, unless only an end of it is read.
  const turned = openReading({ ...search, ids: ids.toReversed() }, plan);
  const { all, kept } = await turned.next(TELLING_ROWS);
  if (from.size === 1) return all.some((item) => from.has(kind.experiment(item) ?? ""));
  if (kept.length > 0) return false;
  return ids.length > FEW_EXPERIMENTS && await search.version() !== null;
}

/** What each experiment has, asked for by itself; merged, sorted and cut. */
async function oneByOne<Item>(search: Search<Item>, isTold: boolean): Promise<readonly Item[]> {
  const found: Item[] = [];
  for (const id of search.ids) {
    for await (const page of searched({ ...search, ids: [id] })) {
      addAll(search, found, page);
    }
  }
  if (found.length > 0 || !isTold) search.notes.tell("experiments", search.kind.noun);
  return found.sort(search.kind.compare(search.orderBy)).slice(0, search.limit);
}

/** Whether the first page shows that the server sorts as it was asked to. */
async function keepsOrder<Item>(
  search: Search<Item>,
  { plan, first }: Opened<Item>,
): Promise<boolean> {
  const { kind, orderBy, notes } = search;
  if (plan.orderBy === null) return false;
  const order = kind.keptOrder(orderBy);
  const isKept = isInOrder(first.all, order.allows);
  if (orderBy.length === 0) return isKept;
  if (isKept) {
    const unasked = kind.keptOrder([]);
    const chance = isTelling(first.all, order.ties) && !isInOrder(first.all, unasked.allows) &&
      !isInOrder(first.all.toReversed(), unasked.allows);
    if (chance && await search.version() !== null) return true;
    if (await turnsRound(search, plan, first.all)) return true;
    if (
      isInOrder(first.all, (left, right) => order.ties(left, right) && unasked.ties(left, right))
    ) {
      return false;
    }
  }
  notes.tell("order", kind.noun);
  return false;
}

function isInOrder<Item>(
  items: readonly Item[],
  allows: (left: Item, right: Item) => boolean,
): boolean {
  return items.every((item, index) => {
    const before = items[index - 1];
    return before === undefined || allows(before, item);
  });
}

/** Whether rows in order can hardly be so by chance: in how many ways could they stand? */
function isTelling<Item>(
  items: readonly Item[],
  ties: (left: Item, right: Item) => boolean,
): boolean {
  let ways = 1;
  let alike = 0;
  items.forEach((item, index) => {
    const before = items[index - 1];
    alike = before !== undefined && ties(before, item) ? alike + 1 : 1;
    ways *= (index + 1) / alike;
  });
  return ways > TELLING_ODDS;
}

/** Asked for the order from its other end, a server that sorts begins with other rows. */
async function turnsRound<Item>(
  search: Search<Item>,
  plan: Plan,
  first: readonly Item[],
): Promise<boolean> {
  const { kind } = search;
  const { reversed } = kind.keptOrder(search.orderBy);
  const orderBy = kind.serverOrder(reversed);
  if (orderBy === null) return false;
  try {
    const { all } = await openReading(search, { ...plan, orderBy }).next(TELLING_ROWS);
    const known = new Set(first.map(kind.id));
    return all.some((item) => !known.has(kind.id(item))) &&
      isInOrder(all, kind.keptOrder(reversed).allows);
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** Pages as they come, each held against the order. */
async function* inOrder<Item>(
  search: Search<Item>,
  reading: Reading<Item>,
  first: KeptRows<Item>,
): AsyncGenerator<readonly Item[], void, undefined> {
  const { kind, orderBy, pageSize, limit } = search;
  const { allows } = kind.keptOrder(orderBy);
  let left = limit;
  let page = first;
  let asked = Math.min(pageSize, Math.max(limit, TELLING_ROWS));
  let last = first.all.slice(-1);
  for (;;) {
    if (page.kept.length > 0) yield page.kept.slice(0, left);
    left -= page.kept.length;
    if (reading.isDone() || left <= 0) return;
    asked = Math.min(pageSize, page.isWhole ? left : asked * PAGE_GROWTH);
    page = await reading.next(asked);
    const rows = [...last, ...page.all];
    if (orderBy.length > 0 && !isInOrder(rows, allows)) lateDisorder(search);
    last = rows.slice(-1);
  }
}

/** Where few rows are wanted and many are turned down, pages grow. */
const PAGE_GROWTH = 4;

/** Texts may be sorted by rules that are not known here; numbers may not. */
function lateDisorder<Item>({ kind, orderBy, notes, url }: Search<Item>): void {
  if (!kind.isNumeric(orderBy)) return notes.tell("lateOrder", kind.noun);
  throw badReply(
    "POST",
    url,
    `the server's ${kind.noun} are in the order asked for at first, and not further on, so that ` +
      "none can be said to be the first; narrow the search, or ask without an order",
  );
}

/** All that the server has, sorted and cut here. */
async function allSorted<Item>(
  search: Search<Item>,
  reading: Reading<Item>,
  first: KeptRows<Item>,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  addAll(search, found, first.kept);
  while (!reading.isDone()) addAll(search, found, (await reading.next(search.pageSize)).kept);
  return found.sort(search.kind.compare(search.orderBy)).slice(0, search.limit);
}

/** A page may have more items than a call takes arguments. */
function addAll<Item>(search: Search<Item>, found: Item[], items: readonly Item[]): void {
  for (const item of items) found.push(item);
  if (found.length <= MAX_SORTED) return;
  throw badReply(
    "POST",
    search.url,
    `the server gives more than ${MAX_SORTED} ${search.kind.noun} that must be sorted here; ` +
      "narrow the search",
  );
}

function* pagesOf<Item>(items: readonly Item[], pageSize: number): Iterable<readonly Item[]> {
  for (let from = 0; from < items.length; from += pageSize) {
    yield items.slice(from, from + pageSize);
  }
}
