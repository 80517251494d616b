// The public face of the inputs: a path goes in, series of returns come out. The table in
// formats.ts recognises a file by its content; every rule about dates, missing values and kinds
// applies to all formats alike.

import { InputError, isMemoryShort, UsageError, type Warning } from "../errors.ts";
import { formatOf, INPUT_FORMATS } from "./formats.ts";
import type { ReadOptions } from "./options.ts";
import { foreignProblem } from "./foreign_bytes.ts";
import type { InputSeries } from "./series.ts";
import { type Host, openSource, shownPath, type Source } from "./source.ts";
import { isZip } from "./streams.ts";

export { shownPath };

export { floatText } from "./cells/number.ts";
export { civilMs, timestampText, timeText } from "./cells/calendar_time.ts";
export {
  alignBenchmark,
  type AlignedBenchmark,
  type BenchmarkPaths,
  periodsOfJoined,
  type Side,
} from "./benchmark.ts";
export { INPUT_FORMATS, type InputFormat } from "./formats.ts";
export { type Kind, KINDS, type Missing, type ReadOptions } from "./options.ts";
export type { InputSeries, ReadResult } from "./series.ts";
export type { Host, Source } from "./source.ts";

/** A file that was read. */
export interface InputFile {
  /** As it was given: `-` is standard input. */
  readonly path: string;
  /** A name of `INPUT_FORMATS`. */
  readonly format: string;
  /** 64 hex digits of the file as it is stored; empty unless `hash` was asked for. */
  readonly sha256: string;
  /** Size of the file as it is stored. */
  readonly bytes: number;
  /** At least one. */
  readonly series: readonly InputSeries[];
  /** Whether any date has a time of day. */
  readonly hasTime: boolean;
  /** What the user should know of the reading. */
  readonly warnings: readonly Warning[];
}

/**
 * Reads a file, or standard input as `-`. Throws `InputError` for what cannot be read, naming file
 * and line, and `UsageError` for options that make no sense.
 */
export async function readInput(
  host: Host,
  path: string,
  options: ReadOptions,
): Promise<InputFile> {
  checkFormat(options.inputFormat);
  const source = await openSource(host, path, options);
  try {
    checkContent(source);
    const result = await formatOf(source, options.inputFormat).read(source, options);
    return { ...result, path, ...source.stored() };
  } catch (cause) {
    throw isMemoryShort(cause)
      ? new InputError(source.shownPath, "it takes more memory than there is", { cause })
      : cause;
  } finally {
    await source.close();
  }
}

/** Reads a file that must hold one series; throws `UsageError` naming them when there are several. */
export async function readReturns(
  host: Host,
  path: string,
  options: ReadOptions,
): Promise<InputFile> {
  const file = await readInput(host, path, options);
  if (file.series.length > 1) {
    const names = file.series.map((series) => series.name ?? "(unnamed)").join(", ");
    throw new UsageError(`${path} holds several strategies (${names}); pick one with --strategy`);
  }
  return file;
}

/** The SHA-256 of a file as it is stored, as `readInput` with `hash` gives it. */
export async function hashFile(host: Host, path: string): Promise<string> {
  const source = await openSource(host, path, { hash: true, isRaw: true });
  for await (const chunk of source.chunks()) void chunk;
  return source.stored().sha256;
}

function checkFormat(asked: string | undefined): void {
  if (asked === undefined || INPUT_FORMATS.some((format) => format.name === asked)) return;
  const names = INPUT_FORMATS.map((format) => format.name).join(", ");
  throw new UsageError(`Unknown --input-format "${asked}"; the formats are ${names}`);
}

const PARQUET_MARK = 0x50415231;

/** Refuses what no reader takes, with a word on what it is. */
function checkContent(source: Source): void {
  const { head, shownPath: path } = source;
  if (head.length === 0) throw new InputError(path, "it is empty");
  const problem = foreignProblem(head, path);
  if (problem !== null) throw new InputError(path, problem);
  const start = new DataView(head.buffer, head.byteOffset, head.length);
  if (isZip(head) || head.length >= 4 && start.getUint32(0) === PARQUET_MARK) return;
  if (head.subarray(0, 1024).includes(0)) {
    throw new InputError(path, "it is binary, of no format that can be read");
  }
}
