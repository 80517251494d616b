// Faults between a client and a server, drawn from a seed: a request that never arrives, an answer
// that is lost, a refusal, a request that arrives after its client has given it up, and the end of
// the client's process.

import { TrackerError } from "../../lib/errors.ts";
import type { Tracker } from "../../lib/tracker.ts";

export type Fault = "none" | "lost request" | "lost answer" | "busy" | "late" | "kill";

const MOST_CALLS_LATE = 4;

export interface LateRequest {
  readonly work: () => Promise<unknown>;
  /** It arrives with this many further requests; from 0 on it has. */
  calls: number;
}

export interface FaultyOptions {
  /** Requests on their way, which outlive the client that sent them. */
  readonly late: LateRequest[];
  readonly random: () => number;
  /** The fault of a call. */
  readonly draw: () => Fault;
  /** Called when the process is to end: nothing that the client does afterwards counts. */
  readonly onKill?: () => void;
}

/** A tracker whose calls fail as drawn. Reads are not repeated here, as a client would. */
export function faulty(tracker: Tracker, { late, random, draw, onKill }: FaultyOptions): Tracker {
  let isDead = false;
  const failure = (code: string, status = 0): TrackerError =>
    new TrackerError("POST", tracker.uri, {
      status,
      code,
      message: code,
      maybeDone: status === 0,
    });
  const call = async (work: () => Promise<unknown>): Promise<unknown> => {
    if (isDead) return await new Promise(() => {});
    for (const one of late) if (--one.calls === 0) await one.work().catch(() => {});
    const fault = draw();
    switch (fault) {
      case "none":
        return await work();
      case "lost request":
        throw failure("CONNECTION");
      case "lost answer":
        await work();
        throw failure("CONNECTION");
      case "busy":
        throw failure("TOO_MANY_REQUESTS", 429);
      case "late":
        // Some requests later it arrives after all, even though its client has given it up.
        late.push({ work, calls: 1 + Math.floor(random() * MOST_CALLS_LATE) });
        throw failure("TIMEOUT");
      case "kill":
        if (random() < 0.5) await work();
        isDead = true;
        onKill?.();
        return await new Promise(() => {});
    }
  };
  return wrapped(tracker, call);
}

type Call = (work: () => Promise<unknown>) => Promise<unknown>;

function wrapped(tracker: Tracker, call: Call): Tracker {
  const through = <Method extends keyof Tracker>(method: Method): Tracker[Method] => {
    const original = tracker[method] as unknown as (...args: unknown[]) => Promise<unknown>;
    return ((...args: unknown[]) => call(() => original(...args))) as unknown as Tracker[
      Method
    ];
  };
  const streamed = <Method extends "searchRuns" | "metricHistory">(
    method: Method,
  ): Tracker[Method] => {
    const original = tracker[method] as unknown as (...args: unknown[]) => AsyncIterable<unknown>;
    return (async function* (...args: unknown[]) {
      const pages = await call(() => Array.fromAsync(original(...args)));
      yield* pages as unknown[];
    }) as unknown as Tracker[Method];
  };
  return {
    ...tracker,
    getExperiment: through("getExperiment"),
    findExperiment: through("findExperiment"),
    createExperiment: through("createExperiment"),
    getRun: through("getRun"),
    createRun: through("createRun"),
    updateRun: through("updateRun"),
    logBatch: through("logBatch"),
    logInputs: through("logInputs"),
    deleteTag: through("deleteTag"),
    deleteRun: through("deleteRun"),
    listArtifacts: through("listArtifacts"),
    writeArtifact: through("writeArtifact"),
    searchRuns: streamed("searchRuns"),
    metricHistory: streamed("metricHistory"),
  };
}
