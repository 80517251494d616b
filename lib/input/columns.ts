// Which column is the date and which the value: one set of rules for every table, whether it
// came as CSV, Parquet or JSON. A choice that is not plain is an error that lists the columns.

import { InputError, UsageError } from "../errors.ts";
import { isMissing, quoted, readNumber, trimCell } from "./cells.ts";
import { dateRecogniser } from "./dates.ts";
import { type Layout, LAYOUTS } from "./layouts.ts";
import type { Kind, ReadOptions } from "./options.ts";

/** What is known of a column from its first rows. */
export interface ColumnProfile {
  readonly name: string;
  /** Every cell that is not missing is a date, or would be with `--date-format`. */
  readonly isDates: boolean;
  /** Every cell that is not missing is a number, and there is one. */
  readonly isNumbers: boolean;
  /** The cells are 0, 1, 2, … or 1, 2, 3, …: a row counter, such as a pandas index. */
  readonly isCounter: boolean;
}

/** The columns that are read, by position. */
export interface ColumnChoice {
  readonly date: number | null;
  readonly value: number;
  /** Subtracted from the value, where a layout says so. */
  readonly minus: number | null;
  readonly benchmark: number | null;
  readonly kind: Kind;
  /** Name of the layout that was recognised; null for a plain table. */
  readonly layout: string | null;
}

const DATE_NAMES: ReadonlySet<string> = new Set(["date", "datetime", "timestamp", "time"]);
const VALUE_NAMES: Readonly<Record<Kind, readonly string[]>> = {
  returns: ["returns", "return"],
  prices: ["prices", "price"],
  equity: ["equity"],
  trades: ["pnl", "profit"],
};

/** Whether a cell of a first line can only be a column's name. */
export function isKnownName(name: string): boolean {
  const lower = name.toLowerCase();
  return DATE_NAMES.has(lower) || Object.values(VALUE_NAMES).some((names) => names.includes(lower));
}

/** What the trimmed cells of one column look like; they are only looked at when a name does not tell. */
export function profileColumn(
  name: string,
  cells: () => readonly string[],
  options: Pick<ReadOptions, "dateFormat">,
): ColumnProfile {
  let known: Omit<ColumnProfile, "name"> | undefined;
  const look = (): Omit<ColumnProfile, "name"> => known ??= profileCells(cells(), options);
  return {
    name,
    get isDates() {
      return look().isDates;
    },
    get isNumbers() {
      return look().isNumbers;
    },
    get isCounter() {
      return look().isCounter;
    },
  };
}

function profileCells(
  cells: readonly string[],
  options: Pick<ReadOptions, "dateFormat">,
): Omit<ColumnProfile, "name"> {
  const present = cells.filter((cell) => !isMissing(cell));
  const numbers = present.map(readNumber);
  const first = numbers[0];
  return {
    isDates: present.length > 0 && present.every(dateRecogniser(options)),
    isNumbers: present.length > 0 && numbers.every((value) => value !== undefined),
    isCounter: present.length > 0 && present.length === cells.length &&
      (first === 0 || first === 1) && numbers.every((value, row) => value === first + row),
  };
}

