// How a strategy goes with its benchmark: how often it is ahead, and whether it is bolder when the
// benchmark rises than when it falls. Regressions on the joined rows, by least squares.

import { type Basis, joinedPeriods, joinedRate } from "../basis.ts";
import { quotient, sumOf } from "../kernel.ts";
import { type Metric, metric } from "../metric.ts";

/**
 * @example Ahead in one row of two, and bolder upwards
 * ```ts
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 * import { basisOf } from "../basis.ts";
 * const dates = Float64Array.of(1, 2, 3, 4);
 * const benchmark = Float64Array.of(0.01, 0.02, -0.01, -0.02);
 * const strategy = Float64Array.of(0.03, 0.06, -0.01, -0.02);
 * const basis = basisOf(strategy, { dates, benchmark: { dates, strategy, benchmark } });
 * assertEquals(battingAverage.compute(basis), 0.5);
 * assertAlmostEquals(upBeta.compute(basis), 3, 1e-12);
 * assertAlmostEquals(downBeta.compute(basis), 1, 1e-12);
 * ```
 */
export const battingAverage: Metric = metric("batting_average", {
  summary: "Share of the joined rows in which the strategy was above its benchmark",
  label: "Batting Average",
  category: "benchmark",
  unit: "fraction",
  better: "higher",
  formula: "#(r > b) / n, over the joined rows",
  source: "empyrical; Bacon (2008), Practical Portfolio Performance Measurement and Attribution",
  good: "above 0.5",
  needs: ["benchmark"],
  undefinedWhen: "no joined rows",
  extended: true,
  compute: ({ joint }) => {
    if (joint === null) return NaN;
    const { strategy, benchmark } = joint.series;
    const ahead = strategy.reduce(
      (count, value, row) => count + (value > (benchmark[row] as number) ? 1 : 0),
      0,
    );
    return quotient(ahead, strategy.length);
  },
});

export const upBeta: Metric = metric("up_beta", {
  summary: "Beta over the rows in which the benchmark rose",
  label: "Up Beta",
  category: "benchmark",
  unit: "ratio",
  better: "none",
  formula: "cov(r, b) / var(b) over the rows with b > 0",
  source: "empyrical, up_alpha_beta",
  good: "above down_beta: bolder when the benchmark rises",
  needs: ["benchmark"],
  undefinedWhen: "fewer than 2 such rows, or a benchmark that does not vary in them",
  extended: true,
  compute: (basis) => betaWhere(basis, (value) => value > 0),
});

export const downBeta: Metric = metric("down_beta", {
  summary: "Beta over the rows in which the benchmark fell",
  label: "Down Beta",
  category: "benchmark",
  unit: "ratio",
  better: "lower",
  formula: "cov(r, b) / var(b) over the rows with b < 0",
  source: "empyrical, down_alpha_beta",
  good: "below up_beta",
  needs: ["benchmark"],
  undefinedWhen: "fewer than 2 such rows, or a benchmark that does not vary in them",
  extended: true,
  compute: (basis) => betaWhere(basis, (value) => value < 0),
});

export const appraisalRatio: Metric = metric("appraisal_ratio", {
  summary: "Jensen’s alpha over the annualised deviation of what the benchmark leaves unexplained",
  label: "Appraisal Ratio",
  category: "benchmark",
  unit: "ratio",
  better: "higher",
  formula: "a · √P / s, of r − f = a + beta · (b − f) + e, s the standard error of e with n − 2",
  source: "Treynor and Black (1973), How to Use Security Analysis to Improve Portfolio Selection",
  good: "above 0.5 is good, above 1 very good",
  needs: ["benchmark", "rate"],
  undefinedWhen: "fewer than 3 joined rows, a benchmark that does not vary, or nothing left over",
  extended: true,
  compute: (basis) => {
    const fit = regression(basis, () => 0);
    return quotient(fit.intercept, fit.error) * Math.sqrt(joinedPeriods(basis));
  },
});

export const treynorMazuyGamma: Metric = metric("treynor_mazuy_gamma", {
  summary: "Curvature of the strategy’s excess return in the benchmark’s: above 0 it is timed well",
  label: "Treynor–Mazuy Timing",
  category: "benchmark",
  unit: "ratio",
  better: "higher",
  formula: "c of r − f = a + d · (b − f) + c · (b − f)² + e",
  source:
    "Treynor and Mazuy (1966), Can Mutual Funds Outguess the Market?, Harvard Business Review 44",
  good: "above 0, and not by one crash alone",
  needs: ["benchmark", "rate"],
  undefinedWhen: "fewer than 4 joined rows, or a benchmark with fewer than 3 values",
  extended: true,
  compute: (basis) => regression(basis, (value) => value ** 2).second,
});

