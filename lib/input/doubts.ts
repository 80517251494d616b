// What the values of a file are, where nobody said: by the name of their column, else returns, which
// are doubted by their sizes. Read as the wrong kind, numbers come out wrong without any other
// sign, so what speaks against the reading is an error that names the flag which settles it.

import { InputError, type Warning } from "../errors.ts";
import { quoted } from "./cells/number.ts";
import { flagOf, type Kind, type ReadOptions } from "./options.ts";
import { placedError, type RawRows } from "./rows.ts";
import { isPercentName, kindOfName } from "./table/names.ts";

/** From where on sizes speak against a reading; each with the reason for its height. */
export const LIMITS = {
  /** Median of values above 0 that may be levels: hardly any series gains a fifth in most periods. */
  levelMedian: 0.2,
  /** Median change of levels over their median: a level moves by less than a fifth of itself. */
  levelChange: 0.2,
  /** What is called a level and stays below may be returns: of those that are, hardly one is larger. */
  returnsBelow: 1,
  /** Volatility or mean of a year, as fractions: the wildest coins stay below 300 %, daily percent read as fractions begin near it. */
  yearly: 3,
  /** Most periods a year that count for it: of a minute's noise a year is no measure. */
  mostPeriods: 8760,
  /** Rows that a volatility can be judged by. */
  fewestRows: 20,
  /** A loss of more than everything: nothing held without debt returns less. */
  least: -1,
  /** Share of returns beyond ±1 that no series has: in most of its periods it would double. */
  beyondOne: 0.5,
  /** Change of a level in one row that a misread mark of thousands makes, and markets hardly do. */
  fall: -0.9,
  rise: 9,
} as const;

/** Values with the name of their column and the places of their rows. */
export interface Doubted {
  readonly path: string;
  /** Null where the file has no names. */
  readonly name: string | null;
  readonly rows: RawRows;
  /** Whether the cells had percent signs, so that there is no question of percent. */
  readonly isPercent: boolean;
  /** What a layout says the values are. */
  readonly kind: Kind | null;
}

/** The kind of the values, and a note where the column's name said it; throws `InputError` for a doubt. */
export function decideKind(
  values: Doubted,
  options: ReadOptions,
): { readonly kind: Kind; readonly notes: readonly Warning[] } {
  if (options.kind !== undefined) return { kind: options.kind, notes: [] };
  if (values.kind !== null) return { kind: values.kind, notes: [] };
  const said = values.name === null ? null : kindOfName(values.name);
  if (said !== null && "noReturns" in said) {
    throw doubt(
      values,
      `its column ${
        nameOf(values)
      } is named for ${said.noReturns}, not for returns; name the values ` +
        `with ${flagOf(options, "column")}, or say ${
          flagOf(options, "kind")
        } returns if these are returns`,
    );
  }
  const kind = said?.kind ?? options.benchmark?.fallback ?? "returns";
  if (said?.kind === "prices" || said?.kind === "equity") {
    checkLevels(values, said.kind, options);
    const message = `${values.path} is read as ${kind}, by the name of its column ${
      nameOf(values)
    }`;
    return { kind, notes: [{ code: `read-as-${kind}`, message }] };
  }
  if (said?.kind === "cumulative" || said?.kind === "log-returns") {
    const words = kind === "cumulative" ? "returns since the beginning" : "logarithms";
    throw doubt(
      values,
      `its column ${nameOf(values)} is named for ${words}, not for returns of periods; ` +
        `${flagOf(options, "kind")} ${kind} reads it so, ${
          flagOf(options, "kind")
        } returns as returns`,
    );
  }
  if (kind === "returns") doubtReturns(values, options);
  return { kind, notes: [] };
}

/** Returns keep the name of the prices that they were made of, in pandas and in vectorbt. */
function checkLevels(values: Doubted, kind: Kind, options: ReadOptions): void {
  const found = values.rows.values;
  const flag = flagOf(options, "kind");
  const named = `its column ${nameOf(values)} is named for ${kind}, but`;
  const ways =
    `${flag} returns reads returns that kept the name of their ${kind}, ${flag} ${kind} ` +
    `takes them for ${kind}`;
  const low = found.findIndex((value) => value <= 0);
  if (low >= 0) {
    // Below 0 a level may only end, as an account does that lost more than all.
    const way = low === found.length - 1
      ? ways
      : `${flag} returns reads returns that kept the name of their ${kind}; else this row is wrong`;
    throw doubt(values, `${named} this value is ${found[low]}, not above 0; ${way}`, low);
  }
  const isSmall = found.every((value) => !(value >= LIMITS.returnsBelow));
  const figures = isSmall ? changesOf(found) : null;
  if (figures === null || figures.change < figures.median * LIMITS.levelChange) return;
  throw doubt(
    values,
    `${named} they change by about ${short(figures.change)} around ${short(figures.median)} from ` +
      `row to row, as returns do; ${ways}`,
  );
}

