// What columns are called, in one table: names of dates, of entries and exits, of each kind of value.
// Names are compared whole, without case, blanks and marks: "Adj Close", "adj_close" and "<CLOSE>"
// mean what they say, and a part of a name never counts ("close_to_close" are returns).

import type { Kind } from "../options.ts";

/** The files of a sweep have the same names, and each is compared with those of every layout. */
const KNOWN_KEYS = new Map<string, string>();
const MOST_KNOWN = 2000;

/** A name as it is compared. */
export function nameKey(name: string): string {
  const known = KNOWN_KEYS.get(name);
  if (known !== undefined) return known;
  const key = keyOf(name);
  if (KNOWN_KEYS.size < MOST_KNOWN) KNOWN_KEYS.set(name, key);
  return key;
}

function keyOf(name: string): string {
  return name.replace(/[([](?:[A-Z]{3,4}|\p{Sc})[)\]]/gu, "").toLowerCase()
    .replace(/[^\p{L}\p{N}%&#]+/gu, "");
}

/** Names of dates, the surest first. */
export const DATE_NAMES: readonly string[] = [
  "date",
  "datetime",
  "timestamp",
  "time",
  "dateandtime",
  "dtyyyymmdd",
];

/** A time of day beside a date of its own. */
export const CLOCK_NAMES: readonly string[] = ["time", "timeofday", "hour", "clock"];

/** Words of a name that say when a trade was closed, and when it was opened. */
export const CLOSED_WORDS: readonly string[] = [
  "exit",
  "exited",
  "close",
  "closed",
  "sold",
  "sell",
  "closing",
];
export const OPENED_WORDS: readonly string[] = [
  "entry",
  "entered",
  "open",
  "opened",
  "bought",
  "buy",
  "opening",
  "acquired",
];

/** Words that say that a time is of a period, whether it opens or closes. */
export const PERIOD_WORDS: readonly string[] = ["period", "market", "session", "bar", "candle"];

/** Words that say so of what is known to be a trade; of periods they say where one begins. */
export const ENDED_WORDS: readonly string[] = [...CLOSED_WORDS, "end", "ended", "finish"];
export const STARTED_WORDS: readonly string[] = [...OPENED_WORDS, "start", "started", "begin"];

/** Names of what a trade cost. */
export const COST_NAMES: readonly string[] = [
  "commission",
  "commissions",
  "fee",
  "fees",
  "totalfee",
  "totalfees",
  "tradingfee",
  "costs",
  "swap",
  "funding",
];

/** Names of money paid into an account or out of it. */
export const FLOW_NAMES: ReadonlySet<string> = new Set([
  ...["deposit", "deposits", "netdeposit", "netdeposits", "depositwithdrawal"],
  ...["depositswithdrawals", "depositsandwithdrawals", "withdrawal", "withdrawals"],
  ...["contribution", "contributions", "netcontributions", "distributions", "netinvestment"],
  ...["cashflow", "cashflows", "netcashflow", "flow", "flows", "netflow", "netflows"],
  ...["externalflow", "externalflows", "capitalflow", "capitalflows", "inflow", "outflow"],
  ...["inflows", "outflows", "transfers", "nettransfers", "subscriptions", "redemptions"],
]);

/** Of a trade's two sides the later one closed it: what is sold first is bought back. */
export const SIDE_WORDS: readonly string[] = ["bought", "sold", "buy", "sell"];

/** Names of a value by its kind, the surest first. */
export const VALUE_NAMES: Readonly<Record<Kind, readonly string[]>> = {
  "returns": ["returns", "return"],
  "log-returns": ["logreturns", "logreturn", "logret", "logrets", "lnreturns", "lnreturn"],
  "cumulative": [
    "cumulativereturns",
    "cumulativereturn",
    "cumreturns",
    "cumreturn",
    "cumrets",
    "cumret",
    "cumulative",
    "cum",
  ],
  "prices": [
    "adjclose",
    "adjustedclose",
    "closeadj",
    "close",
    "prices",
    "price",
    "closeprice",
    "closingprice",
    "closelast",
    "last",
    "lastprice",
    "settle",
    "settlement",
    "settlementprice",
    "pxlast",
    "indexlevel",
    "indexvalue",
    "open",
    "high",
    "low",
    "vwap",
  ],
  "equity": [
    "equity",
    "equitycurve",
    "nav",
    "balance",
    "networth",
    "accountvalue",
    "accountbalance",
    "accountequity",
    "portfoliovalue",
    "totalvalue",
    "totalequity",
    "netassetvalue",
    "netliquidation",
    "netliquidationvalue",
  ],
  "trades": [
    "pnl",
    "profit",
    "netpnl",
    "netprofit",
    "p&l",
    "netp&l",
    "profitloss",
    "profit&loss",
    "realizedpnl",
    "realisedpnl",
    "realizedp&l",
    "profitabs",
    "pl",
    "netpl",
    "tradepl",
    "tradep&l",
    "tradepnl",
    "tradeprofit",
    "dailypnl",
    "dailyprofit",
    "closedpnl",
    "closedp&l",
    "realizedprofit",
    "realisedprofit",
    "gainloss",
    "gain&loss",
    "netgain",
    "netgainloss",
    "realizedgain",
    "realizedgainloss",
  ],
};

/** Names that no row has in its cells, as it may have "open" or "last". */
const ONLY_NAMES: ReadonlySet<string> = new Set([
  ...DATE_NAMES,
  ...VALUE_NAMES.returns,
  ...["prices", "price", "adjclose", "equity", "pnl", "profit"],
]);

/** Whether a cell of a first line can only be a column's name. */
export function isKnownName(name: string): boolean {
  return ONLY_NAMES.has(nameKey(name));
}

/** Names that say returns of periods, besides those a column is chosen by. */
const RETURN_NAMES: ReadonlySet<string> = new Set([
  ...VALUE_NAMES.returns,
  "ret",
  "rets",
  "dailyreturns",
  "dailyreturn",
  "monthlyreturns",
  "monthlyreturn",
  "simplereturns",
  "netreturns",
  "netreturn",
]);

/** What is no return of a period and has no kind of its own: a word for the message by name. */
const NO_RETURNS: Readonly<Record<string, readonly string[]>> = {
  "drawdowns": ["drawdown", "drawdowns", "dd", "drawdownpct", "drawdown%", "underwater"],
  "positions": ["position", "positions", "weight", "weights", "shares", "quantity", "signal"],
  "exposure": ["exposure", "grossexposure", "netexposure", "leverage", "grossleverage"],
  "volumes": ["volume", "volumes", "openinterest"],
  "profits since the beginning": [
    "cumpnl",
    "cumulativepnl",
    "cump&l",
    "cumulativep&l",
    "cumprofit",
    "cumulativeprofit",
    "cumnetprofit",
    "totalpnl",
    "runningpnl",
  ],
};

/** What a name says of its column: a kind, something that is no return, or nothing. */
export function kindOfName(
  name: string,
): { readonly kind: Kind } | { readonly noReturns: string } | null {
  const key = nameKey(name);
  if (RETURN_NAMES.has(key)) return { kind: "returns" };
  for (const kind of ["prices", "equity", "cumulative", "log-returns", "trades"] as const) {
    if (VALUE_NAMES[kind].includes(key)) return { kind };
  }
  const found = Object.entries(NO_RETURNS).find(([, names]) => names.includes(key));
  return found === undefined ? null : { noReturns: found[0] };
}

/** Whether a name says percent: `return_pct`, `Return %`, `ReturnPercent`. */
export function isPercentName(name: string): boolean {
  const words = name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase().split(/[^\p{L}%]+/u);
  return words.some((word) =>
    word.includes("%") || /^(?:pct|perc|prct|percent(?:age)?)$/.test(word)
  );
}

/** Whether a name says hundredths of a percent: `return_bps`, `ret (bp)`. */
export function isBasisPointsName(name: string): boolean {
  return hasWord(name, ["bp", "bps"]);
}

/** Whether a name has one of these words: `closed_at`, `ExitTime`, `ts_closed`. */
export function hasWord(name: string, wanted: readonly string[]): boolean {
  const words = name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase().split(/[^\p{L}]+/u);
  return words.some((word) => wanted.includes(word));
}
