// The tag by which a run carries its trial record wherever it goes: what it was made of, and where in its
// store's chain it stands. A store that is rewritten afterwards disagrees with the runs it delivered.

/** What the tag `btflow.trial` says of a run. */
export interface TrialTag {
  /** Of the run's trial record, in hex. */
  readonly hash: string;
  /** Of the record before it in the store that wrote it; empty for a store's first. */
  readonly previous: string;
  /** SHA-256 of dates and values of the returns, in hex. */
  readonly returns: string;
  /** A row, with no rate taken off; null where it is undefined. */
  readonly sharpe: number | null;
  /** How many returns. */
  readonly rows: number;
}

/** The tag's text. */
export function trialTagText({ hash, previous, returns, sharpe, rows }: TrialTag): string {
  return JSON.stringify({ hash, previous, returns, sharpe, rows });
}

const HASH = /^[0-9a-f]{64}$/;

/** Reads the tag; null for a text that btflow does not write, as others may set any tag. */
export function parseTrialTag(text: string | undefined): TrialTag | null {
  if (text === undefined) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { hash, previous, returns, sharpe, rows } = value as Readonly<Record<string, unknown>>;
  const isHash = (one: unknown): one is string => typeof one === "string" && HASH.test(one);
  if (!isHash(hash) || !isHash(returns) || (previous !== "" && !isHash(previous))) return null;
  if (sharpe !== null && typeof sharpe !== "number") return null;
  if (typeof rows !== "number") return null;
  return { hash, previous, returns, sharpe, rows };
}
