// A column of dates in any form that it alone tells. The forms that programs write are tried first;
// of the others, one is taken where it is the only one that fits every cell: where the day stands
// behind the month in 40 rows, one of them is beyond 12.

import { compileDateFormat, timeDirectives } from "./date_format.ts";
import { createDateReader, type DateOptions, type DateReader } from "./dates.ts";
import { quoted } from "./number.ts";
import type { Fail } from "./number_column.ts";

/** A column that was read. */
export interface DateColumn {
  /** Wall-clock ms. */
  readonly dates: Float64Array;
  /** What was learnt of the column: offsets, instants. */
  readonly reader: DateReader;
}

interface Form {
  readonly format: string;
  /** What the text must look like besides, where directives alone are too free. */
  readonly shape?: RegExp;
}

const SEPARATORS = ["/", "-", "."] as const;
const ORDERS = ["%Y %m %d", "%d %m %Y", "%m %d %Y", "%d %m %y", "%m %d %y", "%y %m %d"] as const;

/** Forms with one reading a cell, or with several among which the column decides. */
const FORMS: readonly Form[] = [
  ...ORDERS.flatMap((order) =>
    SEPARATORS.map((separator) => ({ format: order.replaceAll(" ", separator) }))
  ),
  ...["%Y-%m", "%Y/%m", "%m-%Y", "%m/%Y", "%m.%Y"].map((format) => ({ format })),
  ...["%YQ%q", "%Y-Q%q", "%Y Q%q", "Q%q %Y", "Q%q-%Y", "Q%q/%Y"].map((format) => ({ format })),
  ...["%G-W%V", "%GW%V", "%G-W%V-%u"].map((format) => ({ format })),
  { format: "%Y%m", shape: /^(?:19|20)\d{4}$/ },
  { format: "%Y%m%d", shape: /^\d{8}\b/ },
  ...[" ", "T", ";", ","].map((mark) => ({
    format: `%Y%m%d${mark}%H%M%S`,
    shape: new RegExp(`^\\d{8}${mark}\\d{6}$`),
  })),
  { format: "%Y%m%dT%H%M%S%z", shape: /^\d{8}T\d{6}(?:Z|[+-]\d{2}:?\d{2})$/ },
  { format: "%Y%m%d %H%M", shape: /^\d{8} \d{4}$/ },
  ...[" ", "-", "/", ".", ". ", " de ", ""].map((mark) => ({
    format: `%d${mark}%B${mark.replace(". ", " ")}%Y`,
  })),
  ...[" ", "-"].map((separator) => ({ format: `%d${separator}%B${separator}%y` })),
  { format: "%d. %m. %Y" },
  { format: "%Y年%m月%d日" },
  { format: "%Y-%B-%d" },
  { format: "%B %d, %Y" },
  { format: "%B %d %Y" },
  ...["%B %Y", "%B-%Y", "%B/%Y", "%B de %Y"].map((format) => ({ format })),
  { format: "%Y-%B" },
  ...["%B-%y", "%B/%y"].map((format) => ({ format, shape: /^\D+\d{2}$/ })),
  { format: "%a %d %B %Y" },
  { format: "%a, %d %B %Y" },
  { format: "%a %B %d %Y" },
  { format: "%a, %B %d, %Y" },
];

/**
 * Reads the trimmed cells of one column. A format that `isHint` is taken where it fits every cell, and
 * else is none: it was said of another file.
 */
export function readDateColumn(
  cells: readonly string[],
  options: DateOptions & { readonly isHint?: boolean },
  fail: Fail,
): DateColumn {
  const { dateFormat, timezone } = options;
  const asked = createDateReader(options);
  const dates = new Float64Array(cells.length);
  const missed = fill(dates, cells, (cell) => asked.readText(cell));
  if (missed < 0) return asked.doubt === null ? { dates, reader: asked } : fail(0, asked.doubt);
  if (dateFormat !== undefined) {
    if (options.isHint === true) return readDateColumn(cells, { timezone }, fail);
    return fail(missed, asked.problem(cells[missed] as string));
  }
  const reader = createDateReader({ timezone });
  const readings: { readonly format: string; readonly dates: Float64Array }[] = [];
  for (const { format, shape } of FORMS) {
    const compiled = compileDateFormat(format);
    const times = new Float64Array(cells.length);
    const read = (cell: string): number =>
      shape === undefined || shape.test(cell) ? reader.readWritten(compiled(cell)) : NaN;
    if (fill(times, cells, read) >= 0) continue;
    const isNew = readings.every(({ dates }) => differing(dates, times) >= 0);
    if (isNew) readings.push({ format, dates: times });
  }
  const [found, other] = readings;
  if (found === undefined) return fail(missed, asked.problem(cells[missed] as string));
  if (other === undefined) return { dates: found.dates, reader };
  const row = differing(found.dates, other.dates);
  const cell = cells[row] as string;
  const formats = readings.map(({ format }) => format + timeDirectives(cell));
  return fail(
    row,
    `the date ${
      quoted(cell)
    } can be read in more than one way; say which with --date-format, such as ` +
      formats.join(" or "),
  );
}

/** Reads until a cell does not fit; returns its row, −1 when all do. */
function fill(
  dates: Float64Array,
  cells: readonly string[],
  read: (cell: string) => number,
): number {
  for (let row = 0; row < cells.length; row++) {
    const time = read(cells[row] as string);
    if (Number.isNaN(time)) return row;
    dates[row] = time;
  }
  return -1;
}

/** The first row in which two readings differ; −1 where none does. */
function differing(dates: Float64Array, others: Float64Array): number {
  return dates.findIndex((time, row) => time !== others[row]);
}
