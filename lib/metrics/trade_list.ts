// Figures of trades themselves, computed of the list alone, so that none depends on capital or calendar.
// They are worked out whenever a file lists its trades, and are no metrics of QuantStats.

import {
  lossesOf,
  meanOfTrades,
  profitsOf,
  profitsOfSide,
  shareOfWins,
  winsOf,
} from "./listed_trades.ts";
import { quotient, sumOf } from "./kernel.ts";
import { type Metric, metric } from "./metric.ts";

const OF_TRADES = { category: "trade_list", needs: ["trades"] } as const;
const NO_SIDE = "the file does not say which way each trade went";

/**
 * @example 30 won and 10 lost
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const profits = Float64Array.of(30, -10);
 * const basis = basisOf([0.03, -0.01], { trades: { profits, holdingDays: null, sides: null } });
 * assertEquals(tradeCount.compute(basis), 2);
 * assertEquals(tradeProfitFactor.compute(basis), 3);
 * assertEquals(tradeLongCount.compute(basis), NaN);
 * ```
 */
export const tradeCount: Metric = metric("trade_count", {
  ...OF_TRADES,
  summary: "Number of closed trades",
  label: "Trades",
  unit: "count",
  better: "none",
  formula: "#p",
  source: "backtesting.py's # Trades, vectorbt's Total Closed Trades, freqtrade's total_trades",
  good: "enough to judge the others by: 30 at least, better hundreds",
  undefinedWhen: "never with trades",
  compute: (basis) => profitsOf(basis).length,
});

export const tradeWinRate: Metric = metric("trade_win_rate", {
  ...OF_TRADES,
  summary: "Share of trades that won",
  label: "Trade Win Rate",
  unit: "fraction",
  better: "higher",
  formula: "#(p > 0) / #p",
  source: "backtesting.py's and vectorbt's Win Rate, freqtrade's winrate",
  good: "means little without the size of wins and losses",
  undefinedWhen: "never with trades",
  compute: (basis) => shareOfWins(profitsOf(basis)),
});

export const tradeProfitFactor: Metric = metric("trade_profit_factor", {
  ...OF_TRADES,
  summary: "What the winning trades won over what the losing ones lost",
  label: "Trade Profit Factor",
  unit: "ratio",
  better: "higher",
  formula: "Σ(p > 0) / |Σ(p < 0)|",
  source: "vectorbt's Profit Factor, freqtrade's profit_factor; backtesting.py's is of percentages",
  good: "above 1 wins money; above 3 over many trades is rare",
  undefinedWhen: "no trade lost",
  compute: (basis) => quotient(sumOf(winsOf(basis)), -sumOf(lossesOf(basis))),
});

export const tradeExpectancy: Metric = metric("trade_expectancy", {
  ...OF_TRADES,
  summary: "Average result of a trade",
  label: "Trade Expectancy",
  unit: "money",
  better: "higher",
  formula: "mean(p)",
  source: "vectorbt's Expectancy, freqtrade's expectancy; backtesting.py's is of percentages",
  good: "above 0, with room for costs that the backtest leaves out",
  undefinedWhen: "never with trades",
  compute: (basis) => meanOfTrades(profitsOf(basis)),
});

export const tradeAverageWin: Metric = metric("trade_average_win", {
  ...OF_TRADES,
  summary: "Average result of the winning trades",
  label: "Average Winning Trade",
  unit: "money",
  better: "higher",
  formula: "mean(p > 0)",
  source: "the PnL of backtesting.py's and vectorbt's trades",
  good: "depends on how often trades win",
  undefinedWhen: "no trade won",
  compute: (basis) => meanOfTrades(winsOf(basis)),
});

export const tradeAverageLoss: Metric = metric("trade_average_loss", {
  ...OF_TRADES,
  summary: "Average result of the losing trades, below 0",
  label: "Average Losing Trade",
  unit: "money",
  better: "higher",
  formula: "mean(p < 0)",
  source: "the PnL of backtesting.py's and vectorbt's trades",
  good: "depends on how often trades lose",
  undefinedWhen: "no trade lost",
  compute: (basis) => meanOfTrades(lossesOf(basis)),
});

