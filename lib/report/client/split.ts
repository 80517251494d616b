// The slider that says where the out-of-sample part begins, and what became of the best before it.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import { formatDate, formatFigure } from "../numbers.ts";
import { nameOf } from "./columns.ts";
import { soon } from "./filters.ts";
import { persistence } from "./halves.ts";
import { arrange, changed, type Runs } from "./runs.ts";

/** Sets the slider up and keeps it in step. */
export function wireSplit(runs: Runs): void {
  const place = document.getElementById("split");
  const slider = place?.querySelector("input") ?? null;
  const [shown, said] = [place?.querySelector("output"), place?.querySelector("span")];
  const { halves } = runs.table;
  if (place === null || slider === null || halves === null || !shown || !said) return;
  place.hidden = false;
  slider.max = String(halves.splits.length - 1);
  slider.value = String(halves.split);
  const say = (): void => {
    const { row, date } = halves.splits[halves.split] ?? { row: 0, date: null };
    const text = date === null ? `row ${formatFigure(row + 1, "count")}` : formatDate(date);
    shown.textContent = text;
    slider.setAttribute("aria-valuetext", text);
    const found = persistence(halves);
    if (found === null) return void (said.textContent = "");
    const ratio = (values: Float64Array): string =>
      formatFigure(values[found.best] ?? NaN, "ratio");
    said.textContent = `${nameOf(runs.table, found.best)} is the best before (${
      ratio(halves.before)
    }) and ${formatFigure(found.rank, "periods")} of ${
      formatFigure(found.ranked, "count")
    } after (${ratio(halves.after)}); ranks before and after correlate ${
      formatFigure(found.agreement, "ratio")
    }.`;
  };
  const move = soon(() => {
    halves.moveTo(Number(slider.value));
    say();
    arrange(runs);
    changed(runs);
  });
  slider.addEventListener("input", move);
  say();
}