/** Returns that nobody called so: are they levels, are they percent? */
function doubtReturns(values: Doubted, options: ReadOptions): void {
  const kindFlag = flagOf(options, "kind");
  const sizes = sizesOf(values.rows);
  const level = sizes.areAbove0 ? levelFigures(values.rows.values) : null;
  if (level !== null) {
    throw doubt(
      values,
      `its values look like levels, not like returns: all are above 0, around ` +
        `${short(level.median)}, and change by about ${
          short(level.change)
        }; say ${kindFlag} prices ` +
        `or ${kindFlag} equity, or ${kindFlag} returns if they are returns`,
    );
  }
  if (values.isPercent || options.percent === true) return;
  if (values.name !== null && isPercentName(values.name)) {
    throw doubt(
      values,
      `its column ${nameOf(values)} is named for percent; ${readings(values, options)}`,
    );
  }
  if (sizes.below >= 0) {
    throw doubt(
      values,
      `the return ${values.rows.values[sizes.below]} would be a loss of more than everything, as ` +
        `percent or money would be; ${
          readings(values, options)
        }; profits in money are --kind trades`,
      sizes.below,
    );
  }
  if (sizes.beyondOne > LIMITS.beyondOne) {
    throw doubt(
      values,
      `as fractions most of its returns would be beyond 100 %, as those in percent are; ` +
        `${readings(values, options)}; profits in money are --kind trades`,
    );
  }
  if (sizes.yearly > LIMITS.yearly) {
    throw doubt(
      values,
      `as fractions its returns would come to ${short(sizes.yearly * 100)} % a year, as those in ` +
        `percent do; ${readings(values, options)}`,
    );
  }
}

function readings({ rows }: Doubted, options: ReadOptions): string {
  const sample = rows.values.find((value) => value !== 0 && !Number.isNaN(value)) ?? 0.5;
  return `${flagOf(options, "percent")} reads ${sample} as ${sample} %, ` +
    `${flagOf(options, "kind")} returns as ${short(sample * 100)} %`;
}

const YEAR_MS = 365.2425 * 86_400_000;
/** For a file without dates, the periods a year that metrics take. */
const USUAL_PERIODS = 252;

/** What one pass over the values tells. */
interface Sizes {
  readonly areAbove0: boolean;
  /** The first row below the least return; −1 where there is none. */
  readonly below: number;
  /** Share of values beyond ±1. */
  readonly beyondOne: number;
  /** The larger of volatility and absolute mean of a year; 0 where there are too few rows to tell. */
  readonly yearly: number;
}

function sizesOf({ values, dates }: RawRows): Sizes {
  let areAbove0 = true;
  let below = -1;
  let count = 0;
  let sum = 0;
  let squares = 0;
  let beyond = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (Number.isNaN(value)) continue;
    if (value <= 0) {
      areAbove0 = false;
      if (value < LIMITS.least && below < 0) below = row;
    }
    count++;
    sum += value;
    squares += value * value;
    if (value > 1 || value < -1) beyond++;
  }
  // Of a single row there is no most.
  const beyondOne = count < 2 ? 0 : beyond / count;
  if (count < LIMITS.fewestRows) return { areAbove0, below, beyondOne, yearly: 0 };
  const mean = sum / count;
  const variance = Math.max(0, squares - count * mean * mean) / (count - 1);
  const own = dates === null ? USUAL_PERIODS : YEAR_MS * (count - 1) / spanOf(dates);
  const periods = Math.min(own, LIMITS.mostPeriods);
  const yearly = Math.max(Math.sqrt(variance * periods), Math.abs(mean) * periods);
  return { areAbove0, below, beyondOne, yearly };
}

/** From the first date to the last, in whatever order they stand. */
function spanOf(dates: Float64Array): number {
  let first = Infinity;
  let last = -Infinity;
  for (let row = 0; row < dates.length; row++) {
    const at = dates[row] as number;
    if (at < first) first = at;
    if (at > last) last = at;
  }
  return last - first;
}

/** Median and median change, where values above 0 are large and steady enough to be levels. */
function levelFigures(values: Float64Array): Figures | null {
  const figures = changesOf(values);
  if (figures === null) return null;
  const { median, change } = figures;
  return median > LIMITS.levelMedian && change < median * LIMITS.levelChange ? figures : null;
}

/** The median of values and of how much they change. */
interface Figures {
  readonly median: number;
  readonly change: number;
}

function changesOf(values: Float64Array): Figures | null {
  const present = values.filter((value) => !Number.isNaN(value));
  if (present.length < 2) return null;
  const changes = new Float64Array(present.length - 1);
  for (let row = 0; row < changes.length; row++) {
    changes[row] = Math.abs((present[row + 1] as number) - (present[row] as number));
  }
  return { median: medianOf(present), change: medianOf(changes) };
}

function medianOf(values: Float64Array): number {
  const sorted = values.toSorted();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

function doubt({ path, rows }: Doubted, problem: string, row?: number): InputError {
  if (row === undefined) return new InputError(path, problem);
  return placedError(path, rows.places.unit, rows.places.at(row), problem);
}

function nameOf({ name }: Doubted): string {
  return quoted(name ?? "");
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
