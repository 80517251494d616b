// What stands behind and on the equity curve: between which values most resamples of the returns lie, and
// in which rows trades were opened and closed.

import type { ChartSource } from "./chart_source.ts";
import type { TimeChart } from "./model.ts";
import { entriesOf } from "./trade_times.ts";

/** The fan, beginning with the one unit that the curve begins with; nothing where none was drawn. */
export function fanOf(
  { fan = null, origin, returns: { dates } }: ChartSource,
): Pick<TimeChart, "fan"> {
  return fan === null ? {} : {
    fan: {
      x: [origin, ...fan.rows.map((row) => dates?.[row] ?? row + 1)],
      low: [1, ...fan.low],
      high: [1, ...fan.high],
    },
  };
}

/** The rows of the trades' entries and exits; nothing where their times are not known. */
export function ticksOf({ trades, returns: { dates } }: ChartSource): Pick<TimeChart, "ticks"> {
  const exits = trades?.exits ?? null;
  if (trades === null || exits === null || exits.length === 0 || dates === null) return {};
  const won = (_: number, trade: number): boolean => (trades.profits[trade] ?? NaN) > 0;
  return {
    ticks: {
      entries: rowsHolding(dates, entriesOf(trades) ?? new Float64Array(0)),
      won: rowsHolding(dates, exits.filter(won)),
      lost: rowsHolding(dates, exits.filter((at, trade) => !won(at, trade))),
    },
  };
}

/** The dates of the rows in which these times fall, each once; none for times before the first row. */
function rowsHolding(dates: Float64Array, times: Float64Array): number[] {
  const found = new Set<number>();
  let row = -1;
  for (const time of times.toSorted()) {
    while (row + 1 < dates.length && (dates[row + 1] as number) <= time) row++;
    if (row >= 0) found.add(dates[row] as number);
  }
  return [...found];
}
