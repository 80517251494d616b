// Trades one by one, where a file lists them: what the rows of trade_list.ts share. A trade is a row
// here, which it is not in trade.ts, where rows are periods.

import { quotient, sumOf } from "./kernel.ts";

/** Closed trades in any order, one position each. */
export interface TradeList {
  /** What each won or lost, in the file's own money, after the costs that the file states. */
  readonly profits: Float64Array;
  /** Days from entry to exit; null unless they are known of every trade. */
  readonly holdingDays: Float64Array | null;
  /** 1 bought first, −1 sold first; null unless it is known of every trade. */
  readonly sides: Int8Array | null;
  /** When each was closed: ms on the clock of the file. Null or absent unless it is known of every trade. */
  readonly exits?: Float64Array | null;
}

/** What may have a list of trades, as a basis. */
export interface WithTrades {
  /** Null where there is none. */
  readonly trades: TradeList | null;
}

/** The profits; none without a list of trades. */
export function profitsOf({ trades }: WithTrades): Float64Array {
  return trades?.profits ?? NONE;
}

/** The profits above 0. */
export function winsOf(basis: WithTrades): Float64Array {
  return profitsOf(basis).filter((profit) => profit > 0);
}

/** The profits below 0. */
export function lossesOf(basis: WithTrades): Float64Array {
  return profitsOf(basis).filter((profit) => profit < 0);
}

/** The profits of those bought first (1) or sold first (−1); null where that is not known of all. */
export function profitsOfSide({ trades }: WithTrades, side: 1 | -1): Float64Array | null {
  const sides = trades?.sides ?? null;
  return sides === null
    ? null
    : trades?.profits.filter((_, trade) => sides[trade] === side) ?? null;
}

/** NaN of none. */
export function meanOfTrades(values: Float64Array): number {
  return quotient(sumOf(values), values.length);
}

/** How many of them won; NaN of none. */
export function shareOfWins(profits: Float64Array | null): number {
  return profits === null
    ? NaN
    : quotient(profits.filter((profit) => profit > 0).length, profits.length);
}

const NONE = new Float64Array(0);
