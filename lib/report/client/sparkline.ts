// A run's curve as small as a word: over the time of all curves, so that who began later begins further
// right, and on a logarithmic scale of its own, so that its shape is seen whatever it came to.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import type { Curves } from "./curve_data.ts";
import { element } from "./scatter.ts";

const WIDTH = 96;
const HEIGHT = 24;
/** What lost more stands where this is: the rest of the shape would be flat. */
const LEAST_FACTOR = 0.01;

/** The curve over a line at no gain; null where the page holds none of the run. */
export function sparkline({ byRun, whole }: Curves, run: number): SVGElement | null {
  const curve = byRun.get(run);
  if (curve === undefined) return null;
  const logs = Array.from(
    curve.y,
    (factor) => factor === null ? null : Math.log(Math.max(factor, LEAST_FACTOR)),
  );
  const known = logs.filter((value) => value !== null);
  const [low, high] = [Math.min(0, ...known), Math.max(0, ...known)];
  const top = (value: number): string =>
    (HEIGHT - 2 - ((value - low) / (high - low || 1)) * (HEIGHT - 4)).toFixed(1);
  let path = "";
  logs.forEach((value, point) => {
    if (value === null) return;
    const left = ((curve.x[point] as number) - whole.min) / (whole.max - whole.min) * WIDTH;
    path += `${path === "" || logs[point - 1] === null ? "M" : "L"}${left.toFixed(1)} ${
      top(value)
    }`;
  });
  const picture = element("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    width: WIDTH,
    height: HEIGHT,
  });
  picture.append(
    element("path", { d: `M0 ${top(0)}H${WIDTH}`, class: "axis" }),
    element("path", { d: path, class: "line" }),
  );
  return picture;
}
