// Logging as log does it: from backtests to runs that are kept, and from the store to the server. A run
// has one way: committed whole, then delivered from there.

import type { Backtest } from "../backtest/mod.ts";
import type { Backends } from "../backends.ts";
import type { Context } from "../command/declare.ts";
import type { Result } from "../command/answer.ts";
import { TrackerError } from "../errors.ts";
import { loggedJson, loggedLines, loggedText } from "./answer.ts";
import type { Logged, PreparedRun } from "./answer.ts";
import { deliverNow, waitsForServer } from "./deliver.ts";
import { prepareRun, type PrepareWork } from "./prepare.ts";
import { knownRefusals } from "./refused.ts";
import type { LogRequest } from "./request.ts";

/** What is to be done with backtests: how they are computed, what is logged of them, and where. */
export interface LogWork extends Omit<PrepareWork, "context" | "serverUri"> {
  readonly context: Context;
  readonly backends: Backends;
}

/** Keeps the runs of one file, delivers them when a server is set, and says what happened. */
export async function logBacktests(
  work: LogWork,
  backtests: readonly Backtest[],
): Promise<Result> {
  const { context, backends: { serverUri }, request } = work;
  // All are prepared before the first is kept: what is wrong with one leaves nothing half done.
  const prepared: PreparedRun[] = [];
  for (const backtest of backtests) {
    const one = await prepareRun({ ...work, serverUri }, backtest, backtests.length > 1);
    for (const warning of one.warnings) context.warn(warning);
    prepared.push(one);
  }
  const logged: Logged[] = [];
  for (const one of prepared) logged.push(await logOne(work, one));
  const answers = logged.map((one) => loggedJson(one, serverUri, request));
  const failures = logged.flatMap(({ failure }) => failure === null ? [] : [failure]);
  return {
    text: logged.map((one) => loggedText(one, serverUri, request)).join("\n"),
    screen: (screen) =>
      logged.flatMap((one, index) => [
        ...index === 0 ? [] : [[]],
        ...loggedLines(one, serverUri, request, screen),
      ]),
    json: answers.length === 1 ? answers[0] ?? null : answers,
    ...(failures[0] === undefined ? {} : { failure: failures[0] }),
  };
}

async function logOne(work: LogWork, prepared: PreparedRun): Promise<Logged> {
  const { context, backends, request } = work;
  const none = {
    prepared,
    key: null,
    runId: null,
    experimentId: null,
    delivered: false,
    undeliverable: [],
    existed: false,
    failure: null,
  };
  if (request.dryRun) return none;
  if (request.noCreate) await requireExperiment(backends, request);
  const store = await backends.store();
  if (request.ifNew) {
    const found = await backends.findLogged(
      request.experiment,
      [prepared.record.fingerprint, ...prepared.former],
      request.offline,
    );
    if (found !== null) {
      const undeliverable = await knownRefusals(backends, found.key);
      const existing = { ...none, ...found, undeliverable, existed: true };
      if (!waitsForServer(backends, request, found)) return existing;
      // What an earlier call kept and could not deliver is not done.
      const delivery = await deliverNow(context, backends, found.key);
      return { ...existing, ...delivery, runId: delivery.runId ?? found.runId };
    }
  }
  const key = store.commitRun(prepared.record);
  context.kept(key);
  if (backends.serverUri !== null && !request.offline) {
    return { ...none, key, ...await deliverNow(context, backends, key) };
  }
  // Of a run that is meant for a server, only the server's experiment id would mean anything.
  const { experimentId } = backends.serverUri === null ? await store.getRun(key) : none;
  return { ...none, key, experimentId };
}

/**
 * With --no-create: looks for the experiment before anything is kept, so that a mistyped name leaves
 * nothing behind. A server that cannot be asked now is asked when the run is delivered.
 *
 * @throws {NotFoundError} with the nearest names.
 */
export async function requireExperiment(backends: Backends, request: LogRequest): Promise<void> {
  const { experiment, offline } = request;
  if (backends.serverUri === null || offline || experiment.kind !== "name") return;
  const { findExperiment } = await import("../tracking/find.ts");
  try {
    await findExperiment(await backends.server(), experiment.name);
  } catch (error) {
    if (!(error instanceof TrackerError)) throw error;
  }
}
