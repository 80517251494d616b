// How much of a Sharpe ratio is chance: its standard error, what a track record of this length can
// show, and what is left of it when it was the best of many. The formulas are in overfitting.ts.

import type { Basis } from "../basis.ts";
import { compensatedSum, quotient } from "../kernel.ts";
import { type Metric, metric } from "../metric.ts";
import { normalQuantile } from "../normal.ts";
import { deflatedSharpe, sharpeVariance, trackRecordNeeded } from "../overfitting.ts";
import { estimateOf, excessSharpe, probabilisticRatio, sharpeRatio } from "./sharpe.ts";

const NORMAL_97_5 = normalQuantile(0.975);

const STANDARD_ERROR =
  "Mertens (2002), Comments on Variance of the IID Estimator in Lo; Opdyke (2007), Journal of Asset Management 8(5)";

/**
 * @example The best of a thousand trials says less than a single one
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * import { basisOf } from "../basis.ts";
 * const returns = [0.01, -0.02, 0.015, 0, 0.03, -0.01];
 * const single = basisOf(returns, { trials: 1, trialsVariance: 0.01 });
 * const best = basisOf(returns, { trials: 1000, trialsVariance: 0.01 });
 * assertEquals(deflatedSharpeRatio.compute(single), psrBailey.compute(single));
 * assert(deflatedSharpeRatio.compute(best) < deflatedSharpeRatio.compute(single));
 * ```
 */
export const psrBailey: Metric = metric("psr_bailey", {
  summary: "Probability that the true Sharpe ratio exceeds that of the risk-free rate",
  label: "Probabilistic Sharpe (Bailey)",
  category: "ratios",
  unit: "probability",
  better: "higher",
  formula: "probabilistic_sharpe_ratio as QuantStats has it since 0.0.82, whatever the release",
  compared: "Equal to probabilistic_sharpe_ratio since 0.0.82; kept for runs of before",
  source:
    "Bailey and López de Prado (2012), The Sharpe Ratio Efficient Frontier, Journal of Risk 15(2)",
  good: "above 0.95",
  undefinedWhen: "fewer than 4 rows, a standard deviation of zero, or a negative variance estimate",
  extended: true,
  compute: (basis) => probabilisticRatio(basis, excessSharpe(basis)),
});

export const sharpeRatioLo: Metric = metric("sharpe_ratio_lo", {
  summary: "Sharpe ratio annualised by the returns' autocorrelations rather than by √P",
  label: "Sharpe Ratio (Lo)",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula:
    "s · q / √(q + 2 Σ_{k=1..q−1} (q − k) ρₖ), q = P rounded, ρₖ = Σ dₜdₜ₊ₖ / Σ dₜ², d the distance from the mean",
  compared:
    "QuantStats has none; smart_sharpe_ratio takes the size of the first autocorrelation only",
  source: "Lo (2002), The Statistics of Sharpe Ratios, Financial Analysts Journal 58(4)",
  good: "close to sharpe_ratio: much below means that smoothing or trends flatter it",
  undefinedWhen: "no more rows than periods a year, or a standard deviation of zero",
  extended: true,
  compute: (basis) => {
    const lags = Math.round(basis.periods);
    if (basis.count <= lags) return NaN;
    return quotient(excessSharpe(basis) * lags, Math.sqrt(annualSpread(basis, lags)));
  },
});

export const sharpeRatioSe: Metric = metric("sharpe_ratio_se", {
  summary: "Standard error of the annualised Sharpe ratio, for returns of any shape",
  label: "Sharpe Ratio (Standard Error)",
  category: "ratios",
  unit: "ratio",
  better: "lower",
  formula: "√((1 − g₃·s + (g₄ − 1)/4·s²) / (n − 1)) · √P",
  source: STANDARD_ERROR,
  good: "below half of sharpe_ratio: then it differs from 0",
  undefinedWhen: "fewer than 4 rows, a standard deviation of zero, or a negative variance estimate",
  extended: true,
  compute: (basis) => Math.sqrt(sharpeVariance(estimateOf(basis)) * basis.periods),
});

