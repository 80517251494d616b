// A strategy beside its benchmark, on the rows that both have. What cannot be computed is
// undefined, where QuantStats answers 0: a beta of 0 is a statement, and a wrong one.

import type { Basis } from "./basis.ts";
import type { Joint } from "./joint.ts";
import { quotient } from "./kernel.ts";

/**
 * Annualised mean return that the benchmark does not explain.
 *
 * - Formula: (mean(r) − beta · mean(b)) · P.
 * - Input: joined strategy[n] and benchmark[n], fractions a period; result: fraction.
 * - Undefined: fewer than 2 joined rows, or a benchmark with a standard deviation of zero.
 * - Errors: those of `basisOf`.
 * - Source: Jensen (1968), The Performance of Mutual Funds in the Period 1945–1964, Journal of
 * Finance 23(2).
 * - QuantStats: Same; the risk-free rate plays no part (jensen_alpha has it). Differs where beta
 * cannot be computed: QuantStats reports 0.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const strategy = Float64Array.of(0.01, -0.02, 0.015, 0, 0.03, -0.01);
 * const benchmark = Float64Array.of(0.005, -0.01, 0.01, 0.002, 0.02, -0.005);
 * const dates = strategy.map((_, row) => row * 86_400_000);
 * const basis = basisOf(strategy, { benchmark: { dates, strategy, benchmark } });
 * assertAlmostEquals(alpha(basis), -0.494476744186047, 1e-12);
 * ```
 */
export function alpha(basis: Basis): number {
  const joint = basis.joint;
  if (joint === null) return NaN;
  return (joint.strategyMean - beta(basis) * joint.benchmarkMean) * basis.periods;
}

/**
 * Movement with the benchmark: the slope of the regression on it.
 *
 * - Formula: cov(r, b) / var(b).
 * - Input: joined strategy[n] and benchmark[n], fractions a period; result: ratio.
 * - Undefined: fewer than 2 joined rows, or a benchmark with a standard deviation of zero.
 * - Errors: those of `basisOf`.
 * - Source: Sharpe (1964), Capital Asset Prices, Journal of Finance 19(3).
 * - QuantStats: Same. Differs where it cannot be computed: QuantStats reports 0, which reads as
 * market neutral.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const strategy = Float64Array.of(0.01, -0.02, 0.015, 0, 0.03, -0.01);
 * const benchmark = Float64Array.of(0.005, -0.01, 0.01, 0.002, 0.02, -0.005);
 * const dates = strategy.map((_, row) => row * 86_400_000);
 * const basis = basisOf(strategy, { benchmark: { dates, strategy, benchmark } });
 * assertAlmostEquals(beta(basis), 1.671511627906977, 1e-12);
 * ```
 */
export function beta(basis: Basis): number {
  const joint = basis.joint;
  return joint === null ? NaN : quotient(joint.covariance, joint.benchmarkVariance);
}

/**
 * Linear correlation with the benchmark, from −1 to 1.
 *
 * - Formula: cov(r, b) / (sd(r) · sd(b)).
 * - Input: joined strategy[n] and benchmark[n], fractions a period; result: ratio.
 * - Undefined: fewer than 2 joined rows, or a standard deviation of zero in either.
 * - Errors: those of `basisOf`.
 * - Source: Pearson (1895), Proceedings of the Royal Society of London 58.
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const strategy = Float64Array.of(0.01, -0.02, 0.015, 0, 0.03, -0.01);
 * const benchmark = Float64Array.of(0.005, -0.01, 0.01, 0.002, 0.02, -0.005);
 * const dates = strategy.map((_, row) => row * 86_400_000);
 * const basis = basisOf(strategy, { benchmark: { dates, strategy, benchmark } });
 * assertAlmostEquals(correlation(basis), 0.9941314619022832, 1e-12);
 * ```
 */
export function correlation(basis: Basis): number {
  return correlationOf(basis.joint);
}

