// Is the best run of an experiment luck? All statistics together, under the keys of the answer: what
// comes from the trials' recorded figures, what needs the returns of all runs on common rows, and for
// each that cannot be had the reason.

import { sharpeOf } from "./holdout.ts";
import type {
  Best,
  JudgedRun,
  JudgeInput,
  Judgement,
  JudgementDetails,
  Notes,
  Warning,
} from "./judgement.ts";
import { commonRows } from "./matrix.ts";
import { judgeRows } from "./of_rows.ts";
import { judgeTrials } from "./of_trials.ts";

/** Code of the warning that a better run than the best was deleted, or failed. */
export const BETTER_GONE = "better_gone";

/**
 * Judges the best run of an experiment by all its trials. Every statistic's definition and paper is at
 * its function: `crossValidate`, `testSuperiority`, `effectiveTrials`, `haircutSharpe`,
 * `minimumBacktestYears`, `holdOut`, and `deflatedSharpe` of the metrics.
 *
 * Throws `RangeError` for options that make no sense, whatever the runs are.
 */
export function judge(
  input: JudgeInput,
): { readonly answer: Judgement; readonly details: JudgementDetails } {
  checkOptions(input);
  const { runs } = input;
  const reasons: Record<string, string> = {};
  const warnings: Warning[] = [];
  const notes: Notes = {
    lack(key, reason) {
      reasons[key] = reason;
      return null;
    },
    warn: (code, message) => void warnings.push({ code, message }),
  };
  const common = commonRows(runs.map(({ returns }) => returns));
  const best = bestOf(runs);
  const isIn = best === null || common.kept.some((index) => runs[index]?.id === best.run.id);
  if (!isIn && common.kept.length > 0) {
    notes.warn(
      "best_left_out",
      `the best run, ${best.run.name}, is not among the runs on the common rows`,
    );
  }
  const better = betterThan(best, runs);
  if (better !== null) {
    notes.warn(
      BETTER_GONE,
      `run ${better.name}, which was deleted or failed, has a higher Sharpe ratio, ${
        better.sharpe.toFixed(2)
      }: the best is that of the active runs`,
    );
  }
  if (common.rowsCut > 0) {
    notes.warn(
      "rows_not_shared",
      `compared without ${common.rowsCut} ${
        common.rowsCut === 1 ? "row" : "rows"
      } that only some ` +
        "of the compared runs have",
    );
  }
  const { figures, ...details } = judgeRows(input, common, notes);
  const noRows = common.rows === 0 ? "no run has returns on common rows" : null;
  const noDates = noRows ?? "the returns have no dates";
  const answer: Judgement = {
    best: best === null
      ? notes.lack("best", "no active run that is judged has a sharpe_ratio")
      : bestAnswer(best, notes),
    ...judgeTrials(input, best, notes),
    ...figures,
    rows: common.rows,
    start: common.dates?.[0] ?? notes.lack("start", noDates),
    end: common.dates?.at(-1) ?? notes.lack("end", noDates),
    left_out: common.leftOut.map(({ index, reason }) => ({
      run_id: runs[index]?.id ?? "",
      reason,
    })),
    rows_cut: details.crossValidation?.rowsCut ?? 0,
    undefined: reasons,
    warnings,
  };
  return { answer, details };
}

/** How far apart two computations of one Sharpe ratio may be. */
const ROUNDING = 1e-9;

function bestAnswer({ run, own }: Best, notes: Notes): NonNullable<Judgement["best"]> {
  const { id, name, sharpe, periods } = run;
  const ofReturns = own === null
    ? notes.lack("best.returns_sharpe_ratio", "the best run has neither returns nor a record")
    : own.sharpe * Math.sqrt(periods);
  if (
    ofReturns !== null && Math.abs(ofReturns - sharpe) > ROUNDING * Math.max(1, Math.abs(sharpe))
  ) {
    notes.warn(
      "best_sharpe_ratio",
      `the best run was logged with a Sharpe ratio of ${
        Number(sharpe.toPrecision(4))
      }, its returns ` +
        `with no rate taken off have ${
          Number(ofReturns.toPrecision(4))
        }: all but the choice of the ` +
        "best goes by the latter",
    );
  }
  return { run_id: id, run_name: name, sharpe_ratio: sharpe, returns_sharpe_ratio: ofReturns };
}

function checkOptions(
  { trials, splits = 16, resamples = 1000, seed = 1, ...rest }: JudgeInput,
): void {
  const { blockLength = null, holdout = null } = rest;
  const refuse = (what: string, needed: string): never => {
    throw new RangeError(`Cannot judge by ${what}: ${needed} is needed`);
  };
  if (!(Number.isSafeInteger(trials) && trials >= 1)) {
    refuse(`${trials} trials`, "a whole number from 1");
  }
  if (!(splits % 2 === 0 && splits >= 2 && splits <= 20)) {
    refuse(`${splits} splits`, "an even number from 2 to 20");
  }
  if (!(Number.isSafeInteger(resamples) && resamples >= 2)) {
    refuse(`${resamples} resamples`, "a whole number from 2");
  }
  if (!Number.isSafeInteger(seed)) refuse(`the seed ${seed}`, "a whole number");
  if (blockLength !== null && !(blockLength >= 1 && blockLength < Infinity)) {
    refuse(`a block length of ${blockLength}`, "at least 1");
  }
  if (holdout !== null && !Number.isFinite(holdout)) refuse(`the date ${holdout}`, "a time in ms");
}

/** The highest of the runs that cannot be the best, where it is above the best; null where none is. */
function betterThan(
  best: Best | null,
  runs: readonly JudgedRun[],
): { readonly name: string; readonly sharpe: number } | null {
  const own = best?.run.sharpe ?? Infinity;
  // What rounding makes higher, as of the best at another leverage, is no better.
  let highest = own + ROUNDING * Math.max(1, Math.abs(own));
  let found: { readonly name: string; readonly sharpe: number } | null = null;
  for (const { name, sharpe, isActive = true } of runs) {
    if (isActive || sharpe === null || !(sharpe > highest) || sharpe === Infinity) continue;
    highest = sharpe;
    found = { name, sharpe };
  }
  return found;
}

/** The highest logged Sharpe ratio of an active run, the earliest of equals. */
function bestOf(runs: readonly JudgedRun[]): Best | null {
  let best: Best["run"] | null = null;
  for (const run of runs) {
    const { sharpe, isActive = true } = run;
    if (
      isActive && sharpe !== null && Number.isFinite(sharpe) && sharpe > (best?.sharpe ?? -Infinity)
    ) {
      best = { ...run, sharpe };
    }
  }
  if (best === null) return null;
  const { returns, recorded = null } = best;
  const sharpe = returns === null ? NaN : sharpeOf(returns.values);
  const own = returns !== null && !Number.isNaN(sharpe)
    ? { sharpe, rows: returns.values.length }
    : recorded;
  return { run: best, own };
}
