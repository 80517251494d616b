// A table of years by months, as fact sheets and ffn have it: one row a year, a column a month, often
// the year's total at the end, which is left out. The month's return stands on its last day.

import { InputError } from "../../errors.ts";
import { civilMs, daysInMonth } from "../cells/calendar_time.ts";
import { isLeftEmpty, readNumberColumn } from "../cells/number_column.ts";
import { listedPlaces, placedError } from "../rows.ts";
import type { ReadOptions } from "../options.ts";
import { type ColumnChoice, plainChoice } from "./choice.ts";
import { nameKey } from "./names.ts";
import type { Table } from "./table.ts";
import type { TextRows } from "./text_rows.ts";

/** Where years and months stand. */
export interface Pivot {
  readonly year: number;
  /** The column of each month, from January. */
  readonly months: readonly number[];
  readonly width: number;
  /** What a table of other forms would have chosen; its value is January. */
  readonly choice: ColumnChoice;
}

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const YEAR = /^(?:19|20)\d{2}$/;

/** The columns of such a table; null for any other. */
export function pivotOf(
  names: readonly string[],
  sample: readonly (readonly string[])[],
): Pivot | null {
  const keys = names.map(nameKey);
  const months = MONTHS.map((month, index) =>
    keys.findIndex((key) =>
      key.slice(0, 3) === month && key.length < 10 || key === String(index + 1)
    )
  );
  if (months.includes(-1) || new Set(months).size < 12) return null;
  const year = keys.findIndex((_, index) =>
    !months.includes(index) && sample.some((row) => YEAR.test(row[index] ?? ""))
  );
  if (year < 0) return null;
  const choice = plainChoice(year, months[0] as number);
  return { year, months, width: names.length, choice };
}

/** Takes the rows of such a table. */
export function createPivotRows(path: string, pivot: Pivot, options: ReadOptions): TextRows {
  const cells: string[] = [];
  const dates: number[] = [];
  const places: number[] = [];
  let left = 0;
  return {
    add(row, place) {
      const year = row[pivot.year] ?? "";
      if (!YEAR.test(year)) {
        left++;
        return;
      }
      if (row.length < pivot.width) {
        const problem = `it has ${row.length} cells where the first line has ${pivot.width}`;
        throw placedError(path, "line", place, problem);
      }
      pivot.months.forEach((at, index) => {
        cells.push(row[at] as string);
        dates.push(civilMs(Number(year), index + 1, daysInMonth(Number(year), index + 1)));
        places.push(place);
      });
    },
    finish() {
      const order = dates.map((_, index) => index).sort((a, b) =>
        (dates[a] as number) - (dates[b] as number)
      );
      // Months before the beginning and after the end are blank.
      const isBlank = (index: number): boolean => isLeftEmpty(cells[index] as string);
      const first = order.findIndex((index) => !isBlank(index));
      const last = order.findLastIndex((index) => !isBlank(index));
      if (first < 0) throw new InputError(path, "it has no rows");
      const kept = order.slice(first, last + 1);
      const { values, isPercent, ambiguous } = readNumberColumn(
        kept.map((index) => cells[index] as string),
        options,
        (row, problem) => {
          throw placedError(path, "line", places[kept[row] as number] as number, problem);
        },
      );
      const years = new Set(dates.map((date) => new Date(date).getUTCFullYear())).size;
      const others = left === 0 ? "" : `; ${left} other line${left === 1 ? "" : "s"} left out`;
      const message =
        `${path} is read as a table of ${years} years by months, each on its last day` +
        others;
      return {
        series: [{
          name: null,
          rows: {
            dates: Float64Array.from(kept, (index) => dates[index] as number),
            values,
            places: listedPlaces("line", kept.map((index) => places[index] as number)),
            hasOffset: false,
            isFiner: false,
            isInstant: false,
          },
          benchmark: null,
          begins: null,
          money: [],
        }],
        choice: pivot.choice,
        column: null,
        isPercent,
        ambiguous,
        notes: [{ code: "years-by-months", message }],
      } satisfies Table;
    },
  };
}
