// The rows of a table as text, from all formats that are not read by the quick way: what is no row is
// told from what is (a header again, sums, a footer, another table behind it), then the cells that
// are wanted are kept, and read column by column at the end.

import { InputError, type Warning } from "../../errors.ts";
import { BLANKS } from "../blanks.ts";
import { isLeftEmpty } from "../cells/number_column.ts";
import { placedError } from "../rows.ts";
import type { ReadOptions } from "../options.ts";
import type { ColumnChoice } from "./choice.ts";
import { readCells } from "./read_cells.ts";
import type { TextCells } from "./read_times.ts";
import type { Table, TextTable } from "./table.ts";

/** Takes rows one by one. */
export interface TextRows {
  /** The trimmed cells of one record; throws `InputError` for what is neither row nor footer. */
  add(cells: readonly string[], place: number): void;
  /** Reads the columns. */
  finish(): Table;
}

const TOTAL =
  /^(?:(?:grand|sub|net|overall)[ -]?)?(?:totals?|sum|average|mean|median|count|min(?:imum)?|max(?:imum)?|std(?:ev|[. ]*dev(?:iation)?)?|standard deviation|variance|volatility|cagr|annuali[sz]ed|summe|gesamt|somme|totale|totaal|suma|soma|razem|итого|всего|合計|合计|总计|總計)(?![\p{L}\p{N}])/iu;

/** Whether a row that begins with this cell says the sum, the mean or the spread of others. */
export function isTotalLabel(label: string): boolean {
  return !beginsWithDigit(label) && TOTAL.test(label);
}

/** Starts to take the rows of a table. */
export function createTextRows(table: TextTable, options: ReadOptions): TextRows {
  const { path, names, hasNames, choice, unit } = table;
  const width = names.length;
  const wanted = wantedOf(choice);
  const columns: readonly string[][] = wanted.map(() => []);
  const cells: TextCells = {
    places: [],
    columns: new Map(wanted.map((at, index) => [at, columns[index] as string[]])),
  };
  const left = leftOut(table);
  const missing: ReadonlySet<string> = new Set(table.missing);
  let lastDate = "";
  // Behind a title alone in its line another table may begin, of which nothing is wanted.
  let isTitled = false;
  let isOther = false;

  // A security may be called so, too: MAX, MEAN.
  const isDateless = (row: readonly string[]): boolean =>
    dateOf(row) === "" || isText(dateOf(row), choice);
  const isHeader = (row: readonly string[]): boolean =>
    hasNames && row.length === width && row.every((cell, at) => cell === names[at]);
  const dateOf = (row: readonly string[]): string =>
    choice.date === null ? "" : row[choice.date] ?? "";
  // Another table's title stands alone in its line, its header below has names alone.
  const isLabel = (row: readonly string[], label: string): boolean =>
    choice.layout !== null && isText(label, choice) &&
    row.filter((cell) => cell !== "").length === 1;
  const isTitle = (row: readonly string[]): boolean =>
    row.filter((cell) => cell !== "").length > 2 &&
    row.every((cell) => cell === "" || isText(cell, choice));
  // MetaTrader's report ends its deals with their sums, under no date.
  const isSum = (row: readonly string[]): boolean =>
    choice.layout !== null && choice.date !== null && choice.entry === null && dateOf(row) === "" &&
    row[0] === "";
  return {
    add(record, place) {
      const row = withoutEnd(record, width);
      if (isHeader(row)) {
        left.beginAgain(place);
        return left.note("repeated header|repeated headers", place);
      }
      const label = row.find((cell) => cell !== "") ?? "";
      // "Average Value Weighted Returns", alone in its line, is the title of another table.
      const isAlone = row.length !== width && row.length === 1;
      if (isTotalLabel(label) && !isAlone && (dateOf(row) === label || isDateless(row))) {
        return left.note("row of sums|rows of sums", place);
      }
      if (isTitled && isTitle(row)) isOther = true;
      if (isOther) return left.note("line behind the table|lines behind the table", place);
      if (left.isEnded()) {
        const isAlike = choice.date !== null && shapeOf(dateOf(row)) === shapeOf(lastDate);
        if (row.length === width && isAlike) {
          throw left.resumed(place);
        }
        return left.note("line behind the table|lines behind the table", place);
      }
      if (row.length !== width || (choice.date !== null && isText(dateOf(row), choice))) {
        const isProse = table.separator === BLANKS || looksLikeText(row);
        if (cells.places.length > 0 && isText(label, choice) && isProse) {
          left.end(place);
          return left.note("line behind the table|lines behind the table", place);
        }
        if (row.length !== width) {
          throw placedError(path, unit, place, widthProblem(row.length, width));
        }
      }
      if (cells.places.length > 0 && (isLabel(row, label) || isSum(row))) {
        isTitled = isLabel(row, label);
        left.end(place);
        return left.note("line behind the table|lines behind the table", place);
      }
      // Of tables side by side the shorter one goes on as blanks.
      if (
        choice.date !== null && choice.entry === null && choice.layout === null &&
        dateOf(row) === "" && row[choice.value] === ""
      ) {
        return left.note("row without date and value|rows without date and value", place);
      }
      lastDate = dateOf(row);
      cells.places.push(place);
      for (let index = 0; index < wanted.length; index++) {
        const at = wanted[index] as number;
        const cell = row[at] as string;
        const isGiven = at !== choice.value || missing.size === 0 || !missing.has(cell);
        (columns[index] as string[]).push(isGiven ? cell : "");
      }
    },
    finish() {
      if (cells.places.length === 0) {
        throw new InputError(path, hasNames ? "it has a header but no rows" : "it has no rows");
      }
      return readCells(table, cells, options, left.notes());
    },
  };
}

