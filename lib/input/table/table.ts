// What the readers of tables give, whatever the format: one series or several as rows, and what was
// learnt of the table on the way.

import type { Warning } from "../../errors.ts";
import type { RawRows, RowPlaces } from "../rows.ts";
import type { TradeDetails } from "../trades.ts";
import type { ColumnChoice } from "./choice.ts";

/** The rows of one backtest in a table. */
export interface TableSeries {
  /** Its name, where a column tells several apart. */
  readonly name: string | null;
  readonly rows: RawRows;
  readonly benchmark: RawRows | null;
  /** When the first of its trades was opened (wall-clock ms); null where the table does not say. */
  readonly begins: number | null;
  /** What else is known of each row, where the rows are trades one by one. */
  readonly trades?: TradeDetails;
  /** Money paid in or out, with its time. */
  readonly money: readonly { readonly at: number; readonly amount: number }[];
}

/** A table that was read. */
export interface Table {
  /** At least one. */
  readonly series: readonly TableSeries[];
  readonly choice: ColumnChoice;
  /** Name of the value's column; null where the file has no names. */
  readonly column: string | null;
  /** Whether its cells had percent signs; the values are then fractions. */
  readonly isPercent: boolean;
  /** A cell whose mark could be one of thousands as well; undefined where cells were not looked at for it. */
  readonly ambiguous: string | null | undefined;
  /** What was left out, and how the table was found. */
  readonly notes: readonly Warning[];
}

/** What the rows of a table are taken with. */
export interface TextTable {
  readonly path: string;
  readonly names: readonly string[];
  /** Whether the names stand in the file, and may do so again. */
  readonly hasNames: boolean;
  readonly choice: ColumnChoice;
  readonly unit: RowPlaces["unit"];
  /** What stands between the cells, where the table is text. */
  readonly separator?: string;
  /** Cells that stand for a missing value in this file, by its own words. */
  readonly missing?: readonly string[];
  /** What was found before the first row. */
  readonly notes: readonly Warning[];
}
