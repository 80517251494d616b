// What the times of trades tell: runs of wins and losses, and what was won by the weekday and hour of
// entry. Times are those of the file's clock; nothing here is made of trades whose times are not all known.

import { DAY_MS } from "../civil.ts";
import type { TradeList } from "../metrics/mod.ts";
import type { EntryMap, TradeStreaks } from "./model.ts";

const HOUR_MS = 3_600_000;
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/** 1970-01-01 was a Thursday. */
const FIRST_WEEKDAY = 3;

/** When each trade was opened; null unless it is known of all. */
export function entriesOf({ exits = null, holdingDays }: TradeList): Float64Array | null {
  return exits === null || holdingDays === null
    ? null
    : exits.map((at, trade) => Math.round(at - (holdingDays[trade] ?? NaN) * DAY_MS));
}

/** Runs of wins and of losses in the order of the exits, a trade that won nothing between them; null without times. */
export function streaksOf({ profits, exits = null }: TradeList): TradeStreaks | null {
  if (exits === null || profits.length === 0) return null;
  const order = Array.from(profits, (_, trade) => trade)
    .sort((one, other) => (exits[one] ?? 0) - (exits[other] ?? 0));
  const lengths: Record<"won" | "lost", number[]> = { won: [], lost: [] };
  let [last, length] = [0, 0];
  const end = (): void => {
    if (last !== 0) lengths[last > 0 ? "won" : "lost"].push(length);
  };
  for (const trade of order) {
    const sign = Math.sign(profits[trade] ?? 0);
    if (sign !== last) {
      end();
      [last, length] = [sign, 0];
    }
    length++;
  }
  end();
  const row = (of: "won" | "lost"): TradeStreaks["won"] => {
    const all = lengths[of];
    return {
      count: all.length,
      longest: all.reduce((most, one) => Math.max(most, one), 0),
      mean: all.length === 0 ? NaN : all.reduce((sum, one) => sum + one, 0) / all.length,
      last: Math.sign(last) === (of === "won" ? 1 : -1) ? length : 0,
    };
  };
  return { won: row("won"), lost: row("lost") };
}

/**
 * What was won by weekday and, where any entry has a time of day, by hour: the sums of the profits of the
 * trades that were opened then. Null without times of entry.
 */
export function entryMapOf(trades: TradeList): EntryMap | null {
  const entries = entriesOf(trades);
  if (entries === null || entries.length === 0) return null;
  const hourOf = (at: number): number => Math.floor(modulo(at, DAY_MS) / HOUR_MS);
  const hasHours = entries.some((at) => modulo(at, DAY_MS) !== 0);
  const known = entries.map(hourOf).toSorted();
  const [first, last] = [known[0] ?? 0, known.at(-1) ?? 0];
  const hours = hasHours ? Array.from({ length: last - first + 1 }, (_, at) => first + at) : [];
  const days = WEEKDAYS.map((name) => ({
    name,
    cells: hours.map(() => ({ profit: 0, count: 0 })),
    total: { profit: 0, count: 0 },
  }));
  entries.forEach((at, trade) => {
    const day = days[modulo(Math.floor(at / DAY_MS) + FIRST_WEEKDAY, 7)];
    for (const cell of [day?.cells[hourOf(at) - first], day?.total]) {
      if (cell === undefined) continue;
      cell.profit += trades.profits[trade] ?? NaN;
      cell.count++;
    }
  });
  return { hours, days: days.filter(({ total }) => total.count > 0) };
}

/** Never negative: times may lie before 1970. */
function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
