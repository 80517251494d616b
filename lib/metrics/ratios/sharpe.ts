// The Sharpe ratio and its kin, from the shared sums of the basis. Whether one is more than chance
// is in significance.ts.

import type { Basis } from "../basis.ts";
import { kurtosis, skew } from "../distribution.ts";
import { quotient } from "../kernel.ts";
import { type Metric, metric } from "../metric.ts";
import { normalCdf } from "../normal.ts";

/**
 * @example Weekly returns with a mean of 1 %
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "../basis.ts";
 * const basis = basisOf([0.02, 0, 0.04, -0.02], { periods: 52 });
 * const deviation = Math.sqrt(0.002 / 3);
 * assertAlmostEquals(sharpeRatio.compute(basis), 0.01 / deviation * Math.sqrt(52), 1e-12);
 * ```
 */
export const sharpeRatio: Metric = metric("sharpe_ratio", {
  summary: "Mean excess return over its standard deviation, annualised",
  label: "Sharpe Ratio",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "mean(r − f) / sd(r − f) · √P, with f = (1 + rf)^(1/P) − 1 and sd with n − 1",
  quantstats: "st.sharpe(r, rf, P)",
  source: "Sharpe (1994), The Sharpe Ratio, Journal of Portfolio Management 21(1)",
  good: "above 1 is good, above 2 very good, above 3 rare out of sample",
  undefinedWhen: "fewer than 2 rows, or a standard deviation of zero",
  compute: (basis) => excessSharpe(basis) * Math.sqrt(basis.periods),
});

export const smartSharpeRatio: Metric = metric("smart_sharpe_ratio", {
  summary:
    "Sharpe ratio divided by the autocorrelation penalty, so that smoothed returns do not flatter it",
  label: "Smart Sharpe Ratio",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "sharpe_ratio / autocorrelation_penalty",
  quantstats: "st.smart_sharpe(r, rf, P)",
  source: "QuantStats, after Red Rock Capital's autocorrelation penalty",
  good: "close to the plain Sharpe ratio: little of it comes from autocorrelation",
  undefinedWhen: "sharpe_ratio or autocorrelation_penalty is undefined",
  compute: (basis) => sharpeRatio.compute(basis) / autocorrelationPenalty.compute(basis),
});

export const probabilisticSharpeRatio: Metric = metric("probabilistic_sharpe_ratio", {
  summary:
    "Probability that the true Sharpe ratio per period exceeds the risk-free rate given, as QuantStats defines it",
  label: "Probabilistic Sharpe Ratio",
  category: "ratios",
  unit: "probability",
  better: "higher",
  formula:
    "Φ((s − rf) / √((1 + s²/2 − g₃·s + (g₄ − 3)/4·s²) / (n − 1))), s = mean(r)/sd(r) per period, g₃ skew, g₄ excess kurtosis",
  quantstats: "st.probabilistic_sharpe_ratio(r, rf, P)",
  compared:
    "Same. QuantStats takes the annual rate for the hurdle per period and excess kurtosis for raw; psr_bailey has the paper's form",
  source: "after Bailey and López de Prado (2012), The Sharpe Ratio Efficient Frontier",
  good: "above 0.95",
  undefinedWhen: "fewer than 4 rows, a standard deviation of zero, or a negative variance estimate",
  compute: (basis) => probabilisticRatio(basis, riskReturnRatio.compute(basis)),
});

export const riskReturnRatio: Metric = metric("risk_return_ratio", {
  summary: "Mean return over its standard deviation, per period, without a risk-free rate",
  label: "Risk Return Ratio",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "mean(r) / sd(r)",
  quantstats: "st.risk_return_ratio(r)",
  source: "Sharpe (1966), Mutual Fund Performance, Journal of Business 39(1), with a rate of 0",
  good: "above 0.06 a day, which is 1 a year",
  undefinedWhen: "fewer than 2 rows, or a standard deviation of zero",
  compute: (basis) => quotient(basis.totals.mean, basis.deviation),
});

export const autocorrelationPenalty: Metric = metric("autocorrelation_penalty", {
  summary: "Factor by which serial correlation inflates annualised ratios",
  label: "Autocorrelation Penalty",
  category: "ratios",
  unit: "ratio",
  better: "lower",
  formula: "√(1 + 2 Σ_{k=1..n−1} (n − k)/n · c^k), c = |correlation of r with its next row|",
  quantstats: "st.autocorr_penalty(r, prepare_returns=True)",
  source: "QuantStats, after Rollinger and Hoffman (2013), Red Rock Capital",
  good: "close to 1: returns of different days are unrelated",
  undefinedWhen: "2 rows, or no variation among the rows but the last or the rows but the first",
  compute: (basis) => basis.serialPenalty,
});

/** Mean excess return over its standard deviation, per period. */
export function excessSharpe(basis: Basis): number {
  return quotient(basis.totals.mean - basis.ratePerPeriod, basis.excessDeviation);
}

/** The probability by QuantStats' reading of the paper: the annual rate as hurdle, excess kurtosis for raw. */
export function probabilisticRatio(basis: Basis, ratio: number): number {
  const tails = (kurtosis.compute(basis) - 3) / 4;
  const variance = (1 + 0.5 * ratio ** 2 - skew.compute(basis) * ratio + tails * ratio ** 2) /
    (basis.count - 1);
  return normalCdf((ratio - basis.riskFreeRate) / Math.sqrt(variance));
}
