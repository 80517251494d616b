// The returns that both sides of a comparison read: seeded, so that every run and every machine has
// the same bytes, and written to a temporary folder, so that none of it is committed.

import fs from "node:fs";
import path from "node:path";
import { seededRandom } from "../tests/helpers/random.ts";
import { python, pythonScript } from "./harness.ts";
import { succeed } from "./packages.ts";

/** How the rows of a file follow each other. */
export type Spacing = "weekdays" | "minutes";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const FIRST_WEEKDAY = Date.UTC(2010, 0, 4);
/** Ten million minutes from here end in 2021. */
const FIRST_MINUTE = Date.UTC(2002, 0, 1);
const ROWS_A_WRITE = 20_000;

/** Normal returns: of daily size for weekdays, of minute size for minutes; all their digits. */
function seededReturns(seed: number, spacing: Spacing): () => number {
  const random = seededRandom(seed);
  const [mean, deviation] = spacing === "weekdays" ? [0.0004, 0.01] : [1e-6, 5e-4];
  return () =>
    mean + deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function dateText(row: number, spacing: Spacing): string {
  if (spacing === "minutes") {
    return new Date(FIRST_MINUTE + row * MINUTE_MS).toISOString().slice(0, 19).replace("T", " ");
  }
  const day = Math.floor(row / 5) * 7 + row % 5;
  return new Date(FIRST_WEEKDAY + day * DAY_MS).toISOString().slice(0, 10);
}

/** Writes a CSV file of `date,returns`; returns its path. One that is there already is kept. */
export function returnsFile(
  folder: string,
  rows: number,
  options: { readonly spacing?: Spacing; readonly seed?: number } = {},
): string {
  const { spacing = "weekdays", seed = 1 } = options;
  const file = path.join(folder, `${spacing}_${rows}_${seed}.csv`);
  if (fs.existsSync(file)) return file;
  const next = seededReturns(seed, spacing);
  const partial = fs.openSync(`${file}.partial`, "w");
  fs.writeSync(partial, "date,returns\n");
  for (let first = 0; first < rows; first += ROWS_A_WRITE) {
    const lines: string[] = [];
    for (let row = first; row < Math.min(rows, first + ROWS_A_WRITE); row++) {
      lines.push(`${dateText(row, spacing)},${next()}\n`);
    }
    fs.writeSync(partial, lines.join(""));
  }
  fs.closeSync(partial);
  fs.renameSync(`${file}.partial`, file);
  return file;
}

/** Many files of a sweep, each with returns of its own. */
export function sweepFiles(folder: string, count: number, rows: number): readonly string[] {
  const sweep = path.join(folder, `sweep_${rows}`);
  fs.mkdirSync(sweep, { recursive: true });
  return Array.from(
    { length: count },
    (_, index) => returnsFile(sweep, rows, { seed: index + 1 }),
  );
}

/** Datasets of the series of files, `S00000` and on. */
export interface SeriesDatasets {
  /** A row a series and date. */
  readonly long: string;
  /** A column a series. */
  readonly wide: string;
}

/** Writes the datasets of a sweep's files. Those that are there already are kept. */
export async function seriesDatasets(
  folder: string,
  files: readonly string[],
): Promise<SeriesDatasets> {
  const [long, wide] = ["long", "wide"].map((name) =>
    path.join(folder, `${name}_${files.length}.parquet`)
  ) as [string, string];
  if (!fs.existsSync(wide)) {
    await succeed(python, [pythonScript("datasets.py"), long, wide, ...files]);
  }
  return { long, wide };
}
