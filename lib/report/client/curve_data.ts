// The curves that the page holds, as growth factors, and the stretch of times or rows that they cover.
// The charts and the leaderboard's small curves are drawn of the same ones.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import { cumulated, type EmbeddedComparison } from "../embedded.ts";
import type { Curve } from "./growth.ts";

/** A stretch of times or rows. */
export interface Interval {
  readonly min: number;
  readonly max: number;
}

/** All curves of the page. */
export interface Curves {
  readonly byRun: ReadonlyMap<number, Curve>;
  readonly benchmark: Curve | null;
  readonly whole: Interval;
}

export function curvesOf({ curves, dated }: EmbeddedComparison): Curves {
  const byRun = new Map(curves.map(({ run, x, y }) => [
    run,
    { x: cumulated(x), y: y.map((value) => value === null ? null : 1 + value) },
  ]));
  const whole = wholeRange([...byRun.values()], dated);
  const benchmark = byRun.get(-1) ?? null;
  byRun.delete(-1);
  return { byRun, benchmark, whole };
}

function wholeRange(curves: readonly Curve[], dated: boolean): Interval {
  let [min, max] = [Infinity, -Infinity];
  for (const { x } of curves) {
    if (x.length === 0) continue;
    min = Math.min(min, x[0] as number);
    max = Math.max(max, x[x.length - 1] as number);
  }
  const room = dated ? 43_200_000 : 0.5;
  if (min < max) return { min, max };
  return Number.isFinite(min) ? { min: min - room, max: max + room } : { min: 0, max: 1 };
}
