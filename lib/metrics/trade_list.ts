// Figures of trades themselves, where a file lists them: a trade is a row here, which it is not in
// trade.ts. They are computed of the list alone, so that no figure depends on capital or calendar.

import type { MetricSet, UndefinedMetric } from "./compute.ts";
import { quotient, sumOf } from "./kernel.ts";
import type { Direction, Unit } from "./metric.ts";

/** Closed trades in any order, one position each. */
export interface TradeList {
  /** What each won or lost, in the file's own money, after the costs that the file states. */
  readonly profits: Float64Array;
  /** Days from entry to exit; null unless they are known of every trade. */
  readonly holdingDays: Float64Array | null;
  /** 1 bought first, −1 sold first; null unless it is known of every trade. */
  readonly sides: Int8Array | null;
}

/** A figure of a list of trades. */
export interface TradeMetric {
  /** The key it is logged under; never renamed. */
  readonly name: string;
  /** Its name for people. */
  readonly label: string;
  readonly unit: Unit;
  readonly better: Direction;
  /** p: the profits. */
  readonly formula: string;
  /** Whose figure it is the same as, where the trades are the same. */
  readonly reference: string;
  /** When it is left out. */
  readonly undefinedWhen: string;
  /** NaN where undefined. */
  readonly compute: (trades: TradeList) => number;
}

const winsOf = ({ profits }: TradeList): Float64Array => profits.filter((profit) => profit > 0);
const lossesOf = ({ profits }: TradeList): Float64Array => profits.filter((profit) => profit < 0);
const mean = (values: Float64Array): number => quotient(sumOf(values), values.length);
const share = (profits: Float64Array): number =>
  quotient(profits.filter((profit) => profit > 0).length, profits.length);

/** The most, or with −1 the least; NaN of none. */
function extreme(values: Float64Array, sign: 1 | -1): number {
  return values.reduce(
    (most, value) => value * sign > most * sign ? value : most,
    values[0] ?? NaN,
  );
}

function ofSide({ profits, sides }: TradeList, side: 1 | -1): Float64Array | null {
  return sides === null ? null : profits.filter((_, trade) => sides[trade] === side);
}

const NO_SIDE = "the file does not say which way each trade went";

type Facts = readonly [
  name: string,
  label: string,
  unit: Unit,
  better: Direction,
  formula: string,
  reference: string,
  undefinedWhen: string,
  compute: (trades: TradeList) => number,
];

