// The columns of a table that are read, by position: what columns.ts chooses and all that reads goes by.

import type { Kind } from "../options.ts";
import type { LevelMark, RowMark } from "./layouts.ts";

/** Rows that a layout sets apart, by the cell in a column. */
export interface MarkedRows extends Omit<RowMark, "column" | "also"> {
  readonly columns: readonly number[];
}

/** Rows that say the same at several levels of detail. */
export interface Levels extends Pick<LevelMark, "levels"> {
  readonly column: number;
}

/** Where the currency of a row stands, and its price in the money of the account. */
export interface CurrencyColumns {
  readonly column: number;
  readonly rate: number | null;
}

/** The columns that are read, by position. */
export interface ColumnChoice {
  readonly date: number | null;
  /** Where the date is a year: the columns of the month and the day, as far as there are. */
  readonly dateParts: readonly number[] | null;
  /** A time of day, beside a date of its own. */
  readonly clock: number | null;
  /** When a trade was opened. */
  readonly entry: number | null;
  /** Whether the later of date and entry closed a trade: they are when it was sold and bought. */
  readonly areSides: boolean;
  readonly value: number;
  /** Whether the rows are trades one by one, not fills or a day's profits. */
  readonly areTrades: boolean;
  /** Which way a trade went. */
  readonly side: number | null;
  /** The columns of the fills that bought and sold. */
  readonly fills: readonly [bought: number, sold: number] | null;
  /** What the rows of one trade share. */
  readonly pair: number | null;
  /** Added to the value, where a layout says so. */
  readonly plus: readonly number[];
  /** Subtracted from it. */
  readonly minus: readonly number[];
  /** The running total of what is left of it. */
  readonly totals: number | null;
  /** Columns of costs that no layout says anything of. */
  readonly untaken: readonly number[];
  /** Columns of money moved, beside an equity. */
  readonly flows: readonly number[];
  readonly benchmark: number | null;
  /** Tells apart backtests in one file. */
  readonly series: readonly number[];
  readonly openings: MarkedRows | null;
  readonly unclosed: MarkedRows | null;
  readonly money: MarkedRows | null;
  readonly detail: Levels | null;
  readonly currency: CurrencyColumns | null;
  /** Costs that the profits are before and the file does not have. */
  readonly lacks: string | null;
  /** What a layout says the values are; null where it is for the name or the user to say. */
  readonly kind: Kind | null;
  /** Name of the layout that was recognised; null for a plain table. */
  readonly layout: string | null;
}

/** Whether nothing but a date and a value is read of each row. */
export function isPlainChoice(choice: ColumnChoice): boolean {
  return !choice.areTrades && choice.clock === null && choice.entry === null &&
    choice.dateParts === null &&
    choice.benchmark === null &&
    choice.series.length === 0 &&
    choice.plus.length + choice.minus.length + choice.untaken.length + choice.flows.length === 0 &&
    choice.openings === null && choice.unclosed === null && choice.money === null &&
    choice.detail === null && choice.currency === null;
}

/** The choice of nothing but a date and a value. */
export function plainChoice(date: number | null, value: number): ColumnChoice {
  return {
    date,
    dateParts: null,
    clock: null,
    entry: null,
    areSides: false,
    areTrades: false,
    side: null,
    fills: null,
    pair: null,
    value,
    plus: [],
    minus: [],
    totals: null,
    untaken: [],
    flows: [],
    benchmark: null,
    series: [],
    openings: null,
    unclosed: null,
    money: null,
    detail: null,
    currency: null,
    lacks: null,
    kind: null,
    layout: null,
  };
}
