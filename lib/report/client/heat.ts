// The map as a table: for each two values of two params the median of a metric over all the runs
// shown that have both, and how many those are. A plateau is a result, a single cell is luck.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { formatFigure } from "../numbers.ts";
import { betterOf, type Column, columnLabel, type Table, unitOf } from "./columns.ts";
import { type Band, bandsOf, type Param } from "./heat_bands.ts";
import { arrange, changed, type Runs } from "./runs.ts";
import { fillSelect } from "./scatter.ts";

/** Sets the heat map up; it is drawn while it is looked at. */
export function wireHeat(runs: Runs, metrics: readonly Column[], first: Column): void {
  const panel = document.getElementById("heat");
  const place = panel?.querySelector<HTMLElement>(".scroll") ?? null;
  const { table } = runs;
  const params = table.data.params.map((_, index): Param => ({ kind: "param", index }));
  const tab = document.getElementById("tab-heat");
  if (panel === null || place === null || tab === null) return;
  if (params.length < 2) {
    tab.hidden = true;
    return;
  }
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
  wireTabs(draw);
  wireCells(runs, place);
}

/** Numbers first: their order means something. */
function firstParams(table: Table, params: readonly Param[]): [Param, Param] {
  const [one, other] = params.toSorted((a, b) =>
    Number(table.setting(b.index).isNumeric) - Number(table.setting(a.index).isNumeric) ||
    a.index - b.index
  );
  return [one as Param, other as Param];
}

/** The two tabs over the map, as keyboards expect of tabs. */
function wireTabs(onShow: () => void): void {
  const tabs = ["dots", "heat"].flatMap((id) => {
    const [tab, panel] = [document.getElementById(`tab-${id}`), document.getElementById(id)];
    return tab === null || panel === null ? [] : [{ tab, panel }];
  });
  const show = (chosen: HTMLElement): void => {
    for (const { tab, panel } of tabs) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      panel.hidden = !on;
    }
    onShow();
  };
  for (const { tab } of tabs) {
    tab.addEventListener("click", () => show(tab));
    tab.addEventListener("keydown", ({ key }) => {
      if (key !== "ArrowLeft" && key !== "ArrowRight") return;
      const other = tabs.find((one) => one.tab !== tab)?.tab;
      if (other === undefined) return;
      show(other);
      other.focus();
    });
  }
}

interface Chosen {
  readonly rows: Param;
  readonly columns: Param;
  readonly metric: Column;
}

function drawn(runs: Runs, { rows, columns, metric }: Chosen): Element {
  const { table, order } = runs;
  const [down, across] = [bandsOf(runs, rows), bandsOf(runs, columns)];
  const values = table.numbers(metric);
  const cells = new Map<number, number[]>();
  const [rowCodes, columnCodes] = [
    table.setting(rows.index).codes,
    table.setting(columns.index).codes,
  ];
  for (const run of order) {
    const [row = -1, column = -1] = [
      down.of[rowCodes[run] ?? -1],
      across.of[columnCodes[run] ?? -1],
    ];
    const value = values[run] as number;
    if (row < 0 || column < 0 || Number.isNaN(value)) continue;
    const key = row * across.all.length + column;
    const known = cells.get(key);
    if (known === undefined) cells.set(key, [value]);
    else known.push(value);
  }
  const medians = new Map([...cells].map(([key, all]) => [key, medianOf(all)]));
  const low = [...medians.values()].reduce((least, value) => Math.min(least, value), Infinity);
  const high = [...medians.values()].reduce((most, value) => Math.max(most, value), -Infinity);
  const isLowGood = betterOf(table, metric) === "lower";
  const made = document.createElement("table");
  made.className = "heat-map";
  const caption = document.createElement("caption");
  caption.textContent = `${columnLabel(table, metric)}: rows ${columnLabel(table, rows)}, columns ${
    columnLabel(table, columns)
  }. ${down.note} ${across.note}`.trim();
  const head = document.createElement("tr");
  head.append(headCell("", "col"), ...across.all.map(({ label }) => headCell(label, "col")));
  made.append(caption, head);
  down.all.forEach((band, row) => {
    const line = document.createElement("tr");
    line.append(headCell(band.label, "row"));
    across.all.forEach((other, column) => {
      const key = row * across.all.length + column;
      const cell = document.createElement("td");
      const median = medians.get(key);
      if (median !== undefined) {
        const share = low === high ? 0.5 : (median - low) / (high - low);
        fillCell(cell, table, metric, { median, count: cells.get(key)?.length ?? 0 });
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

/** What a cell keeps when it is clicked. */
const kept = new WeakMap<Element, readonly [Band, Band]>();

function fillCell(
  cell: Element,
  table: Table,
  metric: Column,
  { median, count }: { readonly median: number; readonly count: number },
): void {
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1;
  const data = document.createElement("data");
  data.value = String(median);
  data.textContent = formatFigure(median, unitOf(table, metric));
  const many = document.createElement("small");
  many.textContent = formatFigure(count, "count");
  button.setAttribute(
    "aria-label",
    `${data.textContent}, ${count === 1 ? "1 run" : `${count} runs`}`,
  );
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

export function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle] ?? NaN
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** A click keeps the runs of a cell; arrow keys go from cell to cell. */
function wireCells(runs: Runs, place: HTMLElement): void {
  place.addEventListener("click", ({ target }) => {
    const bands = kept.get((target as Element).closest("td") ?? place);
    if (bands === undefined) return;
    for (const band of bands) band.keep(runs);
    arrange(runs);
    changed(runs);
    place.querySelector<HTMLElement>("button")?.focus();
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
