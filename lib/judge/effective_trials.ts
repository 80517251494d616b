// How many independent trials a family of correlated runs amounts to. Runs and rows can trade places:
// the rows' products have the same eigenvalues but for zeros, so ten thousand runs cost no more than
// their rows allow.

import { deviationOf, meanOf } from "../metrics/mod.ts";
import { eigenvalueCounts } from "./eigenvalues.ts";
import { addProducts } from "./products/mod.ts";

/** Numbers of independent trials, each between 1 and the number of columns. */
export interface EffectiveTrials {
  /** ρ̄ + (1 − ρ̄)·N, ρ̄ the mean correlation of two columns, at least 0. */
  readonly average: number;
  /** Li and Ji's count of eigenvalues; NaN where they are more than `MAX_EIGENVALUES`. */
  readonly eigenvalue: number;
  /** The participation ratio of the eigenvalues, N² / Σ ρᵢⱼ². */
  readonly participation: number;
}

/** Beyond so many the eigenvalues take minutes. */
export const MAX_EIGENVALUES = 2000;

/** An eigenvalue so near a whole number is that number. */
const WHOLE = 1e-9;

/**
 * The effective number of trials among columns of returns, from their Pearson correlations:
 *
 * - `average`: the interpolation of Bailey and López de Prado (2014, Journal of Portfolio Management
 *   40(5), appendix A.3);
 * - `eigenvalue`: Σ [λ ≥ 1] + (λ − ⌊λ⌋) (Li and Ji 2005, Heredity 95, eq. 5);
 * - `participation`: (Σ λ)² / Σ λ², which is N² / Σᵢⱼ ρᵢⱼ².
 *
 * Columns that never vary have no correlation and must not be among them. NaN of no columns.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * const [one, other] = [Float64Array.of(1, -1, 1, -1), Float64Array.of(1, 1, -1, -1)];
 * assertAlmostEquals(effectiveTrials([one, one, other, other]).participation, 2, 1e-12);
 * ```
 */
export function effectiveTrials(columns: readonly Float64Array[]): EffectiveTrials {
  const count = columns.length;
  if (count < 2) {
    const only = count === 1 ? 1 : NaN;
    return { average: only, eigenvalue: only, participation: only };
  }
  const rows = columns[0]?.length ?? 0;
  const sums = new Float64Array(rows);
  const isWide = rows < count;
  // Vectors whose products have the eigenvalues: the columns, or the rows where they are fewer.
  const vectors = Array.from(
    { length: isWide ? rows : count },
    () => new Float64Array(isWide ? count : rows),
  );
  columns.forEach((column, index) => {
    const scaled = standardise(column, isWide ? new Float64Array(rows) : vectors[index]);
    for (let row = 0; row < rows; row++) {
      const value = scaled[row] as number;
      sums[row] = (sums[row] as number) + value;
      if (isWide) (vectors[row] as Float64Array)[index] = value;
    }
  });
  const products = new Float64Array(vectors.length ** 2);
  addProducts(vectors, vectors, products);
  const together = sumOfSquares(sums);
  const mean = Math.min(1, Math.max(0, (together - count) / (count * (count - 1))));
  return {
    average: mean + (1 - mean) * count,
    eigenvalue: vectors.length > MAX_EIGENVALUES
      ? NaN
      : wholeTrials(eigenvalueCounts(products, vectors.length), count),
    participation: count * count / sumOfSquares(products),
  };
}

/** The distances from the mean, scaled so that the product of two columns is their correlation. */
function standardise(column: Float64Array, into = new Float64Array(column.length)): Float64Array {
  const mean = meanOf(column);
  const scale = 1 / (deviationOf(column) * Math.sqrt(column.length - 1));
  for (let row = 0; row < column.length; row++) {
    into[row] = ((column[row] as number) - mean) * scale;
  }
  return into;
}

/**
 * Li and Ji's count by how many eigenvalues there are from a level on: [λ ≥ 1] + λ − ⌊λ⌋ is λ less one
 * for each whole number from 2 that it reaches, and the eigenvalues of correlations add up to N.
 */
function wholeTrials(countFrom: (level: number) => number, columns: number): number {
  let total = columns;
  for (let whole = 2; whole <= columns; whole++) {
    const count = countFrom(whole - WHOLE);
    if (count === 0) break;
    total -= count;
  }
  return Math.max(1, total);
}

/** By a loop: a call for each of a million takes longer than the sum. */
function sumOfSquares(values: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += (values[at] as number) ** 2;
  return sum;
}
