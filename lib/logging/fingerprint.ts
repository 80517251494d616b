// Whether a run was logged before: a hash of the inputs, the benchmark and every option that changes
// what is logged. Times, hosts and the program's version are left out, and nothing is computed for
// it, so a sweep that is resumed skips what is done at the cost of reading the files.

import { createHash } from "node:crypto";
import type { BacktestOptions } from "../backtest/mod.ts";
import type { LogRequest } from "./request.ts";

/** The inputs by content: SHA-256 in hex. */
export interface FingerprintInputs {
  /** Hash of the file of returns as it is stored. */
  readonly returns: string;
  /** Hash of the benchmark's file; null without one. */
  readonly benchmark: string | null;
  /** Attached files: name and content. */
  readonly artifacts: readonly (readonly [name: string, sha256: string])[];
}

/** The hash, 32 hex digits. */
export function fingerprint(
  inputs: FingerprintInputs,
  options: BacktestOptions,
  request: LogRequest,
  runName: string,
): string {
  const { benchmark: _path, hash: _hash, ...computing } = options;
  const { params, tags, description, series, seriesPoints, report, attachReturns } = request;
  const logging = { params, tags, description, series, seriesPoints, report, attachReturns };
  // Left out of the text, as every undefined value is, unless the run goes into an existing one.
  const into = request.existingRunId;
  const facts = { version: 1, inputs, computing, logging, runName, into };
  return sha256(JSON.stringify(facts, sortKeys)).slice(0, 32);
}

/** SHA-256 of a text or bytes, in hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Objects with their keys in order, so that `--param a=1 --param b=2` equals the other way round. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1));
}