/**
 * Share of variance that the benchmark explains.
 *
 * - Formula: correlation².
 * - Input: joined strategy[n] and benchmark[n], fractions a period; result: ratio.
 * - Undefined: fewer than 2 joined rows, or a standard deviation of zero in either.
 * - Errors: those of `basisOf`.
 * - Source: Wright (1921), Correlation and Causation, Journal of Agricultural Research 20(7).
 * - QuantStats: Same.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const strategy = Float64Array.of(0.01, -0.02, 0.015, 0, 0.03, -0.01);
 * const benchmark = Float64Array.of(0.005, -0.01, 0.01, 0.002, 0.02, -0.005);
 * const dates = strategy.map((_, row) => row * 86_400_000);
 * const basis = basisOf(strategy, { benchmark: { dates, strategy, benchmark } });
 * assertAlmostEquals(rSquared(basis), 0.9882973635439709, 1e-12);
 * ```
 */
export function rSquared(basis: Basis): number {
  return correlationOf(basis.joint) ** 2;
}

/**
 * Mean difference to the benchmark over its standard deviation, per period.
 *
 * - Formula: mean(r − b) / sd(r − b).
 * - Input: joined strategy[n] and benchmark[n], fractions a period; result: ratio.
 * - Undefined: fewer than 2 joined rows, or a difference with a standard deviation of zero.
 * - Errors: those of `basisOf`.
 * - Source: Goodwin (1998), The Information Ratio, Financial Analysts Journal 54(4).
 * - QuantStats: Same, not annualised (information_ratio_annualised is). Differs where the
 * difference never varies: QuantStats reports 0.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const strategy = Float64Array.of(0.01, -0.02, 0.015, 0, 0.03, -0.01);
 * const benchmark = Float64Array.of(0.005, -0.01, 0.01, 0.002, 0.02, -0.005);
 * const dates = strategy.map((_, row) => row * 86_400_000);
 * const basis = basisOf(strategy, { benchmark: { dates, strategy, benchmark } });
 * assertAlmostEquals(informationRatio(basis), 0.06711560552140236, 1e-12);
 * ```
 */
export function informationRatio(basis: Basis): number {
  const joint = basis.joint;
  return joint === null ? NaN : quotient(joint.differenceMean, joint.differenceDeviation);
}

/**
 * Total return less one annual risk-free rate, over beta.
 *
 * - Formula: (Π(1 + r) − 1 − rf) / beta.
 * - Input: joined strategy[n] and benchmark[n], fractions a period; result: ratio.
 * - Undefined: beta is, or is 0.
 * - Errors: those of `basisOf`.
 * - Source: Treynor (1965), How to Rate Management of Investment Funds, Harvard Business Review
 * 43(1).
 * - QuantStats: Same; treynor_ratio_annualised annualises the return. Differs where beta is 0 or
 * cannot be computed: QuantStats reports 0.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const strategy = Float64Array.of(0.01, -0.02, 0.015, 0, 0.03, -0.01);
 * const benchmark = Float64Array.of(0.005, -0.01, 0.01, 0.002, 0.02, -0.005);
 * const dates = strategy.map((_, row) => row * 86_400_000);
 * const basis = basisOf(strategy, { benchmark: { dates, strategy, benchmark } });
 * assertAlmostEquals(treynorRatio(basis), 0.014620625721043374, 1e-12);
 * ```
 */
export function treynorRatio(basis: Basis): number {
  const joint = basis.joint;
  return joint === null ? NaN : quotient(joint.strategyTotal - basis.riskFreeRate, beta(basis));
}

/** The correlation of two joined series; rounding cannot take it beyond ±1. */
function correlationOf(joint: Joint | null): number {
  if (joint === null) return NaN;
  const scale = joint.strategyDeviation * joint.benchmarkDeviation;
  return Math.max(-1, Math.min(1, quotient(joint.covariance, scale)));
}
