// From the rows of a file to a series of returns: order, doubles, missing values, kinds. Whatever
// a value could be mistaken for is warned of, never repaired: nothing here guesses.

import { InputError, UsageError, type Warning } from "../errors.ts";
import type { Returns } from "../metrics/mod.ts";
import { DAY_MS, timeText } from "./calendar_time.ts";
import type { Kind, ReadOptions } from "./options.ts";
import { type OrderedRows, placedError, type RawRows } from "./rows.ts";
import { tradesToReturns } from "./trades.ts";

/** A series of returns, and what there is to say of its making. */
export interface Series {
  /** Simple returns, in order of date. */
  readonly returns: Returns;
  /** Whether any date has a time of day. */
  readonly hasTime: boolean;
  /** What the user should know of its making. */
  readonly warnings: readonly Warning[];
}

/** Makes returns of rows by the rules of their kind. The rows' arrays are used up. */
export function toReturns(
  path: string,
  rows: RawRows,
  kind: Kind,
  options: Pick<ReadOptions, "capital" | "missing" | "missingReturns" | "timezone">,
): Series {
  checkCapital(kind, options.capital);
  const warnings: Warning[] = [];
  const ordered = inOrder(path, rows, kind === "trades");
  const filled = fillMissing(ordered, kind, options, warnings);
  const returns = ofKind(filled, kind, options.capital);
  if (kind === "returns") warnings.push(...kindWarnings(path, returns.values));
  if (options.timezone !== undefined && rows.dates !== null && !rows.hasOffset) {
    warnings.push({
      code: "timezone-unused",
      message:
        `${path} has no times with an offset: its dates are taken as written, not moved to ` +
        options.timezone,
    });
  }
  if (options.capital !== undefined && kind !== "trades") {
    warnings.push({
      code: "capital-unused",
      message: `${path} holds ${kind}, not trades: --capital has no effect on it`,
    });
  }
  return { returns, hasTime: hasTime(returns.dates), warnings };
}

function checkCapital(kind: Kind, capital: number | undefined): void {
  if (kind !== "trades") return;
  if (capital === undefined) {
    throw new UsageError("Trades need --capital, the money at the start, to become returns");
  }
  if (!(capital > 0 && capital < Infinity)) {
    throw new UsageError(`--capital must be a positive amount of money, got ${capital}`);
  }
}

/** Sorts by date, equal dates in file order; equal dates are an error unless they may be. */
function inOrder(path: string, rows: RawRows, mayRepeat: boolean): OrderedRows {
  const { dates, values, places } = rows;
  const order = dates === null ? null : orderOf(dates);
  const sortedDates = order === null || dates === null ? dates : picked(dates, order);
  const ordered: OrderedRows = {
    path,
    dates: sortedDates,
    values: order === null ? values : picked(values, order),
    count: values.length,
    unit: places.unit,
    at: (row) => places.at(order === null ? row : order[row] as number),
    error: (row, problem) => placedError(path, places.unit, ordered.at(row), problem),
  };
  if (sortedDates !== null && !mayRepeat) checkUnique(ordered, sortedDates, rows);
  return ordered;
}

/** Positions in order of date; null when the dates are in order already. */
function orderOf(dates: Float64Array): Uint32Array | null {
  let isAscending = true;
  let isDescending = true;
  for (let row = 1; row < dates.length && (isAscending || isDescending); row++) {
    const step = (dates[row] as number) - (dates[row - 1] as number);
    if (step < 0) isAscending = false;
    if (step >= 0) isDescending = false;
  }
  if (isAscending) return null;
  const last = dates.length - 1;
  const order = Uint32Array.from(dates, (_, row) => isDescending ? last - row : row);
  if (isDescending) return order;
  return order.sort((a, b) => (dates[a] as number) - (dates[b] as number) || a - b);
}

function picked(array: Float64Array, order: Uint32Array): Float64Array {
  const result = new Float64Array(order.length);
  for (let row = 0; row < order.length; row++) result[row] = array[order[row] as number] as number;
  return result;
}

