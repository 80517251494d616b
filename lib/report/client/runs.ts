// The comparison page's state: which runs are shown, in which order, which are ticked, and who wants
// to know. Parts of the page read it and change it here, and never one another.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import { betterOf, type Column, columnId, type Table } from "./columns.ts";
import { frontOf } from "./front.ts";
import { matches, type Query, readQuery } from "./query.ts";

/** Numbers of a column that are shown, both ends included. */
export interface Range {
  readonly kind: "range";
  readonly column: Column;
  readonly low: number;
  readonly high: number;
}

/** Texts of a param that are shown, by their codes. */
export interface Choice {
  readonly kind: "choice";
  readonly column: Column & { readonly kind: "param" };
  readonly codes: ReadonlySet<number>;
}

export interface Runs {
  readonly table: Table;
  /** Positions of the runs shown, in order. */
  order: Uint32Array;
  sort: { readonly column: Column; readonly descending: boolean };
  find: Query;
  /** By the id of their column. */
  readonly filters: Map<string, Range | Choice>;
  /** Runs that never traded are not shown. */
  hidesIdle: boolean;
  /** Of runs whose returns are alike the best one is shown alone. */
  onePerCluster: boolean;
  /** Runs that no other shown one beats on both axes of the map are shown alone. */
  onFront: boolean;
  /** Null where no two columns are shared. */
  axes: { readonly x: Column; readonly y: Column } | null;
  readonly columns: Column[];
  /** Ticked runs and the place of each one's colour. */
  readonly selected: Map<number, number>;
  readonly listeners: ((what: Change) => void)[];
}

/** Whether runs have only changed places. */
export type Change = "order" | "all";

/** Runs that may be ticked: as many as there are colours that can be told apart. */
export const COLOURS = 8;

export function changed(runs: Runs, what: Change = "all"): void {
  for (const listener of runs.listeners) listener(what);
}

/** Which way a first click sorts: the good end on top. */
export function firstDescending(table: Table, column: Column): boolean {
  if (column.kind === "metric") return betterOf(table, column) !== "lower";
  return column.kind !== "name" && column.kind !== "param";
}

/** Sets what is looked for, from text. */
export function setFind(runs: Runs, text: string): void {
  runs.find = readQuery(runs.table, text);
}

/** Finds and orders; runs without a value, then those without a rank, come last either way. */
export function arrange(runs: Runs): void {
  const { table, sort: { column, descending } } = runs;
  const keys = table.keys(column);
  const found = keptRuns(runs);
  const sign = descending ? -1 : 1;
  // One number to sort by: what has none is beyond all others, what has no rank beyond even that.
  const weights = new Float64Array(table.data.count);
  for (const run of found) {
    const key = keys[run] ?? NaN;
    weights[run] = table.unranked[run] === 1 ? Infinity : Number.isNaN(key) ? 1e308 : sign * key;
  }
  found.sort((one, other) => (weights[one] as number) - (weights[other] as number) || one - other);
  runs.order = narrowed(runs, found);
}

/** Runs that pass each filter on its own. */
function keptRuns(runs: Runs): Uint32Array {
  const { table, filters, hidesIdle } = runs;
  const { count } = table.data;
  const kept = new Uint8Array(count).fill(1);
  if (hidesIdle) { for (const run of table.data.idle) kept[run] = 0; }
  for (const filter of filters.values()) {
    if (filter.kind === "range") {
      const values = table.numbers(filter.column);
      for (let run = 0; run < count; run++) {
        const value = values[run] as number;
        if (!(value >= filter.low && value <= filter.high)) kept[run] = 0;
      }
    } else {
      const { codes } = table.setting(filter.column.index);
      for (let run = 0; run < count; run++) {
        if (!filter.codes.has(codes[run] as number)) kept[run] = 0;
      }
    }
  }
  matches(table, runs.find, kept);
  const found = new Uint32Array(count);
  let length = 0;
  for (let run = 0; run < count; run++) if (kept[run] === 1) found[length++] = run;
  return found.subarray(0, length);
}

/** Filters that look at all the runs that are left. */
function narrowed(runs: Runs, found: Uint32Array): Uint32Array {
  const { table } = runs;
  let left = found;
  if (runs.onePerCluster && table.data.shared !== null) {
    const { runs: shared, clusters } = table.data.shared;
    const clusterOf = new Map(shared.map((run, place) => [run, clusters[place] ?? place]));
    const seen = new Set<number>();
    left = left.filter((run) => {
      const cluster = clusterOf.get(run);
      if (cluster === undefined) return true;
      if (seen.has(cluster)) return false;
      seen.add(cluster);
      return true;
    });
  }
  if (runs.onFront && runs.axes !== null) {
    const front = new Set(frontOf(table, left, runs.axes));
    left = left.filter((run) => front.has(run));
  }
  return left;
}

/** Ticks or lets go; a new one takes the first free colour. False where all colours are taken. */
export function toggle(runs: Runs, run: number): boolean {
  if (runs.selected.delete(run)) return true;
  if (runs.selected.size >= COLOURS) return false;
  const taken = new Set(runs.selected.values());
  let place = 0;
  while (taken.has(place)) place++;
  runs.selected.set(run, place);
  return true;
}

/** Ticks the first runs that have a rank. */
export function selectTop(runs: Runs, count: number): void {
  runs.selected.clear();
  let ticked = 0;
  for (const run of runs.order) {
    if (ticked === count || runs.table.unranked[run] === 1) break;
    toggle(runs, run);
    ticked++;
  }
}

/** The best value shown of a column with a good end; NaN, equal to nothing, otherwise. */
export function bestOf({ table, order }: Pick<Runs, "table" | "order">, column: Column): number {
  const better = betterOf(table, column);
  if (better === "none") return NaN;
  const values = table.numbers(column);
  let best = NaN;
  for (const run of order) {
    const value = values[run] as number;
    if (Number.isNaN(value) || table.unranked[run] === 1) continue;
    if (Number.isNaN(best) || (better === "higher" ? value > best : value < best)) best = value;
  }
  return best;
}

/** Sets a filter, or takes it away. */
export function setFilter(runs: Runs, column: Column, filter: Range | Choice | null): void {
  if (filter === null) runs.filters.delete(columnId(column));
  else runs.filters.set(columnId(column), filter);
}
