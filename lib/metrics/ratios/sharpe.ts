// The Sharpe ratio and its kin, from the shared sums of the basis. Whether one is more than chance
// is in significance.ts.

import type { Basis } from "../basis.ts";
import { kurtosis, skew } from "../distribution/moments.ts";
import { quotient } from "../kernel.ts";
import { type EarlierDefinition, type Metric, metric } from "../metric.ts";
import { normalCdf } from "../normal.ts";
import { probabilisticSharpe, type SharpeEstimate } from "../overfitting.ts";
import { isUpTo, type Release } from "../releases.ts";

const RAW_KURTOSIS =
  "the paper's formula: the rate is taken off each return instead of off the ratio, and raw kurtosis " +
  "is used where excess kurtosis stood";

/** What a probabilistic ratio was in 0.0.81, of a ratio without a rate. */
export function probabilisticBefore(
  formula: string,
  undefinedWhen: string,
  ratio: (basis: Basis) => number,
): EarlierDefinition {
  const compute = (basis: Basis): number => hurdleProbability(basis, ratio(basis));
  return { until: "0.0.81", formula, undefinedWhen, changed: RAW_KURTOSIS, compute };
}

const PROBABILITY_UNDEFINED =
  "fewer than 4 rows, a standard deviation of zero, or a negative variance estimate";

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
  compute: (basis) => sharpeRatio.compute(basis) / excessPenalty(basis),
});

export const probabilisticSharpeRatio: Metric = metric("probabilistic_sharpe_ratio", {
  summary: "Probability that the true Sharpe ratio exceeds that of the risk-free rate",
  label: "Probabilistic Sharpe Ratio",
  category: "ratios",
  unit: "probability",
  better: "higher",
  formula:
    "Φ(s · √(n − 1) / √(1 − g₃·s + (g₄ − 1)/4·s²)), s = mean(r − f)/sd(r) per period, f = (1 + rf)^(1/P) − 1, g₃ skew, g₄ raw kurtosis",
  quantstats: "st.probabilistic_sharpe_ratio(r, rf, P)",
  source:
    "Bailey and López de Prado (2012), The Sharpe Ratio Efficient Frontier, Journal of Risk 15(2)",
  good: "above 0.95",
  undefinedWhen: PROBABILITY_UNDEFINED,
  compute: (basis) => probabilisticRatio(basis, excessSharpe(basis)),
  earlier: [
    probabilisticBefore(
      "Φ((s − rf) / √((1 + s²/2 − g₃·s + (g₄ − 3)/4·s²) / (n − 1))), s = mean(r)/sd(r) per period, g₃ skew, g₄ excess kurtosis",
      PROBABILITY_UNDEFINED,
      (basis) => riskReturnRatio.compute(basis),
    ),
  ],
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
  formula:
    "√(1 + 2 Σ_{k=1..n−1} (n − k)/n · c^k), c = |correlation of r with its next row|; 1 where that cannot be computed",
  quantstats: "st.autocorr_penalty(r, prepare_returns=True)",
  source: "QuantStats, after Rollinger and Hoffman (2013), Red Rock Capital",
  good: "close to 1: returns of different days are unrelated",
  undefinedWhen: "no rows",
  compute: ({ serialPenalty, release }) => penaltyOr1(serialPenalty, release),
  earlier: [{
    until: "0.0.81",
    formula: "√(1 + 2 Σ_{k=1..n−1} (n − k)/n · c^k), c = |correlation of r with its next row|",
    undefinedWhen: "2 rows, or no variation among the rows but the last or the rows but the first",
    changed:
      "1 where the correlation cannot be computed, so that the smart ratios are the plain ones",
    sameWhereDefined: true,
    compute: (basis) => basis.serialPenalty,
  }],
});

/** The autocorrelation penalty of the returns over the rate, by the release's rule. */
export function excessPenalty({ excess, release }: Basis): number {
  return penaltyOr1(excess.serialPenalty, release);
}

/** Since 0.0.82 there is no penalty where none can be computed. */
function penaltyOr1(penalty: number, release: Release): number {
  return Number.isNaN(penalty) && !isUpTo(release, "0.0.81") ? 1 : penalty;
}

/** Mean excess return over its standard deviation, per period. */
export function excessSharpe(basis: Basis): number {
  return quotient(basis.excess.mean, basis.excess.deviation);
}

/** The probability that the true ratio, per period, is above 0; NaN as `sharpeVariance`. */
export function probabilisticRatio(basis: Basis, ratio: number): number {
  return probabilisticSharpe(estimateOf(basis, ratio));
}

/** A ratio per period with what its spread depends on. */
export function estimateOf(basis: Basis, ratio: number = excessSharpe(basis)): SharpeEstimate {
  return {
    sharpe: ratio,
    count: basis.count,
    skew: skew.compute(basis),
    kurtosis: kurtosis.compute(basis),
  };
}

/** The probability by QuantStats' first reading of the paper: the annual rate as hurdle, excess kurtosis for raw. */
function hurdleProbability(basis: Basis, ratio: number): number {
  const tails = (kurtosis.compute(basis) - 3) / 4;
  const variance = (1 + 0.5 * ratio ** 2 - skew.compute(basis) * ratio + tails * ratio ** 2) /
    (basis.count - 1);
  return normalCdf((ratio - basis.riskFreeRate) / Math.sqrt(variance));
}
