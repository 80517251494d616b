// Profits in money as a series of returns: equity is the capital and all profit so far, and every
// calendar day from the first to the last has a return, 0 when nothing was closed. Backtesters that
// report profit by day come through here too.

import { DAY_MS } from "../civil.ts";
import { InputError, type Warning } from "../errors.ts";
import type { Returns, TradeList } from "../metrics/mod.ts";
import { timeText } from "./cells/calendar_time.ts";
import type { Missing } from "./options.ts";
import type { OrderedRows, RawRows } from "./rows.ts";

/** A thousand years: what is beyond is a date misread. */
const MOST_DAYS = 366_000;

/** What a list of trades says besides their results. */
export interface TradeFacts {
  /** When the first was opened (wall-clock ms); null where the list does not say. */
  readonly begins: number | null;
  /** Money paid in or out. */
  readonly money: readonly { readonly at: number; readonly amount: number }[];
}

/** What a list says of each trade. */
export interface TradeDetails {
  /** From entry to exit; NaN where unknown. */
  readonly days: Float64Array;
  /** 1 bought first, −1 sold first, 0 unknown. */
  readonly sides: Int8Array;
}

/**
 * The trades of a list, null where its rows are no trades one by one. A result that is missing follows
 * the rule for missing values.
 */
export function tradeList(
  { dates, values }: Pick<RawRows, "dates" | "values">,
  details: TradeDetails | undefined,
  missing: Missing | undefined,
): TradeList | null {
  if (details === undefined) return null;
  const isThere = (_: number, row: number): boolean =>
    missing === "zero" || !Number.isNaN(values[row]);
  const days = details.days.filter(isThere);
  const sides = details.sides.filter(isThere);
  return {
    profits: values.filter(isThere).map((profit) => Number.isNaN(profit) ? 0 : profit),
    holdingDays: days.includes(NaN) ? null : days,
    sides: sides.includes(0) ? null : sides,
    exits: dates?.filter(isThere) ?? null,
  };
}

/**
 * Daily returns of trades in order of date: a day's profit over the equity before it, from the day on
 * which the first trade was opened. Money paid in or out by then is part of the capital; what moves
 * later is equity from the beginning of its day.
 */
export function tradesToReturns(
  rows: OrderedRows,
  capital: number,
  { begins, money }: TradeFacts,
  warnings: Warning[],
): Returns {
  const { dates, values, count, path } = rows;
  if (dates === null) {
    throw new InputError(path, "trades need dates; name their column with --date-column");
  }
  const dayOf = (at: number): number => Math.floor(at / DAY_MS);
  const start = Math.min(dates[0] as number, begins ?? Infinity);
  const first = dayOf(start);
  const profits = emptyDays(path, first, dayOf(dates[count - 1] as number));
  for (let row = 0; row < count; row++) {
    const day = dayOf(dates[row] as number) - first;
    profits[day] = (profits[day] as number) + (values[row] as number);
  }
  const moved = new Float64Array(profits.length);
  const later = money.filter(({ at }) => at > start && dayOf(at) - first < moved.length);
  for (const { at, amount } of later) {
    const day = dayOf(at) - first;
    moved[day] = (moved[day] as number) + amount;
  }
  warnings.push(...moneyNotes(path, money.length, later.length));
  return profitsToReturns(path, first, profits, capital, moved);
}

function moneyNotes(path: string, all: number, later: number): readonly Warning[] {
  if (all === 0) return [];
  const early = all - later;
  const parts = [
    ...(early === 0 ? [] : [`${early} before the first trade, taken as part of --capital`]),
    ...(later === 0 ? [] : [`${later} later, which changes the equity that returns are of`]),
  ];
  return [{
    code: "money-moved",
    message: `${path} has ${all === 1 ? "1 payment" : `${all} payments`} in or out, which are no ` +
      `profit: ${parts.join(", ")}`,
  }];
}

/** Zeros for every day from the first to the last (days since 1970). */
export function emptyDays(path: string, firstDay: number, lastDay: number): Float64Array {
  const days = lastDay - firstDay + 1;
  if (days > MOST_DAYS) {
    const range = `${timeText(firstDay * DAY_MS)} to ${timeText(lastDay * DAY_MS)}`;
    throw new InputError(
      path,
      `its days run from ${range}, more than a thousand years; is a date wrong?`,
    );
  }
  return new Float64Array(days);
}

/** Returns of the profits of consecutive days: each over the equity before it, and the money moved that day. */
export function profitsToReturns(
  path: string,
  firstDay: number,
  profits: Float64Array,
  capital: number,
  moved?: Float64Array,
): Returns {
  let equity = capital;
  const returns = profits.map((profit, day) => {
    equity += moved?.[day] ?? 0;
    if (profit === 0) return 0;
    if (!(equity > 0)) {
      throw new InputError(
        path,
        `by ${timeText((firstDay + day) * DAY_MS)} the capital of ${capital} is used up ` +
          `(${equity} left) and no return can follow; more must have stood behind these trades ` +
          "(--capital, or the starting balance that the backtester wrote)",
      );
    }
    const before = equity;
    equity += profit;
    return profit / before;
  });
  const dates = Float64Array.from(profits, (_, day) => (firstDay + day) * DAY_MS);
  return { dates, values: returns };
}
