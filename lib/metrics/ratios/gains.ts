// Ratios of what was gained to what was lost on the way, without a deviation.

import { quotient } from "../kernel.ts";
import { type Metric, metric } from "../metric.ts";
import { cagr } from "../returns/whole_series.ts";

/**
 * @example No Calmar ratio without a fall; 5 % won against 2 % lost is an omega of 2.5
 * ```ts
 * import { assertAlmostEquals, assertFalse } from "@std/assert";
 * import { basisOf } from "../basis.ts";
 * assertFalse(Number.isFinite(calmarRatio.compute(basisOf([0.01, 0.02]))));
 * assertAlmostEquals(omegaRatio.compute(basisOf([0.02, -0.01, 0.03, -0.01])), 2.5, 1e-12);
 * ```
 */
export const calmarRatio: Metric = metric("calmar_ratio", {
  summary: "Compound annual growth rate over the deepest drawdown",
  label: "Calmar Ratio",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "cagr / |max_drawdown|",
  quantstats: "st.calmar(r, periods=P)",
  source: "Young (1991), Calmar Ratio: A Smoother Tool, Futures 20(1)",
  good: "above 1 is good, above 3 very good",
  needs: ["growth"],
  undefinedWhen: "no drawdown",
  compute: (basis) => cagr.compute(basis) / Math.abs(basis.growth.deepest),
});

export const omegaRatio: Metric = metric("omega_ratio", {
  summary: "Sum of excess gains over the sum of excess losses",
  label: "Omega Ratio",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "Σ max(r − f, 0) / Σ max(f − r, 0), with f = (1 + rf)^(1/P) − 1",
  quantstats: "st.omega(r, rf, 0.0, P)",
  source:
    "Keating and Shadwick (2002), A Universal Performance Measure, Journal of Performance Measurement 6(3)",
  good: "above 1: gains outweigh losses",
  undefinedWhen: "fewer than 2 rows, or no row below the rate",
  compute: (basis) => {
    const { gain, loss } = basis.excess;
    return basis.count < 2 ? NaN : quotient(gain, -loss);
  },
});

export const gainToPainRatio: Metric = metric("gain_to_pain_ratio", {
  summary: "Sum of returns over the sum of losing calendar days",
  label: "Gain / Pain",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "Σ r / |Σ min(day sum, 0)|",
  quantstats: "st.gain_to_pain_ratio(r, rf)",
  compared: "Same; the risk-free rate has no effect there either",
  source: "Schwager (2012), Hedge Fund Market Wizards",
  good: "above 1 is good on days, above 2 very good",
  needs: ["dates"],
  undefinedWhen: "no dates, or no calendar day with a loss",
  compute: (basis) => quotient(basis.totals.sum, -(basis.calendar?.dailyLoss ?? NaN)),
});

export const gainToPainRatioMonthly: Metric = metric("gain_to_pain_ratio_monthly", {
  summary: "Sum of returns over the sum of losing calendar months",
  label: "Gain / Pain (Monthly)",
  category: "ratios",
  unit: "ratio",
  better: "higher",
  formula: "Σ r / |Σ min(month sum, 0)|",
  quantstats: "st.gain_to_pain_ratio(r, rf, 'ME')",
  compared: "Same; the risk-free rate has no effect there either",
  source: "Schwager (2012), Hedge Fund Market Wizards",
  good: "above 1 is good, above 1.5 very good",
  needs: ["calendar"],
  undefinedWhen: "no dates, or no calendar month with a loss",
  compute: (basis) => quotient(basis.totals.sum, -(basis.calendar?.monthlyLoss ?? NaN)),
});
