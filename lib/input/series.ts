// What an input file gives: one series or several, each with what its tool said of it.

import type { Warning } from "../errors.ts";
import type { Returns, TradeList } from "../metrics/mod.ts";
import type { Kind } from "./options.ts";

/** One series of a file. */
export interface InputSeries {
  /** The strategy, when the file names one. */
  readonly name: string | null;
  /** What the file's values are. */
  readonly kind: Kind;
  /** Name of the column that they stand in; null where there is none. */
  readonly column: string | null;
  /** Simple returns, in order of date. */
  readonly returns: Returns;
  /** What they are the changes of: prices, equity; null where the file has returns. */
  readonly levels: Returns | null;
  /** Whether the dates are instants of UTC that may be another zone's midnight. */
  readonly isInstant: boolean;
  /** The settings of the backtest, under the tool's prefix. */
  readonly params: Readonly<Record<string, string>>;
  /** The tool's own figures, under the tool's prefix: they may be other quantities than ours. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What else identifies the backtest, under the tool's prefix. */
  readonly tags: Readonly<Record<string, string>>;
  /** Returns of a benchmark, when the file carries one. */
  readonly benchmark: Returns | null;
  /** The closed trades, where the file lists them one by one. */
  readonly trades: TradeList | null;
}

/** What a reader gives. */
export interface ReadResult {
  /** Name of the format, a layout's where one was recognised. */
  readonly format: string;
  /** At least one. */
  readonly series: readonly InputSeries[];
  /** Whether any date has a time of day. */
  readonly hasTime: boolean;
  /** What the user should know of the reading. */
  readonly warnings: readonly Warning[];
}
