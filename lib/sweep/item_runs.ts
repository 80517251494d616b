// One item of a sweep: the runs that its file makes, by the sweep's request with the item's own added,
// and the runs that were made of it before, which are found without computing anything.

import { evaluateFile } from "../backtest/mod.ts";
import type { BacktestOptions } from "../backtest/mod.ts";
import type { Backends } from "../backends.ts";
import type { Context } from "../command/declare.ts";
import { fingerprint, sha256 } from "../logging/fingerprint.ts";
import { hashFile } from "../input/mod.ts";
import type { PreparedRun } from "../logging/answer.ts";
import type { LogRequest } from "../logging/request.ts";
import { chooseRunName, prepareRun, readAttached } from "../logging/prepare.ts";
import type { FoundRun } from "../store/mod.ts";
import type { SweepItem } from "./items.ts";
import { SWEEP_TAG } from "../own_names.ts";

/** A sweep to be run. */
export interface Sweep {
  /** This process's share of them. */
  readonly items: readonly SweepItem[];
  /** What holds for all items. */
  readonly request: LogRequest;
  /** What holds for all items. */
  readonly options: BacktestOptions;
  /** Name of the parent run. */
  readonly parent: string | undefined;
  /** Name of the sweep, the same in every shard: the tag `btflow.sweep`. */
  readonly sweep: string | undefined;
  /** Runs delivered at once. */
  readonly jobs: number;
}

/** One run of a sweep. */
export interface SweepRun {
  /** Path of the file. */
  readonly returns: string;
  /** As it was logged. */
  readonly run_name: string;
  /** The server's id once delivered, else the key; null for a dry run. */
  readonly run_id: string | null;
  /** Key in the store; null for a dry run. */
  readonly run_key: string | null;
  /** True when the server has all of it. */
  readonly delivered: boolean;
  /** True when it was logged before and nothing was done. */
  readonly existed: boolean;
}

/** The request and options of one item: the sweep's, with the item's own added. */
function itemRequest(sweep: Sweep, item: SweepItem): LogRequest {
  const { request } = sweep;
  return {
    ...request,
    runName: item.runName,
    params: { ...request.params, ...item.params },
    tags: {
      ...(sweep.sweep === undefined ? {} : { [SWEEP_TAG]: sweep.sweep }),
      ...request.tags,
      ...item.tags,
    },
  };
}

function itemOptions(sweep: Sweep, item: SweepItem): BacktestOptions {
  return item.benchmark === undefined
    ? sweep.options
    : { ...sweep.options, benchmark: item.benchmark };
}

/** Reads the file of an item and computes its runs: one, or one for each strategy in it. */
export async function prepareItem(
  context: Context,
  backends: Backends,
  sweep: Sweep,
  item: SweepItem,
  parent: string | null,
): Promise<readonly PreparedRun[]> {
  const options = itemOptions(sweep, item);
  const request = itemRequest(sweep, item);
  const backtests = await evaluateFile(context.io, item.returns, options);
  const prepared: PreparedRun[] = [];
  for (const backtest of backtests) {
    const several = backtests.length > 1;
    const one = await prepareRun(context, backends, request, options, backtest, several);
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
export async function findExisting(
  context: Context,
  backends: Backends,
  sweep: Sweep,
  item: SweepItem,
): Promise<SweepRun | null> {
  const options = itemOptions(sweep, item);
  const request = itemRequest(sweep, item);
  const returns = await hashFile(context.io, item.returns);
  const benchmark = options.benchmark === undefined
    ? null
    : await hashFile(context.io, options.benchmark);
  const artifacts = (await readAttached(context, request))
    .map(({ path, content }) => [path, sha256(content)] as const);
  const runName = chooseRunName(request, item.returns, null, false);
  const mark = fingerprint({ returns, benchmark, artifacts }, options, request, runName);
  const found = await backends.findLogged(request.experiment, mark, request.offline);
  return found === null ? null : existingRun(item, runName, found);
}

/** The same for one of several strategies in a file, whose names are known only once it is read. */
export async function findPrepared(
  backends: Backends,
  sweep: Sweep,
  item: SweepItem,
  { record, backtest }: PreparedRun,
): Promise<SweepRun | null> {
  if (!sweep.request.ifNew || backtest.series.name === null) return null;
  const found = await backends.findLogged(
    sweep.request.experiment,
    record.fingerprint ?? "",
    sweep.request.offline,
  );
  return found === null ? null : existingRun(item, record.runName, found);
}

/** An item whose run was there before. */
export function existingRun(item: SweepItem, runName: string, found: FoundRun): SweepRun {
  return {
    returns: item.returns,
    run_name: runName,
    run_id: found.runId ?? found.key,
    run_key: found.key,
    delivered: found.delivered,
    existed: true,
  };
}
