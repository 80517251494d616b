// Logging as log and batch share it: from a backtest to a stored run, and from the store to the
// server. A run has one way: committed whole, then delivered from there.

import type { Backtest, BacktestOptions } from "../backtest/mod.ts";
import type { Backends } from "../backends.ts";
import type { Context } from "../command/declare.ts";
import type { Result } from "../command/answer.ts";
import { hostProblem, InputError, TrackerError } from "../errors.ts";
import { fingerprint, sha256 } from "./fingerprint.ts";
import { undefinedWarning } from "../backtest/text.ts";
import { loggedRecord, loggedText } from "./answer.ts";
import type { Logged, PreparedRun } from "./answer.ts";
import { deliverNow, waitsForServer } from "./deliver.ts";
import type { LogRequest } from "./request.ts";
import { runContent, userName } from "./run_content.ts";
import { fileStem } from "../backtest/file_stem.ts";
import { checkRecord } from "../store/record.ts";
import type { RunRecord } from "../store/mod.ts";
import { FINGERPRINT_TAG } from "../own_names.ts";

/** Makes the run that a backtest becomes. `several`: the file holds more than one strategy. */
export async function prepareRun(
  context: Context,
  backends: Backends,
  request: LogRequest,
  options: BacktestOptions,
  backtest: Backtest,
  several: boolean,
): Promise<PreparedRun> {
  const { io } = context;
  const runName = chooseRunName(request, backtest.file.path, backtest.series.name, several);
  const { content, warnings } = runContent(backtest, {
    runName,
    params: request.params,
    tags: request.tags,
    description: request.description,
    user: userName(io),
    startTime: io.now(),
    series: request.series.filter((name) => name !== "rolling_beta" || backtest.benchmark !== null),
    seriesPoints: request.seriesPoints,
  });
  const attached = await readAttached(context, request);
  const mark = fingerprint(
    {
      returns: backtest.file.sha256,
      benchmark: backtest.benchmark?.file?.sha256 ?? null,
      artifacts: attached.map(({ path, content }) => [path, sha256(content)] as const),
    },
    options,
    request,
    runName,
  );
  const record: RunRecord = {
    ...content,
    tags: { ...content.tags, [FINGERPRINT_TAG]: mark },
    experiment: request.experiment,
    endTime: io.now(),
    trackingUri: backends.serverUri,
    fingerprint: mark,
    noCreate: !request.create,
    ifNew: request.ifNew,
    artifacts: [...attached, ...await makeArtifacts(context, request, backtest, runName)],
    ...(request.existingRunId === undefined ? {} : { existingRunId: request.existingRunId }),
  };
  checkRecord(record);
  const all = [...backtest.warnings, ...warnings, ...undefinedWarning(backtest)];
  return { backtest, record, warnings: all };
}

/** The user's name for the run, else the strategy's, else the file's stem. */
export function chooseRunName(
  request: LogRequest,
  path: string,
  strategy: string | null,
  several: boolean,
): string {
  const stem = path === "-" ? "stdin" : fileStem(path);
  if (strategy === null) return request.runName ?? stem;
  if (request.runName === undefined) return strategy;
  return several ? `${request.runName}/${strategy}` : request.runName;
}

/** The files named by --artifact. */
export async function readAttached(
  { io }: Context,
  request: LogRequest,
): Promise<RunRecord["artifacts"]> {
  const artifacts: { path: string; content: Uint8Array }[] = [];
  for (const file of request.artifacts) {
    const path = file.split(/[\\/]/).at(-1) ?? file;
    try {
      artifacts.push({ path, content: await io.files.read(file) });
    } catch (cause) {
      throw new InputError(file, hostProblem(cause, "reading"), { cause });
    }
  }
  return artifacts;
}

/** The files btflow makes itself: the returns and the tear sheet, where asked for. */
async function makeArtifacts(
  { io }: Context,
  request: LogRequest,
  backtest: Backtest,
  heading: string,
): Promise<RunRecord["artifacts"]> {
  const artifacts: { path: string; content: Uint8Array }[] = [];
  if (request.attachReturns) {
    const { returnsArtifacts } = await import("../backtest/returns_file.ts");
    artifacts.push(...returnsArtifacts(backtest));
  }
  if (request.report) {
    const { tearSheet } = await import("../backtest/tear_sheet.ts");
    const html = tearSheet(backtest, { heading, params: request.params, now: io.now() });
    artifacts.push({ path: "tearsheet.html", content: new TextEncoder().encode(html) });
  }
  return artifacts;
}

/** Keeps the runs of one file, delivers them when a server is set, and says what happened. */
export async function logBacktests(
  context: Context,
  backends: Backends,
  request: LogRequest,
  options: BacktestOptions,
  backtests: readonly Backtest[],
): Promise<Result> {
  const logged: Logged[] = [];
  for (const backtest of backtests) {
    const prepared = await prepareRun(
      context,
      backends,
      request,
      options,
      backtest,
      backtests.length > 1,
    );
    for (const warning of prepared.warnings) context.warn(warning);
    logged.push(await logOne(context, backends, request, prepared));
  }
  const records = logged.map((one) => loggedRecord(one, backends.serverUri, request));
  const failures = logged.flatMap(({ failure }) => failure === null ? [] : [failure]);
  return {
    text: logged.map((one) => loggedText(one, backends.serverUri, request)).join("\n"),
    record: records.length === 1 ? records[0] ?? null : records,
    ...(failures[0] === undefined ? {} : { failure: failures[0] }),
  };
}

async function logOne(
  context: Context,
  backends: Backends,
  request: LogRequest,
  prepared: PreparedRun,
): Promise<Logged> {
  const none = {
    prepared,
    key: null,
    runId: null,
    experimentId: null,
    delivered: false,
    existed: false,
    failure: null,
  };
  if (request.dryRun) return none;
  if (!request.create) await requireExperiment(backends, request);
  const store = await backends.store();
  if (request.ifNew) {
    const mark = prepared.record.fingerprint ?? "";
    const found = await backends.findLogged(request.experiment, mark, request.offline);
    if (found !== null) {
      const existing = { ...none, ...found, existed: true };
      if (!waitsForServer(backends, request, found)) return existing;
      // What an earlier call kept and could not deliver is not done.
      const delivery = await deliverNow(context, backends, found.key);
      return { ...existing, ...delivery, runId: delivery.runId ?? found.runId };
    }
  }
  const key = store.commitRun(prepared.record);
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
