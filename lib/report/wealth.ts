// What one unit became, as the page draws it: nothing compounds after everything is lost, so the curve
// ends there, at zero.

import { drawdownSeries, equityCurve } from "../metrics/mod.ts";

/** The row that lost everything; −1 where none did. */
export function ruinRow(values: Float64Array): number {
  return values.findIndex((value) => value <= -1);
}

/** The equity curve; 0 in the row that loses everything, NaN after it. */
export function wealthOf(values: Float64Array): Float64Array {
  const wealth = equityCurve(values);
  const ruin = ruinRow(values);
  if (ruin < 0) return wealth;
  wealth[ruin] = 0;
  return wealth.fill(NaN, ruin + 1);
}

/** How far below the highest so far: −1 in the row that loses everything, NaN after it. */
export function fallOf(values: Float64Array): Float64Array {
  const ruin = ruinRow(values);
  if (ruin < 0) return drawdownSeries(values);
  const fall = new Float64Array(values.length).fill(NaN);
  fall.set(drawdownSeries(values.slice(0, ruin)));
  fall[ruin] = -1;
  return fall;
}
