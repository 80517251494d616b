// The names over a chart of several lines: each is a button that hides its line or shows it. What is hidden
// stays so while the chart is drawn anew.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import type { Line } from "../model.ts";
import type { UPlot } from "../uplot.ts";

/** What uPlot is told of a line whose name is a button; it switches a line when the button is clicked. */
export function legendName(
  { label }: Pick<Line, "label">,
  at: number,
  hidden: ReadonlySet<number>,
): Pick<UPlot.Series, "label" | "show"> {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.title = `Hide or show this line (key ${at + 1} on the chart)`;
  // One stop of the tab key a chart: on the chart itself the key with the line's number does the same.
  button.tabIndex = -1;
  const show = !hidden.has(at);
  button.setAttribute("aria-pressed", String(show));
  return { label: button, show };
}

/** Keeps what is hidden, and what the button says, in step with a line that was switched. */
export function keepHidden(plot: UPlot, at: number | null, hidden: Set<number> | undefined): void {
  const series = at === null ? undefined : plot.series[at];
  if (hidden === undefined || at === null || series === undefined) return;
  const show = series.show !== false;
  if (show) hidden.delete(at - 1);
  else hidden.add(at - 1);
  const button = plot.root.querySelectorAll(".u-legend button")[at - 1];
  button?.setAttribute("aria-pressed", String(show));
}

/** Switches a line by its number from 1, as the keyboard names it; null where there is no choice. */
export function switchLine(plot: UPlot, number: number): boolean | null {
  const series = plot.series[number];
  if (number < 1 || plot.series.length < 3 || series === undefined) return null;
  const show = series.show === false;
  plot.setSeries(number, { show }, true);
  return show;
}
