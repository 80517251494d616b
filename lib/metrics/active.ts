// A strategy beside its benchmark as the textbooks have it: annualised, over the risk-free rate, and
// by which part of the benchmark's moves it takes part in.

import type { Basis } from "./basis.ts";
import { beta, informationRatio } from "./benchmark.ts";
import { quotient } from "./kernel.ts";

/**
 * Annualised mean excess return that the benchmark's excess return does not explain.
 *
 * - Formula: (mean(r − f) − beta · mean(b − f)) · P, f = (1 + rf)^(1/P) − 1.
 * - Input: joined strategy[n] and benchmark[n], fractions a period; result: fraction.
 * - Undefined: fewer than 2 joined rows, or a benchmark with a standard deviation of zero.
 * - Errors: those of `basisOf`.
 * - Source: Jensen (1968), The Performance of Mutual Funds in the Period 1945–1964, Journal of
 * Finance 23(2).
 * - QuantStats: Differs from alpha, which leaves out the risk-free rate.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const strategy = Float64Array.of(0.01, -0.02, 0.015, 0, 0.03, -0.01);
 * const benchmark = Float64Array.of(0.005, -0.01, 0.01, 0.002, 0.02, -0.005);
 * const dates = strategy.map((_, row) => row * 86_400_000);
 * const basis = basisOf(strategy, { benchmark: { dates, strategy, benchmark } });
 * assertAlmostEquals(jensenAlpha(basis), -0.49447674418604676, 1e-12);
 * ```
 */
export function jensenAlpha(basis: Basis): number {
  const { joint, ratePerPeriod } = basis;
  if (joint === null) return NaN;
  const explained = beta(basis) * (joint.benchmarkMean - ratePerPeriod);
  return (joint.strategyMean - ratePerPeriod - explained) * basis.periods;
}

/**
 * Compound annual growth rate less the risk-free rate, over beta.
 *
 * - Formula: (Π(1 + r)^(P/n) − 1 − rf) / beta, over the joined rows.
 * - Input: joined strategy[n] and benchmark[n], fractions a period; result: ratio.
 * - Undefined: beta is, or is 0.
 * - Errors: those of `basisOf`.
 * - Source: Treynor (1965), How to Rate Management of Investment Funds, Harvard Business Review
 * 43(1).
 * - QuantStats: Differs from treynor_ratio, which takes the total return whatever the length of
 * the series.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const strategy = Float64Array.of(0.01, -0.02, 0.015, 0, 0.03, -0.01);
 * const benchmark = Float64Array.of(0.005, -0.01, 0.01, 0.002, 0.02, -0.005);
 * const dates = strategy.map((_, row) => row * 86_400_000);
 * const basis = basisOf(strategy, { benchmark: { dates, strategy, benchmark } });
 * assertAlmostEquals(treynorRatioAnnualised(basis), 1.0510361000741866, 1e-12);
 * ```
 */
export function treynorRatioAnnualised(basis: Basis): number {
  const joint = basis.joint;
  if (joint === null) return NaN;
  const growth = (joint.strategyTotal + 1) ** (basis.periods / joint.count) - 1;
  return quotient(growth - basis.riskFreeRate, beta(basis));
}

/**
 * Mean difference to the benchmark over its standard deviation, annualised.
 *
 * - Formula: mean(r − b) / sd(r − b) · √P.
 * - Input: joined strategy[n] and benchmark[n], fractions a period; result: ratio.
 * - Undefined: fewer than 2 joined rows, or a difference with a standard deviation of zero.
 * - Errors: those of `basisOf`.
 * - Source: Goodwin (1998), The Information Ratio, Financial Analysts Journal 54(4).
 * - QuantStats: Differs from information_ratio by the factor √P.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const strategy = Float64Array.of(0.01, -0.02, 0.015, 0, 0.03, -0.01);
 * const benchmark = Float64Array.of(0.005, -0.01, 0.01, 0.002, 0.02, -0.005);
 * const dates = strategy.map((_, row) => row * 86_400_000);
 * const basis = basisOf(strategy, { benchmark: { dates, strategy, benchmark } });
 * assertAlmostEquals(informationRatioAnnualised(basis), 1.0654272078068652, 1e-12);
 * ```
 */
