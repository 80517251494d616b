// Combinatorially symmetric cross-validation: of all ways to cut the rows in two halves of whole
// blocks, how often is the best run of one half among the worse ones of the other? The halves are
// grown block by block in a tree, so that each partial half is merged once for all halves that begin
// with it; sums of squares are kept about the half's own mean, which never cancels.

import { deviationOf, meanOf } from "../metrics/mod.ts";
import { roundingOf } from "./rounding.ts";

/** The outcome of `crossValidate`: one entry a split in each array, in lexicographic order. */
export interface CrossValidation {
  /** Share of splits whose winner comes out at or below the median of the other half. */
  readonly probabilityOfOverfitting: number;
  /** OLS slope of the winner's Sharpe ratio out of sample on that in sample; NaN where it is constant. */
  readonly degradationSlope: number;
  /** Share of splits whose winner has a Sharpe ratio below 0 out of sample. */
  readonly probabilityOfLoss: number;
  /** Rows cut from the end, so that blocks are equally long. */
  readonly rowsCut: number;
  /** The logit of the winner's relative rank out of sample. */
  readonly logits: Float64Array;
  /** Sharpe ratio a row of the winner in sample. */
  readonly inSample: Float64Array;
  /** Sharpe ratio a row of the winner out of sample. */
  readonly outOfSample: Float64Array;
}

