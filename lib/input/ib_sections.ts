// Interactive Brokers' files of many sections: the activity statement, whose lines begin with the name
// of a section and of a kind of line, and the Flex query with section codes. The trades are a table
// among others, so the lines of that section alone are taken out, and read as any table is.

import { InputError, type Warning } from "../errors.ts";
import { trimCell } from "./cells/number.ts";
import { createRecordReader, isBlankRecord } from "./csv_text.ts";
import type { ReadOptions } from "./options.ts";
import type { ReadResult } from "./series.ts";
import type { Source } from "./source.ts";
import { chooseColumns } from "./table/columns.ts";
import { profileColumn } from "./table/profile.ts";
import { seriesOf } from "./table/series.ts";
import { createTextRows } from "./table/text_rows.ts";
import { SAMPLE_ROWS } from "./table/typed_table.ts";

/** What a line is by its first two cells; null for one of another section. */
function kindOf([first, second]: readonly string[]): "header" | "row" | null {
  const kind = first === "Trades" ? second : second === "TRNT" ? first : undefined;
  return kind === undefined
    ? null
    : /^header$/i.test(kind)
    ? "header"
    : /^data$/i.test(kind)
    ? "row"
    : null;
}

interface Line {
  readonly cells: readonly string[];
  readonly line: number;
}

/** Reads the section of trades; throws `InputError` where there is none. */
export async function readSections(source: Source, options: ReadOptions): Promise<ReadResult> {
  const { shownPath: path } = source;
  const bytes = await source.all();
  const { header, rows, others } = tradesOf(path, bytes);
  const names = header.cells;
  const sample = rows.slice(0, SAMPLE_ROWS).map(({ cells }) => cells);
  const profiles = names.map((name, at) =>
    profileColumn(name, () => sample.map((row) => row[at] ?? ""), options)
  );
  const choice = chooseColumns(path, profiles, { ...options, inputFormat: undefined });
  const table = { path, unit: "line", names, hasNames: true, choice, notes: others } as const;
  const text = createTextRows(table, options);
  for (const { cells, line } of rows) text.add(cells, line);
  return seriesOf("ib", path, text.finish(), options) as ReadResult;
}

/** The first header with realized results and the rows below it, until another header comes. */
function tradesOf(
  path: string,
  bytes: Uint8Array,
): { readonly header: Line; readonly rows: readonly Line[]; readonly others: readonly Warning[] } {
  let header: Line | null = null;
  let isOwn = false;
  const rows: Line[] = [];
  const others: Line[] = [];
  const reader = createRecordReader(path, { separator: ",", firstLine: 1 }, (raw, line) => {
    const cells = raw.map(trimCell);
    if (isBlankRecord(raw, cells)) return;
    const kind = kindOf(cells);
    if (kind === "header") {
      const hasResults = cells.some((cell) => /^(?:realized p\/l|fifopnlrealized)$/i.test(cell));
      isOwn = hasResults;
      if (!hasResults) return;
      header ??= { cells, line };
      if (cells.join("\n") === header.cells.join("\n")) return;
      const problem =
        `the trades have other columns here than in line ${header.line}; export one ` +
        "table of them";
      throw new InputError(path, problem, { line });
    }
    if (kind === "row") (isOwn ? rows : others).push({ cells, line });
  });
  reader.push(bytes);
  reader.end();
  if (header === null || rows.length === 0) {
    throw new InputError(
      path,
      "it has no section Trades with realized results (Realized P/L, FifoPnlRealized); export the " +
        "statement with its trades, in English",
    );
  }
  return { header, rows, others: leftOut(path, others) };
}

function leftOut(path: string, lines: readonly Line[]): readonly Warning[] {
  const [first] = lines;
  if (first === undefined) return [];
  const [count, are] = lines.length === 1 ? ["1 trade", "is"] : [`${lines.length} trades`, "are"];
  return [{
    code: "left-out",
    message: `${count} of ${path} without a realized result (as of Forex) ${are} left out; the ` +
      `first is line ${first.line}`,
  }];
}
