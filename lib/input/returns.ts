// From the rows of a file to a series of returns: order, doubles, missing values, kinds. Whatever
// a value could be mistaken for is warned of, never repaired: nothing here guesses.

import { DAY_MS } from "../civil.ts";
import { InputError, UsageError, type Warning } from "../errors.ts";
import type { Returns } from "../metrics/mod.ts";
import { checkChangedDays } from "./changed_days.ts";
import { checkUnique, haveTwins, lastOfInstants, withoutEmptyTwins } from "./instants.ts";
import type { Kind, ReadOptions } from "./options.ts";
import { type Extreme, extremeChange, levelsToReturns } from "./levels.ts";
import { compounded, lastOfPeriods } from "./resample.ts";
import { keptRows, type OrderedRows, picked, placedError, type RawRows } from "./rows.ts";
import { type TradeFacts, tradesToReturns } from "./trades.ts";

/** A series of returns, and what there is to say of its making. */
export interface Series {
  /** Simple returns, in order of date. */
  readonly returns: Returns;
  /** What they are the changes of; null where the file has no levels. */
  readonly levels: Returns | null;
  /** Whether any date has a time of day. */
  readonly hasTime: boolean;
  /** What the user should know of its making. */
  readonly warnings: readonly Warning[];
  /** The first change of a level so large that a misread number may be behind it. */
  readonly extreme: Extreme | null;
}

/** What returns are made with. */
export interface MakeOptions
  extends Pick<ReadOptions, "capital" | "missing" | "missingReturns" | "timezone" | "resample"> {
  /** Whether the values are in percent and still to be divided. */
  readonly percent?: boolean | undefined;
  /** Of a list of trades. */
  readonly trades?: TradeFacts;
}

/** Makes returns of rows by the rules of their kind. The rows' arrays are used up. */
export function toReturns(path: string, rows: RawRows, kind: Kind, options: MakeOptions): Series {
  checkCapital(kind, options.capital);
  const warnings: Warning[] = [];
  const ordered = inOrder(path, rows, kind, options.missing, warnings);
  const led = isLevel(kind) ? withoutLeading(ordered, options.missing, warnings) : ordered;
  const filled = fillMissing(led, kind, options, warnings);
  if (options.percent === true) scale(filled.values);
  const made = makeReturns(filled, kind, options, warnings);
  if (options.timezone !== undefined && rows.dates !== null && !rows.hasOffset) {
    warnings.push({
      code: "timezone-unused",
      message:
        `${path} has no times with an offset: its dates are taken as written, not moved to ` +
        options.timezone,
    });
  }
  if (options.capital !== undefined && !takesCapital(kind)) {
    warnings.push({
      code: "capital-unused",
      message: `${path} holds ${kind}, not trades: --capital has no effect on it`,
    });
  }
  return { ...made, hasTime: hasTime(made.returns.dates), warnings };
}

function isLevel(kind: Kind): boolean {
  return kind === "prices" || kind === "equity" || kind === "cumulative";
}

function takesCapital(kind: Kind): boolean {
  return kind === "trades" || kind === "equity";
}

/** Percent to fractions. */
function scale(values: Float64Array): void {
  for (let row = 0; row < values.length; row++) values[row] = (values[row] as number) / 100;
}

function makeReturns(
  rows: OrderedRows,
  kind: Kind,
  options: MakeOptions,
  warnings: Warning[],
): Pick<Series, "returns" | "levels" | "extreme"> {
  const { resample } = options;
  if (isLevel(kind)) {
    const extreme = extremeChange(rows);
    const base = kind === "cumulative" ? 1 : options.capital;
    if (kind === "cumulative") grown(rows.values);
    const kept = resample === undefined ? rows : lastOfPeriods(rows, resample);
    return {
      ...levelsToReturns(kept, kind, base),
      extreme: kind === "cumulative" ? null : extreme,
    };
  }
  if (kind === "log-returns") exponentiate(rows.values);
  const returns = kind === "trades"
    ? tradesToReturns(
      rows,
      options.capital as number,
      options.trades ?? { begins: null, money: [] },
      warnings,
    )
    : { dates: rows.dates, values: rows.values };
  return {
    returns: resample === undefined ? returns : compounded(rows.path, returns, resample),
    levels: null,
    extreme: null,
  };
}

/** Returns since the beginning as the growth of 1. */
function grown(values: Float64Array): void {
  for (let row = 0; row < values.length; row++) values[row] = 1 + (values[row] as number);
}

/** Logarithmic returns as simple ones. */
function exponentiate(values: Float64Array): void {
  for (let row = 0; row < values.length; row++) values[row] = Math.expm1(values[row] as number);
}

function checkCapital(kind: Kind, capital: number | undefined): void {
  if (kind === "trades" && capital === undefined) {
    throw new UsageError("Trades need --capital, the money at the start, to become returns");
  }
  if (capital === undefined || !takesCapital(kind)) return;
  if (!(capital > 0 && capital < Infinity)) {
    throw new UsageError(`--capital must be a positive amount of money, got ${capital}`);
  }
}