/** Sums of rows and of squared distances from their mean, one entry a column. */
interface Half {
  readonly blocks: number;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/** What is added to a variance so that 0 / 0, a half that never traded, is a Sharpe ratio of 0. */
const NEXT_TO_NOTHING = 1e-300;

/** A half whose rows differ by no more than this share of the largest is constant but for rounding. */
const NEGLIGIBLE_SHARE = 1e-12;

/**
 * Which columns have no Sharpe ratio in some half: a half of the blocks holds one and the same value
 * throughout, and it is not 0. They must be left out before `crossValidate`.
 */
export function columnsFlatInAHalf(columns: readonly Float64Array[], splits: number): number[] {
  return columns.flatMap((column, index) => isFlatInAHalf(column, splits) ? [index] : []);
}

function isFlatInAHalf(column: Float64Array, splits: number): boolean {
  const length = Math.floor(column.length / splits);
  const flat: [low: number, high: number][] = [];
  for (let block = 0; block < splits; block++) {
    let low = Infinity;
    let high = -Infinity;
    for (let row = block * length; row < (block + 1) * length; row++) {
      low = Math.min(low, column[row] as number);
      high = Math.max(high, column[row] as number);
    }
    if (isFlat(low, high)) flat.push([low, high]);
  }
  flat.sort((one, other) => one[0] - other[0]);
  for (let first = 0; first + splits / 2 <= flat.length; first++) {
    const half = flat.slice(first, first + splits / 2);
    const low = half[0]?.[0] as number;
    const high = Math.max(...half.map((block) => block[1]));
    if (isFlat(low, high) && (low !== 0 || high !== 0)) return true;
  }
  return false;
}

function isFlat(low: number, high: number): boolean {
  return high - low <= NEGLIGIBLE_SHARE * Math.max(Math.abs(low), Math.abs(high));
}

/**
 * The probability of backtest overfitting, by CSCV (Bailey, Borwein, López de Prado and Zhu 2017,
 * Journal of Computational Finance 20(4), algorithm 2.3), of runs by their Sharpe ratios a row.
 *
 * The rows beyond a multiple of `splits` are cut from the end; the rest is `splits` blocks in order,
 * and each choice of half of them is in sample once. The winner is the highest Sharpe ratio, the
 * first column of those equal but for rounding; w its rank out of sample, 1 the worst and the average
 * of equals, over N + 1; its logit ln(w / (1 − w)) at or below 0 is overfitting. A half of zeros has a
 * Sharpe ratio of 0.
 *
 * Throws `RangeError` for fewer than 2 columns, splits that are not even or not 2 … 20, and fewer
 * than 2 rows a block. `columnsFlatInAHalf` says which columns must not be among the given.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * // The better of the two is the better one in every block.
 * const columns = [Float64Array.of(1, 3, 1, 3), Float64Array.of(-1, -3, -1, -3)];
 * assertEquals(crossValidate(columns, 2).probabilityOfOverfitting, 0);
 * ```
 */
export function crossValidate(
  columns: readonly Float64Array[],
  splits: number,
): CrossValidation {
  const rows = columns[0]?.length ?? 0;
  checkSplits(columns.length, rows, splits);
  const blockRows = Math.floor(rows / splits);
  const blocks = Array.from(
    { length: splits },
    (_, block) => blockOf(columns, block * blockRows, blockRows),
  );
  const scorer = scorerOf(columns.length, blockRows * splits / 2, choices(splits));
  grow(blocks, blockRows, scorer.score);
  return { ...scorer.summary(), rowsCut: rows - blockRows * splits };
}

/** Throws `RangeError` for splits that `crossValidate` cannot make. */
function checkSplits(columns: number, rows: number, splits: number): void {
  if (!(splits >= 2 && splits <= 20 && splits % 2 === 0)) {
    throw new RangeError(`Cannot use ${splits} splits: an even number from 2 to 20 is needed`);
  }
  if (columns < 2) {
    throw new RangeError(`Cannot cross-validate ${columns} columns: two are needed`);
  }
  if (rows < 2 * splits) {
    throw new RangeError(
      `Cannot cut ${rows} rows into ${splits} blocks: ${2 * splits} rows are needed`,
    );
  }
}

/** The number of ways to choose half of the blocks. */
function choices(splits: number): number {
  let count = 1;
  for (let chosen = 1; chosen <= splits / 2; chosen++) {
    count = count * (splits / 2 + chosen) / chosen;
  }
  return Math.round(count);
}

function blockOf(columns: readonly Float64Array[], start: number, rows: number): Half {
  const half = emptyHalf(1, columns.length);
  columns.forEach((column, index) => {
    let sum = 0;
    for (let row = start; row < start + rows; row++) sum += column[row] as number;
    const mean = sum / rows;
    let squares = 0;
    for (let row = start; row < start + rows; row++) {
      squares += ((column[row] as number) - mean) ** 2;
    }
    half.sums[index] = sum;
    half.squares[index] = squares;
  });
  return half;
}

function emptyHalf(blocks: number, columns: number): Half {
  return { blocks, sums: new Float64Array(columns), squares: new Float64Array(columns) };
}

/**
 * Gives each pair of complementary halves to `score` once, the one with the first block before the
 * other, in lexicographic order of the former.
 */
function grow(
  blocks: readonly Half[],
  blockRows: number,
  score: (one: Half, other: Half) => void,
): void {
  const columns = blocks[0]?.sums.length ?? 0;
  const most = blocks.length / 2;
  // A place for each size that a half can have, so that nothing is allocated on the way.
  const places = [0, 1].map(() =>
    Array.from({ length: most + 1 }, (_, size) => emptyHalf(size, columns))
  );
  const visit = (next: number, one: Half, other: Half): void => {
    if (next === blocks.length) return score(one, other);
    const block = blocks[next] as Half;
    if (one.blocks < most) visit(next + 1, join(one, block, placeOf(0, one)), other);
    if (other.blocks < most) visit(next + 1, one, join(other, block, placeOf(1, other)));
  };
  const placeOf = (side: number, half: Half): Half => places[side]?.[half.blocks + 1] as Half;
  const join = (half: Half, block: Half, into: Half): Half =>
    half.blocks === 0 ? block : merge(half, block, blockRows, into);
  visit(1, blocks[0] as Half, emptyHalf(0, columns));
}

/** Sums of squares about the joint mean, from those about each own (Chan, Golub and LeVeque 1983). */
function merge(half: Half, block: Half, blockRows: number, into: Half): Half {
  const count = half.blocks;
  const weight = blockRows * count / (count + 1);
  const scale = 1 / (blockRows * count);
  const blockScale = 1 / blockRows;
  const { sums, squares } = half;
  for (let column = 0; column < sums.length; column++) {
    const sum = sums[column] as number;
    const blockSum = block.sums[column] as number;
    const gap = sum * scale - blockSum * blockScale;
    into.sums[column] = sum + blockSum;
    into.squares[column] = (squares[column] as number) + (block.squares[column] as number) +
      weight * gap * gap;
  }
  return into;
}

interface Scorer {
  readonly score: (one: Half, other: Half) => void;
  readonly summary: () => Omit<CrossValidation, "rowsCut">;
}

function scorerOf(columns: number, halfRows: number, splits: number): Scorer {
  const logits = new Float64Array(splits);
  const inSample = new Float64Array(splits);
  const outOfSample = new Float64Array(splits);
  const ones = new Float64Array(columns);
  const others = new Float64Array(columns);
  let pair = 0;
  let overfitted = 0;
  const note = (split: number, chosen: Float64Array, rest: Float64Array, winner: number): void => {
    const reached = rest[winner] as number;
    const rank = doubleRank(rest, reached);
    if (rank <= columns + 1) overfitted++;
    logits[split] = Math.log(rank / (2 * (columns + 1) - rank));
    inSample[split] = chosen[winner] as number;
    outOfSample[split] = reached;
  };
  return {
    score(one, other) {
      const winner = sharpeRatios(one, halfRows, ones);
      const otherWinner = sharpeRatios(other, halfRows, others);
      note(pair, ones, others, winner);
      // The complements come in the opposite order.
      note(splits - 1 - pair, others, ones, otherWinner);
      pair++;
    },
    summary: () => ({
      probabilityOfOverfitting: overfitted / splits,
      degradationSlope: slopeOf(inSample, outOfSample),
      probabilityOfLoss:
        outOfSample.reduce((count, value) => count + (value < -roundingOf(value) ? 1 : 0), 0) /
        splits,
      logits,
      inSample,
      outOfSample,
    }),
  };
}

/** Fills in the Sharpe ratios a row and returns the first column with the highest. */
function sharpeRatios({ sums, squares }: Half, rows: number, into: Float64Array): number {
  const scale = 1 / (rows - 1);
  let highest = -Infinity;
  for (let column = 0; column < into.length; column++) {
    const deviation = Math.sqrt((squares[column] as number) * scale + NEXT_TO_NOTHING);
    const ratio = (sums[column] as number) / (rows * deviation);
    into[column] = ratio;
    if (ratio > highest) highest = ratio;
  }
  const least = highest - roundingOf(highest);
  for (let column = 0; column < into.length; column++) {
    if ((into[column] as number) >= least) return column;
  }
  return 0;
}

/** Twice the rank from below, the average of equals: whole, so that the median is met exactly. */
function doubleRank(ratios: Float64Array, reached: number): number {
  const rounding = roundingOf(reached);
  const [from, to] = [reached - rounding, reached + rounding];
  let below = 0;
  let notAbove = 0;
  for (let column = 0; column < ratios.length; column++) {
    const ratio = ratios[column] as number;
    if (ratio < from) below++;
    if (ratio <= to) notAbove++;
  }
  return below + notAbove + 1;
}

function slopeOf(inSample: Float64Array, outOfSample: Float64Array): number {
  const mean = meanOf(inSample);
  if (deviationOf(inSample) === 0) return NaN;
  const outMean = meanOf(outOfSample);
  let squares = 0;
  let products = 0;
  inSample.forEach((value, split) => {
    squares += (value - mean) ** 2;
    products += (value - mean) * ((outOfSample[split] as number) - outMean);
  });
  return products / squares;
}
