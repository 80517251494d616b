// One item of a sweep: the runs that its file makes, by the sweep's request with the item's own added,
// and the runs that were made of it before, which are found without computing anything.

import { asReadAlone, evaluateInput } from "../backtest/mod.ts";
import { type Requirement, unmetAmong } from "../backtest/require.ts";
import { fingerprints } from "../logging/fingerprint.ts";
import { hashFile, type InputFile } from "../input/mod.ts";
import type { PreparedRun } from "../logging/answer.ts";
import { chooseRunName, type LogWork, prepareRun } from "../logging/prepare.ts";
import { knownRefusals } from "../logging/refused.ts";
import type { FoundRun, Undeliverable } from "../store/mod.ts";
import { holding } from "../backtest/held_files.ts";
import { placeOf, type Sweep, type SweepItem } from "./items.ts";
import { SWEEP_TAG } from "../own_names.ts";

/** One run of a sweep. */
export interface SweepRun {
  readonly item: SweepItem;
  readonly runName: string;
  /** The server's id once delivered, else the key; null for a dry run. */
  readonly runId: string | null;
  /** Key in the store; null for a dry run. */
  readonly runKey: string | null;
  /** True when the server has all of it that it takes. */
  readonly delivered: boolean;
  /** The parts that the server refuses for good. */
  readonly undeliverable: readonly Undeliverable[];
  /** True when it was logged before and nothing was done. */
  readonly existed: boolean;
}

/** What is to be done with one item: the sweep's work, with the item's own added. */
export function itemWork(work: LogWork, sweep: Sweep, item: SweepItem): LogWork {
  const { context, request, options } = work;
  // Hashed before it is read.
  const files = request.ifNew && item.benchmark !== undefined ? [item.benchmark] : [];
  return {
    ...work,
    context: { ...context, io: holding(context.io, files) },
    request: {
      ...request,
      runName: item.runName,
      params: { ...request.params, ...item.params },
      tags: {
        ...(sweep.name === undefined ? {} : { [SWEEP_TAG]: sweep.name }),
        ...request.tags,
        ...item.tags,
      },
    },
    options: { ...options, benchmark: item.benchmark ?? options.benchmark },
  };
}

/** What an item comes to: runs that were logged before, and new ones; and what they do not meet. */
export interface ItemRuns {
  readonly runs: readonly (SweepRun | PreparedRun)[];
  /** The conditions, each with its values. */
  readonly unmet: readonly string[];
}

/** Finds or computes the runs of an item, whose file was read. */
export async function itemRuns(
  work: LogWork,
  item: SweepItem,
  file: InputFile,
  { required, parent }: {
    readonly required: readonly Requirement[];
    readonly parent: string | null;
  },
): Promise<ItemRuns> {
  const { context: { io }, request, options } = work;
  const existing = request.ifNew ? await findExisting(work, item, file) : null;
  if (existing !== null) {
    // A run that was logged before has the metrics that its file and the same options give again.
    const unmet = required.length === 0
      ? []
      : unmetAmong(required, await evaluateInput(io, file, options));
    return { runs: [existing], unmet };
  }
  const prepared = await prepareItem(work, item, file, parent);
  const unmet = unmetAmong(required, prepared.map(({ backtest }) => backtest));
  const runs: (SweepRun | PreparedRun)[] = [];
  for (const one of prepared) runs.push(await findPrepared(work, item, one) ?? one);
  return { runs, unmet };
}

/** Computes the runs of an item: one, or one for each strategy in its file. */
async function prepareItem(
  work: LogWork,
  item: SweepItem,
  file: InputFile,
  parent: string | null,
): Promise<readonly PreparedRun[]> {
  const { context, options } = work;
  // The sweep has a progress of its own, and ends well on an interruption.
  const { note } = context;
  const backtests = await evaluateInput(context.io, file, options, { note });
  const prepared: PreparedRun[] = [];
  for (const backtest of backtests) {
    const one = await prepareRun(work, backtest, backtests.length > 1);
    for (const { code, message } of one.warnings) {
      context.warn({ code, message: `${placeOf(item)}: ${message}` });
    }
    prepared.push(
      parent === null ? one : { ...one, record: { ...one.record, parentKey: parent } },
    );
  }
  return prepared;
}

/** The run of this item that was logged before, found by reading the files and computing nothing. */
async function findExisting(
  work: LogWork,
  item: SweepItem,
  file: InputFile,
): Promise<SweepRun | null> {
  const { context: { io }, request, options } = work;
  const read = asReadAlone(file, options);
  if (read === null) return null;
  const inputs = {
    returns: file.sha256,
    benchmark: options.benchmark === undefined ? null : await hashFile(io, options.benchmark),
    rates: options.rateFile === undefined ? undefined : await hashFile(io, options.rateFile.path),
    artifacts: await work.attached(),
  };
  const runName = chooseRunName(request, item.returns, null, false);
  const all = fingerprints(inputs, options, request, runName, read);
  return await findLogged(work, item, runName, all);
}

/** The same for one of several strategies in a file, whose names are known only once it is read. */
async function findPrepared(
  work: LogWork,
  item: SweepItem,
  { record, former, backtest }: PreparedRun,
): Promise<SweepRun | null> {
  if (!work.request.ifNew || backtest.series.name === null) return null;
  return await findLogged(work, item, record.runName, [record.fingerprint, ...former]);
}

async function findLogged(
  { backends, request }: LogWork,
  item: SweepItem,
  runName: string,
  fingerprints: readonly string[],
): Promise<SweepRun | null> {
  const found = await backends.findLogged(request.experiment, fingerprints, request.offline);
  if (found === null) return null;
  return existingRun(item, runName, found, await knownRefusals(backends, found.key));
}

/** An item whose run was there before. */
export function existingRun(
  item: SweepItem,
  runName: string,
  found: FoundRun,
  undeliverable: readonly Undeliverable[],
): SweepRun {
  return {
    item,
    runName,
    runId: found.runId ?? found.key,
    runKey: found.key,
    delivered: found.delivered,
    undeliverable,
    existed: true,
  };
}