function wantedOf(choice: ColumnChoice): readonly number[] {
  const { date, clock, entry, value, side, pair, plus, minus, benchmark, series } = choice;
  const marks = [choice.openings, choice.unclosed, choice.money].flatMap((mark) =>
    mark?.columns ?? []
  );
  const all = [
    date,
    ...choice.dateParts ?? [],
    clock,
    entry,
    value,
    side,
    pair,
    benchmark,
    ...series,
    ...plus,
    ...minus,
    ...choice.flows,
    ...marks,
    ...choice.fills ?? [],
    choice.detail?.column ?? null,
    choice.totals,
    choice.currency?.column ?? null,
    choice.currency?.rate ?? null,
  ];
  return [...new Set(all.filter((at) => at !== null))];
}

/** Asked of every row: a pattern would take as long as all the rest. */
function beginsWithDigit(cell: string): boolean {
  const code = cell.charCodeAt(0);
  return code >= 48 && code <= 57;
}

/** Without empty cells behind the last column. */
function withoutEnd(row: readonly string[], width: number): readonly string[] {
  return row.length > width && row.slice(width).every((cell) => cell === "")
    ? row.slice(0, width)
    : row;
}

/** Whether a cell where a date should be is prose: it may be missing in a trade that is open. */
function isText(cell: string, choice: ColumnChoice): boolean {
  if (beginsWithDigit(cell) || (cell === "" && choice.entry !== null)) return false;
  if (/^\(\d+(?: \p{L}|$)/u.test(cell)) return true;
  return !isLeftEmpty(cell) && !/^[\d(+-]/.test(cell) && !/\d{4}/.test(cell.slice(0, 12));
}

/** A line of a footer has few cells with something in them. */
function looksLikeText(row: readonly string[]): boolean {
  return row.filter((cell) => cell !== "").length <= Math.max(1, row.length / 2);
}

/** Dates of one form look alike: digits in ones or twos count as the same. */
function shapeOf(text: string): string {
  return text.replace(/\d+/g, (digits) => digits.length < 3 ? "9" : "9".repeat(digits.length))
    .replace(/[a-z]+/gi, "a");
}

function widthProblem(cells: number, width: number): string {
  const count = `it has ${cells} ${
    cells === 1 ? "cell" : "cells"
  } where the first line has ${width}`;
  return cells > width ? `${count}; quote cells that hold the separator` : count;
}

interface LeftOut {
  /** `what` is said of one, and of several. */
  note(what: `${string}|${string}`, place: number): void;
  end(place: number): void;
  /** The header stands here again. */
  beginAgain(place: number): void;
  isEnded(): boolean;
  resumed(place: number): InputError;
  notes(): readonly Warning[];
}

/** Counts what is no row, and says it. */
function leftOut({ path, unit, notes }: TextTable): LeftOut {
  const counts = new Map<string, { count: number; readonly first: number }>();
  let endedAt: number | null = null;
  let begunAt: number | null = null;
  return {
    note(what, place) {
      const known = counts.get(what);
      if (known === undefined) counts.set(what, { count: 1, first: place });
      else known.count++;
    },
    end(place) {
      endedAt = place;
    },
    beginAgain(place) {
      if (endedAt !== null) begunAt = place;
    },
    isEnded: () => endedAt !== null,
    resumed: (place) =>
      placedError(
        path,
        unit,
        endedAt ?? place,
        "this is no row of the table, and " + (begunAt === null
          ? `rows follow it in ${unit} ${place}; take it out`
          : `a second table of the same columns begins in ${unit} ${begunAt}; write the one that ` +
            "is meant to a file of its own"),
      ),
    notes: () => [
      ...notes,
      ...[...counts].map(([what, { count, first }]) => {
        const [one, several] = what.split("|");
        const left = count === 1 ? `1 ${one} of ${path} is` : `${count} ${several} of ${path} are`;
        return {
          code: "left-out",
          message: `${left} left out; ${count === 1 ? "it is" : "the first is"} ${unit} ${first}`,
        };
      }),
    ],
  };
}
