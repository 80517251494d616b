// The ticked runs as columns of one table, params and metrics as its rows, the best of each marked as
// `runs compare` does: this is where the funnel ends, and all there is on a page of a few runs.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import { formatFigure } from "../numbers.ts";
import {
  betterOf,
  cellText,
  type Column,
  columnId,
  columnLabel,
  columnMeaning,
  flagsOf,
  type Table,
} from "./columns.ts";
import { groupsOf } from "./leaderboard_head.ts";
import { nameElement, numberCell } from "./leaderboard_row.ts";
import { changed, COLOURS, type Runs, toggle } from "./runs.ts";

/** What has a part of its own, or is no figure. */
const NOT_COMPARED: ReadonlySet<Column["kind"]> = new Set(["param", "start", "curve", "flags"]);

/** Sets the table up and keeps it in step. */
export function wireSideBySide(runs: Runs): void {
  const table = document.getElementById("sides");
  const hint = document.getElementById("sides-hint");
  if (table === null || hint === null) return;
  const isFew = runs.table.data.count <= COLOURS;
  let full = false;
  runs.listeners.push((what) => {
    if (what === "all") show();
  });
  const show = (): void => {
    const shown = isFew
      ? Array.from({ length: runs.table.data.count }, (_, run) => run)
      : [...runs.selected.keys()];
    const isIn = shown.length > (isFew ? 0 : 1);
    hint.textContent = isIn ? "" : "Tick two to eight runs to see them side by side.";
    hint.hidden = isIn;
    table.hidden = !isIn;
    const focused = document.activeElement?.id ?? "";
    table.replaceChildren(...(isIn ? parts(runs, shown, full) : []));
    const button = table.querySelector("button");
    button?.addEventListener("click", () => {
      full = !full;
      show();
      table.querySelector("button")?.focus();
    });
    if (focused.startsWith("side-")) document.getElementById(focused)?.focus();
  };
}

function parts(runs: Runs, shown: readonly number[], full: boolean): HTMLElement[] {
  const { table, columns } = runs;
  const groups = groupsOf(table);
  const params = (groups.get("Parameters") ?? []).filter((column) =>
    new Set(shown.map((run) => cellText(table, run, column))).size > 1
  );
  const keys = columns.filter(({ kind }) => !NOT_COMPARED.has(kind));
  const known = new Set(keys.map(columnId));
  const rest = [...groups].filter(([title]) => title !== "Parameters" && title !== "The run")
    .map(([title, all]) => [title, all.filter((one) => !known.has(columnId(one)))] as const)
    .filter(([, all]) => all.length > 0);
  const folded = rest.reduce((sum, [, all]) => sum + all.length, 0);
  return [
    head(runs, shown),
    group(table, "Parameters", params, shown),
    group(table, "Key metrics", keys, shown),
    ...(full ? rest.map(([title, all]) => group(table, title, all, shown)) : []),
    ...(folded === 0 ? [] : [unfold(folded, full, shown.length)]),
  ];
}

/** Names, each with a tick that takes the run out of the charts. */
function head(runs: Runs, shown: readonly number[]): HTMLElement {
  const row = document.createElement("tr");
  const corner = document.createElement("td");
  row.append(corner);
  for (const run of shown) {
    const cell = document.createElement("th");
    cell.scope = "col";
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.id = `side-${run}`;
    box.checked = runs.selected.has(run);
    box.addEventListener("change", () => {
      toggle(runs, run);
      changed(runs);
    });
    cell.title = runs.table.data.ids[run] ?? "";
    const colour = runs.selected.get(run);
    if (colour !== undefined) cell.style.setProperty("--own", `var(--c${colour})`);
    label.append(box, " ", nameElement(runs.table, run));
    cell.append(label);
    const status = runs.table.status(run);
    const notes = [
      status === "FINISHED" ? "" : status.toLowerCase(),
      flagsOf(runs.table, run),
    ].filter((note) => note !== "");
    if (notes.length > 0) {
      const note = document.createElement("em");
      note.textContent = notes.join(", ");
      cell.append(note);
    }
    row.append(cell);
  }
  const made = document.createElement("thead");
  made.append(row);
  return made;
}

function group(
  table: Table,
  title: string,
  columns: readonly Column[],
  shown: readonly number[],
): HTMLElement {
  const body = document.createElement("tbody");
  if (columns.length === 0) return body;
  const heading = document.createElement("tr");
  const cell = document.createElement("th");
  cell.scope = "rowgroup";
  cell.colSpan = shown.length + 1;
  cell.textContent = title;
  heading.append(cell);
  body.append(heading);
  for (const column of columns) {
    const row = document.createElement("tr");
    const name = document.createElement("th");
    name.scope = "row";
    const label = document.createElement("bdi");
    label.textContent = columnLabel(table, column);
    name.append(label);
    name.title = columnMeaning(table, column);
    row.append(name);
    const best = bestAmong(table, column, shown);
    for (const run of shown) {
      const value = numberCell(table, run, column);
      if (best !== null && table.unranked[run] === 0 && table.numbers(column)[run] === best) {
        value.className = "best";
      }
      row.append(value);
    }
    body.append(row);
  }
  return body;
}

/** The best of at least two that are not all equal; null otherwise. */
function bestAmong(table: Table, column: Column, shown: readonly number[]): number | null {
  const better = betterOf(table, column);
  const values = shown.filter((run) => table.unranked[run] === 0)
    .map((run) => table.numbers(column)[run] ?? NaN).filter((value) => !Number.isNaN(value));
  if (better === "none" || values.length < 2 || new Set(values).size === 1) return null;
  return better === "higher" ? Math.max(...values) : Math.min(...values);
}

function unfold(folded: number, full: boolean, columns: number): HTMLElement {
  const foot = document.createElement("tfoot");
  const row = document.createElement("tr");
  const cell = document.createElement("td");
  cell.colSpan = columns + 1;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = full ? "Key metrics only" : `${formatFigure(folded, "count")} more metrics`;
  cell.append(button);
  row.append(cell);
  foot.append(row);
  return foot;
}
