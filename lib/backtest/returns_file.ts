// The returns of a run as an attached file: what --attach-returns writes and report --run-id reads.

import type { Backtest } from "./mod.ts";

/** The name under which the returns are attached. */
export const RETURNS_ARTIFACT = "returns.csv";

/** The name under which the joined benchmark is attached. */
export const BENCHMARK_ARTIFACT = "benchmark.csv";

/** Dates and values as CSV, every digit kept. */
export function returnsCsv(dates: Float64Array | null, values: Float64Array): string {
  const lines = [dates === null ? "returns" : "date,returns"];
  for (let row = 0; row < values.length; row++) {
    const at = dates?.[row];
    lines.push(at === undefined ? String(values[row]) : `${isoText(at)},${values[row]}`);
  }
  return `${lines.join("\n")}\n`;
}

/** The files that carry a backtest's series. */
export function returnsArtifacts(
  backtest: Backtest,
): readonly { readonly path: string; readonly content: Uint8Array }[] {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  const { dates, values } = backtest.series.returns;
  const own = { path: RETURNS_ARTIFACT, content: encode(returnsCsv(dates, values)) };
  if (backtest.benchmark === null) return [own];
  const { joined } = backtest.benchmark;
  const other = returnsCsv(joined.dates, joined.benchmark);
  return [own, { path: BENCHMARK_ARTIFACT, content: encode(other) }];
}

/** A date alone at midnight, else date and time, to the millisecond. */
function isoText(at: number): string {
  const text = new Date(at).toISOString();
  return at % 86_400_000 === 0 ? text.slice(0, 10) : text.slice(0, -1);
}
