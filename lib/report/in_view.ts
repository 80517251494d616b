// The figures of rows that the reader chooses, computed in the browser from the exact returns: of a range in
// a tear sheet, of the ticked runs in a comparison. They are defined as the catalogue's of the same names and
// stand on the same arithmetic, so that over the whole series they are equal to them.

import { deviationOf, meanOf } from "../metrics/kernel.ts";
import type { Unit } from "./model.ts";

/** The key of a figure of the strip. */
export type ViewKey =
  | "total_return"
  | "cagr"
  | "volatility"
  | "sharpe_ratio"
  | "max_drawdown"
  | "beta";

/** The figures of the strip: a key of the catalogue, what it is called there, and its unit. */
export const VIEW_FIGURES: readonly (readonly [key: ViewKey, label: string, unit: Unit])[] = [
  ["total_return", "Return", "fraction"],
  ["cagr", "CAGR", "fraction"],
  ["volatility", "Volatility", "fraction"],
  ["sharpe_ratio", "Sharpe", "ratio"],
  ["max_drawdown", "Max drawdown", "fraction"],
  ["beta", "Beta", "ratio"],
];

/** One a row; NaN where the benchmark has none. */
export interface ViewRows {
  readonly returns: Float64Array;
  readonly benchmark: Float64Array | null;
  /** Of each row's own period, in place of `rate`; null where it does not change. */
  readonly rates: Float64Array | null;
  /** Of a period. */
  readonly rate: number;
  /** A year. */
  readonly periods: number;
}

/** NaN is undefined. */
export type ViewFigures = Readonly<Record<ViewKey, number>>;

/** Less of a year is not scaled up to one: holidays and a leap day make a year of a little less. */
export const LEAST_YEAR = 0.95;

/** The strategy's figures of the rows from `first` to `last`. */
export function strategyInView(rows: ViewRows, first: number, last: number): ViewFigures {
  const { returns, benchmark } = rows;
  const own = returns.subarray(first, last + 1);
  const other = benchmark?.subarray(first, last + 1) ?? null;
  return { ...figuresOf(rows, own, first), beta: other === null ? NaN : betaOf(own, other) };
}

/** The benchmark's of the same rows; null without one. */
export function benchmarkInView(rows: ViewRows, first: number, last: number): ViewFigures | null {
  const { benchmark } = rows;
  return benchmark === null
    ? null
    : { ...figuresOf(rows, benchmark.subarray(first, last + 1), first), beta: NaN };
}

/** Rows that are NaN are none. */
function figuresOf(
  { rate, rates, periods }: ViewRows,
  all: Float64Array,
  first: number,
): Omit<ViewFigures, "beta"> {
  const values = all.filter((value) => !Number.isNaN(value));
  const excess = all.map((value, row) => value - (rates?.[first + row] ?? rate))
    .filter((value) => !Number.isNaN(value));
  const [wealth, deepest] = compounded(values);
  const years = values.length / periods;
  const spread = deviationOf(excess);
  return {
    total_return: values.length === 0 ? NaN : wealth - 1,
    cagr: years < LEAST_YEAR ? NaN : wealth ** (1 / years) - 1,
    volatility: deviationOf(values) * Math.sqrt(periods),
    sharpe_ratio: spread > 0 ? (meanOf(excess) / spread) * Math.sqrt(periods) : NaN,
    max_drawdown: values.length === 0 ? NaN : deepest,
  };
}

/** What one unit became, and its deepest fall; the beginning counts as a peak. */
function compounded(values: Float64Array): [wealth: number, deepest: number] {
  let wealth = 1;
  let peak = 1;
  let deepest = 0;
  for (const value of values) {
    if (value <= -1) return [0, -1];
    wealth *= 1 + value;
    peak = Math.max(peak, wealth);
    deepest = Math.min(deepest, wealth / peak - 1);
  }
  return [wealth, deepest];
}

function betaOf(own: Float64Array, other: Float64Array): number {
  const isJoined = (_: number, row: number): boolean => !Number.isNaN(other[row]);
  const [one, two] = [own.filter(isJoined), other.filter(isJoined)];
  const [middle, otherMiddle] = [meanOf(one), meanOf(two)];
  const products = one.reduce(
    (sum, value, row) => sum + (value - middle) * ((two[row] ?? NaN) - otherMiddle),
    0,
  );
  const spread = deviationOf(two);
  return spread > 0 ? products / (two.length - 1) / spread ** 2 : NaN;
}
