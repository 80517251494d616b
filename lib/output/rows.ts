// What a command that prints rows returns: pages of plain records, as they arrive. A format in this
// folder turns them into text or bytes; nothing here knows where rows come from.

/** One value of a row. A Date is a time (UTC); null is undefined or missing. */
export type Cell = string | number | boolean | Date | null;

/** Keys are column names, in the order they are shown. */
export type Row = Readonly<Record<string, Cell>>;

/** Rows as a command answers with them. */
export interface Rows {
  /** Columns and their order; null: every key of the rows, in order of first appearance. */
  readonly columns: readonly string[] | null;
  /** The columns a table shows when the user chose none; null: `columns`, or a choice made from the rows. */
  readonly tableColumns?: ((rows: readonly Row[]) => readonly string[]) | null;
  /** What one row is, in the plural ("runs"), for the count on stderr; null: no count. */
  readonly noun: string | null;
  /** Read once, as they arrive. */
  readonly pages: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>;
}

/** Where a format writes; resolves to false once nobody reads any more. */
export interface Writer {
  /** Resolves once the part is taken. */
  write(part: string | Uint8Array): Promise<boolean>;
}

/** What a format knows of where it writes. */
export interface RenderOptions {
  /** Width of the terminal; Infinity where output is not a terminal. */
  readonly columns: number;
  /** True when the terminal takes colour and the user wants it. */
  readonly colour: boolean;
  /** False for files and pipes. */
  readonly isTerminal: boolean;
}

/** One way to write rows: one file in this folder and one line in its table. */
export interface OutputFormat {
  /** As `--format` takes it. */
  readonly name: string;
  /** What it is, in one line. */
  readonly summary: string;
  /** True when the bytes are not text: refused on a terminal, meant for --output. */
  readonly binary: boolean;
  /** Writes all rows and returns how many. */
  render(rows: Rows, writer: Writer, options: RenderOptions): Promise<number>;
}
