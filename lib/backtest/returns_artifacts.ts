// What --attach-returns writes: Parquet, dates packed and values plain. The runs of a sweep mostly have
// the same dates. A file is then the one before with other values, which is a hundred times cheaper
// than to write it anew.

import { DAY_MS } from "../civil.ts";
import { type ParquetColumn, parquetFile } from "../output/parquet_file.ts";
import type { Backtest } from "./mod.ts";
import {
  BENCHMARK_ARTIFACTS,
  remembered,
  RETURNS_ARTIFACTS,
  VALUE_COLUMN,
  valuesStart,
} from "./returns_file.ts";
import { present } from "../errors.ts";

/** A file to attach. */
export interface ReturnsArtifact {
  readonly path: string;
  readonly content: Uint8Array;
}

/** The file of a backtest's returns. */
export function returnsArtifact(
  { series: { returns } }: Pick<Backtest, "series">,
): ReturnsArtifact {
  return { path: RETURNS_ARTIFACTS[0], content: returnsParquet(returns.dates, returns.values) };
}

/** The file of its benchmark, on the dates that both have; none without one. */
export function benchmarkArtifact(
  { benchmark }: Pick<Backtest, "benchmark">,
): readonly ReturnsArtifact[] {
  if (benchmark === null) return [];
  const { dates, benchmark: values } = benchmark.joined;
  return [{ path: BENCHMARK_ARTIFACTS[0], content: returnsParquet(dates, values) }];
}

/** A file that was written. */
interface Written {
  readonly dates: Float64Array | null;
  readonly rows: number;
  readonly content: Uint8Array;
  readonly valuesAt: number;
}

const written = remembered<Written>();

/**
 * A Parquet file of dates and values. Dates without a time of day are a DATE column, others timestamps
 * of no zone in ms, none no column; values are doubles, every bit kept.
 */
export function returnsParquet(dates: Float64Array | null, values: Float64Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const frame = written.find((one) => isOf(one, dates, values.length)) ??
    frameOf(dates, values.length);
  const content = frame.content.slice();
  content.set(bytes, frame.valuesAt);
  return content;
}

function isOf({ dates, rows }: Written, wanted: Float64Array | null, count: number): boolean {
  if (rows !== count || dates === null || wanted === null) {
    return rows === count && dates === wanted;
  }
  for (let row = 0; row < count; row++) if (dates[row] !== wanted[row]) return false;
  return true;
}

/** The file of these dates with every value 0, to be filled. */
function frameOf(dates: Float64Array | null, rows: number): Written {
  const columns = [
    ...(dates === null ? [] : [dateColumn(dates)]),
    {
      name: VALUE_COLUMN,
      type: "DOUBLE",
      data: new Float64Array(rows),
      nullable: false,
      encoding: "PLAIN",
      codec: "UNCOMPRESSED",
    } as const,
  ];
  // One page in one group, so that the values stand side by side.
  const layout = { rowGroupSize: rows, pageSize: Infinity, statistics: false };
  // A copy: the writer's buffer is larger than what it holds.
  const content = parquetFile(columns, layout).slice();
  const valuesAt = present(valuesStart(content, rows), "the place of the values");
  const frame = { dates, rows, content, valuesAt };
  written.add(frame);
  return frame;
}

function dateColumn(dates: Float64Array): ParquetColumn {
  const isDaily = dates.every((at) => at % DAY_MS === 0);
  return {
    name: "date",
    ...(isDaily
      ? { type: "DATE", data: Int32Array.from(dates, (at) => at / DAY_MS) }
      : { type: "LOCAL_TIME", data: BigInt64Array.from(Array.from(dates, BigInt)) }),
    nullable: false,
    encoding: "DELTA_BINARY_PACKED",
  };
}
