// The map as a table: for each two values of two params the median of a metric over all the runs
// shown that have both, how many those are, and whether the cells around it are as good.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { formatFigure } from "../numbers.ts";
import { betterOf, type Column, columnLabel, type Table, unitOf } from "./columns.ts";
import { type Band, type Bands, bandsOf, type Param } from "./heat_bands.ts";
import { bestPlateau, type Cell, gridOf, type Placed } from "./heat_grid.ts";
import { hideTip } from "./page.ts";
import { arrange, changed, type Runs } from "./runs.ts";
import { fillSelect } from "./scatter.ts";

/** Sets the heat map up; returns how to draw it, null without two params. */
export function wireHeat(
  runs: Runs,
  metrics: readonly Column[],
  first: Column,
): (() => void) | null {
  const panel = document.getElementById("heat");
  const place = panel?.querySelector<HTMLElement>(".scroll") ?? null;
  const { table } = runs;
  const params = table.data.params.map((_, index): Param => ({ kind: "param", index }));
  if (panel === null || place === null || params.length < 2) return null;
  const [rows, columns] = firstParams(table, params);
  const chosen = { rows, columns, metric: first };
  const draw = (): void => {
    if (!panel.hidden) place.replaceChildren(drawn(runs, chosen));
  };
  const offer = <Key extends keyof typeof chosen>(
    key: Key,
    offered: readonly (typeof chosen)[Key][],
  ): void => {
    const select = panel.querySelector<HTMLSelectElement>(`[data-axis="${key}"]`);
    if (select === null) return;
    fillSelect(select, table, offered, chosen[key]);
    select.addEventListener("change", () => {
      chosen[key] = offered[Number(select.value)] ?? chosen[key];
      draw();
    });
  };
  offer("rows", params);
  offer("columns", params);
  offer("metric", metrics);
  runs.listeners.push((what) => {
    if (what === "all") draw();
  });
  wireCells(runs, place);
  return draw;
}

/** Numbers first: their order means something. */
function firstParams(table: Table, params: readonly Param[]): [Param, Param] {
  const [one, other] = params.toSorted((a, b) =>
    Number(table.setting(b.index).isNumeric) - Number(table.setting(a.index).isNumeric) ||
    a.index - b.index
  );
  return [one as Param, other as Param];
}

interface Chosen {
  readonly rows: Param;
  readonly columns: Param;
  readonly metric: Column;
}

function drawn(runs: Runs, { rows, columns, metric }: Chosen): Element {
  const { table } = runs;
  const [down, across] = [bandsOf(runs, rows), bandsOf(runs, columns)];
  const width = across.all.length;
  const cells = gridOf(placed(runs, { rows, columns, metric }, [down, across]), width, {
    down: down.isOrdered,
    across: across.isOrdered,
  });
  const medians = [...cells.values()].map(({ median }) => median);
  const low = medians.reduce((least, value) => Math.min(least, value), Infinity);
  const high = medians.reduce((most, value) => Math.max(most, value), -Infinity);
  const isLowGood = betterOf(table, metric) === "lower";
  const made = document.createElement("table");
  made.className = "heat-map";
  const best = betterOf(table, metric) === "none" ? null : bestPlateau(cells.values(), isLowGood);
  const [downLabel, acrossLabel] = [columnLabel(table, rows), columnLabel(table, columns)];
  const named = ({ row, column }: Cell): string =>
    `${downLabel} ${down.all[row]?.label ?? ""}, ${acrossLabel} ${across.all[column]?.label ?? ""}`;
  const caption = document.createElement("caption");
  caption.textContent = [
    `${columnLabel(table, metric)}: rows ${downLabel}, columns ${acrossLabel}.`,
    ...[down.note, across.note, best === null ? "" : `Best plateau (framed): ${named(best)}.`],
  ].filter((text) => text !== "").join(" ");
  const head = document.createElement("tr");
  head.append(headCell("", "col"), ...across.all.map(({ label }) => headCell(label, "col")));
  made.append(caption, head);
  down.all.forEach((band, row) => {
    const line = document.createElement("tr");
    line.append(headCell(band.label, "row"));
    across.all.forEach((other, column) => {
      const cell = document.createElement("td");
      const found = cells.get(row * width + column);
      if (found !== undefined) {
        const share = low === high ? 0.5 : (found.median - low) / (high - low);
        fillCell(cell, table, metric, found, named(found));
        cell.classList.toggle("plateau", found === best);
        cell.style.setProperty("--share", String(isLowGood ? 1 - share : share));
        kept.set(cell, [band, other]);
        if (made.querySelector("button[tabindex='0']") === null) {
          cell.querySelector("button")?.setAttribute("tabindex", "0");
        }
      }
      line.append(cell);
    });
    made.append(line);
  });
  return made;
}

