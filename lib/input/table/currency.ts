// Results in several currencies have no sum: each is taken to the account's money where the file has the
// rate, and the file is refused where it does not.

import type { Warning } from "../../errors.ts";
import { quoted } from "../cells/number.ts";
import type { Fail, NumberColumn } from "../cells/number_column.ts";
import type { TextCells } from "./read_times.ts";
import type { TextTable } from "./table.ts";

/** What reading a column asks of its table. */
interface Reading {
  readonly notes: Warning[];
  readonly failIn: (rows: readonly number[]) => Fail;
  readonly numbers: (column: number, rows: readonly number[]) => NumberColumn;
}

/** Takes `values` (of `rows`) to one currency, in place; throws `InputError` where that cannot be. */
export function inOneCurrency(
  { path, choice, names }: TextTable,
  { columns }: TextCells,
  rows: readonly number[],
  values: Float64Array,
  { notes, failIn, numbers }: Reading,
): void {
  if (choice.currency === null) return;
  const { column, rate } = choice.currency;
  const cells = columns.get(column) as string[];
  const [first = 0] = rows;
  // A row that won and lost nothing, as that of an opening, is the same in every currency.
  const other = rows.findIndex((row, at) => cells[row] !== cells[first] && values[at] !== 0);
  if (other < 0) return;
  const found = [...new Set(rows.map((row) => cells[row] ?? ""))];
  if (rate === null) {
    return failIn(rows)(
      other,
      `its result is in ${quoted(cells[rows[other] as number] ?? "")}, others are in ` +
        `${quoted(cells[first] ?? "")}; give one currency, or export FXRateToBase with the trades`,
    );
  }
  const rates = numbers(rate, rows).values;
  const lacking = rates.findIndex((price, at) => !(price > 0) && values[at] !== 0);
  if (lacking >= 0) failIn(rows)(lacking, `its ${quoted(names[rate] ?? "")} is no rate`);
  for (let at = 0; at < values.length; at++) {
    if (values[at] !== 0) values[at] = (values[at] as number) * (rates[at] as number);
  }
  notes.push({
    code: "base-currency",
    message: `the results in ${path} are in ${found.join(", ")} and taken to the account's money ` +
      `by ${names[rate]}: --capital is in that money`,
  });
}
