// The products that resampled means and correlations are made of: across tiles, with lengths and
// numbers of vectors that fill none, and the same to the last bit without WebAssembly.

import { assert, assertEquals } from "@std/assert";
import { plainKernel, productKernel } from "../../lib/judge/products/kernel.ts";
import { addProducts } from "../../lib/judge/products/mod.ts";
import { seededRandom } from "../helpers/random.ts";

function vectorsOf(count: number, length: number, seed: number): Float64Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => Float64Array.from({ length }, () => random() - 0.5));
}

function productOf(one: Float64Array, other: Float64Array): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] as number), 0);
}

const SHAPES = [[1, 1, 1], [3, 5, 7], [129, 2, 3], [5, 131, 257], [130, 129, 511]] as const;

for (const [count, others, length] of SHAPES) {
  Deno.test(`products of ${count} vectors with ${others}, ${length} numbers each`, () => {
    const [left, right] = [vectorsOf(count, length, 1), vectorsOf(others, length, 2)];
    const made = new Float64Array(count * others).fill(1);
    addProducts(left, right, made);
    left.forEach((one, row) =>
      right.forEach((other, column) => {
        const far = Math.abs((made[row * others + column] as number) - 1 - productOf(one, other));
        assert(far < 1e-13, `${row}, ${column}: off by ${far}`);
      })
    );
    const plain = new Float64Array(count * others).fill(1);
    addProducts(left, right, plain, plainKernel());
    assertEquals(plain, made);
  });

  Deno.test(`products of ${count} vectors of ${length} numbers with themselves`, () => {
    const vectors = vectorsOf(count, length, 3);
    const square = new Float64Array(count * count);
    addProducts(vectors, vectors, square);
    const all = new Float64Array(count * count);
    addProducts(vectors, [...vectors], all);
    assertEquals(square, all);
  });
}

Deno.test("products find nothing that an earlier call has left", () => {
  productKernel().left.fill(NaN);
  productKernel().right.fill(NaN);
  const made = new Float64Array(2);
  addProducts([Float64Array.of(1, 2, 3)], [Float64Array.of(4, 5, 6), new Float64Array(3)], made);
  assertEquals([...made], [32, 0]);
});

Deno.test("products are compiled here", () => {
  assert(productKernel().left.buffer === productKernel().into.buffer);
});