/** Picks the columns; throws `InputError` or `UsageError` where the choice is not plain. */
export function chooseColumns(
  path: string,
  columns: readonly ColumnProfile[],
  options: ReadOptions,
): ColumnChoice {
  const layout = findLayout(path, columns, options);
  const kind = options.kind ?? layout?.kind ?? "returns";
  const wanted = options.column ?? layout?.value;
  const named = wanted === undefined ? null : columnNamed(path, columns, wanted, "--column");
  const date = chooseDate(path, columns, named, options.dateColumn ?? layout?.date);
  const value = named ?? chooseValue(path, columns, date, kind);
  if (date === value) {
    throw new UsageError(`--column and --date-column both name ${quoted(nameAt(columns, value))}`);
  }
  const ofLayout = (name: string | undefined): number | null =>
    name === undefined || options.column !== undefined ? null : indexOf(columns, name);
  return {
    date,
    value,
    minus: ofLayout(layout?.minus),
    benchmark: ofLayout(layout?.benchmark),
    kind,
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
  const fits = (layout: Layout): boolean =>
    (options.column === undefined || options.column === layout.value) &&
    layout.columns.every((name) => columns.some((column) => column.name === name));
  if (asked === undefined) return LAYOUTS.find(fits);
  if (fits(asked)) return asked;
  throw new InputError(
    path,
    `--input-format ${asked.name} needs the columns ${asked.columns.join(", ")}; ${
      listed(columns)
    }`,
  );
}

function chooseDate(
  path: string,
  columns: readonly ColumnProfile[],
  value: number | null,
  wanted: string | undefined,
): number | null {
  if (wanted !== undefined) return columnNamed(path, columns, wanted, "--date-column");
  const isFree = (index: number): boolean => index !== value;
  const named = columns.map((_, index) => index).filter((index) =>
    isFree(index) && DATE_NAMES.has(nameAt(columns, index).toLowerCase())
  );
  const ranked = [...DATE_NAMES].flatMap((name) =>
    named.filter((index) => nameAt(columns, index).toLowerCase() === name)
  );
  if (ranked[0] !== undefined) return ranked[0];
  const first = columns[0] as ColumnProfile;
  if (isFree(0) && columns.length > 1) {
    if (first.name === "" ? !first.isCounter : first.isDates) return 0;
  }
  const others = columns.filter((column) => !isRowCounter(column));
  if (others.length <= 1) return null;
  throw new InputError(
    path,
    `no column holds the dates; ${listed(columns)}; name one with --date-column, ` +
      `or give the values in a file of their own`,
  );
}

function chooseValue(
  path: string,
  columns: readonly ColumnProfile[],
  date: number | null,
  kind: Kind,
): number {
  const indexes = columns.map((_, index) => index).filter((index) => index !== date);
  const named = indexes.filter((index) =>
    VALUE_NAMES[kind].includes(nameAt(columns, index).toLowerCase())
  );
  if (named.length === 1) return named[0] as number;
  const left = indexes.filter((index) => !isRowCounter(columns[index] as ColumnProfile));
  if (named.length === 0 && left.length === 1) return left[0] as number;
  const numeric = left.filter((index) => (columns[index] as ColumnProfile).isNumbers);
  if (named.length === 0 && numeric.length === 1) return numeric[0] as number;
  const problem = named.length > 1
    ? `more than one column is called ${VALUE_NAMES[kind].join(" or ")}`
    : left.length === 0
    ? "there is no column of values beside the dates"
    : numeric.length === 0
    ? "no column holds numbers"
    : "more than one column holds numbers";
  throw new InputError(path, `${problem}; ${listed(columns)}; name the value with --column`);
}

/** An unnamed counter of rows, which pandas writes for a frame without an index of its own. */
function isRowCounter(column: ColumnProfile): boolean {
  return column.name === "" && column.isCounter;
}

function columnNamed(
  path: string,
  columns: readonly ColumnProfile[],
  wanted: string,
  flag: string,
): number {
  const index = indexOf(columns, wanted);
  if (index !== null) return index;
  throw new InputError(path, `there is no column ${quoted(wanted)} (${flag}); ${listed(columns)}`);
}

/** A column by its name: as written, else whatever the case when only one has it. */
function indexOf(columns: readonly ColumnProfile[], wanted: string): number | null {
  const name = trimCell(wanted);
  const exact = columns.findIndex((column) => column.name === name);
  if (exact >= 0) return exact;
  const alike = columns.map((column, index) => ({ name: column.name.toLowerCase(), index }))
    .filter((column) => column.name === name.toLowerCase());
  return alike.length === 1 ? (alike[0]?.index ?? null) : null;
}

function nameAt(columns: readonly ColumnProfile[], index: number): string {
  return (columns[index] as ColumnProfile).name;
}

const MOST_LISTED = 20;

function listed(columns: readonly ColumnProfile[]): string {
  const names = columns.slice(0, MOST_LISTED).map(({ name }) =>
    name === "" ? "(unnamed)" : /^[\w .%$()&#/-]{1,60}$/.test(name) ? name : quoted(name)
  );
  const more = columns.length > MOST_LISTED ? ` and ${columns.length - MOST_LISTED} more` : "";
  return `its columns are ${names.join(", ")}${more}`;
}
