// How many eigenvalues a symmetric matrix has from a level on: Householder reflections make it
// tridiagonal, and of that the signs of the pivots tell (Golub and Van Loan, Matrix Computations,
// sections 8.3.1 and 8.4.1). Only the lower triangle is read, row by row, which is how it lies in memory.

import { reflectionKernel } from "./products/kernel.ts";

/**
 * Of a symmetric matrix of `size` × `size` values row by row, a function that counts the eigenvalues of
 * at least a level, to rounding of the largest. The matrix given is not changed.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * // Its eigenvalues are 1 and 3.
 * const countFrom = eigenvalueCounts(Float64Array.of(2, 1, 1, 2), 2);
 * assertEquals([0.9, 1.1, 3.1].map(countFrom), [2, 1, 0]);
 * ```
 */
export function eigenvalueCounts(matrix: Float64Array, size: number): (level: number) => number {
  const kernel = reflectionKernel(size, 3);
  const rows = kernel.vectors.slice(0, size);
  rows.forEach((row, at) => row.set(matrix.subarray(at * size, (at + 1) * size)));
  const diagonal = new Float64Array(size);
  const beside = new Float64Array(size);
  // What is still to be taken off: nothing at first.
  let [u, q, next] = kernel.vectors.slice(size) as [Float64Array, Float64Array, Float64Array];
  for (let row = size - 1; row >= 0; row--) {
    const vector = rows[row] as Float64Array;
    takeOff(vector, row, u, q);
    diagonal[row] = vector[row] as number;
    if (row === 0) break;
    const { element, half } = reflection(vector, row);
    beside[row] = element;
    kernel.reflect(row, u, q, vector, next);
    complete(next, vector, row, half);
    [u, q, next] = [vector, next, q];
  }
  const squares = beside.map((element) => element * element);
  return (level) => countFrom(level, diagonal, squares);
}

/** Takes u·qᵀ + q·uᵀ off a row up to its diagonal. */
function takeOff(target: Float64Array, diagonal: number, u: Float64Array, q: Float64Array): void {
  const ownU = u[diagonal] as number;
  const ownQ = q[diagonal] as number;
  for (let column = 0; column <= diagonal; column++) {
    target[column] = (target[column] as number) - ownU * (q[column] as number) -
      ownQ * (u[column] as number);
  }
}

/**
 * Makes of the last row left the u that reflects it to one element beside its diagonal, and gives that
 * element and h = uᵀu / 2. What is to be taken off the rows before it is u·qᵀ + q·uᵀ with
 * q = p − (uᵀp / 2h)·u, p = A·u / h.
 */
function reflection(
  row: Float64Array,
  length: number,
): { readonly element: number; readonly half: number } {
  const last = row[length - 1] as number;
  let rest = 0;
  for (let at = 0; at < length - 1; at++) rest += (row[at] as number) ** 2;
  if (rest === 0) {
    row[length - 1] = 0;
    return { element: last, half: 1 };
  }
  const root = Math.sqrt(rest + last * last);
  const element = last > 0 ? -root : root;
  row[length - 1] = last - element;
  return { element, half: rest + last * last - last * element };
}

/** Makes q of A·u. */
function complete(product: Float64Array, u: Float64Array, length: number, half: number): void {
  let inner = 0;
  for (let at = 0; at < length; at++) {
    product[at] = (product[at] as number) / half;
    inner += (product[at] as number) * (u[at] as number);
  }
  const share = inner / (2 * half);
  for (let at = 0; at < length; at++) {
    product[at] = (product[at] as number) - share * (u[at] as number);
  }
}

/** A pivot nearer to 0 is taken for this much: far less than rounding has moved it. */
const LEAST_PIVOT = 1e-290;

/**
 * How many pivots of T − level are not below 0, as are its eigenvalues (Sylvester's law); NaN where
 * they are not finite. `squares[k]` is of the element beside `diagonal[k]` and the one before.
 */
function countFrom(level: number, diagonal: Float64Array, squares: Float64Array): number {
  let count = 0;
  let pivot = 1;
  for (let at = 0; at < diagonal.length; at++) {
    pivot = (diagonal[at] as number) - level - (squares[at] as number) / pivot;
    if (Math.abs(pivot) < LEAST_PIVOT) pivot = LEAST_PIVOT;
    if (pivot > 0) count++;
  }
  return Number.isNaN(pivot) ? NaN : count;
}
