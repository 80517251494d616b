// The shape of the returns' distribution, from the shared moments.

import { type Metric, metric } from "../metric.ts";

/**
 * @example A crash turns even returns lopsided
 * ```ts
 * import { assert, assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "../basis.ts";
 * const even = [-0.02, -0.01, 0, 0.01, 0.02];
 * assertAlmostEquals(skew.compute(basisOf(even)), 0, 1e-12);
 * assert(skew.compute(basisOf([...even, -0.1])) < -1);
 * ```
 */
export const skew: Metric = metric("skew", {
  summary: "Asymmetry of the returns, bias-corrected; below 0 the long tail is the losing one",
  label: "Skew",
  category: "distribution",
  unit: "ratio",
  better: "higher",
  formula: "n√(n − 1)/(n − 2) · Σ(r − mean)³ / (Σ(r − mean)²)^1.5",
  quantstats: "st.skew(r)",
  source:
    "Joanes and Gill (1998), Comparing Measures of Sample Skewness and Kurtosis, The Statistician 47(1), G₁",
  good: "above 0",
  undefinedWhen: "fewer than 3 rows, or a standard deviation of zero",
  compute: (basis) => {
    const { count, deviation, moments } = basis;
    if (count < 3 || deviation === 0) return NaN;
    const bias = count * Math.sqrt(count - 1) / (count - 2);
    return bias * moments.third / moments.second ** 1.5;
  },
});

export const kurtosis: Metric = metric("kurtosis", {
  summary:
    "Weight of the tails against a normal distribution's (excess, 0 for normal), bias-corrected",
  label: "Kurtosis",
  category: "distribution",
  unit: "ratio",
  better: "lower",
  formula:
    "n(n + 1)(n − 1)/((n − 2)(n − 3)) · Σ(r − mean)⁴ / (Σ(r − mean)²)² − 3(n − 1)²/((n − 2)(n − 3))",
  quantstats: "st.kurtosis(r)",
  source:
    "Joanes and Gill (1998), Comparing Measures of Sample Skewness and Kurtosis, The Statistician 47(1), G₂",
  good: "close to 0; daily equity returns have 5 to 20",
  undefinedWhen: "fewer than 4 rows, or a standard deviation of zero",
  compute: (basis) => {
    const { count, deviation, moments } = basis;
    if (count < 4 || deviation === 0) return NaN;
    const freedom = (count - 2) * (count - 3);
    const bias = count * (count + 1) * (count - 1) / freedom;
    return bias * moments.fourth / moments.second ** 2 - 3 * (count - 1) ** 2 / freedom;
  },
});
