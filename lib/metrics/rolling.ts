// Ratios over a moving window, linear in rows. A window is a suffix of one block of rows and a
// prefix of the next, each summed on its own and then joined (Chan, Golub and LeVeque 1983): no
// row is ever subtracted again, so an outlier leaves no rounding behind when it leaves the window.

import { excessOver, ratePerPeriod, type RowRates } from "./rates.ts";
import { isUpTo, NEWEST_RELEASE, type Release } from "./releases.ts";

/** How rolling figures are computed. */
export interface RollingOptions {
  /** Rows in the window, at least 2. By default half a year of periods; a year for beta. */
  readonly window?: number;
  /** Periods a year; 252 by default. */
  readonly periods?: number;
  /** Annual risk-free rate, a fraction; 0 by default. */
  readonly riskFreeRate?: number;
  /** A rate for each row, in place of the one above. */
  readonly rates?: RowRates;
  /** Whose definitions count: a release of QuantStats, the newest by default. */
  readonly release?: Release;
}

/** Mean and squared distances of a stretch of rows, and of a second series beside it. */
interface Stretch {
  count: number;
  mean: number;
  squares: number;
  otherMean: number;
  otherSquares: number;
  products: number;
  lossSquares: number;
}

type Ratio = (window: Stretch) => number;

/**
 * The Sharpe ratio of each window, annualised; NaN until a window is full and where it never varies.
 *
 * The annual rate is taken to one period by periods a year; until QuantStats 0.0.82 by the rows of
 * the window, which took off more of it the shorter the window.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * const ratios = rollingSharpe(Float64Array.of(0.01, 0.03, 0.01), { window: 2, periods: 1 });
 * assertAlmostEquals(ratios[2] ?? NaN, Math.SQRT2, 1e-12);
 * ```
 */
export function rollingSharpe(values: Float64Array, options: RollingOptions = {}): Float64Array {
  const { periods, rate, window, rows } = settle(values, options, 2);
  return roll(rows, rows, window, rate, ({ count, mean, squares }) => {
    const deviation = Math.sqrt(squares / (count - 1));
    return deviation > 1e-12 * Math.abs(mean)
      ? (mean - rate) / deviation * Math.sqrt(periods)
      : NaN;
  });
}

/** The Sortino ratio of each window, annualised; NaN until it is full and where nothing was lost. */
export function rollingSortino(values: Float64Array, options: RollingOptions = {}): Float64Array {
  const { periods, rate, window, rows } = settle(values, options, 2);
  return roll(rows, rows, window, rate, ({ count, mean, lossSquares }) => {
    const downside = Math.sqrt(lossSquares / count);
    return downside > 0 ? (mean - rate) / downside * Math.sqrt(periods) : NaN;
  });
}

/** The annualised standard deviation of each window; NaN until it is full. */
export function rollingVolatility(
  values: Float64Array,
  options: RollingOptions = {},
): Float64Array {
  const { periods, window } = settle(values, options, 2);
  return roll(
    values,
    values,
    window,
    0,
    ({ count, squares }) => Math.sqrt(squares / (count - 1) * periods),
  );
}

/** The slope on a benchmark of equal length in each window; NaN where the benchmark never varies. */
export function rollingBeta(
  strategy: Float64Array,
  benchmark: Float64Array,
  options: RollingOptions = {},
): Float64Array {
  if (strategy.length !== benchmark.length) {
    throw new RangeError(
      `Cannot roll ${strategy.length} returns beside ${benchmark.length} of a benchmark`,
    );
  }
  const { window } = settle(strategy, options, 1);
  return roll(strategy, benchmark, window, 0, ({ count, products, otherSquares, otherMean }) => {
    const deviation = Math.sqrt(otherSquares / (count - 1));
    return deviation > 1e-12 * Math.abs(otherMean) ? products / otherSquares : NaN;
  });
}

interface Settled {
  readonly periods: number;
  /** What is still to be taken off each row. */
  readonly rate: number;
  readonly window: number;
  /** The values, less the rates where each row has its own. */
  readonly rows: Float64Array;
}