export const sharpeRatioLower95: Metric = metric("sharpe_ratio_lower_95", {
  summary: "Lower end of the 95 % confidence interval of the annualised Sharpe ratio",
  label: "Sharpe Ratio Lower 95",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "sharpe_ratio − Φ⁻¹(0.975) · sharpe_ratio_se",
  source: STANDARD_ERROR,
  good: "above 0",
  undefinedWhen: "sharpe_ratio_se is undefined",
  extended: true,
  compute: (basis) => sharpeRatio.compute(basis) - NORMAL_97_5 * sharpeRatioSe.compute(basis),
});

export const sharpeRatioUpper95: Metric = metric("sharpe_ratio_upper_95", {
  summary: "Upper end of the 95 % confidence interval of the annualised Sharpe ratio",
  label: "Sharpe Ratio Upper 95",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "sharpe_ratio + Φ⁻¹(0.975) · sharpe_ratio_se",
  source: STANDARD_ERROR,
  good: "above 0, and not far above sharpe_ratio",
  undefinedWhen: "sharpe_ratio_se is undefined",
  extended: true,
  compute: (basis) => sharpeRatio.compute(basis) + NORMAL_97_5 * sharpeRatioSe.compute(basis),
});

export const minimumTrackRecordLength: Metric = metric("minimum_track_record_length", {
  summary: "Number of periods needed before the Sharpe ratio differs from 0 with 95 % confidence",
  label: "Minimum Track Record Length",
  category: "ratios",
  unit: "periods",
  better: "lower",
  formula: "1 + (1 − g₃·s + (g₄ − 1)/4·s²) · (Φ⁻¹(0.95) / s)²",
  source:
    "Bailey and López de Prado (2012), The Sharpe Ratio Efficient Frontier, Journal of Risk 15(2)",
  good: "below the number of periods there are",
  undefinedWhen:
    "fewer than 4 rows, a standard deviation of zero, a Sharpe ratio of 0 or below, or a negative variance estimate",
  extended: true,
  compute: (basis) => trackRecordNeeded(estimateOf(basis)),
});

export const deflatedSharpeRatio: Metric = metric("deflated_sharpe_ratio", {
  summary:
    "Probability that the true Sharpe ratio exceeds what the best of so many trials reaches without skill",
  label: "Deflated Sharpe Ratio",
  category: "ratios",
  unit: "probability",
  better: "higher",
  formula:
    "Φ((s − s₀) · √(n − 1) / √(1 − g₃·s + (g₄ − 1)/4·s²)), s₀ = √V · ((1 − γ)Φ⁻¹(1 − 1/N) + γΦ⁻¹(1 − 1/(N·e))), γ = 0.5772…, N trials, V the variance of their Sharpe ratios per period",
  source:
    "Bailey and López de Prado (2014), The Deflated Sharpe Ratio, Journal of Portfolio Management 40(5)",
  good: "above 0.95",
  needs: ["trials"],
  undefinedWhen: "fewer than 4 rows, a standard deviation of zero, or a negative variance estimate",
  extended: true,
  compute: (basis) => {
    const { trials, trialsVariance: variance } = basis;
    if (trials === undefined || variance === undefined) return NaN;
    return deflatedSharpe(estimateOf(basis), { trials, variance });
  },
});

/**
 * q + 2 Σ (q − k) ρₖ in one pass: it is the sum of the squares of all sums of q rows in
 * succession (rows before the first and after the last being 0), over the sum of squares, because
 * rows k apart share q − k of those sums. So it takes no autocorrelation at all, and is never
 * negative.
 */
function annualSpread({ values, totals, moments }: Basis, lags: number): number {
  const squares = compensatedSum();
  const running = compensatedSum();
  for (let row = 0; row < values.length + lags - 1; row++) {
    if (row < values.length) running.add((values[row] as number) - totals.mean);
    if (row >= lags) running.add(totals.mean - (values[row - lags] as number));
    squares.add(running.value() ** 2);
  }
  return squares.value() / moments.second;
}
