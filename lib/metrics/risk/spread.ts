// How bad it can get: spread, value at risk, tails. Parametric and empirical definitions are
// QuantStats' own; the historical and modified ones are among the extended metrics.

import { logDeviationOf, meanUpTo, quotient, shapeOf } from "../kernel.ts";
import { type Metric, metric } from "../metric.ts";
import { normalQuantile } from "../normal.ts";
import { winRate } from "../trade.ts";
import { cornishFisher, normalShortfall, normalVar, tailLoss } from "../value_at_risk.ts";

const NORMAL_5 = normalQuantile(0.05);

/**
 * @example One crash in a hundred rows moves the normal value at risk, not the historical one
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * import { basisOf } from "../basis.ts";
 * const basis = basisOf([...new Array(99).fill(0.001), -0.2]);
 * assertEquals(historicalVar.compute(basis), 0.001);
 * assert(valueAtRisk.compute(basis) < -0.03);
 * ```
 */
export const volatility: Metric = metric("volatility", {
  summary: "Standard deviation of returns, annualised",
  label: "Volatility",
  category: "risk",
  unit: "fraction",
  better: "lower",
  formula: "sd(r) · √P, sd with n − 1",
  quantstats: "st.volatility(r, P)",
  source: "Markowitz (1952), Portfolio Selection, Journal of Finance 7(1)",
  good: "below that of the benchmark for the same return",
  undefinedWhen: "fewer than 2 rows",
  compute: (basis) => basis.deviation * Math.sqrt(basis.periods),
});

export const impliedVolatility: Metric = metric("implied_volatility", {
  summary: "Standard deviation of log returns, per period",
  label: "Implied Volatility",
  category: "risk",
  unit: "fraction",
  better: "lower",
  formula: "sd(ln(1 + r)), sd with n − 1",
  quantstats: "st.implied_volatility(r, P, annualize=False)",
  source: "QuantStats; realised, not implied by options, whatever its name",
  good: "close to volatility / √P: no heavy compounding effects",
  needs: ["growth"],
  undefinedWhen: "fewer than 2 rows",
  compute: (basis) => basis.growth.ruined ? NaN : logDeviationOf(basis.values, basis.totals.mean),
});

export const valueAtRisk: Metric = metric("var", {
  summary:
    "Value at risk at 95 % under a normal distribution: the return that one period in twenty falls below",
  label: "Value at Risk",
  category: "risk",
  unit: "fraction",
  better: "higher",
  formula: "mean(r) + Φ⁻¹(0.05) · sd(r)",
  quantstats: "st.var(r)",
  compared: "Same; historical_var and modified_var do not assume normality",
  source: "J.P. Morgan (1996), RiskMetrics Technical Document",
  good: "bearable twelve times a year on daily data",
  undefinedWhen: "fewer than 2 rows, or a standard deviation of zero",
  compute: (basis) => normalVar(basis.totals.mean, basis.deviation),
});

export const cvar: Metric = metric("cvar", {
  summary: "Mean return beyond var under a normal distribution",
  label: "Expected Shortfall (CVaR)",
  category: "risk",
  unit: "fraction",
  better: "higher",
  formula: "mean(r) − sd(r) · φ(Φ⁻¹(0.05)) / 0.05",
  quantstats: "st.cvar(r)",
  compared: "Same; historical_cvar does not assume normality",
  source:
    "Rockafellar and Uryasev (2000), Optimization of Conditional Value-at-Risk, Journal of Risk 2(3)",
  good: "bearable once a year on daily data, and historical_cvar not far below it",
  undefinedWhen: "no rows",
  compute: (basis) => normalShortfall(basis.totals.mean, basis.deviation),
  earlier: [{
    until: "0.0.82",
    formula: "mean(r | r < var), or var when none is",
    undefinedWhen: "fewer than 2 rows, or a standard deviation of zero",
    changed:
      "the normal distribution's own mean beyond var: an empirical mean below a parametric " +
      "threshold mixed two estimators, and was var itself where no return lay below it",
    compute: (basis) => tailLoss(basis.values, basis.totals.mean, basis.deviation),
  }],
});

export const riskOfRuin: Metric = metric("risk_of_ruin", {
  summary: "Chance of losing everything at equal stakes, by the win rate alone",
  label: "Risk of Ruin",
  category: "risk",
  unit: "probability",
  better: "lower",
  formula: "((1 − w) / (1 + w))^n, w = win_rate",
  quantstats: "st.risk_of_ruin(r)",
  compared: "Same; it is close to 0 for any long series, because n counts rows, not stakes",
  source: "QuantStats",
  good: "0; montecarlo answers the question itself",
  undefinedWhen: "no rows",
  compute: (basis) => {
    const wins = winRate.compute(basis);
    return ((1 - wins) / (1 + wins)) ** basis.count;
  },
});

