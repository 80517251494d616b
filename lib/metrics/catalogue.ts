// The catalogue: every metric, in the order in which it is shown. What is known of one stands in its
// row, in the file or folder of its category; what computes, documents, lists or colours metrics
// reads these rows.

import * as advanced from "./advanced.ts";
import * as benchmark from "./benchmark/market.ts";
import * as timing from "./benchmark/timing.ts";
import * as distribution from "./distribution/moments.ts";
import * as shape from "./distribution/shape.ts";
import * as drawdown from "./drawdown/depth.ts";
import * as falls from "./drawdown/ratios.ts";
import { definitionIn, type Metric } from "./metric.ts";
import * as gains from "./ratios/gains.ts";
import * as reward from "./ratios/reward.ts";
import * as sharpe from "./ratios/sharpe.ts";
import * as significance from "./ratios/significance.ts";
import * as sortino from "./ratios/sortino.ts";
import type { Release } from "./releases.ts";
import * as periods from "./returns/calendar_periods.ts";
import * as returns from "./returns/whole_series.ts";
import * as windows from "./returns/windows.ts";
import * as risk from "./risk/spread.ts";
import * as tail from "./risk/tail.ts";
import * as trade from "./trade.ts";
import * as list from "./trade_list.ts";

/** Every metric, in the order it is shown. */
export const CATALOGUE: readonly Metric[] = [
  sharpe.sharpeRatio,
  sharpe.smartSharpeRatio,
  sharpe.probabilisticSharpeRatio,
  sortino.sortinoRatio,
  sortino.smartSortinoRatio,
  sortino.probabilisticSortinoRatio,
  sortino.adjustedSortinoRatio,
  sortino.smartAdjustedSortinoRatio,
  sortino.probabilisticAdjustedSortinoRatio,
  gains.calmarRatio,
  gains.omegaRatio,
  gains.gainToPainRatio,
  gains.gainToPainRatioMonthly,
  sharpe.riskReturnRatio,
  sharpe.autocorrelationPenalty,
  returns.cagr,
  returns.riskAdjustedReturn,
  returns.totalReturn,
  returns.exposure,
  returns.avgReturn,
  returns.avgWin,
  returns.avgLoss,
  returns.bestDay,
  returns.worstDay,
  periods.bestMonth,
  periods.worstMonth,
  periods.bestYear,
  periods.worstYear,
  returns.expectedReturn,
  periods.expectedReturnMonthly,
  periods.expectedReturnYearly,
  periods.avgUpMonth,
  periods.avgDownMonth,
  windows.returnMtd,
  windows.return3m,
  windows.return6m,
  windows.returnYtd,
  windows.return1y,
  windows.cagr3y,
  windows.cagr5y,
  windows.cagr10y,
  drawdown.maxDrawdown,
  drawdown.avgDrawdown,
  drawdown.avgDrawdownDays,
  drawdown.longestDrawdownDays,
  drawdown.drawdownCount,
  drawdown.ulcerIndex,
  drawdown.ulcerPerformanceIndex,
  drawdown.serenityIndex,
  drawdown.recoveryFactor,
  trade.winRate,
  trade.winRateMonthly,
  trade.winRateQuarterly,
  trade.winRateYearly,
  trade.profitFactor,
  trade.profitRatio,
  trade.payoffRatio,
  trade.consecutiveWins,
  trade.consecutiveLosses,
  risk.volatility,
  risk.impliedVolatility,
  risk.valueAtRisk,
  risk.cvar,
  risk.riskOfRuin,
  risk.tailRatio,
  risk.outlierWinRatio,
  risk.outlierLossRatio,
  advanced.kellyCriterion,
  advanced.commonSenseRatio,
  advanced.cpcIndex,
  distribution.skew,
  distribution.kurtosis,
  benchmark.alpha,
  benchmark.beta,
  benchmark.correlation,
  benchmark.rSquared,
  benchmark.informationRatio,
  benchmark.treynorRatio,
  significance.psrBailey,
  significance.sharpeRatioLo,
  significance.sharpeRatioSe,
  significance.sharpeRatioLower95,
  significance.sharpeRatioUpper95,
  significance.minimumTrackRecordLength,
  significance.deflatedSharpeRatio,
  returns.cagrCalendar,
  drawdown.recoveryFactorSigned,
  drawdown.martinRatio,
  drawdown.painIndex,
  risk.historicalVar,
  risk.historicalCvar,
  risk.modifiedVar,
  falls.cdar,
  benchmark.jensenAlpha,
  benchmark.treynorRatioAnnualised,
  benchmark.informationRatioAnnualised,
  benchmark.trackingError,
  benchmark.upCapture,
  benchmark.downCapture,
  reward.bernardoLedoitRatio,
  reward.omegaSharpeRatio,
  reward.kappa3,
  reward.upsidePotentialRatio,
  reward.rachevRatio,
  reward.adjustedSharpeRatio,
  reward.kRatio,
  falls.sterlingRatio,
  falls.burkeRatio,
  falls.painRatio,
  falls.drawdownAtRisk,
  falls.avgRecoveryPeriods,
  tail.evar,
  tail.modifiedCvar,
  tail.giniMeanDifference,
  shape.stability,
  shape.hurstExponent,
  shape.jarqueBeraPValue,
  shape.ljungBoxPValue,
  timing.battingAverage,
  timing.upBeta,
  timing.downBeta,
  timing.appraisalRatio,
  timing.treynorMazuyGamma,
  timing.henrikssonMertonGamma,
  timing.mSquared,
  list.tradeCount,
  list.tradeWinRate,
  list.tradeProfitFactor,
  list.tradeExpectancy,
  list.tradeAverageWin,
  list.tradeAverageLoss,
  list.tradeLargestWin,
  list.tradeLargestLoss,
  list.tradeAverageHoldingDays,
  list.tradeLongCount,
  list.tradeShortCount,
  list.tradeLongWinRate,
  list.tradeShortWinRate,
];

/** The metrics that two of these releases define otherwise, so that their values do not compare. */
export function incomparableIn(releases: ReadonlySet<Release>): readonly Metric[] {
  return CATALOGUE.filter((metric) => {
    const definitions = [...releases].map((release) => definitionIn(metric, release))
      .filter((own) => !("sameWhereDefined" in own));
    return new Set(definitions.map(({ formula }) => formula)).size > 1;
  });
}

/** The six that people look at first, in the order in which text shows them. */
export const KEY_METRICS: readonly Metric[] = [
  sharpe.sharpeRatio,
  sortino.sortinoRatio,
  drawdown.maxDrawdown,
  returns.cagr,
  trade.winRate,
  trade.profitFactor,
];
