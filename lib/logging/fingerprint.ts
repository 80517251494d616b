// Whether a run was logged before: a hash of the inputs and of everything that was asked for, but for
// what is listed here. Nothing is computed for it, so a sweep that is resumed skips what is done at the
// cost of reading the files. Stores and servers hold these hashes: the same request must keep its own.

import { createHash } from "node:crypto";
import type { AsRead, BacktestOptions } from "../backtest/mod.ts";
import { OLDEST_RELEASE } from "../metrics/releases.ts";
import type { LogRequest } from "./request.ts";

/** The inputs by content: SHA-256 in hex. */
export interface FingerprintInputs {
  /** The file of returns as it is stored. */
  readonly returns: string;
  /** The benchmark's file; null without one. */
  readonly benchmark: string | null;
  /** The file of rates, where the rate changes. */
  readonly rates?: string | undefined;
  /** The files to attach, in the order given. */
  readonly artifacts: readonly { readonly path: string; readonly sha256: string }[];
}

/** What of a request does not change what is logged, and why: all that is not hashed. */
export const NOT_HASHED: Readonly<Partial<Record<keyof LogRequest, string>>> = {
  experiment: "a run is looked for within one experiment",
  ifNew: "asks whether the run is known",
  noCreate: "says whether the experiment may be made",
  dryRun: "says whether anything is kept",
  offline: "says when the run reaches the server",
  spareReturns: "nobody asked for them, and the run is the same with and without",
};

/** Hashed even where they are empty or false, as the first version did; newer flags only when used. */
const ALWAYS_HASHED: ReadonlySet<string> = new Set([
  "artifacts",
  "attachReturns",
  "definitions",
  "extended",
  "params",
  "periodsChosen",
  "read",
  "report",
  "series",
  "tags",
]);

/**
 * By what a run is known again: equal inputs, read to equal effect, and equal requests have the same. The
 * first is the run's own; those that follow count too, as runs of the first version have them, which
 * hashed what was said instead of what came of it, and knew the oldest release only.
 */
export function fingerprints(
  inputs: FingerprintInputs,
  options: BacktestOptions,
  request: LogRequest,
  runName: string,
  read: AsRead,
): readonly [own: string, ...former: string[]] {
  // Files count by their content, and the name is the one that the run gets.
  const { benchmark: _benchmark, rateFile, hash: _hash, fan: _fan, release, ...computing } =
    options;
  const { artifact: _artifact, runName: _runName, runId: into, ...asked } = request;
  const logging = Object.fromEntries(
    Object.entries(asked).filter(([key]) => !Object.hasOwn(NOT_HASHED, key)),
  );
  const artifacts = inputs.artifacts.map(({ path, sha256 }) => [path, sha256]);
  const common = { inputs: { ...inputs, artifacts }, logging, runName, into };
  const { periods: _periods, periodsChosen: _chosen, read: said, ...rest } = computing;
  const { kind: _kind, missing: _missing, ...reading } = said;
  const { isAsBefore, ...effect } = read;
  const own = hashOf({
    version: 2,
    ...common,
    computing: { ...rest, read: reading, release, rateKind: rateFile?.kind, ...effect },
  });
  if (release !== OLDEST_RELEASE || !isAsBefore) return [own];
  return [own, hashOf({ version: 1, ...common, computing })];
}

function hashOf(facts: unknown): string {
  return fingerprintOf(JSON.stringify(facts, canonical));
}

/** The fingerprint of facts written as one text: 32 hex digits. */
export function fingerprintOf(facts: string): string {
  return sha256(facts).slice(0, 32);
}

/** SHA-256 of a text or bytes, in hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/**
 * Leaves out what was not used, and puts the keys of objects in order, so that `--param a=1 --param b=2`
 * equals the other way round.
 */
function canonical(key: string, value: unknown): unknown {
  const isObject = typeof value === "object" && value !== null;
  const isUnused = value === false || (isObject && Object.keys(value).length === 0);
  if (isUnused && !ALWAYS_HASHED.has(key)) return undefined;
  if (!isObject || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1));
}
