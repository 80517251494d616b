// Wins against losses, a row counting as a trade: QuantStats has no trades either. Read them as
// statements about periods.

import { monthsOf, positiveShare, quartersOf, shareOf, yearsOf } from "./aggregates.ts";
import { quotient } from "./kernel.ts";
import { type Metric, metric } from "./metric.ts";
import { avgLoss, avgWin } from "./returns/whole_series.ts";

/**
 * @example A row of 0 is neither won nor lost
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const basis = basisOf([0.03, -0.02, 0.01, 0]);
 * assertAlmostEquals(winRate.compute(basis), 2 / 3, 1e-12);
 * assertAlmostEquals(profitFactor.compute(basis), 2, 1e-12);
 * ```
 */
export const winRate: Metric = metric("win_rate", {
  summary: "Share of winning periods among those in the market",
  label: "Win Rate",
  rowLabel: "Winning {row}s",
  category: "trade",
  unit: "fraction",
  better: "higher",
  formula: "#(r > 0) / #(r ≠ 0), 0 when no row is other than 0",
  quantstats: "st.win_rate(r)",
  source: "QuantStats",
  good: "read it with payoff_ratio: 0.4 is fine when wins are twice the losses",
  undefinedWhen: "no rows",
  compute: (basis) => {
    const { wins, losses } = basis.totals;
    return basis.count === 0 ? NaN : shareOf(wins, wins + losses);
  },
});

export const winRateMonthly: Metric = metric("win_rate_monthly", {
  summary: "Share of calendar months that gained among those that moved",
  label: "Win Rate Monthly",
  category: "trade",
  unit: "fraction",
  better: "higher",
  formula: "#(month > 0) / #(month ≠ 0), 0 when no month moved",
  quantstats: "st.win_rate(r, aggregate='ME')",
  source: "QuantStats",
  good: "above 0.6",
  needs: ["calendar", "growth"],
  undefinedWhen: "no dates",
  compute: (basis) => positiveShare(monthsOf(basis)),
});

export const winRateQuarterly: Metric = metric("win_rate_quarterly", {
  summary: "Share of calendar quarters that gained among those that moved",
  label: "Win Rate Quarterly",
  category: "trade",
  unit: "fraction",
  better: "higher",
  formula: "#(quarter > 0) / #(quarter ≠ 0), 0 when no quarter moved",
  quantstats: "st.win_rate(r, aggregate='QE')",
  source: "QuantStats",
  good: "above 0.7",
  needs: ["calendar", "growth"],
  undefinedWhen: "no dates",
  compute: (basis) => positiveShare(quartersOf(basis)),
});

export const winRateYearly: Metric = metric("win_rate_yearly", {
  summary: "Share of calendar years that gained among those that moved",
  label: "Win Rate Yearly",
  category: "trade",
  unit: "fraction",
  better: "higher",
  formula: "#(year > 0) / #(year ≠ 0), 0 when no year moved",
  quantstats: "st.win_rate(r, aggregate='YE')",
  source: "QuantStats",
  good: "above 0.8",
  needs: ["calendar", "growth"],
  undefinedWhen: "no dates",
  compute: (basis) => positiveShare(yearsOf(basis)),
});

export const profitFactor: Metric = metric("profit_factor", {
  summary: "Sum of wins over the sum of losses",
  label: "Profit Factor",
  category: "trade",
  unit: "ratio",
  better: "higher",
  formula: "Σ max(r, 0) / |Σ min(r, 0)|, 0 when every row is 0",
  quantstats: "st.profit_factor(r)",
  source: "in common use among traders; QuantStats",
  good: "above 1.2 on periods; above 1.5 on trades",
  undefinedWhen: "wins but no losing row",
  compute: (basis) => {
    const { winSum, lossSum, wins, losses } = basis.totals;
    if (wins + losses === 0 && basis.count > 0) return 0;
    return quotient(winSum, -lossSum);
  },
});

export const profitRatio: Metric = metric("profit_ratio", {
  summary: "Mean win divided by the number of wins, over the same of losses",
  label: "Profit Ratio",
  category: "trade",
  unit: "ratio",
  better: "higher",
  formula: "(mean(r ≥ 0) / #(r ≥ 0)) / (|mean(r < 0)| / #(r < 0)), 0 when every row lost",
  quantstats: "st.profit_ratio(r)",
  source: "QuantStats",
  good: "compare within one family of strategies only: it falls as wins become more frequent",
  undefinedWhen: "no losing row",
  compute: (basis) => {
    const { winSum, lossSum, losses } = basis.totals;
    const others = basis.count - losses;
    if (others === 0 && losses > 0) return 0;
    return quotient(winSum / others / others, -lossSum / losses / losses);
  },
});

export const payoffRatio: Metric = metric("payoff_ratio", {
  summary: "Mean win over mean loss",
  label: "Payoff Ratio",
  category: "trade",
  unit: "ratio",
  better: "higher",
  formula: "avg_win / |avg_loss|",
  quantstats: "st.payoff_ratio(r)",
  source: "in common use among traders; QuantStats",
  good: "above 1; above (1 − win_rate) / win_rate is break-even",
  undefinedWhen: "no winning or no losing row",
  compute: (basis) => quotient(avgWin.compute(basis), Math.abs(avgLoss.compute(basis))),
});

export const consecutiveWins: Metric = metric("consecutive_wins", {
  summary: "Longest run of winning periods",
  label: "Consecutive Wins",
  category: "trade",
  unit: "count",
  better: "higher",
  formula: "max length of rows in succession with r > 0",
  quantstats: "st.consecutive_wins(r)",
  source: "QuantStats",
  good: "none by itself: compare with what chance gives for this win_rate",
  undefinedWhen: "no rows",
  compute: (basis) => basis.count === 0 ? NaN : basis.totals.longestWinStreak,
});

export const consecutiveLosses: Metric = metric("consecutive_losses", {
  summary: "Longest run of losing periods",
  label: "Consecutive Losses",
  category: "trade",
  unit: "count",
  better: "lower",
  formula: "max length of rows in succession with r < 0",
  quantstats: "st.consecutive_losses(r)",
  source: "QuantStats",
  good: "shorter than its holder's patience",
  undefinedWhen: "no rows",
  compute: (basis) => basis.count === 0 ? NaN : basis.totals.longestLossStreak,
});
