// The filters beside the map: a pair of sliders for each column of numbers, ticks for a param of few
// texts, chips for what looks at all runs, and the same search as a command.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { formatFigure } from "../numbers.ts";
import { betterOf, type Column, columnId, columnLabel, type Table, unitOf } from "./columns.ts";
import { commandText } from "./command.ts";
import { copyText } from "./leaderboard_head.ts";
import { arrange, changed, type Range, type Runs, setFilter, setFind } from "./runs.ts";

/** Steps of a slider over numbers that are all different. */
const STEPS = 200;
/** A param of at most so many numbers steps from one to the next. */
const FEW_VALUES = 60;
/** Texts that are offered one by one. */
export const MOST_TEXTS = 12;
const MOST_PARAMS = 16;

/** Sets the filters up and keeps them in step. */
export function wireFilters(runs: Runs): void {
  const host = document.getElementById("ranges-of");
  const details = document.getElementById("filters") as HTMLDetailsElement | null;
  if (host === null || details === null) return;
  // On a phone the map comes first.
  details.open = matchMedia("(min-width: 1000px)").matches;
  for (const column of filtered(runs)) {
    const made = column.kind === "param" && !runs.table.setting(column.index).isNumeric
      ? textFilter(runs, column)
      : rangeFilter(runs, column);
    if (made !== null) host.append(made);
  }
  document.getElementById("clear")?.addEventListener("click", () => {
    runs.filters.clear();
    [runs.onePerCluster, runs.onFront] = [false, false];
    const find = document.getElementById("find") as HTMLInputElement | null;
    if (find !== null) find.value = "";
    setFind(runs, "");
    arrange(runs);
    changed(runs);
  });
  wireChips(runs);
  wireCommand(runs);
}

/** Params first, then the metrics that are columns, then both parts of the rows. */
function filtered({ table, columns }: Runs): Column[] {
  const halves: Column[] = table.halves === null ? [] : [{ kind: "before" }, { kind: "after" }];
  return [
    ...table.data.params.slice(0, MOST_PARAMS).map((_, index) =>
      ({ kind: "param", index }) as const
    ),
    ...columns.filter(({ kind }) => kind === "metric"),
    ...halves,
  ];
}

/** A filter from one stop to another, open where a slider is at its end; null for all. */
export function rangeBetween(
  column: Column,
  stops: readonly number[],
  from: number,
  to: number,
): Range | null {
  const last = stops.length - 1;
  if (from <= 0 && to >= last) return null;
  return {
    ...{ kind: "range", column },
    low: from <= 0 ? -Infinity : stops[from] ?? NaN,
    high: to >= last ? Infinity : stops[to] ?? NaN,
  };
}

/** The numbers that a slider stops at. */
export function stopsOf(table: Table, column: Column): readonly number[] {
  const distinct = new Set<number>();
  let [low, high] = [Infinity, -Infinity];
  table.numbers(column).forEach((value, run) => {
    // What never traded would stretch a slider to a drawdown of nothing.
    if (!Number.isFinite(value) || table.unranked[run] === 1) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
    if (distinct.size <= FEW_VALUES) distinct.add(value);
  });
  if (distinct.size <= FEW_VALUES) return [...distinct].sort((one, other) => one - other);
  // As few digits as tell the steps apart, so that the command can be read.
  const digits = 10 ** (Math.floor(Math.log10((high - low) / STEPS)));
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const value = low + ((high - low) * step) / STEPS;
    const round = step === 0 ? Math.floor : step === STEPS ? Math.ceil : Math.round;
    return Number((round(value / digits) * digits).toPrecision(12));
  });
}

/** Two sliders, one for each end; null where there is nothing to choose. */
function rangeFilter(runs: Runs, column: Column): HTMLElement | null {
  const { table } = runs;
  const stops = stopsOf(table, column);
  if (stops.length < 2) return null;
  const last = stops.length - 1;
  const fields = document.createElement("fieldset");
  const legend = document.createElement("legend");
  const name = document.createElement("bdi");
  name.textContent = columnLabel(table, column);
  const shown = document.createElement("output");
  legend.append(name, " ", shown);
  const pair = document.createElement("div");
  pair.className = "sliders";
  const [low, high] = (["at least", "at most"] as const).map((end) => {
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: "0", max: String(last), step: "1" });
    slider.value = end === "at least" ? "0" : String(last);
    slider.setAttribute("aria-label", `${columnLabel(table, column)}: ${end}`);
    return slider;
  }) as [HTMLInputElement, HTMLInputElement];
  const text = (stop: number): string => {
    const value = stops[stop] ?? NaN;
    if (column.kind !== "param") return formatFigure(value, unitOf(table, column));
    const { texts, numbers } = table.setting(column.index);
    // As it was written, where the slider stops at the very values.
    return texts[numbers.indexOf(value)] ?? String(value);
  };
  const show = (): void => {
    const [from, to] = [Number(low.value), Number(high.value)];
    shown.textContent = `${text(from)} to ${text(to)}`;
    low.setAttribute("aria-valuetext", text(from));
    high.setAttribute("aria-valuetext", text(to));
    pair.style.setProperty("--from", `${(from / last) * 100}%`);
    pair.style.setProperty("--to", `${(to / last) * 100}%`);
  };
  const set = soon(() => {
    setFilter(runs, column, rangeBetween(column, stops, Number(low.value), Number(high.value)));
    arrange(runs);
    changed(runs);
  });
  low.addEventListener("input", () => {
    low.value = String(Math.min(Number(low.value), Number(high.value)));
    show();
    set();
  });
  high.addEventListener("input", () => {
    high.value = String(Math.max(Number(low.value), Number(high.value)));
    show();
    set();
  });
  pair.append(low, high);
  fields.append(legend, pair);
  // Others set filters too: a cell of the heat map, and who clears all.
  runs.listeners.push(() => {
    const filter = runs.filters.get(columnId(column));
    const isRange = filter?.kind === "range";
    low.value = String(isRange ? Math.max(0, stops.findIndex((one) => one >= filter.low)) : 0);
    const beyond = isRange ? stops.findIndex((one) => one > filter.high) : -1;
    high.value = String(beyond < 0 ? last : beyond - 1);
    show();
  });
  return fields;
}

