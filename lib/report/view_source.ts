// What the browser computes figures from in the range that the reader chooses.

import {
  type JoinedBenchmark,
  joinRates,
  ratePerPeriod,
  type RateSeries,
  type Returns,
} from "../metrics/mod.ts";
import type { ViewSource } from "./model.ts";

/** The exact returns, where the page can hold them: all its charts then have a point a row. */
export function viewOf(
  { dates, values }: Returns,
  joined: JoinedBenchmark | null,
  { periods, riskFreeRate, rates }: {
    readonly periods: number;
    readonly riskFreeRate: number;
    readonly rates?: RateSeries;
  },
  points: number,
): ViewSource {
  const common = { rate: ratePerPeriod(riskFreeRate, periods), periods };
  if (points !== values.length) return { returns: null, benchmark: null, rates: null, ...common };
  const others = new Map(
    Array.from(joined?.dates ?? [], (date, row) => [date, joined?.benchmark[row] ?? NaN]),
  );
  const benchmark = joined === null || dates === null
    ? null
    : dates.map((date) => others.get(date) ?? NaN);
  const rowRates = rates === undefined || dates === null ? null : joinRates(dates, rates);
  return {
    returns: values,
    benchmark,
    rates: rowRates === null
      ? null
      : rowRates.kind === "period"
      ? rowRates.rates
      : rowRates.rates.map((rate) => ratePerPeriod(rate, periods)),
    ...common,
  };
}
