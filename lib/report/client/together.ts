// The ticked runs together: how alike their returns are, and what the same share in each would have
// been. Both need the very returns, which the page holds of the best runs alone.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import { doublesOf, type EmbeddedRows } from "../embedded.ts";
import { strategyInView, type ViewKey } from "../in_view.ts";
import { formatFigure } from "../numbers.ts";
import { nameOf, type Table } from "./columns.ts";
import { equalWeight } from "./growth.ts";
import { correlation } from "./halves.ts";
import type { Runs } from "./runs.ts";

/** Sets both tables up and keeps them in step. */
export function wireTogether(runs: Runs): void {
  const { shared } = runs.table.data;
  const hint = document.getElementById("together-hint");
  const matrix = document.getElementById("correlation");
  const portfolio = document.getElementById("portfolio");
  const pair = matrix?.closest<HTMLElement>(".pair") ?? null;
  if (shared === null || hint === null || matrix === null || portfolio === null || pair === null) {
    return;
  }
  const columnOf = columnsOf(shared);
  runs.listeners.push((what) => {
    if (what === "order") return;
    const ticked = [...runs.selected.keys()];
    const held = ticked.flatMap((run) => {
      const column = columnOf(run);
      return column === null ? [] : [{ run, column }];
    });
    const lacking = ticked.length - held.length;
    pair.hidden = held.length < 2;
    hint.textContent = hintText(held.map(({ column }) => column), lacking);
    if (held.length < 2) return;
    matrix.replaceChildren(...correlations(runs, held));
    portfolio.replaceChildren(...figures(runs, held, shared.periods));
  });
}

/** The figures of a portfolio, no rate taken off. */
const PORTFOLIO: readonly (readonly [key: ViewKey, title: string, unit: "ratio" | "fraction"])[] = [
  ["sharpe_ratio", "Sharpe Ratio", "ratio"],
  ["volatility", "Volatility", "fraction"],
  ["max_drawdown", "Max Drawdown", "fraction"],
  ["total_return", "Total Return", "fraction"],
];

interface Held {
  readonly run: number;
  readonly column: Float64Array;
}

/** Returns of a run on the shared rows; null where the page does not hold them. */
function columnsOf({ runs, rows, returns }: EmbeddedRows): (run: number) => Float64Array | null {
  let all: Float64Array | null = null;
  const places = new Map(runs.map((run, place) => [run, place]));
  return (run) => {
    all ??= doublesOf(returns);
    const place = places.get(run);
    if (place === undefined || (place + 1) * rows > all.length) return null;
    return all.subarray(place * rows, (place + 1) * rows);
  };
}

function hintText(columns: readonly Float64Array[], lacking: number): string {
  const lack = lacking === 0
    ? ""
    : `${
      lacking === 1 ? "1 ticked run is" : `${lacking} ticked runs are`
    } left out: the page does ` +
      "not hold returns of it on the rows that the best runs share.";
  if (columns.length < 2) {
    return `Tick at least two runs whose returns are here. ${lack}`.trim();
  }
  let squares = 0;
  for (const one of columns) {
    for (const other of columns) squares += (one === other ? 1 : correlation(one, other)) ** 2;
  }
  const effective = columns.length ** 2 / squares;
  return `${columns.length} runs, as good as ${
    formatFigure(effective, "ratio")
  } independent ones (participation ratio of their correlations). ${lack}`.trim();
}

function correlations({ table, selected }: Runs, held: readonly Held[]): HTMLElement[] {
  const head = document.createElement("tr");
  head.append(document.createElement("td"));
  held.forEach(({ run }, place) => head.append(nameCell(table, run, "col", selected, place)));
  const rows = held.map((one, place) => {
    const row = document.createElement("tr");
    row.append(nameCell(table, one.run, "row", selected, place));
    for (const other of held) {
      const value = one === other ? 1 : correlation(one.column, other.column);
      const cell = document.createElement("td");
      cell.append(dataOf(value));
      // From none to full, whatever the sign: what is alike either way is no second run.
      cell.style.setProperty("--share", String(Math.abs(value)));
      row.append(cell);
    }
    return row;
  });
  return [head, ...rows];
}

function figures(
  { table, selected }: Runs,
  held: readonly Held[],
  periods: number,
): HTMLElement[] {
  const head = document.createElement("tr");
  head.append(document.createElement("td"));
  for (const [, title] of PORTFOLIO) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = title;
    head.append(cell);
  }
  const row = (name: HTMLElement, column: Float64Array): HTMLElement => {
    const figures = strategyInView(
      { returns: column, benchmark: null, rates: null, rate: 0, periods },
      0,
      column.length - 1,
    );
    const made = document.createElement("tr");
    made.append(name);
    for (const [key, , unit] of PORTFOLIO) {
      const cell = document.createElement("td");
      cell.append(dataOf(figures[key], unit));
      made.append(cell);
    }
    return made;
  };
  const whole = document.createElement("th");
  whole.scope = "row";
  whole.textContent = "Portfolio";
  const together = row(whole, equalWeight(held.map(({ column }) => column)));
  together.className = "whole";
  return [
    head,
    together,
    ...held.map(({ run, column }, place) =>
      row(nameCell(table, run, "row", selected, place), column)
    ),
  ];
}

function nameCell(
  table: Table,
  run: number,
  scope: string,
  selected: Runs["selected"],
  place: number,
): HTMLElement {
  const cell = document.createElement("th");
  cell.scope = scope;
  const name = document.createElement("bdi");
  name.textContent = scope === "col" ? String(place + 1) : `${place + 1} ${nameOf(table, run)}`;
  cell.title = nameOf(table, run);
  cell.style.setProperty("--own", `var(--c${selected.get(run) ?? 0})`);
  cell.append(name);
  return cell;
}

function dataOf(value: number, unit: "ratio" | "fraction" = "ratio"): HTMLElement {
  const data = document.createElement("data");
  data.value = Number.isNaN(value) ? "" : String(value);
  data.textContent = formatFigure(value, unit);
  return data;
}
