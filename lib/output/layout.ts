// Which columns of a table a terminal has room for, how wide each is, and what stands in its cells:
// all by the columns' facts. Columns are left out by priority, headings are broken at their
// underscores and never cut, names lose their middle; a number is never cut, for it would be another.

import type { Row } from "../command/answer.ts";
import type { Column, Line, Piece, Screen, View } from "../command/screen.ts";
import { cellText, isMissing } from "./cells.ts";
import { ageText, dayText, figureText, UNDEFINED_TEXT } from "./figures.ts";
import { cutEnd, cutMiddle, widthOf } from "./widths.ts";
import { plainLine } from "./plain.ts";

/** A table laid out for a terminal. */
export interface Layout {
  readonly head: readonly Line[];
  row(row: Row): Line;
  /** Columns that there was no room for. */
  readonly left: readonly Column[];
}

const GAP = 2;
/** Texts are not cut below this; names say which run it is, at their end as well. */
const LEAST = { name: 28, text: 12 } as const;
const MIN_ID = 8;

/** One column as it is shown. */
interface Shown extends Measured {
  /** The lines of its heading. */
  readonly head: readonly string[];
  readonly width: number;
  /** The value that stands out. */
  readonly best: number | null;
}

/** Lays rows out by what is known of their columns and by the first of them. */
export function layOut(view: View, rows: readonly Row[], screen: Screen): Layout {
  const columns = view.columns(rows);
  const ids = idLengths(columns, rows, view);
  const text = (column: Column, row: Row): string =>
    cellShown(column, row, { now: screen.now, idLength: ids.get(column.name) ?? Infinity });
  const measured = columns.map((column) => measure(column, rows, text));
  const { widths, isBroken } = fit(measured, screen.columns);
  const shown = measured.flatMap((one, index): readonly Shown[] => {
    const width = widths[index] ?? 0;
    if (width === 0) return [];
    const title = titleOf(one.column);
    const head = isBroken ? broken(title, Math.max(width, 1)) : [title];
    const best = bestOf(one.column, rows, view.isRanked);
    return [{ ...one, head, width, best }];
  });
  const height = shown.reduce((most, { head }) => Math.max(most, head.length), 1);
  return {
    head: Array.from({ length: height }, (_, at) =>
      joined(shown.map((one) => {
        const title = one.head[at - height + one.head.length] ?? "";
        return { text: aligned(title, one), style: "bold" as const };
      }))),
    row: (row) =>
      joined(shown.map((one) => {
        const cell = row[one.column.name];
        const cut = one.column.kind === "name" ? cutMiddle : cutEnd;
        const whole = text(one.column, row);
        const fits = one.canCut && typeof cell !== "number" ? cut(whole, one.width) : whole;
        const isBest = one.best !== null && cell === one.best && view.isRanked?.(row) !== false;
        const isUndefined = whole === UNDEFINED_TEXT && one.column.kind === "number";
        const padded = aligned(fits, one);
        if (isBest) return { text: padded, style: "best" };
        return isUndefined ? { text: padded, style: "dim" } : padded;
      })),
    left: columns.filter((_, index) => (widths[index] ?? 0) === 0),
  };
}

interface Measured {
  readonly column: Column;
  /** Of the widest cell. */
  readonly cells: number;
  readonly isRight: boolean;
  readonly canCut: boolean;
}

function measure(
  column: Column,
  rows: readonly Row[],
  text: (column: Column, row: Row) => string,
): Measured {
  let cells = 1;
  let isNumeric = true;
  let hasCells = false;
  for (const row of rows) {
    const cell = row[column.name];
    if (isMissing(cell)) continue;
    hasCells = true;
    isNumeric &&= typeof cell === "number" || typeof cell === "bigint" ||
      (typeof cell === "string" && /^[-+]?(\d|\.\d)[\d.]*(e[-+]?\d+)?$/i.test(cell));
    cells = Math.max(cells, widthOf(text(column, row)));
  }
  const isNumber = column.kind === "number" || (column.kind === "text" && isNumeric && hasCells);
  const canCut = column.kind === "name" || (column.kind === "text" && !isNumber);
  return { column, cells, isRight: isNumber, canCut };
}

