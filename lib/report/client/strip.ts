// The figures of the range in view, beside the benchmark's: from the exact returns where the page holds
// them, else what the curves themselves tell.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { type EmbeddedTearSheet, exactNumbers } from "../sheet_data.ts";
import {
  benchmarkInView,
  strategyInView,
  VIEW_FIGURES,
  type ViewFigures,
  type ViewRows,
} from "../in_view.ts";
import { formatFigure } from "../numbers.ts";
import { factorsInView } from "./followed.ts";
import type { RowRange } from "./view_range.ts";

type Shown = Partial<ViewFigures> | null;

/** How to tell the figures of a range; `words` says which it is. */
export function wireStrip(data: EmbeddedTearSheet): (range: RowRange, words: string) => void {
  const strip = document.getElementById("in-view");
  const span = document.getElementById("view-span");
  const rows = exactRows(data);
  return (range, words) => {
    if (strip === null) return;
    strip.hidden = false;
    if (span !== null) span.textContent = words;
    const [own, other] = rows === null ? ofCurves(data, range) : [
      strategyInView(rows, range.first - 1, range.last - 1),
      benchmarkInView(rows, range.first - 1, range.last - 1),
    ];
    for (const [key, , unit] of VIEW_FIGURES) {
      fill(strip, key, own?.[key], unit);
      fill(strip, `benchmark ${key}`, other?.[key], unit);
    }
  };
}

function exactRows({ exact }: EmbeddedTearSheet): ViewRows | null {
  const numbers = (text: string | null): Float64Array | null =>
    text === null ? null : exactNumbers(text);
  const returns = numbers(exact.returns);
  return returns === null ? null : {
    returns,
    benchmark: numbers(exact.benchmark),
    rates: numbers(exact.rates),
    rate: exact.rate,
    periods: exact.periods,
  };
}

function ofCurves({ charts, blocks }: EmbeddedTearSheet, range: RowRange): [Shown, Shown] {
  const lines = charts.find(({ id }) => id === "cumulative")?.lines ?? [];
  const [own = null, other = null] = lines.map(({ at }) => factorsInView(blocks[at] ?? [], range));
  return [own, other];
}

/** A figure as everywhere on the page: its exact value beside its text. */
function fill(
  strip: HTMLElement,
  key: string,
  value: number | undefined,
  unit: typeof VIEW_FIGURES[number][2],
): void {
  const place = strip.querySelector(`[data-view="${key}"]`);
  if (place === null) return;
  const isKnown = value !== undefined && Number.isFinite(value);
  const cell = document.createElement(isKnown ? "data" : "span");
  if (isKnown) cell.setAttribute("value", String(value));
  cell.textContent = formatFigure(isKnown ? value : NaN, unit);
  place.replaceChildren(cell);
}