export const tailRatio: Metric = metric("tail_ratio", {
  summary: "Size of the 95th percentile over that of the 5th",
  label: "Tail Ratio",
  category: "risk",
  unit: "ratio",
  better: "higher",
  formula: "|q₀.₉₅ / q₀.₀₅|",
  quantstats: "st.tail_ratio(r)",
  source: "QuantStats; quantiles of Hyndman and Fan's type 7",
  good: "above 1: the right tail is the longer one",
  undefinedWhen: "a 5th percentile of 0",
  compute: (basis) => Math.abs(quotient(basis.tails.ninetyFifth, basis.tails.fifth)),
});

export const outlierWinRatio: Metric = metric("outlier_win_ratio", {
  summary: "99th percentile over the mean of the rows that do not lose",
  label: "Outlier Win Ratio",
  category: "risk",
  unit: "ratio",
  better: "none",
  formula: "q₀.₉₉ / mean(r ≥ 0)",
  quantstats: "st.outlier_win_ratio(r)",
  source: "QuantStats",
  good: "below 5: wins do not hang on outliers",
  undefinedWhen: "no row above 0",
  compute: (basis) => {
    const { winSum, losses } = basis.totals;
    return quotient(basis.tails.ninetyNinth, winSum / (basis.count - losses));
  },
});

export const outlierLossRatio: Metric = metric("outlier_loss_ratio", {
  summary: "1st percentile over the mean losing row",
  label: "Outlier Loss Ratio",
  category: "risk",
  unit: "ratio",
  better: "lower",
  formula: "q₀.₀₁ / mean(r < 0)",
  quantstats: "st.outlier_loss_ratio(r)",
  source: "QuantStats",
  good: "below 5: losses are cut",
  undefinedWhen: "no losing row",
  compute: (basis) => {
    const { lossSum, losses } = basis.totals;
    return quotient(basis.tails.first, lossSum / losses);
  },
});

export const historicalVar: Metric = metric("historical_var", {
  summary: "Value at risk at 95 % from the returns themselves: their 5th percentile",
  label: "Historical VaR",
  category: "risk",
  unit: "fraction",
  better: "higher",
  formula: "q₀.₀₅(r), quantiles of Hyndman and Fan's type 7",
  compared: "Differs from var, which assumes a normal distribution",
  source: "Jorion (2006), Value at Risk; empyrical",
  good: "bearable twelve times a year on daily data",
  undefinedWhen: "no rows",
  extended: true,
  compute: (basis) => basis.tails.fifth,
});

export const historicalCvar: Metric = metric("historical_cvar", {
  summary: "Mean of the returns at or below historical_var",
  label: "Historical CVaR",
  category: "risk",
  unit: "fraction",
  better: "higher",
  formula: "mean(r | r ≤ q₀.₀₅)",
  compared: "Differs from cvar, whose threshold assumes a normal distribution",
  source:
    "Acerbi and Tasche (2002), On the Coherence of Expected Shortfall, Journal of Banking & Finance 26(7)",
  good: "not far below historical_var: thin tails",
  undefinedWhen: "no rows",
  extended: true,
  compute: (basis) => meanUpTo(basis.values, basis.tails.fifth),
});

export const modifiedVar: Metric = metric("modified_var", {
  summary:
    "Value at risk at 95 % with the quantile corrected for skew and kurtosis (Cornish–Fisher)",
  label: "Modified VaR",
  category: "risk",
  unit: "fraction",
  better: "higher",
  formula:
    "mean + z'·σ, z' = z + (z² − 1)/6·S + (z³ − 3z)/24·K − (2z³ − 5z)/36·S², z = Φ⁻¹(0.05), S skew, K excess kurtosis, σ, S and K with n",
  compared:
    'Differs from var, which assumes a normal distribution. PerformanceAnalytics has it as VaR(method = "modified")',
  source:
    "Favre and Galeano (2002), Mean-Modified Value-at-Risk Optimization with Hedge Funds, Journal of Alternative Investments 5(2)",
  good: "close to var: then the normal assumption does little harm",
  undefinedWhen: "fewer than 2 rows, or a standard deviation of zero",
  extended: true,
  compute: (basis) => {
    const { count, deviation, moments, totals } = basis;
    if (count < 2 || deviation === 0) return NaN;
    const { spread, asymmetry, excess } = shapeOf(moments, count);
    return totals.mean + cornishFisher(NORMAL_5, asymmetry, excess) * spread;
  },
});
