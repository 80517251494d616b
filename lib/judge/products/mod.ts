// The products of many vectors with many: resampled means and correlations are both that, and it is
// what a judgement spends its time on. Cut into tiles that stay in the cache.

import { PART, type ProductKernel, productKernel, TILE } from "./kernel.ts";

/**
 * Adds the product of each vector with each of the others to `into`, `others.length` products for
 * each vector. The same two vectors have the same product to the last bit, wherever they stand.
 * Where both lists are one and the same, each pair is multiplied once.
 *
 * All vectors are equally long.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const into = new Float64Array(2);
 * addProducts([Float64Array.of(1, 2)], [Float64Array.of(3, 4), Float64Array.of(5, 6)], into);
 * assertEquals([...into], [11, 17]);
 * ```
 */
export function addProducts(
  vectors: readonly Float64Array[],
  others: readonly Float64Array[],
  into: Float64Array,
  kernel: ProductKernel = productKernel(),
): void {
  const length = vectors[0]?.length ?? 0;
  const isSquare = vectors === others;
  for (let first = 0; first < vectors.length; first += TILE) {
    const lefts = vectors.slice(first, first + TILE);
    for (let start = 0; start < length; start += PART) {
      const width = fill(kernel.left, lefts, start);
      for (let other = 0; other < (isSquare ? first + 1 : others.length); other += TILE) {
        const rights = others.slice(other, other + TILE);
        fill(kernel.right, rights, start);
        kernel.multiply(lefts.length, rights.length, width);
        addTile(kernel.into, lefts.length, rights.length, into, {
          start: first * others.length + other,
          width: others.length,
        });
      }
    }
  }
  if (isSquare) mirror(into, vectors.length);
}

/** Copies a part of each vector, made even with a zero, and returns its length. */
function fill(into: Float64Array, vectors: readonly Float64Array[], start: number): number {
  const length = Math.min(PART, (vectors[0]?.length ?? 0) - start);
  vectors.forEach((vector, index) => {
    into.set(vector.subarray(start, start + length), index * PART);
    if (length % 2 === 1) into[index * PART + length] = 0;
  });
  return length + length % 2;
}

function addTile(
  tile: Float64Array,
  lefts: number,
  rights: number,
  into: Float64Array,
  { start, width }: { readonly start: number; readonly width: number },
): void {
  for (let one = 0; one < lefts; one++) {
    const place = start + one * width;
    for (let other = 0; other < rights; other++) {
      into[place + other] = (into[place + other] as number) +
        (tile[one * TILE + other] as number);
    }
  }
}

/** Copies what is below the diagonal above it. */
function mirror(square: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++) {
      square[column * size + row] = square[row * size + column] as number;
    }
  }
}
