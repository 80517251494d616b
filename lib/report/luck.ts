// What is known of luck: how sure the Sharpe ratio is, how long a record would have to be, and both sides
// of a date that was declared beforehand. The numbers are those that the commands print.

import {
  cagr,
  computeMetrics,
  maxDrawdown,
  type MetricOptions,
  minimumTrackRecordLength,
  probabilisticSharpeRatio,
  type Returns,
  sharpeRatio,
  sharpeRatioLower95,
  sharpeRatioSe,
  sharpeRatioUpper95,
  totalReturn,
  volatility,
} from "../metrics/mod.ts";
import type { FigureInterval, LuckLine, SplitPart } from "./model.ts";
import { formatFigure } from "./numbers.ts";

type Options = Pick<MetricOptions, "riskFreeRate" | "rates" | "periods" | "release">;

const LUCK = [
  sharpeRatio,
  sharpeRatioSe,
  sharpeRatioLower95,
  sharpeRatioUpper95,
  probabilisticSharpeRatio,
  minimumTrackRecordLength,
];

/** Compared on both sides of a declared date. */
const SPLIT = [totalReturn, cagr, volatility, sharpeRatio, maxDrawdown];

/**
 * The statements, and the Sharpe ratio's standard error; none where there is no Sharpe ratio. The track
 * record is in years only where it is settled how many rows make one.
 */
export function luckOf(
  returns: Returns,
  options: Options & { readonly periods: number },
  intervals: ReadonlyMap<string, FigureInterval>,
  isSettled: boolean,
): { readonly lines: LuckLine[]; readonly sharpeError: number } {
  const { values } = computeMetrics(returns, { ...options, names: LUCK.map(({ name }) => name) });
  const [sharpe, error, low, high, probability, needed] = LUCK.map(({ name }) =>
    values.get(name) ?? NaN
  ) as [number, number, number, number, number, number];
  if (!Number.isFinite(sharpe) || !Number.isFinite(error)) return { lines: [], sharpeError: NaN };
  const interval = intervals.get(sharpeRatio.name);
  const band = interval ?? { low, high };
  const lines = [
    {
      label: "Sharpe ratio, 95 % band",
      value: `${ratio(sharpe)} (${ratio(band.low)} to ${ratio(band.high)})`,
      meaning: interval === undefined
        ? "Where the true ratio lies in 95 of 100 cases, by its standard error"
        : "Where the ratio lies in 95 of 100 resamples of the returns",
    },
    {
      label: "Probability of a Sharpe ratio above 0",
      value: formatFigure(probability, "probability"),
      meaning:
        "That the strategy beats the risk-free rate at all; 95 % and more counts as evidence",
    },
    ...deepestFall(intervals.get(maxDrawdown.name)),
    ...trackRecord(needed, returns.values.length, isSettled ? options.periods : null),
  ];
  return { lines, sharpeError: error };
}

function deepestFall(interval: FigureInterval | undefined): LuckLine[] {
  if (interval === undefined) return [];
  const [low, high] = [interval.low, interval.high].map((depth) => formatFigure(depth, "fraction"));
  return [{
    label: "Max drawdown, 95 % band",
    value: `${low} to ${high}`,
    meaning: "How deep the worst fall is in 95 of 100 resamples of the returns",
  }];
}

/** In rows where it is not known how many make a year. */
function trackRecord(needed: number, rows: number, periods: number | null): LuckLine[] {
  if (!Number.isFinite(needed)) return [];
  const [wanted, had] = [needed, rows].map((count) =>
    periods === null ? formatFigure(Math.ceil(count), "count") : (count / periods).toFixed(1)
  );
  return [{
    label: "Track record",
    value: `${wanted} ${periods === null ? "rows" : "years"} needed, ${had} there`,
    meaning:
      "How long returns like these must go on until the ratio is above 0 with 95 % probability",
  }];
}

function ratio(value: number): string {
  return formatFigure(value, "ratio");
}

/** The figures before a declared date and from it on; none where it does not split the rows. */
export function splitOf(
  { dates, values }: Returns,
  options: Options,
  declared: number | undefined,
): SplitPart[] {
  if (dates === null || declared === undefined) return [];
  const first = dates.findIndex((date) => date >= declared);
  if (first <= 0) return [];
  const part = (label: string, from: number, to: number): SplitPart => {
    const rows = { dates: dates.slice(from, to), values: values.slice(from, to) };
    const computed = computeMetrics(rows, { ...options, names: SPLIT.map(({ name }) => name) });
    return {
      label,
      points: to - from,
      figures: SPLIT.map(({ name, label: title, unit }) => ({
        name,
        label: title,
        unit,
        strategy: computed.values.get(name) ?? NaN,
      })),
    };
  };
  return [part("In sample", 0, first), part("Out of sample", first, values.length)];
}
