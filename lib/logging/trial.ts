// What makes a backtest one trial among others: its returns, by hash, and how well it did. Two runs of
// equal returns are one trial, whatever they are named and however they were computed.

import { createHash } from "node:crypto";
import type { Returns } from "../metrics/mod.ts";
import { deviationOf, meanOf } from "../metrics/kernel.ts";
import type { Trial } from "../store/mod.ts";

/**
 * The trial that returns are.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const trial = trialOf({ dates: null, values: new Float64Array([0.01, 0.03]) });
 * assertEquals([trial.sharpe?.toFixed(4), trial.rows], ["1.4142", 2]);
 * ```
 */
export function trialOf({ dates, values }: Returns): Trial {
  const hash = createHash("sha256");
  if (dates !== null) hash.update(bytesOf(dates));
  hash.update(bytesOf(values));
  const sharpe = meanOf(values) / deviationOf(values);
  return {
    returnsHash: hash.digest("hex"),
    sharpe: Number.isFinite(sharpe) ? sharpe : null,
    rows: values.length,
  };
}

function bytesOf(values: Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
