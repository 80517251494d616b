// The leaderboard: a table sorted by a click on a column's name, with the best value of each metric
// marked. Rows are made again on each change; a thousand of them take some tens of milliseconds.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { formatFigure } from "../numbers.ts";
import {
  arrange,
  cellText,
  changed,
  COLOURS,
  type Column,
  columnLabel,
  firstDescending,
  numberOf,
  type Runs,
  sameColumn,
  selectTop,
  toggle,
} from "./runs.ts";

/** Sets the leaderboard up and keeps it in step. */
export function wireLeaderboard(runs: Runs): void {
  const find = document.getElementById("find") as HTMLInputElement | null;
  find?.addEventListener("input", () => {
    runs.find = find.value;
    arrange(runs);
    changed(runs);
  });
  document.getElementById("select-top")?.addEventListener("click", () => {
    selectTop(runs, COLOURS);
    changed(runs);
  });
  document.getElementById("select-none")?.addEventListener("click", () => {
    runs.selected.clear();
    changed(runs);
  });
  document.getElementById("show-all")?.addEventListener("click", () => {
    runs.rows = Infinity;
    changed(runs);
  });
  wireColumns(runs);
  runs.listeners.push(() => showRows(runs));
}

function wireColumns(runs: Runs): void {
  const { data, columns } = runs;
  const all: Column[] = [
    ...data.metrics.map((_, index): Column => ({ kind: "metric", index })),
    ...data.params.map((_, index): Column => ({ kind: "param", index })),
    { kind: "start" },
  ];
  const choices = all.map((column) => {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = columns.some((one) => sameColumn(one, column));
    box.addEventListener("change", () => {
      const at = columns.findIndex((one) => sameColumn(one, column));
      if (at < 0) columns.push(column);
      else columns.splice(at, 1);
      changed(runs);
    });
    label.append(box, ` ${columnLabel(data, column)}`);
    return label;
  });
  document.getElementById("columns")?.replaceChildren(...choices);
}

function showRows(runs: Runs): void {
  const { data, order, columns } = runs;
  const best = new Map(columns.map((column) => [column, bestOf(runs, column)] as const));
  const body = document.createElement("tbody");
  order.slice(0, runs.rows).forEach((index, rank) => body.append(rowOf(runs, index, rank, best)));
  const table = document.getElementById("board");
  const focused = document.activeElement?.id ?? "";
  table?.replaceChildren(headOf(runs), body);
  if (focused.startsWith("sort-")) document.getElementById(focused)?.focus();
  const all = document.getElementById("show-all");
  if (all !== null) {
    all.hidden = order.length <= runs.rows;
    all.textContent = `Show all ${formatFigure(order.length, "count")} rows`;
  }
  const count = document.getElementById("count");
  if (count !== null) {
    count.textContent =
      `${formatFigure(order.length, "count")} of ${
        formatFigure(data.runs.length, "count")
      } runs, ` +
      `${formatFigure(runs.selected.size, "count")} selected`;
  }
}

function headOf(runs: Runs): HTMLElement {
  const { data, columns, sort } = runs;
  const row = document.createElement("tr");
  row.append(headCell("Selected"), headCell("Rank"));
  const sortable: Column[] = [{ kind: "name" }, ...columns];
  for (const column of sortable) {
    const cell = headCell("");
    const button = document.createElement("button");
    const on = sameColumn(column, sort.column);
    button.type = "button";
    button.id = `sort-${column.kind}-${"index" in column ? column.index : 0}`;
    button.textContent = `${columnLabel(data, column)}${on ? (sort.descending ? " ↓" : " ↑") : ""}`;
    button.title = column.kind === "metric"
      ? data.metrics[column.index]?.explanation ?? ""
      : columnLabel(data, column);
    if (on) cell.setAttribute("aria-sort", sort.descending ? "descending" : "ascending");
    if (column.kind === "name") cell.className = "words";
    button.addEventListener("click", () => {
      const descending = on ? !sort.descending : firstDescending(data, column);
      runs.sort = { column, descending };
      arrange(runs);
      changed(runs);
    });
    cell.append(button);
    row.append(cell);
  }
  const head = document.createElement("thead");
  head.append(row);
  return head;
}

function headCell(text: string): HTMLTableCellElement {
  const cell = document.createElement("th");
  cell.scope = "col";
  cell.textContent = text;
  return cell;
}

function rowOf(
  runs: Runs,
  index: number,
  rank: number,
  best: ReadonlyMap<Column, number>,
): HTMLElement {
  const { data, columns, selected } = runs;
  const run = data.runs[index];
  const row = document.createElement("tr");
  if (run === undefined) return row;
  const place = selected.get(index);
  row.dataset["run"] = String(index);
  if (place !== undefined) {
    row.setAttribute("aria-selected", "true");
    row.style.setProperty("--own", `var(--c${place % COLOURS})`);
  }
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = place !== undefined;
  box.setAttribute("aria-label", `Select ${run.name}`);
  box.addEventListener("change", () => {
    toggle(runs, index);
    changed(runs);
  });
  const choice = document.createElement("td");
  choice.append(box);
  const number = document.createElement("td");
  number.textContent = String(rank + 1);
  const name = document.createElement("th");
  name.scope = "row";
  name.dir = "auto";
  name.textContent = run.name;
  name.title = `${run.name}\n${run.id} ${run.status}`;
  row.append(choice, number, name);
  for (const column of columns) {
    const cell = document.createElement("td");
    cell.textContent = cellText(data, run, column);
    if (column.kind === "param") {
      cell.dir = "auto";
      cell.title = cell.textContent;
    }
    if (numberOf(run, column) === best.get(column)) cell.className = "best";
    row.append(cell);
  }
  return row;
}

/** The best value found of a metric that has a good end; NaN, equal to nothing, otherwise. */
function bestOf({ data, order }: Runs, column: Column): number {
  const better = column.kind === "metric" ? data.metrics[column.index]?.better : "none";
  if (better !== "higher" && better !== "lower") return NaN;
  let best = NaN;
  for (const index of order) {
    const run = data.runs[index];
    const value = run === undefined ? NaN : numberOf(run, column);
    if (Number.isNaN(value)) continue;
    if (Number.isNaN(best) || (better === "higher" ? value > best : value < best)) best = value;
  }
  return best;
}
