// What is asked of a backtest: how its file is read and what is computed of it.

import type { Kind, ReadOptions } from "../input/mod.ts";
import { missingReturnsIn, type Release } from "../metrics/mod.ts";
import type { Definition } from "./expression.ts";
import type { IntervalOptions } from "./intervals.ts";
import type { PeriodOptions } from "./periods.ts";
import type { RateFile } from "./rates.ts";

/** What is asked of a backtest's file. */
export interface BacktestOptions extends PeriodOptions {
  /** Annual, a fraction. */
  readonly riskFreeRate: number;
  /** A rate that changes, in place of the one above. */
  readonly rateFile?: RateFile | undefined;
  /** Whose definitions of metrics and of a missing return count. */
  readonly release: Release;
  /** Path of the benchmark's file. */
  readonly benchmark?: string | undefined;
  readonly benchmarkKind?: Kind | undefined;
  /** Without `benchmark`, a column of the file itself. */
  readonly benchmarkColumn?: string | undefined;
  readonly benchmarkDateColumn?: string | undefined;
  readonly benchmarkPercent?: boolean | undefined;
  /** Only these metrics, by key. */
  readonly names?: readonly string[] | undefined;
  /** Also the metrics beyond QuantStats'. */
  readonly extended: boolean;
  /** How many strategies were tried, for `deflated_sharpe_ratio`. */
  readonly trials?: number | undefined;
  /** Variance of the trials' Sharpe ratios, not annualised. */
  readonly trialsVariance?: number | undefined;
  readonly definitions: readonly Definition[];
  /** How the metrics' intervals are drawn; without it there are none. */
  readonly intervals?: IntervalOptions | undefined;
  /** True when the fan of what was resampled is needed: for a page, which alone draws it. */
  readonly fan?: boolean;
  readonly read: ReadOptions;
  /** True when the file's hash is needed: for lineage, not for printing. */
  readonly hash?: boolean;
}

/** How the file of a backtest is read. */
export function readingOf({ read, release, hash }: BacktestOptions): ReadOptions {
  return { ...read, missingReturns: missingReturnsIn(release), hash: hash ?? false };
}
