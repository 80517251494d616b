// What the cells of a column look like. They are only looked at where its name does not tell.

import { InputError } from "../../errors.ts";
import { hasWord } from "./names.ts";
import { dateRecogniser } from "../cells/dates.ts";
import { isLeftEmpty, looksNumeric } from "../cells/number_column.ts";
import { quoted, readNumber, trimCell } from "../cells/number.ts";

/** What is known of a column from its first rows. */
export interface ColumnProfile {
  readonly name: string;
  /** Every cell that is not missing is a date, or would be with `--date-format`. */
  readonly isDates: boolean;
  /** Every cell that is not missing is a number, and there is one. */
  readonly isNumbers: boolean;
  /** The cells are 0, 1, 2, … or 1, 2, 3, …: a row counter, such as a pandas index. */
  readonly isCounter: boolean;
  /** Every cell is a year, each another. */
  readonly areYears: boolean;
  /** Every cell is a time of day. */
  readonly isClocks: boolean;
  /** No cell has anything in it. */
  readonly isEmpty: boolean;
}

/** What the trimmed cells of one column look like; they are only looked at when a name does not tell. */
export function profileColumn(
  name: string,
  cells: () => readonly string[],
  options: FormatOption,
): ColumnProfile {
  let known: Omit<ColumnProfile, "name"> | undefined;
  const look = (): Omit<ColumnProfile, "name"> => known ??= profileCells(cells(), options);
  return {
    name,
    get isDates() {
      return look().isDates && !(isIdName(name) && look().isNumbers);
    },
    get isNumbers() {
      return look().isNumbers;
    },
    get isCounter() {
      return look().isCounter;
    },
    get areYears() {
      return look().areYears;
    },
    get isClocks() {
      return look().isClocks;
    },
    get isEmpty() {
      return look().isEmpty;
    },
  };
}

/** Numbers of orders and users, many of which would be times of this century. */
function isIdName(name: string): boolean {
  return hasWord(name, ["id", "uid"]) && !hasWord(name, ["date", "time", "day"]);
}

/** A column whose type says that it holds dates. */
export function datesByType(name: string): ColumnProfile {
  return {
    name,
    isDates: true,
    isNumbers: false,
    isCounter: false,
    areYears: false,
    isClocks: false,
    isEmpty: false,
  };
}

/** A time of day; MetaTrader and HistData write it without colons, too. */
const CLOCK =
  /^(?:\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]m)?|(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)$/i;

interface FormatOption {
  readonly dateFormat?: string | undefined;
}

function profileCells(
  cells: readonly string[],
  options: FormatOption,
): Omit<ColumnProfile, "name"> {
  const present = cells.filter((cell) => !isLeftEmpty(cell));
  const numbers = present.map(readNumber);
  const first = numbers[0];
  return {
    isDates: present.length > 0 && present.every(dateRecogniser(options)),
    isNumbers: present.length > 0 &&
      numbers.every((value, row) => value !== undefined || looksNumeric(present[row] as string)),
    isCounter: present.length > 0 && present.length === cells.length &&
      (first === 0 || first === 1) && numbers.every((value, row) => value === first + row),
    areYears: present.length > 0 && cells.every((cell) => /^(?:19|20)\d{2}$/.test(cell)) &&
      new Set(cells).size === cells.length,
    isClocks: present.length > 0 && present.every((cell) => CLOCK.test(cell)),
    isEmpty: cells.every((cell) => cell === ""),
  };
}

/** A counter of rows, which pandas writes for a frame without an index of its own, and people number rows by. */
export function isRowCounter(column: ColumnProfile): boolean {
  return /^(?:unnamed: \d+|index|id|#|n[or]\.?|row|obs|s\.? ?no\.?)?$/i.test(column.name) &&
    column.isCounter;
}

/** The place of a column that the user named with a flag; throws `InputError` where it is not there. */
export function columnNamed(
  path: string,
  columns: readonly ColumnProfile[],
  wanted: string,
  flag: string,
): number {
  const index = indexOf(columns, wanted);
  const isSame = (column: ColumnProfile): boolean =>
    index !== null && column.name === columns[index]?.name;
  if (columns.filter(isSame).length > 1) {
    throw new InputError(
      path,
      `more than one column is called ${quoted(wanted)} (${flag}); give them names of their own`,
    );
  }
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

/** The name of a column. */
export function nameAt(columns: readonly ColumnProfile[], index: number): string {
  return (columns[index] as ColumnProfile).name;
}

const MOST_LISTED = 20;

/** The names of columns for messages. */
export function listed(columns: readonly ColumnProfile[]): string {
  const names = columns.slice(0, MOST_LISTED).map(({ name }) =>
    name === "" ? "(unnamed)" : /^[\w .%$()&#/-]{1,60}$/.test(name) ? name : quoted(name)
  );
  const more = columns.length > MOST_LISTED ? ` and ${columns.length - MOST_LISTED} more` : "";
  return `its columns are ${names.join(", ")}${more}`;
}
