// The numbers of a judgement by name: what --require may ask, and what --log writes to runs.

import type { Context } from "../command/declare.ts";
import { UsageError } from "../errors.ts";
import { PARENT_TAG } from "../own_names.ts";
import { findRun } from "./find.ts";
import type { Judged, JudgementAnswer } from "./judgement.ts";

/** By name, how each number is found; a dot leads into an object of the answer. */
const STATISTICS = [
  "deflated_sharpe_ratio",
  "expected_maximum_sharpe",
  "effective_trials",
  "effective_trials_by.average",
  "effective_trials_by.eigenvalue",
  "effective_trials_by.participation",
  "probability_of_backtest_overfitting",
  "degradation_slope",
  "probability_of_loss",
  "reality_check_p_value",
  "spa_p_value.lower",
  "spa_p_value.consistent",
  "spa_p_value.upper",
  "haircut_sharpe_ratio.bonferroni",
  "haircut_sharpe_ratio.holm",
  "haircut_sharpe_ratio.bhy",
  "minimum_backtest_length_years",
  "trials.active",
  "trials.deleted",
  "trials.failed",
  "trials.pruned",
  "trials.repeated",
  "trials.total",
  "holdout.in_sample",
  "holdout.out_of_sample",
  "holdout.rank",
] as const;

/** The names of the numbers in an answer. */
export const JUDGEMENT_NUMBERS: readonly string[] = [
  ...STATISTICS,
  "best.sharpe_ratio",
  "runs",
  "rows",
  "rows_cut",
];

/** The numbers of an answer by name; those that are null are left out. */
export function numbersOf(answer: JudgementAnswer): ReadonlyMap<string, number> {
  return new Map(JUDGEMENT_NUMBERS.flatMap((name): [string, number][] => {
    const value = valueAt(answer, name);
    return typeof value === "number" ? [[name, value]] : [];
  }));
}

/** Why numbers of an answer are null, by name. */
export function reasonsOf({ undefined: reasons }: JudgementAnswer): ReadonlyMap<string, string> {
  return new Map(JUDGEMENT_NUMBERS.flatMap((name): [string, string][] => {
    const [head = ""] = name.split(".");
    const reason = reasons[name] ?? reasons[head];
    return reason === undefined ? [] : [[name, reason]];
  }));
}

function valueAt(answer: JudgementAnswer, name: string): unknown {
  let value: unknown = answer;
  for (const part of name.split(".")) {
    value = typeof value === "object" && value !== null
      ? Object.getOwnPropertyDescriptor(value, part)?.value
      : undefined;
  }
  return value;
}

/**
 * Writes the statistics to the best run and to the run that groups it, as metrics of the same names.
 *
 * @throws {UsageError} where there is no best run.
 */
export async function logJudgement(context: Context, { answer, best }: Judged): Promise<void> {
  if (best === null) {
    throw new UsageError(
      "Cannot log the results: no active run has a Sharpe ratio to be the best by",
    );
  }
  const { run, tracker } = best;
  const values = numbersOf(answer);
  const timestamp = context.io.now();
  const metrics = STATISTICS.flatMap((key) => {
    const value = values.get(key);
    return value === undefined ? [] : [{ key, value, timestamp, step: 0 }];
  });
  const parent = run.tags[PARENT_TAG];
  const ids = [run.id, ...parent === undefined ? [] : [(await findRun(tracker, parent)).id]];
  for (const id of ids) await tracker.logBatch(id, { metrics });
  context.note(
    `Wrote ${metrics.length} results to ${ids.length === 1 ? "run" : "runs"} ${ids.join(" and ")}`,
  );
}
