// Comma-separated rows (RFC 4180, lines end with \n as pandas writes them). With known columns each
// page leaves as it arrives; without, the header needs every key there is, so all rows are read first.
// Written here and not by a library: a row is one line of code, and it runs for each of 100,000 rows.

import { cellText, gather } from "./cells.ts";
import type { OutputFormat, Writer } from "./format.ts";
import { type Cell, Listed, type Rows } from "../command/answer.ts";

export const format: OutputFormat = {
  name: "csv",
  summary: "Comma-separated values with a header",
  binary: false,
  render: (rows, writer) =>
    rows.columns === null ? renderGathered(rows, writer) : renderPages(rows, rows.columns, writer),
};

/** Rows written at once. */
const ROWS_A_WRITE = 1000;

async function renderPages(
  rows: Rows,
  columns: readonly string[],
  writer: Writer,
): Promise<number> {
  if (!await writer.write(line(columns))) return 0;
  let count = 0;
  for await (const page of rows.pages) {
    const part = page.map((row) => line(columns.map((column) => row[column]))).join("");
    count += page.length;
    if (!await writer.write(part)) break;
  }
  return count;
}

async function renderGathered(rows: Rows, writer: Writer): Promise<number> {
  const { columns, count, values } = await gather(rows);
  if (columns.length === 0) return 0;
  const cells = columns.map((column) => values.get(column) ?? []);
  let text = line(columns);
  for (let i = 0; i < count; i++) {
    text += line(cells.map((column) => column[i]));
    if (i % ROWS_A_WRITE === ROWS_A_WRITE - 1) {
      if (!await writer.write(text)) return i + 1;
      text = "";
    }
  }
  await writer.write(text);
  return count;
}

function line(cells: readonly (Cell | undefined)[]): string {
  return `${cells.map(csvCell).join(",")}\n`;
}

/** What makes a spreadsheet take a cell for a formula (OWASP, "CSV injection"), full-width forms too. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** One cell: numbers as they are, text quoted where needed, a formula made text by a leading `'`. */
export function csvCell(cell: Cell | undefined): string {
  const text = cellText(cell);
  if (typeof cell !== "string" && !(cell instanceof Listed)) return text;
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
