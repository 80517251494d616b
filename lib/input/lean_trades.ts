// The closed trades of a LEAN result. LEAN's profitLoss is before fees, which it lists beside it: a trade
// won here what was left after them, so that wins, averages and the profit factor are LEAN's own
// tradeStatistics only where there are no fees. The number of trades and how long they were held
// are the same.

import { DAY_MS } from "../civil.ts";
import type { Warning } from "../errors.ts";
import type { TradeList } from "../metrics/mod.ts";
import { readNumber } from "./cells/number.ts";
import { createDateReader } from "./cells/dates.ts";
import { isRecord } from "./json_text.ts";
import { child, flat, type Json } from "./lean_json.ts";

/** The trades; null where they are not all listed with their results. */
export function closedTrades(
  path: string,
  performance: unknown,
  warnings: Warning[],
): TradeList | null {
  const listed = child(performance, "closedtrades");
  if (!Array.isArray(listed) || listed.length === 0 || !listed.every(isRecord)) return null;
  const trades = listed.map(flat);
  const all = numberOf(flat(child(performance, "tradestatistics"))["totalNumberOfTrades"]);
  if (!Number.isNaN(all) && all !== trades.length) {
    warnings.push({
      code: "trades-missing",
      message:
        `${path} lists ${trades.length} closed trades and counts ${all}: figures of trades are ` +
        "left out",
    });
    return null;
  }
  const profits = Float64Array.from(
    trades,
    ({ profitLoss, totalFees }) => numberOf(profitLoss) - numberOf(totalFees ?? 0),
  );
  if (profits.includes(NaN)) return null;
  const exits = Float64Array.from(trades, ({ exitTime }) => timeOf(exitTime));
  const days = exits.map((at, trade) => (at - timeOf(trades[trade]?.["entryTime"])) / DAY_MS);
  const sides = Int8Array.from(trades, ({ direction }) => sideOf(direction));
  return {
    profits,
    holdingDays: days.some((held) => !(held >= 0)) ? null : days,
    sides: sides.includes(0) ? null : sides,
    exits: exits.includes(NaN) ? null : exits,
  };
}

function numberOf(value: unknown): number {
  const number = typeof value === "string" ? readNumber(value.trim()) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : NaN;
}

function timeOf(value: Json[string]): number {
  return typeof value === "string" ? createDateReader({}).readText(value) : NaN;
}

/** LEAN's TradeDirection: long is 0, short is 1. */
function sideOf(direction: unknown): -1 | 0 | 1 {
  const text = String(direction).toLowerCase();
  return text === "0" || text === "long" ? 1 : text === "1" || text === "short" ? -1 : 0;
}
