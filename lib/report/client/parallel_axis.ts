// One axis of the parallel lines: its name, its numbers, and the stretch of it that is kept. Dragging
// along it keeps the runs in between, a click lets go; the stops are those of the sliders.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import { type Column, columnId, columnLabel, type Table } from "./columns.ts";
import { rangeBetween, stopsOf } from "./filters.ts";
import { arrange, changed, type Choice, type Range, type Runs, setFilter } from "./runs.ts";
import { element, words } from "./scatter.ts";
import type { Scale } from "./scatter_scale.ts";

/** An axis and where it stands. */
export interface Axis {
  readonly column: Column;
  readonly left: number;
  readonly scale: Scale;
}

/** The heights between which an axis goes, and that of the picture. */
export const TOP = 40;
export const BOTTOM = 424;
export const HEIGHT = 440;
/** Left and right of an axis, what a finger reaches. */
const REACH = 18;
/** Room beside the outer axes. */
export const SIDE = 44;
const LONGEST_NAME = 18;
/** A shorter drag is a click. */
const LEAST_DRAG = 5;

/** The axis as SVG; those beside each other have their names at two heights. */
export function axisOf(
  runs: Runs,
  axis: Axis,
  { place, of }: { readonly place: number; readonly of: number },
): readonly SVGElement[] {
  const { column, left, scale } = axis;
  const label = columnLabel(runs.table, column);
  const name = label.length > LONGEST_NAME ? `${label.slice(0, LONGEST_NAME - 1)}…` : label;
  // The outer names keep within the picture.
  const [shift, anchor]: [number, string] = place === 0
    ? [-SIDE, "start"]
    : place === of - 1
    ? [SIDE, "end"]
    : [0, "middle"];
  const title = words(name, left + shift, place % 2 === 0 ? 12 : 28, anchor);
  title.setAttribute("class", "title");
  const held = element("rect", { x: left - 6, width: 12, class: "held" });
  show(held, heldOf(runs, axis));
  const hit = element("rect", {
    ...{ x: left - REACH, y: TOP - 8, width: 2 * REACH, height: BOTTOM - TOP + 16 },
    class: "brush",
  });
  wireBrush(runs, axis, hit, held);
  return [
    element("line", { x1: left, x2: left, y1: TOP, y2: BOTTOM, class: "axis" }),
    ...scale.ticks.map(({ at, text }) => words(text, left + 8, at + 4, "start")),
    ...[title, held, hit],
  ];
}

type Stretch = readonly [upper: number, lower: number];

function show(held: SVGElement, stretch: Stretch | null): void {
  const [upper, lower] = stretch ?? [0, 0];
  held.setAttribute("y", String(upper));
  held.setAttribute("height", String(lower - upper));
}

/** What of the axis is kept now; null where all is. */
function heldOf({ filters }: Runs, { column, scale }: Axis): Stretch | null {
  const filter = filters.get(columnId(column));
  if (filter === undefined) return null;
  const ends = filter.kind === "choice" ? [...filter.codes].map(scale.placeOf) : [
    filter.low === -Infinity ? BOTTOM : scale.placeOf(filter.low),
    filter.high === Infinity ? TOP : scale.placeOf(filter.high),
  ];
  const [upper, lower] = [Math.min(...ends) - 4, Math.max(...ends) + 4];
  return upper < lower ? [upper, lower] : null;
}

function wireBrush(runs: Runs, axis: Axis, hit: SVGElement, held: SVGElement): void {
  let from: number | null = null;
  const stretchTo = (event: PointerEvent): Stretch => {
    const box = hit.ownerSVGElement?.getBoundingClientRect();
    const at = (event.clientY - (box?.top ?? 0)) * HEIGHT / (box?.height ?? HEIGHT);
    from ??= at;
    return [Math.min(from, at), Math.max(from, at)];
  };
  hit.addEventListener("pointerdown", (event) => {
    hit.setPointerCapture(event.pointerId);
    from = null;
    stretchTo(event);
  });
  hit.addEventListener("pointermove", (event) => {
    if (from !== null) show(held, stretchTo(event));
  });
  hit.addEventListener("pointercancel", () => {
    from = null;
    show(held, heldOf(runs, axis));
  });
  hit.addEventListener("pointerup", (event) => {
    if (from === null) return;
    const [upper, lower] = stretchTo(event);
    from = null;
    const isClick = lower - upper < LEAST_DRAG;
    setFilter(runs, axis.column, isClick ? null : filterOf(runs.table, axis, [upper, lower]));
    arrange(runs);
    changed(runs);
  });
}

/** What a stretch of the axis keeps; null for all, or where it holds no value. */
function filterOf(
  table: Table,
  { column, scale }: Axis,
  [upper, lower]: Stretch,
): Range | Choice | null {
  const isIn = (value: number): boolean => {
    const at = scale.placeOf(value);
    return at >= upper && at <= lower;
  };
  if (column.kind === "param" && !table.setting(column.index).isNumeric) {
    const { texts } = table.setting(column.index);
    const codes = new Set([...texts.keys()].filter(isIn));
    const isAll = codes.size === 0 || codes.size === texts.length;
    return isAll ? null : { kind: "choice", column, codes };
  }
  const stops = stopsOf(table, column);
  const [first, last] = [stops.findIndex(isIn), stops.findLastIndex(isIn)];
  return first < 0 ? null : rangeBetween(column, stops, first, last);
}
