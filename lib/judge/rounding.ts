// Sharpe ratios that are equal but for rounding, as those of one run at several leverages: their order
// would be that of their last bits.

/** How far apart two such ratios a row may be; finite, so that an infinite one stays what it is. */
export function roundingOf(ratio: number): number {
  return 1e-12 * Math.min(Math.max(1, Math.abs(ratio)), Number.MAX_VALUE);
}
