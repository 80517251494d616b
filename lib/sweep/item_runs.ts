// One item of a sweep: the runs that its file makes, by the sweep's request with the item's own added,
// and the runs that were made of it before, which are found without computing anything.

import { evaluateFile, readAlone } from "../backtest/mod.ts";
import { fingerprints } from "../logging/fingerprint.ts";
import { hashFile } from "../input/mod.ts";
import type { PreparedRun } from "../logging/answer.ts";
import { chooseRunName, type LogWork, prepareRun } from "../logging/prepare.ts";
import { knownRefusals } from "../logging/refused.ts";
import type { FoundRun, Undeliverable } from "../store/mod.ts";
import { holding } from "../backtest/held_files.ts";
import type { Sweep, SweepItem } from "./items.ts";
import { SWEEP_TAG } from "../own_names.ts";

/** One run of a sweep. */
export interface SweepRun {
  /** Path of the file. */
  readonly returns: string;
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
  // Only where the files are hashed before they are read.
  const files = request.ifNew
    ? [item.returns, ...(item.benchmark === undefined ? [] : [item.benchmark])]
    : [];
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

/** Reads the file of an item and computes its runs: one, or one for each strategy in it. */
export async function prepareItem(
  work: LogWork,
  item: SweepItem,
  parent: string | null,
): Promise<readonly PreparedRun[]> {
  const { context, options } = work;
  // The sweep has a progress of its own, and ends well on an interruption.
  const { note } = context;
  const backtests = await evaluateFile(context.io, item.returns, options, { note });
  const prepared: PreparedRun[] = [];
  for (const backtest of backtests) {
    const one = await prepareRun(work, backtest, backtests.length > 1);
    for (const { code, message } of one.warnings) {
      context.warn({ code, message: `${item.returns}: ${message}` });
    }
    prepared.push(
      parent === null ? one : { ...one, record: { ...one.record, parentKey: parent } },
    );
  }
  return prepared;
}

/** The run of this item that was logged before, found by reading the files and computing nothing. */
export async function findExisting(work: LogWork, item: SweepItem): Promise<SweepRun | null> {
  const { context: { io }, request, options } = work;
  const alone = await readAlone(io, item.returns, options);
  if (alone === null) return null;
  const inputs = {
    returns: alone.file.sha256,
    benchmark: options.benchmark === undefined ? null : await hashFile(io, options.benchmark),
    rates: options.rateFile === undefined ? undefined : await hashFile(io, options.rateFile.path),
    artifacts: await work.attached(),
  };
  const runName = chooseRunName(request, item.returns, null, false);
  const all = fingerprints(inputs, options, request, runName, alone.read);
  return await findLogged(work, item, runName, all);
}

/** The same for one of several strategies in a file, whose names are known only once it is read. */
export async function findPrepared(
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
    returns: item.returns,
    runName,
    runId: found.runId ?? found.key,
    runKey: found.key,
    delivered: found.delivered,
    undeliverable,
    existed: true,
  };
}
