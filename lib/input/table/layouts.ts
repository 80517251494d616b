// Tables that a backtester or broker writes, recognised by their header: what kind of values they
// hold, where, and which rows are no result. A layout fills in what the user has not said; it never
// changes how a cell is read. What is left of a list of trades is found by names, in columns.ts.

import type { Kind } from "../options.ts";
import { nameKey } from "./names.ts";

/**
 * A column by its name, compared as names.ts does; `|` between alternatives, `*` for any ending, `#2`
 * for the second of that name.
 */
export type Pick = string;

/** Rows whose cell in a column has one of these beginnings, in lower case. */
export interface RowMark {
  readonly column: Pick;
  /** A second column that may say it. */
  readonly also?: Pick;
  readonly begins: readonly string[];
  /** What else is in such a cell. */
  readonly has?: RegExp;
  /** What is not in such a cell. */
  readonly unless?: RegExp;
}

/** Rows that say the same at several levels of detail, by the cells of a column. */
export interface LevelMark {
  readonly column: Pick;
  /** The levels that count, compared as names are: the rows of the first one that is there. */
  readonly levels: readonly string[];
}

/** A table that is recognised by its columns. */
export interface Layout {
  readonly name: string;
  readonly summary: string;
  /** The columns it is recognised by; all must be there. */
  readonly columns: readonly Pick[];
  readonly kind: Kind;
  readonly value: Pick;
  readonly date?: Pick;
  /** When a trade was opened: its series begins with the first such day. */
  readonly entry?: Pick;
  /** Which way a trade went: long or buy, short or sell, a signed size, or whether it was short. */
  readonly side?: Pick;
  /** Numbers of the fills that bought and that sold: the smaller came first. */
  readonly fills?: readonly [bought: Pick, sold: Pick];
  /** What the rows of a trade's opening and closing share. */
  readonly pair?: Pick;
  /** True where a row is a fill and no trade, so that there are no figures of trades. */
  readonly areFills?: boolean;
  /** Added to the value, where it has them: costs, written as negative amounts. */
  readonly plus?: readonly Pick[];
  /** Taken off the value, where it is before them. */
  readonly minus?: readonly Pick[];
  /** The running total of what is left of the value, which tells whether costs are taken off already. */
  readonly totals?: Pick;
  /** A column of benchmark returns. */
  readonly benchmark?: Pick;
  /** Rows that only say when a trade was opened. */
  readonly openings?: RowMark;
  /** Rows of trades that were not closed. */
  readonly unclosed?: RowMark;
  /** Rows of money paid in or out. */
  readonly money?: RowMark;
  /** A column that tells apart backtests in one file. */
  readonly series?: Pick;
  /** Where the same result stands in several rows. */
  readonly detail?: LevelMark;
  /** The currency of a row, and its price in the money of the account. */
  readonly currency?: { readonly column: Pick; readonly rate: Pick };
  /** Costs that the profits are before, where the layout does not have them. */
  readonly lacks?: string;
}

