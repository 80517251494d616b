// Logging as log and batch share it: from a backtest to a stored run, and from the store to the
// server. A run has one way: committed whole, then delivered from there.

import { asRead, type Backtest, type BacktestOptions } from "../backtest/mod.ts";
import type { Backends } from "../backends.ts";
import type { Context } from "../command/declare.ts";
import type { Result } from "../command/answer.ts";
import { hostProblem, InputError, TrackerError } from "../errors.ts";
import { fingerprints, sha256 } from "./fingerprint.ts";
import { intervalsWarning, undefinedWarning } from "../backtest/text.ts";
import { loggedJson, loggedText } from "./answer.ts";
import type { Logged, PreparedRun } from "./answer.ts";
import { deliverNow, waitsForServer } from "./deliver.ts";
import { knownRefusals } from "./refused.ts";
import type { LogRequest } from "./request.ts";
import { runContent, userName } from "./run_content.ts";
import { trialOf } from "./trial.ts";
import { fileStem } from "../backtest/file_stem.ts";
import type { Io } from "../io.ts";
import { readAtMost } from "../small_file.ts";
import { MAX_ARTIFACT_BYTES } from "../limits.ts";
import { checkRecord } from "../store/record.ts";
import type { RunArtifact } from "../store/mod.ts";

/** What is to be done with backtests: how they are computed, what is logged of them, and where. */
export interface LogWork {
  readonly context: Context;
  readonly backends: Backends;
  readonly request: LogRequest;
  readonly options: BacktestOptions;
  /** The files of --artifact. */
  readonly attached: AttachedFiles;
}

/** Files to attach to every run, read when they are first asked for. */
export type AttachedFiles = () => Promise<readonly AttachedFile[]>;

/** A file to attach, with its hash. */
export interface AttachedFile extends RunArtifact {
  /** In hex. */
  readonly sha256: string;
}

/** Reads the files named by --artifact once for all runs, however many ask for them. */
export function attachedFiles(io: Io, paths: readonly string[]): AttachedFiles {
  let files: Promise<readonly AttachedFile[]> | undefined;
  return () => files ??= readAttached(io, paths);
}

async function readAttached(io: Io, paths: readonly string[]): Promise<readonly AttachedFile[]> {
  const attached: AttachedFile[] = [];
  for (const file of paths) {
    const path = file.split(/[\\/]/).at(-1) ?? file;
    try {
      const content = await readAtMost(io.files, file, MAX_ARTIFACT_BYTES);
      attached.push({ path, content, sha256: sha256(content) });
    } catch (cause) {
      throw new InputError(file, hostProblem(cause, "reading"), { cause });
    }
  }
  return attached;
}

/** Makes the run that a backtest becomes. `several`: the file holds more than one strategy. */
export async function prepareRun(
  work: LogWork,
  backtest: Backtest,
  several: boolean,
): Promise<PreparedRun> {
  const { context: { io }, backends, request, options } = work;
  const runName = chooseRunName(request, backtest.file.path, backtest.series.name, several);
  const facts = { runName, user: userName(io), startTime: io.now() };
  const { content, warnings } = runContent(backtest, request, facts);
  const attached = await work.attached();
  const inputs = {
    returns: backtest.file.sha256,
    benchmark: backtest.benchmark?.file?.sha256 ?? null,
    rates: backtest.rates?.file.sha256,
    artifacts: attached,
  };
  const read = asRead(backtest.file, backtest.series, options, backtest.periods);
  const [own, ...former] = fingerprints(inputs, options, request, runName, read);
  const record: PreparedRun["record"] = {
    ...content,
    experiment: request.experiment,
    endTime: io.now(),
    trackingUri: backends.serverUri,
    fingerprint: own,
    trial: trialOf(backtest.series.returns),
    noCreate: request.noCreate,
    ifNew: request.ifNew,
    artifacts: [...attached, ...await makeArtifacts(work, attached, backtest, runName)],
    existingRunId: request.runId,
  };
  // Before a dry run says that all is well, and before a group of runs is committed, all or none.
  checkRecord(record);
  const all = [
    ...backtest.warnings,
    ...warnings,
    ...undefinedWarning(backtest),
    ...intervalsWarning(backtest),
  ];
  return { backtest, record, former, warnings: all };
}

/** The user's name for the run, else the strategy's, else the file's stem. */
export function chooseRunName(
  request: LogRequest,
  path: string,
  strategy: string | null,
  several: boolean,
): string {
  if (strategy === null) return request.runName ?? fileStem(path);
  if (request.runName === undefined) return strategy;
  return several ? `${request.runName}/${strategy}` : request.runName;
}

/** The files btflow makes itself: the returns and the tear sheet. */
async function makeArtifacts(
  { context: { io }, request }: LogWork,
  attached: readonly AttachedFile[],
  backtest: Backtest,
  heading: string,
): Promise<readonly RunArtifact[]> {
  const artifacts: RunArtifact[] = [];
  if (request.attachReturns || request.spareReturns) {
    const { benchmarkArtifact, returnsArtifact } = await import("../backtest/returns_artifacts.ts");
    const own = returnsArtifact(backtest);
    if (request.attachReturns) artifacts.push(own, ...benchmarkArtifact(backtest));
    // What nobody asked for gives way to the user's file of that name, and to what the store takes.
    else if (
      own.content.length <= MAX_ARTIFACT_BYTES && attached.every(({ path }) => path !== own.path)
    ) artifacts.push({ ...own, isOptional: true });
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
  work: LogWork,
  backtests: readonly Backtest[],
): Promise<Result> {
  const { context, backends: { serverUri }, request } = work;
  // All are prepared before the first is kept: what is wrong with one leaves nothing half done.
  const prepared: PreparedRun[] = [];
  for (const backtest of backtests) {
    const one = await prepareRun(work, backtest, backtests.length > 1);
    for (const warning of one.warnings) context.warn(warning);
    prepared.push(one);
  }
  const logged: Logged[] = [];
  for (const one of prepared) logged.push(await logOne(work, one));
  const answers = logged.map((one) => loggedJson(one, serverUri, request));
  const failures = logged.flatMap(({ failure }) => failure === null ? [] : [failure]);
  return {
    text: logged.map((one) => loggedText(one, serverUri, request)).join("\n"),
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
