// When the rows of a table were: results, payments and the openings of trades in one reading, since the
// order of day and month is that of all of them.

import { DAY_MS } from "../../civil.ts";
import { readDateColumn } from "../cells/date_column.ts";
import { type Fail, isLeftEmpty } from "../cells/number_column.ts";
import type { ReadOptions } from "../options.ts";
import type { TextTable } from "./table.ts";

/** The cells that are wanted of each row, by column. */
export interface TextCells {
  readonly places: number[];
  readonly columns: ReadonlyMap<number, string[]>;
}

/** Rows by what they are, as positions in the table. */
export interface SortedRows {
  readonly results: readonly number[];
  readonly openings: readonly number[];
  readonly money: readonly number[];
}

/** The times of a table. */
export interface Times {
  readonly dates: Float64Array | null;
  readonly money: Float64Array;
  readonly hasOffset: boolean;
  readonly isFiner: boolean;
  readonly isInstant: boolean;
  /** Days from entry to exit of each result; NaN where they are not known. */
  readonly heldDays: Float64Array;
  /** Of each result, where two times say it: 1 bought first, −1 sold first, 0 not known. */
  readonly sides: Int8Array;
  firstEntry(kept: readonly number[], group: readonly string[] | null, name: string): number | null;
}

/** Every date of the table in one reading: of results, of money, of entries. */
export function readTimes(
  table: TextTable,
  cells: TextCells,
  rows: SortedRows,
  options: ReadOptions,
  failIn: (kept: readonly number[]) => Fail,
): Times {
  const { choice } = table;
  const none = new Float64Array(0);
  const nothing = { hasOffset: false, isFiner: false, isInstant: false, firstEntry: () => null };
  if (choice.date === null) {
    return { dates: null, money: none, heldDays: none, sides: new Int8Array(0), ...nothing };
  }
  const column = (at: number): readonly string[] => cells.columns.get(at) as string[];
  // A payment in MetaTrader 4's list has the time of opening alone.
  const paidAt = (row: number): number =>
    choice.entry !== null && isLeftEmpty(column(choice.date as number)[row] as string)
      ? choice.entry
      : choice.date as number;
  const dateText = (row: number): string => {
    const first = column(choice.date as number)[row] as string;
    if (choice.dateParts === null || isLeftEmpty(first)) return first;
    const parts = choice.dateParts.map((at) => column(at)[row] as string);
    return [first, ...parts.length === 0 ? ["01"] : parts].join("-");
  };
  const text = (at: number, row: number): string => {
    const date = at === choice.date ? dateText(row) : column(at)[row] as string;
    return choice.clock === null || at !== choice.date
      ? date
      : `${date.replace(MIDNIGHT, "")} ${withColons(column(choice.clock)[row] as string)}`;
  };
  const entry = choice.entry;
  const opened = entry === null
    ? []
    : rows.results.filter((row) => !isLeftEmpty(column(entry)[row] as string));
  const parts = [
    { at: choice.date, rows: rows.results },
    { at: choice.date, rows: rows.money },
    { at: choice.date, rows: rows.openings },
    { at: entry ?? choice.date, rows: opened },
  ];
  const kept = parts.flatMap((part) => part.rows);
  const texts = parts.flatMap((part) =>
    part.rows.map((row) => text(part.rows === rows.money ? paidAt(row) : part.at, row))
  );
  const isHint = options.benchmark !== undefined;
  const { dates, reader } = readDateColumn(texts, { ...options, isHint }, failIn(kept));
  const results = rows.results.length;
  const money = rows.money.length;
  const openings = dates.subarray(results + money, results + money + rows.openings.length);
  const entries = dates.subarray(results + money + rows.openings.length);
  const sides = new Int8Array(results);
  if (choice.areSides) {
    const { fills } = choice;
    const sideByFill = (row: number): number => {
      if (fills === null) return 0;
      const [bought, sold] = fills.map((at) => Number(column(at)[row] || NaN));
      return Math.sign((sold as number) - (bought as number)) || 0;
    };
    putInOrder({ exits: dates, entries, sides }, rows.results, opened, sideByFill);
  }
  return {
    dates: dates.subarray(0, results),
    money: dates.subarray(results, results + money),
    hasOffset: reader.hasOffset,
    isFiner: reader.isFiner,
    isInstant: reader.isInstant,
    sides,
    heldDays: heldDays(
      dates.subarray(0, results),
      rows.results,
      entry !== null
        ? choice.clock === null ? { rows: opened, times: entries, keys: null } : null
        : choice.pair !== null
        ? { rows: rows.openings, times: openings, keys: column(choice.pair) }
        : null,
    ),
    firstEntry(keptResults, group, name) {
      const isOf = (row: number): boolean => group === null || (group[row] ?? "") === name;
      const all = [
        ...openings.filter((_, index) => isOf(rows.openings[index] as number)),
        ...entries.filter((_, index) => isOf(opened[index] as number)),
      ];
      if (all.length === 0) return null;
      const lastExit = keptResults.reduce(
        (last, at) => Math.max(last, dates[at] as number),
        -Infinity,
      );
      const first = all.reduce((least, at) => Math.min(least, at), Infinity);
      return first <= lastExit ? first : null;
    },
  };
}

/** Where entries stand: in the rows of the results, or in rows that share a key with them. */
interface Entries {
  readonly rows: readonly number[];
  readonly times: Float64Array;
  readonly keys: readonly string[] | null;
}

function heldDays(
  exits: Float64Array,
  results: readonly number[],
  entries: Entries | null,
): Float64Array {
  if (entries === null) return new Float64Array(exits.length).fill(NaN);
  const keyOf = (row: number): string | number =>
    entries.keys === null ? row : entries.keys[row] ?? "";
  const begins = new Map<string | number, number>();
  entries.rows.forEach((row, index) => {
    const time = entries.times[index] as number;
    begins.set(keyOf(row), Math.min(time, begins.get(keyOf(row)) ?? Infinity));
  });
  return exits.map((exit, index) => {
    const days = (exit - (begins.get(keyOf(results[index] as number)) ?? NaN)) / DAY_MS;
    return days >= 0 ? days : NaN;
  });
}

/**
 * Puts the later of the two times of each trade into `exits`, the earlier into `entries`, and which way
 * it went into `sides`; within one instant the number of the fill tells.
 */
function putInOrder(
  { exits, entries, sides }: {
    readonly exits: Float64Array;
    readonly entries: Float64Array;
    readonly sides: Int8Array;
  },
  results: readonly number[],
  opened: readonly number[],
  sideByFill: (row: number) => number,
): void {
  const at = new Map(results.map((row, index) => [row, index]));
  opened.forEach((row, index) => {
    const exit = at.get(row) as number;
    const [sold, bought] = [exits[exit] as number, entries[index] as number];
    exits[exit] = Math.max(sold, bought);
    entries[index] = Math.min(sold, bought);
    sides[exit] = Math.sign(sold - bought) || sideByFill(row);
  });
}

/** The time of a day that has its time in another column, as databases and Parquet write it. */
const MIDNIGHT = /[T ]00:00(?::00(?:\.0+)?)?$/;

/** `093000` → `09:30:00`. */
function withColons(clock: string): string {
  return /^\d{4}(?:\d{2})?$/.test(clock) ? clock.replace(/\B(?=(?:\d{2})+$)/g, ":") : clock;
}
