// Compounding: what one unit became and how far below its peak it stood. The order of every
// multiplication is pandas' own, because whether a price equals the peak before it is decided by the
// last bit.

import { BLOCK_ROWS, compensatedSum } from "./kernel.ts";

/** The compounded course of a series. After a return ≤ −1 nothing compounds: all NaN and empty. */
export interface Growth {
  /** Compounded return of the whole series. */
  readonly total: number;
  /** What one unit became: the product of 1 + return, which 1 + total rounds when little is left. */
  readonly wealth: number;
  /** Distance below the running peak at each row, a fraction ≤ 0; the start counts as a peak. */
  readonly drawdown: Float64Array;
  /** The lowest of the drawdown series, ≤ 0. */
  readonly deepest: number;
  /** Sum of the drawdown series, ≤ 0. */
  readonly drawdownSum: number;
  /** Sum of its squares. */
  readonly drawdownSquares: number;
  /** True after a return ≤ −1, and of no rows. */
  readonly ruined: boolean;
}

/** Compounds a series whose first ruinous row (or −1) is known. */
export function readGrowth(values: Float64Array, ruinRow: number): Growth {
  if (ruinRow >= 0 || values.length === 0) {
    const nothing = new Float64Array(0);
    return {
      total: NaN,
      wealth: NaN,
      drawdown: nothing,
      deepest: NaN,
      drawdownSum: NaN,
      drawdownSquares: NaN,
      ruined: true,
    };
  }
  const drawdown = new Float64Array(values.length);
  const sum = compensatedSum();
  const squares = compensatedSum();
  let wealth = 1;
  let peak = 1;
  let deepest = 0;
  for (let start = 0; start < values.length; start += BLOCK_ROWS) {
    const end = Math.min(values.length, start + BLOCK_ROWS);
    let blockSum = 0;
    let blockSquares = 0;
    for (let row = start; row < end; row++) {
      wealth *= 1 + (values[row] as number);
      // 1 + (wealth − 1), as QuantStats rebuilds prices from compounded returns.
      const price = 1 + (wealth - 1);
      if (price > peak) peak = price;
      const depth = price / peak - 1;
      drawdown[row] = depth;
      if (depth < deepest) deepest = depth;
      blockSum += depth;
      blockSquares += depth * depth;
    }
    sum.add(blockSum);
    squares.add(blockSquares);
  }
  return {
    total: wealth - 1,
    wealth,
    drawdown,
    deepest: Number.isFinite(wealth) ? deepest : NaN,
    drawdownSum: sum.value(),
    drawdownSquares: squares.value(),
    ruined: false,
  };
}

/** What one unit is worth after each row: the compounded product of 1 + return. */
export function equityCurve(values: Float64Array): Float64Array {
  const equity = new Float64Array(values.length);
  let wealth = 1;
  for (let row = 0; row < values.length; row++) {
    wealth *= 1 + (values[row] as number);
    equity[row] = wealth;
  }
  return equity;
}

/** The distance below the running peak at each row, a fraction ≤ 0; the start counts as a peak. */
export function drawdownSeries(values: Float64Array): Float64Array {
  return readGrowth(values, values.findIndex((value) => value <= -1)).drawdown;
}