export const henrikssonMertonGamma: Metric = metric("henriksson_merton_gamma", {
  summary: "Beta that the strategy sheds when the benchmark falls below the rate",
  label: "Henriksson–Merton Timing",
  category: "benchmark",
  unit: "ratio",
  better: "higher",
  formula: "c of r − f = a + d · (b − f) + c · max(f − b, 0) + e",
  source:
    "Henriksson and Merton (1981), On Market Timing and Investment Performance II, Journal of Business 54(4)",
  good: "above 0",
  needs: ["benchmark", "rate"],
  undefinedWhen: "fewer than 4 joined rows, or a benchmark on one side of the rate only",
  extended: true,
  compute: (basis) => regression(basis, (value) => Math.max(-value, 0)).second,
});

export const mSquared: Metric = metric("m_squared", {
  summary: "Annual return of the strategy if it were geared to the benchmark’s volatility",
  label: "M²",
  category: "benchmark",
  unit: "fraction",
  better: "higher",
  formula: "(f + mean(r − f) / sd(r) · sd(b)) · P, over the joined rows",
  source:
    "Modigliani and Modigliani (1997), Risk-Adjusted Performance, Journal of Portfolio Management 23(2)",
  good: "above the benchmark’s own annual mean",
  needs: ["benchmark", "rate"],
  undefinedWhen: "fewer than 2 joined rows, or a standard deviation of zero",
  extended: true,
  compute: (basis) => {
    const { joint } = basis;
    if (joint === null) return NaN;
    const rate = joinedRate(basis);
    const ratio = quotient(joint.strategyMean - rate, joint.strategyDeviation);
    return (rate + ratio * joint.benchmarkDeviation) * joinedPeriods(basis);
  },
});

function betaWhere({ joint }: Basis, holds: (benchmark: number) => boolean): number {
  if (joint === null) return NaN;
  const { strategy, benchmark } = joint.series;
  const x = benchmark.filter(holds);
  const y = strategy.filter((_, row) => holds(benchmark[row] as number));
  const [meanX, meanY] = [sumOf(x) / x.length, sumOf(y) / y.length];
  const product = sumOf(x.map((value, row) => (value - meanX) * ((y[row] as number) - meanY)));
  return quotient(product, sumOf(x.map((value) => (value - meanX) ** 2)));
}

/** A regression of excess returns; NaN where it cannot be made. */
interface Fit {
  readonly intercept: number;
  /** Of the second regressor; NaN without one. */
  readonly second: number;
  /** The standard error of what is left over. */
  readonly error: number;
}

/**
 * Least squares of the strategy's excess return on the benchmark's and a function of it; with a function
 * that never varies, on the benchmark's alone.
 */
function regression(
  basis: Basis,
  second: (excess: number) => number,
): Fit {
  const nothing = { intercept: NaN, second: NaN, error: NaN };
  const { joint } = basis;
  if (joint === null) return nothing;
  const rate = joinedRate(basis);
  const x = joint.series.benchmark.map((value) => value - rate);
  const y = joint.series.strategy.map((value) => value - rate);
  const z = x.map(second);
  const count = x.length;
  const centred = (values: Float64Array): Float64Array => {
    const mean = sumOf(values) / count;
    return values.map((value) => value - mean);
  };
  const [dx, dy, dz] = [centred(x), centred(y), centred(z)];
  const product = (left: Float64Array, right: Float64Array): number =>
    sumOf(left.map((value, row) => value * (right[row] as number)));
  const xx = product(dx, dx);
  // What of the second regressor the first does not have.
  const rest = dz.map((value, row) => value - product(dx, dz) / xx * (dx[row] as number));
  const zz = product(dz, dz);
  const rr = product(rest, rest);
  const isAlone = zz === 0;
  if (!(xx > 0) || count < (isAlone ? 3 : 4)) return nothing;
  if (!isAlone && !(rr > 1e-20 * zz)) return nothing;
  const c = isAlone ? NaN : product(rest, dy) / rr;
  const slope = (product(dx, dy) - (isAlone ? 0 : c * product(dx, dz))) / xx;
  const intercept = (sumOf(y) - slope * sumOf(x) - (isAlone ? 0 : c * sumOf(z))) / count;
  const left = dy.map((value, row) =>
    value - slope * (dx[row] as number) - (isAlone ? 0 : c * (dz[row] as number))
  );
  return {
    intercept,
    second: c,
    error: Math.sqrt(product(left, left) / (count - (isAlone ? 2 : 3))),
  };
}
