// The returns of a run as an attached file: its names, and what is read back from it. Runs of one sweep
// have the same dates, and then files that differ in nothing but their values: what was read of one
// serves the others, which are copied out (a sweep of ten thousand is read for one judgement).

import { Buffer } from "node:buffer";
import { InputError } from "../errors.ts";
import { type Host, type InputFile, readInput } from "../input/mod.ts";
import type { Returns } from "../metrics/mod.ts";

/** The names under which the returns are attached: as it is done now, then as it was done before. */
export const RETURNS_ARTIFACTS = ["returns.parquet", "returns.csv"] as const;

/** The names under which the joined benchmark is attached. */
export const BENCHMARK_ARTIFACTS = ["benchmark.parquet", "benchmark.csv"] as const;

/** How an attached file is read: it has what was computed with, whatever it looks like. */
export const ATTACHED = { kind: "returns", missing: "error" } as const;

/** The column of the values. */
export const VALUE_COLUMN = "returns";

/** Which of these a run has, by the paths of its files; undefined where it has none. */
export function attachedAs(
  names: typeof RETURNS_ARTIFACTS | typeof BENCHMARK_ARTIFACTS,
  paths: { readonly has: (path: string) => boolean },
): string | undefined {
  return names.find((name) => paths.has(name));
}

/**
 * Refuses what btflow did not write: a file of the user's under the same name may hold anything.
 *
 * @throws {InputError} for such a file.
 */
export function checkAttached({ path, format, series: [only] }: InputFile): Returns {
  const isTable = format === "csv" || format === "parquet";
  if (isTable && only?.column === VALUE_COLUMN) return only.returns;
  throw notOurs(path);
}

function notOurs(path: string): InputError {
  return new InputError(path, "it is no file of returns as btflow attaches them");
}

/** The last few of many, to be looked through before one is made anew. */
export interface Remembered<T> {
  readonly find: (isIt: (one: T) => boolean) => T | undefined;
  /** Adds one, and forgets the oldest of too many. */
  readonly add: (one: T) => void;
}

/** A sweep has few sets of dates: one, or one for each length of a warm-up. */
const MOST_REMEMBERED = 16;

/** Remembers nothing yet. */
export function remembered<T>(): Remembered<T> {
  const kept: T[] = [];
  return {
    find: (isIt) => kept.find(isIt),
    add: (one) => {
      kept.unshift(one);
      kept.length = Math.min(kept.length, MOST_REMEMBERED);
    },
  };
}

/** All of a file but its values, and what that means. */
interface Frame {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  readonly dates: Float64Array | null;
  readonly rows: number;
}

const frames = remembered<Frame>();

/**
 * The series in an attached file, to the bit as it was computed with; `path` is its name in errors, and
 * `dates` may be shared by several files of the same.
 *
 * @throws {InputError} where it is damaged, or nothing that btflow wrote.
 */
export async function readReturnsArtifact(content: Uint8Array, path: string): Promise<Returns> {
  const known = frames.find((frame) => fits(content, frame));
  if (known !== undefined) {
    const values = valuesIn(content, known.head.length, known.rows);
    // Where one is no number the file is damaged, and read to say where.
    if (areFinite(values)) return { dates: known.dates, values };
  }
  const beginning = new TextDecoder().decode(content.subarray(0, 16));
  if (/^(date,)?returns\n/.test(beginning)) {
    return checkAttached(await readInput(alone(content), path, ATTACHED));
  }
  if (!beginning.startsWith("PAR1")) throw notOurs(path);
  const returns = await readParquet(content, path);
  remember(content, returns);
  return returns;
}

/** By a loop: a call for each value took a twentieth of a judgement of a thousand runs. */
function areFinite(values: Float64Array): boolean {
  for (let row = 0; row < values.length; row++) if (!Number.isFinite(values[row])) return false;
  return true;
}

/** Without the reader of all tables, which takes four times as long to find out what this is. */
async function readParquet(content: Uint8Array, path: string): Promise<Returns> {
  const { readFlatColumns } = await import("../input/parquet.ts");
  const columns = await readFlatColumns(path, content);
  const dates = columns?.get("date") ?? null;
  const values = columns?.get(VALUE_COLUMN);
  const known = dates === null ? 1 : 2;
  if (columns === null || values === undefined || columns.size !== known) throw notOurs(path);
  let before = -Infinity;
  const wrong = values.findIndex((value, row) => {
    const at = dates === null ? row : dates[row] ?? NaN;
    const isRight = Number.isFinite(value) && at > before;
    before = at;
    return !isRight;
  });
  if (wrong < 0) return { dates, values };
  throw new InputError(
    path,
    `it is damaged: row ${wrong + 1} has no number, or a date out of order`,
  );
}

function fits(content: Uint8Array, { head, tail, rows }: Frame): boolean {
  const end = head.length + 8 * rows;
  return content.length === end + tail.length &&
    Buffer.compare(head, content.subarray(0, head.length)) === 0 &&
    Buffer.compare(tail, content.subarray(end)) === 0;
}

function valuesIn(content: Uint8Array, at: number, rows: number): Float64Array {
  return new Float64Array(content.slice(at, at + 8 * rows).buffer);
}

/** Keeps the frame of a file whose values stand where this version puts them: before its footer. */
function remember(content: Uint8Array, { dates, values }: Returns): void {
  const at = valuesStart(content, values.length);
  if (at === null) return;
  const end = at + 8 * values.length;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (Buffer.compare(bytes, content.subarray(at, end)) !== 0) return;
  frames.add({ head: content.slice(0, at), tail: content.slice(end), dates, rows: values.length });
}

/** Where the values begin in a file whose last column is theirs, plain; null where there is no room. */
export function valuesStart(content: Uint8Array, rows: number): number | null {
  // A file ends with its footer, the footer's length in four bytes, and four bytes of magic.
  if (content.length < 12) return null;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const at = content.length - 8 - view.getUint32(content.length - 8, true) - 8 * rows;
  return at < 4 ? null : at;
}

/** A host that has this file alone. */
function alone(content: Uint8Array): Host {
  return {
    files: {
      chunks: async function* () {
        await Promise.resolve();
        yield content;
      },
      info: () =>
        Promise.resolve({
          isDirectory: false,
          isFile: true,
          modifiedMs: 0,
          mode: null,
          size: content.length,
        }),
    },
  };
}
