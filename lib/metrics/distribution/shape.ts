// Whether the returns are what most formulas take them for: normal, independent, of steady growth.

import { compensatedSum, quotient, shapeOf } from "../kernel.ts";
import { type Metric, metric } from "../metric.ts";
import { trendOf } from "../trend.ts";

/** The lags that the Ljung–Box test looks at. */
const LAGS = 10;

/**
 * @example Returns that come in pairs are not independent
 * ```ts
 * import { assert } from "@std/assert";
 * import { basisOf } from "../basis.ts";
 * const pairs = Array.from({ length: 100 }, (_, row) => Math.floor(row / 2) % 2 === 0 ? 0.01 : -0.01);
 * assert(ljungBoxPValue.compute(basisOf(pairs)) < 0.001);
 * ```
 */
export const ljungBoxPValue: Metric = metric("ljung_box_p_value", {
  summary:
    "Probability of autocorrelations this large, up to ten rows apart, if rows are independent",
  label: "Ljung–Box p-Value",
  category: "distribution",
  unit: "probability",
  better: "higher",
  formula:
    "P(χ²(10) > n(n + 2) Σ_{k=1..10} ρₖ²/(n − k)), ρₖ = Σ dₜdₜ₊ₖ / Σ dₜ², d the distance from the mean",
  source:
    "Ljung and Box (1978), On a Measure of Lack of Fit in Time Series Models, Biometrika 65(2)",
  good: "above 0.05: no sign of serial correlation; below it annualised ratios mislead",
  undefinedWhen: "fewer than 12 rows, or a standard deviation of zero",
  extended: true,
  compute: ({ values, totals, deviation, count }) => {
    if (count < LAGS + 2 || !(deviation > 0)) return NaN;
    const gaps = values.map((value) => value - totals.mean);
    const lagged = (lag: number): number => {
      const sum = compensatedSum();
      for (let row = lag; row < count; row++) {
        sum.add((gaps[row] as number) * (gaps[row - lag] as number));
      }
      return sum.value();
    };
    const whole = lagged(0);
    let statistic = 0;
    for (let lag = 1; lag <= LAGS; lag++) statistic += (lagged(lag) / whole) ** 2 / (count - lag);
    return chiSquaredTail(count * (count + 2) * statistic, LAGS);
  },
});

export const jarqueBeraPValue: Metric = metric("jarque_bera_p_value", {
  summary: "Probability of a skew and kurtosis this far from a normal distribution's, if it is one",
  label: "Jarque–Bera p-Value",
  category: "distribution",
  unit: "probability",
  better: "higher",
  formula: "exp(−JB/2), JB = n/6 · (S² + K²/4), S skew and K excess kurtosis with n",
  source:
    "Jarque and Bera (1980), Efficient Tests for Normality, Homoscedasticity and Serial Independence of Regression Residuals, Economics Letters 6(3)",
  good: "above 0.05: no sign against normality; daily returns hardly ever have it",
  undefinedWhen: "fewer than 2 rows, or a standard deviation of zero",
  extended: true,
  compute: ({ count, deviation, moments }) => {
    if (count < 2 || !(deviation > 0)) return NaN;
    const { asymmetry, excess } = shapeOf(moments, count);
    return chiSquaredTail(count / 6 * (asymmetry ** 2 + excess ** 2 / 4), 2);
  },
});

export const hurstExponent: Metric = metric("hurst_exponent", {
  summary: "Logarithm of the rescaled range over the logarithm of the rows: 0.5 for a random walk",
  label: "Hurst Exponent",
  category: "distribution",
  unit: "ratio",
  better: "none",
  formula: "ln((max Z − min Z) / sd(r)) / ln n, Z the running sum of r − mean(r)",
  source: "Hurst (1951); Mandelbrot and Wallis (1969), Water Resources Research 5(5)",
  good:
    "above 0.5 trends persist, below it they turn back; short series are above it by themselves",
  undefinedWhen: "fewer than 2 rows, or a standard deviation of zero",
  extended: true,
  compute: ({ values, totals, deviation, count }) => {
    if (count < 2 || !(deviation > 0)) return NaN;
    let sum = 0;
    let low = Infinity;
    let high = -Infinity;
    for (const value of values) {
      sum += value - totals.mean;
      low = Math.min(low, sum);
      high = Math.max(high, sum);
    }
    return quotient(Math.log((high - low) / deviation), Math.log(count));
  },
});

export const stability: Metric = metric("stability", {
  summary: "Share of the variance of the logarithm of equity that a straight line explains",
  label: "Stability",
  category: "distribution",
  unit: "ratio",
  better: "higher",
  formula: "R² of ln Π(1 + r) on the row number",
  source: "empyrical, stability_of_timeseries",
  good: "above 0.9: growth is steady; it says nothing of its sign",
  needs: ["growth"],
  undefinedWhen: "fewer than 3 rows, or no row other than 0",
  extended: true,
  compute: (basis) => trendOf(basis).rSquared,
});

/** P(χ² > x) for an even number of degrees: e^(−x/2) Σ_{k < df/2} (x/2)^k / k!. */
function chiSquaredTail(x: number, degrees: number): number {
  let term = Math.exp(-x / 2);
  let sum = term;
  for (let k = 1; k < degrees / 2; k++) sum += term *= x / 2 / k;
  return sum;
}
