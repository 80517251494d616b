// What calendar months and years earned. A period without rows does not exist here: it is neither a
// month of 0 nor one that counts.

import { geometricMean, largest, meanAbove, monthsOf, smallest, yearsOf } from "../aggregates.ts";
import { meanBelow } from "../kernel.ts";
import { type Metric, metric } from "../metric.ts";

/**
 * @example The days of a month are compounded before months are compared
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "../basis.ts";
 * const dates = ["2024-01-30", "2024-01-31", "2024-02-01", "2024-02-02"].map(Date.parse);
 * const basis = basisOf([0.1, 0.1, -0.1, -0.1], { dates });
 * assertAlmostEquals(bestMonth.compute(basis), 0.21, 1e-12);
 * assertAlmostEquals(worstMonth.compute(basis), -0.19, 1e-12);
 * ```
 */
export const bestMonth: Metric = metric("best_month", {
  summary: "Best compounded calendar month",
  label: "Best Month",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "max over months of Π(1 + r) − 1",
  quantstats: "st.best(r, aggregate='ME')",
  source: "extreme value",
  good: "not the bulk of the total return",
  needs: ["calendar", "growth"],
  undefinedWhen: "no dates",
  compute: (basis) => largest(monthsOf(basis)),
});

export const worstMonth: Metric = metric("worst_month", {
  summary: "Worst compounded calendar month",
  label: "Worst Month",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "min over months of Π(1 + r) − 1",
  quantstats: "st.worst(r, aggregate='ME')",
  source: "extreme value",
  good: "above −10 % for most mandates",
  needs: ["calendar", "growth"],
  undefinedWhen: "no dates",
  compute: (basis) => smallest(monthsOf(basis)),
});

export const bestYear: Metric = metric("best_year", {
  summary: "Best compounded calendar year",
  label: "Best Year",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "max over years of Π(1 + r) − 1",
  quantstats: "st.best(r, aggregate='YE')",
  source: "extreme value",
  good: "not the bulk of the total return",
  needs: ["calendar", "growth"],
  undefinedWhen: "no dates",
  compute: (basis) => largest(yearsOf(basis)),
});

export const worstYear: Metric = metric("worst_year", {
  summary: "Worst compounded calendar year",
  label: "Worst Year",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "min over years of Π(1 + r) − 1",
  quantstats: "st.worst(r, aggregate='YE')",
  source: "extreme value",
  good: "above 0: no losing year",
  needs: ["calendar", "growth"],
  undefinedWhen: "no dates",
  compute: (basis) => smallest(yearsOf(basis)),
});

export const expectedReturnMonthly: Metric = metric("expected_return_monthly", {
  summary: "Geometric mean of the calendar months that have rows",
  label: "Expected Return Monthly",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "Π(1 + r)^(1/months) − 1",
  quantstats: "st.expected_return(r, aggregate='ME')",
  source: "geometric mean",
  good: "above 0 after costs",
  needs: ["calendar", "growth"],
  undefinedWhen: "no dates",
  compute: (basis) => geometricMean(monthsOf(basis)),
});

export const expectedReturnYearly: Metric = metric("expected_return_yearly", {
  summary: "Geometric mean of the calendar years that have rows",
  label: "Expected Return Yearly",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "Π(1 + r)^(1/years) − 1",
  quantstats: "st.expected_return(r, aggregate='YE')",
  source: "geometric mean",
  good: "above that of the benchmark",
  needs: ["calendar", "growth"],
  undefinedWhen: "no dates",
  compute: (basis) => geometricMean(yearsOf(basis)),
});

export const avgUpMonth: Metric = metric("avg_up_month", {
  summary: "Mean of the calendar months that gained",
  label: "Average Up Month",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "mean of the compounded months above 0",
  quantstats: "st.avg_win(r, aggregate='ME')",
  source: "arithmetic mean",
  good: "above |avg_down_month|",
  needs: ["calendar", "growth"],
  undefinedWhen: "no dates, or no month that gained",
  compute: (basis) => meanAbove(monthsOf(basis)),
});

export const avgDownMonth: Metric = metric("avg_down_month", {
  summary: "Mean of the calendar months that lost, below 0",
  label: "Average Down Month",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "mean of the compounded months below 0",
  quantstats: "st.avg_loss(r, aggregate='ME')",
  source: "arithmetic mean",
  good: "smaller in size than avg_up_month",
  needs: ["calendar", "growth"],
  undefinedWhen: "no dates, or no month that lost",
  compute: (basis) => meanBelow(monthsOf(basis), 0),
});
