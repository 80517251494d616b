// What a command answers: rows, one object, a text, a page. Plain data, because how it is written
// is chosen by --format and done elsewhere, and because it is what the rest of the program agrees
// on.

import type { Json, Row } from "./cells.ts";
import type { Line, Screen, View } from "./screen.ts";

export { type Cell, type Json, Listed, type Row } from "./cells.ts";

/** Rows as a command answers with them. */
export interface Rows {
  /** Columns and their order; null: every key of the rows, in order of first appearance. */
  readonly columns: readonly string[] | null;
  /** The columns a table shows when the user chose none; null: `columns`, or a choice made from the rows. */
  readonly tableColumns?: ((rows: readonly Row[]) => readonly string[]) | null;
  /** How a terminal shows them; absent: `tableColumns`, the first the most important. */
  readonly view?: View;
  /** What each of `columns` holds, where that is known before the first row: Parquet then needs no other. */
  readonly types?: Readonly<Record<string, "number" | "text" | "time">>;
  /** What one row is, in the plural ("runs"), for the count on stderr; null: no count. */
  readonly noun: string | null;
  /** The line on stderr in place of that count, asked for when all pages have passed. */
  readonly told?: (count: number) => string;
  /** Read once, as they arrive. */
  readonly pages: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>;
}

/** What a command answers, in the shapes its formats need. */
export interface Result {
  /** For `--format text`. */
  readonly text?: string;
  /** In place of text or a table on a terminal, where people look; pipes and files get those. */
  readonly screen?: (screen: Screen) => Iterable<Line> | Promise<Iterable<Line>>;
  /** For `--format json`, where the answer is one object and not an array of rows. */
  readonly json?: Json;
  /** For the formats of rows: table, csv, json, ndjson, parquet. */
  readonly rows?: Rows;
  /** For `--format markdown`: what stands before the table of rows, or all there is without rows. */
  readonly markdown?: string;
  /** For an HTML file named by --output. */
  readonly html?: () => Promise<string>;
  /** The answer stands, and yet something failed: printed after it, and gives the exit code. */
  readonly failure?: Error;
  /** The same, where it is known only once the rows were read. */
  readonly failureAtEnd?: () => Error | null;
}

/** How far long work has come; lib/cli.ts shows it as a bar on a terminal, as lines elsewhere. */
export interface Progress {
  /** Items ended so far, failed ones included. */
  readonly done: number;
  readonly total: number;
  /** How many of `done` failed. */
  readonly failed: number;
  readonly label?: string;
}
