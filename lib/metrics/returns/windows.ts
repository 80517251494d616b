// What the last months earned. Windows end at the last date of the series, never at today, so the
// same file gives the same figures tomorrow.

import type { Basis } from "../basis.ts";
import { firstRowFrom, monthsBefore, startOfMonth, startOfYear } from "../calendar.ts";
import { annualGrowth, growthOf } from "../kernel.ts";
import { type Metric, metric } from "../metric.ts";

/**
 * @example A window ends at the last date of the series
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "../basis.ts";
 * const dates = ["2023-12-29", "2024-01-31", "2024-02-01", "2024-02-02"].map(Date.parse);
 * const basis = basisOf([0.5, 0.2, 0.1, 0.1], { dates });
 * assertAlmostEquals(returnMtd.compute(basis), 0.21, 1e-12);
 * assertAlmostEquals(returnYtd.compute(basis), 1.2 * 1.1 * 1.1 - 1, 1e-12);
 * ```
 */
export const returnMtd: Metric = metric("return_mtd", {
  summary: "Compounded return of the last calendar month, to its last row",
  label: "Month to Date",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "Π(1 + r) − 1 over the rows from the first of the last date's month",
  quantstats: "st.comp(r[r.index >= month_start])",
  compared:
    "Same expression; QuantStats' report ends the window at today's clock, this one at the last date of the series",
  source: "compounding",
  good: "in line with expected_return_monthly",
  needs: ["calendar", "growth"],
  undefinedWhen: "no dates",
  compute: (basis) => windowTotal(basis, startOfMonth(lastDate(basis))),
});

export const return3m: Metric = metric("return_3m", {
  summary: "Compounded return of the three calendar months to the last row",
  label: "3 Months",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "Π(1 + r) − 1 over the rows from 3 months before the last date",
  quantstats: "st.comp(r[r.index >= last - months(3)])",
  compared: "Same expression; the window ends at the last date of the series",
  source: "compounding",
  good: "in line with the longer windows",
  needs: ["calendar", "growth"],
  windowMonths: 3,
  undefinedWhen: "no dates",
  compute: (basis) => windowTotal(basis, monthsBefore(lastDate(basis), 3)),
});

export const return6m: Metric = metric("return_6m", {
  summary: "Compounded return of the six calendar months to the last row",
  label: "6 Months",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "Π(1 + r) − 1 over the rows from 6 months before the last date",
  quantstats: "st.comp(r[r.index >= last - months(6)])",
  compared: "Same expression; the window ends at the last date of the series",
  source: "compounding",
  good: "in line with the longer windows",
  needs: ["calendar", "growth"],
  windowMonths: 6,
  undefinedWhen: "no dates",
  compute: (basis) => windowTotal(basis, monthsBefore(lastDate(basis), 6)),
});

export const returnYtd: Metric = metric("return_ytd", {
  summary: "Compounded return of the last calendar year, to its last row",
  label: "Year to Date",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "Π(1 + r) − 1 over the rows from January 1 of the last date's year",
  quantstats: "st.comp(r[r.index >= year_start])",
  compared: "Same expression; the window ends at the last date of the series",
  source: "compounding",
  good: "in line with the longer windows",
  needs: ["calendar", "growth"],
  undefinedWhen: "no dates",
  compute: (basis) => windowTotal(basis, startOfYear(lastDate(basis))),
});

export const return1y: Metric = metric("return_1y", {
  summary: "Compounded return of the twelve calendar months to the last row",
  label: "1 Year",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "Π(1 + r) − 1 over the rows from 12 months before the last date",
  quantstats: "st.comp(r[r.index >= last - months(12)])",
  compared: "Same expression; the window ends at the last date of the series",
  source: "compounding",
  good: "in line with cagr",
  needs: ["calendar", "growth"],
  windowMonths: 12,
  undefinedWhen: "no dates",
  compute: (basis) => windowTotal(basis, monthsBefore(lastDate(basis), 12)),
});

export const cagr3y: Metric = metric("cagr_3y", {
  summary: "Compound annual growth rate of the last 35 calendar months",
  label: "3 Years (Annualised)",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "|Π(1 + r)|^(P/rows) − 1 over the rows from 35 months before the last date",
  quantstats: "st.cagr(r[r.index >= last - months(35)], 0.0, True, P)",
  source: "QuantStats' report, which counts 35 months for three years",
  good: "in line with cagr",
  needs: ["calendar", "growth"],
  windowMonths: 36,
  undefinedWhen: "no dates",
  compute: (basis) => windowCagr(basis, 35),
});

export const cagr5y: Metric = metric("cagr_5y", {
  summary: "Compound annual growth rate of the last 59 calendar months",
  label: "5 Years (Annualised)",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "|Π(1 + r)|^(P/rows) − 1 over the rows from 59 months before the last date",
  quantstats: "st.cagr(r[r.index >= last - months(59)], 0.0, True, P)",
  source: "QuantStats' report, which counts 59 months for five years",
  good: "in line with cagr",
  needs: ["calendar", "growth"],
  windowMonths: 60,
  undefinedWhen: "no dates",
  compute: (basis) => windowCagr(basis, 59),
});

export const cagr10y: Metric = metric("cagr_10y", {
  summary: "Compound annual growth rate of the last 120 calendar months",
  label: "10 Years (Annualised)",
  category: "returns",
  unit: "fraction",
  better: "higher",
  formula: "|Π(1 + r)|^(P/rows) − 1 over the rows from 120 months before the last date",
  quantstats: "st.cagr(r[r.index >= last - months(120)], 0.0, True, P)",
  compared: "Same; QuantStats' report shows 119 months since 0.0.85",
  source: "QuantStats' report",
  good: "in line with cagr",
  needs: ["calendar", "growth"],
  windowMonths: 120,
  undefinedWhen: "no dates",
  compute: (basis) => windowCagr(basis, 120),
});

function lastDate(basis: Basis): number {
  return basis.dates?.at(-1) ?? NaN;
}

/** Compounded return of the rows from an instant on. */
function windowTotal(basis: Basis, fromMs: number): number {
  if (basis.dates === null || basis.growth.ruined) return NaN;
  const first = firstRowFrom(basis.dates, fromMs);
  return first === 0 ? basis.growth.total : growthOf(basis.values.subarray(first)) - 1;
}

function windowCagr(basis: Basis, months: number): number {
  if (basis.dates === null) return NaN;
  const fromMs = monthsBefore(lastDate(basis), months);
  const rows = basis.count - firstRowFrom(basis.dates, fromMs);
  return annualGrowth(windowTotal(basis, fromMs), rows / basis.periods);
}
