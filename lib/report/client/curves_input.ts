// Pointer and keys over the curves: the nearest grey one lights up and can be ticked, arrow keys move
// the cursor, and what it stands on is said.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { formatDate, formatFigure } from "../numbers.ts";
import type { UPlot } from "../uplot.ts";
import { nameOf } from "./columns.ts";
import { nearestCurve } from "./curves_beneath.ts";
import { chosen, type Drawing } from "./curves_drawing.ts";
import { valueAt } from "./growth.ts";
import { hideTip, showTip } from "./page.ts";
import { changed, toggle } from "./runs.ts";

/** The nearest grey curve lights up and is named; a click ticks it. */
export function wirePointer(drawing: Drawing, plot: UPlot): void {
  const { runs, logarithmic, range } = drawing;
  const unit = (factor: number): number => logarithmic ? factor : factor - 1;
  let pressed = 0;
  const light = (run: number): void => {
    if (run === drawing.near) return;
    drawing.near = run;
    plot.redraw(false, false);
  };
  plot.over.addEventListener("mousemove", (event) => {
    const at = plot.posToVal(event.offsetX, "x");
    const found = at < range.min || at > range.max
      ? null
      : nearestCurve(plot, drawing.beneath, { at, top: event.offsetY, unit });
    light(found?.run ?? -1);
    if (found === null) return hideTip();
    const gain = formatFigure(found.value - 1, "fraction");
    const place = { left: event.clientX + 12, top: event.clientY, bottom: event.clientY };
    showTip(`${nameOf(runs.table, found.run)}\n${gain}`, place);
  });
  plot.over.addEventListener("mouseleave", () => {
    hideTip();
    light(-1);
  });
  plot.over.addEventListener("mousedown", (event) => pressed = event.clientX);
  plot.over.addEventListener("click", (event) => {
    const run = drawing.near;
    if (run < 0 || Math.abs(event.clientX - pressed) > 4) return;
    drawing.near = -1;
    hideTip();
    toggle(runs, run);
    changed(runs);
  });
}

/** Arrow keys move the cursor of both charts, and what it stands on is said. */
export function wireKeys(drawing: Drawing, host: HTMLElement, reset: () => void): void {
  const { dated } = drawing.runs.table.data;
  host.addEventListener("keydown", (event) => {
    const [plot] = drawing.plots;
    const x = plot?.data[0] ?? [];
    if (plot === undefined || x.length === 0) return;
    if (event.key === "Escape") return reset();
    const last = x.length - 1;
    const stride = event.shiftKey ? Math.max(1, Math.round(last / 20)) : 1;
    const now = plot.cursor.idx ?? (event.key === "ArrowLeft" ? last + 1 : -1);
    const next =
      { ArrowLeft: now - stride, ArrowRight: now + stride, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const index = Math.min(last, Math.max(0, next));
    const at = x[index] ?? 0;
    for (const one of drawing.plots) {
      one.setCursor({ left: one.valToPos(at, "x"), top: one.over.clientHeight / 2 });
    }
    const said = document.getElementById("at");
    if (said === null) return;
    const values = chosen(drawing).map(({ label, curve, base }) => {
      const value = valueAt(curve, at);
      return `${label} ${formatFigure(value === null ? NaN : value / base - 1, "fraction")}`;
    });
    said.textContent = `${dated ? formatDate(at) : formatFigure(at, "count")}: ${
      values.join(", ")
    }`;
  });
}