/** The width of each column, 0 where it is left out; and whether headings are broken. */
function fit(
  columns: readonly Measured[],
  room: number,
): { readonly widths: readonly number[]; readonly isBroken: boolean } {
  const whole = columns.map(({ column, cells }) => Math.max(cells, widthOf(titleOf(column))));
  if (total(whole) <= room) return { widths: whole, isBroken: false };
  const full = columns.map(({ column, cells }) => Math.max(cells, longestWord(titleOf(column))));
  const least = columns.map(({ column, canCut }, index) => {
    const width = full[index] ?? 0;
    const least = LEAST[column.kind === "name" ? "name" : "text"];
    return canCut ? Math.max(longestWord(titleOf(column)), Math.min(width, least)) : width;
  });
  const byPriority = columns.map((_, index) => index)
    .toSorted((a, b) => priority(columns, a) - priority(columns, b));
  const kept = new Set<number>();
  for (const index of byPriority) {
    kept.add(index);
    const sum = total(least.map((width, at) => kept.has(at) ? width : 0));
    // The first is shown whatever it takes.
    if (sum <= room || kept.size === 1) continue;
    kept.delete(index);
  }
  const widths = least.map((width, index) => kept.has(index) ? width : 0);
  const onOneLine = widths.map((width, index) => width === 0 ? 0 : whole[index] ?? 0);
  if (total(onOneLine) <= room) return { widths: onOneLine, isBroken: false };
  for (const index of byPriority.filter((at) => kept.has(at))) {
    const spare = room - total(widths);
    if (spare <= 0) break;
    widths[index] = Math.min(full[index] ?? 0, (widths[index] ?? 0) + spare);
  }
  return { widths, isBroken: true };
}

function priority(columns: readonly Measured[], index: number): number {
  return columns[index]?.column.priority ?? Infinity;
}

function total(widths: readonly number[]): number {
  const shown = widths.filter((width) => width > 0);
  return shown.reduce((sum, width) => sum + width, GAP * Math.max(0, shown.length - 1));
}

function titleOf({ name, title = name }: Column): string {
  return plainLine(title);
}

/** Where a heading may be broken: after an underscore, a full stop, a space. */
function wordsOf(title: string): readonly string[] {
  return title.split(/(?<=[_. ])/);
}

function longestWord(title: string): number {
  return wordsOf(title).reduce((most, word) => Math.max(most, widthOf(word.trimEnd())), 1);
}

function broken(title: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of wordsOf(title)) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf((last + word).trimEnd()) <= width) {
      lines[lines.length - 1] = last + word;
    } else lines.push(word);
  }
  return lines.map((line) => line.trimEnd());
}

function aligned(text: string, { width, isRight }: Shown): string {
  const space = " ".repeat(Math.max(0, width - widthOf(text)));
  return isRight ? space + text : text + space;
}

function joined(cells: readonly Piece[]): Line {
  return cells.flatMap((cell, index) => index === 0 ? [cell] : [" ".repeat(GAP), cell]);
}

interface Showing {
  readonly now: number;
  readonly idLength: number;
}

/** A cell as people read it, on one line and harmless. */
function cellShown(column: Column, row: Row, { now, idLength }: Showing): string {
  const cell = row[column.name];
  if (isMissing(cell)) return column.kind === "number" ? UNDEFINED_TEXT : "";
  if (column.kind === "id") return plainLine(cellText(cell)).slice(0, idLength);
  if (cell instanceof Date) {
    const time = cell.getTime();
    return column.kind === "time" ? ageText(time, now) : dayText(time);
  }
  if (typeof cell === "number") {
    return figureText(cell, typeof column.unit === "function" ? column.unit(row) : column.unit);
  }
  return plainLine(cellText(cell));
}

/** How many characters of the ids in each column tell them apart, eight at least. */
function idLengths(
  columns: readonly Column[],
  rows: readonly Row[],
  { idLength }: View,
): ReadonlyMap<string, number> {
  const least = Math.max(MIN_ID, idLength?.() ?? 0);
  return new Map(
    columns.filter(({ kind }) => kind === "id").map(({ name }) => {
      const ids = rows.map((row) => cellText(row[name])).filter((id) => id !== "");
      return [name, Math.max(least, distinctLength(ids))];
    }),
  );
}

/** The length of the shortest prefixes by which texts differ; equal ones are one. */
export function distinctLength(texts: readonly string[]): number {
  const sorted = [...new Set(texts)].sort();
  let length = 1;
  for (let index = 1; index < sorted.length; index++) {
    const [before = "", text = ""] = [sorted[index - 1], sorted[index]];
    let same = 0;
    while (same < text.length && before[same] === text[same]) same++;
    length = Math.max(length, same + 1);
  }
  return length;
}

/** The best value of a column; null where all are equal, or nothing is better. */
function bestOf(
  { name, better = "none" }: Column,
  rows: readonly Row[],
  isRanked: (row: Row) => boolean = () => true,
): number | null {
  if (better === "none") return null;
  let [least, most] = [Infinity, -Infinity];
  for (const row of rows) {
    const cell = row[name];
    if (typeof cell !== "number" || Number.isNaN(cell) || !isRanked(row)) continue;
    least = Math.min(least, cell);
    most = Math.max(most, cell);
  }
  if (least >= most) return null;
  return better === "higher" ? most : least;
}
