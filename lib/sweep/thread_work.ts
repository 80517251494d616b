// A sweep's items in a thread: what they have in common comes first, then chunk by chunk. What a thread
// answers is plain data; files that are attached to every run are not sent along with each.

import type { BacktestOptions } from "../backtest/mod.ts";
import { sharingFiles } from "../backtest/held_files.ts";
import type { Warning } from "../errors.ts";
import type { Io } from "../io.ts";
import { attachedFiles } from "../logging/prepare.ts";
import type { LogRequest } from "../logging/request.ts";
import { errorOf, type PlainError, plainError } from "../threads/messages.ts";
import type { Work } from "../threads/serve.ts";
import type { RunRecord } from "../store/mod.ts";
import { chunkOutcomes, type InCommon, type ItemOutcome } from "./chunk_outcomes.ts";
import type { ItemRun, ItemRuns, KnownRun, SweepWork } from "./item_runs.ts";
import type { SweepItem } from "./items.ts";
import { pointSender, type SentPoints, sentPoints } from "./sent_points.ts";
import type { ItemWork } from "./spread.ts";

/** What a thread is given before the first chunk. */
interface SweepGiven extends InCommon {
  readonly serverUri: string | null;
  readonly request: LogRequest;
  readonly options: BacktestOptions;
}

/** A run on its way: of its files only its own, of its points no objects. */
type SentRun =
  | Exclude<ItemRun, { readonly record: RunRecord }>
  | { readonly record: Omit<RunRecord, "metrics">; readonly points: SentPoints };

/** An outcome on its way. */
type SentOutcome = (SentRuns | { readonly failure: PlainError }) & {
  readonly warnings: readonly Warning[];
  readonly notes: readonly string[];
};

interface SentRuns extends Omit<ItemRuns, "runs"> {
  readonly runs: readonly SentRun[];
}

/** The items of a sweep as work that may be spread. */
export function sweepItems(
  work: SweepWork,
  inCommon: InCommon,
): ItemWork<SentOutcome, ItemOutcome> {
  const { request, options, serverUri } = work;
  const { name, required, datasets } = inCommon.sweep;
  return {
    name: "sweep",
    given: {
      ...{ request, options, serverUri, parent: inCommon.parent },
      sweep: { name, required, datasets },
    } satisfies SweepGiven,
    datasets,
    answer: (question) => work.findKnown(question as readonly string[]),
    here: (chunk) => chunkOutcomes(work, inCommon, chunk),
    outcomeOf: async (sent) => outcomeOf(sent, await work.attached()),
    failed: (error) => ({ error, warnings: [], notes: [] }),
  };
}

/** The outcome again; `attached` are the files that every run has. */
function outcomeOf(
  sent: SentOutcome,
  attached: Awaited<ReturnType<SweepWork["attached"]>>,
): ItemOutcome {
  const { warnings, notes } = sent;
  if ("failure" in sent) return { error: errorOf(sent.failure), warnings, notes };
  const runs = sent.runs.map((run): ItemRun => {
    if (!("record" in run)) return run;
    const artifacts = [...attached, ...run.record.artifacts];
    return { record: { ...run.record, artifacts, metrics: sentPoints(run.points) } };
  });
  return { ...sent, runs };
}

/** Does the chunks of a sweep in a thread. */
export function sweepThread(io: Io): Work {
  return (given, ask) => {
    const { request, options, serverUri, ...inCommon } = given as SweepGiven;
    const work: SweepWork = {
      context: { io: sharingFiles(io, options), warn: () => {}, note: () => {} },
      serverUri,
      request,
      options,
      attached: attachedFiles(io, request.artifact),
      findKnown: async (fingerprints) => await ask(fingerprints) as KnownRun | null,
    };
    return async (chunk) => {
      const value: SentOutcome[] = [];
      const moved: ArrayBuffer[] = [];
      const send = pointSender();
      for await (const outcome of chunkOutcomes(work, inCommon, chunk as readonly SweepItem[])) {
        value.push(await sentOutcome(outcome, work, send, moved));
      }
      return { value, moved };
    };
  };
}

async function sentOutcome(
  outcome: ItemOutcome,
  work: SweepWork,
  send: ReturnType<typeof pointSender>,
  moved: ArrayBuffer[],
): Promise<SentOutcome> {
  const { warnings, notes } = outcome;
  if ("error" in outcome) return { failure: plainError(outcome.error), warnings, notes };
  const shared = (await work.attached()).length;
  const runs = outcome.runs.map((run): SentRun => {
    if (!("record" in run)) return run;
    const { metrics, ...record } = run.record;
    const artifacts = record.artifacts.slice(shared);
    for (const { content: { buffer, byteLength } } of artifacts) {
      if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) moved.push(buffer);
    }
    return { record: { ...record, artifacts }, points: send(metrics) };
  });
  return { ...outcome, runs };
}
