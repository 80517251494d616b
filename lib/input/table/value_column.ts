// Which column holds the values, where neither a layout nor the user says it: by its name, else the only
// one of numbers.

import { InputError } from "../../errors.ts";
import { flagOf, type Kind, type ReadOptions } from "../options.ts";
import { quoted } from "../cells/number.ts";
import { nameKey, VALUE_NAMES } from "./names.ts";
import { type ColumnProfile, isRowCounter, listed, nameAt } from "./profile.ts";

/** The column of values beside those that are taken; throws `InputError` where that is not plain. */
export function chooseValue(
  path: string,
  columns: readonly ColumnProfile[],
  taken: readonly (number | null)[],
  kind: Kind | undefined,
  options: ReadOptions,
): number {
  const notColumn = options.benchmark?.notColumn ?? null;
  const indexes = columns.map((_, index) => index).filter((index) =>
    !taken.includes(index) && (notColumn === null || nameAt(columns, index) !== notColumn)
  );
  const keyAt = (index: number): string => nameKey(nameAt(columns, index));
  const wanted = VALUE_NAMES[kind ?? "returns"];
  const named = indexes.filter((index) => wanted.includes(keyAt(index)));
  if (named.length === 1) return named[0] as number;
  const best = bestLevel(indexes, keyAt, kind, named.length === 0);
  if (best !== null) return best;
  const left = indexes.filter((index) => !isRowCounter(columns[index] as ColumnProfile));
  if (named.length === 0 && left.length === 1) return left[0] as number;
  const numeric = left.filter((index) => (columns[index] as ColumnProfile).isNumbers);
  if (named.length === 0 && numeric.length === 1) return numeric[0] as number;
  const problem = named.length > 1
    ? `more than one column is called ${wanted.slice(0, 2).join(" or ")}`
    : left.length === 0
    ? "there is no column of values beside the dates"
    : numeric.length === 0
    ? "no column holds numbers"
    : "more than one column holds numbers";
  const each = options.benchmark === undefined && named.length < 2 && numeric.length > 1
    ? " (btflow batch --columns makes a run of each)"
    : "";
  const areOfOneName = named.length > 1 &&
    new Set(named.map((index) => nameAt(columns, index))).size === 1;
  const advice = areOfOneName
    ? "give them names of their own"
    : `name the value with ${flagOf(options, "column")}${each}`;
  throw new InputError(path, `${problem}; ${listed(columns)}; ${advice}`);
}

/**
 * Of several levels the surest name: Adj Close before Close. A file of bars (open, high, low, close) is
 * known without a kind.
 */
function bestLevel(
  indexes: readonly number[],
  keyAt: (index: number) => string,
  kind: Kind | undefined,
  isUnnamed: boolean,
): number | null {
  const keys = indexes.map(keyAt);
  const level = kind === "prices" || kind === "equity"
    ? kind
    : kind === undefined && isUnnamed && areBars(keys)
    ? "prices"
    : null;
  if (level === null) return null;
  for (const key of VALUE_NAMES[level]) {
    const found = indexes.filter((index) => keyAt(index) === key);
    if (found.length > 0) return found.length === 1 ? found[0] as number : null;
  }
  return null;
}

function areBars(keys: readonly string[]): boolean {
  return ["open", "high", "low"].every((key) => keys.includes(key)) &&
    ["close", "adjclose", "closelast", "price"].some((key) => keys.includes(key));
}

/** Whether a table has the columns of bars: open, high, low, close. */
export function isOfBars(columns: readonly ColumnProfile[]): boolean {
  return areBars(columns.map(({ name }) => nameKey(name)));
}

/** Decimals behind a comma that was taken for a separator: 0 stands in one column, 75 in the next. */
export function checkUnnamed(
  path: string,
  columns: readonly ColumnProfile[],
  value: number,
): void {
  const last = columns[value + 1];
  if (value + 2 !== columns.length || last?.name !== "") return;
  if (!last.isNumbers || !(columns[value] as ColumnProfile).isNumbers) return;
  throw new InputError(
    path,
    `numbers stand behind ${
      quoted(nameAt(columns, value))
    }, under no name; where they are its decimals, ` +
      "separate the columns by semicolons or quote the cells, else name theirs",
  );
}
