// A risk-free rate that changes, and how it comes to the rows of a series: as QuantStats joins it since
// 0.0.82. A row takes the rate of its own date, else that of the row before it, else that of the next.

/** Annual rates by date, ascending and unique. */
export interface RateSeries {
  /** Times in ms since the epoch. */
  readonly dates: Float64Array;
  /** Annual rates, fractions. */
  readonly annual: Float64Array;
}

/** The annual rate of each row; 0 in all where no date of the rates is one of the rows'. */
export function joinRates(dates: Float64Array, rates: RateSeries): Float64Array {
  const known = new Map<number, number>();
  rates.dates.forEach((date, index) => known.set(date, rates.annual[index] as number));
  const joined = new Float64Array(dates.length);
  const first = dates.findIndex((date) => known.has(date));
  let rate = first < 0 ? 0 : known.get(dates[first] as number) as number;
  for (let row = 0; row < dates.length; row++) {
    rate = known.get(dates[row] as number) ?? rate;
    joined[row] = rate;
  }
  return joined;
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

/** Values less their rows' annual rates taken to one period. */
export function excessOver(
  values: Float64Array,
  annual: Float64Array,
  periods: number,
): Float64Array {
  return values.map((value, row) => value - ratePerPeriod(annual[row] as number, periods));
}
