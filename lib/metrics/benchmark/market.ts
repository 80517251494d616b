// A strategy beside its benchmark, on the rows that both have. What cannot be computed is
// undefined, where QuantStats answers 0: a beta of 0 is a statement, and a wrong one.

import { joinedPeriods, joinedRate } from "../basis.ts";
import { quotient } from "../kernel.ts";
import { type Metric, metric } from "../metric.ts";

/**
 * @example A strategy that doubles every move of its benchmark
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "../basis.ts";
 * const benchmark = Float64Array.of(0.01, -0.02, 0.03, 0.005);
 * const strategy = benchmark.map((value) => 2 * value);
 * const dates = benchmark.map((_, day) => day * 86_400_000);
 * const basis = basisOf(strategy, { benchmark: { dates, strategy, benchmark } });
 * assertAlmostEquals(beta.compute(basis), 2, 1e-12);
 * assertAlmostEquals(alpha.compute(basis), 0, 1e-12);
 * ```
 */
export const alpha: Metric = metric("alpha", {
  summary: "Annualised mean return that the benchmark does not explain",
  label: "Alpha",
  category: "benchmark",
  unit: "fraction",
  better: "higher",
  formula: "(mean(r) − beta · mean(b)) · P",
  quantstats: "st.greeks(r, b, P)['alpha']",
  compared:
    "Same; the risk-free rate plays no part (jensen_alpha has it). Differs where beta cannot be computed: QuantStats reports 0",
  source:
    "Jensen (1968), The Performance of Mutual Funds in the Period 1945–1964, Journal of Finance 23(2)",
  good: "above 0 after costs",
  needs: ["benchmark"],
  undefinedWhen: "fewer than 2 joined rows, or a benchmark with a standard deviation of zero",
  compute: (basis) => {
    const joint = basis.joint;
    if (joint === null) return NaN;
    return (joint.strategyMean - beta.compute(basis) * joint.benchmarkMean) * joinedPeriods(basis);
  },
});

export const beta: Metric = metric("beta", {
  summary: "Movement with the benchmark: the slope of the regression on it",
  label: "Beta",
  category: "benchmark",
  unit: "ratio",
  better: "none",
  formula: "cov(r, b) / var(b)",
  quantstats: "st.greeks(r, b, P)['beta']",
  compared:
    "Same. Differs where it cannot be computed: QuantStats reports 0, which reads as market neutral",
  source: "Sharpe (1964), Capital Asset Prices, Journal of Finance 19(3)",
  good: "near 0 for market-neutral strategies, near 1 for index-like ones",
  needs: ["benchmark"],
  undefinedWhen: "fewer than 2 joined rows, or a benchmark with a standard deviation of zero",
  compute: (basis) => {
    const joint = basis.joint;
    return joint === null ? NaN : quotient(joint.covariance, joint.benchmarkVariance);
  },
});

export const correlation: Metric = metric("correlation", {
  summary: "Linear correlation with the benchmark, from −1 to 1",
  label: "Correlation",
  category: "benchmark",
  unit: "ratio",
  better: "none",
  formula: "cov(r, b) / (sd(r) · sd(b))",
  quantstats: "r.corr(b)",
  source: "Pearson (1895), Proceedings of the Royal Society of London 58",
  good: "low: it diversifies",
  needs: ["benchmark"],
  undefinedWhen: "fewer than 2 joined rows, or a standard deviation of zero in either",
  compute: ({ joint }) => {
    if (joint === null) return NaN;
    const scale = joint.strategyDeviation * joint.benchmarkDeviation;
    // Rounding cannot take it beyond ±1.
    return Math.max(-1, Math.min(1, quotient(joint.covariance, scale)));
  },
});

export const rSquared: Metric = metric("r_squared", {
  summary: "Share of variance that the benchmark explains",
  label: "R²",
  category: "benchmark",
  unit: "ratio",
  better: "none",
  formula: "correlation²",
  quantstats: "st.r_squared(r, b)",
  source: "Wright (1921), Correlation and Causation, Journal of Agricultural Research 20(7)",
  good: "low for alpha strategies, high for index trackers",
  needs: ["benchmark"],
  undefinedWhen: "fewer than 2 joined rows, or a standard deviation of zero in either",
  compute: (basis) => correlation.compute(basis) ** 2,
});

export const informationRatio: Metric = metric("information_ratio", {
  summary: "Mean difference to the benchmark over its standard deviation, per period",
  label: "Information Ratio",
  category: "benchmark",
  unit: "ratio",
  better: "higher",
  formula: "mean(r − b) / sd(r − b)",
  quantstats: "st.information_ratio(r, b)",
  compared:
    "Same, not annualised (information_ratio_annualised is). Differs where the difference never varies: QuantStats reports 0",
  source: "Goodwin (1998), The Information Ratio, Financial Analysts Journal 54(4)",
  good: "above 0.03 a day, which is 0.5 a year",
  needs: ["benchmark"],
  undefinedWhen: "fewer than 2 joined rows, or a difference with a standard deviation of zero",
  compute: (basis) => {
    const joint = basis.joint;
    return joint === null ? NaN : quotient(joint.differenceMean, joint.differenceDeviation);
  },
});

export const treynorRatio: Metric = metric("treynor_ratio", {
  summary: "Total return less one annual risk-free rate, over beta",
  label: "Treynor Ratio",
  category: "benchmark",
  unit: "ratio",
  better: "higher",
  formula: "(Π(1 + r) − 1 − rf) / beta",
  quantstats: "st.treynor_ratio(r, b, P, rf)",
  compared:
    "Same; treynor_ratio_annualised annualises the return. Differs where beta is 0 or cannot be computed: QuantStats reports 0",
  source:
    "Treynor (1965), How to Rate Management of Investment Funds, Harvard Business Review 43(1)",
  good: "above that of the benchmark, whose beta is 1",
  needs: ["benchmark", "growth", "rate"],
  undefinedWhen: "beta is, or is 0",
  compute: (basis) => {
    const joint = basis.joint;
    return joint === null
      ? NaN
      : quotient(joint.strategyTotal - basis.riskFreeRate, beta.compute(basis));
  },
});

