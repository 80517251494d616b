// The backtest of a run that was logged with its returns, computed anew from them: what its tear sheet
// is made of.

import { evaluateFile } from "../backtest/mod.ts";
import type { Backtest, BacktestOptions } from "../backtest/mod.ts";
import {
  ATTACHED,
  attachedAs,
  BENCHMARK_ARTIFACTS,
  checkAttached,
  RETURNS_ARTIFACTS,
} from "../backtest/returns_file.ts";
import { readSplitDate } from "../backtest/split_date.ts";
import type { TearSheetFacts } from "../backtest/tear_sheet.ts";
import type { Context } from "../command/declare.ts";
import { NotFoundError, UsageError } from "../errors.ts";
import type { Files } from "../io.ts";
import { INPUT_HASH_TAG, isOwnParam, NOTE_TAG, OOS_TAG } from "../own_names.ts";
import type { Run, Tracker } from "../tracker.ts";
import { judgedLuck } from "./judged_luck.ts";
import { releaseOf } from "./releases.ts";

/** A backtest, and what its tear sheet says besides. */
export interface SheetSource {
  readonly backtest: Backtest;
  readonly facts: Omit<TearSheetFacts, "now">;
}

/**
 * The backtest of a run. Its returns are attached files: they are read through the same reader as any
 * other.
 *
 * @throws {NotFoundError} where no returns are attached.
 * @throws {InputError} where they are damaged.
 * @throws {UsageError} where its rate changed, by a file that is not given.
 */
export async function runBacktest(
  context: Context,
  tracker: Tracker,
  run: Run,
  asked: BacktestOptions,
): Promise<SheetSource> {
  const { io } = context;
  const attached = new Map(
    (await tracker.listArtifacts(run.id)).map(({ path, size }) => [path, size ?? 0]),
  );
  const returns = attachedAs(RETURNS_ARTIFACTS, attached);
  if (returns === undefined) {
    throw new NotFoundError("artifact", RETURNS_ARTIFACTS[0], {
      hint: `run ${run.id} was logged without --attach-returns, or its server refused them: then ` +
        "--store has them",
    });
  }
  const files: Files = {
    ...io.files,
    chunks: (path, size) =>
      attached.has(path) ? tracker.readArtifact(run.id, path) : io.files.chunks(path, size),
    info: (path) => {
      const size = attached.get(path);
      if (size === undefined) return io.files.info(path);
      const info = { isDirectory: false, isFile: true, modifiedMs: 0, mode: null };
      return Promise.resolve({ ...info, size });
    },
  };
  checkRate(run, asked);
  const options = runOptions(run, asked, attachedAs(BENCHMARK_ARTIFACTS, attached));
  const [backtest] = await evaluateFile({ ...io, files }, returns, options, context);
  if (backtest === undefined) throw new NotFoundError("artifact", returns);
  checkAttached(backtest.file);
  if (backtest.benchmark?.file) checkAttached(backtest.benchmark.file);
  const params = Object.entries(run.params).filter(([key]) => !isOwnParam(key));
  const declared = run.tags[OOS_TAG];
  return {
    backtest,
    facts: {
      heading: run.name,
      params: Object.fromEntries(params),
      source: run.params.returns_file,
      inputHash: run.tags[INPUT_HASH_TAG] ?? "",
      note: run.tags[NOTE_TAG],
      outOfSample: declared === undefined ? undefined : readSplitDate(`tag ${OOS_TAG}`, declared),
      luck: judgedLuck(run.metrics),
    },
  };
}

/**
 * A run whose rate changed was logged with a file, which is not attached: it must be given again.
 *
 * @throws {UsageError} where it is not.
 */
function checkRate(run: Run, asked: BacktestOptions): void {
  const logged = run.params.risk_free_rate;
  if (logged === undefined || Number.isFinite(Number(logged)) || asked.rateFile !== undefined) {
    return;
  }
  throw new UsageError(
    `Cannot report run ${run.id}: its risk-free rate changed, by the file ${logged}; ` +
      "give it with --risk-free-rate",
  );
}

/** The run's own rate, periods and definitions: the page shows what was logged. */
function runOptions(
  run: Run,
  asked: BacktestOptions,
  benchmark: string | undefined,
): BacktestOptions {
  const rate = Number(run.params.risk_free_rate ?? asked.riskFreeRate);
  const periods = Number(run.params.periods_per_year ?? asked.periods);
  return {
    ...asked,
    read: ATTACHED,
    ...(Number.isFinite(rate) ? { riskFreeRate: rate, rateFile: undefined } : {}),
    periods: Number.isFinite(periods) ? periods : asked.periods,
    periodsChosen: true,
    release: releaseOf(run) ?? asked.release,
    benchmark,
    benchmarkKind: benchmark === undefined ? undefined : "returns",
    benchmarkColumn: undefined,
    benchmarkDateColumn: undefined,
    benchmarkPercent: false,
  };
}
