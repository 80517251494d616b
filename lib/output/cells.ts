// Cells and columns as every format needs them: the text of a value, and which columns there are
// when nobody named them. Kept apart from the formats so that all agree.

import type { Cell, Row, Rows } from "../command/answer.ts";

/** True for what all formats call undefined: null, a number that is not finite, an invalid time. */
export function isMissing(cell: Cell | undefined): cell is null | undefined {
  if (cell === null || cell === undefined) return true;
  if (typeof cell === "number") return !Number.isFinite(cell);
  return cell instanceof Date && Number.isNaN(cell.getTime());
}

/** The whole value as text: numbers with all their digits, times ISO 8601 UTC, undefined empty. */
export function cellText(cell: Cell | undefined): string {
  if (isMissing(cell)) return "";
  return cell instanceof Date ? cell.toISOString() : String(cell);
}

/** The value as JSON has it: times as text, undefined null. */
export function cellJson(cell: Cell | undefined): string {
  if (isMissing(cell)) return "null";
  return typeof cell === "bigint" ? String(cell) : JSON.stringify(cell);
}

/**
 * Puts keys of one family (`metrics.a`, `metrics.b`) beside each other: a family stands where its
 * first member appeared, for in a run that has one metric more the next key is another family's.
 */
export function groupColumns(keys: Iterable<string>): readonly string[] {
  const families = new Map<string, string[]>();
  for (const key of keys) {
    const dot = key.indexOf(".");
    const family = dot < 0 ? key : key.slice(0, dot + 1);
    const members = families.get(family);
    if (members === undefined) families.set(family, [key]);
    else members.push(key);
  }
  return [...families.values()].flat();
}

/** Rows turned to columns, for formats that must know all of them before they can write the first. */
export interface Gathered {
  readonly columns: readonly string[];
  readonly count: number;
  readonly values: ReadonlyMap<string, readonly Cell[]>;
}

/**
 * Reads all pages into columns. An array of numbers takes 8 bytes a cell and equal texts are kept
 * once, which is a small part of what as many records would take.
 */
export async function gather(rows: Rows): Promise<Gathered> {
  const values = new Map<string, Cell[]>();
  const texts = new Map<string, string>();
  for (const column of rows.columns ?? []) values.set(column, []);
  let count = 0;
  for await (const page of rows.pages) {
    for (const row of page) {
      for (const key of rows.columns ?? Object.keys(row)) {
        append(values, key, count, keptOnce(texts, row[key] ?? null));
      }
      count++;
    }
  }
  for (const cells of values.values()) while (cells.length < count) cells.push(null);
  return { columns: rows.columns ?? groupColumns(values.keys()), count, values };
}

function append(values: Map<string, Cell[]>, key: string, index: number, cell: Cell): void {
  let cells = values.get(key);
  if (cells === undefined) values.set(key, cells = []);
  while (cells.length < index) cells.push(null);
  cells.push(cell);
}

/** Texts repeat from run to run (params, tags): one copy of each short one is enough. */
function keptOnce(texts: Map<string, string>, cell: Cell): Cell {
  if (typeof cell !== "string" || cell.length > 200) return cell;
  const known = texts.get(cell);
  if (known !== undefined) return known;
  if (texts.size < 100_000) texts.set(cell, cell);
  return cell;
}

/** The columns among `rows`' own keys, for a handful of rows at hand. */
export function columnsOf(rows: readonly Row[]): readonly string[] {
  const keys = new Set<string>();
  for (const row of rows) for (const key of Object.keys(row)) keys.add(key);
  return groupColumns(keys);
}