export const LAYOUTS: readonly Layout[] = [
  {
    name: "backtesting",
    summary: "backtesting.py's _equity_curve",
    columns: ["Equity", "DrawdownPct"],
    kind: "equity",
    value: "Equity",
  },
  {
    name: "backtesting-trades",
    summary: "backtesting.py's _trades; needs --capital",
    columns: ["EntryTime", "ExitTime", "PnL", "EntryBar"],
    kind: "trades",
    value: "PnL",
    date: "ExitTime",
    entry: "EntryTime",
    side: "Size",
  },
  {
    name: "vectorbt-trades",
    summary: "vectorbt's trades.records_readable; needs --capital",
    columns: ["Exit Timestamp|Exit Index", "PnL", "Status"],
    kind: "trades",
    value: "PnL",
    date: "Exit Timestamp|Exit Index",
    entry: "Entry Timestamp|Entry Index",
    side: "Direction",
    unclosed: { column: "Status", begins: ["open"] },
    series: "Column",
  },
  {
    name: "qlib",
    summary: "qlib's portfolio report: return less cost, bench as benchmark",
    columns: ["return", "cost", "bench", "turnover"],
    kind: "returns",
    value: "return",
    minus: ["cost"],
    benchmark: "bench",
  },
  {
    name: "tradingview",
    summary: "TradingView's list of trades; its exit rows count; needs --capital",
    columns: [
      "Trade #|Trade number",
      "Type",
      "Date/Time|Date and time",
      "Net P&L*|Net PnL*|P&L*|PnL*|Profit*",
    ],
    kind: "trades",
    value: "Net P&L*|Net PnL*|P&L*|PnL*|Profit*",
    date: "Date/Time|Date and time",
    side: "Type",
    pair: "Trade #|Trade number",
    openings: { column: "Type", begins: ["entry", "open"] },
    unclosed: { column: "Signal", begins: ["open"] },
  },
  {
    name: "mt5-deals",
    summary: "MetaTrader 5's deals, with commission, fee and swap; needs --capital",
    columns: ["Time", "Deal", "Type", "Profit"],
    kind: "trades",
    value: "Profit",
    date: "Time",
    areFills: true,
    plus: ["Commission", "Fee", "Swap"],
    money: { column: "Type", begins: ["balance", "credit", "bonus", "deposit", "withdraw"] },
  },
  {
    name: "mt5-history",
    summary: "MetaTrader 5's history_deals_get, with commission, fee and swap; needs --capital",
    columns: ["ticket", "time", "type", "entry", "position_id", "profit"],
    kind: "trades",
    value: "profit",
    date: "time",
    areFills: true,
    plus: ["commission", "fee", "swap"],
    // The numbers of its ENUM_DEAL_TYPE: balance, credit, bonus.
    money: { column: "type", begins: ["2", "3", "6"] },
  },
  {
    name: "mt5-positions",
    summary: "MetaTrader 5's positions, by the second Time; needs --capital",
    columns: ["Time", "Position", "Time#2", "Profit"],
    kind: "trades",
    value: "Profit",
    date: "Time#2",
    entry: "Time",
    side: "Type",
    plus: ["Commission", "Fee", "Swap"],
  },
  {
    name: "mt4",
    summary: "MetaTrader 4's closed trades; needs --capital",
    columns: ["Ticket", "Open Time", "Close Time", "Profit"],
    kind: "trades",
    value: "Profit",
    date: "Close Time",
    entry: "Open Time",
    side: "Type",
    plus: ["Commission", "Taxes", "Swap"],
    unclosed: { column: "Type", begins: ["buy limit", "buy stop", "sell limit", "sell stop"] },
    money: { column: "Type", begins: ["balance", "credit", "deposit", "withdraw"] },
  },
  {
    name: "ninjatrader",
    summary: "NinjaTrader's trades, after commission by Cum. net profit; needs --capital",
    columns: ["Trade number|Trade-#", "Exit time", "Profit", "Cum. net profit|Cum. profit"],
    kind: "trades",
    value: "Profit",
    date: "Exit time",
    entry: "Entry time",
    side: "Market pos.|Market position",
    minus: ["Commission", "Clearing Fee", "Exchange Fee", "IP Fee", "NFA Fee"],
    totals: "Cum. net profit|Cum. profit",
    series: "Strategy",
  },
  {
    name: "amibroker",
    summary: "AmiBroker's trade list, by Ex. date; needs --capital",
    columns: ["Date", "Ex. date", "Profit"],
    kind: "trades",
    value: "Profit",
    date: "Ex. date",
    entry: "Date",
    side: "Trade",
    unclosed: { column: "Trade", begins: ["open"] },
  },
  {
    name: "tradovate",
    summary: "Tradovate's performance, by the later of bought and sold; needs --capital",
    columns: ["boughtTimestamp", "soldTimestamp", "pnl|P/L"],
    kind: "trades",
    value: "pnl|P/L",
    date: "soldTimestamp",
    entry: "boughtTimestamp",
    fills: ["buyFillId", "sellFillId"],
    lacks: "commission and fees",
  },
  {
    name: "quantconnect-trades",
    summary: "QuantConnect's trades, less fees; needs --capital",
    columns: ["Entry Time", "Exit Time", "P&L", "Fees"],
    kind: "trades",
    value: "P&L",
    date: "Exit Time",
    entry: "Entry Time",
    side: "Direction",
    minus: ["Fees"],
  },
  {
    name: "ib-flex",
    summary: "Interactive Brokers' Flex query, section Trades: FifoPnlRealized; needs --capital",
    columns: ["FifoPnlRealized", "DateTime|Date/Time|TradeDate"],
    kind: "trades",
    value: "FifoPnlRealized",
    date: "DateTime|Date/Time|TradeDate",
    areFills: true,
    openings: { column: "Open/CloseIndicator", begins: ["o"] },
    detail: { column: "LevelOfDetail", levels: ["EXECUTION", "ORDER", "CLOSED_LOT"] },
    currency: { column: "CurrencyPrimary|Currency", rate: "FXRateToBase" },
  },
  {
    name: "ib-statement",
    summary:
      "Interactive Brokers' activity statement, section Trades: Realized P/L; needs --capital",
    columns: ["DataDiscriminator", "Date/Time", "Realized P/L"],
    kind: "trades",
    value: "Realized P/L",
    date: "Date/Time",
    areFills: true,
    openings: { column: "Code", begins: ["o"] },
    detail: {
      column: "DataDiscriminator",
      levels: ["Order", "Execution", "Trade", "ClosedLot"],
    },
    currency: { column: "Currency", rate: "FXRateToBase" },
  },
  {
    name: "nautilus-positions",
    summary: "NautilusTrader's positions report: realized_pnl by ts_closed; needs --capital",
    columns: ["ts_opened", "ts_closed", "realized_pnl", "realized_return"],
    kind: "trades",
    value: "realized_pnl",
    date: "ts_closed",
    entry: "ts_opened",
    side: "entry",
    unclosed: { column: "side", begins: ["long", "short"] },
    series: "strategy_id",
  },
  {
    name: "nautilus-account",
    summary: "NautilusTrader's account report: total, a run a currency",
    columns: ["total", "locked", "free", "currency", "account_id"],
    kind: "equity",
    value: "total",
    series: "currency",
  },
  {
    name: "jesse",
    summary: "jesse's closed trades: PNL by closed_at; needs --capital",
    columns: ["opened_at", "closed_at", "PNL", "holding_period"],
    kind: "trades",
    value: "PNL",
    date: "closed_at",
    entry: "opened_at",
    side: "type",
    series: "strategy_name",
  },
  {
    name: "freqtrade-trades",
    summary: "freqtrade's trades as a table: profit_abs by close_date; needs --capital",
    columns: ["pair", "open_date", "close_date", "profit_abs|close_profit_abs"],
    kind: "trades",
    value: "profit_abs|close_profit_abs",
    date: "close_date",
    entry: "open_date",
    side: "is_short",
    unclosed: { column: "is_open", begins: ["true", "1"] },
    series: "strategy",
  },
];

