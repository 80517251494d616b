// The tear sheets of an experiment's runs, one at a time. A run whose returns cannot be read is told
// of, and the others have theirs.

import type { BacktestOptions } from "../backtest/mod.ts";
import { tearSheet } from "../backtest/tear_sheet.ts";
import type { Context } from "../command/declare.ts";
import { InputError, NotFoundError, StorageError, TrackerError, UsageError } from "../errors.ts";
import type { Experiment } from "../tracker.ts";
import { runBacktest, type SheetSource } from "../tracking/run_backtest.ts";
import type { Session } from "../tracking/session.ts";
import { experimentPage, INDEX, placeOf, sheetPage } from "./addresses.ts";
import type { SiteFolder } from "./folder.ts";

/** A run of which there is to be a sheet. */
export interface SheetRun {
  readonly id: string;
  readonly name: string;
}

/** A run whose sheet could not be made. */
export interface FailedSheet {
  readonly run: SheetRun;
  readonly reason: string;
}

/** What became of the sheets. */
export interface Sheets {
  /** Ids of the runs that have one. */
  readonly made: ReadonlySet<string>;
  /** Runs without attached returns. */
  readonly withoutReturns: number;
  readonly failed: readonly FailedSheet[];
}

/** What sheets are made with. */
export interface SheetOptions {
  readonly site: SiteFolder;
  readonly experiment: Experiment;
  readonly title: string;
  /** As the report of a run is made when nothing is asked for. */
  readonly backtest: BacktestOptions;
  /** Tells that a sheet is done, of which run, and whether it was made. */
  readonly advance: (label: string, isMade: boolean) => void;
}

/**
 * Writes a sheet a run.
 *
 * @throws {TrackerError} when the server cannot be reached.
 */
export async function writeSheets(
  session: Session,
  runs: readonly SheetRun[],
  { site, experiment, title, backtest, advance }: SheetOptions,
): Promise<Sheets> {
  const { context } = session;
  const made = new Set<string>();
  const failed: FailedSheet[] = [];
  let withoutReturns = 0;
  for (const run of runs) {
    context.interrupted.throwIfAborted();
    const source = await sourceOf(session, run.id, backtest);
    if (source === null) withoutReturns++;
    else if ("reason" in source) failed.push({ run, reason: source.reason });
    else {
      const page = sheetPage(run.id);
      const place = placeOf(page, [
        { label: title, href: INDEX },
        { label: experiment.name, href: experimentPage(experiment.id) },
      ]);
      await site.write(page, tearSheet(source.backtest, { ...source.facts, now: null, place }));
      made.add(run.id);
    }
    advance(run.name, source === null || !("reason" in source));
  }
  return { made, withoutReturns, failed };
}

/** What a sheet is made of; null where no returns are attached. */
async function sourceOf(
  { context, tracker }: Session,
  id: string,
  options: BacktestOptions,
): Promise<SheetSource | { readonly reason: string } | null> {
  try {
    return await runBacktest(quietly(context), tracker, await tracker.getRun(id), options);
  } catch (error) {
    if (error instanceof NotFoundError && error.kind === "artifact") return null;
    if (error instanceof TrackerError && error.isUnanswered) throw error;
    if (!isOfTheRun(error)) throw error;
    return { reason: error.message };
  }
}

function isOfTheRun(error: unknown): error is Error {
  return error instanceof TrackerError || error instanceof StorageError ||
    error instanceof InputError || error instanceof NotFoundError || error instanceof UsageError;
}

/** What is warned of stands on the sheet itself. */
function quietly(context: Context): Context {
  return { ...context, warn: () => {}, note: () => {} };
}
