// A table whose columns were read whole: dates and values that are numbers are taken as they stand, and
// only where one of them is odd are the cells looked at one by one.

import { LAST_MS } from "../cells/dates.ts";
import type { ReadOptions } from "../options.ts";
import { countedPlaces, type RawRows } from "../rows.ts";
import type { Table } from "./table.ts";
import { collectPlain, plainTable, type TypedTable, typedTimes } from "./typed_table.ts";

type Column = Float64Array | unknown[];

/**
 * The table of a date and a value; `cellsOf` gives a column by its place, to be used up. Throws
 * `InputError` for cells that are not plain.
 */
export function tableOfColumns(
  table: TypedTable,
  options: ReadOptions,
  cellsOf: (at: number) => Column,
  count: number,
  isFiner: boolean,
): Table {
  const { choice, columns } = table;
  const values = cellsOf(choice.value);
  const dates = choice.date === null ? null : cellsOf(choice.date);
  const column = choice.date === null ? undefined : columns[choice.date];
  const isStored = column === undefined || typedTimes(table, column, options).areAsStored;
  const areWhole = values instanceof Float64Array && areFinite(values) &&
    (dates === null || (isStored && dates instanceof Float64Array && areTimes(dates)));
  if (areWhole) {
    return plainTable(choice, columns[choice.value]?.name ?? "", {
      dates: dates as Float64Array | null,
      values,
      places: countedPlaces(),
      hasOffset: false,
      isFiner,
      isInstant: false,
    });
  }
  const rows = collectPlain(table, options, count);
  const byPlace = (at: number): Column => at === choice.value ? values : dates as Column;
  for (let row = 0; row < count; row++) rows.add((at) => byPlace(at)[row], row + 1);
  const found = rows.finish();
  const [series] = found.series;
  const marked: RawRows | null = series === undefined ? null : {
    ...series.rows,
    isFiner: series.rows.isFiner || isFiner,
  };
  return series === undefined || marked === null
    ? found
    : { ...found, series: [{ ...series, rows: marked }] };
}

/** Whether each value is finite or missing. */
export function areFinite(values: Float64Array): boolean {
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (value === Infinity || value === -Infinity) return false;
  }
  return true;
}

function areTimes(dates: Float64Array): boolean {
  for (let row = 0; row < dates.length; row++) {
    if (!(Math.abs(dates[row] as number) <= LAST_MS)) return false;
  }
  return true;
}
