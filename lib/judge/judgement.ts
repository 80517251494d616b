// The question and the answer of the judgement. The answer's keys are those of its JSON, so that a
// command hands it on as it is.

import type { Returns } from "../metrics/mod.ts";
import type { CrossValidation } from "./cscv.ts";
import type { RecordedSharpe } from "./haircut.ts";
import type { Superiority } from "./superior.ts";

/** A run of the experiment. */
export interface JudgedRun {
  readonly id: string;
  readonly name: string;
  /** The `sharpe_ratio` that was logged, annualised; null where there is none. */
  readonly sharpe: number | null;
  /** Periods a year that it was annualised with. */
  readonly periods: number;
  /** As it was recorded when it was committed; counts where no returns are attached. */
  readonly recorded?: RecordedSharpe | null;
  /** Null where none are attached. */
  readonly returns: Returns | null;
  /** As logged, excess kurtosis; of the returns themselves where those are there. */
  readonly moments?: { readonly skew: number; readonly kurtosis: number } | null;
  /** False for a run that is compared and cannot be the best: it was deleted, or failed. */
  readonly isActive?: boolean;
}

/** What is known of a distinct backtest, of a run that is gone too. */
export interface RecordedTrial extends RecordedSharpe {
  /** Periods a year; those of the best run by default. */
  readonly periods?: number;
}

/** What is judged, and how. */
export interface JudgeInput {
  /** By time of commit, then key: of equals the first counts. */
  readonly runs: readonly JudgedRun[];
  /** Number of distinct backtests ever tried, those without any record included. */
  readonly trials: number;
  /** Those of them whose Sharpe ratio is recorded. */
  readonly recorded: readonly RecordedTrial[];
  /** Returns to beat; none by default: returns of 0. */
  readonly benchmark?: Returns | null;
  /** Blocks of the cross-validation, even, 2 … 20; 16 by default. */
  readonly splits?: number;
  /** Resamples of the bootstrap, at least 2; 1,000 by default. */
  readonly resamples?: number;
  /** Mean rows a block of the bootstrap; by default what suits the returns. */
  readonly blockLength?: number | null;
  /** A whole number; 1 by default. */
  readonly seed?: number;
  /** Ms since the epoch: rows before it are in sample, the others out of sample. */
  readonly holdout?: number | null;
}

/** A run by name, with its `sharpe_ratio` as logged, which may have a rate taken off, or be of other returns. */
export interface BestRun {
  readonly run_id: string;
  readonly run_name: string;
  readonly sharpe_ratio: number;
  /** That of its returns, no rate taken off, by which it is judged; null where they are not known. */
  readonly returns_sharpe_ratio: number | null;
}

/** What the recorded figures of the trials say. */
export interface TrialFigures {
  readonly deflated_sharpe_ratio: number | null;
  /** Annualised, as all Sharpe ratios of the answer. */
  readonly expected_maximum_sharpe: number | null;
  readonly haircut_sharpe_ratio: {
    readonly bonferroni: number;
    readonly holm: number;
    readonly bhy: number;
  } | null;
  readonly minimum_backtest_length_years: number | null;
}

/** What the returns of all runs on their common rows say. */
export interface RowFigures {
  readonly effective_trials: number | null;
  readonly effective_trials_by: {
    readonly average: number | null;
    readonly eigenvalue: number | null;
    readonly participation: number | null;
  };
  readonly probability_of_backtest_overfitting: number | null;
  readonly degradation_slope: number | null;
  readonly probability_of_loss: number | null;
  readonly reality_check_p_value: number | null;
  readonly spa_p_value: {
    readonly lower: number;
    readonly consistent: number;
    readonly upper: number;
  } | null;
  /** Ids of the runs that beat the benchmark at 5 % for all together, strongest first. */
  readonly stepdown: readonly string[] | null;
  readonly holdout: {
    /** Ms since the epoch. */
    readonly date: number;
    readonly best: { readonly run_id: string; readonly run_name: string };
    readonly in_sample: number;
    readonly out_of_sample: number;
    readonly rank: number;
  } | null;
}

/** The answer, under the keys of its JSON; what is null has its reason in `undefined`. */
export interface Judgement extends TrialFigures, RowFigures {
  readonly best: BestRun | null;
  /** Number of common rows. */
  readonly rows: number;
  /** Ms since the epoch of the first common row. */
  readonly start: number | null;
  /** Ms since the epoch of the last common row. */
  readonly end: number | null;
  readonly left_out: readonly { readonly run_id: string; readonly reason: string }[];
  /** Last rows that fill no block of the cross-validation. */
  readonly rows_cut: number;
  /** By key, a nested one with a dot. */
  readonly undefined: Readonly<Record<string, string>>;
  readonly warnings: readonly Warning[];
}

/** Something the reader of the answer must know. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** What a page shows and the answer's JSON has not. */
export interface JudgementDetails {
  /** Ids of the runs on the common rows, in order. */
  readonly columns: readonly string[];
  readonly crossValidation: CrossValidation | null;
  readonly superiority: Superiority | null;
  /** Mean rows a block of the bootstrap. */
  readonly blockLength: number | null;
  /** Number of runs that the holdout's rank is among; null without one. */
  readonly ranked: number | null;
}

/** Where the parts note what the reader must know. */
export interface Notes {
  /** Notes why a key is null, and returns that. */
  readonly lack: (key: string, reason: string) => null;
  readonly warn: (code: string, message: string) => void;
}

/** The best run: what is logged of it, and its returns' own Sharpe ratio a row, or the recorded one. */
export interface Best {
  readonly run: JudgedRun & { readonly sharpe: number };
  readonly own: RecordedSharpe | null;
}
