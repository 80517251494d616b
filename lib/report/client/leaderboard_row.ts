// One row of the leaderboard. Numbers are exact in their `data` elements, as on the tear sheet.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import { cellText, type Column, flagsOf, nameOf, type Table } from "./columns.ts";
import type { Runs } from "./runs.ts";
import { sparkline } from "./sparkline.ts";

/** What all rows are drawn with. */
export interface RowLook {
  /** The best value of each column. */
  readonly best: ReadonlyMap<Column, number>;
  /** True where no more runs may be ticked. */
  readonly full: boolean;
}

export function leaderboardRow(
  runs: Runs,
  run: number,
  place: number,
  { best, full }: RowLook,
): HTMLTableRowElement {
  const { table, columns, selected } = runs;
  const row = document.createElement("tr");
  const colour = selected.get(run);
  row.dataset["run"] = String(run);
  row.dataset["place"] = String(place);
  row.setAttribute("aria-rowindex", String(place + 2));
  if (colour !== undefined) {
    row.classList.add("ticked");
    row.style.setProperty("--own", `var(--c${colour})`);
  }
  const isUnranked = table.unranked[run] === 1;
  row.append(choiceCell(runs, run, place, full), nameCell(table, run));
  for (const column of columns) {
    const cell = numberCell(table, run, column);
    const value = table.numbers(column)[run] ?? NaN;
    if (!isUnranked && value === best.get(column)) cell.className = "best";
    row.append(cell);
  }
  if (isUnranked) row.classList.add("unranked");
  return row;
}

/** The tick, and the rank, where there is one. */
function choiceCell({ table, selected }: Runs, run: number, place: number, full: boolean): Element {
  const cell = document.createElement("td");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = selected.has(run);
  box.setAttribute("aria-label", `Tick ${nameOf(table, run)}`);
  if (full && !box.checked) box.title = "Let a ticked run go first";
  const rank = document.createElement("span");
  rank.textContent = table.unranked[run] === 1 ? "–" : String(place + 1);
  cell.append(box, rank);
  return cell;
}

function nameCell(table: Table, run: number): Element {
  const { data } = table;
  const cell = document.createElement("th");
  cell.scope = "row";
  const status = table.status(run);
  const unusual = status === "FINISHED" || status === "" ? "" : status;
  cell.title = [nameOf(table, run), data.ids[run], unusual].join("\n").trim();
  const second = document.createElement("small");
  // On a phone it stands for the columns beside: what must be known first.
  const settings = data.params.slice(0, 4).map((param, index) => {
    const { texts, codes } = table.setting(index);
    return `${param} ${texts[codes[run] ?? -1] ?? "–"}`;
  });
  second.textContent = [flagsOf(table, run), ...settings].filter((text) => text !== "").join(" · ");
  cell.append(nameElement(table, run));
  if (unusual !== "") {
    const mark = document.createElement("em");
    mark.textContent = ` ${unusual.toLowerCase()}`;
    cell.append(mark);
  }
  cell.append(second);
  return cell;
}

/** The run's name, which leads to its tear sheet where there is one. */
export function nameElement(table: Table, run: number): HTMLElement {
  const name = document.createElement("bdi");
  name.textContent = nameOf(table, run);
  const href = table.sheets.get(run);
  if (href === undefined) return name;
  const link = document.createElement("a");
  link.href = href;
  link.append(name);
  return link;
}

/** A figure as it is read, its exact value with it; a text of a param. */
export function numberCell(table: Table, run: number, column: Column): HTMLTableCellElement {
  const cell = document.createElement("td");
  const text = cellText(table, run, column);
  if (column.kind === "curve") {
    const picture = sparkline(table.curves, run);
    cell.className = "curve";
    picture?.setAttribute("role", "img");
    picture?.setAttribute("aria-label", `Curve to ${text}`);
    cell.append(picture ?? "no curve");
    return cell;
  }
  if (column.kind === "metric" || column.kind === "before" || column.kind === "after") {
    const value = table.numbers(column)[run] ?? NaN;
    const data = document.createElement("data");
    data.value = Number.isNaN(value) ? "" : String(value);
    data.textContent = text;
    cell.append(data);
    return cell;
  }
  const foreign = document.createElement("bdi");
  foreign.textContent = text;
  if (column.kind === "param" || column.kind === "flags") cell.title = text;
  if (column.kind === "flags") cell.className = "flags";
  cell.append(foreign);
  return cell;
}
