// The stationary bootstrap: rows are drawn again in blocks, so that what returns have to do with the
// ones before them survives. One matrix of row numbers serves all columns, which keeps what the
// columns have to do with each other; tests and references can hand in their own.

import { deviationOf, meanOf, seededRandom } from "../metrics/mod.ts";

/** How to draw rows again. */
export interface ResampleOptions {
  /** Number of rows drawn from, and drawn. */
  readonly rows: number;
  /** Number of resamples. */
  readonly resamples: number;
  /** Mean length of a block in rows, at least 1; need not be whole. */
  readonly blockLength: number;
  /** A whole number; the same gives the same rows. */
  readonly seed: number;
}

/** Row numbers, one resample after the other. */
export interface Resamples {
  /** Number of rows drawn from, and drawn by each resample. */
  readonly rows: number;
  /** Number of resamples. */
  readonly count: number;
  /** `count` × `rows` row numbers from 0. */
  readonly indices: Uint32Array;
}

/** Fewer rows than this have no `optimalBlockLength`: the lags it looks at would not fit in. */
export const MIN_BLOCK_ROWS = 8;

/**
 * Draws the rows of all resamples by the stationary bootstrap (Politis and Romano 1994, JASA 89,
 * section 2): each row follows the one before it, the first row the last, or is drawn anew with
 * probability 1 / `blockLength`.
 *
 * Throws `RangeError` for options that make no sense.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * // With blocks far longer than the series each resample is the series from some row on.
 * const { indices } = stationaryResamples({ rows: 4, resamples: 1, blockLength: 1e9, seed: 1 });
 * assertEquals([...indices].map((row) => (row - (indices[0] ?? 0) + 4) % 4), [0, 1, 2, 3]);
 * ```
 */
export function stationaryResamples(options: ResampleOptions): Resamples {
  const { rows, resamples, blockLength, seed } = options;
  if (!(Number.isSafeInteger(resamples) && resamples >= 1)) {
    throw new RangeError(`Cannot draw ${resamples} resamples: a whole number from 1 is needed`);
  }
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`Cannot use the seed ${seed}: it must be a whole number`);
  }
  checkBlocks(rows, blockLength);
  const random = seededRandom(seed);
  const indices = new Uint32Array(resamples * rows);
  for (let start = 0; start < indices.length; start += rows) {
    drawStationary(indices.subarray(start, start + rows), blockLength, random);
  }
  return { rows, count: resamples, indices };
}

/**
 * Draws one resample into `indices`, as long as the series, for who cannot keep all at once.
 *
 * Throws `RangeError` for a block length below 1 or a series without rows.
 */
export function drawStationary(
  indices: Uint32Array,
  blockLength: number,
  random: () => number,
): void {
  const rows = indices.length;
  checkBlocks(rows, blockLength);
  const anew = 1 / blockLength;
  let row = 0;
  for (let at = 0; at < rows; at++) {
    if (at === 0 || random() < anew) row = Math.floor(random() * rows);
    else if (++row === rows) row = 0;
    indices[at] = row;
  }
}

function checkBlocks(rows: number, blockLength: number): void {
  if (!(rows >= 1)) throw new RangeError("Cannot resample a series without rows");
  if (!(blockLength >= 1 && blockLength < Infinity)) {
    throw new RangeError(`Cannot use a block length of ${blockLength}: at least 1 is needed`);
  }
}

/**
 * The mean block length in rows that suits the series' own dependence, for the stationary bootstrap:
 * b = (2G²/D)^⅓ · n^⅓, D = 2g² (Politis and White 2004, Econometric Reviews 23, eq. 9, with D as
 * corrected by Patton, Politis and White 2009, ibid. 28), G = Σ λ(k/M)|k|γₖ, g = Σ λ(k/M)γₖ, at most
 * ⌈min(3√n, n/3)⌉. It may lie below 1, which means no dependence: draw with at least 1.
 *
 * The details that the paper leaves open are those of `arch` 8.0.0: autocorrelations by the rows that
 * both series have, five consecutive ones within ±2√(log₁₀n/n) end the search for M.
 *
 * NaN for a constant series and below `MIN_BLOCK_ROWS` rows.
 */
export function optimalBlockLength(values: Float64Array): number {
  const rows = values.length;
  if (rows < MIN_BLOCK_ROWS || deviationOf(values) === 0) return NaN;
  const distances = values.slice();
  centre(distances);
  const quiet = Math.max(5, Math.trunc(Math.log10(rows)));
  const furthest = Math.ceil(Math.sqrt(rows)) + quiet;
  const bandwidth = Math.min(2 * lastLoudLag(distances, quiet, furthest), furthest);
  let weighted = 0;
  let total = laggedSum(distances, 0) / rows;
  for (let lag = 1; lag <= bandwidth; lag++) {
    const share = lag / bandwidth;
    const window = share <= 0.5 ? 1 : 2 * (1 - share);
    const term = 2 * window * laggedSum(distances, lag) / rows;
    weighted += lag * term;
    total += term;
  }
  const length = Math.cbrt((weighted / total) ** 2 * rows);
  return Math.min(length, Math.ceil(Math.min(3 * Math.sqrt(rows), rows / 3)));
}

/** Takes the mean off the values themselves, and returns it. */
export function centre(values: Float64Array): number {
  const mean = meanOf(values);
  for (let row = 0; row < values.length; row++) values[row] = (values[row] as number) - mean;
  return mean;
}

/** The sum of products with the row `lag` before. */
function laggedSum(distances: Float64Array, lag: number): number {
  let sum = 0;
  for (let row = lag; row < distances.length; row++) {
    sum += (distances[row] as number) * (distances[row - lag] as number);
  }
  return sum;
}

/** The first lag from which `quiet` autocorrelations stay in the band, at least 1; else the furthest. */
function lastLoudLag(distances: Float64Array, quiet: number, furthest: number): number {
  const rows = distances.length;
  const band = 2 * Math.sqrt(Math.log10(rows) / rows);
  const [later, earlier] = endSums(distances, furthest);
  let run = 0;
  // arch looks at the window before a lag, so the furthest itself is never in one.
  for (let lag = 0; lag < furthest; lag++) {
    const correlation = Math.abs(laggedSum(distances, lag)) /
      Math.sqrt((later[lag] as number) * (earlier[lag] as number));
    run = correlation < band ? run + 1 : 0;
    if (run === quiet) return Math.max(1, lag - quiet + 1);
  }
  return furthest;
}

/** Sums of squares of all but the first, and all but the last, `lag` + 1 rows: added up from the far end. */
function endSums(distances: Float64Array, furthest: number): [Float64Array, Float64Array] {
  const rows = distances.length;
  const later = new Float64Array(furthest + 1);
  const earlier = new Float64Array(furthest + 1);
  let fromLast = 0;
  let fromFirst = 0;
  for (let count = 0; count < rows; count++) {
    const lag = rows - 1 - count;
    if (lag <= furthest) {
      later[lag] = fromLast;
      earlier[lag] = fromFirst;
    }
    fromLast += (distances[lag] as number) ** 2;
    fromFirst += (distances[count] as number) ** 2;
  }
  return [later, earlier];
}
