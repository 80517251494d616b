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
  const chosen = new Set<string>();
  for (const one of wanted) {
    if (all.includes(one)) chosen.add(one);
    else if (one === "all") { for (const name of numeric) chosen.add(name); }
    else if (/[*?]/.test(one)) {
      const pattern = patternOf(one);
      const fitting = numeric.filter((name) => pattern.test(name));
      if (fitting.length === 0) throw noneFits(path, one, numeric);
      for (const name of fitting) chosen.add(name);
    } else chosen.add(all[columnOf(path, all, one, "--columns")] as string);
  }
  if (chosen.size === 0) {
    throw new InputError(path, "it has no columns of numbers beside the dates");
  }
  return all.filter((name) => chosen.has(name));
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
