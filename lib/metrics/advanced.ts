// Products of other metrics that traders use to pick systems. Nothing here reads a row.

import type { Basis } from "./basis.ts";
import { quotient } from "./kernel.ts";
import { type Metric, metric } from "./metric.ts";
import { tailRatio } from "./risk/spread.ts";
import { payoffRatio, profitFactor, winRate } from "./trade.ts";

const FIXED_ODDS = "(b·w − (1 − w)) / b, b = payoff_ratio, w = win_rate";
const NO_BET = "no winning or no losing row";

/**
 * @example A coin that wins three times in five, at even odds
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { basisOf } from "./basis.ts";
 * const basis = basisOf([0.01, 0.01, 0.01, -0.01, -0.01]);
 * assertAlmostEquals(kellyCriterion.compute(basis), 0.2, 1e-12);
 * ```
 */
export const kellyCriterion: Metric = metric("kelly_criterion", {
  summary: "Share of capital that maximises growth when every bet wins or loses the mean amount",
  label: "Kelly Criterion",
  category: "advanced",
  unit: "fraction",
  better: "higher",
  formula: FIXED_ODDS,
  quantstats: "st.kelly_criterion(r)",
  source:
    "Kelly (1956), A New Interpretation of Information Rate, Bell System Technical Journal 35(4)",
  good: "above 0; practitioners bet half of it or less",
  undefinedWhen: NO_BET,
  compute: fixedOddsFraction,
  earlier: [
    {
      until: "0.0.81",
      formula: FIXED_ODDS,
      undefinedWhen: NO_BET,
      changed: "divided by the mean loss, which makes it the leverage that maximises growth",
      compute: fixedOddsFraction,
    },
    {
      until: "0.0.83",
      formula: "(b·w − (1 − w)) / b / |mean(r < 0)|",
      undefinedWhen: NO_BET,
      changed: "back to the fraction of capital: leverages of 30 were read as fractions",
      compute: (basis) => {
        const { lossSum, losses } = basis.totals;
        return quotient(fixedOddsFraction(basis), Math.abs(lossSum / losses));
      },
    },
  ],
});

export const commonSenseRatio: Metric = metric("common_sense_ratio", {
  summary: "Profit factor times tail ratio",
  label: "Common Sense Ratio",
  category: "advanced",
  unit: "ratio",
  better: "higher",
  formula: "profit_factor · tail_ratio",
  quantstats: "st.common_sense_ratio(r)",
  source: "QuantStats",
  good: "above 1",
  undefinedWhen: "profit_factor or tail_ratio is undefined",
  compute: (basis) => profitFactor.compute(basis) * tailRatio.compute(basis),
});

export const cpcIndex: Metric = metric("cpc_index", {
  summary: "Profit factor times win rate times payoff ratio",
  label: "CPC Index",
  category: "advanced",
  unit: "ratio",
  better: "higher",
  formula: "profit_factor · win_rate · payoff_ratio",
  quantstats: "st.cpc_index(r)",
  source: "QuantStats",
  good: "above 1.2",
  undefinedWhen: "profit_factor or payoff_ratio is undefined",
  compute: (basis) =>
    profitFactor.compute(basis) * winRate.compute(basis) * payoffRatio.compute(basis),
});

function fixedOddsFraction(basis: Basis): number {
  const payoff = payoffRatio.compute(basis);
  const wins = winRate.compute(basis);
  return quotient(payoff * wins - (1 - wins), payoff);
}
