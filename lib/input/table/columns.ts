// Which column is the date and which the value: one set of rules for every table, whether it
// came as CSV, Parquet or JSON. A choice that is not plain is an error that lists the columns.

import { InputError, UsageError } from "../../errors.ts";
import { quoted } from "../cells/number.ts";
import type { ColumnChoice, MarkedRows } from "./choice.ts";
import { findColumn, type Layout, LAYOUTS, type Pick, type RowMark } from "./layouts.ts";
import {
  CLOCK_NAMES,
  CLOSED_WORDS,
  COST_NAMES,
  DATE_NAMES,
  ENDED_WORDS,
  hasWord,
  nameKey,
  OPENED_WORDS,
  PERIOD_WORDS,
  SIDE_WORDS,
  STARTED_WORDS,
} from "./names.ts";
import {
  currencyOf,
  fillsOf,
  flowsOf,
  kindByName,
  levelsOf,
  PAYMENTS,
  seriesOf,
  UNCLOSED,
} from "./layout_columns.ts";
import { columnNamed, type ColumnProfile, isRowCounter, listed, nameAt } from "./profile.ts";
import { flagOf, type Kind, type ReadOptions } from "../options.ts";
import { checkUnnamed, chooseValue, isOfBars } from "./value_column.ts";

/** Picks the columns; throws `InputError` or `UsageError` where the choice is not plain. */
export function chooseColumns(
  path: string,
  columns: readonly ColumnProfile[],
  options: ReadOptions,
): ColumnChoice {
  const layout = findLayout(path, columns, options);
  const names = columns.map(({ name }) => name);
  const layoutValue = layout === undefined ? null : findColumn(names, layout.value);
  const named = options.column === undefined
    ? layoutValue
    : columnNamed(path, columns, options.column, flagOf(options, "column"));
  const isLayoutValue = layout !== undefined && named === layoutValue;
  const kind = options.kind ?? (isLayoutValue ? layout.kind : undefined);
  const dates = chooseDates(path, columns, named, kind, layout, options);
  const taken = [dates.date, dates.clock, dates.entry, ...dates.dateParts ?? []];
  const value = named ?? chooseValue(path, columns, taken, kind, options);
  checkUnnamed(path, columns, value);
  if (dates.date === value) {
    throw new UsageError(`--column and --date-column both name ${quoted(nameAt(columns, value))}`);
  }
  const ofLayout = (wanted: Pick | undefined): number | null =>
    wanted === undefined || !isLayoutValue ? null : findColumn(names, wanted);
  const ofTrades = (wanted: Pick | undefined): number | null =>
    wanted === undefined || kind !== "trades" ? null : findColumn(names, wanted);
  const allOf = (wanted: readonly Pick[] | undefined): readonly number[] =>
    (wanted ?? []).map(ofLayout).filter((index) => index !== null);
  const marked = (mark: RowMark | undefined): MarkedRows | null => {
    if (mark === undefined) return null;
    const columns = [mark.column, mark.also].map((wanted) =>
      wanted === undefined ? null : findColumn(names, wanted)
    ).filter((index) => index !== null);
    return columns.length === 0 ? null : { ...mark, columns };
  };
  return {
    ...dates,
    value,
    areTrades: kind === "trades" && layout?.areFills !== true &&
      (layout?.kind === "trades" || dates.entry !== null),
    side: ofTrades(layout?.side),
    fills: fillsOf(names, layout),
    pair: ofTrades(layout?.pair),
    plus: allOf(layout?.plus),
    minus: allOf(layout?.minus),
    totals: ofLayout(layout?.totals),
    untaken: kind === "trades" && layout === undefined
      ? names.flatMap((name, at) => COST_NAMES.includes(nameKey(name)) ? [at] : [])
      : [],
    flows: flowsOf(names, value, kind ?? kindByName(nameAt(columns, value)), layout),
    benchmark: ofLayout(layout?.benchmark),
    series: seriesOf(names, kind ?? kindByName(nameAt(columns, value)), layout),
    openings: marked(layout?.openings),
    unclosed: marked(layout === undefined && kind === "trades" ? UNCLOSED : layout?.unclosed),
    money: marked(layout === undefined && kind === "trades" ? PAYMENTS : layout?.money),
    detail: levelsOf(names, layout),
    currency: currencyOf(names, kind, layout),
    lacks: isLayoutValue ? layout.lacks ?? null : null,
    kind: isLayoutValue ? layout.kind : null,
    layout: layout?.name ?? null,
  };
}

