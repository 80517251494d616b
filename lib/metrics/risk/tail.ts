// The losing tail by other measures than a quantile: moments of it, an upper bound of all of them, and
// the spread between any two returns.

import type { Basis } from "../basis.ts";
import { compensatedSum, shapeOf } from "../kernel.ts";
import { type Metric, metric } from "../metric.ts";
import { normalDensity, normalQuantile } from "../normal.ts";
import { cornishFisher } from "../value_at_risk.ts";

const NORMAL_5 = normalQuantile(0.05);

/**
 * @example Two returns are as far apart as they are
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "../basis.ts";
 * assertAlmostEquals(giniMeanDifference.compute(basisOf([0.02, -0.01])), 0.03, 1e-15);
 * ```
 */
export const giniMeanDifference: Metric = metric("gini_mean_difference", {
  summary: "Mean distance between two returns",
  label: "Gini Mean Difference",
  category: "risk",
  unit: "fraction",
  better: "lower",
  formula: "Σ_{i<j} |rᵢ − rⱼ| / (n(n − 1)/2)",
  source:
    "Yitzhaki (1982), Stochastic Dominance, Mean Variance, and Gini’s Mean Difference, AER 72(1)",
  good: "near 1.13 times the standard deviation of normal returns",
  undefinedWhen: "fewer than 2 rows",
  extended: true,
  compute: ({ values, count }) => {
    if (count < 2) return NaN;
    const sum = compensatedSum();
    values.toSorted().forEach((value, row) => sum.add((2 * row - count + 1) * value));
    return 2 * sum.value() / (count * (count - 1));
  },
});

export const modifiedCvar: Metric = metric("modified_cvar", {
  summary:
    "Mean return beyond modified_var, with skew and kurtosis in the distribution (Cornish–Fisher)",
  label: "Modified Expected Shortfall",
  category: "risk",
  unit: "fraction",
  better: "higher",
  formula:
    "mean − σ · φ(z')/0.05 · (1 + S z'³/6 + S²(z'⁶ − 9z'⁴ + 9z'² + 3)/72 + K(z'⁴ − 2z'² − 1)/24), z' as in modified_var, σ, S and K with n",
  compared: "Differs from cvar, which assumes a normal distribution",
  source:
    "Boudt, Peterson and Croux (2008), Estimation and Decomposition of Downside Risk for Portfolios with Non-normal Returns, Journal of Risk 11(2)",
  good: "not far below cvar; with very heavy tails the expansion no longer holds",
  undefinedWhen: "fewer than 2 rows, or a standard deviation of zero",
  extended: true,
  compute: ({ count, deviation, moments, totals }) => {
    if (count < 2 || !(deviation > 0)) return NaN;
    const { spread, asymmetry, excess } = shapeOf(moments, count);
    const z = cornishFisher(NORMAL_5, asymmetry, excess);
    const tail = 1 + z ** 3 * asymmetry / 6 +
      (z ** 6 - 9 * z ** 4 + 9 * z ** 2 + 3) * asymmetry ** 2 / 72 +
      (z ** 4 - 2 * z ** 2 - 1) * excess / 24;
    return totals.mean - spread * normalDensity(z) / 0.05 * tail;
  },
});

export const evar: Metric = metric("evar", {
  summary: "Entropic value at risk at 95 %: the tightest bound that Chernoff’s inequality gives",
  label: "Entropic VaR",
  category: "risk",
  unit: "fraction",
  better: "higher",
  formula: "−min over t > 0 of t · ln(mean(e^(−r/t)) / 0.05)",
  compared: "QuantStats has none; it is at or below var and cvar of the returns themselves",
  source:
    "Ahmadi-Javid (2012), Entropic Value-at-Risk, Journal of Optimization Theory and Applications 155(3)",
  good: "bearable: it says what the worst returns that were seen may come to together",
  undefinedWhen: "no rows",
  extended: true,
  compute: entropicVar,
});

/** A step below this share of the value ends the search: the bound is flat there, and moves by its square. */
const PRECISION = 1e-9;

/**
 * The bound is convex in t and, for t → 0, the worst return: Newton's steps on s = 1/t, by whose sign
 * of the slope the interval is halved where a step would leave it.
 */
function entropicVar({ values, totals, count }: Basis): number {
  if (count === 0) return NaN;
  const worst = totals.minimum;
  if (worst === totals.maximum) return worst;
  const level = Math.log(0.05 * count);
  // Of at most twenty rows the worst alone is more than a twentieth: nothing is beyond it.
  if (level <= 0) return worst;
  // With s → ∞ only the worst rows count, and the slope's sign is that of ln(their number) − level.
  const ties = values.reduce((found, value) => found + (value === worst ? 1 : 0), 0);
  if (Math.log(ties) >= level) return worst;
  const at = (s: number): Slope => {
    const [total, weighted, squares] = [compensatedSum(), compensatedSum(), compensatedSum()];
    for (const value of values) {
      const gap = value - worst;
      const weight = Math.exp(-s * gap);
      total.add(weight);
      weighted.add(weight * gap);
      squares.add(weight * gap * gap);
    }
    const excess = Math.log(total.value()) - level;
    const mean = weighted.value() / total.value();
    const spread = squares.value() / total.value() - mean * mean;
    // d/ds of (excess / s), times s², and d/ds of that.
    return { bound: excess / s, slope: -s * mean - excess, change: s * spread };
  };
  let low = 0;
  let high = 1 / (totals.mean - worst);
  let here = at(high);
  while (here.slope < 0) {
    low = high;
    high *= 2;
    here = at(high);
  }
  let s = high;
  for (let turn = 0; turn < 200; turn++) {
    const step = s - here.slope / here.change;
    const next = step > low && step < high ? step : (low + high) / 2;
    const isFound = Math.abs(next - s) <= PRECISION * next;
    s = next;
    here = at(s);
    if (isFound) break;
    if (here.slope < 0) low = s;
    else high = s;
  }
  return worst - here.bound;
}

/** The bound at one s. */
interface Slope {
  readonly bound: number;
  readonly slope: number;
  readonly change: number;
}
