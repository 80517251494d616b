// One JSON object a line. Each page leaves as it arrives, so memory stays flat at any number of rows.

import { cellJson } from "./cells.ts";
import type { OutputFormat } from "./format.ts";
import type { Row } from "../command/answer.ts";

export const format: OutputFormat = {
  name: "ndjson",
  summary: "One JSON object a line, as rows arrive",
  binary: false,
  render: async (rows, writer) => {
    let count = 0;
    for await (const page of rows.pages) {
      if (page.length === 0) continue;
      count += page.length;
      const part = page.map((row) => `${jsonObject(row, rows.columns)}\n`).join("");
      if (!await writer.write(part)) break;
    }
    return count;
  },
};

/** A row as one line of JSON: the columns asked for (null where the row has none), or all its own. */
export function jsonObject(row: Row, columns: readonly string[] | null): string {
  const parts: string[] = [];
  for (const key of columns ?? Object.keys(row)) {
    parts.push(`${JSON.stringify(key)}:${cellJson(row[key])}`);
  }
  return `{${parts.join(",")}}`;
}
