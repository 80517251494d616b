// Whether rows that a server gave stand in the order that it was asked for. Numbers leave no doubt;
// texts are sorted by each database in its own way, so two texts are out of order only where no way
// that is known puts them so.

import type { FilterableExperiment, FilterableRun } from "./evaluate.ts";
import type { Scope } from "./fields.ts";
import {
  compareExperimentKeys,
  compareRunKeys,
  compareText,
  type CompareTexts,
  type OrderBy,
  withDefault,
} from "./order.ts";

/** What is to be known of an order to hold rows against it. */
export interface KeptOrder<Row> {
  /** Whether `left` may come before `right`. */
  readonly allows: (left: Row, right: Row) => boolean;
  /** Whether the keys of both are equal. */
  readonly ties: (left: Row, right: Row) => boolean;
  /** The order from its other end: a server that keeps to it begins with other rows. */
  readonly reversed: readonly OrderBy[];
}

const START: OrderBy = by("start_time", true);
const CREATION: OrderBy = by("creation_time", true);

/** The order of runs; without keys the latest start comes first. */
export function keptRunOrder(orderBy: readonly OrderBy[]): KeptOrder<FilterableRun> {
  return kept(orderBy.length > 0 ? orderBy : [START], START, compareRunKeys);
}

/** The order of experiments; without keys the newest come first. */
export function keptExperimentOrder(
  orderBy: readonly OrderBy[],
): KeptOrder<FilterableExperiment> {
  return kept(orderBy.length > 0 ? orderBy : [CREATION], CREATION, compareExperimentKeys);
}

/** Whether an order goes by numbers alone, in which all databases agree. */
export function isNumeric(orderBy: readonly OrderBy[], scope: Scope): boolean {
  const clauses = scope === "experiments" ? withDefault(orderBy) : orderBy;
  return clauses.every(({ entity, key }) => entity === "metric" || NUMERIC.has(key));
}

const NUMERIC: ReadonlySet<string> = new Set([
  "start_time",
  "end_time",
  "duration",
  "creation_time",
  "last_update_time",
]);

function kept<Row>(
  orderBy: readonly OrderBy[],
  time: OrderBy,
  compare: (
    orderBy: readonly OrderBy[],
    texts?: CompareTexts,
  ) => (left: Row, right: Row) => number,
): KeptOrder<Row> {
  const ways = [compareText, collator.compare, compareBare].map((texts) => compare(orderBy, texts));
  const exact = compare(orderBy);
  const isTimed = orderBy.some(({ entity, key }) => entity === time.entity && key === time.key);
  return {
    allows: (left, right) => ways.some((way) => way(left, right) <= 0),
    ties: (left, right) => exact(left, right) === 0,
    reversed: (isTimed ? orderBy : [...orderBy, time]).map(turned),
  };
}

function by(key: string, descending: boolean): OrderBy {
  return { text: `${key} ${descending ? "DESC" : "ASC"}`, entity: "attribute", key, descending };
}

function turned(clause: OrderBy): OrderBy {
  return { ...clause, descending: !clause.descending };
}

const collator = new Intl.Collator("en");

/** Letters and digits alone, as some languages' rules have it. */
function compareBare(left: string, right: string): number {
  return compareText(bare(left), bare(right));
}

function bare(text: string): string {
  return text.normalize("NFD").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}
