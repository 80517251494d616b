// What a judgement wrote to its best run, as that run's tear sheet tells it: the numbers are those that
// were logged, told as the judgement's own text tells them.

import type { LuckLine } from "../report/mod.ts";

/** A logged number that a page tells, `N` standing for the number of trials. */
const TOLD: readonly (readonly [
  metric: string,
  label: string,
  text: (value: number) => string,
  meaning: string,
])[] = [
  [
    "deflated_sharpe_ratio",
    "Deflated Sharpe ratio",
    percent,
    "Probability that the true ratio is above what the best of N tried without skill shows",
  ],
  [
    "expected_maximum_sharpe",
    "Expected maximum",
    ratio,
    "Sharpe ratio of the best of N independent trials without skill",
  ],
  ["effective_trials", "Effective trials", ratio, "How many independent strategies the N are like"],
  [
    "probability_of_backtest_overfitting",
    "Overfitting (PBO)",
    percent,
    "How often the best of one half of the rows is below the middle in the other",
  ],
  [
    "spa_p_value.consistent",
    "SPA",
    (value) => value.toFixed(3),
    "p-value of the best mean return, for all compared (Hansen 2005)",
  ],
];

/** The lines; none where no judgement was logged. */
export function judgedLuck(metrics: Readonly<Record<string, number>>): LuckLine[] {
  const trials = metrics["trials.total"];
  if (trials === undefined || !Number.isFinite(trials)) return [];
  return TOLD.flatMap(([name, label, text, meaning]) => {
    const value = metrics[name];
    return value === undefined || !Number.isFinite(value)
      ? []
      : [{ label, value: text(value), meaning: meaning.replace("N", String(trials)) }];
  });
}

function percent(value: number): string {
  return `${(value * 100).toFixed(2)}%`;
}

function ratio(value: number): string {
  return value.toFixed(2);
}
