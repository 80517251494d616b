// The keyboard on a chart: arrow keys move the cursor of all charts along the rows in view, Home and End to
// their ends, Escape shows all, and a number hides or shows a line. What it came to is said in a status line.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { UPlot } from "../uplot.ts";
import { switchLine } from "./legend.ts";
import type { RowRange } from "./view_range.ts";

/** A stride with the shift key is this share of the rows in view. */
const STRIDES = 20;

/** Wires one chart. */
export function wireKeys(
  host: HTMLElement,
  { x, plotOf, all, range, showAll }: {
    readonly x: readonly number[];
    /** The chart itself: it is drawn anew now and then. */
    readonly plotOf: () => UPlot | null;
    readonly all: () => readonly UPlot[];
    readonly range: () => RowRange;
    readonly showAll: () => void;
  },
): void {
  host.addEventListener("keydown", (event) => {
    const plot = plotOf();
    if (plot === null || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") showAll();
    const switched = /^[1-9]$/.test(event.key) ? switchLine(plot, Number(event.key)) : null;
    if (switched !== null) {
      say([
        `${plot.root.querySelectorAll(".u-legend button")[Number(event.key) - 1]?.textContent}: ${
          switched ? "shown" : "hidden"
        }`,
      ]);
      return;
    }
    const { first, last } = range();
    const stride = event.shiftKey ? Math.max(1, Math.round((last - first) / STRIDES)) : 1;
    const now = plot.cursor.idx ?? first;
    const next =
      { ArrowLeft: now - stride, ArrowRight: now + stride, Home: first, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const at = x[Math.min(last, Math.max(first, next))] ?? 0;
    for (const other of all()) other.setCursor({ left: other.valToPos(at, "x"), top: 10 });
    say(Array.from(plot.root.querySelectorAll(".u-legend .u-series"), (row) => {
      const [name, value] = Array.from(
        row.children,
        ({ textContent }) => textContent?.trim() ?? "",
      );
      return `${name}: ${value}`;
    }));
  });
}

/** For those who do not see the legend. */
function say(words: readonly string[]): void {
  const status = document.getElementById("cursor-status");
  if (status !== null) status.textContent = words.join(", ");
}
