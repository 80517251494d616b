// The calendar's compounded returns as metrics read them, and the few summaries taken of them.
// Empty means undefined here: no dates, or a return that leaves nothing to compound.

import type { Basis } from "./basis.ts";

const NOTHING: Float64Array = new Float64Array(0);

/** Compounded returns of the calendar months that have rows; empty where undefined. */
export function monthsOf(basis: Basis): Float64Array {
  return basis.growth.ruined ? NOTHING : basis.calendar?.months.returns ?? NOTHING;
}

/** Compounded returns of the calendar quarters that have rows; empty where undefined. */
export function quartersOf(basis: Basis): Float64Array {
  return basis.growth.ruined ? NOTHING : basis.calendar?.quarters.returns ?? NOTHING;
}

/** Compounded returns of the calendar years that have rows; empty where undefined. */
export function yearsOf(basis: Basis): Float64Array {
  return basis.growth.ruined ? NOTHING : basis.calendar?.years.returns ?? NOTHING;
}

/** The largest value; NaN of nothing. */
export function largest(values: Float64Array): number {
  let best = NaN;
  for (const value of values) if (!(value <= best)) best = value;
  return best;
}

/** The smallest value; NaN of nothing. */
export function smallest(values: Float64Array): number {
  let worst = NaN;
  for (const value of values) if (!(value >= worst)) worst = value;
  return worst;
}

/** The mean of the values above 0; NaN when there are none. */
export function meanAbove(values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value > 0) {
      sum += value;
      count++;
    }
  }
  return count === 0 ? NaN : sum / count;
}

/** The constant return that compounds to the same growth; NaN of nothing. */
export function geometricMean(values: Float64Array): number {
  if (values.length === 0) return NaN;
  let growth = 1;
  for (let row = 0; row < values.length; row++) growth *= 1 + (values[row] as number);
  return growth ** (1 / values.length) - 1;
}

/** A part of a whole; 0 of nothing, as QuantStats counts win rates. */
export function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** The share of values above 0 among those other than 0; NaN of nothing at all. */
export function positiveShare(values: Float64Array): number {
  if (values.length === 0) return NaN;
  let positive = 0;
  let moved = 0;
  for (const value of values) {
    if (value > 0) positive++;
    if (value !== 0) moved++;
  }
  return shareOf(positive, moved);
}
