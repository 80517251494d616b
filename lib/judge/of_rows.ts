// The part of the judgement that needs the returns of all runs on common rows.

import type { Returns } from "../metrics/mod.ts";
import {
  MIN_BLOCK_ROWS,
  optimalBlockLength,
  type Resamples,
  stationaryResamples,
} from "./bootstrap.ts";
import { columnsFlatInAHalf, crossValidate } from "./cscv.ts";
import { effectiveTrials, MAX_EIGENVALUES } from "./effective_trials.ts";
import { holdOut } from "./holdout.ts";
import type { JudgedRun, JudgeInput, JudgementDetails, Notes, RowFigures } from "./judgement.ts";
import type { CommonRows } from "./matrix.ts";
import { deviationAbout, testSuperiority } from "./superior.ts";

/** A benchmark that lacks more than this share of the common rows is none. */
const MOST_LACKING = 0.1;

/**
 * Of fewer rows the tests of noise reject too often: at 5 % that of 200 runs of 30 rows in 21 of 100
 * cases, of 1,000 runs of 20 rows in 62.
 */
const FEW_ROWS = 100;

/** Rows times resamples that are held at once, at 12 bytes each. */
const MAX_DRAWS = 2 ** 28;

/** Why there is no holdout where nobody asked for one. */
export const NO_HOLDOUT = "no date is given";

/** Judges by the returns on common rows, and gives what a page shows of it besides. */
export function judgeRows(
  input: JudgeInput,
  common: CommonRows,
  notes: Notes,
): JudgementDetails & { readonly figures: RowFigures } {
  const runs = common.kept.map((index) => input.runs[index] as JudgedRun);
  const crossed = overfitting(input, common, runs, notes);
  const tested = superiority(input, common, runs, notes);
  const held = heldOut(input, common, runs, notes);
  return {
    figures: {
      ...independent(common, notes),
      ...crossed.figures,
      ...tested.figures,
      holdout: held.holdout,
    },
    columns: runs.map(({ id }) => id),
    crossValidation: crossed.crossValidation,
    superiority: tested.superiority,
    blockLength: tested.blockLength,
    ranked: held.ranked,
  };
}

function independent(
  { columns }: CommonRows,
  notes: Notes,
): Pick<RowFigures, "effective_trials" | "effective_trials_by"> {
  const { average, eigenvalue, participation } = effectiveTrials(columns);
  const reason = columns.length === 0
    ? "no run has returns on common rows"
    : `there are more than ${MAX_EIGENVALUES} eigenvalues`;
  const or = (key: string, value: number): number | null =>
    Number.isNaN(value) ? notes.lack(key, reason) : value;
  return {
    effective_trials: or("effective_trials", participation),
    effective_trials_by: {
      average: or("effective_trials_by.average", average),
      eigenvalue: or("effective_trials_by.eigenvalue", eigenvalue),
      participation: or("effective_trials_by.participation", participation),
    },
  };
}

type Overfitting = Pick<
  RowFigures,
  "probability_of_backtest_overfitting" | "degradation_slope" | "probability_of_loss"
>;

function overfitting(
  { splits = 16 }: JudgeInput,
  { columns, rows }: CommonRows,
  runs: readonly JudgedRun[],
  notes: Notes,
): { figures: Overfitting } & Pick<JudgementDetails, "crossValidation"> {
  const flat = new Set(rows < 2 * splits ? [] : columnsFlatInAHalf(columns, splits));
  const varied = columns.filter((_, index) => !flat.has(index));
  const reason = columns.length < 2
    ? "fewer than two runs have returns on common rows"
    : rows < 2 * splits
    ? `${rows} common ${rows === 1 ? "row does" : "rows do"} not fill ${splits} blocks of two rows`
    : varied.length < 2
    ? "fewer than two runs vary in every half of the rows"
    : null;
  if (reason !== null) {
    const lack = (key: keyof Overfitting): null => notes.lack(key, reason);
    return {
      figures: {
        probability_of_backtest_overfitting: lack("probability_of_backtest_overfitting"),
        degradation_slope: lack("degradation_slope"),
        probability_of_loss: lack("probability_of_loss"),
      },
      crossValidation: null,
    };
  }
  if (flat.size > 0) {
    const names = [...flat].map((index) => runs[index]?.name).join(", ");
    notes.warn("flat_half", `not cross-validated, as they never vary in some half: ${names}`);
  }
  const found = crossValidate(varied, splits);
  return {
    figures: {
      probability_of_backtest_overfitting: found.probabilityOfOverfitting,
      degradation_slope: Number.isNaN(found.degradationSlope)
        ? notes.lack("degradation_slope", "the best Sharpe ratio in sample is always the same")
        : found.degradationSlope,
      probability_of_loss: found.probabilityOfLoss,
    },
    crossValidation: found,
  };
}

type Superior = Pick<RowFigures, "reality_check_p_value" | "spa_p_value" | "stepdown">;

