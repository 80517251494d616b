// The leaderboard's head, whose buttons sort; which columns there are, by group and with a search;
// and its rows as CSV.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import {
  cellText,
  type Column,
  columnId,
  columnLabel,
  columnMeaning,
  sameColumn,
  type Table,
} from "./columns.ts";
import { arrange, changed, firstDescending, type Runs, setFind } from "./runs.ts";

/** Makes the head anew, and keeps the focus where it was. */
export function leaderboardHead(runs: Runs, table: HTMLElement): void {
  const row = document.createElement("tr");
  row.setAttribute("aria-rowindex", "1");
  const choice = document.createElement("th");
  choice.scope = "col";
  choice.textContent = "Rank";
  row.append(choice);
  for (const column of [{ kind: "name" } as const, ...runs.columns]) {
    row.append(headCell(runs, column));
  }
  const focused = document.activeElement?.id ?? "";
  table.querySelector("thead")?.replaceChildren(row);
  if (focused.startsWith("sort-")) document.getElementById(focused)?.focus();
}

function headCell(runs: Runs, column: Column): Element {
  const { table, sort } = runs;
  const cell = document.createElement("th");
  cell.scope = "col";
  if (column.kind === "curve" || column.kind === "flags") cell.className = column.kind;
  const button = document.createElement("button");
  const on = sameColumn(column, sort.column);
  button.type = "button";
  button.id = `sort-${columnId(column)}`;
  const label = document.createElement("bdi");
  label.textContent = columnLabel(table, column);
  button.append(label);
  if (on) button.append(sort.descending ? " ↓" : " ↑");
  button.title = columnMeaning(table, column);
  if (on) cell.setAttribute("aria-sort", sort.descending ? "descending" : "ascending");
  button.addEventListener("click", () => {
    const descending = on ? !sort.descending : firstDescending(table, column);
    runs.sort = { column, descending };
    arrange(runs);
    // Which run is shown for its cluster depends on the order.
    changed(runs, runs.onePerCluster ? "all" : "order");
  });
  cell.append(button);
  return cell;
}

/** What is looked for, which columns there are, and what is copied. */
export function wireColumns(runs: Runs): void {
  const { table, columns } = runs;
  const host = document.getElementById("columns");
  if (host === null) return;
  wireFind(runs);
  const first = [...columns];
  const boxes: HTMLInputElement[] = [];
  for (const [title, group] of groupsOf(table)) {
    const fields = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = title;
    fields.append(legend);
    for (const column of group) {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.value = columnId(column);
      box.checked = columns.some((one) => sameColumn(one, column));
      box.addEventListener("change", () => {
        const at = columns.findIndex((one) => sameColumn(one, column));
        if (at < 0) columns.push(column);
        else columns.splice(at, 1);
        changed(runs);
      });
      const name = document.createElement("bdi");
      name.textContent = columnLabel(table, column);
      label.append(box, " ", name);
      fields.append(label);
      boxes.push(box);
    }
    host.append(fields);
  }
  const search = document.getElementById("find-column") as HTMLInputElement | null;
  search?.addEventListener("input", () => {
    const wanted = search.value.toLowerCase();
    for (const label of host.querySelectorAll("label")) {
      label.hidden = !(label.textContent ?? "").toLowerCase().includes(wanted);
    }
    for (const fields of host.querySelectorAll("fieldset")) {
      fields.hidden = fields.querySelector("label:not([hidden])") === null;
    }
  });
  document.getElementById("key-columns")?.addEventListener("click", () => {
    columns.splice(0, columns.length, ...first);
    for (const box of boxes) box.checked = columns.some((one) => columnId(one) === box.value);
    changed(runs);
  });
  document.getElementById("csv")?.addEventListener("click", () => void copy(runs));
}

function wireFind(runs: Runs): void {
  const find = document.getElementById("find") as HTMLInputElement | null;
  find?.addEventListener("input", () => {
    setFind(runs, find.value);
    arrange(runs);
    changed(runs);
  });
  runs.listeners.push(() => {
    const found = document.getElementById("found");
    if (found !== null) found.textContent = runs.find.problem;
  });
}

/** All columns by what they are about. */
export function groupsOf(
  { data, halves, curves, flags }: Table,
): ReadonlyMap<string, readonly Column[]> {
  const groups = new Map<string, Column[]>();
  const add = (title: string, column: Column): void => {
    groups.set(title, [...groups.get(title) ?? [], column]);
  };
  data.params.forEach((_, index) => add("Parameters", { kind: "param", index }));
  data.metrics.forEach(({ group }, index) => add(group, { kind: "metric", index }));
  if (halves !== null) {
    add("In and out of sample", { kind: "before" });
    add("In and out of sample", { kind: "after" });
  }
  if (curves.byRun.size > 0) add("The run", { kind: "curve" });
  if (flags.texts.length > 0) add("The run", { kind: "flags" });
  add("The run", { kind: "start" });
  return groups;
}

/** The rows shown, with exact numbers; into a field to copy from where the page may not. */
async function copy(runs: Runs): Promise<void> {
  const { table, order } = runs;
  // A curve is no number.
  const columns = runs.columns.filter(({ kind }) => kind !== "curve");
  const cell = (text: string): string =>
    /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = [["run_id", "run_name", ...columns.map((one) => columnLabel(table, one))]];
  for (const run of order) {
    lines.push([
      table.data.ids[run] ?? "",
      table.data.names[run] ?? "",
      ...columns.map((column) => {
        if (["param", "start", "flags"].includes(column.kind)) return cellText(table, run, column);
        const value = table.numbers(column)[run] ?? NaN;
        return Number.isNaN(value) ? "" : String(value);
      }),
    ]);
  }
  await copyText(lines.map((line) => line.map(cell).join(",")).join("\n") + "\n", "csv");
}

/** Copies text and says so on the button; where copying is not allowed it says that. */
export async function copyText(text: string, buttonId: string): Promise<void> {
  const button = document.getElementById(buttonId);
  if (button === null) return;
  const label = button.dataset["label"] ??= button.textContent ?? "";
  // Only a page from a server that is trusted has one.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  const isCopied = await clipboard?.writeText(text).then(() => true, () => byHand(text)) ??
    byHand(text);
  button.textContent = isCopied ? "Copied" : "Copying is not allowed here";
  setTimeout(() => button.textContent = label, 2_000);
}

/** The way before there was a clipboard, which sandboxed frames still allow. */
function byHand(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}
