// Falls below the running peak: how deep, how long, how many, and what was earned for them.
// The drawdown series and its periods are computed once, in the basis.

import type { Basis } from "../basis.ts";
import { deviationOf, quotient } from "../kernel.ts";
import { type Metric, metric } from "../metric.ts";
import { cagr } from "../returns/whole_series.ts";
import { normalShortfall, tailLoss } from "../value_at_risk.ts";

const SERENITY = "(Σ r − rf) / (ulcer_index · −CVaR(drawdown series) / sd(r)), CVaR as cvar";
const BLIND_SPOT =
  "Same, its blind spot included: when the only drawdown begins with the first row, none is counted";

/**
 * @example One fall by a half, recovered from, and one by a tenth that is not
 * ```ts
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 * import { basisOf } from "../basis.ts";
 * const basis = basisOf([0.2, -0.5, 1.5, -0.1]);
 * assertAlmostEquals(maxDrawdown.compute(basis), -0.5, 1e-12);
 * assertAlmostEquals(avgDrawdown.compute(basis), -0.3, 1e-12);
 * assertEquals(drawdownCount.compute(basis), 2);
 * ```
 */
export const maxDrawdown: Metric = metric("max_drawdown", {
  summary: "Deepest fall below the running peak, at most 0; the start counts as a peak",
  label: "Max Drawdown",
  category: "drawdown",
  unit: "fraction",
  better: "higher",
  toned: true,
  formula: "min over rows of price / running peak − 1",
  quantstats: "st.max_drawdown(r)",
  source: "Magdon-Ismail and Atiya (2004), Maximum Drawdown, Risk 17(10)",
  good: "above −20 % for most mandates; what matters is whether its holder would have stayed",
  needs: ["growth"],
  undefinedWhen: "a growth beyond the number range",
  compute: (basis) => basis.growth.deepest,
});

export const avgDrawdown: Metric = metric("avg_drawdown", {
  summary: "Mean depth of the drawdown periods, at most 0",
  label: "Average Drawdown",
  category: "drawdown",
  unit: "fraction",
  better: "higher",
  formula: "mean over drawdown periods of their deepest point",
  quantstats: "dd['max drawdown'].mean() / 100",
  compared: BLIND_SPOT,
  source: "QuantStats' drawdown_details",
  good: "a small part of max_drawdown",
  needs: ["growth"],
  undefinedWhen: "no drawdown period counted",
  compute: (basis) => {
    const { depthSum, count } = basis.drawdowns;
    return quotient(depthSum, count);
  },
});

export const avgDrawdownDays: Metric = metric("avg_drawdown_days", {
  summary: "Mean length of the drawdown periods in calendar days, first and last day included",
  label: "Average Drawdown Days",
  category: "drawdown",
  unit: "days",
  better: "lower",
  formula: "mean over drawdown periods of ⌊(last row − first row) in days⌋ + 1",
  quantstats: "dd['days'].mean()",
  compared: BLIND_SPOT,
  source: "QuantStats' drawdown_details",
  good: "weeks rather than months",
  needs: ["dates", "growth"],
  undefinedWhen: "no dates, or no drawdown period counted",
  compute: (basis) => {
    const { daySum, count } = basis.drawdowns;
    return quotient(daySum, count);
  },
});

export const longestDrawdownDays: Metric = metric("longest_drawdown_days", {
  summary: "Longest drawdown period in calendar days, first and last day included",
  label: "Longest Drawdown Days",
  category: "drawdown",
  unit: "days",
  better: "lower",
  formula: "max over drawdown periods of ⌊(last row − first row) in days⌋ + 1",
  quantstats: "dd['days'].max()",
  compared: BLIND_SPOT,
  source: "QuantStats' drawdown_details",
  good: "shorter than its holder's patience: under a year",
  needs: ["dates", "growth"],
  undefinedWhen: "no dates, or no drawdown period counted",
  compute: (basis) => {
    const { longestDays, count } = basis.drawdowns;
    return count === 0 ? NaN : longestDays;
  },
});

export const drawdownCount: Metric = metric("drawdown_count", {
  summary: "Number of drawdown periods",
  label: "Drawdown Count",
  category: "drawdown",
  unit: "count",
  better: "none",
  formula: "number of stretches of rows below the running peak",
  quantstats: "len(dd)",
  compared: BLIND_SPOT,
  source: "QuantStats' drawdown_details",
  good: "none by itself: read it with avg_drawdown",
  needs: ["growth"],
  undefinedWhen: "never with rows",
  compute: (basis) => basis.drawdowns.count,
});

export const ulcerIndex: Metric = metric("ulcer_index", {
  summary: "Root mean square of the drawdown series",
  label: "Ulcer Index",
  category: "drawdown",
  unit: "ratio",
  better: "lower",
  formula: "√(Σ drawdown² / (n − 1))",
  quantstats: "st.ulcer_index(r)",
  compared: "Same, with its n − 1 for Martin's n",
  source: "Martin and McCann (1989), The Investor's Guide to Fidelity Funds",
  good: "below 0.05",
  needs: ["growth"],
  undefinedWhen: "fewer than 2 rows",
  compute: (basis) => Math.sqrt(basis.growth.drawdownSquares / (basis.count - 1)),
});

