// What a judgement wrote to its best run, as that run's tear sheet tells it: the numbers are those that
// were logged, told as the judgement's own text tells them.

import type { LuckLine } from "../report/mod.ts";
import {
  places,
  probability,
  ratioText,
  share,
  smallProbability,
  whole,
} from "./judgement_text.ts";

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
    probability,
    "Probability that the true ratio is above what the best of N tried without skill shows",
  ],
  [
    "expected_maximum_sharpe",
    "Expected maximum",
    ratioText,
    "Sharpe ratio of the best of N independent trials without skill",
  ],
  [
    "effective_trials",
    "Effective trials",
    places(1),
    "How many independent strategies those that were compared are like",
  ],
  [
    "probability_of_backtest_overfitting",
    "Overfitting (PBO)",
    share,
    "Share of splits in which the best of one half is not among the better half of the runs in the other",
  ],
  [
    "spa_p_value.consistent",
    "SPA",
    // How many resamples there were was not logged.
    (value) => value === 0 ? "< 1 / resamples" : smallProbability(value),
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
      : [{ label, value: text(value), meaning: told(meaning, trials) }];
  });
}

function told(meaning: string, trials: number): string {
  const text = meaning.replace("N", whole(trials));
  return trials === 1 ? text.replace("trials", "trial") : text;
}
