// What a caller may say about an input. Every option is a flag of the command line under the same
// name; what is left unsaid is read from the file, or is an error where the file leaves it open.

/** What the values of a file are. */
export type Kind = "returns" | "prices" | "equity" | "trades";

/** Every kind. */
export const KINDS: readonly Kind[] = ["returns", "prices", "equity", "trades"];

/** What becomes of a missing value. */
export type Missing = "zero" | "drop" | "error";

/** Everything that can become of it. */
export const MISSING: readonly Missing[] = ["zero", "drop", "error"];

/** How a file is to be read. */
export interface ReadOptions {
  /** Default: returns, or what the recognised format holds. */
  readonly kind?: Kind | undefined;
  readonly column?: string | undefined;
  readonly dateColumn?: string | undefined;
  /** strptime directives, or `s`, `ms`, `us`, `ns` for an epoch. */
  readonly dateFormat?: string | undefined;
  /** IANA zone whose calendar days are wanted, for times with an offset and epochs. */
  readonly timezone?: string | undefined;
  /** Money at the start, for trades. */
  readonly capital?: number | undefined;
  /** Default: the row left out in returns, the last price carried forward in prices and equity, an error in trades. */
  readonly missing?: Missing | undefined;
  /** What a missing return becomes where `missing` is not given. */
  readonly missingReturns?: "zero" | "drop" | undefined;
  /** A name of `INPUT_FORMATS`; default: recognised by the content. */
  readonly inputFormat?: string | undefined;
  /** Which strategy, where a file has several. */
  readonly strategy?: string | undefined;
  /** Largest size after decompression. */
  readonly maxBytes?: number | undefined;
  /** Whether the file's SHA-256 is wanted. */
  readonly hash?: boolean | undefined;
}
