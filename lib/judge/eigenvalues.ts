// Eigenvalues of a symmetric matrix, without vectors: Householder reflections make it tridiagonal,
// implicit QL steps make that diagonal (Golub and Van Loan, Matrix Computations, sections 8.3.1 and
// 8.3.3). Only the lower triangle is read, row by row, which is how it lies in memory.

/** A step that needs more rounds than this does not converge; it takes two or three. */
const MAX_ROUNDS = 60;

/**
 * The eigenvalues of a symmetric matrix of `size` × `size` values row by row, in no particular order,
 * to rounding of the largest. The matrix given is not changed.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * const [one = 0, other = 0] = symmetricEigenvalues(Float64Array.of(2, 1, 1, 2), 2).sort();
 * assertAlmostEquals(one, 1, 1e-15);
 * assertAlmostEquals(other, 3, 1e-15);
 * ```
 */
export function symmetricEigenvalues(matrix: Float64Array, size: number): Float64Array {
  const rows = Array.from({ length: size }, (_, row) => matrix.slice(row * size, (row + 1) * size));
  const diagonal = new Float64Array(size);
  const beside = new Float64Array(size);
  for (let row = size - 1; row >= 1; row--) {
    beside[row] = reflect(rows, row);
    diagonal[row] = rows[row]?.[row] as number;
  }
  if (size > 0) diagonal[0] = rows[0]?.[0] as number;
  return diagonalise(diagonal, beside);
}

/**
 * Reflects the leading part so that a row has one element beside its diagonal, and returns that
 * element: A ← A − u·qᵀ − q·uᵀ with q = p − (uᵀp / 2h)·u, p = A·u / h, h = uᵀu / 2.
 */
function reflect(rows: readonly Float64Array[], row: number): number {
  const vector = rows[row] as Float64Array;
  const last = vector[row - 1] as number;
  let rest = 0;
  for (let at = 0; at < row - 1; at++) rest += (vector[at] as number) ** 2;
  if (rest === 0) return last;
  const length = Math.sqrt(rest + last * last);
  const element = last > 0 ? -length : length;
  const half = rest + last * last - last * element;
  vector[row - 1] = last - element;
  const product = timesLeading(rows, vector, row);
  let inner = 0;
  for (let at = 0; at < row; at++) {
    product[at] = (product[at] as number) / half;
    inner += (product[at] as number) * (vector[at] as number);
  }
  const share = inner / (2 * half);
  for (let at = 0; at < row; at++) {
    product[at] = (product[at] as number) - share * (vector[at] as number);
  }
  for (let at = 0; at < row; at++) {
    takeOff(rows[at] as Float64Array, at, product, vector);
  }
  return element;
}

/** Takes u·qᵀ + q·uᵀ off a row up to its diagonal. Of its own, for an engine to compile it early. */
function takeOff(
  target: Float64Array,
  diagonal: number,
  product: Float64Array,
  vector: Float64Array,
): void {
  const own = vector[diagonal] as number;
  const other = product[diagonal] as number;
  for (let column = 0; column <= diagonal; column++) {
    target[column] = (target[column] as number) - own * (product[column] as number) -
      other * (vector[column] as number);
  }
}

/** The leading part times a vector, reading each element of the lower triangle once. */
function timesLeading(
  rows: readonly Float64Array[],
  vector: Float64Array,
  size: number,
): Float64Array {
  const product = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    addRow(rows[row] as Float64Array, row, vector, product);
  }
  return product;
}

/** Adds what a row up to its diagonal, and the column that mirrors it, have in the product. */
function addRow(
  source: Float64Array,
  diagonal: number,
  vector: Float64Array,
  product: Float64Array,
): void {
  const own = vector[diagonal] as number;
  let sum = 0;
  for (let column = 0; column < diagonal; column++) {
    const value = source[column] as number;
    sum += value * (vector[column] as number);
    product[column] = (product[column] as number) + value * own;
  }
  product[diagonal] = sum + (source[diagonal] as number) * own;
}

/** Implicit QL with Wilkinson's shift, `beside[k]` is the element beside `diagonal[k]` and the one before. */
function diagonalise(diagonal: Float64Array, beside: Float64Array): Float64Array {
  const size = diagonal.length;
  const off = new Float64Array(size);
  off.set(beside.subarray(1));
  for (let first = 0; first < size; first++) {
    for (let round = 0;; round++) {
      const last = endOfBlock(diagonal, off, first);
      if (last === first) break;
      if (round === MAX_ROUNDS) throw new RangeError("Cannot find eigenvalues: no convergence");
      qlStep(diagonal, off, first, last);
    }
  }
  return diagonal;
}

/** The first index from which on the element beside the diagonal is rounding next to it. */
function endOfBlock(diagonal: Float64Array, off: Float64Array, first: number): number {
  let last = first;
  while (last < diagonal.length - 1) {
    const scale = Math.abs(diagonal[last] as number) + Math.abs(diagonal[last + 1] as number);
    if (Math.abs(off[last] as number) <= Number.EPSILON * scale) break;
    last++;
  }
  return last;
}

function qlStep(diagonal: Float64Array, off: Float64Array, first: number, last: number): void {
  const start = diagonal[first] as number;
  const beside = off[first] as number;
  const gap = ((diagonal[first + 1] as number) - start) / (2 * beside);
  const root = hypotenuse(gap, 1);
  const shift = start - beside / (gap + (gap < 0 ? -root : root));
  let [sine, cosine, moved] = [1, 1, 0];
  let bulge = (diagonal[last] as number) - shift;
  for (let at = last - 1; at >= first; at--) {
    const far = sine * (off[at] as number);
    const near = cosine * (off[at] as number);
    const length = hypotenuse(far, bulge);
    off[at + 1] = length;
    if (length === 0) {
      diagonal[at + 1] = (diagonal[at + 1] as number) - moved;
      off[last] = 0;
      return;
    }
    sine = far / length;
    cosine = bulge / length;
    const origin = (diagonal[at + 1] as number) - moved;
    const turned = ((diagonal[at] as number) - origin) * sine + 2 * cosine * near;
    moved = sine * turned;
    diagonal[at + 1] = origin + moved;
    bulge = cosine * turned - near;
  }
  diagonal[first] = (diagonal[first] as number) - moved;
  off[first] = bulge;
  off[last] = 0;
}

/** √(one² + other²) without overflow; unlike `Math.hypot` the same in every engine. */
function hypotenuse(one: number, other: number): number {
  const most = Math.max(Math.abs(one), Math.abs(other));
  if (most === 0) return 0;
  const least = Math.min(Math.abs(one), Math.abs(other)) / most;
  return most * Math.sqrt(1 + least * least);
}
