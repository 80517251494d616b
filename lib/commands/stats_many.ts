// `btflow stats` of several files: a table, as a search of runs has it.

import { type BacktestOptions, checkBacktest } from "../backtest/mod.ts";
import { requirementsOf } from "../backtest/require.ts";
import type { Result } from "../command/answer.ts";
import type { Context } from "../command/declare.ts";
import { UsageError } from "../errors.ts";
import { figureNames, figureRows } from "../sweep/figures.ts";
import { fileItems } from "../sweep/items.ts";
import { threadsFor } from "../sweep/threads.ts";
import { withRunView } from "../tracking/run_columns.ts";

/** What of the flags goes with several files, or does not. */
interface ManyFlags {
  readonly montecarlo: number | undefined;
  readonly require: readonly string[];
  readonly threads: number | undefined;
}

/** The metrics of several files: a row a series. */
export async function statsOfMany(
  context: Context,
  files: readonly string[],
  flags: ManyFlags,
  options: BacktestOptions,
): Promise<Result> {
  if (flags.montecarlo !== undefined) {
    throw new UsageError("Cannot use --montecarlo with several files: give one");
  }
  const required = requirementsOf(flags.require, options);
  await checkBacktest(options);
  const items = fileItems(files);
  const datasets: readonly never[] = [];
  const asked = { options, required, datasets, names: figureNames(options, items) };
  const shared = [options.benchmark, options.rateFile?.path];
  const threads = await threadsFor(context.io, { items, datasets }, flags.threads, shared);
  const figures = figureRows(context, items, asked, { threads, noun: "files" });
  return { ...figures, rows: withRunView(figures.rows) };
}
