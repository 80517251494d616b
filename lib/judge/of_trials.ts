// The part of the judgement that needs no returns but the best run's: what so many trials, with the
// Sharpe ratios they reached, leave of the best.

import { computeMetrics, deflatedSharpe, expectedMaximumSharpe } from "../metrics/mod.ts";
import { haircutSharpe } from "./haircut.ts";
import type { Best, JudgedRun, JudgeInput, Notes, TrialFigures } from "./judgement.ts";
import { minimumBacktestYears } from "./minimum_length.ts";
import { roundingOf } from "./rounding.ts";
import { varianceAmong } from "./trial_variance.ts";

/** Judges the best run by the number of trials and their recorded Sharpe ratios. */
export function judgeTrials(input: JudgeInput, best: Best | null, notes: Notes): TrialFigures {
  if (best === null) {
    const lack = (key: string): null =>
      notes.lack(key, "no active run that is judged has a sharpe_ratio");
    return {
      deflated_sharpe_ratio: lack("deflated_sharpe_ratio"),
      expected_maximum_sharpe: lack("expected_maximum_sharpe"),
      haircut_sharpe_ratio: lack("haircut_sharpe_ratio"),
      minimum_backtest_length_years: lack("minimum_backtest_length_years"),
    };
  }
  const variance = varianceOfTrials(input, best.run.periods, notes);
  const expected = variance === null
    ? notes.lack("expected_maximum_sharpe", "fewer than two trials have a recorded Sharpe ratio")
    : expectedMaximumSharpe(input.trials, variance) * Math.sqrt(best.run.periods);
  return {
    deflated_sharpe_ratio: deflated(input, best, variance, notes),
    expected_maximum_sharpe: expected,
    haircut_sharpe_ratio: haircut(input, best, notes),
    minimum_backtest_length_years: minimumLength(input, best, notes),
  };
}

/** The variance of the recorded Sharpe ratios a row of the best run; 0 of one trial, null of too few. */
function varianceOfTrials(
  { trials, recorded }: JudgeInput,
  periods: number,
  notes: Notes,
): number | null {
  const others = [...new Set(recorded.map((one) => one.periods ?? periods))]
    .filter((one) => one !== periods);
  if (others.length > 0) {
    notes.warn(
      "mixed_periods",
      `trials have ${[periods, ...others].join(", ")} periods a year: their Sharpe ratios are ` +
        `compared as annual ones`,
    );
  }
  if (trials === 1) return 0;
  if (recorded.length < 2) return null;
  const sharpes = recorded.map(({ sharpe }) => sharpe);
  return varianceAmong(sharpes, recorded.map((one) => one.periods ?? NaN), periods);
}

function deflated(
  { trials }: JudgeInput,
  { run, own }: Best,
  variance: number | null,
  notes: Notes,
): number | null {
  const lack = (reason: string): null => notes.lack("deflated_sharpe_ratio", reason);
  if (variance === null) return lack("fewer than two trials have a recorded Sharpe ratio");
  const moments = momentsOf(run);
  if (own === null || moments === null) {
    return lack("the best run has no returns attached, and no record of what it takes");
  }
  const { skew, kurtosis } = moments;
  const probability = deflatedSharpe({ sharpe: own.sharpe, count: own.rows, skew, kurtosis }, {
    trials,
    variance,
  });
  return Number.isNaN(probability)
    ? lack("the best run's returns are too few, or too extreme, for the spread of its Sharpe ratio")
    : probability;
}

/** Of the returns themselves, else as they were logged. */
function momentsOf({ returns, moments = null }: Best["run"]): JudgedRun["moments"] & object | null {
  if (returns === null) return moments;
  const { values } = computeMetrics({ dates: null, values: returns.values }, {
    names: ["skew", "kurtosis"],
  });
  return { skew: values.get("skew") ?? NaN, kurtosis: values.get("kurtosis") ?? NaN };
}

function haircut(
  { trials, recorded }: JudgeInput,
  { run, own }: Best,
  notes: Notes,
): TrialFigures["haircut_sharpe_ratio"] {
  if (own === null) {
    return notes.lack("haircut_sharpe_ratio", "the best run has neither returns nor a record");
  }
  // The best is one of the recorded trials, whichever of those that are equal to it.
  const others = [...recorded];
  const itself = others.findIndex(({ sharpe, rows }) =>
    rows === own.rows && Math.abs(sharpe - own.sharpe) <= roundingOf(own.sharpe)
  );
  if (itself >= 0) others.splice(itself, 1);
  const { bonferroni, holm, bhy } = haircutSharpe(own, others, trials);
  const scale = Math.sqrt(run.periods);
  return { bonferroni: bonferroni * scale, holm: holm * scale, bhy: bhy * scale };
}

function minimumLength({ trials }: JudgeInput, { run, own }: Best, notes: Notes): number | null {
  const lack = (reason: string): null => notes.lack("minimum_backtest_length_years", reason);
  if (trials < 2) return lack("there is one trial only");
  if (own === null) return lack("the best run has neither returns nor a record");
  const annual = own.sharpe * Math.sqrt(run.periods);
  if (!(annual > 0)) return lack("the best Sharpe ratio is not above 0");
  return minimumBacktestYears(trials, annual);
}
