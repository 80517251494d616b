// Which columns of a wide table are series: all that hold numbers, or those that names and patterns say.

import { InputError } from "../../errors.ts";
import { nearestNames } from "../../nearest.ts";
import { quoted } from "../cells/number.ts";
import { columnOf } from "./names.ts";

/** The columns beside the dates. */
export interface WideColumns {
  readonly all: readonly string[];
  /** Those of numbers. */
  readonly numeric: readonly string[];
}

/**
 * The columns that are asked for, in the order of the table: `all` is every one of numbers, a pattern with
 * `*` or `?` those of numbers that fit it.
 *
 * @throws {InputError} for a name that is not there, or a pattern that nothing fits.
 */
export function chosenColumns(
  path: string,
  wanted: readonly string[],
  { all, numeric }: WideColumns,
): readonly string[] {
  const known = new Set(all);
  const chosen = new Set<string>();
  for (const one of wanted) {
    for (const name of namedBy(path, one, { all, numeric }, known)) chosen.add(name);
  }
  if (chosen.size === 0) {
    throw new InputError(path, "it has no columns of numbers beside the dates");
  }
  return all.filter((name) => chosen.has(name));
}

/** The columns that one word stands for. */
function namedBy(
  path: string,
  word: string,
  { all, numeric }: WideColumns,
  known: ReadonlySet<string>,
): readonly string[] {
  if (word === "all") return numeric;
  if (known.has(word)) return [word];
  if (!/[*?]/.test(word)) return [all[columnOf(path, all, word, "--columns")] as string];
  const pattern = patternOf(word);
  const fitting = numeric.filter((name) => pattern.test(name));
  if (fitting.length === 0) throw noneFits(path, word, numeric);
  return fitting;
}

function noneFits(path: string, pattern: string, names: readonly string[]): InputError {
  const nearest = nearestNames(pattern.replace(/[*?]/g, ""), names);
  const did = nearest.length === 0 ? "" : `; there is ${nearest.map(quoted).join(", ")}`;
  return new InputError(path, `no column of numbers fits ${quoted(pattern)} (--columns)${did}`);
}

function patternOf(text: string): RegExp {
  const source = text.replace(/[\\^$.|+()[\]{}]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "su");
}
