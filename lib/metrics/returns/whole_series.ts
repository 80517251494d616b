// What was earned: in all, a year, a period, and in the periods that won or lost. From the shared
// totals; calendar periods and windows have files of their own.

import { DAY_MS } from "../../civil.ts";
import { annualGrowth, quotient } from "../kernel.ts";
import { type Metric, metric } from "../metric.ts";

const YEAR_MS = 365.25 * DAY_MS;

/**
 * @example Two years of 1 % a month: in all, and a year
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "../basis.ts";
 * const basis = basisOf(new Array(24).fill(0.01), { periods: 12 });
 * assertAlmostEquals(totalReturn.compute(basis), 1.01 ** 24 - 1, 1e-12);
 * assertAlmostEquals(cagr.compute(basis), 1.01 ** 12 - 1, 1e-12);
 * ```
 */
export const cagr: Metric = metric("cagr", {
  summary: "Compound annual growth rate, counting years as rows over periods a year",
  label: "CAGR",
  category: "returns",
  unit: "fraction",
  better: "higher",
  toned: true,
  formula: "|Π(1 + r)|^(P/n) − 1",
  quantstats: "st.cagr(r, 0.0, True, P)",
  compared: "Same; cagr_calendar counts calendar time instead",
  source: "geometric mean, annualised",
  good: "above that of the benchmark for the same risk",
  needs: ["growth"],
  undefinedWhen: "a growth beyond the number range",
  compute: (basis) => annualGrowth(basis.growth.total, basis.count / basis.periods),
});

export const riskAdjustedReturn: Metric = metric("risk_adjusted_return", {
  summary: "Compound annual growth rate divided by the share of periods in the market",
  label: "Risk Adjusted Return",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "cagr / exposure",
  quantstats: "st.cagr(r, 0.0, True, P) / st.exposure(r)",
  compared:
    "Same as `cagr / exposure`; `st.rar` takes the annual rate off every period and fixes 252 periods, which is not copied",
  source: "QuantStats",
  good: "above cagr alone by what idle time cost",
  needs: ["growth"],
  undefinedWhen: "no row other than 0",
  compute: (basis) => cagr.compute(basis) / exposure.compute(basis),
});

export const totalReturn: Metric = metric("total_return", {
  summary: "Compounded return of the whole series",
  label: "Total Return",
  category: "returns",
  unit: "fraction",
  better: "higher",
  toned: true,
  formula: "Π(1 + r) − 1",
  quantstats: "st.comp(r)",
  source: "compounding",
  good: "above that of the benchmark",
  needs: ["growth"],
  undefinedWhen: "a growth beyond the number range",
  compute: (basis) => basis.growth.total,
});

export const exposure: Metric = metric("exposure", {
  summary: "Share of periods in the market (return not 0), rounded up to whole percent",
  label: "Exposure",
  category: "returns",
  unit: "fraction",
  better: "none",
  formula: "⌈100 · #(r ≠ 0) / n⌉ / 100",
  quantstats: "st.exposure(r)",
  source: "QuantStats",
  good: "as low as the return allows: idle capital can work elsewhere",
  undefinedWhen: "no rows",
  compute: (basis) => {
    const { wins, losses } = basis.totals;
    return Math.ceil((wins + losses) / basis.count * 100) / 100;
  },
});

export const avgReturn: Metric = metric("avg_return", {
  summary: "Mean return of the periods in the market",
  label: "Average Return",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "Σ r / #(r ≠ 0)",
  quantstats: "st.avg_return(r)",
  source: "arithmetic mean",
  good: "above costs per period",
  undefinedWhen: "no row other than 0",
  compute: (basis) => {
    const { sum, wins, losses } = basis.totals;
    return quotient(sum, wins + losses);
  },
});

export const avgWin: Metric = metric("avg_win", {
  summary: "Mean of the winning periods",
  label: "Average Win",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "Σ max(r, 0) / #(r > 0)",
  quantstats: "st.avg_win(r)",
  source: "arithmetic mean",
  good: "above |avg_loss|",
  undefinedWhen: "no winning row",
  compute: (basis) => quotient(basis.totals.winSum, basis.totals.wins),
});

export const avgLoss: Metric = metric("avg_loss", {
  summary: "Mean of the losing periods, below 0",
  label: "Average Loss",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "Σ min(r, 0) / #(r < 0)",
  quantstats: "st.avg_loss(r)",
  source: "arithmetic mean",
  good: "smaller in size than avg_win",
  undefinedWhen: "no losing row",
  compute: (basis) => quotient(basis.totals.lossSum, basis.totals.losses),
});

export const bestDay: Metric = metric("best_day", {
  summary: "Best period of the input",
  label: "Best Day",
  rowLabel: "Best {row}",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "max(r)",
  quantstats: "st.best(r)",
  source: "extreme value",
  good: "not much above the usual: a result that hangs on one day is luck",
  undefinedWhen: "no rows",
  compute: (basis) => basis.totals.maximum,
});

export const worstDay: Metric = metric("worst_day", {
  summary: "Worst period of the input",
  label: "Worst Day",
  rowLabel: "Worst {row}",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "min(r)",
  quantstats: "st.worst(r)",
  source: "extreme value",
  good: "bearable with the leverage in use",
  undefinedWhen: "no rows",
  compute: (basis) => basis.totals.minimum,
});

export const expectedReturn: Metric = metric("expected_return", {
  summary: "Geometric mean return per period",
  label: "Expected Return",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "Π(1 + r)^(1/n) − 1",
  quantstats: "st.expected_return(r)",
  source: "geometric mean",
  good: "above 0 after costs",
  needs: ["growth"],
  undefinedWhen: "a growth beyond the number range",
  compute: (basis) => basis.growth.wealth ** (1 / basis.count) - 1,
});

export const cagrCalendar: Metric = metric("cagr_calendar", {
  summary: "Compound annual growth rate, counting years by the calendar",
  label: "CAGR by Calendar Time",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula:
    "Π(1 + r)^(1/years) − 1, years = (last date − first date) · n/(n − 1) / 365.25 days: the first row's own period is taken to be as long as the mean one",
  compared:
    "Differs from cagr, which counts rows: sparse or patchy series grow faster there than time passed",
  source: "geometric mean, annualised; 365.25 days as in ffn",
  good: "close to cagr: then the periods a year are right",
  needs: ["dates", "growth"],
  undefinedWhen: "fewer than 2 rows, or no dates",
  extended: true,
  compute: (basis) => {
    const { dates, count } = basis;
    if (dates === null || count < 2) return NaN;
    const span = (dates[count - 1] as number) - (dates[0] as number);
    const years = span * count / (count - 1) / YEAR_MS;
    return (basis.growth.total + 1) ** (1 / years) - 1;
  },
});
