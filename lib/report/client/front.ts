// The Pareto front of two metrics: the runs that no other one beats on both.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import { betterOf, type Column, type Table } from "./columns.ts";

/** The runs on the front, from the best on the first axis on; none where an axis has no good end. */
export function frontOf(
  table: Table,
  order: ArrayLike<number>,
  axes: { readonly x: Column; readonly y: Column },
): number[] {
  const [right, up] = [betterOf(table, axes.x), betterOf(table, axes.y)];
  if (right === "none" || up === "none") return [];
  const [across, along] = [table.numbers(axes.x), table.numbers(axes.y)];
  const x = (run: number): number => (right === "higher" ? 1 : -1) * (across[run] ?? NaN);
  const y = (run: number): number => (up === "higher" ? 1 : -1) * (along[run] ?? NaN);
  const both = Array.from(order)
    .filter((run) => table.idle[run] === 0 && !Number.isNaN(x(run)) && !Number.isNaN(y(run)))
    .sort((one, other) => x(other) - x(one) || y(other) - y(one));
  let best = -Infinity;
  return both.filter((run) => {
    if (!(y(run) > best)) return false;
    best = y(run);
    return true;
  });
}
