// The symbols of the catalogue's formulas and what they come to on a series, so that a value can be
// worked out by hand from the figures it is made of.

import type { Basis } from "./basis.ts";
import { CATALOGUE } from "./catalogue.ts";
import { meanBelow, meanUpTo, sumOf } from "./kernel.ts";
import { lossesOf, winsOf } from "./listed_trades.ts";
import { valueAtRisk } from "./risk/spread.ts";

/** A symbol or the name of another metric, and its value. */
export type FormulaFigure = readonly [symbol: string, value: number];

/** As they are written in the formulas. */
const SYMBOLS: Readonly<Record<string, (basis: Basis) => number>> = {
  "n": ({ count }) => count,
  "P": ({ periods }) => periods,
  "rf": ({ riskFreeRate }) => riskFreeRate,
  "f": ({ ratePerPeriod }) => ratePerPeriod,
  "mean(r)": ({ totals }) => totals.mean,
  "mean(r − f)": ({ excess }) => excess.mean,
  "mean(r | r < var)": (basis) => meanBelow(basis.values, valueAtRisk.compute(basis)),
  "mean(r | r ≤ q₀.₀₅)": ({ values, tails }) => meanUpTo(values, tails.fifth),
  "mean(r < 0)": ({ totals }) => totals.lossSum / totals.losses,
  "mean(r ≥ 0)": ({ count, totals }) => totals.winSum / (count - totals.losses),
  "sd(r)": ({ deviation }) => deviation,
  "sd(r − f)": ({ excess }) => excess.deviation,
  "Σ r": ({ totals }) => totals.sum,
  "Σ max(r, 0)": ({ totals }) => totals.winSum,
  "Σ min(r, 0)": ({ totals }) => totals.lossSum,
  "Σ max(r − f, 0)": ({ excess }) => excess.gain,
  "Σ max(f − r, 0)": ({ excess }) => -excess.loss,
  "Σ min(r − f, 0)²": ({ excess }) => excess.lossSquares,
  "Σ min(r, 0)²": ({ totals }) => totals.lossSquares,
  "#(r > 0)": ({ totals }) => totals.wins,
  "#(r < 0)": ({ totals }) => totals.losses,
  "#(r ≠ 0)": ({ totals }) => totals.wins + totals.losses,
  "Π(1 + r)": ({ growth }) => growth.wealth,
  "Σ drawdown²": ({ growth }) => growth.drawdownSquares,
  "max(r)": ({ totals }) => totals.maximum,
  "min(r)": ({ totals }) => totals.minimum,
  "q₀.₀₁": ({ tails }) => tails.first,
  "q₀.₀₅": ({ tails }) => tails.fifth,
  "q₀.₉₅": ({ tails }) => tails.ninetyFifth,
  "q₀.₉₉": ({ tails }) => tails.ninetyNinth,
  "mean(b)": ({ joint }) => joint?.benchmarkMean ?? NaN,
  "#p": ({ trades }) => trades?.profits.length ?? NaN,
  "#(p > 0)": (basis) => winsOf(basis).length,
  "Σ(p > 0)": (basis) => sumOf(winsOf(basis)),
  "Σ(p < 0)": (basis) => sumOf(lossesOf(basis)),
  "g₃ skew": (basis) => named("skew", basis),
  "g₄ excess kurtosis": (basis) => named("kurtosis", basis),
  "g₄ raw kurtosis": (basis) => named("kurtosis", basis) + 3,
};

/** What the symbols and metrics of a formula come to, in the order of the table; finite ones only. */
export function formulaFigures(formula: string, basis: Basis): readonly FormulaFigure[] {
  const symbols = Object.entries(SYMBOLS).filter(([symbol]) => holds(formula, symbol))
    .map(([symbol, value]): FormulaFigure => [symbol, value(basis)]);
  const metrics = CATALOGUE.filter(({ name }) => holds(formula, name))
    .filter(({ name }) => !symbols.some(([symbol]) => holds(symbol, name)))
    .map(({ name }): FormulaFigure => [name, named(name, basis)]);
  return [...symbols, ...metrics].filter(([, value]) => Number.isFinite(value));
}

function named(name: string, basis: Basis): number {
  return CATALOGUE.find((metric) => metric.name === name)?.compute(basis) ?? NaN;
}

/** Whether a formula has a symbol as a word of its own: `n` is none of `mean`. */
function holds(formula: string, symbol: string): boolean {
  const isWord = (char: string | undefined): boolean => /[\p{L}\p{N}_]/u.test(char ?? "");
  for (let at = formula.indexOf(symbol); at >= 0; at = formula.indexOf(symbol, at + 1)) {
    const end = at + symbol.length;
    const startsWord = isWord(symbol[0]);
    const endsWord = isWord(symbol.at(-1));
    if (!(startsWord && isWord(formula[at - 1])) && !(endsWord && isWord(formula[end]))) {
      return true;
    }
  }
  return false;
}
