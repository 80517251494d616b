// The six figures on top. Where figures a year say nothing there are others.

import type { Card, Drawdown, Figure, Ruin, YearRow } from "./model.ts";
import { formatDate, formatFigure } from "./numbers.ts";

/** What the small lines of the cards are made of. */
export interface CardFacts {
  readonly figures: ReadonlyMap<string, Figure>;
  /** Whether figures a year are worth saying. */
  readonly annual: boolean;
  readonly dated: boolean;
  readonly ruin: Ruin | null;
  /** Annualised; NaN where there is none. */
  readonly sharpeError: number;
  /** The deepest. */
  readonly worst: Drawdown | undefined;
  readonly calendar: readonly YearRow[];
}

/** A card: its metric, and what stands below it. */
type CardRow = readonly [metric: string, aside?: (facts: CardFacts) => string];

const YEARLY: readonly CardRow[] = [
  ["cagr"],
  ["volatility"],
  [
    "sharpe_ratio",
    ({ sharpeError }) =>
      Number.isFinite(sharpeError) ? `± ${formatFigure(sharpeError, "ratio")} standard error` : "",
  ],
  ["max_drawdown", deepestDay],
  ["calmar_ratio"],
  ["worst_year", worstYear],
];

const SHORT: readonly CardRow[] = [
  ["total_return"],
  ["max_drawdown", deepestDay],
  ["win_rate"],
  ["best_day"],
  ["worst_day"],
  ["exposure"],
];

const LOST: readonly CardRow[] = [
  ["total_return"],
  ["cagr"],
  ["max_drawdown", deepestDay],
  ["volatility"],
  ["worst_day"],
  ["win_rate"],
];

/** The cards in their order. */
export function cardsOf(facts: CardFacts): Card[] {
  const rows = facts.ruin !== null ? LOST : facts.annual ? YEARLY : SHORT;
  return rows.flatMap(([name, aside]): Card[] => {
    const figure = facts.figures.get(name);
    if (figure === undefined) return [];
    const { label, unit, toned, strategy, benchmark } = figure;
    return [{ name, label, unit, toned, strategy, benchmark, aside: aside?.(facts) ?? "" }];
  });
}

function deepestDay({ worst, dated }: CardFacts): string {
  return worst === undefined || !dated ? "" : `deepest ${formatDate(worst.valley).slice(0, 10)}`;
}

function worstYear({ calendar, figures }: CardFacts): string {
  const least = figures.get("worst_year")?.strategy;
  const row = calendar.find(({ strategy }) => strategy === least);
  return row === undefined ? "" : String(row.year);
}
