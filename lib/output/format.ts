// What a format of this folder is: it turns a command's rows, page by page as they arrive, into
// text or bytes, and knows of the place it writes to only what is said here.

import type { Rows } from "../command/answer.ts";

/** Where a format writes; resolves to false once nobody reads any more. */
export interface Writer {
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
  /** ms since the epoch, for ages. */
  readonly now: number;
}

/** One way to write rows: one file in this folder and one line in its table. */
export interface OutputFormat {
  /** As `--format` takes it. */
  readonly name: string;
  readonly summary: string;
  /** True when the bytes are not text: refused on a terminal, meant for --output. */
  readonly binary: boolean;
  /** True when it makes its cells harmless for a terminal itself, because it colours them. */
  readonly cleans?: true;
  /** Writes all rows and returns how many. */
  render(rows: Rows, writer: Writer, options: RenderOptions): Promise<number>;
}
