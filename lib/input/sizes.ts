// What sizes tell of values: how large they are, how they follow each other, and from where on that speaks
// against what they are taken for. What is said of it is in doubts.ts.

import { DAY_MS } from "../civil.ts";
import { quantilesOf } from "../metrics/quantiles.ts";
import type { RawRows } from "./rows.ts";

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
  /** Median change over median size, of values of both signs, or of large ones: returns of markets hardly follow each other, sums of them do. */
  smooth: 0.35,
  maybeSmooth: 0.7,
  /** Correlation with the row before: returns have hardly any, and their changes −0.5, for each is undone by the next; sums have near 1 and 0. */
  follows: 0.3,
  /** Returns a year from where on that is no interest, which is as smooth: of one sign, and of both. */
  smoothYearly: 1,
  smoothYearlyOfBoth: 0.05,
  /** Marks of missing values in tables of percent. */
  marks: [-99.99, -999, -9999] as readonly number[],
  /** Where growth of 1 is after its first period, and returns since the beginning are not. */
  growthAbove: 0.5,
  growthBelow: 2,
  /** A loss of more than everything: nothing held without debt returns less. */
  least: -1,
  /** Share of returns beyond ±1 that no series has: in most of its periods it would double. */
  beyondOne: 0.5,
  /** Change of a level in one row that a misread mark of thousands makes, and markets hardly do. */
  fall: -0.9,
  rise: 9,
} as const;

const YEAR_MS = 365.2425 * DAY_MS;
/** For a file without dates, the periods a year that metrics take. */
const USUAL_PERIODS = 252;

/** What one pass over the values tells. */
export interface Sizes {
  readonly areAbove0: boolean;
  /** How many are not missing. */
  readonly count: number;
  /** The first row below the least return; −1 where there is none. */
  readonly below: number;
  /** Share of values beyond ±1. */
  readonly beyondOne: number;
  /** The larger of volatility and absolute mean of a year; 0 where there are too few rows to tell. */
  readonly yearly: number;
}

export function sizesOf({ values, dates }: Pick<RawRows, "values" | "dates">): Sizes {
  let lowest = Infinity;
  let count = 0;
  let sum = 0;
  let squares = 0;
  let beyond = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (Number.isNaN(value)) continue;
    if (value < lowest) lowest = value;
    count++;
    sum += value;
    squares += value * value;
    beyond += Number(Math.abs(value) > 1);
  }
  const areAbove0 = lowest > 0;
  const below = lowest < LIMITS.least ? values.findIndex((value) => value < LIMITS.least) : -1;
  // Of a single row there is no most.
  const beyondOne = count < 2 ? 0 : beyond / count;
  if (count < LIMITS.fewestRows) return { areAbove0, count, below, beyondOne, yearly: 0 };
  const mean = sum / count;
  const variance = Math.max(0, squares - count * mean * mean) / (count - 1);
  const own = dates === null ? USUAL_PERIODS : YEAR_MS * (count - 1) / spanOf(dates);
  const periods = Math.min(own, LIMITS.mostPeriods);
  const yearly = Math.max(Math.sqrt(variance * periods), Math.abs(mean) * periods);
  // Squares beyond the largest number leave no variance.
  if (Number.isNaN(yearly)) return { areAbove0, count, below, beyondOne, yearly: Infinity };
  return { areAbove0, count, below, beyondOne, yearly };
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

/** Rows that are enough to judge how values follow each other. */
const MOST_COMPARED = 2000;

/**
 * Whether the middle rows surely change by more than smooth ones do, as those of nearly every file do: more
 * than half of the changes are above a size, and more than half of the values below what such changes
 * would be smooth of. So are their medians, which take ten times as long to find.
 */
export function areSurelyRough(values: Float64Array): boolean {
  const middle = middleOf(values);
  let sum = 0;
  for (let row = 0; row < middle.length; row++) {
    const value = middle[row] as number;
    if (!Number.isNaN(value)) sum += Math.abs(value);
  }
  const change = 0.6 * sum / middle.length;
  const size = 0.999 * change / LIMITS.smooth;
  let count = 0;
  let changed = 0;
  let small = 0;
  let before = NaN;
  for (let row = 0; row < middle.length; row++) {
    const value = middle[row] as number;
    if (Number.isNaN(value)) continue;
    count++;
    changed += Number(Math.abs(value - before) > change);
    small += Number(Math.abs(value) < size);
    before = value;
  }
  return changed > count / 2 && small > count / 2;
}

function middleOf(values: Float64Array): Float64Array {
  const from = Math.max(0, (values.length - MOST_COMPARED) >> 1);
  return values.subarray(from, from + MOST_COMPARED);
}

/** Sizes and changes of the middle rows: far in, returns since the beginning are away from 0. */
export function middleSizes(values: Float64Array): Figures | null {
  return changesOf(middleOf(values), Math.abs);
}

/**
 * Whether the middle rows may be sums, each of the one before and a change that stays. Steady gains with
 * a rare loss change little, too, but a loss is not there in the next row.
 */
export function mayFollow(values: Float64Array): boolean {
  const middle = middleOf(values).filter((value) => !Number.isNaN(value));
  const changes = middle.subarray(1).map((value, row) => value - (middle[row] as number));
  return !(followingOf(middle) < LIMITS.follows && followingOf(changes) < -LIMITS.follows);
}

/** Correlation of values with the one before each; NaN where all are equal. */
function followingOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let both = 0;
  let own = 0;
  let before = 0;
  for (let row = 0; row < values.length; row++) {
    const off = values[row] as number - mean;
    both += off * before;
    own += off * off;
    before = off;
  }
  return both / own;
}

/** Median and median change, where values above 0 are large and steady enough to be levels. */
export function levelFigures(values: Float64Array): Figures | null {
  const figures = changesOf(values);
  if (figures === null) return null;
  const { median, change } = figures;
  return median > LIMITS.levelMedian && change < median * LIMITS.levelChange ? figures : null;
}

/** The median of values and of how much they change. */
export interface Figures {
  readonly median: number;
  readonly change: number;
}

/** Of values, or of their sizes; the changes are those of the values as they are. */
export function changesOf(
  values: Float64Array,
  sizeOf: (value: number) => number = (value) => value,
): Figures | null {
  const sizes = new Float64Array(values.length);
  const changes = new Float64Array(values.length);
  let count = 0;
  let before = NaN;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (Number.isNaN(value)) continue;
    sizes[count] = sizeOf(value);
    changes[count++] = Math.abs(value - before);
    before = value;
  }
  if (count < 2) return null;
  return {
    median: medianOf(sizes.subarray(0, count)),
    change: medianOf(changes.subarray(1, count)),
  };
}

function medianOf(values: Float64Array): number {
  return quantilesOf(values, [0.5])[0] as number;
}
