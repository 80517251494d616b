// The Pareto front of two metrics: the runs that no other one beats on both.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import { betterOf, type Column, type Table } from "./columns.ts";

/** The runs on the front, from the best on the first axis on; none where an axis has no good end. */
export function frontOf(
  table: Table,
  order: Uint32Array,
  axes: { readonly x: Column; readonly y: Column },
): number[] {
  const [right, up] = [betterOf(table, axes.x), betterOf(table, axes.y)];
  if (right === "none" || up === "none") return [];
  const [x, y] = [signed(table.numbers(axes.x), right), signed(table.numbers(axes.y), up)];
  const both = order.filter((run) =>
    table.unranked[run] === 0 && !Number.isNaN(x[run]) && !Number.isNaN(y[run])
  );
  const left = undominated(both, x, y).sort((one, other) =>
    (x[other] as number) - (x[one] as number) || (y[other] as number) - (y[one] as number)
  );
  let best = -Infinity;
  return Array.from(left).filter((run) => {
    if (!((y[run] as number) > best)) return false;
    best = y[run] as number;
    return true;
  });
}

/** Values whose high end is good. */
function signed(values: Float64Array, better: "higher" | "lower"): Float64Array {
  return better === "higher" ? values : values.map((value) => -value);
}

/** Directions in which a best run is looked for. */
const PROBES = 9;

/** Without the many that one of a few good runs beats: sorting a hundred thousand takes too long. */
function undominated(runs: Uint32Array, x: Float64Array, y: Float64Array): Uint32Array {
  const [width, height] = [rangeOf(runs, x), rangeOf(runs, y)];
  const probes = Array.from({ length: PROBES }, (_, index) => {
    const weight = (index + 0.5) / PROBES;
    let [best, most] = [-1, -Infinity];
    for (const run of runs) {
      const value = weight * (x[run] as number) / width +
        (1 - weight) * (y[run] as number) / height;
      if (value > most) [best, most] = [run, value];
    }
    return best;
  }).filter((run) => run >= 0);
  return runs.filter((run) =>
    !probes.some((probe) =>
      (x[probe] as number) > (x[run] as number) && (y[probe] as number) > (y[run] as number)
    )
  );
}

function rangeOf(runs: Uint32Array, values: Float64Array): number {
  let [low, high] = [Infinity, -Infinity];
  for (const run of runs) {
    low = Math.min(low, values[run] as number);
    high = Math.max(high, values[run] as number);
  }
  return high > low ? high - low : 1;
}
