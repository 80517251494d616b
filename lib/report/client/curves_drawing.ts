// What is drawn of the curves now: within which range, on which scale, and which lines.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { Line } from "../model.ts";
import type { UPlot } from "../uplot.ts";
import { nameOf } from "./columns.ts";
import type { Interval } from "./curve_data.ts";
import type { Rebased } from "./curves_beneath.ts";
import { type Curve, valueAt } from "./growth.ts";
import type { Runs } from "./runs.ts";

/** The curves and how they are looked at. */
export interface Drawing {
  readonly runs: Runs;
  /** By run. */
  readonly curves: ReadonlyMap<number, Curve>;
  readonly benchmark: Curve | null;
  readonly whole: Interval;
  range: Interval;
  logarithmic: boolean;
  plots: UPlot[];
  /** Grey curves as they are drawn now. */
  beneath: readonly Rebased[];
  /** The grey run under the pointer; −1 for none. */
  near: number;
}

/** A curve that begins at 1 where the range does. */
export function rebased(curve: Curve, { range, whole }: Drawing, run: number): Rebased {
  const base = range.min > whole.min ? valueAt(curve, range.min) ?? 1 : 1;
  return { run, curve, base: base > 0 ? base : NaN };
}

/** Ticked runs in the order in which they were ticked, then the benchmark. */
export function chosen(drawing: Drawing): readonly (Rebased & Pick<Line, "label" | "paint">)[] {
  const { runs, curves, benchmark } = drawing;
  const { table } = runs;
  const lines = [...runs.selected].flatMap(([run, colour]) => {
    const curve = curves.get(run);
    if (curve === undefined) return [];
    return [{
      ...rebased(curve, drawing, run),
      label: shortened(nameOf(table, run)),
      paint: `c${colour}` as const,
    }];
  });
  if (benchmark === null) return lines;
  const label = shortened(table.data.benchmarkName);
  return [...lines, { ...rebased(benchmark, drawing, -1), label, paint: "benchmark" }];
}

function shortened(name: string): string {
  return name.length > 60 ? `${name.slice(0, 59)}…` : name;
}