const ROWS: readonly Facts[] = [
  [
    "trade_count",
    "Trades",
    "count",
    "none",
    "#p, closed trades alone",
    "backtesting.py's # Trades, vectorbt's Total Closed Trades, freqtrade's total_trades",
    "never",
    ({ profits }) => profits.length,
  ],
  [
    "trade_win_rate",
    "Trade Win Rate",
    "fraction",
    "higher",
    "#(p > 0) / #p",
    "backtesting.py's and vectorbt's Win Rate, freqtrade's winrate",
    "never",
    ({ profits }) => share(profits),
  ],
  [
    "trade_profit_factor",
    "Trade Profit Factor",
    "ratio",
    "higher",
    "Σ(p > 0) / |Σ(p < 0)|",
    "vectorbt's Profit Factor, freqtrade's profit_factor; backtesting.py's is of percentages",
    "no trade lost",
    (trades) => quotient(sumOf(winsOf(trades)), -sumOf(lossesOf(trades))),
  ],
  [
    "trade_expectancy",
    "Trade Expectancy",
    "money",
    "higher",
    "mean(p)",
    "vectorbt's Expectancy, freqtrade's expectancy; backtesting.py's is of percentages",
    "never",
    ({ profits }) => mean(profits),
  ],
  [
    "trade_average_win",
    "Average Winning Trade",
    "money",
    "higher",
    "mean(p > 0)",
    "the PnL of backtesting.py's and vectorbt's trades",
    "no trade won",
    (trades) => mean(winsOf(trades)),
  ],
  [
    "trade_average_loss",
    "Average Losing Trade",
    "money",
    "higher",
    "mean(p < 0), negative",
    "the PnL of backtesting.py's and vectorbt's trades",
    "no trade lost",
    (trades) => mean(lossesOf(trades)),
  ],
  [
    "trade_largest_win",
    "Largest Winning Trade",
    "money",
    "higher",
    "max(p > 0)",
    "the PnL of backtesting.py's and vectorbt's trades",
    "no trade won",
    (trades) => extreme(winsOf(trades), 1),
  ],
  [
    "trade_largest_loss",
    "Largest Losing Trade",
    "money",
    "higher",
    "min(p < 0), negative",
    "the PnL of backtesting.py's and vectorbt's trades",
    "no trade lost",
    (trades) => extreme(lossesOf(trades), -1),
  ],
  [
    "trade_average_holding_days",
    "Average Holding Time",
    "days",
    "none",
    "mean(exit − entry), in days of 24 hours by the file's clock",
    "the Duration of backtesting.py's trades, freqtrade's holding_avg_s",
    "an entry's time is missing",
    ({ holdingDays }) => holdingDays === null ? NaN : mean(holdingDays),
  ],
  [
    "trade_long_count",
    "Long Trades",
    "count",
    "none",
    "#p bought first",
    "freqtrade's trade_count_long",
    NO_SIDE,
    (trades) => ofSide(trades, 1)?.length ?? NaN,
  ],
  [
    "trade_short_count",
    "Short Trades",
    "count",
    "none",
    "#p sold first",
    "freqtrade's trade_count_short",
    NO_SIDE,
    (trades) => ofSide(trades, -1)?.length ?? NaN,
  ],
  [
    "trade_long_win_rate",
    "Long Win Rate",
    "fraction",
    "higher",
    "trade_win_rate of those bought first",
    "the Size and PnL of backtesting.py's trades",
    `${NO_SIDE}, or none was bought first`,
    (trades) => share(ofSide(trades, 1) ?? new Float64Array(0)),
  ],
  [
    "trade_short_win_rate",
    "Short Win Rate",
    "fraction",
    "higher",
    "trade_win_rate of those sold first",
    "the Size and PnL of backtesting.py's trades",
    `${NO_SIDE}, or none was sold first`,
    (trades) => share(ofSide(trades, -1) ?? new Float64Array(0)),
  ],
];

/** All figures of lists of trades, in the order in which they are shown. */
export const TRADE_METRICS: readonly TradeMetric[] = ROWS.map(
  ([name, label, unit, better, formula, reference, undefinedWhen, compute]) => ({
    name,
    label,
    unit,
    better,
    formula,
    reference,
    undefinedWhen,
    compute,
  }),
);

/**
 * The figures of a list of trades: all that can be computed, or those of these names; then one without
 * a value is reported with its reason, as other metrics are.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const trades = { profits: Float64Array.of(30, -10), holdingDays: null, sides: null };
 * const asked = ["trade_profit_factor", "trade_long_count"];
 * const { values, undefined: missing } = tradeFigures(trades, asked);
 * assertEquals([...values], [["trade_profit_factor", 3]]);
 * assertEquals(missing.length, 1);
 * ```
 */
export function tradeFigures(trades: TradeList | null, names?: readonly string[]): MetricSet {
  const values = new Map<string, number>();
  const missing: UndefinedMetric[] = [];
  for (const { name, undefinedWhen, compute } of TRADE_METRICS) {
    if (names !== undefined && !names.includes(name)) continue;
    const value = trades === null ? NaN : compute(trades);
    const reason = trades === null ? "the file is no list of trades" : undefinedWhen;
    if (Number.isFinite(value)) values.set(name, value);
    else if (names !== undefined) missing.push({ metric: name, reason });
  }
  return { values, undefined: missing };
}
