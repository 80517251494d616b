// Tables that a backtester writes, recognised by their header: what kind of values they hold and
// where. A layout only fills in what the user has not said; it never changes how a cell is read.

import type { Kind } from "./options.ts";

/** A table that is recognised by its columns. */
export interface Layout {
  readonly name: string;
  readonly summary: string;
  /** The columns it is recognised by; all must be there, spelled like this. */
  readonly columns: readonly string[];
  readonly kind: Kind;
  readonly value: string;
  readonly date?: string;
  /** A column to subtract from the value: costs, where the value is before them. */
  readonly minus?: string;
  /** A column of benchmark returns. */
  readonly benchmark?: string;
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
    columns: ["EntryTime", "ExitTime", "PnL"],
    kind: "trades",
    value: "PnL",
    date: "ExitTime",
  },
  {
    name: "vectorbt-trades",
    summary: "vectorbt's trades.records_readable; needs --capital",
    columns: ["Exit Timestamp", "PnL"],
    kind: "trades",
    value: "PnL",
    date: "Exit Timestamp",
  },
  {
    name: "qlib",
    summary: "qlib's portfolio report: return less cost, bench as benchmark",
    columns: ["return", "cost", "bench", "turnover"],
    kind: "returns",
    value: "return",
    minus: "cost",
    benchmark: "bench",
  },
];
