// Prices, equity and other levels as relative changes, as pandas' pct_change has them.

import { InputError } from "../errors.ts";
import type { Returns } from "../metrics/mod.ts";
import { LIMITS } from "./sizes.ts";
import type { Kind } from "./options.ts";
import type { OrderedRows } from "./rows.ts";

/** A change that is larger than markets make. */
export interface Extreme {
  /** The line (or row) of the value after it. */
  readonly place: number;
  readonly before: number;
  readonly after: number;
}

/**
 * The changes of levels, and the levels themselves. Without a `base`, the value before the first row,
 * that row is the base and no return.
 */
export function levelsToReturns(
  rows: OrderedRows,
  kind: Kind,
  base: number | undefined,
): { readonly returns: Returns; readonly levels: Returns } {
  const { dates, values, count } = rows;
  const from = base === undefined ? 1 : 0;
  if (count <= from) {
    throw new InputError(
      rows.path,
      `at least two rows of ${kind} are needed, to have one change between them`,
    );
  }
  const returns = new Float64Array(count - from);
  for (let row = from; row < count; row++) {
    const before = row === 0 ? base as number : values[row - 1] as number;
    if (!(before > 0)) {
      const hint = row === 1 ? `; are these ${kind}, or is it another --kind?` : "";
      throw rows.error(row - 1, `no relative change can follow the value ${before}${hint}`);
    }
    const change = (values[row] as number) / before - 1;
    if (!Number.isFinite(change)) {
      throw rows.error(
        row,
        `the change from ${before} to ${values[row]} is too large for a number`,
      );
    }
    returns[row - from] = change;
  }
  return {
    returns: { dates: dates === null ? null : dates.subarray(from), values: returns },
    levels: { dates, values },
  };
}

/** The first change beyond what a level makes in one row. */
export function extremeChange({ values, count, at }: OrderedRows): Extreme | null {
  for (let row = 1; row < count; row++) {
    const before = values[row - 1] as number;
    const after = values[row] as number;
    if (before > 0 && (after < before * (1 + LIMITS.fall) || after > before * (1 + LIMITS.rise))) {
      return { place: at(row), before, after };
    }
  }
  return null;
}