function settle(values: Float64Array, options: RollingOptions, windowsPerYear: number): Settled {
  const { periods = 252, riskFreeRate = 0, rates, release = NEWEST_RELEASE } = options;
  const window = options.window ?? Math.max(3, Math.round(periods / windowsPerYear));
  if (!(Number.isInteger(window) && window >= 2)) {
    throw new RangeError(
      `Cannot use a window of ${window} rows: it must be a whole number, at least 2`,
    );
  }
  const periodsOfRate = isUpTo(release, "0.0.82") ? window : periods;
  return rates === undefined
    ? { periods, window, rate: ratePerPeriod(riskFreeRate, periodsOfRate), rows: values }
    : { periods, window, rate: 0, rows: excessOver(values, rates, periodsOfRate) };
}

function roll(
  first: Float64Array,
  second: Float64Array,
  window: number,
  rate: number,
  ratio: Ratio,
): Float64Array {
  const result = new Float64Array(first.length).fill(NaN);
  if (first.length < window) return result;
  const suffixes = new Float64Array(window * FIELDS);
  const joined = empty();
  for (let block = 0; block < first.length; block += window) {
    const prefix = empty();
    const end = Math.min(first.length, block + window);
    for (let row = block; row < end; row++) {
      include(prefix, first[row] as number, second[row] as number, rate);
      if (row === block + window - 1) result[row] = ratio(prefix);
      else if (block > 0) {
        // The window's other part: the last rows of the block before.
        load(joined, suffixes, row - block + 1, window - (row - block + 1));
        join(joined, prefix);
        result[row] = ratio(joined);
      }
    }
    if (end === block + window) readSuffixes(suffixes, first, second, block, window, rate);
  }
  return result;
}

const FIELDS = 6;

function readSuffixes(
  suffixes: Float64Array,
  first: Float64Array,
  second: Float64Array,
  block: number,
  window: number,
  rate: number,
): void {
  const suffix = empty();
  for (let offset = window - 1; offset >= 0; offset--) {
    include(suffix, first[block + offset] as number, second[block + offset] as number, rate);
    const at = offset * FIELDS;
    suffixes[at] = suffix.mean;
    suffixes[at + 1] = suffix.squares;
    suffixes[at + 2] = suffix.otherMean;
    suffixes[at + 3] = suffix.otherSquares;
    suffixes[at + 4] = suffix.products;
    suffixes[at + 5] = suffix.lossSquares;
  }
}

function load(stretch: Stretch, suffixes: Float64Array, offset: number, count: number): void {
  const at = offset * FIELDS;
  stretch.count = count;
  stretch.mean = suffixes[at] as number;
  stretch.squares = suffixes[at + 1] as number;
  stretch.otherMean = suffixes[at + 2] as number;
  stretch.otherSquares = suffixes[at + 3] as number;
  stretch.products = suffixes[at + 4] as number;
  stretch.lossSquares = suffixes[at + 5] as number;
}

function empty(): Stretch {
  return {
    count: 0,
    mean: 0,
    squares: 0,
    otherMean: 0,
    otherSquares: 0,
    products: 0,
    lossSquares: 0,
  };
}

/** Welford's step. */
function include(stretch: Stretch, value: number, other: number, rate: number): void {
  stretch.count++;
  const gap = value - stretch.mean;
  const otherGap = other - stretch.otherMean;
  stretch.mean += gap / stretch.count;
  stretch.otherMean += otherGap / stretch.count;
  stretch.squares += gap * (value - stretch.mean);
  stretch.otherSquares += otherGap * (other - stretch.otherMean);
  stretch.products += gap * (other - stretch.otherMean);
  const excess = value - rate;
  if (excess < 0) stretch.lossSquares += excess * excess;
}

/** Adds a second stretch to the first. */
function join(stretch: Stretch, added: Stretch): void {
  const count = stretch.count + added.count;
  const gap = added.mean - stretch.mean;
  const otherGap = added.otherMean - stretch.otherMean;
  const weight = stretch.count * added.count / count;
  stretch.squares += added.squares + gap * gap * weight;
  stretch.otherSquares += added.otherSquares + otherGap * otherGap * weight;
  stretch.products += added.products + gap * otherGap * weight;
  stretch.lossSquares += added.lossSquares;
  stretch.mean += gap * added.count / count;
  stretch.otherMean += otherGap * added.count / count;
  stretch.count = count;
}
