// Series of a dataset that is text, each by the careful way that any file of text can be read.

import { InputError } from "../../errors.ts";
import type { InputFile } from "../mod.ts";
import { isLeftEmpty } from "../cells/number_column.ts";
import type { ReadOptions } from "../options.ts";
import { notPlain } from "../table/series.ts";
import type { Table } from "../table/table.ts";
import { createTextRows } from "../table/text_rows.ts";
import { rowsOf } from "./csv_open.ts";
import type { CsvRows } from "./csv_table.ts";
import type { CsvSource, Dataset, DatasetHost } from "./dataset.ts";
import { entryFile, placeIn } from "./entry_file.ts";

/** Reads these series, in this order. */
export async function* readCsv(
  host: DatasetHost,
  dataset: Dataset,
  source: CsvSource,
  which: readonly number[],
  options: ReadOptions,
): AsyncGenerator<InputFile | Error> {
  const all = [...(await rowsOf(host, dataset.path, source)).values()];
  for (const entry of which) {
    const path = placeIn(dataset, entry);
    const ways = {
      plain: (): Table => {
        throw notPlain(path);
      },
      careful: (): Table => tableOf(path, source, all, entry, options),
      isTooLarge: false,
    };
    yield await entryFile(dataset, entry, "csv", ways, options);
  }
}

function tableOf(
  path: string,
  { by, columns, names, choice }: CsvSource,
  all: readonly CsvRows[],
  entry: number,
  options: ReadOptions,
): Table {
  const rows = all[by === null ? 0 : entry];
  if (rows === undefined) {
    throw new InputError(path, "it was changed while it was being read; start again");
  }
  const hasDates = choice.date !== null;
  // Of a wide table the dates and one column are a table of their own.
  const own = by === null ? [...(hasDates ? [0] : []), columns[entry] as number] : columns;
  const cells = own.map((at) => rows.columns[at] as readonly string[]);
  const named = by === null ? [...(hasDates ? ["date"] : []), names[entry] ?? ""] : names;
  const { lines } = rows;
  const [from, to] = by === null ? extentOf(cells[choice.value] ?? []) : [0, lines.length];
  if (from === to) throw new InputError(path, "every value is missing");
  const table = { path, names: named, hasNames: true, choice, unit: "line", notes: [] } as const;
  const text = createTextRows(table, options);
  for (let row = from; row < to; row++) {
    text.add(cells.map((column) => column[row] as string), lines[row] as number);
  }
  return text.finish();
}

/** From the first to behind the last cell that is not left empty: beyond them the series has no rows. */
function extentOf(cells: readonly string[]): readonly [from: number, to: number] {
  let from = 0;
  let to = cells.length;
  while (from < to && isLeftEmpty(cells[from] as string)) from++;
  while (to > from && isLeftEmpty(cells[to - 1] as string)) to--;
  return [from, to];
}
