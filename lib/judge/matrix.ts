// The returns of many runs on the rows that they have in common. Runs of one sweep mostly share their
// dates, so those are compared once for each different set of dates, and where a run has no other
// rows its column is the very array that was given: ten thousand runs cost no second copy.

import { DAY_MS } from "../civil.ts";
import { deviationOf, type Returns } from "../metrics/mod.ts";

/** Returns on common rows. */
export interface CommonRows {
  /** Times in ms of the rows; null where the runs have no dates and are matched by position. */
  readonly dates: Float64Array | null;
  /** Number of rows. */
  readonly rows: number;
  /** The kept runs' returns, a column each. They may be the arrays given: not to be changed. */
  readonly columns: readonly Float64Array[];
  /** Which of the series given the columns are. */
  readonly kept: readonly number[];
  /** Which are left out, and why. */
  readonly leftOut: readonly LeftOut[];
  /** Dates that some of the kept runs have and not all. */
  readonly rowsCut: number;
}

/** A series that is no column. */
export interface LeftOut {
  readonly index: number;
  readonly reason: string;
}

/** Runs with the same dates. Without dates the position stands for the date. */
interface Group {
  readonly dates: Float64Array;
  readonly members: number[];
}

/** A run that lacks more than this share of the dates that most have is left out. */
const MOST_LACKING = 0.1;
/** Spacings differ when one is longer than the other by more than this factor: a month is not. */
const SAME_SPACING = 1.5;

/**
 * Finds the common rows: of the dates that more than half of the runs have, those that all have which
 * lack at most a tenth of them. A run is left out when it has no returns (null) or one row, never varies
 * (a standard deviation of at most 1e-12 of its largest return), has another usual spacing than most,
 * lacks more dates, or has no dates where others do. Where none has dates, rows are matched by position
 * among the runs of the length that more than half have. Runs with equal returns stay columns.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const run = (...values: number[]) => ({ dates: null, values: Float64Array.from(values) });
 * const { kept, leftOut } = commonRows([run(0.01, 0.02), run(0.02, 0.01), run(0, 0)]);
 * assertEquals(kept, [0, 1]);
 * assertEquals(leftOut, [{ index: 2, reason: "its returns never vary" }]);
 * ```
 */
export function commonRows(series: readonly (Returns | null)[]): CommonRows {
  const leftOut = new Map<number, string>();
  series.forEach((one, index) => {
    if (one === null) leftOut.set(index, "it has no returns");
    else if (one.values.length < 2) leftOut.set(index, "it has fewer than two rows");
    else if (!(deviationOf(one.values) > 0)) leftOut.set(index, "its returns never vary");
  });
  const isDated = series.some((one, index) =>
    one !== null && one.dates !== null && !leftOut.has(index)
  );
  const groups = groupByDates(series, isDated, leftOut);
  if (isDated) {
    leaveOutOtherSpacings(groups, leftOut);
    leaveOutLacking(groups, leftOut);
  } else leaveOutOtherLengths(groups, leftOut);
  const kept = groups.filter(({ members }) => members.some((index) => !leftOut.has(index)));
  const { rows, held } = sharedDates(kept);
  const columns = new Map<number, Float64Array>();
  for (const group of kept) fillColumns(group, rows, series, leftOut, columns);
  const order = [...columns.keys()].sort((one, other) => one - other);
  return {
    dates: isDated ? rows : null,
    rows: rows.length,
    columns: order.map((index) => columns.get(index) as Float64Array),
    kept: order,
    leftOut: [...leftOut].sort(([one], [other]) => one - other)
      .map(([index, reason]) => ({ index, reason })),
    rowsCut: held - rows.length,
  };
}

/** The runs not left out yet by their dates; those without dates only where none has any. */
function groupByDates(
  series: readonly (Returns | null)[],
  isDated: boolean,
  leftOut: Map<number, string>,
): readonly Group[] {
  const byArray = new Map<Float64Array | number, Group>();
  const byText = new Map<string, Group[]>();
  series.forEach((one, index) => {
    if (one === null || leftOut.has(index)) return;
    if (isDated && one.dates === null) {
      leftOut.set(index, "it has no dates, and other runs have");
      return;
    }
    const key = one.dates ?? one.values.length;
    const known = byArray.get(key) ?? equalGroup(byText, one.dates ?? positions(one.values.length));
    byArray.set(key, known);
    known.members.push(index);
  });
  return [...byText.values()].flat();
}

function positions(rows: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => row);
}

/** The group with equal dates, a new one where there is none. */
function equalGroup(groups: Map<string, Group[]>, dates: Float64Array): Group {
  const text = `${dates.length} ${dates[0]} ${dates.at(-1)}`;
  const alike = groups.get(text) ?? [];
  groups.set(text, alike);
  const found = alike.find((group) => isEqual(group.dates, dates));
  if (found !== undefined) return found;
  const group = { dates, members: [] };
  alike.push(group);
  return group;
}

function isEqual(one: Float64Array, other: Float64Array): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  for (let row = 0; row < one.length; row++) if (one[row] !== other[row]) return false;
  return true;
}

