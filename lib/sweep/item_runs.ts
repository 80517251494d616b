// One item of a sweep: the runs that its file makes, by the sweep's request with the item's own added,
// and the runs that were made of it before, which are found without computing anything.

import { asReadAlone, evaluateInput } from "../backtest/mod.ts";
import { type Requirement, unmetAmong } from "../backtest/require.ts";
import { warningOf } from "../errors.ts";
import { fingerprints } from "../logging/fingerprint.ts";
import { hashFile, type InputFile } from "../input/mod.ts";
import type { PreparedRun } from "../logging/answer.ts";
import { chooseRunName } from "../backtest/file_stem.ts";
import { prepareRun, type PrepareWork } from "../logging/prepare.ts";
import type { FoundRun, RunRecord, Undeliverable } from "../store/mod.ts";
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
  /** Null where it is undefined, was not asked for, or the run was logged before. */
  readonly sharpe: number | null;
}

/** A run that was logged before. */
export interface KnownRun extends FoundRun {
  /** The parts that the server refuses for good. */
  readonly undeliverable: readonly Undeliverable[];
}

/** How the items of a sweep become runs, and who knows of those that were logged before. */
export interface SweepWork extends PrepareWork {
  findKnown(fingerprints: readonly string[]): Promise<KnownRun | null>;
}

/** What is to be done with one item: the sweep's work, with the item's own added. */
export function itemWork(
  work: SweepWork,
  sweep: Pick<Sweep, "name">,
  item: SweepItem,
): SweepWork {
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

/** A run of an item: what is to be kept, or the one that was logged before. */
export type ItemRun =
  | { readonly record: RunRecord }
  | { readonly known: KnownRun; readonly runName: string };

/** What an item comes to; and what its runs do not meet. */
export interface ItemRuns {
  readonly runs: readonly ItemRun[];
  /** The conditions, each with its values. */
  readonly unmet: readonly string[];
}

/** Finds or computes the runs of an item, whose file was read. */
export async function itemRuns(
  work: SweepWork,
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
  const runs: ItemRun[] = [];
  for (const one of prepared) {
    runs.push(await findPrepared(work, one) ?? { record: one.record });
  }
  return { runs, unmet };
}

/** Computes the runs of an item: one, or one for each strategy in its file. */
async function prepareItem(
  work: SweepWork,
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
    for (const warning of one.warnings) context.warn(warningOf(placeOf(item), warning));
    prepared.push(
      parent === null ? one : { ...one, record: { ...one.record, parentKey: parent } },
    );
  }
  return prepared;
}

/** The run of this item that was logged before, found by reading the files and computing nothing. */
async function findExisting(
  work: SweepWork,
  item: SweepItem,
  file: InputFile,
): Promise<ItemRun | null> {
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
  return await findLogged(work, runName, all);
}

/** The same for one of several strategies in a file, whose names are known only once it is read. */
async function findPrepared(
  work: SweepWork,
  { record, former, backtest }: PreparedRun,
): Promise<ItemRun | null> {
  if (!work.request.ifNew || backtest.series.name === null) return null;
  return await findLogged(work, record.runName, [record.fingerprint, ...former]);
}

async function findLogged(
  { findKnown }: SweepWork,
  runName: string,
  fingerprints: readonly string[],
): Promise<ItemRun | null> {
  const known = await findKnown(fingerprints);
  return known === null ? null : { known, runName };
}

/** An item whose run was there before. */
export function existingRun(
  item: SweepItem,
  runName: string,
  { key, runId, delivered, undeliverable }: KnownRun,
): SweepRun {
  return {
    item,
    runName,
    runId: runId ?? key,
    runKey: key,
    delivered,
    undeliverable,
    existed: true,
    sharpe: null,
  };
}