export function informationRatioAnnualised(basis: Basis): number {
  return informationRatio(basis) * Math.sqrt(basis.periods);
}

/**
 * Standard deviation of the difference to the benchmark, annualised.
 *
 * - Formula: sd(r − b) · √P.
 * - Input: joined strategy[n] and benchmark[n], fractions a period; result: fraction.
 * - Undefined: fewer than 2 joined rows.
 * - Errors: those of `basisOf`.
 * - Source: Grinold and Kahn (2000), Active Portfolio Management.
 * - QuantStats: QuantStats has none.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const strategy = Float64Array.of(0.01, -0.02, 0.015, 0, 0.03, -0.01);
 * const benchmark = Float64Array.of(0.005, -0.01, 0.01, 0.002, 0.02, -0.005);
 * const dates = strategy.map((_, row) => row * 86_400_000);
 * const basis = basisOf(strategy, { benchmark: { dates, strategy, benchmark } });
 * assertAlmostEquals(trackingError(basis), 0.11826242006656214, 1e-12);
 * ```
 */
export function trackingError(basis: Basis): number {
  return basis.joint === null ? NaN : basis.joint.differenceDeviation * Math.sqrt(basis.periods);
}

/**
 * Share of the benchmark's gains that was taken part in.
 *
 * - Formula: Σ(r | b > 0) / Σ(b | b > 0).
 * - Input: joined strategy[n] and benchmark[n], fractions a period; result: ratio.
 * - Undefined: no joined row in which the benchmark gained.
 * - Errors: those of `basisOf`.
 * - Source: Bacon (2008), Practical Portfolio Performance Measurement and Attribution;
 * PerformanceAnalytics' UpDownRatios.
 * - QuantStats: QuantStats has none. empyrical divides annualised growth rates, which on daily
 * rows compares numbers in the thousands of percent.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const strategy = Float64Array.of(0.01, -0.02, 0.015, 0, 0.03, -0.01);
 * const benchmark = Float64Array.of(0.005, -0.01, 0.01, 0.002, 0.02, -0.005);
 * const dates = strategy.map((_, row) => row * 86_400_000);
 * const basis = basisOf(strategy, { benchmark: { dates, strategy, benchmark } });
 * assertAlmostEquals(upCapture(basis), 1.4864864864864862, 1e-12);
 * ```
 */
export function upCapture(basis: Basis): number {
  return basis.joint === null ? NaN : quotient(basis.joint.gainTaken, basis.joint.gainOffered);
}

/**
 * Share of the benchmark's losses that was taken part in.
 *
 * - Formula: Σ(r | b < 0) / Σ(b | b < 0).
 * - Input: joined strategy[n] and benchmark[n], fractions a period; result: ratio.
 * - Undefined: no joined row in which the benchmark lost.
 * - Errors: those of `basisOf`.
 * - Source: Bacon (2008), Practical Portfolio Performance Measurement and Attribution;
 * PerformanceAnalytics' UpDownRatios.
 * - QuantStats: QuantStats has none. PerformanceAnalytics counts rows in which the benchmark
 * stood still as losing ones.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const strategy = Float64Array.of(0.01, -0.02, 0.015, 0, 0.03, -0.01);
 * const benchmark = Float64Array.of(0.005, -0.01, 0.01, 0.002, 0.02, -0.005);
 * const dates = strategy.map((_, row) => row * 86_400_000);
 * const basis = basisOf(strategy, { benchmark: { dates, strategy, benchmark } });
 * assertAlmostEquals(downCapture(basis), 2, 1e-12);
 * ```
 */
export function downCapture(basis: Basis): number {
  return basis.joint === null ? NaN : quotient(basis.joint.lossTaken, basis.joint.lossOffered);
}
