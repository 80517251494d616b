// Rows for people: aligned columns, numbers shortened to what the eye can use. On a terminal the table
// fits its width; elsewhere nothing is cut. The only user of string-width, which knows how wide a
// terminal draws what is not plain ASCII.

import stringWidth from "string-width";
import { cellText, columnsOf, isMissing } from "./cells.ts";
import { plainLine } from "./plain.ts";
import type { OutputFormat, RenderOptions, Writer } from "./format.ts";
import type { Cell, Row, Rows } from "../command/answer.ts";

export const format: OutputFormat = {
  name: "table",
  summary: "Aligned columns for people",
  binary: false,
  cleans: true,
  render: renderTable,
};

const GAP = "  ";
/** Text columns are never cut below this. */
const MIN_WIDTH = 8;
/** Columns are chosen and measured by so many rows; however many follow, no more are held. */
const MEASURED_ROWS = 10_000;

async function renderTable(rows: Rows, writer: Writer, options: RenderOptions): Promise<number> {
  const first: Row[] = [];
  let table: Table | null = null;
  let count = 0;
  for await (const page of rows.pages) {
    count += page.length;
    if (table !== null) {
      if (!await writeRows(table, page, writer)) return count;
      continue;
    }
    for (const row of page) first.push(row);
    if (first.length < MEASURED_ROWS) continue;
    table = layOut(rows, first, options);
    if (!await begin(table, first, writer, options)) return count;
    first.length = 0;
  }
  if (count === 0) return 0;
  if (table === null) {
    table = layOut(rows, first, options);
    if (!await begin(table, first, writer, options)) return count;
  }
  if (table.hidden.length > 0) await writer.write(hint(table.hidden));
  return count;
}

/** What is shown of rows, and how wide. */
interface Table {
  readonly shown: readonly Column[];
  readonly hidden: readonly Column[];
}

function layOut(rows: Rows, first: readonly Row[], options: RenderOptions): Table {
  const names = rows.tableColumns?.(first) ?? rows.columns ?? columnsOf(first);
  return fit(names.map((name) => describe(name, first)), options.columns);
}

async function begin(
  table: Table,
  first: readonly Row[],
  writer: Writer,
  { colour }: RenderOptions,
): Promise<boolean> {
  const bold = (text: string): string => colour ? `\x1b[1m${text}\x1b[22m` : text;
  const head = table.shown.map((column) => bold(aligned(column.title, column)));
  return await writer.write(line(head)) && await writeRows(table, first, writer);
}

async function writeRows(
  { shown }: Table,
  rows: readonly Row[],
  writer: Writer,
): Promise<boolean> {
  for (const row of rows) {
    const cells = shown.map((column) => {
      const cell = row[column.name];
      const isCut = column.isCut && typeof cell !== "number";
      return aligned(tableCell(cell), { ...column, isCut });
    });
    if (!await writer.write(line(cells))) return false;
  }
  return true;
}

interface Column {
  readonly name: string;
  /** The name as it is shown. */
  readonly title: string;
  /** In characters of the terminal. */
  readonly width: number;
  readonly isNumeric: boolean;
  /** Ids are copied from the screen: cut, they would be of no use. */
  readonly canShrink: boolean;
  /** Whether wider text is cut; else it stands out, as a number does, which would be another if cut. */
  readonly isCut: boolean;
}

function describe(name: string, rows: readonly Row[]): Column {
  const title = plainLine(name);
  let width = Math.max(1, widthOf(title));
  let isNumeric: boolean | null = null;
  for (const row of rows) {
    const cell = row[name];
    if (isMissing(cell)) continue;
    isNumeric = (isNumeric ?? true) && (typeof cell === "number" || typeof cell === "bigint");
    width = Math.max(width, widthOf(tableCell(cell)));
  }
  const canShrink = isNumeric !== true && !/(^|_)id$/.test(name);
  return { name, title, width, isNumeric: isNumeric === true, canShrink, isCut: false };
}

/** How many columns of a terminal a text takes. */
function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}

/** Cut or padded to the column's width. */
function aligned(text: string, { width, isNumeric, isCut }: Column): string {
  const shown = isCut ? cut(text, width) : text;
  const space = " ".repeat(Math.max(0, width - widthOf(shown)));
  return isNumeric ? space + shown : shown + space;
}

function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  let taken = 0;
  for (const letter of text) {
    taken += widthOf(letter);
    if (taken > width - 1) break;
    kept += letter;
  }
  return `${kept}…`;
}

function line(cells: readonly string[]): string {
  return `${cells.join(GAP).trimEnd()}\n`;
}

/** Makes columns fit: text columns are cut, the widest first; then columns are left out from the right. */
function fit(
  columns: readonly Column[],
  width: number,
): { readonly shown: readonly Column[]; readonly hidden: readonly Column[] } {
  for (let kept = columns.length; kept > 1; kept--) {
    const shown = shrink(columns.slice(0, kept), width);
    if (total(shown) <= width) return { shown, hidden: columns.slice(kept) };
  }
  return { shown: columns.slice(0, 1), hidden: columns.slice(1) };
}

function total(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + column.width, GAP.length * (columns.length - 1));
}

function shrink(columns: readonly Column[], width: number): readonly Column[] {
  if (width === Infinity) return columns;
  const widths = columns.map((column) => column.width);
  for (let excess = total(columns) - width; excess > 0; excess--) {
    let widest = -1;
    columns.forEach((column, i) => {
      if (!column.canShrink || (widths[i] ?? 0) <= MIN_WIDTH) return;
      if (widest < 0 || (widths[i] ?? 0) > (widths[widest] ?? 0)) widest = i;
    });
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return columns.map((column, i) => ({
    ...column,
    width: widths[i] ?? column.width,
    isCut: column.canShrink,
  }));
}

function hint(hidden: readonly Column[]): string {
  const names = hidden.slice(0, 4).map(({ name }) => plainLine(name)).join(", ");
  const more = hidden.length > 4 ? ", …" : "";
  const noun = hidden.length === 1 ? "column does" : "columns do";
  return `(${hidden.length} more ${noun} not fit: ${names}${more}; --format csv shows all)\n`;
}

/** A cell as a table shows it: shortened, on one line, harmless. */
export function tableCell(cell: Cell | undefined): string {
  if (isMissing(cell)) return "";
  if (typeof cell === "number") return shortNumber(cell);
  if (cell instanceof Date) return cell.toISOString().replace(/\.\d+Z$/, "Z");
  return plainLine(cellText(cell));
}

/** Five significant digits; whole numbers whole. */
export function shortNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const short = Number(value.toPrecision(5));
  return Math.abs(short) >= 1e5 && Math.abs(short) < 1e15 ? value.toFixed(0) : String(short);
}
