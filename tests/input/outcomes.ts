// A text as a file, and what reading it comes to: values, or the line that refuses it.

import { assert } from "@std/assert";
import { readInput, type ReadOptions } from "../../lib/input/mod.ts";
import { memoryHost } from "./memory_host.ts";

/** What a text was read as. */
export interface Outcome {
  readonly kind: string;
  readonly dates: readonly string[];
  readonly values: readonly number[];
  readonly codes: readonly string[];
}

/** Reads a text as the command line does. */
export async function read(text: string, options: ReadOptions = {}): Promise<Outcome> {
  const file = await readInput(memoryHost({ "r.csv": text }, 64), "r.csv", options);
  const [series] = file.series;
  assert(series !== undefined);
  return {
    kind: series.kind,
    dates: [...series.returns.dates ?? []].map((ms) => new Date(ms).toISOString().slice(0, 16)),
    values: [...series.returns.values].map((value) => Number(value.toFixed(10))),
    codes: file.warnings.map(({ code }) => code),
  };
}

/** The error that a text is refused with. */
export async function refusal(text: string, options: ReadOptions = {}): Promise<string> {
  try {
    const found = await read(text, options);
    throw new Error(`this was read as ${found.kind}: ${found.values.slice(0, 5)}\n${text}`);
  } catch (error) {
    if (error instanceof Error && /^(InputError|UsageError)$/.test(error.name)) {
      return error.message;
    }
    throw error;
  }
}

/** A series of values on the days of January and on, under a header. */
export function days(header: string, values: readonly (number | string)[]): string {
  const rows = values.map((value, row) =>
    `${new Date(Date.UTC(2024, 0, 1 + row)).toISOString().slice(0, 10)},${value}`
  );
  return `${header}\n${rows.join("\n")}\n`;
}