function checkUnique(ordered: OrderedRows, dates: Float64Array, rows: RawRows): void {
  for (let row = 1; row < dates.length; row++) {
    if (dates[row] !== dates[row - 1]) continue;
    const hint = rows.isFiner
      ? "; times are kept to the millisecond"
      : rows.hasOffset
      ? "; if their offsets from UTC differ, --timezone UTC tells them apart"
      : "";
    throw ordered.error(
      row,
      `the date ${timeText(dates[row] as number)} is already in ${ordered.unit} ${
        ordered.at(row - 1)
      }${hint}`,
    );
  }
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
  const isLevel = kind === "prices" || kind === "equity";
  const rule = missing ?? (kind === "trades" ? "error" : isLevel ? "zero" : missingReturns);
  if (rule === "error") {
    const advice = missing === undefined ? "; --missing zero or drop says what to do with it" : "";
    throw rows.error(first, `the value is missing${advice}`);
  }
  if (rule === "zero" && isLevel && first === 0) {
    throw rows.error(0, "the first value is missing, and there is none before it to carry forward");
  }
  const fate = rule === "drop"
    ? "left out"
    : isLevel
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
    if (Number.isNaN(values[row])) values[row] = isLevel ? values[row - 1] as number : 0;
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
  const { dates, values } = rows;
  const kept = Uint32Array.from(values.keys()).filter((row) => !Number.isNaN(values[row]));
  if (kept.length === 0) throw new InputError(rows.path, "every value is missing");
  const at = (row: number): number => rows.at(kept[row] as number);
  return {
    ...rows,
    dates: dates === null ? null : picked(dates, kept),
    values: picked(values, kept),
    count: kept.length,
    at,
    error: (row, problem) => rows.error(kept[row] as number, problem),
  };
}

function ofKind(rows: OrderedRows, kind: Kind, capital: number | undefined): Returns {
  if (kind === "trades") return tradesToReturns(rows, capital as number);
  if (kind === "returns") return { dates: rows.dates, values: rows.values };
  return levelsToReturns(rows, kind);
}

/** Relative changes, as pandas' pct_change has them; the first row is the base, not a return. */
function levelsToReturns(rows: OrderedRows, kind: "prices" | "equity"): Returns {
  const { dates, values, count } = rows;
  if (count < 2) {
    throw new InputError(
      rows.path,
      `at least two rows of ${kind} are needed, to have one change between them`,
    );
  }
  const returns = new Float64Array(count - 1);
  for (let row = 1; row < count; row++) {
    const base = values[row - 1] as number;
    if (!(base > 0)) {
      const hint = row === 1 ? `; are these ${kind}, or is it another --kind?` : "";
      throw rows.error(row - 1, `no relative change can follow the value ${base}${hint}`);
    }
    const change = (values[row] as number) / base - 1;
    if (!Number.isFinite(change)) {
      throw rows.error(row, `the change from ${base} to ${values[row]} is too large for a number`);
    }
    returns[row - 1] = change;
  }
  return { dates: dates === null ? null : dates.subarray(1), values: returns };
}

function kindWarnings(path: string, values: Float64Array): readonly Warning[] {
  if (values.length < 2) return [];
  let beyondOne = 0;
  let allAboveOne = true;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (value > 1 || value < -1) beyondOne++;
    if (!(value > 1)) allAboveOne = false;
  }
  if (allAboveOne) {
    return [{
      code: "looks-like-prices",
      message:
        `every value in ${path} is above 1: these look like prices; if they are, say --kind prices ` +
        "or equity",
    }];
  }
  if (beyondOne * 2 <= values.length) return [];
  return [{
    code: "looks-like-percent",
    message: `${beyondOne} of ${values.length} returns in ${path} are beyond ±1: these look like ` +
      "percent; returns are fractions (0.01 is 1 %)",
  }];
}

function hasTime(dates: Float64Array | null): boolean {
  if (dates === null) return false;
  for (let row = 0; row < dates.length; row++) {
    if ((dates[row] as number) % DAY_MS !== 0) return true;
  }
  return false;
}
