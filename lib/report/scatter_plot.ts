// Pairs of numbers as dots, drawn once: for pages without a script.

import { coordinate } from "./markup.ts";
import { formatTick } from "./numbers.ts";
import { axisOf, line, picture, text } from "./svg.ts";

/** More dots than this say nothing more to the eye. */
const MOST_DOTS = 1_500;

/** Dots, with a dashed line where both are equal. */
export function scatterPlot(
  x: Float64Array,
  y: Float64Array,
  { across, up }: { readonly across: string; readonly up: string },
): string {
  const [width, height, left, right, top, bottom] = [800, 440, 56, 790, 34, 392];
  const every = Math.max(1, Math.ceil(x.length / MOST_DOTS));
  const rows = Array.from({ length: Math.ceil(x.length / every) }, (_, index) => index * every);
  const xs = rows.map((row) => x[row] ?? NaN);
  const ys = rows.map((row) => y[row] ?? NaN);
  const horizontal = axisOf(xs, left, right, 8);
  const vertical = axisOf([0, ...ys], bottom, top, 7);
  const grid = [
    ...vertical.ticks.map((tick) =>
      line(left, vertical.at(tick), right, vertical.at(tick), tick === 0 ? "axis zero" : "axis") +
      text(left - 6, vertical.at(tick) + 4, formatTick(tick, vertical.step, "ratio"), "end")
    ),
    ...horizontal.ticks.map((tick) =>
      line(horizontal.at(tick), bottom, horizontal.at(tick), bottom + 4, "axis") +
      text(horizontal.at(tick), bottom + 18, formatTick(tick, horizontal.step, "ratio"), "middle")
    ),
  ].join("");
  const dots = xs.map((value, index) =>
    `<circle cx="${coordinate(horizontal.at(value))}" cy="${
      coordinate(vertical.at(ys[index] ?? NaN))
    }" r="2.5" class="dot"/>`
  ).join("");
  const from = Math.max(horizontal.low, vertical.low);
  const to = Math.min(horizontal.high, vertical.high);
  const equal = from < to
    ? line(horizontal.at(from), vertical.at(from), horizontal.at(to), vertical.at(to), "level")
    : "";
  const titles = text((left + right) / 2, height - 6, across, "middle") +
    text(left - 40, top - 18, up, "start");
  const shown = every === 1 ? `${x.length}` : `${rows.length} of ${x.length}`;
  return picture(width, height, `${shown} dots. ${across}; ${up}`, grid + dots + equal + titles);
}
