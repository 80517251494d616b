// Two fingers on a chart: what lies under them stays under them.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { UPlot } from "../uplot.ts";

/** Nearer fingers do not say how far, in CSS pixels. */
const APART = 24;

/** Calls back with the ends of the x that two fingers ask for, at most once a frame. */
export function wirePinch(plot: UPlot, onRange: (min: number, max: number) => void): void {
  const { over } = plot;
  let held: readonly [number, number] | null = null;
  let isDue = false;
  const places = ({ touches }: TouchEvent): readonly [number, number] | null => {
    const [left = NaN, right = NaN] = Array.from(
      touches,
      ({ clientX }) => clientX - over.getBoundingClientRect().left,
    ).sort((one, other) => one - other);
    return touches.length === 2 && right - left >= APART ? [left, right] : null;
  };
  over.addEventListener("touchstart", (event) => {
    const now = places(event);
    held = now === null ? null : [plot.posToVal(now[0], "x"), plot.posToVal(now[1], "x")];
  }, { passive: true });
  over.addEventListener("touchmove", (event) => {
    const now = places(event);
    if (held === null || now === null) return;
    event.preventDefault();
    if (isDue) return;
    isDue = true;
    const [from, to] = held;
    requestAnimationFrame(() => {
      isDue = false;
      const each = (to - from) / (now[1] - now[0]);
      const min = from - now[0] * each;
      onRange(min, min + over.clientWidth * each);
    });
  }, { passive: false });
}
