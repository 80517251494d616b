// A series of a dataset as the file that it could be: its rows go through the rules that rows of any
// file go through, and it is known again by what its rows are, wherever they lie and whatever lies
// beside them.

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { InputFile } from "../mod.ts";
import type { ReadOptions } from "../options.ts";
import { orderOf } from "../returns.ts";
import { picked } from "../rows.ts";
import type { Dataset } from "./dataset.ts";
import type { Table, TableSeries } from "../table/table.ts";
import { readBothWays, type TableWays } from "../table/series.ts";

/** What messages call a series: the dataset, and its name in it. */
export function placeIn({ path, entries }: Dataset, entry: number): string {
  return `${path}: ${entries[entry]?.name ?? ""}`;
}

/**
 * The series as a file that was read, or why it cannot be: what is wrong with one stops no other.
 *
 * @throws {Error} only where this program is wrong.
 */
export async function entryFile(
  dataset: Dataset,
  entry: number,
  format: string,
  ways: TableWays,
  options: ReadOptions,
): Promise<InputFile | Error> {
  let sha256 = "";
  let bytes = 0;
  const hashed = (table: Table): Table => {
    // Making returns uses up the arrays.
    if (options.hash === true) sha256 = hashOf(table.series);
    bytes = table.series.reduce((sum, { rows }) => sum + 16 * rows.values.length, 0);
    return table;
  };
  try {
    const result = await readBothWays(format, placeIn(dataset, entry), options, {
      ...ways,
      plain: async () => hashed(await ways.plain()),
      careful: async () => hashed(await ways.careful()),
    });
    return { ...result, path: dataset.path, sha256, bytes };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * SHA-256 of rows in order of date, before missing values are settled: the dates as doubles in ms, then the
 * values as doubles, both little-endian; of trades then what else is known of each.
 */
function hashOf(series: readonly TableSeries[]): string {
  const hash = createHash("sha256");
  for (const { rows, begins, trades, money } of series) {
    const order = rows.dates === null ? null : orderOf(rows.dates);
    const inOrder = (values: Float64Array): Float64Array =>
      order === null ? values : picked(values, order);
    if (rows.dates !== null) hash.update(littleEndian(inOrder(rows.dates)));
    hash.update(littleEndian(inOrder(rows.values)));
    if (trades === undefined && money.length === 0) continue;
    const days = inOrder(trades?.days ?? new Float64Array());
    const sides = inOrder(Float64Array.from(trades?.sides ?? []));
    const moved = Float64Array.from(money.flatMap(({ at, amount }) => [at, amount]));
    for (const part of [days, sides, moved]) hash.update(littleEndian(part));
    hash.update(String(begins));
  }
  return hash.digest("hex");
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function littleEndian(values: Float64Array): Uint8Array {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return IS_LITTLE_ENDIAN ? bytes : Buffer.from(bytes).swap64();
}
