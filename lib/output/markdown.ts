// Rows as a table of GitHub's Markdown, for the summary of a CI job or a comment.

import { columnsOf } from "./cells.ts";
import { markdownTable } from "./markdown_text.ts";
import { tableCell } from "./table.ts";
import type { OutputFormat, Writer } from "./format.ts";
import type { Row, Rows } from "../command/answer.ts";

export const format: OutputFormat = {
  name: "markdown",
  summary: "A table of GitHub's Markdown",
  binary: false,
  render: renderMarkdown,
};

async function renderMarkdown(rows: Rows, writer: Writer): Promise<number> {
  const all: Row[] = [];
  for await (const page of rows.pages) for (const row of page) all.push(row);
  if (all.length === 0) return 0;
  const columns = rows.tableColumns?.(all) ?? rows.columns ?? columnsOf(all);
  const table = markdownTable(
    columns.map((name) => ({ title: name, isNumeric: all.every((row) => isNumber(row[name])) })),
    all.map((row) => columns.map((name) => tableCell(row[name]))),
  );
  await writer.write(table);
  return all.length;
}

function isNumber(cell: Row[string] | undefined): boolean {
  return cell === null || cell === undefined || typeof cell === "number" ||
    typeof cell === "bigint";
}