export const jensenAlpha: Metric = metric("jensen_alpha", {
  summary: "Annualised mean excess return that the benchmark's excess return does not explain",
  label: "Jensen’s Alpha",
  category: "benchmark",
  unit: "fraction",
  better: "higher",
  formula: "(mean(r − f) − beta · mean(b − f)) · P, f = (1 + rf)^(1/P) − 1",
  compared: "Differs from alpha, which leaves out the risk-free rate",
  source:
    "Jensen (1968), The Performance of Mutual Funds in the Period 1945–1964, Journal of Finance 23(2)",
  good: "above 0 after costs",
  needs: ["benchmark", "rate"],
  undefinedWhen: "fewer than 2 joined rows, or a benchmark with a standard deviation of zero",
  extended: true,
  compute: (basis) => {
    const { joint } = basis;
    if (joint === null) return NaN;
    const rate = joinedRate(basis);
    const explained = beta.compute(basis) * (joint.benchmarkMean - rate);
    return (joint.strategyMean - rate - explained) * joinedPeriods(basis);
  },
});

export const treynorRatioAnnualised: Metric = metric("treynor_ratio_annualised", {
  summary: "Compound annual growth rate less the risk-free rate, over beta",
  label: "Treynor Ratio Annualised",
  category: "benchmark",
  unit: "ratio",
  better: "higher",
  formula: "(Π(1 + r)^(P/n) − 1 − rf) / beta, over the joined rows",
  compared:
    "Differs from treynor_ratio, which takes the total return whatever the length of the series",
  source:
    "Treynor (1965), How to Rate Management of Investment Funds, Harvard Business Review 43(1)",
  good: "above that of the benchmark, whose beta is 1",
  needs: ["benchmark", "growth", "rate"],
  undefinedWhen: "beta is, or is 0",
  extended: true,
  compute: (basis) => {
    const joint = basis.joint;
    if (joint === null) return NaN;
    const growth = (joint.strategyTotal + 1) ** (joinedPeriods(basis) / joint.count) - 1;
    return quotient(growth - basis.riskFreeRate, beta.compute(basis));
  },
});

export const informationRatioAnnualised: Metric = metric("information_ratio_annualised", {
  summary: "Mean difference to the benchmark over its standard deviation, annualised",
  label: "Information Ratio Annualised",
  category: "benchmark",
  unit: "ratio",
  better: "higher",
  formula: "mean(r − b) / sd(r − b) · √P",
  compared: "Differs from information_ratio by the factor √P",
  source: "Goodwin (1998), The Information Ratio, Financial Analysts Journal 54(4)",
  good: "above 0.5 is good, above 1 exceptional",
  needs: ["benchmark"],
  undefinedWhen: "fewer than 2 joined rows, or a difference with a standard deviation of zero",
  extended: true,
  compute: (basis) => informationRatio.compute(basis) * Math.sqrt(joinedPeriods(basis)),
});

export const trackingError: Metric = metric("tracking_error", {
  summary: "Standard deviation of the difference to the benchmark, annualised",
  label: "Tracking Error",
  category: "benchmark",
  unit: "fraction",
  better: "lower",
  formula: "sd(r − b) · √P",
  source: "Grinold and Kahn (2000), Active Portfolio Management",
  good: "below 0.02 for index trackers, 0.04 to 0.08 for active funds",
  needs: ["benchmark"],
  undefinedWhen: "fewer than 2 joined rows",
  extended: true,
  compute: (basis) =>
    basis.joint === null ? NaN : basis.joint.differenceDeviation * Math.sqrt(joinedPeriods(basis)),
});

export const upCapture: Metric = metric("up_capture", {
  summary: "Share of the benchmark's gains that was taken part in",
  label: "Up Capture",
  category: "benchmark",
  unit: "ratio",
  better: "higher",
  formula: "Σ(r | b > 0) / Σ(b | b > 0)",
  compared:
    "QuantStats has none. empyrical divides annualised growth rates, which on daily rows compares numbers in the thousands of percent",
  source:
    "Bacon (2008), Practical Portfolio Performance Measurement and Attribution; PerformanceAnalytics' UpDownRatios",
  good: "above down_capture",
  needs: ["benchmark"],
  undefinedWhen: "no joined row in which the benchmark gained",
  extended: true,
  compute: (basis) =>
    basis.joint === null ? NaN : quotient(basis.joint.gainTaken, basis.joint.gainOffered),
});

export const downCapture: Metric = metric("down_capture", {
  summary: "Share of the benchmark's losses that was taken part in",
  label: "Down Capture",
  category: "benchmark",
  unit: "ratio",
  better: "lower",
  formula: "Σ(r | b < 0) / Σ(b | b < 0)",
  compared:
    "QuantStats has none. PerformanceAnalytics counts rows in which the benchmark stood still as losing ones",
  source:
    "Bacon (2008), Practical Portfolio Performance Measurement and Attribution; PerformanceAnalytics' UpDownRatios",
  good: "below up_capture",
  needs: ["benchmark"],
  undefinedWhen: "no joined row in which the benchmark lost",
  extended: true,
  compute: (basis) =>
    basis.joint === null ? NaN : quotient(basis.joint.lossTaken, basis.joint.lossOffered),
});
