// The comparison page's state: which runs are shown, in which order, which are selected, and who
// wants to know. Parts of the page read it and change it here, and never one another.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import type { EmbeddedComparison, EmbeddedRun } from "../embedded.ts";
import { formatDate, formatFigure } from "../numbers.ts";

/** A column of the leaderboard, or an axis of a scatter: a metric, a param, or the run's own. */
export type Column =
  | { readonly kind: "metric"; readonly index: number }
  | { readonly kind: "param"; readonly index: number }
  | { readonly kind: "name" }
  | { readonly kind: "start" };

export interface Runs {
  readonly data: EmbeddedComparison;
  /** Positions of the runs found, in order. */
  order: number[];
  sort: { readonly column: Column; readonly descending: boolean };
  find: string;
  /** How many rows the leaderboard makes: laying out thousands takes longer than drawing the rest. */
  rows: number;
  readonly columns: Column[];
  /** Selected runs and the place of each one's colour. */
  readonly selected: Map<number, number>;
  readonly listeners: (() => void)[];
}

export const COLOURS = 8;

/** Rows of the leaderboard before all are asked for. */
export const FIRST_ROWS = 200;

export function changed(runs: Runs): void {
  for (const listener of runs.listeners) listener();
}

export function sameColumn(one: Column, other: Column): boolean {
  return one.kind === other.kind &&
    ("index" in one ? one.index : 0) === ("index" in other ? other.index : 0);
}

export function columnLabel(data: EmbeddedComparison, column: Column): string {
  if (column.kind === "metric") return data.metrics[column.index]?.label ?? "";
  if (column.kind === "param") return data.params[column.index] ?? "";
  return column.kind === "name" ? "Run" : "Started";
}

/** A number where the column has one: metrics, times, and params whose text is a number. */
export function numberOf(run: EmbeddedRun, column: Column): number {
  if (column.kind === "metric") return run.metrics[column.index] ?? NaN;
  if (column.kind === "start") return run.start;
  const text = textOf(run, column);
  return text.trim() === "" ? NaN : Number(text);
}

function textOf(run: EmbeddedRun, column: Column): string {
  if (column.kind === "param") return run.params[column.index] ?? "";
  return column.kind === "name" ? run.name : "";
}

/** A cell as it is read. */
export function cellText(data: EmbeddedComparison, run: EmbeddedRun, column: Column): string {
  if (column.kind === "metric") {
    return formatFigure(
      run.metrics[column.index] ?? NaN,
      data.metrics[column.index]?.unit ?? "ratio",
    );
  }
  return column.kind === "start" ? formatDate(run.start - run.start % 1000) : textOf(run, column);
}

/** Which way a first click sorts: the good end on top. */
export function firstDescending(data: EmbeddedComparison, column: Column): boolean {
  if (column.kind === "metric") return data.metrics[column.index]?.better !== "lower";
  return column.kind === "start";
}

/** Finds and orders; runs without a value come last either way, equal ones keep their order. */
export function arrange(runs: Runs): void {
  const { data, sort: { column, descending } } = runs;
  const words = runs.find.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const found = data.runs.flatMap((run, index) => {
    const text = [run.name, run.id, ...run.params].join("\n").toLowerCase();
    return words.every((word) => text.includes(word)) ? [index] : [];
  });
  const numbers = data.runs.map((run) => numberOf(run, column));
  const texts = data.runs.map((run) => textOf(run, column));
  const sign = descending ? -1 : 1;
  const isText = column.kind === "name" ||
    (column.kind === "param" &&
      found.some((index) => Number.isNaN(numbers[index]) && texts[index] !== ""));
  runs.order = found.sort((one, other) => {
    if (isText) {
      return sign * (texts[one] ?? "").localeCompare(texts[other] ?? "", "en", { numeric: true });
    }
    const [a = NaN, b = NaN] = [numbers[one], numbers[other]];
    if (Number.isNaN(a) || Number.isNaN(b)) {
      return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    }
    return sign * (a - b);
  });
}

/** Selects or lets go; a new one takes the first free colour. */
export function toggle(runs: Runs, index: number): void {
  if (!runs.selected.delete(index)) {
    const taken = new Set(runs.selected.values());
    let place = 0;
    while (taken.has(place)) place++;
    runs.selected.set(index, place);
  }
}

export function selectTop(runs: Runs, count: number): void {
  runs.selected.clear();
  for (const index of runs.order.slice(0, count)) toggle(runs, index);
}
