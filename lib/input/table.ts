// The rows of a table as the one series of its file.

import { UsageError } from "../errors.ts";
import type { TableRows } from "./typed_table.ts";
import type { ReadOptions } from "./options.ts";
import { toReturns } from "./returns.ts";
import type { ReadResult } from "./series.ts";

/** Makes the one series of a table, by the rules of its kind. */
export function tableSeries(
  format: string,
  path: string,
  table: TableRows,
  options: ReadOptions,
): ReadResult {
  const { choice } = table;
  if (options.strategy !== undefined) {
    throw new UsageError(`--strategy cannot be used with ${path}, which names no strategies`);
  }
  const { returns, hasTime, warnings } = toReturns(path, table.rows, choice.kind, options);
  const benchmark = table.benchmark === null ? null : toReturns(path, table.benchmark, "returns", {
    missing: options.missing,
    missingReturns: options.missingReturns,
  }).returns;
  return {
    format: choice.layout ?? format,
    series: [{ name: null, returns, params: {}, metrics: {}, tags: {}, benchmark }],
    hasTime,
    warnings,
  };
}
