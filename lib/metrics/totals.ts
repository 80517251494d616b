// Everything about a series that one look at each row gives: sums, extremes, counts, streaks, and
// the gains and losses over the risk-free rate. One loop, because reading memory is what it costs, and no
// branch on a sign: of returns a processor guesses it wrongly every other time.

import { BLOCK_ROWS, compensatedSum, partAbove0, partBelow0 } from "./kernel.ts";

/** Sums, counts and extremes of a series. A win is a return above 0, a loss one below. */
export interface Totals {
  readonly sum: number;
  readonly mean: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Number of rows above 0. */
  readonly wins: number;
  /** Number of rows below 0. */
  readonly losses: number;
  readonly winSum: number;
  /** Sum of the losses; ≤ 0. */
  readonly lossSum: number;
  /** Most wins in succession. */
  readonly longestWinStreak: number;
  /** Most losses in succession. */
  readonly longestLossStreak: number;
  /** Sum of the returns above the rate per period, less that rate; ≥ 0. */
  readonly excessGain: number;
  /** Sum of those below it; ≤ 0. */
  readonly excessLoss: number;
  /** Sum of the squares of those below it. */
  readonly excessLossSquares: number;
  /** Sum of the squares of the losses. */
  readonly lossSquares: number;
  /** The first row that loses everything (a return ≤ −1), or −1. */
  readonly ruinRow: number;
}

/** Reads the totals in one pass. Throws `RangeError` at a value that is not finite. */
export function readTotals(values: Float64Array, ratePerPeriod: number): Totals {
  const sums = {
    all: compensatedSum(),
    win: compensatedSum(),
    loss: compensatedSum(),
    gain: compensatedSum(),
    shortfall: compensatedSum(),
    squares: compensatedSum(),
    lossSquares: compensatedSum(),
  };
  let minimum = Infinity;
  let maximum = -Infinity;
  let wins = 0;
  let losses = 0;
  let winStreak = 0;
  let lossStreak = 0;
  let longestWinStreak = 0;
  let longestLossStreak = 0;
  for (let start = 0; start < values.length; start += BLOCK_ROWS) {
    const end = Math.min(values.length, start + BLOCK_ROWS);
    let win = 0;
    let loss = 0;
    let gain = 0;
    let shortfall = 0;
    let squares = 0;
    let lossSquares = 0;
    for (let row = start; row < end; row++) {
      const value = values[row] as number;
      if (value - value !== 0) {
        throw new RangeError(
          `Cannot use the return at row ${row}: ${value} is not a finite number`,
        );
      }
      if (value < minimum) minimum = value;
      if (value > maximum) maximum = value;
      const below = partBelow0(value);
      win += partAbove0(value);
      loss += below;
      lossSquares += below * below;
      const isWin = Number(value > 0);
      const isLoss = Number(value < 0);
      wins += isWin;
      losses += isLoss;
      winStreak = (winStreak + 1) & -isWin;
      lossStreak = (lossStreak + 1) & -isLoss;
      if (winStreak > longestWinStreak) longestWinStreak = winStreak;
      if (lossStreak > longestLossStreak) longestLossStreak = lossStreak;
      const excess = value - ratePerPeriod;
      const short = partBelow0(excess);
      gain += partAbove0(excess);
      shortfall += short;
      squares += short * short;
    }
    sums.win.add(win);
    sums.loss.add(loss);
    sums.all.add(win);
    sums.all.add(loss);
    sums.gain.add(gain);
    sums.shortfall.add(shortfall);
    sums.squares.add(squares);
    sums.lossSquares.add(lossSquares);
  }
  const sum = sums.all.value();
  return {
    sum,
    mean: sum / values.length,
    minimum: values.length === 0 ? NaN : minimum,
    maximum: values.length === 0 ? NaN : maximum,
    wins,
    losses,
    winSum: sums.win.value(),
    lossSum: sums.loss.value(),
    longestWinStreak,
    longestLossStreak,
    excessGain: sums.gain.value(),
    excessLoss: sums.shortfall.value(),
    excessLossSquares: sums.squares.value(),
    lossSquares: sums.lossSquares.value(),
    ruinRow: minimum <= -1 ? values.findIndex((value) => value <= -1) : -1,
  };
}