/** Sorts by date, equal dates in file order; where they may not be, they are an error. */
function inOrder(
  path: string,
  rows: RawRows,
  kind: Kind,
  missing: ReadOptions["missing"],
  warnings: Warning[],
): OrderedRows {
  const { dates, values, places } = rows;
  const order = dates === null ? null : orderOf(dates);
  const sortedDates = order === null || dates === null ? dates : picked(dates, order);
  if (order !== null && dates !== null) checkChangedDays(path, dates, rows);
  const all: OrderedRows = {
    path,
    dates: sortedDates,
    values: order === null ? values : picked(values, order),
    count: values.length,
    unit: places.unit,
    at: (row) => places.at(order === null ? row : order[row] as number),
    error: (row, problem) => placedError(path, places.unit, all.at(row), problem),
  };
  if (sortedDates === null || kind === "trades" || !haveTwins(sortedDates)) return all;
  const ordered = missing === "error" ? all : withoutEmptyTwins(all, warnings);
  if (kind === "equity") return lastOfInstants(ordered, warnings);
  checkUnique(ordered, rows);
  return ordered;
}

/** Positions in order of date; null when they are in order already. Where the newest come first, so do the last of an instant. */
export function orderOf(dates: Float64Array): Uint32Array | null {
  let isAscending = true;
  let isDescending = true;
  for (let row = 1; row < dates.length && (isAscending || isDescending); row++) {
    const step = (dates[row] as number) - (dates[row - 1] as number);
    if (step < 0) isAscending = false;
    if (step > 0) isDescending = false;
  }
  if (isAscending) return null;
  const last = dates.length - 1;
  const order = Uint32Array.from(dates, (_, row) => isDescending ? last - row : row);
  if (isDescending) return order;
  return order.sort((a, b) => (dates[a] as number) - (dates[b] as number) || a - b);
}

/** Levels that are missing before the first one have nothing to carry forward. */
function withoutLeading(
  rows: OrderedRows,
  missing: ReadOptions["missing"],
  warnings: Warning[],
): OrderedRows {
  const first = rows.values.findIndex((value) => !Number.isNaN(value));
  if (first < 1 || missing !== undefined) return rows;
  warnings.push({
    code: "leading-missing",
    message: `the first ${first === 1 ? "value" : `${first} values`} of ${rows.path} ${
      first === 1 ? "is" : "are"
    } missing and left out; the series begins in ${rows.unit} ${rows.at(first)}`,
  });
  return keptRows(rows, Uint32Array.from({ length: rows.count - first }, (_, row) => first + row));
}

function fillMissing(
  rows: OrderedRows,
  kind: Kind,
  { missing, missingReturns = "drop" }: Pick<ReadOptions, "missing" | "missingReturns">,
  warnings: Warning[],
): OrderedRows {
  const { values } = rows;
  const { first, count } = missingIn(values);
  if (count === 0) return rows;
  const carries = isLevel(kind);
  const rule = missing ?? (kind === "trades" ? "error" : carries ? "zero" : missingReturns);
  if (rule === "error") {
    const advice = missing === undefined ? "; --missing zero or drop says what to do with it" : "";
    throw rows.error(first, `the value is missing${advice}`);
  }
  if (rule === "zero" && carries && first === 0) {
    throw rows.error(0, "the first value is missing, and there is none before it to carry forward");
  }
  const fate = rule === "drop"
    ? "left out"
    : carries
    ? "taken from the row before"
    : "counted as 0";
  warnings.push({
    code: "missing-values",
    message:
      `${count} of ${values.length} values in ${rows.path} ${count === 1 ? "is" : "are"} missing ` +
      `and ${fate}; the first is in ${rows.unit} ${rows.at(first)}`,
  });
  if (rule === "drop") return withoutMissing(rows);
  for (let row = first; row < values.length; row++) {
    if (Number.isNaN(values[row])) values[row] = carries ? values[row - 1] as number : 0;
  }
  return rows;
}

function missingIn(values: Float64Array): { readonly first: number; readonly count: number } {
  let first = -1;
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    if (!Number.isNaN(values[row])) continue;
    if (count++ === 0) first = row;
  }
  return { first, count };
}

function withoutMissing(rows: OrderedRows): OrderedRows {
  const { values } = rows;
  const kept = Uint32Array.from(values.keys()).filter((row) => !Number.isNaN(values[row]));
  if (kept.length === 0) throw new InputError(rows.path, "every value is missing");
  return keptRows(rows, kept);
}

function hasTime(dates: Float64Array | null): boolean {
  if (dates === null) return false;
  for (let row = 0; row < dates.length; row++) {
    // Exact, and four times as fast as a remainder of doubles.
    const date = dates[row] as number;
    if (Math.floor(date / DAY_MS) * DAY_MS !== date) return true;
  }
  return false;
}
