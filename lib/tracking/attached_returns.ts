// The returns of many runs, from the files attached to them: a few runs at a time, and a run without
// such a file, or with a damaged one, is no reason to do without the others.

import {
  type BENCHMARK_ARTIFACTS,
  readReturnsArtifact,
  RETURNS_ARTIFACTS,
} from "../backtest/returns_file.ts";
import { joined } from "../bytes.ts";
import { InputError, NotFoundError, StorageError, TrackerError } from "../errors.ts";
import { MAX_ARTIFACT_BYTES } from "../limits.ts";
import type { Returns } from "../metrics/mod.ts";
import type { Tracker } from "../tracker.ts";

/** A run, and who has its files. */
export interface Attached {
  readonly id: string;
  readonly tracker: Pick<Tracker, "readArtifact">;
}

/** The returns of a run, or why they cannot be had. */
export type AttachedReturns = Returns | { readonly missing: string };

/** How they are read. */
export interface AttachedOptions {
  /** Runs at once. */
  readonly jobs: number;
  readonly onProgress?: (done: number) => void;
  /** Once aborted nothing more is read, and the reason is thrown. */
  readonly signal?: AbortSignal;
}

/**
 * Reads the returns of each run, in the order of the runs.
 *
 * @throws {TrackerError} when the server cannot be reached.
 */
export async function attachedReturns(
  runs: readonly Attached[],
  { jobs, onProgress, signal }: AttachedOptions,
): Promise<readonly AttachedReturns[]> {
  const all: AttachedReturns[] = new Array(runs.length);
  const waiting = runs.entries();
  let done = 0;
  const work = async (): Promise<void> => {
    for (const [index, run] of waiting) {
      signal?.throwIfAborted();
      all[index] = await returnsOf(run);
      onProgress?.(++done);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return all;
}

async function returnsOf(run: Attached): Promise<AttachedReturns> {
  try {
    return await readAttached(run) ?? { missing: "no returns are attached" };
  } catch (error) {
    if (error instanceof TrackerError && error.isUnanswered) throw error;
    const isOfTheRun = error instanceof TrackerError || error instanceof StorageError ||
      error instanceof InputError;
    if (!isOfTheRun) throw error;
    return { missing: `its attached returns cannot be read: ${error.message}` };
  }
}

/**
 * Reads the returns of one run, or those of its benchmark; null where none are attached.
 *
 * @throws {InputError} where they are damaged.
 */
export async function readAttached(
  { id, tracker }: Attached,
  names: typeof RETURNS_ARTIFACTS | typeof BENCHMARK_ARTIFACTS = RETURNS_ARTIFACTS,
): Promise<Returns | null> {
  for (const path of names) {
    try {
      return await readReturnsArtifact(await contentOf(tracker, id, path), path);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }
  return null;
}

async function contentOf(
  tracker: Attached["tracker"],
  id: string,
  path: string,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of tracker.readArtifact(id, path)) {
    length += part.length;
    if (length > MAX_ARTIFACT_BYTES) throw new InputError(path, "it is too large");
    parts.push(part);
  }
  return joined(parts);
}
