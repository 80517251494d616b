// What a search came to besides its runs: whether there are more than were asked for, how many, and
// whether it looked at a metric or param that no run has. Learnt while the pages pass, for none of them
// is kept.

import { type Field, fieldsOf, type Filter, type OrderBy } from "../filter/mod.ts";
import { nearestNames } from "../nearest.ts";
import type { Run, View } from "../tracker.ts";
import { distinctLength } from "../output/layout.ts";
import type { Session } from "./session.ts";

/** What to search for, and where. */
export interface Search {
  /** Files of stores; none: the server or store that is set. */
  readonly stores: readonly string[];
  /** Names or ids; none: the environment's, else all active experiments. */
  readonly experiments: readonly string[];
  readonly filter: Filter | null;
  readonly orderBy: readonly OrderBy[];
  readonly view: View;
  readonly limit: number;
}

/** What is known once the pages have been read. */
export interface Found {
  /** How many runs came. */
  count: number;
  /** True when the limit kept others back. */
  hasMore: boolean;
  /** How many there are with those; null where that is not known without reading them. */
  total: number | null;
  /** How many characters of a run's id tell it from all others, as far as is known. */
  idLength: number;
}

/** Before any page has come. */
export function nothingYet(): Found {
  return { count: 0, hasMore: false, total: null, idLength: 0 };
}

/** How many runs to ask for to learn whether there are more than the limit. */
export function oneMore(limit: number): number {
  return limit + 1;
}

/** The pages up to the limit; `found` says the rest once they have passed. */
export async function* upTo(
  limit: number,
  pages: AsyncIterable<readonly Run[]>,
  found: Found,
): AsyncIterable<readonly Run[]> {
  for await (const page of pages) {
    const room = limit - found.count;
    found.hasMore = page.length > room;
    const shown = found.hasMore ? page.slice(0, room) : page;
    found.count += shown.length;
    if (shown.length > 0) yield shown;
    if (found.hasMore) return;
  }
}

/** Of an open store or server: the pages, then what only it can say. */
export async function* learning(
  session: Session,
  search: Search,
  experimentIds: readonly string[],
  pages: AsyncIterable<readonly Run[]>,
  found: Found,
): AsyncIterable<readonly Run[]> {
  const ids: string[] = [];
  const keys = new Set<string>();
  for await (const page of upTo(search.limit, pages, found)) {
    for (const run of page) {
      if (ids.length < MANY_IDS) ids.push(run.id);
      addKeys(keys, run);
    }
    yield page;
  }
  if (!session.backends.readsServer) {
    const store = await session.backends.storeToRead();
    const { filter, view } = search;
    if (found.hasMore) found.total = store.countRuns({ experimentIds, filter, view });
  }
  if (ids.length < MANY_IDS) found.idLength = await idLength(session, ids);
  await noteUnknown(session, search, experimentIds, { count: found.count, keys });
}

/** How many characters tell these ids from all others, as far as is known where the runs are. */
export async function idLength({ backends }: Session, ids: readonly string[]): Promise<number> {
  return backends.readsServer ? distinctLength(ids) : (await backends.storeToRead()).keyLength(ids);
}

/** A table so long is not one to copy an id from. */
const MANY_IDS = 1000;
/** Runs that are looked at for the names they have, where a filter found none. */
const LOOKED_AT = 100;

/**
 * A filter that finds nothing, or an order that sorts nothing, because no run has the metric or param:
 * a slip of the pen that a server answers in silence.
 */
async function noteUnknown(
  { context, tracker }: Session,
  { filter, orderBy, view }: Search,
  experimentIds: readonly string[],
  came: { readonly count: number; readonly keys: ReadonlySet<string> },
): Promise<void> {
  const wanted: Pick<Field, "entity" | "key">[] = [];
  let { keys, count } = came;
  if (count > 0) wanted.push(...orderBy);
  else if (filter !== null) {
    wanted.push(...fieldsOf(filter.expression), ...orderBy);
    if (!wanted.some(({ entity }) => FAMILIES.has(entity))) return;
    const query = { experimentIds, filter: null, orderBy: [], view, limit: LOOKED_AT };
    const seen = new Set<string>();
    for await (const page of tracker.searchRuns(query)) {
      count += page.length;
      for (const run of page) addKeys(seen, run);
    }
    keys = seen;
    if (count === 0) return;
  }
  // Sorted by what some runs have, those come first: one that no run shown has, none has.
  const who = came.count > 0 || count < LOOKED_AT
    ? "no run has"
    : `none of the newest ${count} runs has`;
  const said = new Set<string>();
  for (const { entity, key } of wanted) {
    const name = `${entity}s.${key}`;
    if (!FAMILIES.has(entity) || keys.has(name) || said.has(name)) continue;
    said.add(name);
    const alike = [...keys].filter((known) => known.startsWith(`${entity}s.`))
      .map((known) => known.slice(entity.length + 2));
    const [near] = nearestNames(key, alike);
    context.note(`${who} ${entity} ${key}${near === undefined ? "" : `; did you mean ${near}?`}`);
  }
}

const FAMILIES: ReadonlySet<string> = new Set(["metric", "param"]);

function addKeys(keys: Set<string>, { metrics, params }: Run): void {
  for (const key of Object.keys(metrics)) keys.add(`metrics.${key}`);
  for (const key of Object.keys(params)) keys.add(`params.${key}`);
}
