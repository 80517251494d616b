// The public face of the metrics library: the catalogue and everything that computes, so that
// callers outside the folder need no other path. Pure: nothing here touches clock, file or network.

export { type Excess } from "./basis.ts";
export { type Basis, basisOf, type BasisOptions, type Returns } from "./basis.ts";
export { type JoinedBenchmark } from "./joint.ts";
export { type FormulaFigure, formulaFigures } from "./symbols.ts";
export { CATALOGUE, incomparableIn, KEY_METRICS } from "./catalogue.ts";
export {
  CATEGORIES,
  type Category,
  type Direction,
  type Metric,
  type Need,
  type Unit,
} from "./metric.ts";
export { definitionIn, type EarlierDefinition } from "./metric.ts";
export { joinRates, type RateKind, ratePerPeriod, type RateSeries, ratesJoined } from "./rates.ts";
export {
  isUpTo,
  missingReturnsIn,
  NEWEST_RELEASE,
  OLDEST_RELEASE,
  type Release,
  releaseNamed,
  RELEASES,
} from "./releases.ts";
export { cagr, exposure, totalReturn, worstDay } from "./returns/whole_series.ts";
export {
  deflatedSharpeRatio,
  minimumTrackRecordLength,
  sharpeRatioLower95,
  sharpeRatioSe,
  sharpeRatioUpper95,
} from "./ratios/significance.ts";
export { maxDrawdown } from "./drawdown/depth.ts";
export { profitFactor, winRate } from "./trade.ts";
export type { TradeList } from "./listed_trades.ts";
export { tradeCount } from "./trade_list.ts";
export { probabilisticSharpeRatio, sharpeRatio } from "./ratios/sharpe.ts";
export { sortinoRatio } from "./ratios/sortino.ts";
export { riskOfRuin, volatility } from "./risk/spread.ts";
export {
  computeMetrics,
  type MetricOptions,
  type MetricSet,
  type UndefinedMetric,
} from "./compute.ts";
export {
  type DatedDrawdown,
  drawdownDetails,
  type DrawdownPeriod,
  drawdownPeriods,
} from "./drawdown_periods.ts";
export { drawdownSeries, equityCurve } from "./growth.ts";
export { monthsBefore } from "./calendar.ts";
export { monthlyReturns, type PeriodReturns, quarterlyReturns, yearlyReturns } from "./calendar.ts";
export { normalCdf, normalDensity, normalQuantile } from "./normal.ts";
export { deviationOf, meanOf, type Moments, sumOf, varianceOf } from "./kernel.ts";
export { quantilesOf } from "./quantiles.ts";
export { seededRandom } from "./random.ts";
export {
  computeSeries,
  type Series,
  SERIES_NAMES,
  type SeriesOptions,
  type SeriesPoint,
  seriesUnit,
} from "./series.ts";
export {
  rollingBeta,
  type RollingOptions,
  rollingSharpe,
  rollingSortino,
  rollingVolatility,
} from "./rolling.ts";
export { inferPeriods, PERIODS_DIFFER } from "./periods.ts";
export { thin } from "./thinning.ts";
export { monteCarlo, type MonteCarloOptions } from "./montecarlo.ts";
export {
  deflatedSharpe,
  expectedMaximumSharpe,
  probabilisticSharpe,
  type SharpeEstimate,
  sharpeVariance,
  trackRecordNeeded,
  type TrackRecordOptions,
  type Trials,
} from "./overfitting.ts";
export type { Tails } from "./basis.ts";
export type { Calendar } from "./calendar.ts";
export type { DrawdownSummary } from "./drawdown_periods.ts";
export type { Growth } from "./growth.ts";
export type { Joint } from "./joint.ts";
export type { Totals } from "./totals.ts";
