// What was gained for what was risked, where risk is the losing side or a tail of the returns.

import { kurtosis, skew } from "../distribution/moments.ts";
import { compensatedSum, meanUpTo, quotient } from "../kernel.ts";
import { type Metric, metric } from "../metric.ts";
import { trendOf } from "../trend.ts";
import { sharpeRatio } from "./sharpe.ts";

/**
 * @example Gains of 1 % and 3 % for a loss of 2 %
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "../basis.ts";
 * const basis = basisOf([0.01, 0.03, -0.02]);
 * assertAlmostEquals(bernardoLedoitRatio.compute(basis), 2, 1e-12);
 * assertAlmostEquals(omegaSharpeRatio.compute(basis), 1, 1e-12);
 * ```
 */
export const bernardoLedoitRatio: Metric = metric("bernardo_ledoit_ratio", {
  summary: "Sum of gains over the sum of losses",
  label: "Bernardo–Ledoit Ratio",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "Σ max(r, 0) / |Σ min(r, 0)|",
  compared: "profit_factor, but for a series without a loss",
  source:
    "Bernardo and Ledoit (2000), Gain, Loss, and Asset Pricing, Journal of Political Economy 108(1)",
  good: "above 1; above 1.5 is good",
  undefinedWhen: "no losing row",
  extended: true,
  compute: ({ totals }) => quotient(totals.winSum, -totals.lossSum),
});

export const omegaSharpeRatio: Metric = metric("omega_sharpe_ratio", {
  summary: "Mean excess return over the mean shortfall below the rate",
  label: "Omega–Sharpe Ratio",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "mean(r − f) / (Σ max(f − r, 0) / n)",
  compared: "omega_ratio less 1",
  source: "Bacon (2008), Practical Portfolio Performance Measurement and Attribution",
  good: "above 0; it is omega_ratio − 1",
  undefinedWhen: "no row below the rate",
  extended: true,
  compute: ({ excess, count }) => quotient(excess.mean * count, -excess.loss),
});

export const kappa3: Metric = metric("kappa_3", {
  summary: "Mean excess return over the cube root of the third lower partial moment",
  label: "Kappa 3",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "mean(r − f) / ∛(Σ max(f − r, 0)³ / n)",
  source:
    "Kaplan and Knowles (2004), Kappa: A Generalized Downside Risk-Adjusted Performance Measure",
  good: "above 0.05 on days; large losses count more than in sortino_ratio",
  needs: ["rate"],
  undefinedWhen: "no row below the rate",
  extended: true,
  compute: (basis) => {
    const { values, ratePerPeriod, excess, count } = basis;
    const cubes = compensatedSum();
    for (const value of values) cubes.add(Math.max(ratePerPeriod - value, 0) ** 3);
    return quotient(excess.mean, Math.cbrt(cubes.value() / count));
  },
});

export const upsidePotentialRatio: Metric = metric("upside_potential_ratio", {
  summary: "Mean gain over the rate, over the downside deviation",
  label: "Upside Potential Ratio",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "(Σ max(r − f, 0) / n) / √(Σ min(r − f, 0)² / n)",
  source:
    "Sortino, van der Meer and Plantinga (1999), The Dutch Triangle, Journal of Portfolio Management 26(1)",
  good: "above 0.6 on days",
  undefinedWhen: "no row below the rate",
  extended: true,
  compute: ({ excess, count }) =>
    quotient(excess.gain / count, Math.sqrt(excess.lossSquares / count)),
});

export const rachevRatio: Metric = metric("rachev_ratio", {
  summary: "Mean of the best twentieth of the returns over the mean loss of the worst",
  label: "Rachev Ratio",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "mean(r | r ≥ q₀.₉₅) / |mean(r | r ≤ q₀.₀₅)|",
  compared: "QuantStats has none; tail_ratio has the quantiles themselves",
  source:
    "Biglova, Ortobelli, Rachev and Stoyanov (2004), Different Approaches to Risk Estimation in Portfolio Theory, Journal of Portfolio Management 31(1)",
  good: "above 1: the right tail is the longer one",
  undefinedWhen: "a worst twentieth with a mean of 0",
  extended: true,
  compute: ({ values, tails }) => {
    const best = -meanUpTo(values.map((value) => -value), -tails.ninetyFifth);
    return quotient(best, Math.abs(meanUpTo(values, tails.fifth)));
  },
});

export const adjustedSharpeRatio: Metric = metric("adjusted_sharpe_ratio", {
  summary: "Sharpe ratio with a penalty for negative skew and heavy tails",
  label: "Adjusted Sharpe Ratio",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "S · (1 + g₃/6 · S − g₄/24 · S²), S = sharpe_ratio, g₃ skew, g₄ excess kurtosis",
  source: "Pezier and White (2006), The Relative Merits of Investable Hedge Fund Indices",
  good: "close to sharpe_ratio",
  undefinedWhen: "fewer than 4 rows, or a standard deviation of zero",
  extended: true,
  compute: (basis) => {
    const ratio = sharpeRatio.compute(basis);
    const tilt = skew.compute(basis) / 6 * ratio - kurtosis.compute(basis) / 24 * ratio ** 2;
    return ratio * (1 + tilt);
  },
});

export const kRatio: Metric = metric("k_ratio", {
  summary: "Slope of the logarithm of equity over its standard error: how steady the growth is",
  label: "K-Ratio",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "slope / se(slope) · √P / n, of ln Π(1 + r) on the row number",
  source: "Kestner (2013), (Re-)Introducing the K-Ratio",
  good: "above 0.5 is good, above 1 very good",
  needs: ["growth"],
  undefinedWhen: "fewer than 3 rows, or equity on a straight line",
  extended: true,
  compute: (basis) => {
    const { slope, error } = trendOf(basis);
    return quotient(slope, error) * Math.sqrt(basis.periods) / basis.count;
  },
});
