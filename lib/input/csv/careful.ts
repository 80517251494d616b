// The careful way through delimited text, loaded only when a file needs it: the table is found in the
// text, and each column is read as a whole. What it makes of a file is what the file means; the quick
// way (mod.ts) answers the same, sooner, or not at all.

import { trimCell } from "../cells/number.ts";
import { isRule } from "../blanks.ts";
import { createRecordReader, isBlankRecord } from "../csv_text.ts";
import type { ReadOptions } from "../options.ts";
import type { Source } from "../source.ts";
import { createPivotRows } from "../table/pivot.ts";
import type { Table } from "../table/table.ts";
import { createTextRows } from "../table/text_rows.ts";
import { findTable } from "./find_table.ts";

/** Reads any delimited text: the table is found in it, and each column read as a whole. */
export async function readCarefulCsv(source: Source, options: ReadOptions): Promise<Table> {
  const { shownPath: path } = source;
  const found = findTable(source, options);
  const rows = found.pivot === null
    ? createTextRows({ path, unit: "line", ...found }, options)
    : createPivotRows(path, found.pivot, options);
  const reader = createRecordReader(
    path,
    { separator: found.separator, firstLine: 1 },
    (cells, line) => {
      if (line < found.firstLine) return;
      const trimmed = cells.map(trimCell);
      if (!isBlankRecord(cells, trimmed) && !isRule(trimmed)) rows.add(trimmed, line);
    },
  );
  let skip = found.mark;
  for await (const chunk of source.chunks()) {
    const skipped = Math.min(skip, chunk.length);
    skip -= skipped;
    reader.push(skipped === 0 ? chunk : chunk.subarray(skipped));
  }
  reader.end();
  return rows.finish();
}