/** A layout is taken when the header has its columns, unless `inputFormat` names another format. */
function findLayout(
  path: string,
  columns: readonly ColumnProfile[],
  options: ReadOptions,
): Layout | undefined {
  const asked = LAYOUTS.find((layout) => layout.name === options.inputFormat);
  if (asked === undefined && options.inputFormat !== undefined) return undefined;
  const names = columns.map(({ name }) => name);
  const fits = (layout: Layout): boolean =>
    layout.columns.every((wanted) => findColumn(names, wanted) !== null);
  if (asked === undefined) return LAYOUTS.find(fits);
  if (fits(asked)) return asked;
  throw new InputError(
    path,
    `--input-format ${asked.name} needs the columns ${asked.columns.join(", ")}; ${
      listed(columns)
    }`,
  );
}

type Dates = PickOf<ColumnChoice, "date" | "dateParts" | "clock" | "entry" | "areSides">;
type PickOf<T, K extends keyof T> = { readonly [P in K]: T[P] };

function chooseDates(
  path: string,
  columns: readonly ColumnProfile[],
  value: number | null,
  kind: Kind | undefined,
  layout: Layout | undefined,
  options: ReadOptions,
): Dates {
  const names = columns.map(({ name }) => name);
  const ofLayout = (wanted: Pick | undefined): number | null =>
    wanted === undefined ? null : findColumn(names, wanted);
  const isTrades = kind === "trades";
  refuseTradesUnasked(path, columns, kind, layout, options);
  const asked = options.dateColumn === undefined
    ? ofLayout(layout?.date)
    : columnNamed(path, columns, options.dateColumn, flagOf(options, "dateColumn"));
  const closed = asked ?? (isTrades ? datedBy(columns, ENDED_WORDS, null) : null);
  if (closed !== null) {
    const known = ofLayout(layout?.entry);
    const entry = known === closed ? null : known ?? datedBy(columns, STARTED_WORDS, closed);
    const areSides = [closed, entry].every((at) =>
      at !== null && hasWord(nameAt(columns, at), SIDE_WORDS)
    );
    const clock = clockOf(columns, closed);
    return { date: closed, dateParts: null, clock, entry: isTrades ? entry : null, areSides };
  }
  const dated = columns.filter((column) => isTrades && column.isDates && !isRowCounter(column));
  if (dated.length > 1 && !dated.some(({ name }) => DATE_NAMES.includes(nameKey(name)))) {
    throw new InputError(
      path,
      `more than one column holds dates, ${
        listed(dated).replace("its columns are ", "")
      }; name that of ` +
        `the exits with ${flagOf(options, "dateColumn")}`,
    );
  }
  const dateParts = options.dateFormat === undefined ? datePartsOf(columns) : null;
  const date = dateParts?.[0] ?? chooseDate(path, columns, value, options);
  return {
    date,
    dateParts: dateParts?.slice(1) ?? null,
    clock: date === null ? null : clockOf(columns, date),
    entry: null,
    areSides: false,
  };
}

/** Rows with an entry and an exit are trades: their returns are none of periods. */
function refuseTradesUnasked(
  path: string,
  columns: readonly ColumnProfile[],
  kind: Kind | undefined,
  layout: Layout | undefined,
  options: ReadOptions,
): void {
  if (kind !== undefined || layout !== undefined || options.dateColumn !== undefined) return;
  // A bar has a time at which it opens and one at which it closes, too.
  if (isOfBars(columns)) return;
  const closed = datedBy(columns, CLOSED_WORDS, null);
  const opened = closed === null ? null : datedBy(columns, OPENED_WORDS, closed);
  if (closed === null || opened === null) return;
  // zipline's: when a day of trading began and ended.
  if ([opened, closed].every((at) => hasWord(nameAt(columns, at), PERIOD_WORDS))) return;
  throw new InputError(
    path,
    `its columns ${quoted(nameAt(columns, opened))} and ${
      quoted(nameAt(columns, closed))
    } are those ` +
      `of trades, whose returns are none of periods; ${
        flagOf(options, "kind")
      } trades with --capital ` +
      `reads profits in money, ${flagOf(options, "dateColumn")} takes the rows as periods`,
  );
}

