// The Sortino ratio and its kin: as the Sharpe ratio's, but only losses count as risk.

import type { Basis } from "../basis.ts";
import { quotient } from "../kernel.ts";
import { type Metric, metric } from "../metric.ts";
import { excessPenalty, probabilisticBefore, probabilisticRatio } from "./sharpe.ts";

const NO_LOSS =
  "fewer than 4 rows, no row below the rate, a standard deviation of zero, or a negative variance estimate";

/**
 * @example Only the losing week counts as risk
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "../basis.ts";
 * const basis = basisOf([0.02, 0, 0.04, -0.02], { periods: 52 });
 * assertAlmostEquals(sortinoRatio.compute(basis), 0.01 / 0.01 * Math.sqrt(52), 1e-12);
 * ```
 */
export const sortinoRatio: Metric = metric("sortino_ratio", {
  summary: "Mean excess return over its downside deviation, annualised",
  label: "Sortino Ratio",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "mean(r − f) / √(Σ min(r − f, 0)² / n) · √P, with f = (1 + rf)^(1/P) − 1",
  quantstats: "st.sortino(r, rf, P)",
  source:
    "Sortino and Price (1994), Performance Measurement in a Downside Risk Framework, Journal of Investing 3(3)",
  good: "above 1.5 is good, above 3 very good",
  undefinedWhen: "no row below the rate",
  compute: (basis) => excessSortino(basis) * Math.sqrt(basis.periods),
});

export const smartSortinoRatio: Metric = metric("smart_sortino_ratio", {
  summary: "Sortino ratio divided by the autocorrelation penalty",
  label: "Smart Sortino Ratio",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "sortino_ratio / autocorrelation_penalty",
  quantstats: "st.smart_sortino(r, rf, P)",
  source: "QuantStats, after Red Rock Capital's autocorrelation penalty",
  good: "close to the plain Sortino ratio",
  undefinedWhen: "sortino_ratio or autocorrelation_penalty is undefined",
  compute: (basis) => sortinoRatio.compute(basis) / excessPenalty(basis),
});

export const probabilisticSortinoRatio: Metric = metric("probabilistic_sortino_ratio", {
  summary: "Probability that the true Sortino ratio exceeds that of the risk-free rate",
  label: "Probabilistic Sortino Ratio",
  category: "ratios",
  unit: "probability",
  better: "higher",
  formula: "as probabilistic_sharpe_ratio with s = mean(r − f) / √(Σ min(r − f, 0)² / n)",
  quantstats: "st.probabilistic_sortino_ratio(r, rf, P)",
  source: "QuantStats, after Bailey and López de Prado (2012), The Sharpe Ratio Efficient Frontier",
  good: "above 0.95",
  undefinedWhen: NO_LOSS,
  compute: (basis) => probabilisticRatio(basis, excessSortino(basis)),
  earlier: [
    probabilisticBefore(
      "as probabilistic_sharpe_ratio with s = mean(r) / √(Σ min(r, 0)² / n)",
      NO_LOSS,
      plainSortino,
    ),
  ],
});

export const adjustedSortinoRatio: Metric = metric("adjusted_sortino_ratio", {
  summary: "Sortino ratio over √2, which makes it comparable with a Sharpe ratio",
  label: "Sortino / √2",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "sortino_ratio / √2",
  quantstats: "st.adjusted_sortino(r, rf, P)",
  source: "Schwager, via Rollinger and Hoffman (2013), Sortino: A Sharper Ratio, Red Rock Capital",
  good: "read it on the scale of the Sharpe ratio: above 1",
  undefinedWhen: "no row below the rate",
  compute: (basis) => sortinoRatio.compute(basis) / Math.SQRT2,
});

export const smartAdjustedSortinoRatio: Metric = metric("smart_adjusted_sortino_ratio", {
  summary: "Smart Sortino ratio over √2",
  label: "Smart Sortino / √2",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "smart_sortino_ratio / √2",
  quantstats: "st.adjusted_sortino(r, rf, P, smart=True)",
  source: "QuantStats",
  good: "read it on the scale of the Sharpe ratio: above 1",
  undefinedWhen: "smart_sortino_ratio is undefined",
  compute: (basis) => smartSortinoRatio.compute(basis) / Math.SQRT2,
});

export const probabilisticAdjustedSortinoRatio: Metric = metric(
  "probabilistic_adjusted_sortino_ratio",
  {
    summary: "Probability that the true adjusted Sortino ratio exceeds that of the risk-free rate",
    label: "Probabilistic Sortino / √2",
    category: "ratios",
    unit: "probability",
    better: "higher",
    formula: "as probabilistic_sharpe_ratio with s = mean(r − f) / √(2 Σ min(r − f, 0)² / n)",
    quantstats: "st.probabilistic_adjusted_sortino_ratio(r, rf, P)",
    source:
      "QuantStats, after Bailey and López de Prado (2012), The Sharpe Ratio Efficient Frontier",
    good: "above 0.95",
    undefinedWhen: NO_LOSS,
    compute: (basis) => probabilisticRatio(basis, excessSortino(basis) / Math.SQRT2),
    earlier: [
      probabilisticBefore(
        "as probabilistic_sharpe_ratio with s = mean(r) / √(2 Σ min(r, 0)² / n)",
        NO_LOSS,
        (basis) => plainSortino(basis) / Math.SQRT2,
      ),
    ],
  },
);

function excessSortino(basis: Basis): number {
  const { mean, lossSquares } = basis.excess;
  return quotient(mean, Math.sqrt(lossSquares / basis.count));
}

function plainSortino(basis: Basis): number {
  const { mean, lossSquares } = basis.totals;
  return quotient(mean, Math.sqrt(lossSquares / basis.count));
}