/** How many of the runs in a group are still in. */
function sizeOf({ members }: Group, leftOut: ReadonlyMap<number, string>): number {
  return members.reduce((count, index) => count + (leftOut.has(index) ? 0 : 1), 0);
}

function leave(group: Group, reason: string, leftOut: Map<number, string>): void {
  for (const index of group.members) {
    if (!leftOut.has(index)) leftOut.set(index, reason);
  }
}

/** Without dates only runs of one length can be taken to have the same rows. */
function leaveOutOtherLengths(groups: readonly Group[], leftOut: Map<number, string>): void {
  const runs = groups.reduce((sum, group) => sum + sizeOf(group, leftOut), 0);
  const usual = groups.find((group) => sizeOf(group, leftOut) > runs / 2);
  for (const group of groups) {
    if (group === usual) continue;
    const others = usual === undefined
      ? "and no length is that of most runs"
      : `most runs have ${usual.dates.length}`;
    leave(group, `it has ${group.dates.length} rows without dates, ${others}`, leftOut);
  }
}

function leaveOutOtherSpacings(groups: readonly Group[], leftOut: Map<number, string>): void {
  const spacings = groups.map(({ dates }) => usualSpacing(dates));
  let usual = NaN;
  let most = 0;
  for (const spacing of spacings) {
    const count = groups.reduce(
      (sum, group, at) =>
        sum + (isSame(spacing, spacings[at] as number) ? sizeOf(group, leftOut) : 0),
      0,
    );
    if (count > most) [usual, most] = [spacing, count];
  }
  groups.forEach((group, at) => {
    const spacing = spacings[at] as number;
    if (Number.isNaN(spacing) || isSame(spacing, usual)) return;
    const [own, others] = [inDays(spacing), inDays(usual)];
    leave(group, `its rows are ${own} days apart, most runs' are ${others}`, leftOut);
  });
}

/** The median step in ms; NaN below three rows, which have no usual one. */
function usualSpacing(dates: Float64Array): number {
  if (dates.length < 3) return NaN;
  const steps = dates.subarray(1).map((date, row) => date - (dates[row] as number)).sort();
  return steps[steps.length >> 1] as number;
}

function isSame(one: number, other: number): boolean {
  return Math.max(one, other) <= SAME_SPACING * Math.min(one, other);
}

function inDays(ms: number): string {
  return String(Number((ms / DAY_MS).toPrecision(3)));
}

function leaveOutLacking(groups: readonly Group[], leftOut: Map<number, string>): void {
  const holders = new Map<number, number>();
  let runs = 0;
  for (const group of groups) {
    const size = sizeOf(group, leftOut);
    if (size === 0) continue;
    runs += size;
    for (const date of group.dates) holders.set(date, (holders.get(date) ?? 0) + size);
  }
  let most = 0;
  for (const count of holders.values()) if (count > runs / 2) most++;
  for (const group of groups) {
    let held = 0;
    for (const date of group.dates) if ((holders.get(date) ?? 0) > runs / 2) held++;
    const lacking = most - held;
    if (lacking > MOST_LACKING * most) {
      leave(group, `it lacks ${lacking} of the ${most} rows that most runs have`, leftOut);
    } else if (most === 0) leave(group, "no row is in more than half of the runs", leftOut);
  }
}

/** The dates that all groups have, ascending, and how many dates any of them has. */
function sharedDates(
  groups: readonly Group[],
): { readonly rows: Float64Array; readonly held: number } {
  const [first] = groups;
  if (first === undefined) return { rows: new Float64Array(0), held: 0 };
  if (groups.length === 1) return { rows: first.dates, held: first.dates.length };
  const holders = new Map<number, number>();
  for (const { dates } of groups) {
    for (const date of dates) holders.set(date, (holders.get(date) ?? 0) + 1);
  }
  const rows = first.dates.filter((date) => holders.get(date) === groups.length);
  return { rows, held: holders.size };
}

/** Takes the common rows out of each member; one that never varies on them is left out after all. */
function fillColumns(
  { dates, members }: Group,
  rows: Float64Array,
  series: readonly (Returns | null)[],
  leftOut: Map<number, string>,
  into: Map<number, Float64Array>,
): void {
  const places = rows.length === dates.length ? null : placesOf(rows, dates);
  for (const index of members) {
    const values = series[index]?.values;
    if (values === undefined || leftOut.has(index)) continue;
    if (places === null) {
      into.set(index, values);
      continue;
    }
    const column = Float64Array.from(places, (place) => values[place] as number);
    if (deviationOf(column) > 0) into.set(index, column);
    else leftOut.set(index, `its returns never vary on the ${rows.length} rows that all have`);
  }
}

/** Where the rows, which are all among the dates, stand in them. */
function placesOf(rows: Float64Array, dates: Float64Array): Uint32Array {
  const places = new Uint32Array(rows.length);
  let at = 0;
  rows.forEach((row, index) => {
    while (dates[at] !== row) at++;
    places[index] = at;
  });
  return places;
}
