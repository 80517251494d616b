// A JSON array with one object a line: a valid document, yet read and compared line by line, and
// written while rows arrive.

import { jsonObject } from "./ndjson.ts";
import type { OutputFormat } from "./format.ts";

export const format: OutputFormat = {
  name: "json",
  summary: "One JSON array, an object a row",
  binary: false,
  render: async (rows, writer) => {
    let count = 0;
    let open = true;
    for await (const page of rows.pages) {
      if (page.length === 0) continue;
      const lead = count === 0 ? "[\n  " : ",\n  ";
      const objects = page.map((row) => jsonObject(row, rows.columns)).join(",\n  ");
      count += page.length;
      open = await writer.write(lead + objects);
      if (!open) break;
    }
    if (open) await writer.write(count === 0 ? "[]\n" : "\n]\n");
    return count;
  },
};
