// The chapter on trades: what each won or lost, where the source lists them. The figures are the
// catalogue's; the list has no order but that of its times, where they are known.

import type { TradeList } from "../metrics/mod.ts";
import { histogram } from "./distribution.ts";
import type { FigureGroup, ListedTrade, TradeBook } from "./model.ts";
import { entryMapOf, streaksOf } from "./trade_times.ts";

/** Trades listed at either end. */
const LISTED = 10;

/** The chapter; null where there are no trades. */
export function tradeBook(
  trades: TradeList | null,
  figures: FigureGroup | undefined,
): TradeBook | null {
  if (trades === null || trades.profits.length === 0 || figures === undefined) return null;
  const { profits, holdingDays, sides } = trades;
  const order = Array.from(profits, (_, index) => index)
    .sort((one, other) => (profits[other] ?? 0) - (profits[one] ?? 0));
  const listed = (index: number): ListedTrade => ({
    profit: profits[index] ?? NaN,
    holdingDays: holdingDays?.[index] ?? null,
    side: sides === null ? null : sides[index] === 1 ? "long" : "short",
  });
  const won = order.filter((index) => (profits[index] ?? 0) > 0);
  const lost = order.filter((index) => (profits[index] ?? 0) < 0).reverse();
  return {
    figures,
    profits: histogram("trades", "Profit of a trade", profits, null, "money"),
    streaks: streaksOf(trades),
    entries: entryMapOf(trades),
    best: won.slice(0, LISTED).map(listed),
    worst: lost.slice(0, LISTED).map(listed),
  };
}
