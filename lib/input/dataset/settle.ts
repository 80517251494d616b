// Which columns are the date and the value of a dataset: chosen among all that are no keys, as those of a
// file are. Settings beside them (a lookback, a fee) are numbers too: where they leave the choice open,
// it is made among the columns that differ within a series.

import { InputError } from "../../errors.ts";
import { type ColumnChoice, isPlainChoice } from "../table/choice.ts";

/** A choice, or why there is none. */
export interface Choosing {
  readonly choice: ColumnChoice | null;
  readonly error: unknown;
}

/** Tries to choose; only an `InputError` leaves it open. */
export function tryChoice(choose: () => ColumnChoice): Choosing {
  try {
    return { choice: choose(), error: null };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { choice: null, error };
  }
}

/** Whether there is nothing left to settle. */
export function isSettled({ choice }: Choosing): boolean {
  return choice !== null && isPlainChoice(choice);
}

/**
 * Settles a choice once it is known which columns have one value a series; `left` are those of which it
 * speaks.
 *
 * @throws {InputError} where it stays open.
 */
export function settleChoice<Column>(
  before: Choosing,
  columns: readonly Column[],
  isSetting: (column: Column) => boolean,
  choose: (columns: readonly Column[]) => ColumnChoice,
): { readonly choice: ColumnChoice; readonly left: readonly Column[] } {
  if (before.choice !== null && isSettled(before)) return { choice: before.choice, left: columns };
  const left = columns.filter((column) => !isSetting(column));
  const now = tryChoice(() => choose(left));
  if (now.choice !== null) return { choice: now.choice, left };
  if (before.choice !== null) return { choice: before.choice, left: columns };
  throw now.error;
}
