// What a caller may say about an input. Every option is a flag of the command line under the same
// name; what is left unsaid is read from the file, or is an error where the file leaves it open.

import type { Decimal } from "./cells/number_column.ts";

export { type Decimal, DECIMALS } from "./cells/number_column.ts";

/** What the values of a file are. */
export type Kind = "returns" | "log-returns" | "cumulative" | "prices" | "equity" | "trades";

/** Every kind. */
export const KINDS: readonly Kind[] = [
  "returns",
  "log-returns",
  "cumulative",
  "prices",
  "equity",
  "trades",
];

/** Kinds whose values can be in percent. */
export const PERCENT_KINDS: readonly Kind[] = ["returns", "log-returns", "cumulative"];

/** What becomes of a missing value. */
export type Missing = "zero" | "drop" | "error";

/** Everything that can become of it. */
export const MISSING: readonly Missing[] = ["zero", "drop", "error"];

/** A calendar period that rows can be gathered by. */
export type Resample = "day" | "week" | "month";

/** Every such period. */
export const RESAMPLE: readonly Resample[] = ["day", "week", "month"];

/** How a file is to be read. */
export interface ReadOptions {
  /** Default: what the layout or the column's name says, else returns where nothing speaks against it. */
  readonly kind?: Kind | undefined;
  readonly column?: string | undefined;
  readonly dateColumn?: string | undefined;
  /** strptime directives, or `s`, `ms`, `us`, `ns` for an epoch. */
  readonly dateFormat?: string | undefined;
  /** IANA zone whose calendar days are wanted, for times with an offset and epochs. */
  readonly timezone?: string | undefined;
  /** Whether returns are written in percent: 1.5 is 0.015. */
  readonly percent?: boolean | undefined;
  /** The mark before decimals; default: what the whole column allows. */
  readonly decimal?: Decimal | undefined;
  /** Money at the start, for trades, and for equity whose first row is a result already. */
  readonly capital?: number | undefined;
  /** Default: the row left out in returns, the last price carried forward in prices and equity, an error in trades. */
  readonly missing?: Missing | undefined;
  /** What a missing return becomes where `missing` is not given. */
  readonly missingReturns?: "zero" | "drop" | undefined;
  /** Rows of one such period become one. */
  readonly resample?: Resample | undefined;
  /** A name of `INPUT_FORMATS`; default: recognised by the content. */
  readonly inputFormat?: string | undefined;
  /** Which strategy, where a file has several. */
  readonly strategy?: string | undefined;
  /** Largest size after decompression. */
  readonly maxBytes?: number | undefined;
  /** Whether the file's SHA-256 is wanted. */
  readonly hash?: boolean | undefined;
  /** Given when the file is read as a benchmark. */
  readonly benchmark?: BenchmarkRead | undefined;
}

/** What differs where a file is read beside another, as its benchmark. */
export interface BenchmarkRead {
  /** The kind where neither its flag nor its column's name says one; doubted like the default. */
  readonly fallback: Kind | undefined;
  /** The strategy's column, where both are of one file. */
  readonly notColumn: string | null;
}

/** The flags of options that a benchmark has flags of its own for. */
const FLAGS = {
  kind: ["--kind", "--benchmark-kind"],
  column: ["--column", "--benchmark-column"],
  dateColumn: ["--date-column", "--benchmark-date-column"],
  percent: ["--percent", "--benchmark-percent"],
} as const;

/** The flag by which an option of this reading is said: messages name it. */
export function flagOf(
  options: Pick<ReadOptions, "benchmark">,
  option: keyof typeof FLAGS,
): string {
  return FLAGS[option][options.benchmark === undefined ? 0 : 1];
}
