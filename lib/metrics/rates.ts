// A risk-free rate that changes, and how it comes to the rows of a series: as QuantStats joins it since
// 0.0.82. A row takes the rate of its own date, else that of the row before it, else that of the next.
// Rates a period are taken off as they are: made annual and back, large ones would lose their digits,
// and returns that are the rates themselves would seem to have an excess.

/** What the numbers of rates are: a year's, or that of the row's own period. */
export type RateKind = "annual" | "period";

/** Rates by date, ascending and unique. */
export interface RateSeries {
  /** Times in ms since the epoch. */
  readonly dates: Float64Array;
  /** Rates, fractions. */
  readonly rates: Float64Array;
  readonly kind: RateKind;
}

/** A rate for each row. */
export interface RowRates {
  /** Fractions, one a row. */
  readonly rates: Float64Array;
  readonly kind: RateKind;
}

/** The rate of each row; 0 in all where no date of the rates is one of the rows'. */
export function joinRates(dates: Float64Array, { dates: own, rates, kind }: RateSeries): RowRates {
  const known = new Map<number, number>();
  own.forEach((date, index) => known.set(date, rates[index] as number));
  const joined = new Float64Array(dates.length);
  const first = dates.findIndex((date) => known.has(date));
  let rate = first < 0 ? 0 : known.get(dates[first] as number) as number;
  for (let row = 0; row < dates.length; row++) {
    rate = known.get(dates[row] as number) ?? rate;
    joined[row] = rate;
  }
  return { rates: joined, kind };
}

/** How many dates of the rates are dates of rows. */
export function ratesJoined(dates: Float64Array, rates: RateSeries): number {
  const rows = new Set(dates);
  return rates.dates.reduce((count, date) => count + (rows.has(date) ? 1 : 0), 0);
}

/** An annual rate taken to one period. */
export function ratePerPeriod(annual: number, periods: number): number {
  return annual === 0 ? 0 : (1 + annual) ** (1 / periods) - 1;
}

/** What is left of 1 + rate by rounding: an excess below it is none. */
const NOISE = 4 * Number.EPSILON;

/** Values less their rows' rates, those a year taken to one period. */
export function excessOver(
  values: Float64Array,
  { rates, kind }: RowRates,
  periods: number,
): Float64Array {
  return values.map((value, row) => {
    const rate = rates[row] as number;
    const excess = value - (kind === "period" ? rate : ratePerPeriod(rate, periods));
    return Math.abs(excess) <= NOISE ? 0 : excess;
  });
}