function superiority(
  input: JudgeInput,
  common: CommonRows,
  runs: readonly JudgedRun[],
  notes: Notes,
): { figures: Superior } & Pick<JudgementDetails, "superiority" | "blockLength"> {
  const compared = compare(common, input.benchmark ?? null, notes);
  const resampled = typeof compared === "string" ? compared : resample(input, compared);
  if (typeof compared === "string" || typeof resampled === "string") {
    const lack = (key: keyof Superior): null => notes.lack(key, String(resampled));
    return {
      figures: {
        reality_check_p_value: lack("reality_check_p_value"),
        spa_p_value: lack("spa_p_value"),
        stepdown: lack("stepdown"),
      },
      superiority: null,
      blockLength: null,
    };
  }
  const { rows } = resampled.resamples;
  if (rows < FEW_ROWS) {
    notes.warn(
      "few_rows",
      `${rows} rows are few for resampling: the p-values are too low, the more so the more runs there ` +
        "are, and stepdown names too many",
    );
  }
  const found = testSuperiority(compared.columns, resampled.resamples, compared);
  if (found.untested.length > 0) {
    const names = found.untested.map((index) => runs[index]?.name).join(", ");
    notes.warn("equals_benchmark", `not tested, as they never vary about the benchmark: ${names}`);
  }
  return {
    figures: {
      reality_check_p_value: found.realityCheck,
      spa_p_value: found.spa,
      stepdown: found.superior.map((index) => runs[index]?.id ?? ""),
    },
    superiority: found,
    blockLength: resampled.blockLength,
  };
}

interface Compared {
  readonly columns: readonly Float64Array[];
  readonly benchmark: Float64Array | null;
}

/** The columns and the benchmark on the rows that both have, or why that cannot be. */
function compare(
  { columns, dates, rows }: CommonRows,
  benchmark: Returns | null,
  notes: Notes,
): Compared | string {
  if (columns.length === 0) return "no run has returns on common rows";
  if (benchmark === null) return { columns, benchmark: null };
  if (dates === null || benchmark.dates === null) {
    return dates === benchmark.dates && benchmark.values.length === rows
      ? { columns, benchmark: benchmark.values }
      : "the benchmark's rows cannot be matched with the runs' without the dates of both";
  }
  const byDate = new Map<number, number>();
  benchmark.dates.forEach((date, row) => byDate.set(date, benchmark.values[row] as number));
  const held = dates.filter((date) => byDate.has(date));
  const lacking = rows - held.length;
  if (lacking > MOST_LACKING * rows) return `the benchmark lacks ${lacking} of ${rows} common rows`;
  const joined = held.map((date) => byDate.get(date) as number);
  if (lacking === 0) return { columns, benchmark: joined };
  notes.warn(
    "benchmark_rows",
    `tested without ${lacking} of ${rows} rows, which the benchmark lacks`,
  );
  const isHeld = Array.from(dates, (date) => byDate.has(date));
  return { columns: columns.map((one) => one.filter((_, row) => isHeld[row])), benchmark: joined };
}

/** Resamples for all columns, by the mean of the block lengths that suit them; or why there are none. */
function resample(
  { resamples = 1000, seed = 1, blockLength = null }: JudgeInput,
  { columns, benchmark }: Compared,
): { readonly resamples: Resamples; readonly blockLength: number } | string {
  const rows = columns[0]?.length ?? 0;
  if (rows < MIN_BLOCK_ROWS) {
    return `${MIN_BLOCK_ROWS} common rows are needed, there ${rows === 1 ? "is" : "are"} ${rows}`;
  }
  if (rows * resamples > MAX_DRAWS) {
    const most = Math.floor(MAX_DRAWS / rows);
    return `${resamples} resamples of ${rows} rows do not fit in memory: ` +
      (most < 100 ? "log rows of days (--resample day)" : `--resamples ${most} at most`);
  }
  // Longer ones, which Politis and White do not give either, draw nearly the same rows each time: their
  // means hardly differ, and any mean seems beyond luck.
  const longest = Math.floor(rows / 3);
  if (blockLength !== null && blockLength > longest) {
    return `blocks of ${blockLength} rows are too long for ${rows} rows: at most ${longest}`;
  }
  let sum = 0;
  let count = 0;
  for (const column of columns) {
    const difference = benchmark === null
      ? column
      : column.map((value, row) => value - (benchmark[row] as number));
    if (deviationAbout(difference, column) === 0) continue;
    const length = optimalBlockLength(difference);
    if (Number.isNaN(length)) continue;
    sum += Math.max(1, length);
    count++;
  }
  if (count === 0) return "no run varies about the benchmark";
  const mean = blockLength ?? sum / count;
  return {
    resamples: stationaryResamples({ rows, resamples, blockLength: mean, seed }),
    blockLength: mean,
  };
}

function heldOut(
  { holdout: date = null }: JudgeInput,
  { columns, dates }: CommonRows,
  runs: readonly JudgedRun[],
  notes: Notes,
): Pick<RowFigures, "holdout"> & Pick<JudgementDetails, "ranked"> {
  const lack = (reason: string): { holdout: null; ranked: null } => ({
    holdout: notes.lack("holdout", reason),
    ranked: null,
  });
  if (date === null) return lack(NO_HOLDOUT);
  if (columns.length === 0) return lack("no run has returns on common rows");
  if (dates === null) return lack("the returns have no dates");
  const before = dates.filter((one) => one < date).length;
  if (before < 2 || dates.length - before < 2) {
    return lack(
      `${before} common ${before === 1 ? "row is" : "rows are"} before the date and ${
        dates.length - before
      } from it on: two are needed`,
    );
  }
  const found = holdOut(columns, before);
  if (found === null) return lack("no run varies before the date, or the best does not after it");
  const best = runs[found.best] as JudgedRun;
  const scale = Math.sqrt(best.periods);
  return {
    holdout: {
      date,
      best: { run_id: best.id, run_name: best.name },
      in_sample: found.inSample * scale,
      out_of_sample: found.outOfSample * scale,
      rank: found.rank,
    },
    ranked: found.ranked,
  };
}
