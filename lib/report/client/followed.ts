// What a line is in the range in view: growth begins anew at the row before the range, a fall is from the
// highest since then.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />

import type { Follows } from "../model.ts";

type Values = readonly (number | null)[];

/** The values of a line, whose factors are given where it follows, from the row before `first` on. */
export function followed(values: Values, follows: Follows | undefined, first: number): Values {
  if (follows === "growth") return rebased(values, first);
  return follows === "fall" ? fallen(values, first) : values;
}

/** What one unit is at the row before `first`; 1 where the line has not begun. */
function baseOf(values: Values, first: number): number {
  for (let row = first - 1; row >= 0; row--) {
    const value = values[row];
    if (value !== null && value !== undefined) return value;
  }
  return 1;
}

function rebased(values: Values, first: number): Values {
  const base = baseOf(values, first);
  return values.map((value, row) => value === null || row < first - 1 ? null : value / base);
}

function fallen(values: Values, first: number): Values {
  let peak = baseOf(values, first);
  return values.map((value, row) => {
    if (value === null || row < first - 1) return null;
    peak = Math.max(peak, value);
    return value / peak - 1;
  });
}

/** What factors come to from the row before `first` to `last`: the gain and the deepest fall. */
export function factorsInView(
  values: Values,
  { first, last }: { readonly first: number; readonly last: number },
): { readonly total_return: number; readonly max_drawdown: number } {
  const base = baseOf(values, first);
  const end = values.slice(first, last + 1).findLast((value) => value !== null) ?? NaN;
  const falls = fallen(values.slice(0, last + 1), first).filter((value) => value !== null);
  return { total_return: end / base - 1, max_drawdown: Math.min(0, ...falls) };
}
