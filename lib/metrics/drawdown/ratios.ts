// What was earned for the falls, and how long it took to come back from them.

import type { Basis } from "../basis.ts";
import { drawdownPeriods } from "../drawdown_periods.ts";
import { compensatedSum, meanUpTo, quotient } from "../kernel.ts";
import { type Metric, metric } from "../metric.ts";
import { quantilesOf } from "../quantiles.ts";
import { cagr } from "../returns/whole_series.ts";
import { painIndex } from "./depth.ts";

/**
 * @example A fall by a half that took two rows to recover from
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { basisOf } from "../basis.ts";
 * assertEquals(avgRecoveryPeriods.compute(basisOf([0.1, -0.5, 0.2, 0.9])), 2);
 * ```
 */
export const avgRecoveryPeriods: Metric = metric("avg_recovery_periods", {
  summary: "Mean number of rows from the deepest point of a drawdown to the peak again",
  label: "Average Time to Recovery",
  category: "drawdown",
  unit: "periods",
  better: "lower",
  formula: "mean over drawdown periods that ended of (first row at the peak − deepest row)",
  source: "Bacon (2008), Practical Portfolio Performance Measurement and Attribution",
  good: "a small part of the rows; a drawdown that still lasts is not among them",
  needs: ["growth"],
  undefinedWhen: "no drawdown that ended",
  extended: true,
  compute: ({ growth }) => {
    const ended = drawdownPeriods(growth.drawdown).filter(({ recovered }) => recovered);
    const rows = ended.reduce((sum, { valley, end }) => sum + end + 1 - valley, 0);
    return quotient(rows, ended.length);
  },
});

export const drawdownAtRisk: Metric = metric("drawdown_at_risk", {
  summary: "The 5th percentile of the drawdown series, at most 0",
  label: "Drawdown at Risk",
  category: "drawdown",
  unit: "fraction",
  better: "higher",
  formula: "q₀.₀₅(drawdown), quantiles of Hyndman and Fan's type 7",
  compared: "QuantStats has none; cdar is the mean beyond it",
  source:
    "Chekhlov, Uryasev and Zabarankin (2005), Drawdown Measure in Portfolio Optimization, International Journal of Theoretical and Applied Finance 8(1)",
  good: "not far from max_drawdown divided by two",
  needs: ["growth"],
  undefinedWhen: "a growth beyond the number range",
  extended: true,
  compute: ({ growth }) => quantilesOf(growth.drawdown, [1 - 0.95])[0] ?? NaN,
});

export const cdar: Metric = metric("cdar", {
  summary:
    "Conditional drawdown at risk at 95 %: mean of the deepest twentieth of the drawdown series, at most 0",
  label: "Conditional Drawdown at Risk",
  category: "drawdown",
  unit: "fraction",
  better: "higher",
  formula: "mean(drawdown | drawdown ≤ q₀.₀₅(drawdown))",
  source:
    "Chekhlov, Uryasev and Zabarankin (2005), Drawdown Measure in Portfolio Optimization, International Journal of Theoretical and Applied Finance 8(1)",
  good: "not far from max_drawdown divided by two",
  needs: ["growth"],
  undefinedWhen: "a growth beyond the number range",
  extended: true,
  compute: (basis) => meanUpTo(basis.growth.drawdown, drawdownAtRisk.compute(basis)),
});

export const painRatio: Metric = metric("pain_ratio", {
  summary: "Compound annual growth rate less the risk-free rate, over the pain index",
  label: "Pain Ratio",
  category: "drawdown",
  unit: "ratio",
  better: "higher",
  formula: "(cagr − rf) / pain_index",
  source: "Zephyr Associates (2006), Pain Index and Pain Ratio",
  good: "above 1 is good, above 3 very good",
  needs: ["growth", "rate"],
  undefinedWhen: "no drawdown",
  extended: true,
  compute: (basis) => quotient(cagr.compute(basis) - basis.riskFreeRate, painIndex.compute(basis)),
});

export const sterlingRatio: Metric = metric("sterling_ratio", {
  summary: "Compound annual growth rate over the deepest drawdown and a tenth",
  label: "Sterling Ratio",
  category: "drawdown",
  unit: "ratio",
  better: "higher",
  formula: "cagr / (|max_drawdown| + 0.1)",
  compared: "QuantStats has none; calmar_ratio leaves the tenth out",
  source: "Kestner (1996); the form of Bacon (2008) for the deepest drawdown",
  good: "above 0.5 is good, above 1 very good",
  needs: ["growth"],
  undefinedWhen: "a growth beyond the number range",
  extended: true,
  compute: (basis) => cagr.compute(basis) / (Math.abs(basis.growth.deepest) + 0.1),
});

export const burkeRatio: Metric = metric("burke_ratio", {
  summary:
    "Compound annual growth rate less the risk-free rate, over the root of the squared drawdowns",
  label: "Burke Ratio",
  category: "drawdown",
  unit: "ratio",
  better: "higher",
  formula: "(cagr − rf) / √(Σ over drawdown periods of their deepest point²)",
  source: "Burke (1994), A Sharper Sharpe Ratio, Futures 23(3)",
  good: "above 0.5; many falls count as one deep one does",
  needs: ["growth", "rate"],
  undefinedWhen: "no drawdown",
  extended: true,
  compute: (basis) =>
    quotient(cagr.compute(basis) - basis.riskFreeRate, Math.sqrt(depthSquares(basis))),
});

function depthSquares({ growth }: Basis): number {
  const squares = compensatedSum();
  for (const { depth } of drawdownPeriods(growth.drawdown)) squares.add(depth ** 2);
  return squares.value();
}
