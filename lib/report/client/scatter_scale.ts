// An axis of the map: numbers, or a place for each text of a param. Dots of a param that has few
// values stand beside each other within their value, so that a hundred of them are not one.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import { formatTick, niceStep } from "../numbers.ts";
import { type Column, type Table, unitOf } from "./columns.ts";

/** Where runs stand on an axis, and its ticks. */
export interface Scale {
  readonly at: (run: number) => number;
  /** Where a number stands; of words, the code of one. NaN where it is not on the axis. */
  readonly placeOf: (value: number) => number;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

/** A param of more values is a stretch of numbers, not a row of strips. */
const MOST_STRIPS = 40;

interface Room {
  readonly from: number;
  readonly to: number;
  /** About how many ticks there is room for. */
  readonly ticks: number;
}

export function scaleOf(
  table: Table,
  order: ArrayLike<number>,
  column: Column,
  room: Room,
): Scale {
  if (column.kind === "param") {
    const setting = table.setting(column.index);
    const seen = new Set<number>();
    for (let place = 0; place < order.length; place++) {
      const code = setting.codes[order[place] as number] ?? -1;
      if (setting.texts[code] !== undefined) seen.add(code);
    }
    if (seen.size <= MOST_STRIPS || !setting.isNumeric) {
      return stripScale(setting, [...seen], room);
    }
  }
  return numberScale(table, order, column, room);
}

/** A strip for each text, all of one width. */
function stripScale(
  { texts, codes, numbers, ranks, isNumeric }: ReturnType<Table["setting"]>,
  seen: readonly number[],
  { from, to, ticks }: Room,
): Scale {
  const places = isNumeric ? numbers : ranks();
  const sorted = seen.toSorted((one, other) => (places[one] ?? 0) - (places[other] ?? 0));
  const width = (to - from) / Math.max(1, sorted.length);
  const middle = new Map(sorted.map((code, place) => [code, from + (place + 0.5) * width]));
  const every = Math.ceil(sorted.length / Math.max(2, ticks));
  const byNumber = new Map(sorted.map((code) => [numbers[code], middle.get(code)]));
  return {
    placeOf: (value) => (isNumeric ? byNumber : middle).get(value) ?? NaN,
    at(run) {
      const place = middle.get(codes[run] ?? -1);
      return place === undefined ? NaN : place + scattered(run) * width * 0.6;
    },
    ticks: sorted.filter((_, place) => place % every === 0).map((code) => {
      const text = texts[code] ?? "";
      return {
        at: middle.get(code) ?? NaN,
        text: text.length > 10 ? `${text.slice(0, 9)}…` : text,
      };
    }),
  };
}

/** From −½ to ½, the same for a run each time. */
function scattered(run: number): number {
  const mixed = Math.imul(run + 1, 0x9e3779b1) >>> 0;
  return mixed / 2 ** 32 - 0.5;
}

function numberScale(
  table: Table,
  order: ArrayLike<number>,
  column: Column,
  { from, to, ticks }: Room,
): Scale {
  const values = table.numbers(column);
  let [low, high] = [Infinity, -Infinity];
  for (let place = 0; place < order.length; place++) {
    const value = values[order[place] as number] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(low <= high)) [low, high] = [0, 1];
  const pad = (high - low) * 0.05 || Math.abs(high) * 0.1 || 1;
  const [least, most] = [low - pad, high + pad];
  const at = (value: number): number => from + ((value - least) / (most - least)) * (to - from);
  const unit = unitOf(table, column);
  const step = niceStep((most - least) / Math.max(2, ticks));
  const count = Math.floor(most / step) - Math.ceil(least / step) + 1;
  return {
    at: (run) => at(values[run] ?? NaN),
    placeOf: at,
    ticks: Array.from({ length: Math.max(0, count) }, (_, index) => {
      const value = (Math.ceil(least / step) + index) * step;
      return { at: at(value), text: formatTick(value, step, unit) };
    }),
  };
}