/** Where a column stands among these names; null when it is not there. */
export function findColumn(names: readonly string[], wanted: Pick): number | null {
  for (const { key, isBeginning, nth } of alternativesOf(wanted)) {
    let left = nth;
    for (let index = 0; index < names.length; index++) {
      const candidate = nameKey(names[index] as string);
      const isIt = candidate === key ||
        (isBeginning && candidate.startsWith(key) && !/%|percent/.test(candidate));
      if (isIt && --left === 0) return index;
    }
  }
  return null;
}

/** One of the names that a pick may have. */
interface Alternative {
  readonly key: string;
  /** Whether it is what a name begins with. */
  readonly isBeginning: boolean;
  /** Which column of the name, from 1 on. */
  readonly nth: number;
}

/** Picks stand in the layouts, so there are not many; every file is held against all of them. */
const ALTERNATIVES = new Map<Pick, readonly Alternative[]>();

function alternativesOf(wanted: Pick): readonly Alternative[] {
  const known = ALTERNATIVES.get(wanted);
  if (known !== undefined) return known;
  const alternatives = wanted.split("|").map((alternative) => {
    const [, base = "", star, nth] = /^(.*?)(\*)?(?:#([1-9]))?$/.exec(alternative) ?? [];
    return { key: nameKey(base), isBeginning: star !== undefined, nth: Number(nth ?? 1) };
  });
  ALTERNATIVES.set(wanted, alternatives);
  return alternatives;
}