/** Where each run shown stands, and its value; those that lack a part are nowhere. */
function* placed(
  { table, order }: Runs,
  { rows, columns, metric }: Chosen,
  [down, across]: readonly [Bands, Bands],
): Iterable<Placed> {
  const values = table.numbers(metric);
  const [one, other] = [table.setting(rows.index).codes, table.setting(columns.index).codes];
  for (const run of order) {
    const [row = -1, column = -1] = [down.of[one[run] ?? -1], across.of[other[run] ?? -1]];
    const value = values[run] as number;
    if (row >= 0 && column >= 0 && !Number.isNaN(value)) yield [row, column, value];
  }
}

/** What a cell keeps when it is clicked. */
const kept = new WeakMap<Element, readonly [Band, Band]>();

function fillCell(
  cell: Element,
  table: Table,
  metric: Column,
  { median, count, around }: Cell,
  name: string,
): void {
  const unit = unitOf(table, metric);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "mark";
  button.tabIndex = -1;
  const data = document.createElement("data");
  data.value = String(median);
  data.textContent = formatFigure(median, unit);
  const many = document.createElement("small");
  many.textContent = formatFigure(count, "count");
  const told = [`${data.textContent}, ${count === 1 ? "1 run" : `${many.textContent} runs`}`];
  if (!Number.isNaN(around)) {
    told.push(
      `around it ${formatFigure(around, unit)}: plateau score ${
        formatFigure(around - median, unit)
      }`,
    );
    button.dataset["plateau"] = String(around - median);
  }
  button.setAttribute("aria-label", told.join(", "));
  button.dataset["tip"] = [name, ...told].join("\n");
  button.append(data, many);
  cell.append(button);
}

function headCell(text: string, scope: string): Element {
  const cell = document.createElement(text === "" ? "td" : "th");
  if (text !== "") cell.setAttribute("scope", scope);
  const foreign = document.createElement("bdi");
  foreign.textContent = text;
  cell.append(foreign);
  return cell;
}

/** A click keeps the runs of a cell; arrow keys go from cell to cell. */
function wireCells(runs: Runs, place: HTMLElement): void {
  place.addEventListener("click", (event) => {
    const bands = kept.get((event.target as Element).closest("td") ?? place);
    if (bands === undefined) return;
    // What was clicked is gone once the table is drawn anew, with nothing for a tip to stand beside.
    event.stopPropagation();
    for (const band of bands) band.keep(runs);
    arrange(runs);
    changed(runs);
    place.querySelector<HTMLElement>("button")?.focus();
    hideTip();
  });
  place.addEventListener("keydown", (event) => {
    const cell = (event.target as Element).closest("td");
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[
      event.key
    ];
    if (cell === null || step === undefined) return;
    const [down = 0, across = 0] = step;
    const row = cell.parentElement as HTMLTableRowElement;
    const rows = [...place.querySelectorAll("tr")];
    let [at, column] = [rows.indexOf(row) + down, cell.cellIndex + across];
    for (; rows[at]?.cells[column] !== undefined; at += down, column += across) {
      const button = rows[at]?.cells[column]?.querySelector("button") ?? null;
      if (button === null) continue;
      event.preventDefault();
      cell.querySelector("button")?.setAttribute("tabindex", "-1");
      button.tabIndex = 0;
      button.focus();
      return;
    }
  });
}
