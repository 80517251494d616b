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
  /** The metrics and params that are to be shown or grouped by, where any are chosen. */
  readonly chosen?: readonly Key[];
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
  const known = new Set<string>();
  let unseen: readonly Key[] = search.orderBy.slice(0, 1).filter(isOfRuns);
  let empty: readonly Key[] = search.chosen ?? [];
  for await (const page of upTo(search.limit, pages, found)) {
    for (const run of page) {
      if (ids.length < LOOKED_AT) {
        ids.push(run.id);
        addKeys(known, run);
      }
      if (unseen.length > 0) unseen = unseen.filter((key) => !hasKey(run, key));
      if (empty.length > 0) empty = empty.filter((key) => !hasKey(run, key));
    }
    yield page;
  }
  if (!session.backends.readsServer) {
    const store = await session.backends.storeToRead();
    const { filter, view } = search;
    if (found.hasMore) found.total = store.countRuns({ experimentIds, filter, view });
  }
  found.idLength = await idLength(session, ids);
  // Sorted by what some runs have, those come first: what no run has that came, none has.
  const who = search.filter === null ? "no run has" : "no run found has";
  if (found.count === 0) return await noteFiltered(session, search, experimentIds);
  noteKeys(session, who, unseen, known);
  const told = new Set(unseen.map(nameOf));
  const rest = empty.filter((key) => !told.has(nameOf(key)));
  noteKeys(session, found.hasMore ? "none of these runs has" : who, rest, known);
}

/** How many characters tell these ids from all others, as far as is known where the runs are. */
export async function idLength({ backends }: Session, ids: readonly string[]): Promise<number> {
  return backends.readsServer ? distinctLength(ids) : (await backends.storeToRead()).keyLength(ids);
}

/** Runs whose ids are told apart, and that are looked at for the names they have. */
const LOOKED_AT = 100;

/** A metric or param that a filter, an order or a column names. */
type Key = Pick<Field, "entity" | "key">;

/** The metrics and params among columns: `metrics.NAME`, `params.NAME`. */
export function keysAmong(columns: readonly string[]): readonly Key[] {
  return columns.flatMap((column) => {
    const [, entity, key = ""] = /^(metric|param)s\.(.+)$/s.exec(column) ?? [];
    return entity === "metric" || entity === "param" ? [{ entity, key }] : [];
  });
}

function nameOf({ entity, key }: Key): string {
  return `${entity}s.${key}`;
}

function isOfRuns({ entity }: Key): boolean {
  return entity === "metric" || entity === "param";
}

function hasKey({ metrics, params }: Run, { entity, key }: Key): boolean {
  return Object.hasOwn(entity === "metric" ? metrics : params, key);
}

/** A filter that finds nothing because no run has what it looks at: a server answers that in silence. */
async function noteFiltered(
  session: Session,
  { filter, orderBy, view }: Search,
  experimentIds: readonly string[],
): Promise<void> {
  const wanted = [...filter === null ? [] : fieldsOf(filter.expression), ...orderBy].filter(
    isOfRuns,
  );
  if (filter === null || wanted.length === 0) return;
  const query = { experimentIds, filter: null, orderBy: [], view, limit: LOOKED_AT };
  const known = new Set<string>();
  let count = 0;
  for await (const page of session.tracker.searchRuns(query)) {
    count += page.length;
    for (const run of page) addKeys(known, run);
  }
  if (count === 0) return;
  const who = count < LOOKED_AT ? "no run has" : `none of the newest ${count} runs has`;
  noteKeys(
    session,
    who,
    wanted.filter((key) => !known.has(nameOf(key))),
    known,
  );
}

function noteKeys(
  { context }: Session,
  who: string,
  unknown: readonly Key[],
  known: ReadonlySet<string>,
): void {
  const said = new Set<string>();
  for (const { entity, key } of unknown) {
    const family = `${entity}s.`;
    if (said.has(family + key)) continue;
    said.add(family + key);
    const alike = [...known].filter((name) => name.startsWith(family))
      .map((name) => name.slice(family.length));
    const [near] = nearestNames(key, alike);
    context.note(`${who} ${entity} ${key}${near === undefined ? "" : `; did you mean ${near}?`}`);
  }
}

function addKeys(keys: Set<string>, { metrics, params }: Run): void {
  for (const key of Object.keys(metrics)) keys.add(`metrics.${key}`);
  for (const key of Object.keys(params)) keys.add(`params.${key}`);
}