/** The one column of dates that has one of these words in its name. */
function datedBy(
  columns: readonly ColumnProfile[],
  words: readonly string[],
  but: number | null,
): number | null {
  const found = columns.flatMap((column, index) =>
    index !== but && hasWord(column.name, words) && column.isDates ? [index] : []
  );
  return found.length === 1 ? found[0] as number : null;
}

/** A column of times of day, beside one of dates. */
function clockOf(columns: readonly ColumnProfile[], date: number): number | null {
  const found = columns.findIndex((column, index) =>
    index !== date && CLOCK_NAMES.includes(nameKey(column.name)) && column.isClocks
  );
  return found < 0 ? null : found;
}

/** Columns of a year, a month and a day, where no other column is one of dates; null where there are none. */
function datePartsOf(columns: readonly ColumnProfile[]): readonly number[] | null {
  const keys = columns.map(({ name }) => nameKey(name));
  const year = keys.indexOf("year");
  if (year < 0 || keys.some((key) => DATE_NAMES.includes(key))) return null;
  if (columns.some((column, at) => at !== year && column.isDates)) return null;
  const [month, day] = [keys.indexOf("month"), keys.indexOf("day")];
  if (month < 0) return columns[year]?.areYears === true ? [year] : null;
  return day < 0 ? [year, month] : [year, month, day];
}

/** The column of dates of a table whose other columns are all values; null where it has none. */
export function chooseDatesAlone(
  path: string,
  columns: readonly ColumnProfile[],
  options: ReadOptions,
): number | null {
  const date = options.dateColumn === undefined
    ? chooseDate(path, columns, null, options)
    : columnNamed(path, columns, options.dateColumn, flagOf(options, "dateColumn"));
  const isApart = options.dateColumn === undefined && datePartsOf(columns) !== null;
  if (isApart || (date !== null && clockOf(columns, date) !== null)) {
    throw new InputError(
      path,
      `its times stand in several columns, ${
        isApart ? "of year, month or day" : "date and time of day"
      }; make them one`,
    );
  }
  return date;
}

/** Of tables side by side each has its dates to its left: the nearest of one name are those of a value. */
function nearestOf(
  path: string,
  columns: readonly ColumnProfile[],
  ranked: readonly number[],
  value: number | null,
): number {
  const [surest] = ranked as readonly [number, ...number[]];
  const { name } = columns[surest] as ColumnProfile;
  const alike = ranked.filter((at) => columns[at]?.name === name);
  if (alike.length > 1 && value === null) {
    throw new InputError(
      path,
      `more than one column is called ${quoted(name)}; ${listed(columns)}; ` +
        "name the value with --column, which takes the dates to its left",
    );
  }
  return alike.findLast((at) => value !== null && at < value) ?? surest;
}

function chooseDate(
  path: string,
  columns: readonly ColumnProfile[],
  value: number | null,
  options: ReadOptions,
): number | null {
  const isFree = (index: number): boolean => index !== value;
  const ranked = DATE_NAMES.flatMap((key) =>
    columns.flatMap(({ name }, index) => isFree(index) && nameKey(name) === key ? [index] : [])
  );
  if (ranked[0] !== undefined) return nearestOf(path, columns, ranked, value);
  // Between the edge of a box and its first line there is nothing.
  const isEdge = (column: ColumnProfile): boolean => column.name === "" && column.isEmpty;
  const at = columns.findIndex((column) => !isRowCounter(column) && !isEdge(column));
  const first = columns[at];
  if (first !== undefined && isFree(at) && columns.length > 1) {
    if (first.name === "" || first.isDates) return at;
  }
  const others = columns.filter((column) => !isRowCounter(column));
  if (others.length <= 1) return null;
  if (options.dateFormat !== undefined) {
    throw new InputError(
      path,
      `no column has dates that fit --date-format "${options.dateFormat}"; ${listed(columns)}; ` +
        `name theirs with ${flagOf(options, "dateColumn")} to see what does not fit`,
    );
  }
  throw new InputError(
    path,
    `no column holds the dates; ${listed(columns)}; name one with --date-column, ` +
      `or give the values in a file of their own`,
  );
}