export const ulcerPerformanceIndex: Metric = metric("ulcer_performance_index", {
  summary: "Total return less one annual risk-free rate, over the ulcer index",
  label: "Ulcer Performance Index",
  category: "drawdown",
  unit: "ratio",
  better: "higher",
  formula: "(total_return − rf) / ulcer_index",
  quantstats: "st.ulcer_performance_index(r, rf)",
  compared: "Same; martin_ratio annualises the return as the book does",
  source: "Martin and McCann (1989), The Investor's Guide to Fidelity Funds",
  good: "above 2",
  needs: ["growth", "rate"],
  undefinedWhen: "fewer than 2 rows, or no drawdown",
  compute: (basis) => quotient(basis.growth.total - basis.riskFreeRate, ulcerIndex.compute(basis)),
});

export const serenityIndex: Metric = metric("serenity_index", {
  summary:
    "Sum of returns less one annual risk-free rate, over ulcer index times the drawdowns' tail loss in deviations",
  label: "Serenity Index",
  category: "drawdown",
  unit: "ratio",
  better: "higher",
  formula: SERENITY,
  quantstats: "st.serenity_index(r, rf)",
  source: "KeyQuant, Introducing the Serenity Ratio",
  good: "above 1; compare strategies of equal length only",
  needs: ["growth", "rate"],
  undefinedWhen: "fewer than 2 rows, a standard deviation of zero, or no drawdown",
  compute: (basis) => serenity(basis, normalShortfall(...spreadOfDrawdown(basis))),
  earlier: [{
    until: "0.0.82",
    formula: `${SERENITY} until 0.0.82`,
    undefinedWhen:
      "fewer than 2 rows, a standard deviation of zero, no drawdown, or a drawdown that never changes",
    changed: "follows cvar",
    compute: (basis) =>
      serenity(basis, tailLoss(basis.growth.drawdown, ...spreadOfDrawdown(basis))),
  }],
});

export const recoveryFactor: Metric = metric("recovery_factor", {
  summary: "Absolute sum of returns less one annual risk-free rate, over the deepest drawdown",
  label: "Recovery Factor",
  category: "drawdown",
  unit: "ratio",
  better: "higher",
  formula: "|Σ r − rf| / |max_drawdown|",
  quantstats: "st.recovery_factor(r, rf)",
  compared: "Same; recovery_factor_signed keeps the sign, which this one hides",
  source: "QuantStats",
  good: "above 3, and check that total_return is above 0",
  needs: ["growth", "rate"],
  undefinedWhen: "no drawdown",
  compute: (basis) =>
    quotient(
      Math.abs(basis.totals.sum - basis.riskFreeRate),
      Math.abs(basis.growth.deepest),
    ),
});

export const recoveryFactorSigned: Metric = metric("recovery_factor_signed", {
  summary: "Sum of returns less one annual risk-free rate, over the deepest drawdown",
  label: "Recovery Factor Signed",
  category: "drawdown",
  unit: "ratio",
  better: "higher",
  formula: "(Σ r − rf) / |max_drawdown|",
  compared: "Differs from recovery_factor, whose absolute value turns a loss into a recovery",
  source: "recovery_factor with its sign",
  good: "above 3",
  needs: ["growth", "rate"],
  undefinedWhen: "no drawdown",
  extended: true,
  compute: (basis) =>
    quotient(basis.totals.sum - basis.riskFreeRate, Math.abs(basis.growth.deepest)),
});

export const martinRatio: Metric = metric("martin_ratio", {
  summary:
    "Compound annual growth rate less the risk-free rate, over the root mean square drawdown",
  label: "Martin Ratio",
  category: "drawdown",
  unit: "ratio",
  better: "higher",
  formula: "(cagr − rf) / √(Σ drawdown² / n)",
  compared:
    "Differs from ulcer_performance_index, which takes the total return and divides by n − 1",
  source: "Martin and McCann (1989), The Investor's Guide to Fidelity Funds",
  good: "above 1 is good, above 2 very good",
  needs: ["growth", "rate"],
  undefinedWhen: "no drawdown",
  extended: true,
  compute: (basis) => {
    const ulcer = Math.sqrt(basis.growth.drawdownSquares / basis.count);
    return quotient(cagr.compute(basis) - basis.riskFreeRate, ulcer);
  },
});

export const painIndex: Metric = metric("pain_index", {
  summary: "Mean distance below the running peak, at least 0",
  label: "Pain Index",
  category: "drawdown",
  unit: "fraction",
  better: "lower",
  formula: "Σ |drawdown| / n",
  source:
    "Zephyr Associates (2006), Pain Index; Bacon (2008), Practical Portfolio Performance Measurement and Attribution",
  good: "below 0.05",
  needs: ["growth"],
  undefinedWhen: "never with rows",
  extended: true,
  compute: (basis) => -basis.growth.drawdownSum / basis.count,
});

/** Mean and standard deviation of the drawdown series. */
function spreadOfDrawdown({ growth: { drawdown, drawdownSum } }: Basis): [number, number] {
  return [drawdownSum / drawdown.length, deviationOf(drawdown)];
}

function serenity(basis: Basis, tailLoss: number): number {
  if (basis.deviation === 0) return NaN;
  const pitfall = -tailLoss / basis.deviation;
  return quotient(basis.totals.sum - basis.riskFreeRate, ulcerIndex.compute(basis) * pitfall);
}
