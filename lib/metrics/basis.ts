// What metrics share, computed once and only when first asked for: one object holds the totals,
// moments, quantiles, growth and calendar of a series, and each metric is a few lines on top. All
// the loops over rows are behind it, so the cost of another metric is not another pass.

import { type Calendar, readCalendar } from "./calendar.ts";
import { type DrawdownSummary, summariseDrawdowns } from "./drawdown_periods.ts";
import { type Growth, readGrowth } from "./growth.ts";
import { type JoinedBenchmark, type Joint, readJoint } from "./joint.ts";
import { type Moments, momentsOf, withoutNoise } from "./kernel.ts";
import type { TradeList } from "./listed_trades.ts";
import { quantilesOf } from "./quantiles.ts";
import { excessOver, joinRates, ratePerPeriod, type RateSeries } from "./rates.ts";
import { NEWEST_RELEASE, type Release } from "./releases.ts";
import { serialCorrelation, serialPenalty } from "./serial.ts";
import { readTotals, type Totals } from "./totals.ts";

/** A returns series: simple returns as fractions. */
export interface Returns {
  /**
   * Times in ms since the epoch, ascending and unique, or null. Clock times are those written in
   * the file, taken as UTC, so calendar days, months and years are the file's own.
   */
  readonly dates: Float64Array | null;
  /** Simple returns as fractions, one a row. */
  readonly values: Float64Array;
}

/** What a metric may depend on besides the returns. */
export interface BasisOptions {
  /** Times in ms, as in `Returns`. */
  readonly dates?: ArrayLike<number> | null;
  /** Annual risk-free rate, a fraction; 0 by default. */
  readonly riskFreeRate?: number;
  /** A rate that changes, in place of the one above; needs dates. */
  readonly rates?: RateSeries;
  /** Periods a year; 252 by default. */
  readonly periods?: number;
  /** Whose definitions count: a release of QuantStats, the newest by default. */
  readonly release?: Release;
  /** The returns beside a benchmark, joined on equal dates. */
  readonly benchmark?: JoinedBenchmark;
  /** How many strategies were tried before this one was picked. */
  readonly trials?: number;
  /** Variance of the trials' Sharpe ratios, per period. */
  readonly trialsVariance?: number;
  /** The closed trades, where they are listed one by one. */
  readonly trades?: TradeList | null;
}

/** The 1st, 5th, 95th and 99th percentiles. */
export interface Tails {
  /** The 1st percentile. */
  readonly first: number;
  /** The 5th percentile. */
  readonly fifth: number;
  /** The 95th percentile. */
  readonly ninetyFifth: number;
  /** The 99th percentile. */
  readonly ninetyNinth: number;
}

/** The returns less the risk-free rate of their period. */
export interface Excess {
  readonly mean: number;
  /** Sample standard deviation (n − 1), whose noise is judged by the excess returns' own magnitude. */
  readonly deviation: number;
  /** Sum of those above 0. */
  readonly gain: number;
  /** Sum of those below 0. */
  readonly loss: number;
  /** Sum of the squares of those below 0. */
  readonly lossSquares: number;
  /** As the basis' own: a rate that changes has a correlation too. */
  readonly serialPenalty: number;
}

/** A series with everything that more than one metric needs; see `basisOf`. */
export interface Basis {
  /** The returns. */
  readonly values: Float64Array;
  /** Times in ms, ascending, or null. */
  readonly dates: Float64Array | null;
  /** Number of rows. */
  readonly count: number;
  /** Whose definitions count: a release of QuantStats. */
  readonly release: Release;
  /** Periods a year. */
  readonly periods: number;
  /** Annual risk-free rate; NaN where it changes. */
  readonly riskFreeRate: number;
  /** The annual rate taken to one period: (1 + rate)^(1 / periods) − 1; NaN where it changes. */
  readonly ratePerPeriod: number;
  /** How many strategies were tried. */
  readonly trials: number | undefined;
  /** Variance of the trials' Sharpe ratios, per period. */
  readonly trialsVariance: number | undefined;
  /** The closed trades; null where they are not listed one by one. */
  readonly trades: TradeList | null;
  /** Sums, counts and extremes. */
  readonly totals: Totals;
  /** Central moment sums. */
  readonly moments: Moments;
  /** Sample standard deviation (n − 1); rounding noise counts as 0; NaN below 2 rows. */
  readonly deviation: number;
  /** The returns over the rate. */
  readonly excess: Excess;
  /** The outer percentiles. */
  readonly tails: Tails;
  /** The compounded course. */
  readonly growth: Growth;
  /** What the drawdown periods come to. */
  readonly drawdowns: DrawdownSummary;
  /** Correlation of a row with the next. */
  readonly serialCorrelation: number;
  /** How far serial correlation inflates annualised ratios; see `autocorrelationPenalty`. */
  readonly serialPenalty: number;
  /** Null without dates. */
  readonly calendar: Calendar | null;
  /** The figures beside the benchmark; null without one. */
  readonly joint: Joint | null;
}

/**
 * Prepares a series for the metrics. Nothing is read until a metric asks for it, nothing is read
 * twice, and the arrays given are never changed.
 *
 * Throws `RangeError` for a value that is not finite, a rate at or below −100 %, periods that are
 * not above 0, dates of another length than the values or out of order.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(basisOf([0.01, -0.02, 0.04]).totals.mean, 0.01, 1e-15);
 * ```
 */