/** A tick for each text; null where there are too many. */
function textFilter(runs: Runs, column: Column & { kind: "param" }): HTMLElement | null {
  const { texts } = runs.table.setting(column.index);
  if (texts.length < 2 || texts.length > MOST_TEXTS) return null;
  const fields = document.createElement("fieldset");
  const legend = document.createElement("legend");
  const name = document.createElement("bdi");
  name.textContent = columnLabel(runs.table, column);
  legend.append(name);
  fields.append(legend);
  const boxes = texts.map((text) => {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = true;
    const shown = document.createElement("bdi");
    shown.textContent = text === "" ? "(empty)" : text;
    label.append(box, " ", shown);
    fields.append(label);
    return box;
  });
  const set = (): void => {
    const codes = new Set(boxes.flatMap(({ checked }, code) => checked ? [code] : []));
    setFilter(runs, column, codes.size === texts.length ? null : { kind: "choice", column, codes });
    arrange(runs);
    changed(runs);
  };
  for (const box of boxes) box.addEventListener("change", set);
  runs.listeners.push(() => {
    const filter = runs.filters.get(columnId(column));
    boxes.forEach((box, code) => {
      box.checked = filter?.kind !== "choice" || filter.codes.has(code);
    });
  });
  return fields;
}

/** Work once before the next picture, however often it is asked for. */
export function soon(work: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      work();
    });
  };
}

/** Buttons that are pressed or not. */
function wireChips(runs: Runs): void {
  const host = document.getElementById("chips");
  const { table } = runs;
  const add = (
    label: () => string,
    isOn: () => boolean,
    press: () => void,
    isOffered = (): boolean => true,
  ): void => {
    const button = document.createElement("button");
    button.type = "button";
    button.addEventListener("click", () => {
      press();
      arrange(runs);
      changed(runs);
    });
    runs.listeners.push(() => {
      button.textContent = label();
      button.setAttribute("aria-pressed", String(isOn()));
      button.hidden = !isOffered();
    });
    host?.append(button);
  };
  const idle = table.data.idle.length;
  if (idle > 0) {
    const text = `${formatFigure(idle, "count")} ${idle === 1 ? "run" : "runs"} never traded`;
    add(
      () => `${text}: ${runs.hidesIdle ? "hidden" : "shown"}`,
      () => runs.hidesIdle,
      () => runs.hidesIdle = !runs.hidesIdle,
    );
  }
  if (table.data.shared !== null && table.data.shared.clusters.length > 1) {
    add(
      () => "One per cluster",
      () => runs.onePerCluster,
      () => runs.onePerCluster = !runs.onePerCluster,
    );
  }
  add(
    () => "On the Pareto front",
    () => runs.onFront,
    () => runs.onFront = !runs.onFront,
    () => {
      const { axes } = runs;
      return axes !== null && [axes.x, axes.y].every((axis) => betterOf(table, axis) !== "none");
    },
  );
}

function wireCommand(runs: Runs): void {
  const place = document.getElementById("as-command");
  const text = place?.querySelector("pre") ?? null;
  if (place === null || text === null) return;
  document.getElementById("copy")?.addEventListener("click", () => {
    void copyText(text.textContent ?? "", "copy");
  });
  runs.listeners.push(() => {
    const command = commandText(runs);
    const isFiltered =
      runs.filters.size + runs.find.words.length + runs.find.conditions.length > 0 ||
      runs.onePerCluster || runs.onFront;
    place.hidden = runs.table.data.command === null || !isFiltered;
    text.textContent = command ?? "No filter of a command says what is shown here.";
    const button = document.getElementById("copy");
    if (button !== null) button.hidden = command === null;
  });
}

/** Keeps the runs with one value of a param alone. */
export function keepValue(runs: Runs, column: Column & { kind: "param" }, code: number): void {
  const { numbers, isNumeric } = runs.table.setting(column.index);
  const value = numbers[code] ?? NaN;
  setFilter(
    runs,
    column,
    isNumeric
      ? { kind: "range", column, low: value, high: value }
      : { kind: "choice", column, codes: new Set([code]) },
  );
}
