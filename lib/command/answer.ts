// What a command answers: rows, one object, a text, a page. Plain data, because how it is written
// is chosen by --format and done elsewhere, and because it is what the rest of the program agrees
// on.

/** One value of a row. A Date is a time (UTC); null is undefined or missing; bigint: a whole number. */
export type Cell = string | number | bigint | boolean | Date | Listed | null;

/** Several values in one cell: a list in JSON, a text in all other formats. */
export class Listed {
  readonly #items: readonly Json[];
  readonly #text: string;

  constructor(items: readonly Json[], text: string) {
    this.#items = items;
    this.#text = text;
  }

  toJSON(): readonly Json[] {
    return this.#items;
  }

  toString(): string {
    return this.#text;
  }
}

/** Keys are column names, in the order they are shown. */
export type Row = Readonly<Record<string, Cell>>;

/** Rows as a command answers with them. */
export interface Rows {
  /** Columns and their order; null: every key of the rows, in order of first appearance. */
  readonly columns: readonly string[] | null;
  /** The columns a table shows when the user chose none; null: `columns`, or a choice made from the rows. */
  readonly tableColumns?: ((rows: readonly Row[]) => readonly string[]) | null;
  /** What each of `columns` holds, where that is known before the first row: Parquet then needs no other. */
  readonly types?: Readonly<Record<string, "number" | "text" | "time">>;
  /** What one row is, in the plural ("runs"), for the count on stderr; null: no count. */
  readonly noun: string | null;
  /** Read once, as they arrive. */
  readonly pages: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>;
}

/** A JSON value; numbers that are not finite are written as null. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** What a command answers, in the shapes its formats need. */
export interface Result {
  /** For `--format text`. */
  readonly text?: string;
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
