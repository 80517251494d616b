// Rows for people: aligned columns. On a terminal the columns are chosen, shortened and painted by what
// is known of them (layout.ts); elsewhere nothing is left out or cut, for scripts read it.

import type { Cell, Row, Rows } from "../command/answer.ts";
import { type Column as ColumnFacts, styled, type View } from "../command/screen.ts";
import { cellText, columnsOf, isMissing } from "./cells.ts";
import { shortNumber } from "./figures.ts";
import { widthOf } from "./widths.ts";
import type { OutputFormat, RenderOptions, Writer } from "./format.ts";
import { layOut } from "./layout.ts";
import { plainLine } from "./plain.ts";
import { lineText, painted, screenText } from "./screen.ts";

export const format: OutputFormat = {
  name: "table",
  summary: "Aligned columns for people",
  binary: false,
  cleans: true,
  render: renderTable,
};

const GAP = "  ";
/** Columns are chosen and measured by so many rows; however many follow, no more are held. */
const MEASURED_ROWS = 10_000;

async function renderTable(rows: Rows, writer: Writer, options: RenderOptions): Promise<number> {
  const first: Row[] = [];
  let table: Table | null = null;
  let count = 0;
  const begin = async (): Promise<Table | null> => {
    const begun = options.isTerminal
      ? onTerminal(rows, first, options)
      : offTerminal(rows, first, options);
    return await writer.write(begun.head) && await writeRows(begun, first, writer) ? begun : null;
  };
  for await (const page of rows.pages) {
    count += page.length;
    if (table !== null) {
      if (!await writeRows(table, page, writer)) return count;
      continue;
    }
    for (const row of page) first.push(row);
    if (first.length < MEASURED_ROWS) continue;
    table = await begin();
    if (table === null) return count;
    first.length = 0;
  }
  if (count === 0) return 0;
  table ??= await begin();
  if (table !== null && table.foot !== "") await writer.write(table.foot);
  return count;
}

/** How rows are shown. */
interface Table {
  readonly head: string;
  row(row: Row): string;
  readonly foot: string;
}

async function writeRows(table: Table, rows: readonly Row[], writer: Writer): Promise<boolean> {
  for (const row of rows) if (!await writer.write(table.row(row))) return false;
  return true;
}

function onTerminal(
  rows: Rows,
  first: readonly Row[],
  { columns, colour, now }: RenderOptions,
): Table {
  const view = rows.view ?? plainView(rows);
  const { head, row, left } = layOut(view, first, { columns, now });
  return {
    head: screenText(head, colour),
    row: (cells) => lineText(row(cells), colour),
    foot: screenText([
      ...left.length === 0 ? [] : [styled(leftOut(left, columns), "dim")],
      ...view.conclusion === undefined ? [] : [[], ...view.conclusion],
    ], colour),
  };
}

/** Of rows that nothing more is known of: their columns, the first the most important. */
function plainView(rows: Rows): View {
  const facts = (name: string, priority: number): ColumnFacts => ({
    name,
    kind: /^run_(id|key)$/.test(name) ? "id" : "text",
    priority,
  });
  return { columns: (first) => namesOf(rows, first).map(facts) };
}

/** One line that names as many of the columns left out as it has room for. */
function leftOut(left: readonly ColumnFacts[], width: number): string {
  const names = left.map(({ name, title = name }) => plainLine(title));
  for (let named = Math.min(names.length, 6); named > 0; named--) {
    const more = named < names.length ? ", …" : "";
    const text = `+ ${names.slice(0, named).join(", ")}${more} (--format csv has all)`;
    if (widthOf(text) <= width) return text;
  }
  return `+ ${left.length} more (--format csv)`;
}

function offTerminal(rows: Rows, first: readonly Row[], { colour }: RenderOptions): Table {
  const columns = namesOf(rows, first).map((name) => describe(name, first));
  const titles = columns.map((column) => painted(aligned(column.title, column), "bold", colour));
  return {
    head: line(titles),
    row: (row) => line(columns.map((column) => aligned(tableCell(row[column.name]), column))),
    foot: "",
  };
}

function namesOf(rows: Rows, first: readonly Row[]): readonly string[] {
  return rows.tableColumns?.(first) ?? rows.columns ?? columnsOf(first);
}

interface Column {
  readonly name: string;
  /** The name as it is shown. */
  readonly title: string;
  /** In characters of the terminal. */
  readonly width: number;
  readonly isNumeric: boolean;
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
  return { name, title, width, isNumeric: isNumeric === true };
}

function aligned(text: string, { width, isNumeric }: Column): string {
  const space = " ".repeat(Math.max(0, width - widthOf(text)));
  return isNumeric ? space + text : text + space;
}

function line(cells: readonly string[]): string {
  return `${cells.join(GAP).trimEnd()}\n`;
}

/** A cell as a table shows it: shortened, on one line, harmless. */
export function tableCell(cell: Cell | undefined): string {
  if (isMissing(cell)) return "";
  if (typeof cell === "number") return shortNumber(cell);
  if (cell instanceof Date) return cell.toISOString().replace(/\.\d+Z$/, "Z");
  return plainLine(cellText(cell));
}
