// Profits in money as a series of returns: equity is the capital and all profit so far, and every
// calendar day from the first to the last has a return, 0 when nothing was closed. Backtesters that
// report profit by day come through here too.

import { InputError } from "../errors.ts";
import type { Returns } from "../metrics/mod.ts";
import { DAY_MS, timeText } from "./calendar_time.ts";
import type { OrderedRows } from "./rows.ts";

/** A thousand years: what is beyond is a date misread. */
const MOST_DAYS = 366_000;

/** Daily returns of trades in order of date: a day's profit over the equity before it. */
export function tradesToReturns(rows: OrderedRows, capital: number): Returns {
  const { dates, values, count } = rows;
  if (dates === null) {
    throw new InputError(rows.path, "trades need dates; name their column with --date-column");
  }
  const dayOf = (row: number): number => Math.floor((dates[row] as number) / DAY_MS);
  const profits = emptyDays(rows.path, dayOf(0), dayOf(count - 1));
  for (let row = 0; row < count; row++) {
    const day = dayOf(row) - dayOf(0);
    profits[day] = (profits[day] as number) + (values[row] as number);
  }
  return profitsToReturns(rows.path, dayOf(0), profits, capital);
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

/** Returns of the profits of consecutive days: each over the equity before it. */
export function profitsToReturns(
  path: string,
  firstDay: number,
  profits: Float64Array,
  capital: number,
): Returns {
  let equity = capital;
  const returns = profits.map((profit, day) => {
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
