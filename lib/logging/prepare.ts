// From a backtest to the record of its run, as log and batch share it. Only files are touched, so that
// it may happen in any thread.

import { asRead, type Backtest, type BacktestOptions } from "../backtest/mod.ts";
import type { Context } from "../command/declare.ts";
import { hostProblem, InputError } from "../errors.ts";
import { fingerprints, sha256 } from "./fingerprint.ts";
import { intervalsWarning, undefinedWarning } from "../backtest/text.ts";
import type { PreparedRun } from "./answer.ts";
import type { LogRequest } from "./request.ts";
import { runContent, userName } from "./run_content.ts";
import { trialOf } from "./trial.ts";
import { chooseRunName } from "../backtest/file_stem.ts";
import type { Io } from "../io.ts";
import { readAtMost } from "../small_file.ts";
import { MAX_ARTIFACT_BYTES } from "../limits.ts";
import { checkRecord } from "../store/record.ts";
import type { RunArtifact } from "../store/mod.ts";

/** How backtests are computed, and what is logged of them. */
export interface PrepareWork {
  readonly context: Pick<Context, "io" | "warn" | "note">;
  /** Of the server that the runs are meant for; null for none. */
  readonly serverUri: string | null;
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
  work: PrepareWork,
  backtest: Backtest,
  several: boolean,
): Promise<PreparedRun> {
  const { context: { io }, serverUri, request, options } = work;
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
    trackingUri: serverUri,
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

/** The files btflow makes itself: the returns and the tear sheet. */
async function makeArtifacts(
  { context: { io }, request, options }: PrepareWork,
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
    const html = tearSheet(backtest, {
      heading,
      params: request.params,
      now: io.now(),
      capital: options.read.capital,
      note: request.description,
      outOfSample: request.oos,
    });
    artifacts.push({ path: "tearsheet.html", content: new TextEncoder().encode(html) });
  }
  return artifacts;
}