export const tradeLargestWin: Metric = metric("trade_largest_win", {
  ...OF_TRADES,
  summary: "Result of the best trade, where it won",
  label: "Largest Winning Trade",
  unit: "money",
  better: "higher",
  formula: "max(p > 0)",
  source: "the PnL of backtesting.py's and vectorbt's trades",
  good: "not most of all profit: one trade is luck",
  undefinedWhen: "no trade won",
  compute: (basis) => winsOf(basis).reduce((most, profit) => Math.max(most, profit), -Infinity),
});

export const tradeLargestLoss: Metric = metric("trade_largest_loss", {
  ...OF_TRADES,
  summary: "Result of the worst trade, where it lost, below 0",
  label: "Largest Losing Trade",
  unit: "money",
  better: "higher",
  formula: "min(p < 0)",
  source: "the PnL of backtesting.py's and vectorbt's trades",
  good: "no more than a trade was to risk",
  undefinedWhen: "no trade lost",
  compute: (basis) => lossesOf(basis).reduce((least, loss) => Math.min(least, loss), Infinity),
});

export const tradeAverageHoldingDays: Metric = metric("trade_average_holding_days", {
  ...OF_TRADES,
  summary: "Average time from a trade's entry to its exit, in days of 24 hours by the file's clock",
  label: "Average Holding Time",
  unit: "days",
  better: "none",
  formula: "mean(exit − entry)",
  source: "the Duration of backtesting.py's trades, freqtrade's holding_avg_s",
  good: "depends on the strategy",
  undefinedWhen: "an entry's time is missing",
  compute: ({ trades }) => trades?.holdingDays ? meanOfTrades(trades.holdingDays) : NaN,
});

export const tradeLongCount: Metric = metric("trade_long_count", {
  ...OF_TRADES,
  summary: "Number of closed trades that were bought first",
  label: "Long Trades",
  unit: "count",
  better: "none",
  formula: "#(p bought first)",
  source: "freqtrade's trade_count_long",
  good: "depends on the strategy",
  undefinedWhen: NO_SIDE,
  compute: (basis) => profitsOfSide(basis, 1)?.length ?? NaN,
});

export const tradeShortCount: Metric = metric("trade_short_count", {
  ...OF_TRADES,
  summary: "Number of closed trades that were sold first",
  label: "Short Trades",
  unit: "count",
  better: "none",
  formula: "#(p sold first)",
  source: "freqtrade's trade_count_short",
  good: "depends on the strategy",
  undefinedWhen: NO_SIDE,
  compute: (basis) => profitsOfSide(basis, -1)?.length ?? NaN,
});

export const tradeLongWinRate: Metric = metric("trade_long_win_rate", {
  ...OF_TRADES,
  summary: "Share of the trades bought first that won",
  label: "Long Win Rate",
  unit: "fraction",
  better: "higher",
  formula: "#(p > 0) / #p, of those bought first",
  source: "the Size and PnL of backtesting.py's trades",
  good: "not far from that of the short trades, unless it is meant to be",
  undefinedWhen: `${NO_SIDE}, or none was bought first`,
  compute: (basis) => shareOfWins(profitsOfSide(basis, 1)),
});

export const tradeShortWinRate: Metric = metric("trade_short_win_rate", {
  ...OF_TRADES,
  summary: "Share of the trades sold first that won",
  label: "Short Win Rate",
  unit: "fraction",
  better: "higher",
  formula: "#(p > 0) / #p, of those sold first",
  source: "the Size and PnL of backtesting.py's trades",
  good: "not far from that of the long trades, unless it is meant to be",
  undefinedWhen: `${NO_SIDE}, or none was sold first`,
  compute: (basis) => shareOfWins(profitsOfSide(basis, -1)),
});