export function basisOf(values: ArrayLike<number>, options: BasisOptions = {}): Basis {
  const rows = values instanceof Float64Array ? values : Float64Array.from(values);
  const { periods = 252, release = NEWEST_RELEASE } = options;
  const riskFreeRate = options.rates === undefined ? options.riskFreeRate ?? 0 : NaN;
  checkOptions(options.rates === undefined ? riskFreeRate : 0, periods);
  const dates = options.dates === undefined || options.dates === null
    ? null
    : checkDates(options.dates, rows.length);
  const rate = ratePerPeriod(riskFreeRate, periods);
  const totals = once(() => readTotals(rows, options.rates === undefined ? rate : 0));
  const moments = once(() => momentsOf(rows, totals().mean));
  const rawDeviation = once(() =>
    rows.length < 2 ? NaN : Math.sqrt(moments().second / (rows.length - 1))
  );
  const excess = once((): Excess => {
    if (options.rates !== undefined) return excessOf(rows, dates, options.rates, periods);
    const { mean, excessGain, excessLoss, excessLossSquares } = totals();
    return {
      mean: mean - rate,
      deviation: withoutNoise(rawDeviation(), largestMagnitude(totals(), rate)),
      gain: excessGain,
      loss: excessLoss,
      lossSquares: excessLossSquares,
      get serialPenalty() {
        return penalty();
      },
    };
  });
  const tails = once(() => readTails(rows));
  const growth = once(() => readGrowth(rows, totals().ruinRow));
  const drawdowns = once(() => summariseDrawdowns(growth(), dates));
  const correlation = once(() =>
    serialCorrelation(rows, totals().mean, moments(), largestMagnitude(totals(), 0))
  );
  const penalty = once(() => serialPenalty(correlation(), rows.length));
  const calendar = once(() => dates === null ? null : readCalendar(rows, dates));
  const joint = once(() => options.benchmark === undefined ? null : readJoint(options.benchmark));
  return {
    values: rows,
    dates,
    count: rows.length,
    release,
    periods,
    riskFreeRate,
    ratePerPeriod: rate,
    trials: options.trials,
    trialsVariance: options.trialsVariance,
    trades: options.trades ?? null,
    get totals() {
      return totals();
    },
    get moments() {
      return moments();
    },
    get deviation() {
      return withoutNoise(rawDeviation(), largestMagnitude(totals(), 0));
    },
    get excess() {
      return excess();
    },
    get tails() {
      return tails();
    },
    get growth() {
      return growth();
    },
    get drawdowns() {
      return drawdowns();
    },
    get serialCorrelation() {
      return correlation();
    },
    get serialPenalty() {
      return penalty();
    },
    get calendar() {
      return calendar();
    },
    get joint() {
      return joint();
    },
  };
}

/** With a rate a row the excess returns are a series of their own. */
function excessOf(
  rows: Float64Array,
  dates: Float64Array | null,
  rates: RateSeries,
  periods: number,
): Excess {
  if (dates === null) throw new RangeError("Cannot join rates to rows without dates");
  const own = basisOf(excessOver(rows, joinRates(dates, rates), periods));
  return own.excess;
}

function checkOptions(riskFreeRate: number, periods: number): void {
  if (!(riskFreeRate > -1 && riskFreeRate < Infinity)) {
    throw new RangeError(
      `Cannot use a risk-free rate of ${riskFreeRate}: it is an annual fraction above -1, such as 0.02`,
    );
  }
  if (!(periods > 0 && periods < Infinity)) {
    throw new RangeError(`Cannot use ${periods} periods a year: it must be a number above 0`);
  }
}

function checkDates(dates: ArrayLike<number>, count: number): Float64Array {
  const times = dates instanceof Float64Array ? dates : Float64Array.from(dates);
  if (times.length !== count) {
    throw new RangeError(`Cannot pair ${times.length} dates with ${count} returns`);
  }
  for (let row = 0; row < count; row++) {
    if (!Number.isFinite(times[row])) {
      throw new RangeError(`Cannot use the date at row ${row}: it is not a finite number of ms`);
    }
    if (row > 0 && !((times[row] as number) > (times[row - 1] as number))) {
      throw new RangeError(
        `Cannot use dates that do not ascend: row ${row} is not after row ${row - 1}`,
      );
    }
  }
  return times;
}

function largestMagnitude(totals: Totals, rate: number): number {
  return Math.max(Math.abs(totals.maximum - rate), Math.abs(totals.minimum - rate));
}

// QuantStats' own probabilities: 1 − 0.95 is 0.050000000000000044 there as here.
const TAIL_PROBABILITIES = [0.01, 1 - 0.95, 0.95, 0.99] as const;

function readTails(values: Float64Array): Tails {
  const [first, fifth, ninetyFifth, ninetyNinth] = quantilesOf(values, TAIL_PROBABILITIES);
  return {
    first: first ?? NaN,
    fifth: fifth ?? NaN,
    ninetyFifth: ninetyFifth ?? NaN,
    ninetyNinth: ninetyNinth ?? NaN,
  };
}

/** Computes on the first call and answers from memory afterwards. */
function once<T>(compute: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => (known ??= { value: compute() }).value;
}

/** Periods a year of the rows joined with the benchmark. */
export function joinedPeriods({ joint, periods }: Basis): number {
  return joint?.series.periods ?? periods;
}

/** The annual rate taken to one period of the joined rows. */
export function joinedRate({ joint, riskFreeRate, ratePerPeriod }: Basis): number {
  const periods = joint?.series.periods;
  return periods === undefined ? ratePerPeriod : (1 + riskFreeRate) ** (1 / periods) - 1;
}
